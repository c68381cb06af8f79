"""Pages whose words are in a picture: turned, mixed with a text layer, or under one that nobody can read."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from lamplight.ingest.document import DocumentPage
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.text_layer import is_readable
from lamplight.library.records import Box
from lamplight.models.loading import Models

LETTER = [
    "Dear members of the allotment,",
    "the pond was cleaned in March and seventeen",
    "carp were counted. The heron was seen twice.",
    "Please keep the gate locked after dusk.",
    "Ann Miller, chair",
]
DPI = 100


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def scan_of(lines: list[str]) -> Image.Image:
    """A typed letter, A4 at 100 dpi."""
    paper = Image.new("RGB", (827, 1169), (250, 250, 246))
    for number, line in enumerate(lines):
        ImageDraw.Draw(paper).text((80, 120 + 50 * number), line, fill=(20, 20, 30), font=ImageFont.load_default(28))
    return paper


def pdf_of(path: Path, scan: Image.Image | None, typed: list[tuple[float, float, str]], mode: int = 0) -> Path:
    """A page under a scan, with typed lines (points from the bottom left) over it; mode 3 makes them invisible."""
    canvas = Canvas(str(path), pagesize=A4)
    if scan is not None:
        canvas.drawImage(ImageReader(scan), 0, 0, *A4)
    words: PDFTextObject = canvas.beginText()
    words.setTextRenderMode(mode)
    for left, bottom, line in typed:
        words.setTextOrigin(left, bottom)
        words.textLine(line)
    canvas.drawText(words)
    canvas.showPage()
    canvas.save()
    return path


def box_of(page: DocumentPage, words: str) -> Box:
    (box,) = [line.box for block in page.blocks for line in block.lines if words in line.text]
    assert box is not None
    return box


@pytest.mark.parametrize(
    "turn",
    [
        0,
        pytest.param(90, marks=pytest.mark.long),
        pytest.param(180, marks=pytest.mark.long),
        pytest.param(270, marks=pytest.mark.long),
    ],
)
def test_a_scan_is_read_whichever_way_it_lies(tmp_path: Path, reading: Reading, turn: int) -> None:
    """Turned clockwise; the first line is then at the top, right, bottom or left of the page as shown."""
    scan_of(LETTER).rotate(-turn, expand=True).save(tmp_path / "scan.pdf", resolution=DPI)
    page = read(tmp_path / "scan.pdf", reading).pages[0]
    assert page.text.split("\n") == LETTER
    left, top, right, bottom = box_of(page, "Dear members")
    assert 0 <= left < right <= page.width
    assert 0 <= top < bottom <= page.height
    across, down = (left + right) / 2 / page.width, (top + bottom) / 2 / page.height
    assert {0: down < 0.2, 90: across > 0.8, 180: down > 0.8, 270: across < 0.2}[turn]
    assert (right - left > bottom - top) == (turn in (0, 180))


@pytest.mark.long
@pytest.mark.parametrize("turn", [90, 180])
def test_a_picture_that_lies_on_its_side_or_head_is_read(tmp_path: Path, reading: Reading, turn: int) -> None:
    scan_of(LETTER).rotate(turn, expand=True).save(tmp_path / "scan.png")
    page = read(tmp_path / "scan.png", reading).pages[0]
    assert [line.text for line in page.blocks[0].lines[1:]] == LETTER


@pytest.mark.long
def test_a_footer_typed_on_a_scan_is_kept_beside_the_letter(tmp_path: Path, reading: Reading) -> None:
    path = pdf_of(tmp_path / "mixed.pdf", scan_of(LETTER), [(60, 40, "Filed by the parish council, volume 12, page 7")])
    page = read(path, reading).pages[0]
    assert page.text.split("\n") == [*LETTER, "Filed by the parish council, volume 12, page 7"]
    assert page.read_by_ocr
    assert box_of(page, "parish council")[1] > 780


@pytest.mark.long
def test_a_stamp_over_a_scan_neither_hides_nor_doubles_it(tmp_path: Path, reading: Reading) -> None:
    stamp = (150.0, A4[1] - 145, "COPY FOR THE ARCHIVE")  # across the third line
    page = read(pdf_of(tmp_path / "stamped.pdf", scan_of(LETTER), [stamp]), reading).pages[0]
    text = page.text
    assert text.count("COPY FOR THE ARCHIVE") == 1
    assert all(text.count(line) == 1 for line in LETTER)


def test_words_recognised_by_another_program_are_trusted(tmp_path: Path, reading: Reading) -> None:
    typed = [(60.0, 760.0 - 36 * number, line) for number, line in enumerate(LETTER)]
    page = read(pdf_of(tmp_path / "searchable.pdf", scan_of(LETTER), typed, mode=3), reading).pages[0]
    assert page.text.split("\n") == LETTER
    assert not page.read_by_ocr


def test_a_photo_beside_text_is_not_taken_for_a_scan(tmp_path: Path, reading: Reading) -> None:
    photo = Image.effect_noise((827, 1169), 90).convert("RGB").point(lambda value: value // 2)
    page = read(pdf_of(tmp_path / "cover.pdf", photo, [(60, 400, "Annual report of the allotment")]), reading).pages[0]
    assert [line.text for line in page.blocks[0].lines] == ["Annual report of the allotment"]
    assert not page.read_by_ocr


def test_a_text_layer_of_glyph_numbers_is_recognised_instead(tmp_path: Path, reading: Reading) -> None:
    """Its letters are moved by 29 places, as in fonts without a table of what they mean."""
    moved = ["".join(chr(ord(letter) - 29) if ord(letter) > 60 else letter for letter in line) for line in LETTER * 2]
    typed = [(60.0, 400.0 - 18 * number, line) for number, line in enumerate(moved)]
    page = read(pdf_of(tmp_path / "glyphs.pdf", scan_of(LETTER), typed, mode=3), reading).pages[0]
    assert page.text.split("\n") == LETTER
    assert page.read_by_ocr


def test_blank_pages_are_known(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "pages.pdf"), pagesize=A4)
    canvas.drawString(72, 700, "A page with words on it.")
    canvas.showPage()
    canvas.showPage()
    canvas.drawImage(ImageReader(Image.new("RGB", (400, 566), "white")), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    report = read(tmp_path / "pages.pdf", reading).report(1.0)
    assert (report.pages, report.empty_pages, report.ocr_pages) == (3, [2, 3], 0)


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        pytest.param("The gate is painted green and locked at dusk.", True, id="english"),
        pytest.param("Ворота выкрашены в зелёный цвет и закрываются в сумерках.", True, id="russian"),
        pytest.param("大门漆成绿色。每天黄昏时分上锁。", True, id="chinese"),
        pytest.param("Größe, Überprüfung, Straße, Ärger, Öl und Übung: Maße größer als früher.", True, id="german"),
        pytest.param("1,234 5,678 (910) 11.5% USD EUR GBP CHF " * 10, True, id="numbers"),
        pytest.param("\ue001\ue002\ue003\ue004 \ue005\ue006\ue007 gate", False, id="private use"),
        pytest.param("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd is \ufffd\ufffd", False, id="replacement"),
        pytest.param("GrÃ¶ÃŸe Ã¼ber StraÃŸe Ã„rger frÃ¼her Ã–l grÃ¶ÃŸer", False, id="mojibake"),
        pytest.param("7KH JDWH LV SDLQWHG JUHHQ DQG ORFNHG DW GXVN " * 5, False, id="moved letters"),
        pytest.param(" \n ", False, id="blank"),
    ],
)
def test_words_are_told_from_glyph_numbers(text: str, readable: bool) -> None:
    assert is_readable(text) == readable


@pytest.mark.long
def test_a_turned_pdf_page_with_a_scan_keeps_its_boxes_on_the_page(tmp_path: Path, reading: Reading) -> None:
    scan_of(LETTER).save(tmp_path / "scan.pdf", resolution=DPI)
    with pypdfium2.PdfDocument(tmp_path / "scan.pdf") as document:
        document[0].set_rotation(90)
        document.save(tmp_path / "turned.pdf")
    page = read(tmp_path / "turned.pdf", reading).pages[0]
    assert page.text.split("\n") == LETTER
    assert page.width > page.height
    assert box_of(page, "Dear members")[0] > 0.8 * page.width
