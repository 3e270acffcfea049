"""The classic start command: the same as `simple-2fa run`."""

import sys

try:
    from simple_2fa.cli.main import main
except ModuleNotFoundError as why:
    sys.exit(f"{why.name} is missing: run `pip install -r requirements.txt` first")

if __name__ == "__main__":
    main(["run", *sys.argv[1:]])
