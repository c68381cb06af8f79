"""Every kind of file, written by a real writer library: its words, its pages, its tables, and how it can be broken."""

from __future__ import annotations

import datetime
import random
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pillow_heif
import pptx
import pytest
from odf.draw import Frame, Page, TextBox
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText
from odf.style import MasterPage, PageLayout
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import H, P, S
from PIL import Image, ImageDraw, ImageFont
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.page_images import page_image
from lamplight.ingest.readers import READERS, SUFFIXES, read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

GATE = "The gate is painted zebrawood green and locked at dusk."
FEES = (("Plot", "2022", "2023"), ("Half", "£36", "£38"), ("Full", "£60", "£63"))


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument, page: int = 1) -> list[str]:
    return document.pages[page - 1].text.split("\n")


def write_pptx(path: Path) -> Path:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Gate rules"
    first.placeholders[1].text = GATE
    table = first.shapes.add_table(3, 3, Inches(1), Inches(4), Inches(4), Inches(1)).table
    for row, cells in enumerate(FEES):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    first.notes_slide.notes_text_frame.text = "Mention the spare key."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Harvest"
    data = CategoryChartData()
    data.categories = ["Beans", "Peas"]
    data.add_series("2022", (4.3, 2.5))
    data.add_series("2023", (2.4, 4.4))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(4), Inches(3), data)
    deck.slides.add_slide(deck.slide_layouts[6])
    deck.save(str(path))
    return path


def write_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    fees = book.active
    fees.title = "Fees"
    fees["B2"] = "Fees of the allotments"
    fees["B3"] = "(in pounds)"
    for column, head in enumerate(("Plot", "Paid", "Due", "Share", "Kept"), start=2):
        fees.cell(5, column, head)
    for row in range(3):
        fees.cell(6 + row, 2, f"Plot {row}")
        fees.cell(6 + row, 3, -1234.5 * row).number_format = "#,##0.00;(#,##0.00)"
        fees.cell(6 + row, 4, datetime.date(2023, 3, row + 1)).number_format = "d mmm yyyy"
        fees.cell(6 + row, 5, 0.125).number_format = "0.0%"
        fees.cell(6 + row, 6, row > 0)
    keys = book.create_sheet("Keys")
    for row in (("Key", "Keeper"), ("Shed", "Ann"), (), (), ("Gate", "Bob"), ("Pond", "=A1")):
        keys.append(row)
    book.save(path)
    return path


def odf_table(rows: tuple[tuple[str, ...], ...]) -> OdfTable:
    table = OdfTable(name="Fees")
    for row in rows:
        table_row = TableRow()
        for words in row:
            cell = TableCell()
            cell.addElement(P(text=words))
            table_row.addElement(cell)
        table.addElement(table_row)
    return table


def write_odt(path: Path) -> Path:
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Allotment rules"))
    document.text.addElement(H(outlinelevel=2, text="The gate"))
    paragraph = P(text="The gate")
    paragraph.addElement(S(c=1))
    paragraph.addText(GATE.removeprefix("The gate "))
    document.text.addElement(paragraph)
    document.text.addElement(odf_table(FEES))
    document.save(str(path))
    return path


def write_ods(path: Path) -> Path:
    document = OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(odf_table(FEES))
    document.save(str(path))
    return path


def write_odp(path: Path) -> Path:
    document = OpenDocumentPresentation()
    layout = PageLayout(name="layout")
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(master := MasterPage(name="master", pagelayoutname=layout))
    for words in ("Rules", GATE):
        page = Page(masterpagename=master)
        frame = Frame(width="10cm", height="2cm")
        box = TextBox()
        box.addElement(P(text=words))
        frame.addElement(box)
        page.addElement(frame)
        document.presentation.addElement(page)
    document.save(str(path))
    return path


def write_epub(path: Path) -> Path:
    """By hand: the kept writer of EPUBs is under the AGPL."""
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="text/book.opf"/></rootfiles></container>',
        )
        book.writestr(
            "text/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            "<dc:title>The Pond</dc:title></metadata><manifest>"
            '<item id="two" href="b.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="one" href="a%20b.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="cover" href="cover.png" media-type="image/png"/></manifest>'
            '<spine><itemref idref="one"/><itemref idref="two"/></spine></package>',
        )
        chapter = (
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{}</h1><p>{}</p></body></html>'
        )
        book.writestr("text/a b.xhtml", chapter.format("One", GATE))
        book.writestr("text/b.xhtml", chapter.format("Two", "Seventeen carp. Café."))
    return path


