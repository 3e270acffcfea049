"""The classic start command: the same as `simple-2fa run`."""

import sys

from simple_2fa.cli.main import main

if __name__ == "__main__":
    main(["run", *sys.argv[1:]])
