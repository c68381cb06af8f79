"""Furniture is never an answer: what repeats at the edge of pages is known for it, and nothing else is taken for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest import indexing
from lamplight.ingest.chunks import CHUNK_TOKENS, chunks_of
from lamplight.ingest.control import IngestControl
from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import Interrupted
from lamplight.ingest.furniture import LOOK_AHEAD, HeldBack, mark_document
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.running_heads import roman
from lamplight.ingest.worker_protocol import MESSAGES, PageRead, to_line
from lamplight.library.database import DATABASE
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models

Drawn = tuple[float, float, str]  # points from the left and from the bottom

WORDS = [
    *("harbour", "lantern", "meadow", "quarry", "willow", "thistle", "copper", "saddle"),
    *("barley", "orchard", "kettle", "marble", "cinder", "feather", "gravel"),
]


def prose(page: int, lines: int = 20, top: float = 740) -> list[Drawn]:
    """A body of which no two lines are alike."""
    return [
        (72, top - 16 * line, f"The {WORDS[(page * 7 + line) % 15]} {WORDS[(page + line * 4) % 15]} was kept in the "
         f"{WORDS[(page * 3 + line) % 15]} by the {WORDS[(page * 11 + line * 2) % 15]} keeper.")
        for line in range(lines)
    ]  # fmt: skip


def write(path: Path, pages: Sequence[Sequence[Drawn]], size: tuple[float, float] = A4, font: float = 10) -> Path:
    canvas = Canvas(str(path), pagesize=size)
    for drawn in pages:
        canvas.setFont("Helvetica", font)
        for left, bottom, text in drawn:
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return path


def nothing_to_recognise() -> None:
    raise AssertionError("there is nothing to recognise here")


def read_pages(path: Path) -> ReadDocument:
    return read(path, Reading(nothing_to_recognise))  # type: ignore[arg-type]


def marked(document: ReadDocument) -> list[list[str]]:
    """The furniture of each page."""
    return [
        [line.text for block in page.blocks for line in block.lines if line.furniture] for page in document.pages
    ]  # fmt: skip


def test_running_heads_and_page_numbers_are_furniture(tmp_path: Path) -> None:
    pages = [
        [(72, 800, "THE SHERWIN COMPANY"), *prose(page), (72, 30, f"2022 Annual Report on Form 10-K {page + 60}")]
        for page in range(1, 9)
    ]
    found = marked(read_pages(write(tmp_path / "report.pdf", pages)))
    assert found == [
        ["THE SHERWIN COMPANY", f"2022 Annual Report on Form 10-K {page + 60}"] for page in range(1, 9)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "footer",
    [
        pytest.param(lambda page: f"{page}", id="bare"),
        pytest.param(lambda page: f"Page {page} of 7", id="of"),
        pytest.param(lambda page: f"Seite {page}/7", id="in German"),
        pytest.param(lambda page: f"- {page + 311} -", id="between dashes"),
        pytest.param(lambda page: ["i", "ii", "iii", "iv", "v", "vi", "vii"][page - 1], id="in Roman numerals"),
    ],
)
def test_page_numbers_are_furniture_in_any_form(tmp_path: Path, footer: Callable[[int], str]) -> None:
    pages = [[*prose(page), (290, 30, footer(page))] for page in range(1, 8)]
    found = marked(read_pages(write(tmp_path / "report.pdf", pages)))
    assert found == [[footer(page)] for page in range(1, 8)]


def test_a_page_number_that_follows_the_text_up_a_short_page_is_furniture(tmp_path: Path) -> None:
    pages = [[*prose(page, lines), (290, 700 - 16 * lines, str(page))] for page, lines in enumerate((30, 12, 25, 8), 1)]
    assert marked(read_pages(write(tmp_path / "filing.pdf", pages))) == [["1"], ["2"], ["3"], ["4"]]


def test_heads_that_differ_on_odd_and_even_pages_and_from_chapter_to_chapter_are_furniture(tmp_path: Path) -> None:
    def head(page: int) -> str:
        return "A History of Lanterns" if page % 2 else ("Oil" if page <= 8 else "Gas and Wick")

    pages = [[(72, 800, head(page)), *prose(page)] for page in range(1, 17)]
    assert marked(read_pages(write(tmp_path / "book.pdf", pages))) == [[head(page)] for page in range(1, 17)]


def test_a_table_of_contents_is_furniture_with_its_title(tmp_path: Path) -> None:
    entries = [(72.0, 700.0 - 18 * row, f"{WORDS[row].title()} {'. ' * 30}{row * 3 + 2}") for row in range(9)]
    plain = [(72.0, 700.0 - 18 * row, f"Part {WORDS[row]} and others {row * 3 + 2}") for row in range(9)]
    for name, rows in (("dotted", entries), ("plain", plain)):
        pages = [[(72.0, 740.0, "Inhalt"), *rows], *(prose(page) for page in range(2, 30))]
        found = marked(read_pages(write(tmp_path / f"{name}.pdf", pages)))
        assert len(found[0]) == 10, name
        assert not any(found[1:])


def test_a_price_list_is_no_table_of_contents(tmp_path: Path) -> None:
    prices = [4, 9, 3, 12, 7, 5, 11, 2, 8]
    rows = [(72.0, 700.0 - 18 * row, f"{WORDS[row].title()} {'. ' * 30}{price}") for row, price in enumerate(prices)]
    pages = [[(72.0, 740.0, "Menu"), *rows], *(prose(page) for page in range(2, 30))]
    assert not any(marked(read_pages(write(tmp_path / "menu.pdf", pages))))


def test_totals_carried_forward_on_a_statement_are_no_furniture(tmp_path: Path) -> None:
    balances = [1204.50, 987.10, 2310.75, 1800.00, 455.20, 3120.90]
    pages = []
    for page in range(1, 6):
        rows = [
            (72.0, 730.0 - 16 * row, f"0{row % 9 + 1}/03 {WORDS[(page * 5 + row) % 15]} {row * page + 7}.40")
            for row in range(40)
        ]
        top = [
            (72.0, 775.0, "Date Description Amount"), (72.0, 760.0, f"Brought forward {balances[page - 1]:.2f}"),
            (72.0, 745.0, "All amounts of this page in order of date"),
        ]  # fmt: skip
        bottom = [(72.0, 88.0, f"Carried forward {balances[page]:.2f}"), (280.0, 30.0, f"{page} / 5")]
        pages.append([*top, *rows, *bottom])
    found = marked(read_pages(write(tmp_path / "statement.pdf", pages)))
    assert found == [[f"{page} / 5"] for page in range(1, 6)]


def test_nothing_of_a_letter_of_two_pages_is_furniture(tmp_path: Path) -> None:
    pages = [
        [(72, 800, "Harbour Office, 12 Quay Street"), *prose(page), (72, 60, "______________"), (290, 30, str(page))]
        for page in (1, 2)
    ]
    assert not any(marked(read_pages(write(tmp_path / "letter.pdf", pages))))


def test_the_title_of_slides_is_no_furniture_but_their_footer_is(tmp_path: Path) -> None:
    path = tmp_path / "slides.pdf"
    canvas = Canvas(str(path), pagesize=landscape(A4))
    for page in range(1, 6):
        canvas.setFont("Helvetica", 30)
        canvas.drawString(60, 540, "Rent is due on the first")
        canvas.setFont("Helvetica", 12)
        for left, bottom, text in prose(page, 8, 420):
            canvas.drawString(left, bottom, text)
        canvas.drawString(60, 25, "Residents' meeting")
        canvas.showPage()
    canvas.save()
    assert marked(read_pages(path)) == [["Residents' meeting"]] * 5


def test_a_unit_under_the_running_head_of_a_few_tables_stays(tmp_path: Path) -> None:
    pages = [[(72, 800, "Sherwin"), *prose(page)] for page in range(1, 10)]
    for page in (3, 4, 5):
        pages[page].insert(1, (72, 785, "(in millions)"))
    found = marked(read_pages(write(tmp_path / "report.pdf", pages)))
    assert {text for page in found for text in page} == {"Sherwin"}


def test_the_heads_of_a_table_that_goes_on_over_pages_stay() -> None:
    heads = [Line("Stock by year", (72, 60, 300, 70)), Line("2021 2022 2023", (72, 75, 300, 85))]
    pages = []
    for page in range(1, 7):
        rows = [
            Line(f"{WORDS[row]} {page * 40 + row} {row} 7", (72, 100 + row * 15, 300, 110 + row * 15))
            for row in range(12)
        ]
        lines = [Line(head.text, head.box) for head in heads] + rows
        pages.append(DocumentPage(page, 595, 842, [Block("table", lines, (), 2)]))
    mark_document(document := ReadDocument("stock", "tiff", pages))
    assert not any(marked(document))


def test_headings_that_the_outline_names_are_furniture(tmp_path: Path) -> None:
    path = tmp_path / "manual.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for page in range(1, 4):
        canvas.bookmarkPage(str(page))
        canvas.addOutlineEntry(f"{page}. {WORDS[page].title()}", str(page))
        canvas.drawString(72, 780, f"{page}. {WORDS[page].title()}")
        for left, bottom, text in prose(page):
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    assert marked(read_pages(path)) == [[f"{page}. {WORDS[page].title()}"] for page in range(1, 4)]


def draw_typed(path: Path, pages: Sequence[Sequence[tuple[float, str, str]]]) -> ReadDocument:
    """Lines at a height in a type."""
    canvas = Canvas(str(path), pagesize=A4)
    for lines in pages:
        for bottom, face, text in lines:
            canvas.setFont(face, 10)
            canvas.drawString(72, bottom, text)
        canvas.showPage()
    canvas.save()
    return read_pages(path)


def paragraph(page: int, top: float) -> list[tuple[float, str, str]]:
    return [(bottom, "Helvetica", text) for _, bottom, text in prose(page, 8, top)]


def test_a_short_line_in_bold_above_a_paragraph_is_furniture(tmp_path: Path) -> None:
    bold = "Helvetica-Bold"
    pages = [
        [
            (770, bold, f"{page}. {WORDS[page].title()}"),
            (745, bold, f"The {WORDS[page + 1]} of old"),
            *paragraph(page, 720),
        ]
        for page in range(1, 5)
    ]
    found = marked(draw_typed(tmp_path / "manual.pdf", pages))
    assert found == [[f"{page}. {WORDS[page].title()}", f"The {WORDS[page + 1]} of old"] for page in range(1, 5)]


@pytest.mark.parametrize(
    ("text", "height"),
    [
        pytest.param("The gate is locked at dusk.", 732, id="a sentence"),
        pytest.param("The rent is 450 a month", 732, id="a number"),
        pytest.param("which nobody had seen before", 738, id="emphasis inside a paragraph"),
    ],
)
def test_bold_content_is_no_furniture(tmp_path: Path, text: str, height: float) -> None:
    above = (750.0, "Helvetica", "It was the year of the great storm and of the lantern that burnt for nine days,")
    pages = [[above, (height, "Helvetica-Bold", text), *paragraph(1, 715)], paragraph(2, 720), paragraph(3, 720)]
    assert not any(marked(draw_typed(tmp_path / "notice.pdf", pages)))


def test_a_headline_is_content_where_there_is_nothing_else(tmp_path: Path) -> None:
    pages = [[(700.0, "Helvetica-Bold", f"The {WORDS[page]} is closed")] for page in range(4)]
    assert not any(marked(draw_typed(tmp_path / "signs.pdf", pages)))


def test_a_heading_stays_with_what_it_is_over(embedder: Embedder) -> None:
    lines: list[Line] = []
    for section in range(12):
        lines.append(Line(f"On the {WORDS[section]}", furniture=True))
        lines += [Line(f"The {WORDS[section]} was kept by the {word} keeper.") for word in WORDS[:5]]
    made = chunks(embedder, Block("text", lines))
    assert len(made) > 2
    assert all(text.count("\n") not in furniture for text, furniture in made)


def test_dotted_contents_of_a_word_document_are_furniture(tmp_path: Path) -> None:
    document = docx.Document()
    for row in range(6):
        document.add_paragraph(f"{WORDS[row].title()} ................ {row * 4 + 1}")
    document.add_paragraph("The gate is locked at dusk.")
    document.save(str(tmp_path / "manual.docx"))
    (found,) = marked(read_pages(tmp_path / "manual.docx"))
    assert len(found) == 6


def test_pages_are_handed_on_while_others_are_read() -> None:
    onward: list[DocumentPage] = []
    held = HeldBack(onward)
    for number in range(1, 20):
        held.append(DocumentPage(number, 595, 842, [Block("text", [Line(f"{number}", (290, 800, 300, 810))])]))
        assert len(onward) == max(0, number - LOOK_AHEAD)
    assert len(held.finish()) == 19
    assert all(line.furniture for page in onward for block in page.blocks for line in block.lines)


def test_a_run_that_goes_on_knows_the_heads_of_the_pages_before(tmp_path: Path) -> None:
    pages = [[(72, 800, "Sherwin"), *prose(page), (290, 30, str(page))] for page in range(1, 11)]
    path = write(tmp_path / "report.pdf", pages)
    texts = [page.text for page in read_pages(path).pages]
    rest = read(path, Reading(nothing_to_recognise, earlier=texts[:9]))  # type: ignore[arg-type]
    assert marked(rest) == [["Sherwin", "10"]]


def test_furniture_passes_between_processes() -> None:
    page = DocumentPage(1, 595, 842, [Block("text", [Line("Sherwin", furniture=True), Line("The gate is green.")])])
    message = MESSAGES.validate_json(to_line(MESSAGES, PageRead(page)))
    assert message == PageRead(page)


def chunks(embedder: Embedder, *blocks: Block) -> list[tuple[str, tuple[int, ...]]]:
    document = ReadDocument("report", "pdf", [DocumentPage(1, 595, 842, list(blocks))])
    return [(chunk.text, chunk.furniture) for chunk in chunks_of(document, embedder)]


def test_furniture_is_no_passage_by_itself_where_there_is_anything_else(embedder: Embedder) -> None:
    head, foot = Line("THE SHERWIN COMPANY", furniture=True), Line("Page 3 of 12", furniture=True)
    body = Block("text", [Line("The gate is green.")], ("Gates",))
    assert chunks(embedder, Block("text", [head]), body, Block("text", [foot])) == [
        ("THE SHERWIN COMPANY\nThe gate is green.\nPage 3 of 12", (0, 2))
    ]
    assert chunks(embedder, Block("text", [head, foot])) == [("THE SHERWIN COMPANY\nPage 3 of 12", (0, 1))]


def test_a_long_table_of_contents_is_found_only_on_a_page_of_its_own(embedder: Embedder) -> None:
    entries = [Line(f"{WORDS[row % 15]} of the {WORDS[row % 7]} {row}", furniture=True) for row in range(60)]
    alone = chunks(embedder, Block("text", entries))
    assert sum(len(furniture) for _, furniture in alone) == 60
    body = Block("text", [Line("The gate is green. " * 40)], ("Gates",))
    assert not any(
        len(furniture) == text.count("\n") + 1 for text, furniture in chunks(embedder, Block("text", entries), body)
    )


def test_a_footer_under_a_table_does_not_repeat_its_heads(embedder: Embedder) -> None:
    rows = [Line(f"Region {number} 1,{number:03} 2,{number:03}") for number in range(40)]
    table = Block("table", [Line("2022 2021"), *rows, Line("64", furniture=True)], (), 1)
    made = chunks(embedder, table)
    assert len(made) > 1
    assert made[-1][0].endswith("\n64")
    assert made[-1][1] == (made[-1][0].count("\n"),)
    document = ReadDocument("report", "pdf", [DocumentPage(1, 595, 842, [table])])
    assert max(embedder.count_tokens([chunk.text for chunk in chunks_of(document, embedder)])) <= CHUNK_TOKENS + 24


def interrupt(path: Path, library: Library, models: Models) -> None:
    progress = IngestControl(lambda status, fraction: progress.interrupted.cancel() if fraction > 0.5 else None)
    with pytest.raises(Interrupted):
        index_file(path, library, models, progress)


@pytest.mark.long
def test_furniture_is_kept_in_the_library_and_a_broken_off_run_marks_as_a_whole_one(
    tmp_path: Path, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "KEPT_CHUNKS", 8)
    monkeypatch.setattr(indexing, "EMBED_STEP", 4)
    pages = [[(72, 800, "Sherwin"), *prose(page, 40), (290, 30, str(page))] for page in range(1, 31)]
    path = write(tmp_path / "report.pdf", pages)
    found = []
    for name in ("whole", "broken"):
        with Library(tmp_path / name) as library:
            if name == "broken":
                interrupt(path, library, models)
                assert library.database.rows("SELECT pages FROM unfinished")[0][0] > 0
            assert index_file(path, library, models).status == "added"
            found.append(library.database.rows("SELECT page, text, furniture FROM chunks ORDER BY id"))
            (document,) = library.documents.all()
            kept = {
                chunk.text.split("\n")[line]
                for chunk in library.passages.of(document.id)
                for line in chunk.furniture
            }  # fmt: skip
            assert kept == {"Sherwin", *map(str, range(1, 31))}
    assert found[0] == found[1]


def test_a_library_from_before_has_no_furniture(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE)) as database, database:
        for step in MIGRATIONS[:8]:
            step(database)
        database.execute("PRAGMA user_version = 8")
        database.execute(
            "INSERT INTO documents (path, name, sha256, format, title, pages, chunks, images, ocr_pages, bytes, "
            "added_at, state) VALUES ('/gate.txt', 'gate.txt', 'x', 'text', 'gate', 1, 1, 0, 0, 9, 0, 'ready')"
        )
        database.execute(
            "INSERT INTO chunks (document_id, page, kind, header, text, boxes) "
            "VALUES (1, 1, 'text', 'gate', 'The gate is green.', '[]')"
        )
    with Library(tmp_path / "library") as library:
        assert library.passages.by_id([1])[1].furniture == ()


def test_roman_numerals_count() -> None:
    assert [roman(numeral) for numeral in ("i", "iv", "ix", "xiv", "xl", "xc", "cxi")] == [1, 4, 9, 14, 40, 90, 111]
