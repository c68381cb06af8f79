"""What goes in: every kind of file that is read, and one clear sentence for each way a file can be broken."""

from __future__ import annotations

import errno
import io
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.page_images import page_image
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import READERS, read
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.walk import files_in
from lamplight.library.store import Library
from lamplight.models.loading import Models

GATE = "The gate is painted zebrawood green and locked at dusk."
NOBODY = 65534


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def write_pdf(path: Path, pages: list[list[str]], password: str = "") -> Path:
    encryption = StandardEncryption(password) if password else None
    canvas = Canvas(str(path), pagesize=A4, encrypt=encryption)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 720 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return path


def picture_of(words: str, size: tuple[int, int] = (900, 240)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((40, 80), words, fill="black", font=ImageFont.load_default(56))
    return picture


def scanned_pdf(path: Path, words: str) -> Path:
    """A page that is only a picture, as scanners make them."""
    buffer = io.BytesIO()
    picture_of(words).save(buffer, "PDF", resolution=150)
    path.write_bytes(buffer.getvalue())
    return path


def write_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("Allotment rules", 1)
    document.add_heading("The gate", 2)
    document.add_paragraph(GATE)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Plot", "Fee"), ("Half", "£36")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def test_a_pdf_keeps_its_pages_and_the_place_of_every_line(tmp_path: Path, reading: Reading) -> None:
    document = read(write_pdf(tmp_path / "rules.pdf", [["A first page of words."], [GATE]]), reading)
    assert [page.number for page in document.pages] == [1, 2]
    (line,) = document.pages[1].blocks[0].lines
    assert line.text == GATE
    assert line.box is not None
    left, top, right, bottom = line.box
    assert 70 < left < 76
    assert left < right < A4[0]
    assert 842 - 720 - 15 < top < bottom < 842 - 720 + 8  # from the top, though PDF counts from the bottom
    assert document.ocr_pages == 0


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_are_where_a_turned_page_shows_them(tmp_path: Path, reading: Reading, turn: int) -> None:
    path = write_pdf(tmp_path / "turned.pdf", [[GATE]])
    with pypdfium2.PdfDocument(path) as document:
        document[0].set_rotation(turn)
        document.save(tmp_path / "saved.pdf")
    page = read(tmp_path / "saved.pdf", reading).pages[0]
    box = page.blocks[0].lines[0].box
    assert box is not None
    assert 0 <= box[0] < box[2] <= page.width
    assert 0 <= box[1] < box[3] <= page.height
    scale = 800 / page.width
    with Image.open(io.BytesIO(page_image(tmp_path / "saved.pdf", 1, 800))) as picture:
        inside = picture.convert("L").crop(tuple(round(edge * scale) for edge in box))  # type: ignore[arg-type]
        outside = picture.convert("L")
        outside.paste(255, tuple(round(edge * scale) for edge in box))
    assert inside.getextrema()[0] < 128  # the words are there
    assert outside.resize((40, 40)).getextrema()[0] > 200  # and nowhere else


def test_a_page_without_text_is_recognised(tmp_path: Path, reading: Reading) -> None:
    document = read(scanned_pdf(tmp_path / "scan.pdf", "Invoice 4711 Total 86.50"), reading)
    assert document.ocr_pages == 1
    assert "4711" in document.pages[0].text
    box = document.pages[0].blocks[0].lines[0].box
    assert box is not None
    assert box[2] <= document.pages[0].width


def test_a_row_of_a_table_stays_one_line(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "table.pdf"), pagesize=A4)
    for row, cells in enumerate([("Asia", "4,310", "2,551"), ("Europe", "2,012", "3,090"), ("Africa", "1,200", "980")]):
        for column, cell in enumerate(cells):
            canvas.drawString(72 + 150 * column, 700 - 18 * row, cell)
    canvas.save()
    page = read(tmp_path / "table.pdf", reading).pages[0]
    assert [line.text for line in page.blocks[0].lines] == [
        "Asia 4,310 2,551",
        "Europe 2,012 3,090",
        "Africa 1,200 980",
    ]
    assert page.blocks[0].kind == "table"


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg", "photo.webp"])
def test_the_words_in_a_picture_are_found(tmp_path: Path, reading: Reading, name: str) -> None:
    picture_of("Platform 9 to Inverness").save(tmp_path / name)
    document = read(tmp_path / name, reading)
    (block,) = document.pages[0].blocks
    assert block.kind == "image"
    assert "Inverness" in document.pages[0].text
    assert (document.pages[0].width, document.pages[0].height) == (900, 240)