def write_eml(path: Path) -> Path:
    message = EmailMessage()
    message["From"] = "Ann Müller <ann@example.org>"
    message["To"] = "bob@example.org"
    message["Subject"] = "The gäte"
    message["Date"] = "Tue, 03 Jan 2023 10:00:00 +0000"
    message.set_content(f"{GATE}\n\nYours, Ann\n")
    message.add_alternative(f"<p>{GATE} In HTML.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7" * 300, maintype="application", subtype="pdf", filename="fees.pdf")
    path.write_bytes(bytes(message))
    return path


def write_html_eml(path: Path) -> Path:
    message = EmailMessage()
    message["Subject"] = "Fees"
    message.set_content("<table><tr><th>Plot</th><th>Fee</th></tr><tr><td>Half</td><td>36</td></tr></table>", "html")
    path.write_bytes(bytes(message))
    return path


def write_rtf(path: Path) -> Path:
    path.write_bytes(
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 The caf\'e9 opens at 9 for \u8364?5.\par"
        rb"\trowd\cellx100\cellx200 Plot\cell Fee\cell\row\trowd Half\cell 36\cell\row " + GATE.encode() + rb"\par}"
    )
    return path


def picture_of(words: str) -> Image.Image:
    picture = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(picture).text((40, 80), words, fill="black", font=ImageFont.load_default(56))
    return picture


def test_slides_are_pages_with_tables_charts_and_notes(tmp_path: Path, reading: Reading) -> None:
    document = read(write_pptx(tmp_path / "deck.pptx"), reading)
    assert [page.number for page in document.pages] == [1, 2, 3]
    title, words, table, notes = document.pages[0].blocks
    assert (title.lines[0].text, words.lines[0].text, words.headings) == ("Gate rules", GATE, ("Gate rules",))
    assert [line.text for line in table.lines] == ["Plot | 2022 | 2023", "Half | £36 | £38", "Full | £60 | £63"]
    assert (notes.headings, notes.lines[0].text) == (("Gate rules", "Notes"), "Mention the spare key.")
    assert [(table.page, table.columns, table.rows) for table in document.tables] == [
        (1, ["Plot", "2022", "2023"], [["Half", "£36", "£38"], ["Full", "£60", "£63"]]),
        (2, ["", "2022", "2023"], [["Beans", "4.3", "2.4"], ["Peas", "2.5", "4.4"]]),
    ]
    assert document.report(1.0).empty_pages == [3]


def test_sheets_are_pages_and_values_are_as_shown(tmp_path: Path, reading: Reading) -> None:
    document = read(write_xlsx(tmp_path / "book.xlsx"), reading)
    (block,) = document.pages[0].blocks
    assert block.headings == ("Fees!B2:F8",)
    assert [line.text for line in block.lines] == [
        "Fees of the allotments",
        "(in pounds)",
        "Plot | Paid | Due | Share | Kept",
        "Plot 0 | 0.00 | 1 Mar 2023 | 12.5% | FALSE",
        "Plot 1 | (1,234.50) | 2 Mar 2023 | 12.5% | TRUE",
        "Plot 2 | (2,469.00) | 3 Mar 2023 | 12.5% | TRUE",
    ]
    assert block.header_rows == 3
    assert [table.name for table in document.tables] == ["Fees!B2:F8", "Keys!A1:B2", "Keys!A5:B6"]
    assert document.tables[0].columns == ["Plot", "Paid", "Due", "Share", "Kept"]


def test_a_table_goes_on_behind_a_blank_row(tmp_path: Path, reading: Reading) -> None:
    book = openpyxl.Workbook()
    for row in (("Plot", "Fee"), ("Half", 36), (), ("Full", 60), ("Double", 110)):
        book.active.append(row)
    book.save(tmp_path / "fees.xlsx")
    first, second = read(tmp_path / "fees.xlsx", reading).pages[0].blocks
    assert second.headings == ("Sheet!A4:B5",)
    assert [line.text for line in second.lines] == ["Plot | Fee", "Full | 60", "Double | 110"]
    assert (first.header_rows, second.header_rows) == (1, 1)


