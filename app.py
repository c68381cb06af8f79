"""Lamplight's front door, from its folder: `python app.py` is what the installed command `lamplight` is."""

from __future__ import annotations

import sys

from lamplight.app import main

if __name__ == "__main__":
    sys.exit(main())
