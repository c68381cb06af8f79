"""Tables: a number is never without its row's label and its column's head, and the cells are kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.chunks import CHUNK_TOKENS, chunks_of
from lamplight.ingest.document import Block, ReadDocument
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.library.database import DATABASE
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models

BALANCE = [
    ("Consolidated balance sheets",),
    ("(in millions)",),
    ("", "2023", "2022"),
    ("Current assets:",),
    ("Cash and seeds", "1,234", "1,100"),
    ("Tools", "$ 56", "$ —"),
    ("Total assets", "1,290", "1,100"),
]


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def write_table(path: Path, rows: list[tuple[str, ...]], above: list[str], below: list[str]) -> Path:
    """A page with paragraphs around a table whose numbers stand in columns."""
    canvas = Canvas(str(path), pagesize=A4)
    top = 780
    for line in above:
        canvas.drawString(72, top, line)
        top -= 16
    top -= 40
    for row in rows:
        for column, cell in enumerate(row):
            canvas.drawString(72 + 180 * column, top, cell)
        top -= 16
    for line in below:
        canvas.drawString(72, top - 40, line)
        top -= 16
    canvas.save()
    return path


def table_block_of(document: ReadDocument) -> Block:
    (block,) = [block for page in document.pages for block in page.blocks if block.kind == "table"]
    return block


def test_a_table_in_a_pdf_knows_its_heads_and_cells(tmp_path: Path, reading: Reading) -> None:
    prose = ["The committee met twelve times and looked at the books."]
    document = read(write_table(tmp_path / "balance.pdf", BALANCE, prose, prose), reading)
    block = table_block_of(document)
    assert [line.text for line in block.lines[: block.header_rows]] == [
        "Consolidated balance sheets",
        "(in millions)",
        "2023 2022",
    ]
    (table,) = document.tables
    assert (table.name, table.columns) == ("Consolidated balance sheets (in millions)", ["", "", "2023", "2022"])
    assert table.rows == [
        ["Current assets", "Cash and seeds", "1,234", "1,100"],
        ["Current assets", "Tools", "$56", "$—"],
        ["Current assets", "Total assets", "1,290", "1,100"],
    ]
    assert table.boxes == [pytest.approx(line.box, abs=1) for line in block.lines[block.header_rows + 1 :]]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("Cash and seeds", "1,234", "1,100"), ("Tools", "56", "43")], id="nothing above"),
        pytest.param([("Plots and people",), ("Half", "36", "12"), ("Full", "60", "8")], id="only a title"),
    ],
)
def test_heads_that_are_not_sure_are_not_guessed(tmp_path: Path, reading: Reading, rows: list[tuple[str, ...]]) -> None:
    document = read(write_table(tmp_path / "plots.pdf", rows, ["The committee met in the hall."], []), reading)
    assert table_block_of(document).header_rows == 0
    assert document.tables == []


def test_a_year_in_a_paragraph_is_no_head(tmp_path: Path, reading: Reading) -> None:
    prose = ["The fee rose in 2022 and again in 2023, when the pond was cleaned and the gate painted."]
    rows = [("Half", "36", "38"), ("Full", "60", "63")]
    block = table_block_of(read(write_table(tmp_path / "fees.pdf", rows, prose, []), reading))
    assert [line.text for line in block.lines] == ["Half 36 38", "Full 60 63"]


def test_two_numbers_under_one_head_are_both_its_own(tmp_path: Path, reading: Reading) -> None:
    rows = [("", "2023", "2022"), ("Half", "36", "38 12%"), ("Full", "60", "63 5%"), ("Shed", "9", "8 12%")]
    document = read(write_table(tmp_path / "fees.pdf", rows, [], []), reading)
    assert table_block_of(document).header_rows == 1
    (table,) = document.tables
    assert [[*row[:2], " ".join(row[2:])] for row in table.rows] == [list(row) for row in rows[1:]]
    assert all(head.startswith("2022") for head in table.columns[2:])


def test_a_long_table_has_its_heads_in_every_chunk(tmp_path: Path, reading: Reading, embedder: Embedder) -> None:
    rows = [*BALANCE[:3], *((f"Plot number {number}", f"1,{number:03}", f"2,{number:03}") for number in range(36))]
    document = read(write_table(tmp_path / "plots.pdf", rows, [], []), reading)
    block = table_block_of(document)
    chunks = chunks_of(document, embedder)
    assert len(chunks) > 2
    heads = [line.text for line in block.lines[:3]]
    assert all(chunk.text.split("\n")[:3] == heads for chunk in chunks)
    assert all(len(chunk.boxes) == len(chunk.text.split("\n")) for chunk in chunks)
    assert all(chunk.boxes[:3] == [line.box for line in block.lines[:3]] for chunk in chunks)
    bodies = [line for chunk in chunks for line in chunk.text.split("\n")[3:]]
    assert bodies == [line.text for line in block.lines[3:]]
    assert max(embedder.count_tokens([chunk.text for chunk in chunks])) <= CHUNK_TOKENS


def test_heads_and_labels_are_not_left_behind(embedder: Embedder, tmp_path: Path, reading: Reading) -> None:
    rows = "".join(f"<tr><td>Plot {number}</td><td>{number}00</td></tr>" for number in range(60))
    groups = "".join(f"<tr><td>Garden of group {'abcdefgh'[group]}</td></tr>{rows[: 7 * 50]}" for group in range(8))
    prose = "<p>" + "The pond was cleaned and the heron was seen twice at dusk. " * 13 + "</p>"
    (tmp_path / "plots.html").write_text(f"{prose}<table><tr><th>Plot</th><th>Fee</th></tr>{groups}</table>")
    chunks = chunks_of(read(tmp_path / "plots.html", reading), embedder)
    ends = [chunk.text.split("\n")[-1] for chunk in chunks]
    assert len(chunks) > 2
    assert not [end for end in ends if end == "Plot | Fee" or end.startswith("Garden")]


def test_a_wide_table_names_the_column_of_every_cell(tmp_path: Path, reading: Reading, embedder: Embedder) -> None:
    columns = [f"Measurement of the pond in week {week}" for week in range(20)]
    rows = [["Depth", *(f"{week}.5" for week in range(20))], ["Carp", *(str(week) for week in range(20))]]
    source = "\n".join([",".join(["Name", *columns]), *(",".join(row) for row in rows)])
    (tmp_path / "pond.csv").write_text(source)
    document = read(tmp_path / "pond.csv", reading)
    lines = [line for chunk in chunks_of(document, embedder) for line in chunk.text.split("\n")]
    (line,) = [line for line in lines if "in week 17: 17.5" in line]
    assert line.startswith("Depth | ")
    assert document.tables[0].columns == ["Name", *columns]


def test_cells_over_several_rows_and_columns_are_where_they_belong(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "fees.html").write_text(
        "<table><caption>Fees (in pounds)</caption><tr><th rowspan=2>Plot</th><th colspan=2>Year</th></tr>"
        "<tr><th>2022</th><th>2023</th></tr><tr><td>Half</td><td>36</td><td>38</td></tr></table>"
    )
    document = read(tmp_path / "fees.html", reading)
    (table,) = document.tables
    assert (table.name, table.columns) == ("Fees (in pounds)", ["Plot", "Year 2022", "Year 2023"])
    assert table.rows == [["Half", "36", "38"]]
    assert document.pages[0].blocks[0].lines[0].text == "Fees (in pounds)"
    assert document.pages[0].blocks[0].header_rows == 2


def test_tables_are_kept_with_their_document_and_go_with_it(tmp_path: Path, library: Library, models: Models) -> None:
    document = docx.Document()
    document.add_paragraph("The fees of the allotments.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Plot", "Fee"), ("Half", "£36")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(tmp_path / "fees.docx"))
    write_table(tmp_path / "balance.pdf", BALANCE, [], [])
    for name in ("fees.docx", "balance.pdf"):
        assert index_file(tmp_path / name, library, models).status == "added"
    pdf, word = library.documents.all()
    (fees,) = library.tables.of([word.id])
    assert (fees.page, fees.columns, fees.rows, fees.boxes) == (1, ["Plot", "Fee"], [["Half", "£36"]], [])
    (balance,) = library.tables.of([pdf.id])
    assert len(balance.boxes) == len(balance.rows) == 3
    assert [table.document_id for table in library.tables.of([pdf.id, word.id])] == [pdf.id, word.id]
    library.documents.remove(word.id)
    assert library.tables.of([word.id]) == []
    library.documents.purge(word.id)
    assert library.database.rows("SELECT count(*) FROM tables WHERE document_id = ?", word.id) == [(0,)]


def test_the_report_card_is_kept_with_the_document(tmp_path: Path, library: Library, models: Models) -> None:
    write_table(tmp_path / "balance.pdf", BALANCE, ["A paragraph above the table."], [])
    assert index_file(tmp_path / "balance.pdf", library, models).status == "added"
    (document,) = library.documents.all()
    report = document.report
    assert report is not None
    assert (report.pages, report.ocr_pages, report.empty_pages, report.tables) == (1, 0, [], 1)
    assert report.characters > 100
    assert report.seconds > 0
    assert report.skipped == []


def test_a_library_from_before_reports_opens_and_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    with sqlite3.connect(folder / DATABASE) as database:
        MIGRATIONS[0](database)
        database.execute("PRAGMA user_version = 1")
        database.execute(
            "INSERT INTO documents (path, name, sha256, format, title, pages, chunks, images, ocr_pages, bytes, "
            "added_at, state) VALUES ('/a.txt', 'a.txt', 'x', 'text', 'a', 1, 0, 0, 0, 1, 1.0, 'ready')"
        )
    database.close()
    with Library(folder) as library:
        (document,) = library.documents.all()
        assert document.report is None
        assert library.tables.of([document.id]) == []
