"""A bar chart of what Fernhill harvested, drawn with Pillow at twice the size it is shown."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

SIZE = (1760, 1120)
TITLE = "Fernhill harvest by crop"
SUBTITLE = "Kilograms weighed at the autumn show, all plots together"
YEARS = {"2023": (178, 201, 176), "2024": (110, 158, 118), "2025": (38, 94, 70)}
HARVEST = {  # crop: kilograms in each of the years above
    "Potatoes": (410, 455, 520),
    "Tomatoes": (265, 240, 310),
    "Runner beans": (180, 205, 190),
    "Squash": (150, 230, 275),
    "Apples": (335, 295, 380),
}
STEP, TOP = 100, 600  # lines of the scale, kilograms

PAPER, INK, FAINT = (252, 251, 246), (36, 44, 40), (222, 222, 212)
LEFT, RIGHT, CEILING, FLOOR = 150, 1700, 290, 960


def draw() -> Image.Image:
    """The chart, 1760 × 1120 pixels, the same on every call."""
    chart = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(chart)
    pen.text((LEFT - 90, 54), TITLE, INK, ImageFont.load_default(58), stroke_width=1)
    pen.text((LEFT - 90, 132), SUBTITLE, (96, 104, 98), ImageFont.load_default(32))
    legend(pen)
    scale(pen)
    bars(pen)
    return chart


def legend(pen: ImageDraw.ImageDraw) -> None:
    """Which colour is which year."""
    for place, (year, color) in enumerate(YEARS.items()):
        x = LEFT - 88 + place * 170
        pen.rounded_rectangle([x, 204, x + 34, 238], 6, fill=color)
        pen.text((x + 48, 221), year, INK, ImageFont.load_default(32), anchor="lm")


def scale(pen: ImageDraw.ImageDraw) -> None:
    """Lines across, with their kilograms at the left."""
    for kilograms in range(0, TOP + 1, STEP):
        y = height(kilograms)
        pen.line([(LEFT, y), (RIGHT, y)], fill=INK if kilograms == 0 else FAINT, width=3 if kilograms == 0 else 2)
        words = f"{kilograms} kg" if kilograms == TOP else str(kilograms)
        pen.text((LEFT - 18, y), words, (96, 104, 98), ImageFont.load_default(28), anchor="rm")


def bars(pen: ImageDraw.ImageDraw) -> None:
    """A group of bars for each crop, its kilograms above each bar and its name below the group."""
    room = (RIGHT - LEFT) / len(HARVEST)
    wide = 78
    for place, (crop, harvest) in enumerate(HARVEST.items()):
        middle = LEFT + room * (place + 0.5)
        for offset, (kilograms, color) in enumerate(zip(harvest, YEARS.values(), strict=True)):
            x = middle + (offset - 1.5) * (wide + 8)
            corners = (True, True, False, False)
            pen.rounded_rectangle([x, height(kilograms), x + wide, FLOOR - 2], 8, fill=color, corners=corners)
            spot = (x + wide / 2, height(kilograms) - 8)
            pen.text(spot, str(kilograms), INK, ImageFont.load_default(28), anchor="mb")
        pen.text((middle, FLOOR + 26), crop, INK, ImageFont.load_default(36), anchor="mt")


def height(kilograms: float) -> float:
    """Where on the scale these kilograms stand, in pixels from the top."""
    return FLOOR - (FLOOR - CEILING) * kilograms / TOP