def test_a_formula_that_was_never_calculated_is_told_of(tmp_path: Path, reading: Reading) -> None:
    document = read(write_xlsx(tmp_path / "book.xlsx"), reading)
    assert len(document.skipped) == 1
    assert "Formulas without a saved result are shown as formulas (1 of them)" in document.skipped[0]


def test_a_formula_shows_its_saved_result(tmp_path: Path, reading: Reading) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        sheet = book.add_worksheet("Sums")
        sheet.write_row(0, 0, ["Plot", "Fee"])
        sheet.write_row(1, 0, ["Half", 36])
        sheet.write(2, 0, "Sum")
        sheet.write_formula(2, 1, "=SUM(B2:B2)", None, 36)
    document = read(tmp_path / "book.xlsx", reading)
    assert lines(document) == ["Plot | Fee", "Half | 36", "Sum | 36"]
    assert document.skipped == []


def test_opendocument_text_keeps_headings_and_rows(tmp_path: Path, reading: Reading) -> None:
    document = read(write_odt(tmp_path / "rules.odt"), reading)
    words, table = document.pages[0].blocks
    assert (words.headings, words.lines[0].text) == (("Allotment rules", "The gate"), GATE)
    assert [line.text for line in table.lines] == ["Plot | 2022 | 2023", "Half | £36 | £38", "Full | £60 | £63"]
    assert (document.format, document.title) == ("odt", "Allotment rules")


def test_opendocument_sheets_and_slides_are_pages(tmp_path: Path, reading: Reading) -> None:
    sheets = read(write_ods(tmp_path / "fees.ods"), reading)
    assert sheets.pages[0].blocks[0].headings == ("Fees!A1:C3",)
    assert sheets.tables[0].rows[1] == ["Full", "£60", "£63"]
    assert lines(read(write_odp(tmp_path / "deck.odp"), reading), 2) == [GATE]


def test_chapters_of_a_book_are_pages_in_reading_order(tmp_path: Path, reading: Reading) -> None:
    document = read(write_epub(tmp_path / "book.epub"), reading)
    assert document.title == "The Pond"
    assert [(page.blocks[0].headings, page.text) for page in document.pages] == [
        (("One",), GATE), (("Two",), "Seventeen carp. Café.")
    ]  # fmt: skip


def test_a_message_says_who_when_and_what_was_attached(tmp_path: Path, reading: Reading) -> None:
    document = read(write_eml(tmp_path / "gate.eml"), reading)
    assert document.title == "The gäte"
    assert lines(document) == [
        "From: Ann Müller <ann@example.org>",
        "To: bob@example.org",
        "Date: Tue, 03 Jan 2023 10:00:00 +0000",
        "Subject: The gäte",
        GATE,
        "Yours, Ann",
        "Attached: fees.pdf (application/pdf, 2 KB)",
    ]
    assert "fees.pdf" in document.skipped[0]
    assert lines(read(write_html_eml(tmp_path / "fees.eml"), reading)) == ["Subject: Fees", "Plot | Fee", "Half | 36"]


def test_rich_text_keeps_letters_and_rows(tmp_path: Path, reading: Reading) -> None:
    document = read(write_rtf(tmp_path / "notes.rtf"), reading)
    assert lines(document) == ["The café opens at 9 for €5.", "Plot | Fee", "Half | 36", GATE]
    assert document.tables[0].rows == [["Half", "36"]]


def test_hidden_rich_text_is_left_out_and_told_of(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1\ansi Open.{\v The sum is 5,000.} Half \v or full \v0 36.\par}")
    document = read(tmp_path / "a.rtf", reading)
    assert lines(document) == ["Open. Half 36."]
    assert document.skipped == ["2 hidden passages were left out, as nobody sees them in print."]


