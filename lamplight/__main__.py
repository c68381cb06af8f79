"""`python -m lamplight` is the command `lamplight`."""

from __future__ import annotations

import sys

from lamplight.app import main

if __name__ == "__main__":
    sys.exit(main())
