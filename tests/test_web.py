"""Web pages and books: what a person sees on them is read, with its numbers, and what nobody sees is not."""

from __future__ import annotations

import base64
import io
import plistlib
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

GATE = "The gate is painted zebrawood green and locked at dusk."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument) -> list[str]:
    return [line.text for page in document.pages for block in page.blocks for line in block.lines]


def page(folder: Path, body: str, head: str = "") -> Path:
    path = folder / "page.html"
    path.write_text(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>")
    return path


def picture(words: str = "Salt works 4 miles") -> bytes:
    made = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(made).text((40, 80), words, fill="black", font=ImageFont.load_default(56))
    buffer = io.BytesIO()
    made.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_page_in_a_form_is_read_with_what_is_filled_in(tmp_path: Path, reading: Reading) -> None:
    body = (
        f"<form><p>{GATE}</p><input type='hidden' value='token'><label>Rope <input value='38 fathoms'></label>"
        "<select><option>Red</option><option selected>Blue</option></select>"
        "<input type=checkbox checked> agreed <button>Print</button></form>"
    )
    assert lines(read(page(tmp_path, body), reading)) == [GATE, "Rope 38 fathoms Blue [x] agreed"]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<div hidden>{}</div>", ""),
        ("<div style='color:red; display: none'>{}</div>", ""),
        ("<p style='visibility:hidden'>{}</p>", ""),
        ("<p style='font-size:0'>{}</p>", ""),
        ("<div aria-hidden='true'><p>{}</p></div>", ""),
        ("<p class='a trap'>{}</p>", "<style>/* x */ .trap, #b { display:none }</style>"),
        ("<p id='b'>{}</p>", "<style>.trap, #b { display:none }</style>"),
        ("<div style='font:0/0 a'><p style='font-size:1.5em'>{}</p></div>", ""),
        ("<p class='trap'>{}</p>", "<style>.trap { font-size:0 }</style>"),
        ("<div style='visibility:hidden'><p>{}</p><input value='38'><b style='visibility:collapse'></b></div>", ""),
    ],
)
def test_what_nobody_sees_is_no_evidence_and_is_counted(tmp_path: Path, reading: Reading, body: str, head: str) -> None:
    document = read(page(tmp_path, f"<p>Seen.</p>{body.format(GATE)}<p>Also seen.</p>", head), reading)
    assert lines(document) == ["Seen.", "Also seen."]
    assert document.skipped == ["Parts of it that can't be seen are left out (1 of them)."]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p style='font-size:0.9em; opacity:0.5'>{}</p>", ""),
        ("<p class='note'>{}</p>", "<style>@media print { .note { display:none } }</style>"),
        ("<div style='font-size:0px'><span style='font-size:13px'>{}</span></div>", ""),
        ("<div style='font-size:0'> <p style='font:400 13px/20px Arial'><b style='font-size:1em'>{}</b></p></div>", ""),
        ("<div class='row'><p class='cell'>{}</p></div>", "<style>.row {font-size:0} .cell {font-size:small}</style>"),
        ("<div style='visibility:hidden'><p style='visibility:visible'>{}</p></div>", ""),
        ("<p style='-webkit-backface-visibility:hidden'>{}</p>", ""),
        ("<p class='note'>{}</p>", "<style>.note { display:none } .note { display:block }</style>"),
    ],
)
def test_what_is_shown_on_a_screen_is_read(tmp_path: Path, reading: Reading, body: str, head: str) -> None:
    assert lines(read(page(tmp_path, body.format(GATE), head), reading)) == [GATE]


