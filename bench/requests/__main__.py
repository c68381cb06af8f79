"""Requests of every kind: is what is asked for understood, and what is answered?

    python -m bench.requests [--split tune|look|all] [--transcript FILE] [--libraries DIR] [--data DIR] [--json]

`requests.jsonl` has `request`, `kind` and `library`, written by hand: a household with the samples and the seed, forty
receipts, two annual reports. Prints how many are understood, how many questions of fact of the other benchmarks are
taken for something else, and the seconds of each kind. What is useful or wrong, a person judges in the transcript.
`--libraries` keeps what was read for the next time.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.asking import ask, library_of
from bench.measuring import Measures, options, progress, rate, report
from bench.questions import HOUSEHOLD, articles, filings, household, read_lines
from bench.splits import split_of
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.intent import understand
from lamplight.samples import SAMPLES

REQUESTS = Path(__file__).with_name("requests.jsonl")
REPORTS = ("ADOBE_2022_10K.pdf", "BESTBUY_2023_10K.pdf")
MOST_FACTS = 400  # questions of one benchmark


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, what it is, and how it was answered in how many seconds."""

    text: str
    kind: str
    finished: Finished
    seconds: float

    @property
    def understood(self) -> bool:
        """Whether the kind that the app took it for is the one written down."""
        return self.finished.kind == self.kind


def files_of(name: str, data: Path) -> list[Path]:
    """What one of the three libraries holds."""
    if name == "receipts":
        return sorted((data / "receipts").glob("*.jpg"))
    if name == "filings":
        return [data / "filings" / report for report in REPORTS]
    own = [*(Path(path) for path in SAMPLES), *sorted((HOUSEHOLD / "documents").iterdir())]
    return [*own, *(path for path in sorted((data / "seed").iterdir()) if path.is_file())]


def answered(split: str, data: Path, folder: Path, models: Models) -> Iterator[Asked]:
    """Each request of a half, asked of its library."""
    lines = [line for line in read_lines(REQUESTS) if split in ("all", split_of(line["request"]))]
    for name in dict.fromkeys(line["library"] for line in lines):
        with library_of(folder / name, files_of(name, data), models) as library:
            answerer = Answerer(library, models)
            for line in lines:
                if line["library"] == name:
                    started = time.perf_counter()
                    finished = ask(answerer, line["request"])
                    yield Asked(line["request"], line["kind"], finished, time.perf_counter() - started)


def departures(data: Path, models: Models) -> Measures:
    """How many questions of fact, of the halves that nothing was fitted to, are taken for something else."""
    nowhere = Path()
    groups = {
        "household": [one.text for one in household(data, nowhere).part("look").questions],
        "filings": [one.text for one in filings(data, nowhere).part("look").questions],
        "squad": [one.text for article in articles(data) for one in article if split_of(one.passage) == "look"],
    }
    made: Measures = {}
    for name, texts in groups.items():
        kinds = [
            understand(text, models.intents, models.embedder, models.multilingual).kind for text in texts[:MOST_FACTS]
        ]
        made |= rate(f"{name}_facts_lost", [kind != "fact" for kind in kinds])
        made[f"{name}_facts"] = len(kinds)
    return made


def measured(asked: list[Asked]) -> Measures:
    """The rates."""
    made: Measures = {"requests": len(asked)} | rate("understood", [one.understood for one in asked])
    for kind in sorted({one.kind for one in asked}):
        own = [one for one in asked if one.kind == kind]
        made |= rate(f"{kind}_understood", [one.understood for one in own])
        made[f"{kind}_seconds"] = round(statistics.median(one.seconds for one in own), 2)
    return made


def main() -> None:
    """Ask, write the transcript and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--split", choices=("tune", "look", "all"), default="tune")
    parser.add_argument("--transcript", type=Path, help="write each answer here, as JSON lines")
    parser.add_argument("--libraries", type=Path, help="folder for the libraries (default: one that goes)")
    chosen = parser.parse_args()
    models = Models()
    with tempfile.TemporaryDirectory() as scratch:
        asked = []
        for one in answered(chosen.split, chosen.data, chosen.libraries or Path(scratch), models):
            asked.append(one)
            if not one.understood:
                progress(f"{one.kind} taken for {one.finished.kind}: {one.text}")
    if chosen.transcript:
        lines = (
            {"request": one.text, "kind": one.kind, "taken_for": one.finished.kind, "answer": one.finished.answer}
            | {"refused": one.finished.refused, "seconds": round(one.seconds, 2)}
            for one in asked
        )
        chosen.transcript.write_text(
            "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
        )
    report(measured(asked) | departures(chosen.data, models), chosen.json)


if __name__ == "__main__":
    main()
