"""Nothing that a PDF shows is lost, and nothing that it hides is evidence."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdfium2 import raw
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.text_layer import is_readable
from lamplight.models.loading import Models

GATE = "The gate is locked at dusk by whoever leaves last, and opened at seven."
PROSE = "The warden keeps the keys of the boat house and lends them out on Friday mornings only."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def drawn(path: Path, draw: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    draw(canvas)
    canvas.save()
    return path


def changed(path: Path, change: Callable[[pdfium.PdfDocument], None]) -> Path:
    document = pdfium.PdfDocument(path.read_bytes())
    change(document)
    document.save(path)
    document.close()
    return path


def written_on(page: pdfium.PdfPage, subtype: int, place: tuple[float, float, float, float], **words: str) -> None:
    note = raw.FPDFPage_CreateAnnot(page, subtype)
    raw.FPDFAnnot_SetRect(note, raw.FS_RECTF(left=place[0], bottom=place[1], right=place[2], top=place[3]))
    for key, text in words.items():
        wide = (ctypes.c_ushort * (len(text) + 1))(*map(ord, text), 0)
        raw.FPDFAnnot_SetStringValue(note, key.encode(), wide)
    raw.FPDFPage_CloseAnnot(note)


def lines_of(document: ReadDocument) -> list[str]:
    return [line for page in document.pages for line in page.text.split("\n")]


def form(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "Name of the boat")
    canvas.acroForm.textfield(name="f1", x=240, y=696, width=200, height=18, value="Saltmarsh Queen")
    canvas.drawString(72, 660, "Length in metres")
    canvas.acroForm.textfield(name="f2", x=240, y=656, width=200, height=18)
    canvas.acroForm.checkbox(name="c1", x=72, y=618, size=14, checked=True)
    canvas.drawString(92, 620, "Water wanted")
    canvas.acroForm.checkbox(name="c2", x=240, y=618, size=14)
    canvas.drawString(260, 620, "Mast laid down")
    canvas.drawString(72, 580, PROSE)


def test_a_filled_in_form_has_its_values_beside_their_labels(tmp_path: Path, reading: Reading) -> None:
    document = read(drawn(tmp_path / "form.pdf", form), reading)
    lines = lines_of(document)
    assert "Name of the boat: Saltmarsh Queen" in lines
    assert "Length in metres" in lines
    assert "[x] Water wanted" in lines
    assert "[ ] Mast laid down" in lines
    assert document.report(0.0).fields == 2


def test_comments_and_free_text_are_read_and_counted(tmp_path: Path, reading: Reading) -> None:
    path = drawn(tmp_path / "plan.pdf", lambda canvas: canvas.drawString(72, 700, GATE))

    def annotate(document: pdfium.PdfDocument) -> None:
        page = document[0]
        written_on(page, raw.FPDF_ANNOT_TEXT, (400, 720, 420, 740), Contents="Ask Wilma for the spare key.", T="Otto")
        written_on(page, raw.FPDF_ANNOT_HIGHLIGHT, (70, 695, 470, 712), Contents="Not in winter.")
        written_on(page, raw.FPDF_ANNOT_FREETEXT, (72, 500, 300, 520), Contents="Meter reads 20981")

    document = read(changed(path, annotate), reading)
    lines = lines_of(document)
    assert "Comment by Otto: Ask Wilma for the spare key." in lines
    assert "Meter reads 20981" in lines
    assert any(line.startswith("Comment on “The gate is locked") and line.endswith("Not in winter.") for line in lines)
    assert document.report(0.0).comments == 3


def hidden(canvas: Canvas) -> None:
    canvas.drawString(72, 700, GATE)
    canvas.drawString(900, 700, "A draft beside the page.")
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 660, "White on white: the fee is 999.")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.rect(70, 610, 400, 20, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 615, "White on a black bar, for all to see")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Helvetica", 0.4)
    canvas.drawString(72, 580, "Smaller than any eye can read.")
    text = canvas.beginText(72, 560)
    text.setFont("Helvetica", 12)
    text.setTextRenderMode(3)
    text.textOut("Without ink: the sum is 555.")
    canvas.drawText(text)


def test_what_nobody_can_see_is_left_out_and_said(tmp_path: Path, reading: Reading) -> None:
    document = read(drawn(tmp_path / "planted.pdf", hidden), reading)
    assert lines_of(document) == [GATE, "White on a black bar, for all to see"]
    assert document.skipped[0].startswith("4 lines of text are not to be seen")


def test_a_line_that_runs_over_the_edge_is_kept(tmp_path: Path, reading: Reading) -> None:
    path = drawn(tmp_path / "overflow.pdf", lambda canvas: canvas.drawString(330, 700, GATE))
    document = read(path, reading)
    assert lines_of(document) == [GATE]
    assert document.skipped == []


def test_attached_files_are_read_under_their_names(tmp_path: Path, reading: Reading) -> None:
    path = drawn(tmp_path / "cover.pdf", lambda canvas: canvas.drawString(72, 700, "Open this portfolio elsewhere."))

    def attach(document: pdfium.PdfDocument) -> None:
        document.new_attachment("../../notes.txt").set_data(GATE.encode())
        document.new_attachment("film.bin").set_data(bytes(range(256)))

    document = read(changed(path, attach), reading)
    assert [page.number for page in document.pages] == [1, 2]
    assert document.pages[1].text == GATE
    assert document.pages[1].blocks[0].headings[0] == "notes.txt"
    assert len(document.skipped) == 1 and "film.bin" in document.skipped[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda content: content.replace(b"%%EOF", b""), id="without its last mark"),
        pytest.param(lambda content: content + bytes(100_000), id="zeros behind it"),
        pytest.param(
            lambda content: b"X-Sent-By: a gateway\r\n\r\n" + content + b"\n-- \nfooter", id="between other things"
        ),
    ],
)
def test_a_pdf_that_can_be_opened_is_read(tmp_path: Path, reading: Reading, change: Callable[[bytes], bytes]) -> None:
    path = drawn(tmp_path / "whole.pdf", lambda canvas: canvas.drawString(72, 700, GATE))
    path.write_bytes(change(path.read_bytes()))
    document = read(path, reading)
    assert lines_of(document) == [GATE]
    assert document.skipped == []


def test_a_pdf_without_its_end_is_not_taken_for_a_whole_one(tmp_path: Path, reading: Reading) -> None:
    path = drawn(tmp_path / "half.pdf", lambda canvas: canvas.drawString(72, 700, GATE))
    path.write_bytes(path.read_bytes()[:-300])
    try:
        assert "cut short" in read(path, reading).skipped[0]
    except ReadError as error:
        assert "cut short" in str(error)


def test_a_pdf_cut_short_behind_an_earlier_end_is_not_taken_for_a_whole_one(tmp_path: Path, reading: Reading) -> None:
    path = drawn(tmp_path / "changed.pdf", lambda canvas: canvas.drawString(72, 700, GATE))
    changes = b"\n20 0 obj\n<< /Type /Page /Contents 21 0 R >>\nendobj\n21 0 obj\n<< /Length 90000 >>\nstream\n"
    for behind in (b"", bytes(1000), bytes(80_000)):
        path.write_bytes(path.read_bytes() + changes + behind)
        document = read(path, reading)
        assert lines_of(document) == [GATE]
        assert "cut short" in document.skipped[0]


def test_letterspaced_words_are_words(tmp_path: Path, reading: Reading) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 740, "CERTIFICATE NUMBER KV-3092", charSpace=8)
        canvas.drawString(72, 700, GATE)

    assert lines_of(read(drawn(tmp_path / "spaced.pdf", draw), reading)) == ["CERTIFICATE NUMBER KV-3092", GATE]


def test_labels_drawn_before_their_values_stand_beside_them(tmp_path: Path, reading: Reading) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 740, PROSE)
        for left, column in ((72, ("Tenant", "Monthly rent", "Deposit")), (240, ("A. Quill", "8 crowns", "24 crowns"))):
            for row, words in enumerate(column):
                canvas.drawString(left, 700 - 20 * row, words)
        canvas.drawString(72, 600, GATE)

    lines = lines_of(read(drawn(tmp_path / "lease.pdf", draw), reading))
    assert lines == [PROSE, "Tenant A. Quill", "Monthly rent 8 crowns", "Deposit 24 crowns", GATE]


def test_columns_full_of_numbers_are_not_read_across(tmp_path: Path, reading: Reading) -> None:
    def draw(canvas: Canvas) -> None:
        for left, side in ((60, "west"), (310, "east")):
            for row in range(12):
                canvas.drawString(left, 740 - 20 * row, f"In 19{row + 20} the {side} had {row}75 boats and nets")

    lines = lines_of(read(drawn(tmp_path / "columns.pdf", draw), reading))
    assert ["west" in line for line in lines] == [True] * 12 + [False] * 12


COLUMNS = (72, 140, 300, 380, 460)
HEADS = ("Date", "Details", "Paid out", "Paid in", "Balance")


def statement(canvas: Canvas) -> None:
    for page in range(2):
        rows = [] if page else [HEADS]
        rows += [("02 May", f"Payment {page}{row}", f"{row + 1}1.50", "", f"{row + 3}07.25") for row in range(6)]
        rows += [("03 May", "Refund of the choir", "", "412.60", f"{page + 8}07.25")]
        for row, cells in enumerate(rows):
            for left, cell in zip(COLUMNS, cells, strict=True):
                canvas.drawString(left, 740 - 20 * row, cell)
        canvas.showPage()


def test_amounts_keep_their_column_and_a_table_its_heads_on_the_next_page(tmp_path: Path, reading: Reading) -> None:
    first, second = read(drawn(tmp_path / "statement.pdf", statement), reading).pages
    for page in (first, second):
        (table,) = page.blocks
        assert (table.kind, table.header_rows, table.lines[0].text) == ("table", 1, " | ".join(HEADS))
        assert any(line.text.startswith("03 May | Refund of the choir |  | 412.60 | ") for line in table.lines)


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        pytest.param((PROSE + " " + GATE + " ") * 4, True, id="English"),
        pytest.param("".join(chr(ord(c) + 3) if c.isalpha() else c for c in (PROSE + " ") * 5), False, id="shifted"),
        pytest.param("Rece1pt 0f tbe p0tt3ry: g1az3d jug, A6.2S cr0wns, ki1n nurnb3r 3l8.", False, id="misread"),
        pytest.param("Parts B12 and C7, model X200, in boxes of three for the shop in the harbour.", True, id="codes"),
    ],
)  # fmt: skip
def test_a_layer_of_wrong_letters_is_known(text: str, readable: bool) -> None:
    assert is_readable(text) is readable


def with_glyphs(characters: str, path: Path) -> Path:
    """A font that goes with a file; of one that doesn’t, PDFium sees only what the fonts of the machine have."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    names = {character: f"uni{ord(character):04X}" for character in sorted(set(characters))}
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", *names.values()])
    font.setupCharacterMap({ord(character): name for character, name in names.items()})
    font.setupGlyf(dict.fromkeys((".notdef", *names.values()), square))
    font.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (1000, 100)))
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupNameTable({"familyName": "Squares", "styleName": "Regular", "psName": "Squares"})
    font.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    font.setupPost()
    font.save(path)
    return path


def test_vertical_japanese_is_read_in_columns_from_the_right(tmp_path: Path, reading: Reading) -> None:
    columns = [
        "契約は三月一日に始まり、家賃は八万円です。",
        "解約の通知は一か月前までに行ってください。",
        "駐車場は別です。",
    ]

    def draw(canvas: Canvas) -> None:
        registerFont(TTFont("Squares", str(with_glyphs("".join(columns), tmp_path / "squares.ttf"))))
        canvas.setFont("Squares", 14)
        for row in range(max(map(len, columns))):  # as some programs write it: what stands on one height together
            for number, column in enumerate(columns):
                canvas.drawString(500 - 26 * number, 780 - 15 * row, column[row : row + 1])

    assert lines_of(read(drawn(tmp_path / "lease.pdf", draw), reading)) == columns
