"""Sheets: each cell as a person sees it, each table for itself, and what is hidden or said in comments."""

from __future__ import annotations

import datetime
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P
from openpyxl.comments import Comment

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers import read
from lamplight.ingest.readers.number_formats import shown
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument, page: int = 1) -> list[str]:
    return document.pages[page - 1].text.split("\n")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1067, "00000", "01067"),
        (12.5, '0.0" kg"', "12.5 kg"),
        (37.75 / 24, "[h]:mm", "37:45"),
        (datetime.timedelta(hours=37, minutes=45), "[h]:mm:ss", "37:45:00"),
        (4_250_000, '#,##0,"k"', "4,250k"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (0.375, "# ?/?", "3/8"),
        (12.375, "# ??/??", "12 3/8"),
        (0.0475, "0.00%", "4.75%"),
        (12840.5, '#,##0.00\\ "€"', "12,840.50 €"),
        (12840.5, "#,##0.00 [$€-407]", "12,840.50 €"),
        (-312.4, "#,##0.00;(#,##0.00)", "(312.40)"),
        (0, '#,##0.00;(#,##0.00);"-"', "-"),
        (-1234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "-1,234.50 €"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (12345678, "0.00E+00", "1.23E+07"),
        (0.5, "[<1]0%;0.0", "50%"),
        (2.25, "[<1]0%;0.0", "2.3"),
        (7, 'General" pcs"', "7 pcs"),
        (datetime.datetime(2021, 11, 9), "dd.mm.yyyy", "09.11.2021"),
        (44509, "dd.mm.yyyy", "09.11.2021"),
        (datetime.time(14, 35), "h:mm AM/PM", "2:35 PM"),
        (61.5 / 86400, "mm:ss.0", "01:02"),
        ("Ann", '@" Ltd"', "Ann Ltd"),
        (1234567.891, "General", "1234567.891"),
        (-800.25, "#,##0.00;[Red]#,##0.00", "-800.25"),
        (-800.25, '#,##0.00\\ "€";[Rot]#,##0.00\\ "€"', "-800.25 €"),
        (-800.25, "[Blue]General;[Red]General", "-800.25"),
        (-800.25, "#,##0.00_);[Red](#,##0.00)", "(800.25)"),
        (-800.25, "#,##0.00 ;[Red]-#,##0.00 ", "-800.25"),
        (-0.05, '0%;[Red]"▼ "0%', "▼ 5%"),
        (-800.25, "0;0", "800"),
    ],
)
def test_a_value_is_shown_by_its_format(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_heads_merged_over_columns_are_the_name_of_each_column(tmp_path: Path, reading: Reading) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("Harvest",),
        ("Farm", "2022", "", "2023"),
        ("", "Apples", "Pears", "Apples", "Pears"),
        ("Tay", 1, 2, 3, 4),
    ):
        sheet.append(row)
    for place in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(place)
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx", reading)
    assert lines(document) == [
        "Harvest",
        "Farm | 2022 Apples | 2022 Pears | 2023 Apples | 2023 Pears",
        "Tay | 1 | 2 | 3 | 4",
    ]
    assert document.tables[0].columns[4] == "2023 Pears"


def test_tables_side_by_side_are_kept_apart_and_a_spaced_one_is_not(tmp_path: Path, reading: Reading) -> None:
    book = openpyxl.Workbook()
    for row in (("Boat", "Berth", None, "Warden", "Key"), ("Gull", "A7", None, "Ann", "K1"), ("Tern", "B2")):
        book.active.append(row)
    spaced = book.create_sheet("Balance")
    for row in (("", None, "2022", None, "2023"), ("Cash", None, 4, None, 5), ("Tools", None, 6, None, 7)):
        spaced.append(row)
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx", reading)
    assert [[line.text for line in block.lines] for block in document.pages[0].blocks] == [
        ["Boat | Berth", "Gull | A7", "Tern | B2"], ["Warden | Key", "Ann | K1"]
    ]  # fmt: skip
    assert lines(document, 2) == ["| 2022 | 2023", "Cash | 4 | 5", "Tools | 6 | 7"]


