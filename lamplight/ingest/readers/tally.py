"""What readers say of the things in a file: comments, what was read besides the text, and what was not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lamplight.languages import sentence

NOT_READ = sentence("Not read: {parts}.")
BESIDES_TEXT = sentence("Read besides the text: {parts}.")
BESIDES_CELLS = sentence("Read besides the cells: {parts}.")

# Parts that are not read, by their names in the archive; the first that fits counts.
PARTS = (
    (re.compile(r"(?i)\.(mp4|m4v|mov|avi|wmv|mpe?g|webm|mkv|ogv)$"), "video", "videos"),
    (re.compile(r"(?i)\.(mp3|m4a|wav|wma|aac|ogg|flac|aiff?|mid)$"), "sound", "sounds"),
    (re.compile(r"(?i)(^|/)vbaProject\.bin$|^Basic/.*Module\d*\.xml$"), "macro project", "macro projects"),
    (re.compile(r"(?i)/activeX\d*\.xml$"), "control", "controls"),
    (re.compile(r"(?i)/ink/"), "drawing by hand", "drawings by hand"),
    (re.compile(r"(?i)/embeddings/"), "embedded file", "embedded files"),
    (re.compile(r"(?i)/media/.*\.(emf|wmf|emz|wmz|svg|pict|eps|wdp)$"), "vector drawing", "vector drawings"),
)


def unread_parts(names: Iterable[str]) -> Counter[tuple[str, str]]:
    """How many videos, macros, embedded files and the like are among an archive's parts."""
    found: Counter[tuple[str, str]] = Counter()
    for name in sorted(names):
        kind = next(((one, many) for pattern, one, many in PARTS if pattern.search(name)), None)
        if kind is not None:
            found[kind] += 1
    return found


def counted(verdict: str, found: Mapping[tuple[str, str], int]) -> list[str]:
    """A sentence such as "Not read: 2 videos, 1 macro project."; none where nothing was found.

    `verdict` is one of those above.
    """
    parts = [f"{count:,} {one if count == 1 else many}" for (one, many), count in found.items() if count]
    return [verdict.format(parts=", ".join(parts))] if parts else []


def said_in_comment(words: str, author: str = "", about: str = "") -> str:
    """A comment as a line, with who said it of what."""
    return f"Comment{f' by {author}' if author else ''}{f' on {about}' if about else ''}: {words}"


def said_of_formulas(count: int) -> list[str]:
    """A sentence on formulas whose results the file doesn't hold; none without any."""
    said = sentence(
        f"Formulas without a saved result are shown as formulas ({count:,} of them); to have their "
        "results, open the file in Excel or LibreOffice, save it and add it again."
    )
    return [said] if count else []


def said_of_slides(hidden: Sequence[int]) -> list[str]:
    """A sentence on the slides that a show leaves out; none without any."""
    numbers = ", ".join(map(str, hidden))
    return [sentence(f"Hidden in the show, and read all the same: slides {numbers}.")] if hidden else []


def said_of_text(hidden: int, changed: bool) -> list[str]:
    """What a person should know of a text that was read: passages that nobody sees, and changes not yet accepted."""
    said = []
    if changed:
        said.append(sentence("It has tracked changes: it is read as if all were accepted, without the deleted words."))
    if hidden:
        said.append(
            sentence(
                "1 hidden passage was left out, as nobody sees them in print."
                if hidden == 1
                else f"{hidden:,} hidden passages were left out, as nobody sees them in print."
            )
        )
    return said
