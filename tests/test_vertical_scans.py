"""Vertical Japanese on scans: columns from the right, tiers from the top, and what lies across them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.document import DocumentPage
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models
from lamplight.models.text_pieces import TextPiece
from lamplight.models.text_rows import OcrLine, rows_of
from lamplight.models.vertical_columns import columns_in, in_reading_order

FONTS = ("ipag.ttf", "wqy-microhei.ttc", "NotoSansCJK-Regular.ttc", "msgothic.ttc", "Hiragino Sans GB.ttc")
HEADING = "夏祭りのお知らせ"
LETTER = [
    "今年の夏祭りは七月二十七日に中央公園で行います",
    "参加費は一人五百円で小学生以下は無料です",
    "雨天の場合は翌日に延期します",
    "代表田中",
]


def japanese_font(size: int) -> ImageFont.FreeTypeFont:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    pytest.skip("no font with Japanese letters")


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def draw_columns(paper: Image.Image, columns: list[str], top: int, size: int = 34) -> None:
    pen, font = ImageDraw.Draw(paper), japanese_font(size)
    for number, column in enumerate(columns):
        for row, letter in enumerate(column):
            pen.text((700 - 64 * number, top + (size + 4) * row), letter, fill="black", font=font)


def scan_of(columns: list[str], heading: str = "") -> Image.Image:
    """A page 827 pixels wide, its heading across it."""
    paper = Image.new("RGB", (827, 1169), (250, 250, 246))
    ImageDraw.Draw(paper).text((280, 40), heading, fill="black", font=japanese_font(34))
    draw_columns(paper, columns, 130)
    return paper


def lines_of(page: DocumentPage) -> list[str]:
    return [line.text.rstrip() for block in page.blocks for line in block.lines]


def test_columns_are_read_from_the_right_under_the_heading_across_them(tmp_path: Path, reading: Reading) -> None:
    scan_of(LETTER, HEADING).save(tmp_path / "scan.pdf", resolution=100)
    page = read(tmp_path / "scan.pdf", reading).pages[0]
    assert lines_of(page) == [HEADING, *LETTER]
    boxes = [line.box for block in page.blocks for line in block.lines]
    assert boxes[1] is not None and boxes[2] is not None
    assert boxes[1][0] > boxes[2][2] - 10
    assert boxes[1][3] - boxes[1][1] > 10 * (boxes[1][2] - boxes[1][0])


def test_a_column_of_two_letters_is_read(models: Models) -> None:
    lines = models.ocr.read(scan_of(["拝啓ますます寒くなりましたがお元気ですか", *LETTER[:2], "敬具"]))
    assert lines[-1].text == "敬具"


def test_tiers_of_columns_are_read_one_after_the_other(models: Models) -> None:
    upper = [column[:9] for column in LETTER[:3]]
    lower = ["十一月の会合は公民館で開きます", "お茶とお菓子を用意します"]
    paper = scan_of(upper)
    draw_columns(paper, lower, 560)
    lines = [line.text for line in models.ocr.read(paper)]
    assert lines == [*upper, *lower]


def test_a_typed_footer_leaves_the_columns_in_their_order(tmp_path: Path, reading: Reading) -> None:
    canvas = Canvas(str(tmp_path / "book.pdf"), pagesize=A4)
    canvas.drawImage(ImageReader(scan_of(LETTER)), 0, 0, *A4)
    canvas.drawString(60, 20, "Digitised by the parish library, volume 12, page 7")
    canvas.showPage()
    canvas.save()
    page = read(tmp_path / "book.pdf", reading).pages[0]
    assert lines_of(page) == [*LETTER, "Digitised by the parish library, volume 12, page 7"]


def test_a_page_of_rows_that_lies_on_its_side_is_not_taken_for_columns(models: Models) -> None:
    paper = Image.new("RGB", (1000, 700), "white")
    for row, line in enumerate(LETTER):
        ImageDraw.Draw(paper).text((80, 80 + 80 * row), line, fill="black", font=japanese_font(34))
    for turn in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270):
        found = models.ocr.look(paper.transpose(turn))
        assert not found.vertical
        assert [line.text for line in found.rows] == LETTER


def piece(text: str, left: float, top: float, right: float, bottom: float) -> TextPiece:
    box = (left, top, right, bottom)
    quad = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    return TextPiece(OcrLine(text, box, 0.99, box), quad, np.zeros((1, 1, 3), np.uint8))


def in_order(pieces: list[TextPiece]) -> list[str]:
    return [row.text for row in rows_of(in_reading_order(pieces))]


def test_a_heading_over_all_tiers_at_the_right_comes_first() -> None:
    tiers = [piece(f"{tier}{column}", 400 - 50 * column, top, 440 - 50 * column, top + 300)
             for column in range(4) for tier, top in (("上", 100), ("下", 480))]  # fmt: skip
    title = piece("題", 500, 100, 560, 780)
    assert in_order([*tiers, title]) == ["題", "上0", "上1", "上2", "上3", "下0", "下1", "下2", "下3"]


def test_a_signature_below_and_beside_the_last_column_is_no_tier() -> None:
    page = [piece("本文", 300, 100, 340, 400), piece("敬具", 250, 700, 290, 800), piece("日付", 200, 100, 240, 300)]
    assert in_order(page) == ["本文", "敬具", "日付"]


def test_what_lies_side_by_side_above_columns_stays_a_row() -> None:
    page = [piece("第七号", 400, 20, 520, 50), piece("会報", 60, 20, 200, 50)]
    page += [piece("左", 100, 100, 140, 700), piece("右", 160, 100, 200, 700)]
    assert in_order(page) == ["会報 第七号", "右", "左"]


@pytest.mark.parametrize(
    ("pieces", "count"),
    [
        pytest.param([piece("賃貸契約書", 0, 0, 40, 200), piece("家賃八万円", 60, 0, 100, 200)], 2, id="columns"),
        pytest.param([piece("Total 2023", 0, 0, 40, 200), piece("Total 2024", 60, 0, 100, 200)], 0, id="latin"),
        pytest.param([piece("賃貸契約書", 0, 0, 40, 200), piece("家賃八万円", 60, 0, 460, 40)], 0, id="one name"),
        pytest.param(
            [piece("合計", 60 * at, 0, 60 * at + 40, 90) for at in range(2)]
            + [piece("十二月の家賃八万円", 0, 60 * row, 400, 60 * row + 40) for row in range(3, 9)],
            0,
            id="narrow cells",
        ),
    ],
)
def test_few_standing_lines_make_no_columns(pieces: list[TextPiece], count: int) -> None:
    assert len(columns_in(pieces)) == count