def test_comments_and_hidden_parts_are_read_and_said_to_be_that(tmp_path: Path, reading: Reading) -> None:
    book = openpyxl.Workbook()
    guests = book.active
    guests.title = "Guests"
    for row in (("Guest", "Table", "Room"), ("Ann", 14, 3), ("Bob", 77, 4)):
        guests.append(row)
    guests["B2"].comment = Comment("No nuts", "x")
    guests.row_dimensions[3].hidden = True
    guests.column_dimensions["C"].hidden = True
    secret = book.create_sheet("Secret")
    secret.append(("Code", "Door"))
    secret.append(("K-58", "Cellar"))
    secret.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx", reading)
    assert lines(document)[-2:] == ["Bob | 77 | 4", "Comment on B2 (Ann: 14): No nuts"]
    assert document.pages[1].blocks[0].headings == ("Secret (hidden)!A1:B2",)
    assert document.skipped == [
        "Hidden on sheet Guests, and read all the same: rows 3, columns C.",
        "Sheet Secret is hidden in the file; it was read all the same.",
        "Read besides the cells: 1 comment.",
    ]


def test_a_sheet_too_large_to_be_read_whole_is_told_of(
    tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    sheet = OdfTable(name="Sheet")
    for cells in (("Guest", "Table"), ("Ann", "14"), ("Bob", "77")):
        book.active.append(cells)
        row = TableRow()
        for cell in cells:
            row.addElement(TableCell())
            row.lastChild.addElement(P(text=cell))
        sheet.addElement(row)
    book.save(tmp_path / "a.xlsx")
    calc = OpenDocumentSpreadsheet()
    calc.spreadsheet.addElement(sheet)
    calc.save(str(tmp_path / "a.ods"))
    for name, module in (("a.xlsx", "spreadsheet"), ("a.ods", "opendocument.tables")):
        monkeypatch.setattr(f"lamplight.ingest.readers.{module}.MOST_CELLS", 3)
        document = read(tmp_path / name, reading)
        assert lines(document) == ["Guest | Table", "Ann | 14"]
        assert document.skipped == ["Sheet Sheet is read down to row 2; what follows is too much."]


def test_the_words_in_boxes_on_a_sheet_are_read(tmp_path: Path, reading: Reading) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("Keys")
        sheet.write_row(0, 0, ["Key", "Door"])
        sheet.write_row(1, 0, ["K-58", "Cellar"])
        sheet.insert_textbox(4, 0, "Ask the warden for the spare key.")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Keys!$A$1:$A$2"})
        sheet.insert_chart(9, 0, chart)
    document = read(tmp_path / "a.xlsx", reading)
    assert lines(document)[-1] == "Ask the warden for the spare key."
    assert document.skipped == ["Charts are not read (1 of them); the cells they are drawn from are."]


def test_a_row_with_a_formula_that_was_never_calculated_is_not_lost(tmp_path: Path, reading: Reading) -> None:
    book = openpyxl.Workbook()
    for row in (("Item", "Net", "Gross"), ("Anvil", 250, "=B2*1.19")):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    document = read(tmp_path / "a.xlsx", reading)
    assert lines(document) == ["Item | Net | Gross", "Anvil | 250 | =B2*1.19"]
    assert "shown as formulas (1 of them)" in document.skipped[0]


def test_a_zero_that_stands_for_a_result_is_none(tmp_path: Path, reading: Reading) -> None:
    """XlsxWriter writes it behind every formula and asks for all to be computed on opening."""
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Item", "Net", "Gross"])
        sheet.write_row(1, 0, ["Anvil", 250, "=B2*1.19"])
        sheet.write_row(2, 0, ["Bellows", 0])
    document = read(tmp_path / "a.xlsx", reading)
    assert lines(document) == ["Item | Net | Gross", "Anvil | 250 | =B2*1.19", "Bellows | 0 |"]
    assert "shown as formulas (1 of them)" in document.skipped[0]


def test_an_old_workbook_shows_formulas_that_were_never_calculated(tmp_path: Path, reading: Reading) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Empty")
    sheet = book.add_sheet("Smithy")
    for row, cells in enumerate((("Item", "Net", "Gross"), ("Anvil", 250, xlwt.Formula("B2*1.19")))):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(tmp_path / "a.xls"))
    document = read(tmp_path / "a.xls", reading)
    assert document.pages[1].text.split("\n") == ["Item | Net | Gross", "Anvil | 250 | =B2*1.19"]
    assert "shown as formulas (1 of them)" in document.skipped[0]


