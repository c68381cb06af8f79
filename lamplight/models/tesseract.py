"""Tesseract, if it is installed, for scripts that the bundled recogniser doesn't know.

It is a program of its own (Apache-2.0), called for the lines that were found but couldn't be read.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

# Languages by script, in Tesseract's own codes, the one with the most speakers first.
SCRIPTS = {
    "Cyrillic": ("rus", "ukr", "bul", "srp", "bel", "mkd", "kaz"),
    "Arabic": ("ara", "fas", "urd", "pus"),
    "Devanagari": ("hin", "mar", "nep", "san"),
    "Hangul": ("kor",),
    "Thai": ("tha",),
    "Hebrew": ("heb", "yid"),
    "Greek": ("ell", "grc"),
    "Bengali": ("ben", "asm"),
    "Tamil": ("tam",),
    "Telugu": ("tel",),
    "Gujarati": ("guj",),
    "Gurmukhi": ("pan",),
    "Kannada": ("kan",),
    "Malayalam": ("mal",),
    "Georgian": ("kat",),
    "Armenian": ("hye",),
    "Khmer": ("khm",),
    "Lao": ("lao",),
    "Myanmar": ("mya",),
    "Sinhala": ("sin",),
    "Ethiopic": ("amh", "tir"),
}
LATIN = ("vie",)  # written in Latin letters, some of which the bundled recogniser doesn't have
PLACES = (r"C:\Program Files\Tesseract-OCR\tesseract.exe", "/opt/homebrew/bin/tesseract", "/usr/local/bin/tesseract")
PATIENCE = 120  # seconds for one page
TRIED_LINES = 4  # that decide which script it is
SCRIPT_SURE = 1.0  # of Tesseract's own measure; below, short pages are guessed wrongly
LEAST_CONFIDENCE = 0.6  # of a page, or it was not read here either
CLEAR = 0.9  # no other script is tried
LINE_HEIGHT = 48  # pixels; Tesseract's models are trained on lines of 36 to 48
WHITE = 16  # pixels around each line
ASCII = 0x80


@dataclass(frozen=True, slots=True)
class Transcript:
    """One text and confidence (0 to 1) for each line; what script they are in, empty if that is unknown."""

    lines: tuple[tuple[str, float], ...]
    script: str

    @property
    def confidence(self) -> float:
        """Mean over the characters, 0 to 1; 0 when nothing was read."""
        letters = sum(len(text) for text, _ in self.lines)
        return sum(len(text) * confidence for text, confidence in self.lines) / letters if letters else 0.0


def transcribe(lines: Sequence[Pixels], known_language: str = "") -> Transcript | None:
    """What lines say, each a BGR picture of one; None where Tesseract is missing or doesn't know their script.

    Without `known_language` the script is found out from a few of them.
    """
    languages = installed()
    if known_language:
        return _read(lines, known_language, "Latin") if known_language in languages else None
    few = sorted(lines, key=lambda line: line.shape[1] / line.shape[0])[-TRIED_LINES:]
    script = script_of(few)
    best: Transcript | None = None
    for name in sorted(SCRIPTS, key=lambda name: name != script):  # it is often wrong about a few lines
        here = [language for language in SCRIPTS[name] if language in languages]
        tried = _read(few, here[0], name) if here else None
        if tried is not None and (best is None or _worth(tried) > _worth(best)):
            best = tried
            if _worth(best) >= CLEAR:
                break
    if best is None or _worth(best) < LEAST_CONFIDENCE:
        return None
    here = [language for language in SCRIPTS[best.script] if language in languages]
    return _read(lines, "+".join(here), best.script)


def script_of(lines: Sequence[Pixels]) -> str:
    """Which script Tesseract takes lines for, empty where it is not sure or not installed."""
    if "osd" not in installed():
        return ""
    said = _run(_stacked(lines)[0], ["--psm", "0", "-c", "min_characters_to_try=5"], "osd").get("osd", "")
    found = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    sure = float(found.get("Script confidence", 0)) >= SCRIPT_SURE
    return {"Korean": "Hangul"}.get(found["Script"], found["Script"]) if sure else ""


@cache
def program() -> str | None:
    """Where Tesseract is."""
    return shutil.which("tesseract") or next((place for place in PLACES if Path(place).is_file()), None)


@cache
def installed() -> frozenset[str]:
    """Codes of the languages that it has data for; none if it is not installed."""
    command = program()
    if command is None:
        return frozenset()
    try:
        listed = subprocess.run([command, "--list-langs"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(line.strip() for line in listed.stdout.splitlines()[1:])


def _worth(transcript: Transcript) -> float:
    """Confidence, less if much of it is in other letters than the script's: figures and names may be."""
    letters = [letter for text, _ in transcript.lines for letter in text if letter.isalpha()]
    own = sum(transcript.script.upper() in unicodedata.name(letter, "") for letter in letters)
    foreign = sum(ord(letter) >= ASCII for letter in letters) - own
    return transcript.confidence * own / (own + foreign) if own > foreign else 0.0