@pytest.mark.parametrize(
    ("list_", "expected"),
    [
        ("<ol start=7><li>Gate.</li><li>Pond.</li></ol>", ["7. Gate.", "8. Pond."]),
        ("<ol type=a><li>Gate.</li><li value=27>Pond.</li></ol>", ["a. Gate.", "aa. Pond."]),
        ("<ol type=I start=4><li><p>Gate.</p><p>Green.</p><li>Pond.</ol>", ["IV. Gate.", "Green.", "V. Pond."]),
        ("<ol reversed><li>Gate.</li><li>Pond.</li></ol>", ["2. Gate.", "1. Pond."]),
        ("<ol><li>Gate.<ul><li>Green.</li></ul></li><li>Pond.</li></ol>", ["1. Gate.", "- Green.", "2. Pond."]),
    ],
)  # fmt: skip
def test_list_items_keep_their_numbers(tmp_path: Path, reading: Reading, list_: str, expected: list[str]) -> None:
    assert lines(read(page(tmp_path, list_), reading)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>3×10<sup>6</sup> km, 45<sup><a href='#1'>1</a></sup> million</p>", "3×10⁶ km, 45¹ million"),
        ("<p><b>10</b><sup>-3</sup>, 1<sup>st</sup>, H<sub>2</sub>O</p>", "10⁻³, 1st, H2O"),
        ("<div>45<sup>1</sup> million</div>", "45¹ million"),
        ("<table><tr><td>Cells</td><td>10<sup>6</sup></td></tr></table>", "Cells | 10⁶"),
    ],
)
def test_digits_above_the_line_are_no_digits_of_the_number_before(
    tmp_path: Path, reading: Reading, body: str, expected: str
) -> None:
    assert lines(read(page(tmp_path, body), reading)) == [expected]


def test_the_number_of_a_note_makes_an_amount_no_text(tmp_path: Path, reading: Reading) -> None:
    rows = "<tr><td>Tarn</td><td>45<sup>1</sup></td></tr><tr><td>Beck</td><td>38</td></tr>"
    (table,) = read(page(tmp_path, f"<table><tr><td>Water</td><td>Boats</td></tr>{rows}</table>"), reading).tables
    assert (table.columns, table.rows[0]) == (["Water", "Boats"], ["Tarn", "45¹"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<p>12 plates</p><p>3 pans</p>", "12 plates 3 pans"),
        ("<div>Tel 555</div><div>123</div>", "Tel 555 123"),
        ("<ul><li>1 mirror</li><li>2 towels</li></ul>", "- 1 mirror - 2 towels"),
        ("<ol start=3><li>mirror<li>towels</ol>12", "3. mirror 4. towels 12"),
        ("two<br>lines, one w<b>or</b>d", "two lines, one word"),
    ],
)
def test_blocks_inside_a_cell_are_apart(tmp_path: Path, reading: Reading, cell: str, expected: str) -> None:
    table = f"<table><tr><td>Kitchen</td><td>{cell}</td></tr></table>"
    assert lines(read(page(tmp_path, table), reading)) == [f"Kitchen | {expected}"]


def test_blocks_inside_an_item_are_apart(tmp_path: Path, reading: Reading) -> None:
    item = "<ul><li><a><div>Monday</div></a><a><div>9-17</div></a></li></ul>"
    assert lines(read(page(tmp_path, item), reading)) == ["- Monday 9-17"]


def test_words_in_a_box_are_one_paragraph(tmp_path: Path, reading: Reading) -> None:
    body = "<div>The gate is <b>locked</b> at dusk.<p>Green.</p>And <i>mine</i>.</div>"
    assert lines(read(page(tmp_path, body), reading)) == ["The gate is locked at dusk.", "Green.", "And mine."]


def test_a_picture_in_the_page_is_read_and_one_elsewhere_by_its_alternative_text(
    tmp_path: Path, reading: Reading
) -> None:
    inline = base64.b64encode(picture()).decode()
    body = (
        f"<p>Sign</p><img src='data:image/png;base64,{inline}'><img src='https://x/y.png' alt='Plan of the harbour'>"
        "<img src='icon.png' alt='Logo'>"
    )
    document = read(page(tmp_path, body), reading)
    assert document.images == 1
    assert "Salt works 4 miles" in lines(document)
    assert "Picture: Plan of the harbour" in lines(document)
    assert "Logo" not in " ".join(lines(document))
    assert document.skipped[0].startswith("Pictures that are not in the file itself are not read (2 of them)")


