"""A sheet of paper that was photographed from the side is read as if from above, where its corners are surely seen."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from lamplight.models.loading import Models
from lamplight.models.sheet_of_paper import sheet_in

Point = tuple[int, int]
SIZE = (1500, 1900)
FROM_THE_SIDE = [(350, 180), (1150, 230), (1400, 1700), (90, 1780)]
FROM_THE_LEFT = [(120, 300), (1380, 120), (1300, 1500), (260, 1750)]
GROUND = (70, 50, 35)
ENTRIES = [(f"Candles for room {number}", f"{1200 + number} crowns") for number in range(1, 21)]


def page() -> Image.Image:
    picture = Image.new("RGB", (1000, 1400), (240, 238, 230))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(26)
    for number, (what, price) in enumerate(ENTRIES):
        draw.text((80, 80 + 62 * number), what, "black", font)
        draw.text((740, 80 + 62 * number), price, "black", font)
    return picture


def photo(corners: list[Point], ground: tuple[int, int, int] = GROUND) -> Image.Image:
    """The page as it is seen with its corners there, on a ground with some grain."""
    sheet = page()
    width, height = sheet.size
    equations, there = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        there += [u, v]
    turn = tuple(np.linalg.solve(np.array(equations, float), np.array(there, float)))
    how = Image.Transform.PERSPECTIVE, turn, Image.Resampling.BICUBIC
    grain = np.random.default_rng(1).normal(ground, 8, (SIZE[1], SIZE[0], 3))
    below = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
    below.paste(sheet.transform(SIZE, *how), mask=Image.new("L", sheet.size, 255).transform(SIZE, *how))
    return below.filter(ImageFilter.GaussianBlur(0.8))


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param(FROM_THE_SIDE, id="from below"),
        pytest.param(FROM_THE_LEFT, id="from the left", marks=pytest.mark.long),
    ],
)
def test_each_price_stands_behind_what_it_is_for(models: Models, corners: list[Point]) -> None:
    found = models.ocr.look(photo(corners))
    assert [row.text for row in found.rows] == [f"{what} {price}" for what, price in ENTRIES]
    first = min(found.words, key=lambda word: word.box[1] + word.box[0])
    assert abs(first.box[0] - corners[0][0]) < 200
    assert abs(first.box[1] - corners[0][1]) < 200


@pytest.mark.parametrize(
    ("corners", "ground"),
    [
        pytest.param([(200, 150), (1300, 150), (1300, 1700), (200, 1700)], GROUND, id="from above"),
        pytest.param([(350, -80), (1150, -60), (1400, 1700), (90, 1780)], GROUND, id="corners cut off"),
        pytest.param(FROM_THE_SIDE, (225, 225, 220), id="a light ground"),
    ],
)
def test_what_is_not_sure_is_left_as_it_is(corners: list[Point], ground: tuple[int, int, int]) -> None:
    assert sheet_in(photo(corners, ground)) is None


def test_other_light_things_in_the_picture_are_not_cut_off() -> None:
    picture = photo(FROM_THE_SIDE)
    assert sheet_in(picture) is not None
    ImageDraw.Draw(picture).rectangle((20, 20, 300, 140), "white")
    assert sheet_in(picture) is None


def test_a_page_that_fills_the_picture_is_no_sheet_in_it() -> None:
    assert sheet_in(page()) is None
    assert sheet_in(Image.new("RGB", (300, 200), "white")) is None
    assert sheet_in(Image.new("RGB", (1, 1))) is None