def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path, reading: Reading) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees when shown
    picture_of("Platform 9").transpose(Image.Transpose.ROTATE_90).save(tmp_path / "camera.jpg", exif=exif)
    page = read(tmp_path / "camera.jpg", reading).pages[0]
    assert (page.width, page.height) == (900, 240)
    assert "Platform 9" in page.text


def test_word_documents_keep_headings_and_rows(tmp_path: Path, reading: Reading) -> None:
    document = read(write_docx(tmp_path / "rules.docx"), reading)
    blocks = document.pages[0].blocks
    assert (blocks[0].headings, blocks[0].lines[0].text) == (("Allotment rules", "The gate"), GATE)
    assert [line.text for line in blocks[1].lines] == ["Plot | Fee", "Half | £36"]


def test_a_web_page_is_read_without_its_machinery(tmp_path: Path, reading: Reading) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        f"<html><head><title>Rules</title><script>let x = 'hidden'</script></head><body><nav>Menu</nav><h1>Gate</h1>"
        f"<p>{GATE}</p><table><tr><td>Half</td><td>£36</td></tr></table></body></html>",
        encoding="utf-8",
    )
    document = read(path, reading)
    assert document.title == "Rules"
    assert document.pages[0].text == f"{GATE}\nHalf | £36"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_encoding(tmp_path: Path, reading: Reading, encoding: str) -> None:
    words = "Café Müller übernimmt die Gebühr für das Gartentor, größer als früher geplant, für 36 Pfund."
    (tmp_path / "notes.txt").write_bytes(words.encode(encoding))
    assert read(tmp_path / "notes.txt", reading).pages[0].text == words


def test_markdown_keeps_headings_and_tables(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "notes.md").write_text(f"# Rules\n\n{GATE}\n\n| Plot | Fee |\n|---|---|\n| Half | £36 |\n", "utf-8")
    blocks = read(tmp_path / "notes.md", reading).pages[0].blocks
    assert [block.kind for block in blocks] == ["text", "table"]
    assert blocks[1].headings == ("Rules",)


def empty(folder: Path) -> Path:
    path = folder / "empty.pdf"
    path.write_bytes(b"")
    return path


def blank(folder: Path) -> Path:
    path = folder / "blank.txt"
    path.write_text(" \n\n \n")
    return path


def binary_text(folder: Path) -> Path:
    path = folder / "binary.txt"
    path.write_bytes(os.urandom(4096) + b"\0\0")
    return path


def text_named_pdf(folder: Path) -> Path:
    path = folder / "letter.pdf"
    path.write_text(GATE)
    return path


def cut_pdf(folder: Path) -> Path:
    path = write_pdf(folder / "cut.pdf", [[GATE]] * 5)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def locked_pdf(folder: Path) -> Path:
    return write_pdf(folder / "locked.pdf", [[GATE]], password="secret")


def cut_picture(folder: Path) -> Path:
    picture_of(GATE).save(folder / "cut.png")
    path = folder / "cut.png"
    path.write_bytes(path.read_bytes()[:600])
    return path