def test_saved_pages_are_read_with_their_pictures(tmp_path: Path, reading: Reading) -> None:
    source = f"<html><body><p>{GATE}</p><img src='sign.png'></body></html>"
    made = EmailMessage()
    made["Snapshot-Content-Location"] = "https://example.org/a/"
    made["Subject"], made["From"] = "A page", "<Saved by Blink>"
    made.set_content(source, subtype="html")
    made.add_related(picture(), maintype="image", subtype="png")
    made.get_payload()[0]["Content-Location"] = "https://example.org/a/"
    made.get_payload()[1]["Content-Location"] = "https://example.org/a/sign.png"
    (tmp_path / "page.mhtml").write_bytes(bytes(made))
    archive = {
        "WebMainResource": {"WebResourceData": source.encode(), "WebResourceURL": "https://example.org/a/"},
        "WebSubresources": [{"WebResourceURL": "https://example.org/a/sign.png", "WebResourceData": picture()}],
    }
    (tmp_path / "page.webarchive").write_bytes(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY))
    for name in ("page.mhtml", "page.webarchive"):
        document = read(tmp_path / name, reading)
        assert GATE in lines(document)
        assert document.images == 1
    (tmp_path / "half.webarchive").write_bytes((tmp_path / "page.webarchive").read_bytes()[:60])
    with pytest.raises(ReadError, match=r"half.webarchive is damaged"):
        read(tmp_path / "half.webarchive", reading)


def test_an_error_page_under_the_name_of_a_pdf_is_a_sentence(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "download.pdf").write_text("<html><body>404 Not found</body></html>")
    with pytest.raises(ReadError, match=r"is a web page and no PDF: the download failed"):
        read(tmp_path / "download.pdf", reading)


def test_pictures_of_a_book_are_read(tmp_path: Path, reading: Reading) -> None:
    with zipfile.ZipFile(tmp_path / "book.epub", "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", "<c><rootfiles><rootfile full-path='t/b.opf'/></rootfiles></c>")
        book.writestr(
            "t/b.opf",
            "<package><metadata><title>The Sign</title></metadata><manifest><item id='a' href='c/a.xhtml' "
            "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine></package>",
        )
        chapter = "<p>{}</p><img src='../i/s%20n.png' alt='A sign'/><img src='gone.png' alt='A map of the ferry'/>"
        book.writestr("t/c/a.xhtml", f"<html><body>{chapter.format(GATE)}</body></html>")
        book.writestr("t/i/s n.png", picture())
    document = read(tmp_path / "book.epub", reading)
    assert "Salt works 4 miles" in lines(document)
    assert "Picture: A map of the ferry" in lines(document)


def test_a_chapter_that_names_no_encoding_is_read_in_its_own(tmp_path: Path, reading: Reading) -> None:
    with zipfile.ZipFile(tmp_path / "book.epub", "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", "<c><rootfiles><rootfile full-path='b.opf'/></rootfiles></c>")
        items = "".join(f"<item id='{one}' href='{one}.xhtml' media-type='application/xhtml+xml'/>" for one in "ab")
        spine = "<spine><itemref idref='a'/><itemref idref='b'/></spine>"
        book.writestr("b.opf", f"<package><manifest>{items}</manifest>{spine}</package>")
        book.writestr("a.xhtml", "<html><body><p>Die Größe</p></body></html>")
        book.writestr(
            "b.xhtml", '<?xml version="1.0" encoding="iso-8859-1"?><html><body>Größe</body></html>'.encode("latin-1")
        )
    assert lines(read(tmp_path / "book.epub", reading)) == ["Die Größe", "Größe"]


def test_a_book_in_fictionbook_has_a_page_for_each_section(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "book.fb2").write_text(
        '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
        'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><book-title>The Ferry</book-title>'
        "</title-info></description><body><section><title><p>One</p></title>"
        f"<p>{GATE}</p><image l:href='#s'/></section>"
        f"<section><title><p>Two</p></title><p>Forty oars.</p></section></body>"
        f"<binary id='s' content-type='image/png'>{base64.b64encode(picture()).decode()}</binary></FictionBook>"
    )
    document = read(tmp_path / "book.fb2", reading)
    assert (document.title, len(document.pages), document.images) == ("The Ferry", 2, 1)
    assert document.pages[1].blocks[0].headings == ("Two",)
