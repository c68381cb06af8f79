"""Slides: groups, alternative text, comments, equations and hidden slides; a pie with the shares that it shows."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pptx
import pytest
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models

NAMES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
EQUATION = f"""<mc:AlternateContent {NAMES}><mc:Choice Requires="a14"><p:sp>
<p:nvSpPr><p:cNvPr id="9" name="x"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p>
<a:r><a:t>Rent: </a:t></a:r><a14:m><m:oMath><m:f><m:num><m:r><m:t>12</m:t></m:r></m:num>
<m:den><m:r><m:t>x</m:t></m:r></m:den></m:f></m:oMath></a14:m></a:p></p:txBody></p:sp></mc:Choice>
</mc:AlternateContent>"""


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument, page: int = 1) -> list[str]:
    return document.pages[page - 1].text.split("\n")


def test_everything_on_a_slide_is_read(tmp_path: Path, reading: Reading) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    inner = slide.shapes.add_group_shape().shapes.add_group_shape().shapes
    inner.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "Pegs: 1,350"
    shape = slide.shapes.add_shape(1, 0, 0, Inches(1), Inches(1))
    shape._element.nvSpPr.cNvPr.set("descr", "The gate is 5.8 metres wide")
    slide.shapes._spTree.append(etree.fromstring(EQUATION))
    slide._element.set("show", "0")
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx", reading)
    assert lines(document) == ["Pegs: 1,350", "Picture: The gate is 5.8 metres wide", "Rent: 12/x"]
    assert document.skipped == ["Hidden in the show, and read all the same: slides 1."]


def test_raised_digits_and_signs_of_a_symbolic_typeface_are_read_as_seen(tmp_path: Path, reading: Reading) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    words = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.paragraphs[0]
    for text, baseline in (("10", "0"), ("6", "30000"), (" cells, CO", "0"), ("2", "-25000"), (", 5 ", "0")):
        run = words.add_run()
        run.text = text
        run._r.get_or_add_rPr().set("baseline", baseline)
    run = words.add_run()
    run.text = "\uf06dg"
    etree.SubElement(run._r.get_or_add_rPr(), f"{{{run._r.nsmap['a']}}}sym", typeface="Symbol")
    deck.save(str(tmp_path / "a.pptx"))
    assert lines(read(tmp_path / "a.pptx", reading)) == ["10⁶ cells, CO2, 5 µg"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "<p:text>Ask Ann.</p:text>"),
        (
            "http://schemas.microsoft.com/office/2018/10/relationships",
            "<p:replyLst><p:reply><p:txBody><a:p><a:r><a:t>Done.</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst>"
            "<p:txBody><a:p><a:r><a:t>Ask Ann.</a:t></a:r></a:p></p:txBody>",
        ),
    ],
)
def test_comments_stand_behind_the_slide(tmp_path: Path, reading: Reading, kind: str, content: str) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Gate rules"
    blob = f"<p:cmLst {NAMES}><p:cm>{content}</p:cm></p:cmLst>".encode()
    part = Part(PackURI("/ppt/comments/comment1.xml"), "application/xml", slide.part.package, blob)
    slide.part.relate_to(part, f"{kind}/comments")
    deck.save(str(tmp_path / "a.pptx"))
    found = lines(read(tmp_path / "a.pptx", reading))
    assert found[:2] == ["Gate rules", "Comment: Ask Ann."]
    assert found[2:] == (["Comment: Done."] if "reply" in content else [])


def test_a_pie_has_the_shares_that_it_shows(tmp_path: Path, reading: Reading) -> None:
    deck = pptx.Presentation()
    data = CategoryChartData(number_format="0.00")
    data.categories = ["Wool", "Tweed"]
    data.add_series("Sales", (0.75, 0.25))
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(4), Inches(3), data)
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx", reading)
    assert lines(document)[-2:] == ["Wool | 0.75 | 75.0%", "Tweed | 0.25 | 25.0%"]
    assert document.skipped == ["Read besides the text: 1 chart."]  # the workbook behind it is no embedded file


def test_shows_and_templates_are_read_like_presentations(tmp_path: Path, reading: Reading) -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "Gate rules"
    deck.save(str(tmp_path / "a.pptx"))
    with zipfile.ZipFile(tmp_path / "a.pptx") as source, zipfile.ZipFile(tmp_path / "a.ppsx", "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b"presentationml.presentation.main", b"presentationml.slideshow.main")
            target.writestr(name, content)
    assert lines(read(tmp_path / "a.ppsx", reading)) == ["Gate rules"]
