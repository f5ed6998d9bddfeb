"""`python -m edge`: the command line where no script is installed."""

import sys

from edge.cli import main

if __name__ == "__main__":
    sys.exit(main())
