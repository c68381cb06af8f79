"""What stands in a PDF without an outline stands under the headings that are set in type, also pages later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.document import DocumentPage
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading

BODY, BOLD = ("Helvetica", 10), ("Helvetica-Bold", 11)
TITLE = ("Helvetica-Bold", 16)
LEADING = 13
Set = tuple[tuple[str, int], str]  # font and size, text

HULL = "The hull is of larch on oak frames and was caulked anew in the spring of that year by two men."
SAILS = "The lugsail is tanned with cutch, and a second one of lighter cloth lies folded in the loft above."
KEEPING = "Between October and March the boat stands under the roof of the barn, on trestles and never on its keel."


def nothing_to_recognise() -> Any:
    raise AssertionError("all of it is text")


def write(path: Path, pages: Sequence[Sequence[Set]], size: tuple[float, float] = A4) -> Path:
    canvas = Canvas(str(path), pagesize=size)
    for page in pages:
        draw(canvas, page, size)
    canvas.save()
    return path


def draw(canvas: Canvas, page: Sequence[Set], size: tuple[float, float] = A4) -> None:
    height = size[1] - 72
    for font, text in page:
        height -= font[1] * 0.8
        canvas.setFont(*font)
        canvas.drawString(72, height, text)
        height -= LEADING
    canvas.showPage()


def paragraph(text: str, times: int = 4) -> list[Set]:
    return [(BODY, text) for _ in range(times)]


def headings_of(pages: Sequence[DocumentPage], word: str) -> list[tuple[str, ...]]:
    blocks = [block for page in pages for block in page.blocks]
    return [block.headings for block in blocks if any(word in line.text for line in block.lines)]


def pages_of(path: Path, earlier: list[str] | None = None) -> list[DocumentPage]:
    return read(path, Reading(nothing_to_recognise, earlier=earlier or [])).pages


BOOK = [
    [(TITLE, "The boat"), (BOLD, "Hull"), *paragraph(HULL, 8), (BOLD, "Sails"), *paragraph(SAILS, 8)],
    [*paragraph(SAILS.replace("lugsail", "mizzen"), 8), (TITLE, "Keeping it"), *paragraph(KEEPING, 8)],
    [(TITLE, "Addresses"), (BODY, "The barn: 4 Shore Road"), (BODY, "The loft: 19 Hill Street")],
    paragraph(HULL.replace("larch", "elm"), 8),
]


def test_a_section_goes_on_over_pages_until_the_next_one_of_its_level(tmp_path: Path) -> None:
    pages = pages_of(write(tmp_path / "boat.pdf", BOOK))
    assert headings_of(pages, "larch") == [("The boat", "Hull")]
    assert headings_of(pages, "lugsail") == [("The boat", "Sails")]
    (over_the_page,) = headings_of(pages, "mizzen")
    assert over_the_page[:2] == ("The boat", "Sails")
    (kept,) = headings_of(pages, "trestles")
    assert kept[0] == "Keeping it"
    assert "Sails" not in kept


def test_a_page_with_another_title_is_under_nothing_that_began_before(tmp_path: Path) -> None:
    pages = pages_of(write(tmp_path / "boat.pdf", BOOK))
    assert all("Keeping it" not in headings for headings in headings_of(pages, "The loft"))
    assert all("Keeping it" not in headings for headings in headings_of(pages, "elm"))


def test_a_run_that_goes_on_knows_the_section_it_is_in(tmp_path: Path) -> None:
    path = write(tmp_path / "boat.pdf", BOOK)
    whole = pages_of(path)
    for done in (1, 2, 3):
        rest = pages_of(path, [page.text for page in whole[:done]])
        assert [[block.headings for block in page.blocks] for page in rest] == [
            [block.headings for block in page.blocks] for page in whole[done:]
        ]


def test_bold_words_in_a_paragraph_and_large_ones_on_a_slide_begin_no_section(tmp_path: Path) -> None:
    bold = [[*paragraph(HULL), (BOLD, "Never on its keel."), *paragraph(KEEPING)]]
    assert headings_of(pages_of(write(tmp_path / "note.pdf", bold)), "trestles")[0][:-1] == ()
    slide = [[(TITLE, "Hull"), *paragraph(HULL)], [(TITLE, "Sails"), *paragraph(SAILS)]]
    pages = pages_of(write(tmp_path / "slides.pdf", slide, landscape(A4)))
    assert headings_of(pages, "lugsail")[0][0].startswith("Sails")


def test_an_outline_holds_from_the_line_on_where_its_entry_stands(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "boat.pdf"), pagesize=A4)
    book = [
        [(BOLD, "1 Hull"), *paragraph(HULL, 6), (BOLD, "Planks"), *paragraph(HULL.replace("larch", "pine"), 6)],
        [*paragraph(HULL.replace("larch", "elm"), 6), (BOLD, "2 Rig"), (BOLD, "Sails"), *paragraph(SAILS, 6)],
    ]
    for number, page in enumerate(book):
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(("Hull", "RIG")[number], str(number))
        draw(canvas, page)
    canvas.save()
    pages = pages_of(tmp_path / "boat.pdf")
    for word, path in (("larch", ("Hull",)), ("pine", ("Hull", "Planks")), ("elm", ("Hull", "Planks"))):
        assert headings_of(pages, word)[0][: len(path)] == path, word
    assert headings_of(pages, "lugsail")[0][:2] == ("RIG", "Sails")


def test_each_column_of_a_page_has_its_sections(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "paper.pdf"), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 60, "On small boats")
    columns = ([("1 Hull", HULL), ("1.1 Planks", SAILS)], [("2 Keeping it", KEEPING)])
    for left, sections in zip((60, 310), columns, strict=True):
        height = A4[1] - 100
        for heading, text in sections:
            canvas.setFont(*BOLD)
            canvas.drawString(left, height - 6, heading)
            canvas.setFont(*BODY)
            for number, words in enumerate((text[:44], text[44:88]) * 5):
                canvas.drawString(left, height - 24 - LEADING * number, words)
            height -= 180
    canvas.save()
    pages = pages_of(tmp_path / "paper.pdf")
    assert headings_of(pages, "oak frames") == [("On small boats", "1 Hull")]
    assert headings_of(pages, "cutch")[0][-1] == "1.1 Planks"
    assert headings_of(pages, "the barn")[0][-1] == "2 Keeping it"


def test_a_table_of_contents_begins_no_section(tmp_path: Path) -> None:
    titles = ("The hull, its planks and frames, and how", "The sails, old and new, and where they are")
    rows = [[(BODY, f"{title} all of that is looked after in the spring {page + number}")
             for number, title in enumerate(titles)] for page in (2, 5, 8)]  # fmt: skip
    contents = [(BOLD, "Part One"), *rows[0], (BOLD, "Part Two"), *rows[1], (BOLD, "Part Three"), *rows[2]]
    pages = pages_of(write(tmp_path / "boat.pdf", [contents, *([paragraph(HULL, 8)] * 10)]))
    hulls = headings_of(pages, "larch")
    assert hulls
    assert not any("Part" in heading for headings in hulls for heading in headings)


def test_a_paragraph_above_a_long_table_in_smaller_type_has_its_heading(tmp_path: Path) -> None:
    small = ("Helvetica", 8)
    rows = [(small, f"The oar of the {name} boat, of ash and leathered, {width} centimetres wide, kept in the loft")
            for width, name in enumerate(("first", "second", "third", "fourth", "fifth", "sixth") * 5)]  # fmt: skip
    page = [(("Helvetica-Bold", 10), "Oars"), *paragraph(KEEPING, 2), *rows]
    assert headings_of(pages_of(write(tmp_path / "oars.pdf", [page])), "trestles")[0][0] == "Oars"


def test_a_heading_in_the_middle_of_the_page_is_one_and_stays_with_the_title_above_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "club.pdf"), pagesize=A4)
    short = "Each member pays 12 crowns."
    for title, text in [*((f"ARTICLE {number} BOATS", HULL) for number in range(1, 7)), ("ARTICLE 7 DUES", short)]:
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 60, "THE BOAT CLUB")
        canvas.setFont(*BOLD)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 90, title)
        canvas.setFont(*BODY)
        for number, line in enumerate((text, *[HULL] * 5)):
            canvas.drawString(72, A4[1] - 110 - LEADING * number, line)
        canvas.drawRightString(A4[0] - 72, A4[1] - 110 - LEADING * 7, "of the club")
        canvas.showPage()
    canvas.save()
    pages = pages_of(tmp_path / "club.pdf")
    assert headings_of(pages, short)[0][-1] == "ARTICLE 7 DUES"
    for number, page in enumerate(pages[:6], 1):
        assert [line.text for line in page.blocks[0].lines[:2]] == ["THE BOAT CLUB", f"ARTICLE {number} BOATS"]
