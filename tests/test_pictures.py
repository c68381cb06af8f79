"""Pictures are found by what they are, by the words on them and by what is printed beside them, wherever they stand."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest
from docx.shared import Inches
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.captions import SURE, is_plausible, picture_blocks
from lamplight.ingest.chunks import chunks_of
from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.page_images import page_image
from lamplight.ingest.picture_kinds import picture_kind
from lamplight.ingest.pictures import MOST_PICTURES, Pictures, printed_beside
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.library.database import DATABASE
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.records import PICTURE_NAMES, Document, Page
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.models.text_rows import OcrLine
from lamplight.rag.context import whole
from lamplight.rag.finding import Finder
from lamplight.rag.quotation import quotation
from lamplight.rag.retriever import Retriever
from lamplight.samples import CHART, PHOTO

PROSE = "Some words of prose that fill the page with nothing much at all."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def sign(words: str, color: str = "white") -> Image.Image:
    picture = Image.new("RGB", (900, 300), color)
    ImageDraw.Draw(picture).text((60, 100), words, fill="black", font=ImageFont.load_default(64))
    return picture


def images_of(document: ReadDocument) -> list[tuple[int, Block]]:
    return [(page.number, block) for page in document.pages for block in page.blocks if block.kind == "image"]


def test_a_picture_in_a_pdf_is_an_image_block_at_its_place(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"), pagesize=A4)
    canvas.drawString(72, 780, PROSE)
    canvas.drawImage(ImageReader(sign("Platform 9 to Inverness")), 72, 500, 450, 150)
    canvas.drawString(72, 485, "Figure 3: The sign above the northern platform,")
    canvas.drawString(72, 470, "seen from the bridge. It was painted in May.")
    canvas.save()
    ((number, block),) = images_of(read(tmp_path / "report.pdf", reading))
    assert number == 1
    assert block.lines[0].text.startswith("Figure 3: The sign above the northern platform, seen from the bridge. (")
    assert block.lines[0].box == pytest.approx((72, 842 - 650, 522, 842 - 500), abs=1.5)
    words = next(line for line in block.lines if line.text == "Platform 9 to Inverness")
    assert words.box is not None
    scale = 1000 / A4[0]
    with Image.open(io.BytesIO(page_image(tmp_path / "report.pdf", 1, 1000))) as page:
        inside = page.convert("L").crop(tuple(round(edge * scale) for edge in words.box))  # type: ignore[arg-type]
    assert (np.asarray(inside) < 80).mean() > 0.05  # the letters are there


@pytest.mark.parametrize("turn", [90, 270])
def test_a_picture_on_a_turned_page_is_where_it_is_shown(tmp_path: Path, reading: Reading, turn: int) -> None:
    canvas = Canvas(str(tmp_path / "turned.pdf"), pagesize=A4)
    canvas.drawString(72, 780, PROSE)
    canvas.drawImage(ImageReader(sign("Platform 9", "yellow")), 72, 500, 450, 150)
    canvas.save()
    with pypdfium2.PdfDocument(tmp_path / "turned.pdf") as document:
        document[0].set_rotation(turn)
        document.save(tmp_path / "saved.pdf")
    ((_, block),) = images_of(read(tmp_path / "saved.pdf", reading))
    box = block.lines[0].box
    assert box is not None
    scale = 800 / A4[1]
    with Image.open(io.BytesIO(page_image(tmp_path / "saved.pdf", 1, 800))) as page:
        inside = np.asarray(page.convert("RGB").crop(tuple(round(edge * scale) for edge in box)))  # type: ignore[arg-type]
    assert (inside[..., 2] < 150).mean() > 0.95  # yellow, and the letters


def test_icons_rules_repeated_pictures_and_backgrounds_are_left_out(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"), pagesize=A4)
    logo, paper = ImageReader(sign("The same on each page")), ImageReader(Image.new("RGB", (600, 850), "#47a"))
    for number in range(3):
        canvas.drawImage(paper, 0, 0, *A4)
        for line in range(8):
            canvas.drawString(72, 780 - 16 * line, f"{PROSE} {number}")
        canvas.drawImage(logo, 72, 300, 300, 100)
        canvas.drawImage(ImageReader(sign(f"Icon {number}")), 500, 700, 30, 30)
        canvas.drawImage(ImageReader(Image.new("RGB", (900, 20), "black")), 72, 250, 450, 10)
        canvas.showPage()
    canvas.save()
    ((number, block),) = images_of(read(tmp_path / "report.pdf", reading))
    assert (number, block.lines[-1].text) == (1, "The same on each page")


def test_a_chart_in_a_pdf_gives_its_values(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"), pagesize=A4)
    canvas.drawString(72, 780, PROSE)
    canvas.drawImage(str(CHART), 72, 450, 450, 286)
    canvas.save()
    table = next(block for block in read(tmp_path / "report.pdf", reading).pages[0].blocks if block.kind == "table")
    assert "Squash: 2023 150 kg, 2024 230 kg, 2025 275 kg" in [line.text for line in table.lines]
    assert all(line.box is not None and 71 < line.box[0] < line.box[2] < 523 for line in table.lines)


def test_pictures_in_word_documents_stand_where_they_are_in_the_text(tmp_path: Path, reading: Reading) -> None:
    document = docx.Document()
    document.add_heading("The platform", 1)
    document.add_paragraph("Before the picture.")
    buffer = io.BytesIO()
    sign("Platform 9 to Inverness").save(buffer, "PNG")
    document.add_picture(buffer, width=Inches(4))
    document.add_paragraph("Figure 3: The sign.", style="Caption")
    document.add_paragraph("After the picture.")
    document.save(str(tmp_path / "report.docx"))
    blocks = read(tmp_path / "report.docx", reading).pages[0].blocks
    assert [block.kind for block in blocks] == ["text", "image", "text", "text"]
    assert blocks[1].headings[0] == "The platform"
    assert blocks[1].lines[0].text.startswith("Figure 3: The sign. (")
    assert blocks[1].lines[-1].text == "Platform 9 to Inverness"


def test_pictures_on_slides_are_read_under_the_slides_title(tmp_path: Path, reading: Reading) -> None:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "The platform"
    buffer = io.BytesIO()
    sign("Platform 9 to Inverness").save(buffer, "PNG")
    slide.shapes.add_picture(buffer, 914_400, 1_828_800)
    presentation.save(str(tmp_path / "talk.pptx"))
    ((_, block),) = images_of(read(tmp_path / "talk.pptx", reading))
    assert block.headings[0] == "The platform"
    assert block.lines[-1].text == "Platform 9 to Inverness"


def test_a_damaged_picture_in_a_document_costs_only_itself(reading: Reading) -> None:
    pictures = Pictures(reading.recogniser)
    assert pictures.blocks_of_file(b"\x89PNG\r\n\x1a\n and nothing more", "", ()) == []
    assert pictures.blocks_of_file(b"a drawing of some program", "", ()) == []


def test_more_pictures_than_are_read_are_counted(reading: Reading) -> None:
    pictures = Pictures(reading.recogniser)
    wanted = [pictures.is_wanted(str(number).encode(), (400, 300)) for number in range(MOST_PICTURES + 7)]
    assert sum(wanted) == MOST_PICTURES
    assert pictures.skipped[0].startswith(f"7 pictures after the first {MOST_PICTURES} were left out")


def test_without_a_figure_caption_the_nearest_sentence_stands_beside() -> None:
    lines = [
        ("The bridge was built in 1890. It has", (72.0, 100.0, 500.0, 112.0)),
        ("nine arches, as the picture shows.", (72.0, 114.0, 500.0, 126.0)),
        ("Far away.", (72.0, 700.0, 500.0, 712.0)),
    ]
    assert printed_beside((72, 135, 400, 400), lines) == "It has nine arches, as the picture shows."
    assert printed_beside((72, 300, 400, 500), lines) == ""


def test_a_word_on_its_head_in_a_photo_is_read(models: Models) -> None:
    with Image.open(PHOTO) as photo:
        picture = photo.convert("RGB")
    label = Image.new("RGB", (420, 100), (205, 190, 150))
    ImageDraw.Draw(label).text((24, 16), "GIGANTIC", fill=(40, 30, 20), font=ImageFont.load_default(64))
    picture.paste(label.rotate(180), (60, 60))
    words = {word.text: word.confidence for word in models.ocr.words(picture)}
    assert words["GIGANTIC"] > SURE


def line(text: str, confidence: float, top: float = 0) -> OcrLine:
    box = (0.0, float(top), 100.0, float(top + 20))
    return OcrLine(text, box, confidence, box)


def test_what_ocr_is_unsure_of_is_not_said_in_the_caption_but_searched_if_it_is_a_word() -> None:
    picture = Image.effect_noise((320, 240), 90).convert("RGB")
    words = [line("GIGABYTE", 0.99), line("Lantern", 0.55, 40), line("GXQ", 0.55, 80), line("_", 0.99, 120)]
    (block,) = picture_blocks(picture, words, (0.0, 0.0, 320.0, 240.0))
    assert [row.text for row in block.lines] == ["Photo with the words: GIGABYTE", "GIGABYTE", "Lantern"]
    assert not is_plausible(line("|||", 0.9))


def screen() -> Image.Image:
    picture = Image.new("RGB", (1280, 800), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 1280, 90), fill=(40, 90, 200))
    pen.rectangle((0, 90, 220, 800), fill=(30, 34, 46))
    return picture


def paper() -> Image.Image:
    noise = np.random.default_rng(3).normal(225, 6, (1200, 800, 1)).clip(0, 255)
    return Image.fromarray(np.repeat(noise, 3, axis=2).astype(np.uint8))


@pytest.mark.parametrize(
    ("picture", "rows", "kind"),
    [
        pytest.param(Image.effect_noise((400, 300), 90).convert("RGB"), 1, "photo", id="photo"),
        pytest.param(Image.new("RGB", (400, 300), (120, 130, 140)), 0, "photo", id="a photo of fog"),
        pytest.param(Image.new("RGB", (400, 300), "white"), 1, "chart", id="drawing"),
        pytest.param(paper(), 40, "scan", id="scan"),
        pytest.param(screen(), 40, "screenshot", id="screenshot"),
        pytest.param(screen(), 6, "screenshot", id="a short table on a screen"),
    ],
)
def test_the_kind_of_a_picture_is_seen_in_its_pixels(picture: Image.Image, rows: int, kind: str) -> None:
    words = [line("Rope, 8 mm, coil of 40 m", 0.99, 40 * row) for row in range(rows)]
    assert picture_kind(picture, words) == kind


def test_a_chart_is_found_by_a_question_about_its_numbers(sample_library: Library, models: Models) -> None:
    search = Retriever(sample_library, models.embedder).search("kilograms of squash harvested in 2025", 5)
    first, second = search.found[:2]  # the picture, and the values read from it
    assert (first.document, second.document) == (CHART.name, CHART.name)
    (values,) = [chunk for chunk in (first, second) if chunk.kind == "table"]
    assert "2025 275 kg" in values.text


def test_pictures_inside_documents_count_as_images(tmp_path: Path, library: Library, models: Models) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"), pagesize=A4)
    canvas.drawString(72, 780, PROSE)
    canvas.drawImage(ImageReader(sign("Platform 9 to Inverness")), 72, 500, 450, 150)
    canvas.save()
    assert index_file(tmp_path / "report.pdf", library, models).images == 1
    (chunk,) = library.passages.by_id(library.passages.images()).values()
    assert len(chunk.boxes) == chunk.text.count("\n") + 1


ITEMS = [f"{number} Brass hinge no. {4100 + number}, polished, with screws  {number}.35" for number in range(1, 40)]
RECEIPT = ["Scanned page with the words: Ironmonger Tilda Brook", *ITEMS, "Total to pay in cash: 412.60 euros"]


@pytest.fixture
def receipt(library: Library, models: Models) -> Document:
    """A receipt that is longer than one chunk, beside another picture of the same page."""
    boxes = [(0.0, 0.0, 600.0, 2000.0), *((20.0, 40.0 * row, 580.0, 40.0 * row + 30) for row in range(1, len(RECEIPT)))]
    lines = [Line(text, box) for text, box in zip(RECEIPT, boxes, strict=True)]
    logo = [Line("Photo with the words: Tilda Brook", (100.0, 40.0, 300.0, 90.0))]
    blocks = [Block("image", lines, picture_kind="scan"), Block("image", logo, picture_kind="photo")]
    page = DocumentPage(1, 600, 2000, blocks)
    chunks = chunks_of(ReadDocument("till.png", "image", [page]), models.embedder, pictures=3)
    record = Document(0, "till.png", "/till.png", "x", "image", "till.png", 1, len(chunks), 2, 1, 9, 1.0)
    vectors = models.embedder.encode([chunk.searchable for chunk in chunks])
    return library.documents.add(record, [Page(1, 600, 2000, page.text)], chunks, vectors, models.embedder)


def test_the_chunks_of_one_picture_have_its_number(library: Library, receipt: Document) -> None:
    found = [(chunk.picture, chunk.picture_kind) for chunk in library.passages.of(receipt.id)]
    assert len(found) > 2
    assert found == [(4, "scan")] * (len(found) - 1) + [(5, "photo")]
    assert {chunk.header for chunk in library.passages.of(receipt.id)} == {"till.png"}


def test_the_second_part_of_a_long_receipt_is_quoted(library: Library, models: Models, receipt: Document) -> None:
    selection = Finder(library, models).select("What is the total to pay?")
    first = selection.passages[0]
    assert first.text.split("\n") == RECEIPT
    assert len(first.boxes) == len(RECEIPT)
    assert sum(passage.picture == 4 for passage in selection.passages) == 1
    assert selection.answerable
    quote = quotation(selection)
    assert quote is not None
    citation = quote.citation
    assert (citation.marker, citation.text, citation.boxes) == (first.marker, RECEIPT[-1], [first.boxes[-1]])
    assert quote.short == "412.60 euros"
    assert whole(first, library).text == first.text


@pytest.mark.parametrize(("question", "kind"), [("Show me the receipt", "scan"), ("Which photograph is it?", "photo")])
def test_a_picture_is_found_by_what_people_call_its_kind(
    library: Library, models: Models, receipt: Document, question: str, kind: str
) -> None:
    (first, *_) = Retriever(library, models.embedder).search(question, 5).found
    assert first.picture_kind == kind


def test_both_searches_know_the_names_of_each_kind(library: Library, receipt: Document) -> None:
    """They are written down twice: in the schema, which is never edited, and where texts are embedded."""
    stored = dict(library.database.rows("SELECT id, header FROM chunks_searched"))
    assert stored == {chunk.id: chunk.about for chunk in library.passages.of(receipt.id)}
    with library.database.transaction() as database:
        for kind in PICTURE_NAMES:
            database.execute("UPDATE chunks SET picture_kind = ?", (kind,))
            (header,) = database.execute("SELECT DISTINCT header FROM chunks_searched").fetchone()
            assert header == f"till.png > {PICTURE_NAMES[kind]}"
        database.execute("INSERT INTO chunks_text (chunks_text, rank) VALUES ('integrity-check', 1)")


SCAN = "scan, scanned page, receipt, letter, picture"
DRAWN = "chart, graph, plot, diagram, figure, picture"
PHOTOGRAPH = "photo, photograph, picture, image"
OLD_CHUNKS = [  # page, kind, header and boxes, as they were kept before pictures had columns; and what they have now
    (1, "text", "report", [[0, 0, 9, 9]], (None, None, "report")),
    (1, "image", f"report > {SCAN}", [[0, 0, 90, 90], [1, 1, 9, 9]], (1, "scan", "report")),
    (1, "image", f"report > {SCAN}", [[1, 80, 9, 89]], (1, "scan", "report")),
    (1, "image", f"report > {SCAN}", [[0, 91, 90, 99]], (2, "scan", "report")),
    (2, "image", f"report > Fees > {DRAWN}", [[0, 91, 90, 99]], (3, "chart", "report > Fees")),
    (2, "table", f"report > Fees > {DRAWN}", [[0, 91, 90, 99]], (3, "chart", "report > Fees")),
    (3, "image", f"report > {PHOTOGRAPH}", [], (4, "photo", "report")),
    (3, "image", f"report > {PHOTOGRAPH}", [], (5, "photo", "report")),
]  # fmt: skip


def test_the_pictures_of_an_old_library_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with closing(sqlite3.connect(tmp_path / "library" / DATABASE)) as database, database:
        for step in MIGRATIONS[:8]:
            step(database)
        database.execute("PRAGMA user_version = 8")
        database.execute(
            "INSERT INTO documents (path, name, sha256, format, title, pages, chunks, images, ocr_pages, bytes, "
            "added_at, state) VALUES ('/report.pdf', 'report.pdf', 'x', 'pdf', 'report', 3, 8, 5, 0, 9, 0, 'ready')"
        )
        database.executemany(
            "INSERT INTO chunks (document_id, page, kind, header, text, boxes) VALUES (1, ?, ?, ?, 'Words.', ?)",
            [(page, kind, header, json.dumps(boxes)) for page, kind, header, boxes, _ in OLD_CHUNKS],
        )
    with Library(tmp_path / "library") as library:
        chunks = library.passages.of(1)
        assert [(one.picture, one.picture_kind, one.header) for one in chunks] == [row[-1] for row in OLD_CHUNKS]
        assert [one.about for one in chunks] == [row[2] for row in OLD_CHUNKS]  # so the vectors are still right
        assert {number for number, _ in library.full_text.search(["receipt"], 9)} == {2, 3, 4}
        library.database.rows("INSERT INTO chunks_text (chunks_text, rank) VALUES ('integrity-check', 1)")
