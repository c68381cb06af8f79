"""Lines in a terminal, and the progress bar that gives way to them."""

from __future__ import annotations

import shutil
import sys

from lamplight.languages import translated

BAR_WIDTH = 24
NO_PICTURE = 0xFFFD
# Those of Unicode's category Cc but tab and line break. The newer ones (C1) have no pictures.
PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
CONTROLS = PICTURES | dict.fromkeys(range(0x80, 0xA0), NO_PICTURE)


def printable(text: str) -> str:
    """What a document or the name of a file brings along doesn't act on the terminal: ␛ stands for an escape."""
    return text.translate(CONTROLS)


def clear_line() -> None:
    """Take the progress bar away, where there can be one."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def notice(english: str) -> None:
    """What the library mends by itself; where a line can't be written over, how it began and no progress."""
    clear_line()
    told = printable(translated(english))
    if sys.stderr.isatty():
        sys.stderr.write(told)
    elif english.endswith("."):
        sys.stderr.write(f"{told}\n")
    sys.stderr.flush()


def problem(english: str) -> None:
    """What went wrong, a sentence on stderr."""
    clear_line()
    sys.stderr.write(f"{printable(translated(english))}\n")


def say(text: str) -> None:
    """Print a line to stdout at once, in place of the progress bar."""
    clear_line()
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()


def progress_bar(label: str, fraction: float) -> None:
    """Draw it on stderr, over the one before; nothing where that is no terminal. `fraction` is from 0 to 1."""
    if not sys.stderr.isatty():
        return
    full = round(fraction * BAR_WIDTH)
    line = f"{'█' * full}{'░' * (BAR_WIDTH - full)} {fraction:4.0%}  {printable(label)}"
    sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
    sys.stderr.flush()


def aside(text: str) -> None:
    """A line on what was said before, a little to the right."""
    say(f"  {text}")