def test_rich_text_has_the_letters_that_are_seen(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "a.rtf").write_bytes(
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}"
        rb"{\f1\froman\fcharset2\fprq2{\*\panose 05050102010706020507}Symbol;}{\f2\fswiss\fcharset204 Arial Cyr;}}"
        rb"Dose 5 {\f1\'6d}g or \f1\u-3987?\f0 g, {\f1 p} \f1\'b3\plain  18, {\f2\'cf\'f0}, caf\'e9 \u8364?5\par"
        rb" 10{\super 6} cells, 45\super 1\nosupersub  million, 1{\super st}, m{\super 2}, 10{\super\u8722?3}\par"
        rb" \uc2\f1\u-3987\'6d\'6d\f0 l}"
    )
    assert lines(read(tmp_path / "a.rtf", reading)) == [
        "Dose 5 µg or µg, π ≥ 18, Пр, café €5",
        "10⁶ cells, 45¹ million, 1st, m2, 10⁻³",
        "µl",
    ]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("comma.csv", 'Name,Paid,"What, why"\nAnn,36,"Half a plot\nwith shed"\nBob,,Full\n'),
        ("semicolon.csv", "Name;Paid;What, why\nAnn;36;Half a plot with shed\nBob;;Full\n"),
        ("tabs.tsv", "Name\tPaid\tWhat, why\nAnn\t36\tHalf a plot with shed\nBob\t\tFull\n"),
    ],
)
def test_separated_values_are_a_table(tmp_path: Path, reading: Reading, name: str, source: str) -> None:
    (tmp_path / name).write_text(source, encoding="utf-16" if name == "tabs.tsv" else "utf-8")
    document = read(tmp_path / name, reading)
    assert lines(document) == ["Name | Paid | What, why", "Ann | 36 | Half a plot with shed", "Bob |  | Full"]
    assert document.pages[0].blocks[0].header_rows == 1
    assert document.tables[0].columns == ["Name", "Paid", "What, why"]


def test_json_keeps_the_way_to_every_value_and_records_are_a_table(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "garden.json").write_text(
        '{"gate": {"colour": "green", "locked": true, "keys": ["Ann", "Bob"]},'
        ' "fees": [{"plot": "Half", "fee": 36}, {"plot": "Full", "fee": 60}]}'
    )
    document = read(tmp_path / "garden.json", reading)
    assert lines(document)[:3] == ["gate.colour: green", "gate.locked: true", "gate.keys: Ann, Bob"]
    assert document.pages[0].blocks[0].headings == ("gate",)
    assert (document.tables[0].name, document.tables[0].rows) == ("fees", [["Half", "36"], ["Full", "60"]])
    (tmp_path / "log.jsonl").write_text('{"plot": "Half", "fee": 36}\n{"plot": "Full", "fee": 60}\n')
    assert lines(read(tmp_path / "log.jsonl", reading)) == ["plot | fee", "Half | 36", "Full | 60"]
    (tmp_path / "broken.json").write_text('{"gate": "green"')
    broken = read(tmp_path / "broken.json", reading)
    assert lines(broken) == ['{"gate": "green"']
    assert "not valid JSON" in broken.skipped[0]


def test_source_code_keeps_its_indentation_under_what_it_defines(tmp_path: Path, reading: Reading) -> None:
    source = 'import os\n\n\ndef lock(gate):\n\n\tif gate.dusk:\n\t\treturn "locked"\n\n\nclass Pond:\n    carp = 17\n'
    (tmp_path / "gate.py").write_text(source)
    first, second = read(tmp_path / "gate.py", reading).pages[0].blocks
    assert first.headings == ("lock, line 1",)
    assert first.lines[-1].text == '        return "locked"'
    assert (second.headings, second.lines[0].text) == (("Pond, line 10",), "class Pond:")