def png_of(path: Path, width: int, height: int) -> Path:
    """A PNG by hand: no library writes one without pixels, or with a billion of them."""

    def part(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = zlib.compress(bytes(((width + 7) // 8 + 1) * height), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", rows) + part(b"IEND", b""))
    return path


def no_pixels(folder: Path) -> Path:
    return png_of(folder / "nothing.png", 0, 0)


def pixel_bomb(folder: Path) -> Path:
    return png_of(folder / "bomb.png", 30_000, 30_000)


def damaged_docx(folder: Path) -> Path:
    path = write_docx(folder / "damaged.docx")
    path.write_bytes(path.read_bytes()[:2000])
    return path


def old_word(folder: Path) -> Path:
    path = folder / "old.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    return path


BROKEN: list[tuple[Callable[[Path], Path], type[Exception], str]] = [
    (empty, NothingToRead, "is empty"),
    (blank, NothingToRead, "only blank lines"),
    (binary_text, NothingToRead, "holds no text although its name says so"),
    (text_named_pdf, ReadError, "rename it to .txt"),
    (cut_pdf, ReadError, "cut short"),
    (locked_pdf, ReadError, "protected by a password"),
    (cut_picture, ReadError, "damaged"),
    (no_pixels, ReadError, "check the file|damaged"),
    (pixel_bomb, ReadError, "30,000 × 30,000 pixels, too many"),
    (damaged_docx, ReadError, "damaged"),
    (old_word, ReadError, "save it as .docx"),
]


@pytest.mark.parametrize(("make", "error", "sentence"), [pytest.param(*case, id=case[0].__name__) for case in BROKEN])
def test_a_broken_file_is_one_sentence_that_names_it(
    tmp_path: Path, reading: Reading, make: Callable[[Path], Path], error: type[Exception], sentence: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(error, match=sentence) as caught:
        read(path, reading)
    assert str(caught.value).startswith(path.name)
    assert str(caught.value).count("\n") == 0


def test_a_broken_file_leaves_the_library_as_it_was(tmp_path: Path, library: Library, models: Models) -> None:
    good = write_pdf(tmp_path / "good.pdf", [[GATE]])
    assert index_file(good, library, models).status == "added"
    before = library.documents.all()
    for make, error, _ in BROKEN:
        result = index_file(make(tmp_path), library, models)
        assert result.status == ("failed" if error is ReadError else "skipped"), result
    assert library.documents.all() == before
    good.write_bytes(good.read_bytes()[:500])  # a good file that is broken later stays as it was read
    assert index_file(good, library, models).status == "failed"
    assert library.documents.all() == before


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """A folder that this process may not look into, also when the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "inside").mkdir()
        (folder / "inside" / "notes.txt").write_text(GATE)
        (folder / "notes.txt").write_text(GATE)
        (folder / "inside").chmod(0)
        (folder / "notes.txt").chmod(0)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if as_root:
                os.seteuid(0)
            (folder / "inside").chmod(0o755)


def test_a_folder_without_permission_is_a_sentence_and_the_rest_is_read(forbidden: Path) -> None:
    found = dict(files_in([forbidden]))
    assert found[forbidden / "notes.txt"] == ""
    assert "can't be read (Permission denied); change its permissions" in found[forbidden / "inside"]


def test_a_file_without_permission_is_a_sentence(forbidden: Path, reading: Reading) -> None:
    with pytest.raises(ReadError, match=r"notes\.txt may not be read by you; change its permissions"):
        read(forbidden / "notes.txt", reading)


def test_a_path_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    ((path, problem),) = files_in([tmp_path / "missing.pdf"])
    assert problem == f"{path} does not exist; check the spelling."


@pytest.mark.parametrize("error", [RuntimeError, OverflowError, StopIteration, RecursionError, AssertionError, OSError])
def test_whatever_a_parser_raises_is_one_sentence(
    tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def parse(*_: object) -> ReadDocument:
        raise error("of a type that nobody foresaw")

    (tmp_path / "notes.txt").write_text(GATE)
    monkeypatch.setitem(READERS, "text", parse)
    with pytest.raises(ReadError, match=r"^notes\.txt is damaged, or made in a way .* save it again\.$"):
        read(tmp_path / "notes.txt", reading)


def test_a_full_or_broken_disk_is_not_the_files_fault(
    tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(*_: object) -> ReadDocument:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "notes.txt").write_text(GATE)
    monkeypatch.setitem(READERS, "text", parse)
    with pytest.raises(
        ReadError, match=r"^notes\.txt can't be read \(Input/output error\); check the disk it is on\.$"
    ):
        read(tmp_path / "notes.txt", reading)


@pytest.mark.parametrize("date", ["Sun, 05 Jul 99999999999 10:00:00 +0200", "1 Jan 2026 10:00:00 +99999999999", "Mon"])
def test_an_impossible_date_takes_no_mail_with_it(tmp_path: Path, reading: Reading, date: str) -> None:
    (tmp_path / "mail.eml").write_text(f"From: ann@example.org\nSubject: Gate\nDate: {date}\n\n{GATE}\n")
    assert GATE in read(tmp_path / "mail.eml", reading).pages[0].text
