"""Subtitles and transcripts (.srt, .vtt): what is said, with the time at which each minute or so begins."""

from __future__ import annotations

import html
import re
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode

TIMING = re.compile(r"\s*((?:\d+:)?\d{1,2}:\d{2})[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
SPEAKER = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]+)>")
TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
SENTENCES = re.compile(r"[.!?…。！？][\"”'»)]*$")  # noqa: RUF001
LONGEST_LINE = 400  # characters


def read_subtitles(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1: captions are joined to sentences, each under the time at which it begins."""
    reading.step(READING, 0.0)
    lines: list[Line] = []
    time, words = "", ""
    for cue_time, text in [*_cues(decode(path)), ("", "")]:
        if words and (not text or SENTENCES.search(words) or len(words) > LONGEST_LINE):
            lines.append(Line(f"[{time}] {words}"))
            words = ""
        if not words:
            time = cue_time
        words = f"{words} {text}".strip()
    if not lines:
        raise NothingToRead(f"{path.name} holds no subtitles; there is nothing to read in it.")
    return ReadDocument(path.stem, "subtitles", [DocumentPage(1, blocks=[Block("text", lines)])])


def _cues(source: str) -> list[tuple[str, str]]:
    """When each caption begins, and its words. What is said twice in a row, as in rolling captions, is said once."""
    cues: list[tuple[str, str]] = []
    shown: list[str] = []
    for part in re.split(r"\n\s*\n", source):
        lines = part.split("\n")
        place = next((index for index, line in enumerate(lines) if TIMING.match(line)), None)
        if place is None:
            continue
        found = TIMING.match(lines[place])
        said = [_plain(line) for line in lines[place + 1 :]]
        fresh = [line for line in said if line and line not in shown]
        shown = said
        if found is not None and fresh:
            cues.append((found[1], " ".join(fresh)))
    return cues


def _plain(line: str) -> str:
    return " ".join(html.unescape(TAG.sub("", SPEAKER.sub(r"\1: ", line))).split())
