"""`python -m simple_2fa` is the command `simple-2fa`."""

from simple_2fa.cli.main import main

main()
