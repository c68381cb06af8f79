"""Word documents: what a person sees in Word is found, under its number and on its page, and the rest is told of."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.shared import Inches
from PIL import Image, ImageDraw, ImageFont

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:v="urn:schemas-microsoft-com:vml"'
)
KINDS = ("styles", "numbering", "footnotes", "endnotes", "comments", "header", "footer", "chart", "diagramData")
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:basedOn w:val="berschrift1"/>
  <w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="secret"/><w:rPr><w:vanish/></w:rPr></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:pStyle w:val="berschrift1"/>
    <w:lvlText w:val="Part %1"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:pStyle w:val="berschrift2"/>
    <w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2">
  <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/>
  <w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
"""


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def words(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content if content.startswith('<') else words(content)}</w:p>"


def item(text: str, number: int, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def heading(text: str, level: int) -> str:
    return paragraph(text, f'<w:pStyle w:val="berschrift{level}"/>')


def table(*rows: tuple[str, ...]) -> str:
    """Cells are text, or elements."""
    cells = "".join(
        "<w:tr>"
        + "".join(f"<w:tc>{cell if cell.startswith('<') else paragraph(cell)}</w:tc>" for cell in row)
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def write(path: Path, body: str, parts: dict[str, str] | None = None) -> Path:
    """A document of `body`; `parts` by the kind of their relation, which is their id too."""
    given = {"styles": STYLES, "numbering": NUMBERING, **(parts or {})}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr("_rels/.rels", relations({"officeDocument": "word/document.xml"}))
        archive.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/_rels/document.xml.rels", relations({kind: f"{kind}.xml" for kind in given}))
        for kind, content in given.items():
            own = (
                content
                if content.startswith("<c:") or content.startswith("<dgm:")
                else f"<w:{kind}>{content}</w:{kind}>"
            )
            archive.writestr(f"word/{kind}.xml", own.replace(">", f" {NAMES}>", 1))
    return path


def relations(targets: dict[str, str]) -> str:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    found = "".join(
        f'<Relationship Id="{name}" Type="{kind}/{name}" Target="{target}"/>' for name, target in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{found}</Relationships>'
    )


def lines(document: ReadDocument, page: int = 1) -> list[str]:
    return document.pages[page - 1].text.split("\n")


def test_headings_and_lists_have_the_numbers_that_word_shows(tmp_path: Path, reading: Reading) -> None:
    body = (
        heading("Purpose", 1) + paragraph("We keep bees.") + heading("Money", 1) + heading("Fees", 2)
        + paragraph("21 crowns.") + heading("Fines", 2) + item("Write.", 2) + item("With wax.", 2, 1)
        + item("With twine.", 2, 1) + item("Seal.", 2) + item("Knock.", 2, 1) + item("Anew.", 3) + item("On.", 3)
        + item("A bullet.", 4)
    )  # fmt: skip
    document = read(write(tmp_path / "rules.docx", body), reading)
    blocks = document.pages[0].blocks
    assert [block.headings for block in blocks[:3]] == [
        ("Part I Purpose",), ("Part II Money", "2.1 Fees"), ("Part II Money", "2.2 Fines")
    ]  # fmt: skip
    assert [line for line in lines(document) if line[:1] in "(123456789-"] == [
        "21 crowns.", "1. Write.", "(a) With wax.", "(b) With twine.", "2. Seal.", "(a) Knock.", "7. Anew.", "8. On.",
        "- A bullet.",
    ]  # fmt: skip


def test_a_heading_with_nothing_under_it_and_a_clause_in_its_style_are_not_lost(
    tmp_path: Path, reading: Reading
) -> None:
    clause = (
        "Either party may end this contract with a notice of three months to the end of a quarter, in writing, " * 2
    )
    body = heading("Termination", 1) + heading(clause, 2) + heading("Bees are free", 2) + heading("Hives cost 9", 2)
    assert lines(read(write(tmp_path / "contract.docx", body), reading)) == [
        f"1.1 {clause}".strip(), "1.2 Bees are free", "1.3 Hives cost 9"
    ]  # fmt: skip


def test_notes_comments_and_boxes_stand_behind_their_paragraph(tmp_path: Path, reading: Reading) -> None:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
        f"{paragraph('Toll: 3 crowns.')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox>"
        f"<w:txbxContent>{paragraph('Toll: 3 crowns.')}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    marks = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r>'
    parts = {
        "footnotes": f'<w:footnote w:id="2">{paragraph("Atlases 4 days.")}</w:footnote>',
        "comments": f'<w:comment w:id="0" w:author="Ann">{paragraph("Ask Tansy.")}</w:comment>',
    }
    document = read(write(tmp_path / "a.docx", paragraph(words("Books are lent.") + marks + box), parts), reading)
    assert lines(document) == [
        "Books are lent.",
        "Note 1: Atlases 4 days.",
        "Comment by Ann: Ask Tansy.",
        "Toll: 3 crowns.",
    ]
    assert document.skipped == ["Read besides the text: 1 note, 1 comment."]


def test_the_letterhead_is_read_and_a_page_number_is_furniture(tmp_path: Path, reading: Reading) -> None:
    page = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    parts = {
        "header": table(("File number", "GT-6042")),
        "footer": paragraph("Account 330-118-7") + paragraph(words("Page ") + page),
    }
    section = '<w:sectPr><w:headerReference r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'
    document = read(write(tmp_path / "letter.docx", paragraph("Dear Ann,") + section, parts), reading)
    assert lines(document) == ["File number | GT-6042", "Dear Ann,", "Account 330-118-7", "Page 1"]
    assert [line.furniture for block in document.pages[0].blocks for line in block.lines] == [False] * 3 + [True]


def test_pages_are_those_that_word_last_showed(tmp_path: Path, reading: Reading) -> None:
    noted = "<w:lastRenderedPageBreak/>"
    body = (
        paragraph("One.") + paragraph('<w:r><w:br w:type="page"/></w:r>')
        + paragraph(f"<w:r>{noted}<w:t>Two. It goes </w:t></w:r><w:r>{noted}<w:t>on. Three.</w:t></w:r>")
        + paragraph("", '<w:sectPr><w:type w:val="continuous"/></w:sectPr>')
        + paragraph(f"<w:r>{noted}<w:t>Four.</w:t></w:r>") + paragraph("Five.", "<w:pageBreakBefore/>")
        + paragraph("", "<w:sectPr/>") + paragraph("Six.") + "<w:sectPr/>"
    )  # fmt: skip
    document = read(write(tmp_path / "pages.docx", body), reading)
    assert [page.text for page in document.pages] == ["One.", "Two. It goes on.", "Three.", "Four.", "Five.", "Six."]


def test_the_final_text_is_read_and_changes_and_hidden_words_are_told_of(tmp_path: Path, reading: Reading) -> None:
    body = (
        paragraph(words("It ends in ") + f"<w:del>{words('2030')}</w:del><w:ins>{words('2034')}</w:ins>")
        + paragraph(words("Open. ") + words("The sum is 5,000.", "<w:vanish/>"))
        + paragraph(words("Secret.", '<w:rStyle w:val="Secret"/>'))
        + paragraph(words("White.", '<w:color w:val="FFFFFF"/>') + words("Tiny.", '<w:sz w:val="1"/>'))
        + table(("Head", words("Shown", '<w:color w:val="FFFFFF"/>').join(("<w:p>", "</w:p>"))), ("Half", "36"))
    )  # fmt: skip
    document = read(write(tmp_path / "a.docx", body), reading)
    assert lines(document) == ["It ends in 2034", "Open.", "Head | Shown", "Half | 36"]
    assert "tracked changes" in document.skipped[0]
    assert document.skipped[1] == "4 hidden passages were left out, as nobody sees them in print."


def test_tables_keep_spans_and_the_tables_inside_them(tmp_path: Path, reading: Reading) -> None:
    body = table(("Boat", "Crew"), ("Gull", paragraph("Four") + table(("Name", "Oars"), ("Ann", "2"), ("Bob", "6"))))
    document = read(write(tmp_path / "a.docx", heading("Boats", 1) + body), reading)
    outer, inner = document.pages[0].blocks
    assert [line.text for line in outer.lines] == ["Boat | Crew", "Gull | Four"]
    assert (inner.headings[-1], inner.lines[2].text) == ("Four", "Bob | 6")
    merged = "<w:tc><w:tcPr><w:vMerge{}/></w:tcPr><w:p>{}</w:p></w:tc>"
    rows = [merged.format(' w:val="restart"', words("Tarn")), merged.format("", "")]
    cells = "".join(
        f"<w:tr>{row}<w:tc>{paragraph(time)}</w:tc></w:tr>" for row, time in zip(rows, ("7.35", "8.35"), strict=True)
    )
    assert lines(read(write(tmp_path / "b.docx", f"<w:tbl>{cells}</w:tbl>"), reading)) == ["Tarn | 7.35", "Tarn | 8.35"]


def test_a_cell_that_is_nothing_but_its_number_is_kept_and_counted(tmp_path: Path, reading: Reading) -> None:
    rows = [("No", "Task"), (item("", 2), "Dig"), (item("", 2), "Fill"), (item("", 4), "Rest")]
    body = table(*rows) + item("Go home.", 2)
    assert lines(read(write(tmp_path / "a.docx", body), reading)) == [
        "No | Task", "1. | Dig", "2. | Fill", "Rest", "3. Go home."
    ]  # fmt: skip


def test_equations_exponents_symbols_and_form_fields_are_readable(tmp_path: Path, reading: Reading) -> None:
    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    fraction = f"<m:f><m:num>{run('a+b')}</m:num><m:den>{run('2')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{run('x')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
    field = '<w:r><w:fldChar w:fldCharType="{}">{}</w:fldChar></w:r>'
    ticked = field.format("begin", "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>") + field.format(
        "end", ""
    )
    body = (
        paragraph(f"<m:oMath>{power}{run('=')}{fraction}</m:oMath>")
        + paragraph(words("10") + words("6", '<w:vertAlign w:val="superscript"/>') + words(" jugs"))
        + paragraph('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + words(" Fee paid"))
        + paragraph(ticked + words(" Own boat"))
    )
    assert lines(read(write(tmp_path / "a.docx", body), reading)) == [
        "x^2=(a+b)/2",
        "10⁶ jugs",
        "☒ Fee paid",
        "☒ Own boat",
    ]


def test_letters_of_a_symbolic_typeface_are_the_signs_that_are_seen(tmp_path: Path, reading: Reading) -> None:
    def sym(code: str, font: str = "Symbol") -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    symbol = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'
    body = (
        paragraph(words("Dose 5 ") + sym("F06D") + words("g, age ") + sym("F0B3") + words(" 18, 5 ") + sym("B1"))
        + paragraph(words("0.5 ") + words("\uf06d", symbol) + words("l at 20 ") + words("\xb0", symbol) + words("C"))
        + paragraph(sym("F052", "Wingdings 2") + words(" Paid ") + sym("F082", "Wingdings") + words(" Pier"))
        + paragraph(words("5 ") + sym("F041", "Unheard Of") + words(" 6 ") + sym("F021", "Webdings"))
    )
    assert lines(read(write(tmp_path / "a.docx", body), reading)) == [
        "Dose 5 µg, age ≥ 18, 5 ±",
        "0.5 µl at 20 °C",
        "☑ Paid ② Pier",
        "5 \ufffd 6 \ufffd",
    ]


def test_charts_and_diagrams_are_their_values_and_words(tmp_path: Path, reading: Reading) -> None:
    def points(values: tuple[str, ...], code: str = "") -> str:
        found = "".join(f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values))
        return f"<c:numCache><c:formatCode>{code}</c:formatCode>{found}</c:numCache>"

    chart = (
        f"<c:chartSpace><c:chart><c:plotArea><c:pieChart><c:ser><c:tx>{points(('Sales',))}</c:tx>"
        f"<c:cat>{points(('Wool', 'Tweed'))}</c:cat><c:val>{points(('30', '10'), '0.0')}</c:val></c:ser></c:pieChart>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )
    said = "<dgm:pt modelId='{0}'><dgm:t><a:p><a:r><a:t>{1}</a:t></a:r></a:p></dgm:t></dgm:pt>"
    diagram = (
        f"<dgm:dataModel>{said.format(2, 'Deputy Bob')}{said.format(1, 'Chair Ann')}"
        "<dgm:cxn srcId='1' destId='2'/></dgm:dataModel>"
    )
    body = "".join(
        paragraph(f"<w:r><w:drawing><wp:inline>{mark}</wp:inline></w:drawing></w:r>")
        for mark in ('<c:chart r:id="chart"/>', '<dgm:relIds r:dm="diagramData"/>')
    )
    document = read(write(tmp_path / "a.docx", body, {"chart": chart, "diagramData": diagram}), reading)
    assert lines(document) == [
        "| Sales | %",
        "Wool | 30.0 | 75.0%",
        "Tweed | 10.0 | 25.0%",
        "Chair Ann",
        "  Deputy Bob",
    ]


def test_pictures_are_read_with_their_words_and_their_alternative_text(tmp_path: Path, reading: Reading) -> None:
    picture = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(picture).text((40, 80), "Platform 9", fill="black", font=ImageFont.load_default(56))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    document = docx.Document()
    document.add_picture(buffer, width=Inches(3))
    about = document.inline_shapes[0]._inline.docPr
    about.set("descr", "The sign is 2 metres wide")
    document.save(str(tmp_path / "a.docx"))
    (block,) = read(tmp_path / "a.docx", reading).pages[0].blocks
    assert block.kind == "image"
    assert {"Platform 9", "Beside it: The sign is 2 metres wide"} <= {line.text for line in block.lines}


def test_the_strict_kind_and_any_name_of_the_main_part_are_read(tmp_path: Path, reading: Reading) -> None:
    whole = write(tmp_path / "usual.docx", heading("Money", 1) + paragraph("21 crowns."))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / "strict.docx", "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006",
                b"http://purl.oclc.org/ooxml/wordprocessingml",
            )
            target.writestr(
                name.replace("document.xml", "document2.xml"), content.replace(b"document.xml", b"document2.xml")
            )
    document = read(tmp_path / "strict.docx", reading)
    assert (document.pages[0].blocks[0].headings, lines(document)) == (("Part I Money",), ["21 crowns."])


def test_what_can_not_be_read_is_counted(tmp_path: Path, reading: Reading) -> None:
    path = write(tmp_path / "a.docm", paragraph("One."))
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("media/a.mp4", "embeddings/a.xlsx", "embeddings/b.bin", "vbaProject.bin"):
            archive.writestr(f"word/{name}", b"x")
    assert read(path, reading).skipped == ["Not read: 2 embedded files, 1 video, 1 macro project."]