def test_what_is_plainly_text_is_read_whatever_its_name(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "NOTES").write_text(GATE)
    (tmp_path / "notes.unheard-of").write_text(GATE)
    assert read(tmp_path / "NOTES", reading).format == "text"
    assert lines(read(tmp_path / "notes.unheard-of", reading)) == [GATE]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-16-le", "The gate is painted green, and the Gebühr is 36."),
        ("utf-16-be", "The gate is painted green, and the Gebühr is 36."),
        ("utf-32", "Ворота выкрашены в зелёный цвет."),
        ("cp1251", "Ворота выкрашены в зелёный цвет и закрываются в сумерках каждый день недели."),
        ("shift_jis", "門は緑色に塗られており、毎日夕暮れ時に閉められます。池には鯉が十七匹います。"),
        ("gb18030", "大门漆成绿色。每天黄昏时分上锁。池塘里有十七条鲤鱼。星期天有一只苍鹭来访。"),
    ],
)
def test_text_of_any_language_and_encoding(tmp_path: Path, reading: Reading, encoding: str, words: str) -> None:
    (tmp_path / "notes.txt").write_bytes(words.encode(encoding))
    assert lines(read(tmp_path / "notes.txt", reading)) == [words]


@pytest.mark.parametrize("ending", ["gif", "bmp", "tiff", "jp2", "heic", "avif"])
def test_the_words_in_every_kind_of_picture_are_found(tmp_path: Path, reading: Reading, ending: str) -> None:
    path = tmp_path / f"sign.{ending}"
    picture = picture_of("Platform 9")
    if ending == "heic":
        pillow_heif.from_pillow(picture).save(path)
    else:
        picture.save(path)
    document = read(path, reading)
    assert "Platform 9" in document.pages[0].text
    assert document.pages[0].blocks[0].kind == "image"
    assert (document.pages[0].width, document.pages[0].height) == (900, 240)
    assert page_image(path, 1, 300).startswith(b"\x89PNG")


def test_a_fax_has_a_page_for_each_picture_in_it(tmp_path: Path, reading: Reading) -> None:
    first, second, blank = (picture_of(words) for words in ("First page", "Second page", ""))
    first.save(tmp_path / "fax.tif", save_all=True, append_images=[second, blank])
    document = read(tmp_path / "fax.tif", reading)
    assert [page.text for page in document.pages] == ["First page", "Second page", ""]
    assert (document.ocr_pages, document.report(0).empty_pages) == (3, [3])
    assert page_image(tmp_path / "fax.tif", 1, 300) != page_image(tmp_path / "fax.tif", 2, 300)


WRITERS: list[Callable[[Path], Path]] = [write_pptx, write_xlsx, write_odt, write_ods, write_epub, write_rtf]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_that_is_cut_short_is_a_sentence(
    tmp_path: Path, reading: Reading, writer: Callable[[Path], Path]
) -> None:
    path = writer(tmp_path / f"cut.{writer.__name__.removeprefix('write_')}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(ReadError, match=r"^cut.*(damaged|cut short)"):
        read(path, reading)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_with_wrong_bytes_is_read_or_is_a_sentence(
    tmp_path: Path, reading: Reading, writer: Callable[[Path], Path]
) -> None:
    whole = writer(tmp_path / "whole").read_bytes()
    chance = random.Random(3)
    for number in range(40):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 10, 100))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path / f"wrong-{number}"
        path.write_bytes(content)
        try:
            assert read(path, reading).pages
        except (ReadError, NothingToRead) as error:
            assert str(error).startswith(path.name)


@pytest.mark.parametrize("writer", [*WRITERS, write_eml])
def test_a_wrong_name_does_not_matter_where_the_content_tells(
    tmp_path: Path, reading: Reading, writer: Callable[[Path], Path]
) -> None:
    name = "message" if writer is write_eml else "letter.docx"
    assert read(writer(tmp_path / name), reading).pages[0].text


@pytest.mark.parametrize("suffix", [".pptx", ".xlsx", ".odt", ".epub", ".rtf", ".heic", ".tiff"])
def test_text_under_another_kinds_name_is_a_sentence(tmp_path: Path, reading: Reading, suffix: str) -> None:
    (tmp_path / f"notes{suffix}").write_text(GATE)
    with pytest.raises(ReadError, match=r"holds plain text, not what its name says; rename it to \.txt"):
        read(tmp_path / f"notes{suffix}", reading)


