"""Tables of a PDF that nothing marks: each number is under its head and beside its label, however these are worded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.library.records import Table
from lamplight.models.loading import Models

STEP = 14
Line = Sequence[tuple[float, str]]
"""Words with the place of their right edge, where they are numbers or stand over them, or else of their left one."""


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def write(path: Path, *pages: Sequence[Line]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        canvas.setFont("Helvetica", 9)
        top = 800.0
        for line in lines:
            for place, words in line:
                (canvas.drawRightString if place > 200 else canvas.drawString)(abs(place), top, words)
            top -= STEP
        canvas.showPage()
    canvas.save()
    return path


def tables(path: Path, reading: Reading) -> list[Table]:
    return read(path, reading).tables


def row(label: str, *cells: str, first: float = 300, step: float = 80) -> Line:
    return [(72, label), *((first + step * place, cell) for place, cell in enumerate(cells) if cell)]


def centred(canvas_middle: float, words: str) -> tuple[float, str]:
    """Words whose middle is at a place: by the width of Helvetica 9."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return canvas_middle + stringWidth(words, "Helvetica", 9) / 2, words


PROSE: Line = [
    (72.0, "The committee met twelve times last year and looked at the books of the allotments each time it met.")
]


def test_a_head_of_two_lines_names_its_column_whole(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        PROSE,
        [(72, "Harvest by plot (in kilograms)")],
        row("", "Early", "Late", "Given"),
        row("", "potatoes", "potatoes", "away"),
        row("Plot 12", "41", "52", "7"),
        row("Plot 13", "38", "—", "1,204"),
    ]
    [table] = tables(write(tmp_path / "harvest.pdf", lines), reading)
    assert table.columns == ["", "Early potatoes", "Late potatoes", "Given away"]
    assert table.rows == [["Plot 12", "41", "52", "7"], ["Plot 13", "38", "—", "1,204"]]
    assert table.name == "Harvest by plot (in kilograms)"
    assert len(table.boxes) == 2


def test_a_head_over_several_columns_names_each_of_them(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        [centred(325, "Three months ended March 31,"), centred(485, "Twelve months ended March 31,")],
        row("", "2024", "2023", "2024", "2023"),
        row("Rent", "$ 120", "$ 118", "$ 480", "$ 470"),
        row("Water", "(7)", "(6)", "(31)", "(29)"),
    ]
    [table] = tables(write(tmp_path / "costs.pdf", lines), reading)
    assert table.columns[1:] == [
        "Three months ended March 31, 2024", "Three months ended March 31, 2023",
        "Twelve months ended March 31, 2024", "Twelve months ended March 31, 2023",
    ]  # fmt: skip
    assert table.rows == [["Rent", "$120", "$118", "$480", "$470"], ["Water", "(7)", "(6)", "(31)", "(29)"]]


def test_the_heading_over_rows_goes_with_each_of_them(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        row("", "2024", "2023"),
        row("Upper field:"),
        row("Members", "36", "34"),
        row("Waiting", "8", "12"),
        row("Lower field:"),
        row("Members", "21", "22"),
        row("Waiting for more", "", ""),
        row("than a year", "3", "1"),
    ]
    [table] = tables(write(tmp_path / "members.pdf", lines), reading)
    assert table.rows == [
        ["Upper field", "Members", "36", "34"],
        ["Upper field", "Waiting", "8", "12"],
        ["Lower field", "Members", "21", "22"],
        ["Lower field", "Waiting for more than a year", "3", "1"],
    ]


def test_an_empty_cell_stays_empty(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        row("", "Paid in", "Paid out", "Balance"),
        row("3 May Seeds", "", "12.50", "87.50"),
        row("4 May Fee", "60.00", "", "147.50"),
        row("9 May Hose", "", "31.00", "116.50"),
    ]
    [table] = [one for one in tables(write(tmp_path / "account.pdf", lines), reading) if one.columns[0] == ""]
    assert [one[1:] for one in table.rows] == [["", "12.50", "87.50"], ["60.00", "", "147.50"], ["", "31.00", "116.50"]]


def test_two_lists_side_by_side_are_two_tables(tmp_path: Path, reading: Reading) -> None:
    pairs = [
        ("Ash", "11", "Lime", "26"),
        ("Birch", "2", "Maple", "4"),
        ("Cedar", "7", "Oak", "133"),
        ("Elm", "1", "Yew", "5"),
    ]
    lines: list[Line] = [
        [(72, "Trees counted in the park:")],
        [(210, "Trees"), (420, "Trees")],
        *([(72, a), (210, b), (300.001 - 70, ""), (420, d), (340, c)] for a, b, c, d in pairs),
    ]
    left, right = tables(write(tmp_path / "trees.pdf", lines), reading)
    assert left.rows == [["Ash", "11"], ["Birch", "2"], ["Cedar", "7"], ["Elm", "1"]]
    assert right.rows == [["Lime", "26"], ["Maple", "4"], ["Oak", "133"], ["Yew", "5"]]


def test_a_table_that_goes_on_over_the_page_keeps_its_heads(tmp_path: Path, reading: Reading) -> None:
    first: list[Line] = [row("", "Length", "Width"), row("Bed 1", "4.5", "1.2"), row("Bed 2", "5.0", "1.1")]
    second: list[Line] = [row("Bed 3", "6.5", "1.2"), row("Bed 4", "7.0", "0.9")]
    before, after = tables(write(tmp_path / "beds.pdf", first, second), reading)
    assert (before.page, after.page) == (1, 2)
    assert after.columns == before.columns == ["", "Length", "Width"]
    assert after.rows == [["Bed 3", "6.5", "1.2"], ["Bed 4", "7.0", "0.9"]]


def test_numbers_that_nothing_names_are_no_table(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [PROSE, row("Half", "36", "12"), row("Full", "60", "8")]
    assert tables(write(tmp_path / "plots.pdf", lines), reading) == []


def test_prose_with_numbers_is_no_table(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        [(72, "The fee for half a plot rose in the year 2022 from 36 to 38 and that for a whole one from 60 to 63.")],
        [(72, "It will stay so until the members decide otherwise, which they may do at any of the meetings of 2024.")],
        [
            (
                72,
                "Whoever pays before the end of March pays 3 less, and whoever pays after the end of April 5 more.",
            )
        ],
    ]
    assert tables(write(tmp_path / "fees.pdf", lines), reading) == []


def test_heads_in_another_language_are_heads(tmp_path: Path, reading: Reading) -> None:
    lines: list[Line] = [
        [(72, "Nebenkosten je Wohnung (in Euro)")],
        row("", "Heizung", "Wasser", "Müll"),
        row("Erdgeschoss", "1.204,50", "310,20", "96,00"),
        row("Dachgeschoss", "988,10", "275,00", "96,00"),
    ]
    [table] = tables(write(tmp_path / "kosten.pdf", lines), reading)
    assert table.columns == ["", "Heizung", "Wasser", "Müll"]
    assert table.rows[1] == ["Dachgeschoss", "988,10", "275,00", "96,00"]
