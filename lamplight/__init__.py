"""Chat with your own documents and pictures, entirely on your laptop."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # child processes start in it, as they find this package there
FROM_FOLDER = (ROOT / "install.py").is_file()  # not installed as a package
PROGRAM = "app.py" if FROM_FOLDER else "lamplight"  # how its commands are called
