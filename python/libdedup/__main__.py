"""python -m libdedup: what the script libdedup does."""

import sys

from .command.main import main

if __name__ == "__main__":
    sys.exit(main())
