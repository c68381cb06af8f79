"""What a summary of a letter or a form begins with: who, what and when, and what its amounts come to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.asking import ask
from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.opening_rows import opening_rows, sum_rows

BILL = """# Boat hire on Lake Merrow

| Hirer | Ottilie Brandt, 4 Reed Lane |
|---|---|
| Boat | Sloop “Heron”, 6 berths |
| From | Saturday 6 June 2026, 14:00 |

## Charges

| Item | Days | Amount |
|---|---|---|
| Boat | 7 | £910.00 |
| Life jackets | 7 | £42.00 |
| Weekday discount | | –£52.00 |
| Total including VAT | | £900.00 |

## Weather

The boat stays in the harbour from a wind of force six. Nothing is paid back for a day on which it can't leave.
"""
LETTER = """Waldschule Niederau

Liebe Eltern,

wir fahren am 4. Juni 2026 mit allen vierten Klassen in den Tierpark nach Hohenfeld und essen dort zu Mittag.

KOSTEN
  Bus               12,50 EUR
  Eintritt           7,00 EUR
  ---------------------------
  Gesamt            19,50 EUR

Bitte geben Sie den Betrag bis zum 29. Mai bar bei Frau Lindner im Sekretariat ab, in einem Umschlag mit Namen.
"""


@pytest.fixture
def papers(library: Library, models: Models, tmp_path: Path) -> Library:
    for name, text in (("boat hire.md", BILL), ("Ausflug.txt", LETTER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


def chunks_of(papers: Library, name: str) -> list[Passage]:
    return papers.passages.of(next(one.id for one in papers.documents.all() if one.name == name))


def test_who_and_when_stand_in_the_rows_before_the_first_section(papers: Library) -> None:
    rows = opening_rows(chunks_of(papers, "boat hire.md"))
    assert [(label, value.split(",")[0]) for label, value, _ in rows] == [
        ("Hirer", "Ottilie Brandt"),
        ("Boat", "Sloop “Heron”"),
        ("From", "Saturday 6 June 2026"),
    ]
    assert opening_rows(chunks_of(papers, "Ausflug.txt")) == []


@pytest.mark.parametrize(
    ("name", "total"), [("boat hire.md", ("Total including VAT", "£900.00")), ("Ausflug.txt", ("Gesamt", "19,50 EUR"))]
)
def test_the_row_that_adds_up_those_above_it_is_the_total(papers: Library, name: str, total: tuple[str, str]) -> None:
    assert [row[:2] for row in sum_rows(chunks_of(papers, name))] == [total]


def test_a_summary_begins_with_them_and_names_need_not_be_known_to_be_understood(
    papers: Library, loaded: Models
) -> None:
    answerer = Answerer(papers, loaded)
    told = ask(answerer, "summarise the boat hire").answer
    assert "- Hirer: Ottilie Brandt" in told
    assert "- Total including VAT: £900.00" in told
    assert "force six" in told
    letter = ask(answerer, "Fass den Ausflug zusammen").answer
    assert "- Gesamt: 19,50 EUR" in letter
    assert "wir fahren am 4. Juni 2026" in letter  # it goes on behind the salutation
