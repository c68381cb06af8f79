"""OpenDocument files, written as flat XML: the numbers, pages, notes and hidden parts that LibreOffice shows."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("presentation", "presentation"),
    )
)  # fmt: skip
STYLES = """
<style:style style:name="Page" style:family="paragraph">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:style style:name="On" style:family="paragraph" style:parent-style-name="Page">
<style:paragraph-properties fo:break-before="auto"/></style:style>
<style:style style:name="Same" style:family="paragraph" style:parent-style-name="Page"/>
<style:style style:name="Gone" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Up" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="Down" style:family="text"><style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:name="Hidden" style:family="table"><style:table-properties table:display="false"/></style:style>
<text:list-style style:name="L">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>
</text:list-style>
<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>
<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>
"""


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument, page: int = 1) -> list[str]:
    return document.pages[page - 1].text.split("\n")


def write(path: Path, body: str, masters: str = "") -> Path:
    kind = {"fodt": "text", "fods": "spreadsheet", "fodp": "presentation"}[path.suffix[1:]]
    path.write_text(
        f'<?xml version="1.0"?><office:document {NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    )
    return path


def p(content: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>'


def test_headings_and_lists_have_their_numbers(tmp_path: Path, reading: Reading) -> None:
    inner = f"<text:list><text:list-item>{p('With wax.')}</text:list-item></text:list>"
    body = (
        '<text:h text:outline-level="1">Money</text:h><text:h text:outline-level="2">Fees</text:h>' + p("21 crowns.")
        + f'<text:list text:style-name="L"><text:list-item>{p("Write.")}{inner}</text:list-item>'
        + f"<text:list-item>{p('Seal.')}</text:list-item></text:list>"
        + f'<text:list text:style-name="L" text:continue-numbering="true"><text:list-item>{p("Go on.")}'
        "</text:list-item></text:list>"
        + f'<text:list text:style-name="L"><text:list-item>{p("Anew.")}</text:list-item></text:list>'
    )  # fmt: skip
    document = read(write(tmp_path / "a.fodt", body), reading)
    assert document.pages[0].blocks[0].headings == ("I Money", "I.1 Fees")
    assert lines(document) == ["21 crowns.", "1. Write.", "(a) With wax.", "2. Seal.", "3. Go on.", "1. Anew."]


def test_raised_digits_are_no_digits_of_the_number_before(tmp_path: Path, reading: Reading) -> None:
    up, down = '<text:span text:style-name="Up">{}</text:span>', '<text:span text:style-name="Down">2</text:span>'
    body = p(f"10{up.format('6')} cells, 45{up.format('1')} million, 1{up.format('st')}, CO{down}, 7{down}")
    assert lines(read(write(tmp_path / "a.fodt", body), reading)) == ["10⁶ cells, 45¹ million, 1st, CO2, 72"]


def test_a_heading_with_nothing_under_it_stays_on_its_page(tmp_path: Path, reading: Reading) -> None:
    heading = '<text:h text:outline-level="1" text:style-name="{}">{}</text:h>'
    body = p("Hives cost 9.") + heading.format("", "Bees are free") + heading.format("Page", "Wax") + p("7 crowns.")
    document = read(write(tmp_path / "a.fodt", body), reading)
    assert [page.text for page in document.pages] == ["Hives cost 9.\nI Bees are free", "7 crowns."]


def test_a_style_says_for_itself_whether_a_page_begins_or_takes_it_from_what_it_is_based_on(
    tmp_path: Path, reading: Reading
) -> None:
    body = p("Hives cost 9.") + p("Wax costs 7.", "On") + p("Bees are free.", "Same")
    document = read(write(tmp_path / "a.fodt", body), reading)
    assert [page.text for page in document.pages] == ["Hives cost 9.\nWax costs 7.", "Bees are free."]


def test_pages_notes_comments_headers_and_hidden_text(tmp_path: Path, reading: Reading) -> None:
    note = "<text:note><text:note-body><text:p>4 days.</text:p></text:note-body></text:note>"
    comment = "<office:annotation><dc:creator>Ann</dc:creator><text:p>Ask Tansy.</text:p></office:annotation>"
    body = p(f'Books are lent.{note}{comment}<text:span text:style-name="Gone"> The sum is 5,000.</text:span>') + p(
        "Two. It goes <text:soft-page-break/>on. Three.", "Page"
    )
    header = "<style:master-page><style:header><text:p>File GT-6042</text:p></style:header></style:master-page>"
    document = read(write(tmp_path / "a.fodt", body, header), reading)
    assert [page.text.split("\n") for page in document.pages] == [
        ["File GT-6042", "Books are lent.", "Note 1: 4 days.", "Comment by Ann: Ask Tansy."],
        ["Two. It goes on."],
        ["Three."],
    ]  # fmt: skip
    assert document.skipped == [
        "Read besides the text: 1 note, 1 comment.",
        "1 hidden passage was left out, as nobody sees them in print.",
    ]


def test_pictures_are_read_with_their_alternative_text(tmp_path: Path, reading: Reading) -> None:
    picture = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(picture).text((40, 80), "Platform 9", fill="black", font=ImageFont.load_default(56))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    content = base64.b64encode(buffer.getvalue()).decode()
    frame = (
        f"<draw:frame><draw:image><office:binary-data>{content}</office:binary-data></draw:image>"
        "<svg:desc>The sign is 2 metres wide</svg:desc></draw:frame>"
    )
    found = lines(read(write(tmp_path / "a.fodt", p(frame)), reading))
    assert {"Platform 9", "Beside it: The sign is 2 metres wide"} <= set(found)


def test_sheets_say_what_is_hidden_and_comments_stand_apart(tmp_path: Path, reading: Reading) -> None:
    def row(*cells: str, attributes: str = "") -> str:
        inside = "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
        return f"<table:table-row {attributes}>{inside}</table:table-row>"

    comment = "<office:annotation><text:p>No nuts</text:p></office:annotation>"
    body = (
        f'<table:table table:name="Guests">{row(p("Guest"), p("Table"))}{row(p("Ann"), comment + p("14"))}'
        + row(p("Bob"), p("77"), attributes='table:visibility="collapse"')
        + f'</table:table><table:table table:name="Secret" table:style-name="Hidden">{row(p("K-58"), p("Cellar"))}'
        "</table:table>"
    )
    document = read(write(tmp_path / "a.fods", body), reading)
    assert lines(document) == ["Guest | Table", "Ann | 14", "Bob | 77", "Comment on B2 (Ann: 14): No nuts"]
    assert document.skipped == [
        "Hidden on sheet Guests, and read all the same: rows 3.",
        "Sheet Secret is hidden in the file; it was read all the same.",
        "Read besides the text: 1 comment.",
    ]
