"""An icon in the menu and on the desktop that starts Lamplight and opens its page."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

import pyshortcuts
from PIL import Image

from lamplight import ROOT
from lamplight.errors import LamplightError
from lamplight.languages import gettext, sentence
from lamplight.models.prepare import cache_folder

DRAWING = Path(__file__).parent / "assets" / "lamplight.png"
ICONS = {"win32": "ico", "darwin": "icns"}  # what the systems take; the others take a PNG
START = "_ -m lamplight"  # this Python
ABOUT = sentence("Chat with your own documents, on this computer only")


def make_shortcut() -> Path:
    """Where it was put. It has a window of its own, as closing that is what ends Lamplight. Raises `LamplightError`."""
    try:
        with redirect_stdout(sys.stderr):
            made = pyshortcuts.make_shortcut(
                START,
                "Lamplight",
                gettext(ABOUT),
                str(icon()),
                working_dir=str(ROOT),
                terminal=True,
                desktop=desktop().is_dir(),
            )
    except OSError as error:
        raise LamplightError(f"The shortcut could not be made: {error}") from error
    return Path(made.startmenu_dir or made.desktop_dir, made.target)


def desktop() -> Path:
    """The folder that the system names so, which may not be there."""
    return Path(pyshortcuts.get_folders().desktop)


def icon() -> Path:
    """In the form this system takes; beside the prepared models, as nobody may be allowed to write into the package."""
    if sys.platform not in ICONS:
        return DRAWING
    path = cache_folder() / f"lamplight.{ICONS[sys.platform]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(DRAWING) as drawing:
        drawing.save(path)
    return path