def test_an_opendocument_sheet_shows_formulas_that_were_never_calculated(tmp_path: Path, reading: Reading) -> None:
    sheet = OpenDocumentSpreadsheet()
    table = OdfTable(name="Smithy")
    sheet.spreadsheet.addElement(table)
    for cells in (("Item", "Net", "Gross"), ("Anvil", "250", "of:=SUM([.B2:.B3])*1.19")):
        row = TableRow()
        table.addElement(row)
        for words in cells:
            is_formula = words.startswith("of:")
            cell = TableCell(formula=words) if is_formula else TableCell(valuetype="string", stringvalue=words)
            row.addElement(cell)
    sheet.save(str(tmp_path / "a.ods"))
    document = read(tmp_path / "a.ods", reading)
    assert lines(document) == ["Item | Net | Gross", "Anvil | 250 | =SUM(B2:B3)*1.19"]
    assert "shown as formulas (1 of them)" in document.skipped[0]


def test_raised_digits_in_a_cell_are_no_digits_of_its_number(tmp_path: Path, reading: Reading) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet, raised = book.add_worksheet("Lab"), book.add_format({"font_script": 1})
    sheet.write_row(0, 0, ["Sample", "Count"])
    sheet.write(1, 0, "Tarn")
    sheet.write_rich_string(1, 1, "3×10", raised, "6", " cells")
    sheet.write(2, 0, "Beck")
    sheet.write_rich_string(2, 1, "1", raised, "st", " of two")
    book.close()
    assert lines(read(tmp_path / "a.xlsx", reading)) == ["Sample | Count", "Tarn | 3×10⁶ cells", "Beck | 1st of two"]


def test_a_sign_that_only_a_colour_shows_is_read_in_opendocument(tmp_path: Path, reading: Reading) -> None:
    places = '<number:number number:decimal-places="2"/>'
    cell = '<table:table-cell office:value-type="float" office:value="{}"{}><text:p>{}</text:p></table:table-cell>'
    rows = [
        cell.format(-800.25, "", "800.25") + cell.format(-1.5, ' table:style-name="brackets"', "(1.50)"),
        cell.format(1200.5, "", "1200.50") + cell.format(-0.001, ' table:style-name="red"', "0.00"),
        cell.format(-7, ' table:style-name="plain"', "7.00"),
    ]
    (tmp_path / "a.fods").write_text(
        '<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet" '
        + " ".join(
            f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for short, name in {
                "office": "office", "table": "table", "text": "text", "style": "style", "number": "datastyle",
                "fo": "xsl-fo-compatible",
            }.items()
        )
        + f'''><office:automatic-styles>
        <number:number-style style:name="N1P0">{places}</number:number-style>
        <number:number-style style:name="N1"><style:text-properties fo:color="#ff0000"/>{places}
          <style:map style:condition="value()&gt;=0" style:apply-style-name="N1P0"/></number:number-style>
        <number:number-style style:name="N2"><style:text-properties fo:color="#ff0000"/><number:text>(</number:text>
          {places}<number:text>)</number:text>
          <style:map style:condition="value()&gt;=0" style:apply-style-name="N1P0"/></number:number-style>
        <style:style style:name="red" style:family="table-cell" style:data-style-name="N1"/>
        <style:style style:name="brackets" style:family="table-cell" style:data-style-name="N2"/>
        <style:style style:name="plain" style:family="table-cell" style:data-style-name="N1P0"/>
        </office:automatic-styles><office:body><office:spreadsheet><table:table table:name="Result">
        <table:table-column table:default-cell-style-name="red"/>'''
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + "</table:table></office:spreadsheet></office:body></office:document>"
    )  # fmt: skip
    assert lines(read(tmp_path / "a.fods", reading)) == ["-800.25 | (1.50)", "1200.50 | 0.00", "7.00"]


def test_formulas_in_separated_values_are_told_of_and_quoted_digits_are_not(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "a.csv").write_text('code,town,sum\n="00123",Kyle,=B2*2\n="00456",Durness,7\n')
    document = read(tmp_path / "a.csv", reading)
    assert lines(document)[1:] == ["00123 | Kyle | =B2*2", "00456 | Durness | 7"]
    assert "shown as formulas (1 of them)" in document.skipped[0]


