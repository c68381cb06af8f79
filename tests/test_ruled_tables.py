"""Tables of a PDF page with a rule around every cell are read by their cells, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from lamplight.ingest.document import Block
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

GRID = ("GRID", (0, 0), (-1, -1), 0.5, "black")
HEADS = ["Position", "Duties", "Salary"]
DUTIES = "Lights the lamp at dusk, trims the wick every four hours and writes the log in the blue book on the shelf"
SENTENCE = "The committee met in the small hall and looked at the reports of the past quarter."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def write(path: Path, rows: list[list[str]], *style: Any, widths: tuple[float, ...] | None = (100, 200, 90)) -> Path:
    text = getSampleStyleSheet()["BodyText"]
    table = Table([[Paragraph(cell, text) for cell in row] for row in rows], colWidths=widths, style=list(style))
    said = [Paragraph("Wages of the keepers", text), Spacer(1, 8), table, Spacer(1, 8), Paragraph(SENTENCE, text)]
    SimpleDocTemplate(str(path), pagesize=A4).build(said)
    return path


def tables_on(path: Path, reading: Reading) -> list[list[Block]]:
    return [[block for block in page.blocks if block.kind == "table"] for page in read(path, reading).pages]


def lines(block: Block) -> list[str]:
    return [line.text for line in block.lines]


def test_the_lines_of_a_cell_stand_in_its_row(tmp_path: Path, reading: Reading) -> None:
    path = write(
        tmp_path / "a.pdf", [HEADS, ["Keeper", DUTIES, "2,310 marks"], ["Boatman", DUTIES, "1,120 marks"]], GRID
    )
    document = read(path, reading)
    title, table, below = document.pages[0].blocks
    assert lines(title) == ["Wages of the keepers"]
    assert lines(table) == [
        "Position | Duties | Salary", f"Keeper | {DUTIES} | 2,310 marks", f"Boatman | {DUTIES} | 1,120 marks"
    ]  # fmt: skip
    assert lines(below) == [SENTENCE]
    assert table.header_rows == 1
    (kept,) = document.pages[0].tables
    assert (kept.name, kept.columns, kept.rows[1]) == (
        "Wages of the keepers",
        HEADS,
        ["Boatman", DUTIES, "1,120 marks"],
    )
    first, second = (line.box for line in table.lines[1:])
    assert first is not None
    assert second is not None
    assert first[3] - first[1] > 20
    assert first[3] < second[1]


def test_a_table_that_goes_on_on_the_next_page_has_its_heads_there(tmp_path: Path, reading: Reading) -> None:
    rows = [[f"Keeper {number}", DUTIES, f"{number + 1000} marks"] for number in range(30)]
    first, second = tables_on(write(tmp_path / "a.pdf", [HEADS, *rows], GRID), reading)
    assert lines(first[0])[:2] == ["Position | Duties | Salary", f"Keeper 0 | {DUTIES} | 1000 marks"]
    assert lines(second[0])[0] == "Position | Duties | Salary"
    assert second[0].header_rows == 1
    assert lines(second[0])[-1] == f"Keeper 29 | {DUTIES} | 1029 marks"


def test_a_cell_of_several_rows_stands_in_each_of_them(tmp_path: Path, reading: Reading) -> None:
    rows = [["Region", "Crop", "Tons"], ["Tain", "Oats", "12"], ["", "Rye", "14"], ["Reiff", "Hay", "9"]]
    ((table,),) = tables_on(write(tmp_path / "a.pdf", rows, GRID, ("SPAN", (0, 1), (0, 2))), reading)
    assert lines(table) == ["Region | Crop | Tons", "Tain | Oats | 12", "Tain | Rye | 14", "Reiff | Hay | 9"]


@pytest.mark.parametrize(
    "style",
    [
        pytest.param((), id="no rules"),
        pytest.param((("LINEBELOW", (0, 0), (-1, -1), 0.5, "black"),), id="rules between rows alone"),
        pytest.param((("BOX", (0, 0), (-1, -1), 0.5, "black"),), id="a frame"),
    ],
)
def test_what_is_not_closed_by_rules_stays_lines(tmp_path: Path, reading: Reading, style: tuple[Any, ...]) -> None:
    path = write(tmp_path / "a.pdf", [HEADS, ["Keeper", DUTIES, "2,310 marks"]], *style)
    text = read(path, reading).pages[0].text
    assert " | " not in text
    assert sorted("".join(text.split())) == sorted(
        "".join(f"Wages of the keepers{''.join(HEADS)}Keeper{DUTIES}2,310marks{SENTENCE}".split())
    )


def test_rows_without_a_rule_between_them_are_not_joined(tmp_path: Path, reading: Reading) -> None:
    """Some draw rules around the columns of a whole table alone."""
    rows = [
        ["What", "Marks"],
        ["Cash at the start<br/>Oil bought<br/>Cash at the end, of which some is lent", "14<br/>(3)<br/>11"],
    ]
    assert " | " not in read(write(tmp_path / "a.pdf", rows, GRID, widths=(100, 90)), reading).pages[0].text
    rows = [["Warden", "Beat"], ["Isla<br/>Rory<br/>Morag", "The weir<br/>The pool<br/>The banks"]]
    assert " | " not in read(write(tmp_path / "a.pdf", rows, GRID, widths=(100, 90)), reading).pages[0].text


def test_words_that_reach_over_the_rules_keep_a_table_from_being_taken_apart(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.grid([100, 200, 300], [600, 620, 640])
    for x, y, words in (
        (110, 625, "Oats"),
        (210, 625, "12"),
        (110, 605, "Rye"),
        (210, 605, "Fourteen tons of it were sold in Tain"),
    ):
        canvas.drawString(x, y, words)
    canvas.save()
    text = read(tmp_path / "a.pdf", reading).pages[0].text
    assert "Fourteen tons of it were sold in Tain" in text
    assert text.count("Rye") == 1
