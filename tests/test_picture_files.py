"""Picture files of all kinds: what a person sees in them is read, and what can't be is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from lamplight.ingest.background import as_seen
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.page_images import page_image
from lamplight.ingest.readers import read
from lamplight.ingest.readers.image import distinct_frames
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def text_of(path: Path, reading: Reading) -> str:
    return "\n".join(page.text for page in read(path, reading).pages)


def drawn(words: str, ground: object = "white", ink: object = "black", mode: str = "RGB") -> Image.Image:
    picture = Image.new(mode, (900, 240), ground)  # type: ignore[arg-type]
    ImageDraw.Draw(picture).text((50, 80), words, fill=ink, font=ImageFont.load_default(56))  # type: ignore[arg-type]
    return picture


@pytest.mark.parametrize("ink", ["white", "black"])
def test_words_on_a_transparent_ground_are_read(tmp_path: Path, reading: Reading, ink: str) -> None:
    drawn("Voucher 4471 for two", (0, 0, 0, 0), ink, "RGBA").save(tmp_path / "voucher.png")
    assert "Voucher 4471 for two" in text_of(tmp_path / "voucher.png", reading)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_each_different_frame_of_an_animation_is_a_page(tmp_path: Path, reading: Reading, suffix: str) -> None:
    frames = [drawn(f"Gate {number} is open") for number in (3, 3, 7, 3)]
    path = tmp_path / f"board.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 110, 120, 130])
    pages = read(path, reading).pages
    assert [page.number for page in pages] == [1, 2]
    assert "Gate 3 is open" in pages[0].text
    assert "Gate 7 is open" in pages[1].text
    assert page_image(path, 2, 300) != page_image(path, 1, 300)
    with pytest.raises(ReadError, match="no page 3"):
        page_image(path, 3, 300)


def test_a_picture_that_is_no_animation_has_one_frame(tmp_path: Path) -> None:
    drawn("Gate 3").save(tmp_path / "still.png")
    assert distinct_frames(tmp_path / "still.png") == ([0], 0)


def test_a_dark_scan_of_12_bits_in_16_is_seen() -> None:
    values = np.asarray(drawn("x").convert("L"), np.uint16) * 16
    seen = np.asarray(as_seen(Image.fromarray(values)))
    assert (seen.min(), seen.max()) == (0, 255)


@pytest.mark.parametrize("size", [(1, 1), (300, 200)])
def test_a_picture_that_shows_nothing_is_said_to(tmp_path: Path, reading: Reading, size: tuple[int, int]) -> None:
    Image.new("RGB", size, "teal").save(tmp_path / "nothing.png")
    with pytest.raises(NothingToRead, match="shows nothing"):
        read(tmp_path / "nothing.png", reading)


SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120">
  <title>Weir of Corrie</title>
  <rect x="4" y="4" width="392" height="112" fill="none" stroke="black"/>
  <text x="20" y="60" font-family="no such font">Sluice <tspan>depth 48 cm</tspan></text>
  <image href="file:///etc/hostname" width="9" height="9"/>
</svg>"""


def test_the_words_of_a_drawing_are_read_even_without_its_fonts(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "weir.svg").write_text(SVG)
    text = text_of(tmp_path / "weir.svg", reading)
    assert "Weir of Corrie" in text
    assert text.replace(" ", "").count("Sluicedepth48cm") >= 1
    assert page_image(tmp_path / "weir.svg", 1, 300).startswith(b"\x89PNG")


def test_a_damaged_drawing_is_told_from_a_good_one(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "weir.svg").write_text(SVG[:200])
    with pytest.raises(ReadError, match=r"weir\.svg is a damaged drawing"):
        read(tmp_path / "weir.svg", reading)


def test_codes_are_read_and_not_taken_for_letters(tmp_path: Path, reading: Reading) -> None:
    picture = drawn("Scan to pay").crop((0, 0, 900, 600))
    ImageDraw.Draw(picture).rectangle((0, 240, 900, 600), fill="white")
    code = zxingcpp.create_barcode("PAY/7731/48.20", zxingcpp.BarcodeFormat.QRCode)
    square = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=6)))
    picture.paste(square, (300, 260))
    picture.save(tmp_path / "pay.png")
    lines = read(tmp_path / "pay.png", reading).pages[0].text.split("\n")
    assert lines[1:] == ["QR code: PAY/7731/48.20", "Scan to pay"]


GOODS = [("Article", "In stock", "Ordered", "Price"), ("Anvil", "14", "3", "87.50"), ("Bellows", "2", "11", "41.20"),
         ("Tongs", "60", "0", "9.75")]  # fmt: skip


def test_a_table_on_a_screen_keeps_its_rows_heads_and_cells(tmp_path: Path, reading: Reading) -> None:
    picture = Image.new("RGB", (1000, 420), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 1000, 60), fill=(30, 80, 170))
    pen.text((20, 12), "Stock of the forge", fill="white", font=ImageFont.load_default(32))
    for down, row in enumerate(GOODS):
        for across, cell in enumerate(row):
            pen.text((30 + 240 * across, 90 + 70 * down), cell, fill="black", font=ImageFont.load_default(28))
    picture.save(tmp_path / "stock.png")
    (page,) = read(tmp_path / "stock.png", reading).pages
    (block,) = [block for block in page.blocks if block.kind == "table"]
    assert [line.text for line in block.lines] == ["Stock of the forge", *(" ".join(row) for row in GOODS)]
    assert (block.header_rows, block.picture_kind) == (2, "screenshot")
    (table,) = page.tables
    assert (table.name, table.columns, table.rows[1]) == ("Stock of the forge", list(GOODS[0]), list(GOODS[2]))