def record(kind: int, content: bytes = b"") -> bytes:
    """Of a binary workbook (MS-XLSB 2.1.4): its number and its length in pieces of seven bits."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(content)]) + content


def text_of(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def write_xlsb(path: Path) -> Path:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    related = (
        f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="a" Type="{kind}/%s" Target="%s"/></Relationships>'
    )
    rows = b""
    for number, (croft, sheep) in enumerate((("Croft", "Sheep"), ("Reiff", 114.0))):
        rows += record(0, struct.pack("<IIHBBBIII", number, 0, 300, 0, 0, 0, 1, 0, 1))
        rows += record(6, struct.pack("<II", 0, 0) + text_of(str(croft)))
        place = struct.pack("<II", 1, 0)
        rows += (
            record(6, place + text_of(sheep)) if isinstance(sheep, str) else record(5, place + struct.pack("<d", sheep))
        )
    bundle = record(156, struct.pack("<II", 0, 1) + text_of("a") + text_of("Sheep"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{packages}/content-types"><Override PartName="/xl/workbook.bin" '
            'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr("_rels/.rels", related % ("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/workbook.bin", record(131) + record(143) + bundle + record(144) + record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", related % ("worksheet", "worksheets/sheet1.bin"))
        size = record(148, struct.pack("<IIII", 0, 1, 0, 1))
        archive.writestr(
            "xl/worksheets/sheet1.bin", record(129) + size + record(145) + rows + record(146) + record(130)
        )
    return path


def test_old_workbooks_are_read_as_shown(tmp_path: Path, reading: Reading) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheep")
    for column, head in enumerate(("Croft", "Share", "Post code", "Since")):
        sheet.write(0, column, head)
    sheet.write(1, 0, "Reiff")
    for column, value, code in ((1, 0.335, "0.0%"), (2, 1067, "00000"), (3, 44509, "dd.mm.yyyy")):
        sheet.write(1, column, value, xlwt.easyxf(num_format_str=code))
    sheet.row(1).hidden = True
    book.add_sheet("Secret").write(0, 0, "K-58")
    book.get_sheet(1).visibility = 1
    book.save(str(tmp_path / "a.xls"))
    document = read(tmp_path / "a.xls", reading)
    assert lines(document) == ["Croft | Share | Post code | Since", "Reiff | 33.5% | 01067 | 09.11.2021"]
    assert document.skipped == [
        "Hidden on sheet Sheep, and read all the same: rows 2.",
        "Sheet Secret is hidden in the file; it was read all the same.",
    ]


def test_binary_workbooks_are_read(tmp_path: Path, reading: Reading) -> None:
    document = read(write_xlsb(tmp_path / "sheep.xlsb"), reading)
    assert lines(document) == ["Croft | Sheep", "Reiff | 114"]
    assert "Number formats" in document.skipped[0]


def test_an_old_workbook_that_is_broken_is_a_sentence(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(ReadError, match=r"^old\.xls is damaged"):
        read(tmp_path / "old.xls", reading)


def test_what_sites_call_an_excel_file_is_read_as_what_it_is(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "export.xls").write_text("Name\tPaid\nAnn\t36\n")
    assert lines(read(tmp_path / "export.xls", reading)) == ["Name | Paid", "Ann | 36"]


TABLE = "<table><tr><td>Name</td><td>Paid</td></tr><tr><td>Ann</td><td>36</td></tr></table>"


@pytest.mark.parametrize("name", ["export.xls", "export.doc"])
@pytest.mark.parametrize(
    "source",
    [
        TABLE,
        f"\n<meta http-equiv='content-type' content='text/html; charset=utf-8'>{TABLE}",
        f"<style>.t {{ mso-number-format:'\\@' }}</style>{TABLE}",
        "Date: Mon, 6 May 2024 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary=B\n\n"
        f"--B\nContent-Type: text/html; charset=utf-8\n\n{TABLE}\n--B--\n",
    ],
    ids=["fragment", "meta", "style", "archive"],
)
def test_web_pages_that_are_called_office_files_are_read_as_such(
    tmp_path: Path, reading: Reading, name: str, source: str
) -> None:
    (tmp_path / name).write_text(source)
    assert lines(read(tmp_path / name, reading)) == ["Name | Paid", "Ann | 36"]


def test_excels_xml_of_2003_is_read_as_shown(tmp_path: Path, reading: Reading) -> None:
    def cell(kind: str, value: str, style: str = "Default") -> str:
        return f'<Cell ss:StyleID="{style}"><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = (
        f"<Row>{cell('String', 'Name')}{cell('String', 'Paid')}{cell('String', 'Day')}</Row>",
        f"<Row>{cell('String', 'Ann')}{cell('Number', '1200.5', 's1')}"
        f"{cell('DateTime', '2024-05-01T00:00:00.000', 's2')}</Row>",
        f'<Row>{cell("String", "Bob")}<Cell ss:Index="3"><Data ss:Type="DateTime">2024-06-02T00:00:00.000</Data>'
        "<Comment ss:Author='Ina'><ss:Data>Late</ss:Data></Comment></Cell></Row>",
        f'<Row ss:Index="6">{cell("String", "Sum")}<Cell ss:Formula="=R[-4]C*2"/>{cell("Boolean", "1")}</Row>',
    )
    (tmp_path / "fees.xls").write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>'
        '<Style ss:ID="Default"/><Style ss:ID="s1"><NumberFormat ss:Format="Standard"/></Style>'
        '<Style ss:ID="s2"><NumberFormat ss:Format="dd\\.mm\\.yyyy"/></Style></Styles>'
        f'<Worksheet ss:Name="Fees"><Table>{"".join(rows)}</Table></Worksheet></Workbook>'
    )
    document = read(tmp_path / "fees.xls", reading)
    said = lines(document)
    assert said[:3] == ["Name | Paid | Day", "Ann | 1,200.50 | 01.05.2024", "Bob |  | 2024-06-02"]
    assert "Sum | =R[-4]C*2 | TRUE" in said
    assert "Late" in document.pages[0].text
    assert "shown as formulas (1 of them)" in document.skipped[0]


@pytest.mark.parametrize(
    ("source", "heads"),
    [
        ("Name,Town,Job\nAnn Tay,Oban,pilot\nBob Roy,Kyle,cook\n", 1),
        ("Ann Tay,Oban,pilot\nBob Roy,Kyle,cook\nIna Bay,Skye,keeper of 6 keys\n", 0),
        ("A-17,2023-01-04\nB-20,2023-01-09\nC-31,2023-01-11\n", 0),
        ("Key,Door\nShed,Oak\nGate,Elm\n", 1),
    ],
)
def test_a_first_row_that_is_like_the_others_is_no_head(
    tmp_path: Path, reading: Reading, source: str, heads: int
) -> None:
    (tmp_path / "a.csv").write_text(source)
    assert read(tmp_path / "a.csv", reading).pages[0].blocks[0].header_rows == heads


@pytest.mark.parametrize("mark", ["\v", "\f", "\x85", "\u2028"])
def test_a_line_break_inside_a_cell_does_not_tear_its_row(tmp_path: Path, reading: Reading, mark: str) -> None:
    (tmp_path / "a.csv").write_bytes(
        f"Name,Note,Paid\r\nAnn,the oak door{mark}behind the old boat house,36\r\n".encode()
    )
    assert lines(read(tmp_path / "a.csv", reading)) == [
        "Name | Note | Paid",
        "Ann | the oak door behind the old boat house | 36",
    ]


def test_what_a_bank_puts_above_its_table_is_read_for_itself(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "bank.csv").write_text(
        "Account;330-118-7;;;\nBalance;1.204,50;;;\n;;;;\n"
        "Date;Payee;Purpose;Sum;Currency\n4.1.2023;Garage;Tyres;-64,20;EUR\n"
    )
    above, table = (
        read(tmp_path / "bank.csv", reading).pages[0].blocks[:2],
        read(tmp_path / "bank.csv", reading).tables[0],
    )
    assert [block.lines[0].text for block in above] == ["Account: 330-118-7", "Balance: 1.204,50"]
    assert table.columns == ["Date", "Payee", "Purpose", "Sum", "Currency"]