def _read(lines: Sequence[Pixels], language: str, script: str) -> Transcript | None:
    picture, middles = _stacked(lines)
    found = _run(picture, ["--psm", "6", "-l", language], "txt", "tsv")
    if not found:
        return None
    words: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in csv.DictReader(found["tsv"].splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and row["text"].strip():
            words[row["block_num"], row["par_num"], row["line_num"]].append(row)
    printed = [" ".join(line.split()) for line in found["txt"].splitlines() if line.strip()]
    texts = [(" ".join(word["text"] for word in line)) for line in words.values()]
    if len(printed) == len(texts):  # in a script without blanks only the text knows where there are some
        texts = printed
    read: list[list[tuple[str, float]]] = [[] for _ in lines]
    for text, line in zip(texts, words.values(), strict=True):
        middle = float(np.mean([int(word["top"]) + int(word["height"]) / 2 for word in line]))
        confidence = float(np.mean([float(word["conf"]) for word in line])) / 100
        read[int(np.argmin(np.abs(middles - middle)))].append((text, max(0.0, confidence)))
    return Transcript(
        tuple((" ".join(text for text, _ in parts), min((sure for _, sure in parts), default=0.0)) for parts in read),
        script,
    )


def _stacked(lines: Sequence[Pixels]) -> tuple[Image.Image, npt.NDArray[np.float64]]:
    """All lines one under the other on white, and the height of each one's middle."""
    shrunk = []
    for line in lines:
        grey = np.asarray(cv2.cvtColor(line, cv2.COLOR_BGR2GRAY), np.uint8)
        if float(np.median(grey)) < 128:  # Tesseract reads dark on light
            grey = np.asarray(255 - grey, np.uint8)
        width = max(1, round(grey.shape[1] * LINE_HEIGHT / grey.shape[0]))
        shrunk.append(np.asarray(cv2.resize(grey, (width, LINE_HEIGHT), interpolation=cv2.INTER_AREA)))
    step = LINE_HEIGHT + WHITE
    paper = np.full((step * len(shrunk) + WHITE, max(strip.shape[1] for strip in shrunk) + 2 * WHITE), 255, np.uint8)
    for index, strip in enumerate(shrunk):
        top = WHITE + index * step
        paper[top : top + LINE_HEIGHT, WHITE : WHITE + strip.shape[1]] = strip
    middles = WHITE + LINE_HEIGHT / 2 + step * np.arange(len(shrunk))
    return Image.fromarray(paper), np.asarray(middles, np.float64)


def _run(picture: Image.Image, options: list[str], *outputs: str) -> dict[str, str]:
    """What Tesseract writes of each kind; nothing when it fails."""
    command = program()
    if command is None:
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        picture.save(Path(scratch) / "lines.png", compress_level=1)
        kinds = [] if outputs == ("osd",) else list(outputs)
        try:
            subprocess.run(
                [command, "lines.png", "out", *options, *kinds],
                cwd=scratch,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},  # its threads cost more than they bring
                capture_output=True,
                timeout=PATIENCE,
                check=True,
            )
            return {kind: (Path(scratch) / f"out.{kind}").read_text(encoding="utf-8") for kind in outputs}
        except (OSError, subprocess.SubprocessError):
            return {}