@pytest.mark.parametrize("suffix", sorted({*SUFFIXES, ""}))
def test_an_empty_file_is_a_sentence(tmp_path: Path, reading: Reading, suffix: str) -> None:
    (tmp_path / f"empty{suffix}").write_bytes(b"")
    with pytest.raises(NothingToRead, match="is empty"):
        read(tmp_path / f"empty{suffix}", reading)


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "odt"])
def test_an_archive_with_broken_parts_is_a_sentence(tmp_path: Path, reading: Reading, kind: str) -> None:
    parts = {"pptx": "ppt/slides/slide1.xml", "xlsx": "xl/worksheets/sheet1.xml", "odt": "content.xml"}
    whole = {"pptx": write_pptx, "xlsx": write_xlsx, "odt": write_odt}[kind](tmp_path / f"whole.{kind}")
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / f"broken.{kind}", "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<broken" if name == parts[kind] else source.read(name))
    with pytest.raises(ReadError, match=f"^broken.{kind} is damaged"):
        read(tmp_path / f"broken.{kind}", reading)


def test_without_words_there_is_nothing_to_read(tmp_path: Path, reading: Reading) -> None:
    openpyxl.Workbook().save(tmp_path / "blank.xlsx")
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    deck.save(str(tmp_path / "blank.pptx"))
    (tmp_path / "blank.csv").write_text("\n,,\n")
    (tmp_path / "blank.json").write_text("{}")
    for name in ("blank.xlsx", "blank.pptx", "blank.csv", "blank.json"):
        with pytest.raises(NothingToRead, match=name):
            read(tmp_path / name, reading)


@pytest.mark.parametrize(
    ("stream", "name", "sentence"),
    [
        ("WordDocument", "letter.doc", "old Word file; open it in Word or LibreOffice Writer, save it as .docx"),
        ("WordDocument", "letter", "old Office file; save it as .docx"),
        ("PowerPoint Document", "deck.ppt", "old PowerPoint file; open it in PowerPoint .* save it as .pptx"),
        ("", "deck.ppt", "old PowerPoint file"),
    ],
)
def test_old_office_files_say_how_to_convert_them(
    tmp_path: Path, reading: Reading, stream: str, name: str, sentence: str
) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le"))
    with pytest.raises(ReadError, match=sentence):
        read(tmp_path / name, reading)


@pytest.mark.parametrize(
    ("head", "name", "sentence"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1"), "card.pub", "Publisher document; export it from Publisher as PDF"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "plan.vsd", "Visio drawing; export it"),
        (bytes.fromhex("e4525c7b8cd8a74d"), "notes.one", "section of OneNote; export it as PDF"),
        (b"\0\1\0\0Standard Jet DB\0", "club.mdb", "Access database; export its tables"),
        (b"\xffWPC", "old.wpd", "WordPerfect document; open it in LibreOffice"),
        (b"\xff\x0a", "photo.jxl", "JPEG XL picture; save it as PNG"),
    ],
)
def test_what_is_not_read_says_what_to_do(
    tmp_path: Path, reading: Reading, head: bytes, name: str, sentence: str
) -> None:
    (tmp_path / name).write_bytes(head + bytes(600))
    with pytest.raises(NothingToRead, match=sentence):
        read(tmp_path / name, reading)


def test_a_locked_office_file_is_a_sentence(tmp_path: Path, reading: Reading) -> None:
    wrapped = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "secret.xlsx").write_bytes(wrapped)
    with pytest.raises(ReadError, match="protected by a password"):
        read(tmp_path / "secret.xlsx", reading)


def test_an_entity_reaches_no_other_file(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "secret.txt").write_text("zebrawood")
    with zipfile.ZipFile(write_odt(tmp_path / "rules.odt")) as source:
        content = source.read("content.xml").decode()
    doctype = f'<!DOCTYPE x [<!ENTITY secret SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    hostile = content.replace("<office:document-content", f"{doctype}<office:document-content", 1)
    with zipfile.ZipFile(tmp_path / "hostile.odt", "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        target.writestr("content.xml", hostile.replace("Allotment rules", "&secret;"))
    assert "zebrawood secret" not in read(tmp_path / "hostile.odt", reading).title
    assert read(tmp_path / "hostile.odt", reading).title != "zebrawood"


def test_every_ending_has_a_reader() -> None:
    assert set(SUFFIXES.values()) == set(READERS)
