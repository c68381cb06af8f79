"""Tables that were written for the training, each with questions and their answers.

A file of `training/tables` is plain text:

    @ Net sales by region (in millions)      a table: its title, then its heads and rows
    Region | 2023 | 2022
    Americas | 10,251 | 8,996
    EMEA | 4,593 | 4,252
    ? which region is larger => Americas     a cell, or a number that is worked out; several are parted by `;;`
    ? what did Africa sell => nothing        the table doesn't say
    = Harrow Foods, annual report            the tables below are of one document

`python -m training.tables FILE` says what is wrong with a file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lamplight.library.records import Table

FOLDER = Path(__file__).with_name("tables")
SEPARATOR = "|"
GROUP = ": "
FEWEST_GROUPED = 0.4  # of the rows
NOTHING = "nothing"


@dataclass(slots=True)
class Asked:
    """A table and what is asked of it: each question with its answers, none where the table doesn't say.

    `document` is what it stands in, empty where it stands alone.
    """

    title: str
    document: str = ""
    rows: list[list[str]] = field(default_factory=list)
    questions: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """As it comes out of a report: "International: Net sales" is the heading over some rows, and one of them."""
        heads, *rows = self.rows
        if sum(GROUP in row[0] for row in rows) < FEWEST_GROUPED * len(rows):
            return Table(1, self.title, heads, rows)
        parted = [row[0].rpartition(GROUP) for row in rows]
        grouped = [[group, name, *row[1:]] for (group, _, name), row in zip(parted, rows, strict=True)]
        return Table(1, self.title, ["", *heads], grouped)


def tables(path: Path) -> Iterator[Asked]:
    """Raises `ValueError` naming the line that can't be read."""
    made: Asked | None = None
    document = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("= "):
            document = line[2:].strip()
        elif line.startswith("@ "):
            if made is not None:
                yield made
            made = Asked(line[2:].strip(), document)
        elif made is not None and line.startswith("? ") and " => " in line:
            question, _, answer = line[2:].rpartition(" => ")
            answers = [part.strip() for part in answer.split(";;")]
            made.questions.append((question.strip(), [] if answers == [NOTHING] else answers))
        elif made is not None and SEPARATOR in line:
            row = [cell.strip() for cell in line.split(SEPARATOR)]
            if made.rows and len(row) != len(made.rows[0]):
                raise ValueError(f"{path.name}, line {number}: {len(row)} cells under {len(made.rows[0])} heads")
            made.rows.append(row)
        elif line.strip():
            raise ValueError(f"{path.name}, line {number}: {line[:60]!r} is neither a table, a row nor a question")
    if made is not None:
        yield made


def main() -> int:
    """Print how much there is, or what is wrong."""
    for name in sys.argv[1:]:
        read = list(tables(Path(name)))
        asked = [answers for one in read for _, answers in one.questions]
        sys.stdout.write(
            f"{name}: {len(read)} tables, {len(asked)} questions, {sum(not answers for answers in asked)} unanswered\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
