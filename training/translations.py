"""Questions about the papers of `training/papers`, asked in another language than the paper's.

A file of `training/translations` is plain text:

    @ de | Lease of 14 Alder Court > 4 Deposit              the language of the questions, and a section's header
    ? Wie hoch ist die Kaution? <= How much is put down?    how something is asked there that `training/papers` asks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.examples import Example

FOLDER = Path(__file__).with_name("translations")
SECTION = re.compile(r"@ (?P<language>[a-z]{2}) \| (?P<header>\S.*)")
ASKED = re.compile(r"\? (?P<question>\S.*?) <= (?P<original>\S.*)")
ACROSS = "paper across"  # the source of such an example


def translations(folder: Path, papers: Sequence[Example]) -> list[tuple[str, str, Example]]:
    """(language, original question, example) of each question; what answers it answers the original in `papers`.

    Raises `ValueError` naming a line that can't be read or asks what no paper is asked.
    """
    own = {(one.header, one.question): one for one in papers}
    made: list[tuple[str, str, Example]] = []
    for path in sorted(folder.glob("*.txt")):
        language = header = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            head, asked = SECTION.fullmatch(line), ASKED.fullmatch(line)
            if head:
                language, header = head["language"], head["header"]
            elif asked and (example := own.get((header, asked["original"]))) is not None:
                there = replace(example, source=ACROSS, question=asked["question"])
                made.append((language, asked["original"], there))
            elif line.strip():
                raise ValueError(
                    f"{path.name}, line {number}: {line[:60]!r} is neither a section nor what one is asked"
                )
    return made
