"""Are lists complete? What is listed, against the items marked in ten documents.

    python -m bench.lists [--split tune|look|all] [--documents DIR --items FILE] [--transcript FILE] [--json]

`documents/` has ten papers of different kinds and layouts, two of them German; each line of `items.jsonl` a `request`,
the `documents` it is about and the `items` that belong in the list, each by words that stand in its line alone. All
ten are in one library. `recall` is the share of the items that were listed, `precision` of the lines listed that hold
one; `complete` is the share of the requests of which nothing is missing.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.asking import ask, library_of
from bench.measuring import Measures, options, percentile, progress, rate, report
from bench.questions import read_lines
from bench.splits import split_of
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished

HERE = Path(__file__).parent
POINT = re.compile(r"^(?:- |\| (?!\*\*Sum))(.*)$", re.M)
ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Listed:
    """What was listed for a request of which the `items` are known."""

    request: str
    items: Sequence[str]
    finished: Finished
    seconds: float

    @property
    def points(self) -> list[str]:
        """The lines of the list, or the rows of the table, as they are read."""
        rows = self.finished.rows
        if rows is not None:
            return [_plain(" ".join(row)) for row in rows.rows]
        return [_plain(point) for point in POINT.findall(self.finished.answer)]

    @property
    def missing(self) -> list[str]:
        """Items whose words the answer doesn't hold, case, spaces and escapes apart; all when it was refused."""
        text = "" if self.finished.refused else _plain(self.finished.answer)
        return [item for item in self.items if _plain(item) not in text]

    @property
    def beside(self) -> list[str]:
        """Points that hold no item."""
        return [point for point in self.points if not any(_plain(item) in point for item in self.items)]


def listed(split: str, documents: Path, items: Path, models: Models) -> Iterator[Listed]:
    """Each request of a half, asked of all documents of a folder."""
    lines: list[dict[str, Any]] = read_lines(items)
    with (
        tempfile.TemporaryDirectory() as folder,
        library_of(Path(folder), sorted(documents.iterdir()), models) as library,
    ):
        answerer = Answerer(library, models)
        for line in lines:
            if split in ("all", split_of(line["request"])):
                started = time.perf_counter()
                finished = ask(answerer, line["request"])
                yield Listed(line["request"], line["items"], finished, time.perf_counter() - started)


def measured(asked: Sequence[Listed]) -> Measures:
    """The rates, over items and over requests."""
    found = [item not in one.missing for one in asked for item in one.items]
    right = [point not in one.beside for one in asked for point in one.points]
    made: Measures = {"requests": len(asked), "items": len(found)}
    made |= rate("understood", [one.finished.kind == "list" for one in asked])
    made |= rate("recall", found) | rate("complete", [not one.missing for one in asked]) | rate("precision", right)
    made["seconds_p50"] = round(percentile([one.seconds for one in asked], 0.5), 2)
    made["seconds_p95"] = round(percentile([one.seconds for one in asked], 0.95), 2)
    return made


def main() -> None:
    """Ask, write the transcript and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--split", choices=("tune", "look", "all"), default="tune")
    parser.add_argument("--documents", type=Path, default=HERE / "documents", help="other documents")
    parser.add_argument("--items", type=Path, default=HERE / "items.jsonl", help="requests about them, as here")
    parser.add_argument("--transcript", type=Path, help="write each answer here, as JSON lines")
    chosen = parser.parse_args()
    asked = []
    for one in listed(chosen.split, chosen.documents, chosen.items, Models()):
        asked.append(one)
        if chosen.split != "look" and (one.missing or len(one.beside) > len(one.items)):
            progress(f"[{one.finished.kind}] {one.request}\n  missing: {one.missing}\n  beside: {one.beside[:6]}")
    if chosen.transcript:
        written = (
            {"request": one.request, "kind": one.finished.kind, "missing": one.missing, "beside": one.beside}
            | {"answer": one.finished.answer}
            for one in asked
        )
        chosen.transcript.write_text(
            "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in written), encoding="utf-8"
        )
    report(measured(asked), chosen.json)


def _plain(text: str) -> str:
    return " ".join(ESCAPE.sub(r"\1", text).lower().split())


if __name__ == "__main__":
    main()
