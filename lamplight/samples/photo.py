"""A photo-like picture of the tool shed: drawn with Pillow, lit, blurred and grained as a camera would."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from lamplight.samples.brush import (
    FINE,
    Color,
    Points,
    between,
    box,
    dice,
    ellipse,
    leaves,
    noise,
    paint,
    scaled,
    shade,
    smooth_mask,
    stroke,
    to_image,
)

WIDTH, HEIGHT = 1600, 1200
TILT_DEGREES = -1.2  # a picture from the hand is never level
SIGN = ("FERNHILL TOOL SHED", "KEY AT PLOT 12")

GABLE: Points = [(500, 930), (500, 470), (825, 250), (1150, 470), (1150, 930)]
SIDE: Points = [(1150, 930), (1150, 470), (1400, 500), (1400, 880)]
ROOF: Points = [(825, 226), (1075, 268), (1436, 512), (1186, 494)]


def draw() -> Image.Image:
    """The picture, 1600 × 1200 pixels, the same on every call."""
    dice.seed(12)
    picture = landscape()
    shade(picture, [(1140, 925), (1400, 878), (1560, 960), (1230, 1010)], 26, 0.45)
    shade(picture, [(480, 920), (1160, 920), (1210, 965), (470, 955)], 16, 0.5)
    path(picture)
    shed(picture)
    planting(picture)
    return developed(picture)


def landscape() -> Image.Image:
    """Sky, hills, hedge and lawn, the far parts out of focus."""
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    sky = np.array([104, 158, 212]) * (1 - rows * 1.7) + np.array([240, 236, 220]) * rows * 1.7
    clouds = np.clip(noise((WIDTH, HEIGHT), (9, 3), 5, seed=5) * 2.4 - 1.15, 0, 1)[:, :, None] * (1 - rows)
    picture = to_image(sky * (1 - clouds) + 250 * clouds)
    for top, wave, color in [
        (520, 46, (146, 168, 176)),
        (565, 34, (118, 148, 128)),
        (610, 22, (92, 128, 84)),
    ]:
        ridge = [(x, top + wave * math.sin(x / (170 + wave) + top)) for x in range(0, WIDTH + 1, 8)]
        paint(picture, [*ridge, (WIDTH, HEIGHT), (0, HEIGHT)], color)
    leaves(picture, (0, 560, WIDTH, 650), 900, (9, 30), (52, 84, 44))
    leaves(picture, (40, 300, 330, 600), 1500, (8, 24), (58, 96, 46))
    leaves(picture, (1330, 380, 1600, 640), 1300, (8, 22), (50, 86, 48))
    picture = picture.filter(ImageFilter.GaussianBlur(3.2))
    return lawn(picture)


def lawn(picture: Image.Image) -> Image.Image:
    """Grass from the hedge to the viewer's feet, blade by blade."""
    depth = np.linspace(0, 1, HEIGHT)[:, None, None]
    near = np.array([128, 150, 70]) * (1.25 - 0.55 * depth)
    ground = to_image(near * (0.72 + 0.5 * noise((WIDTH, HEIGHT), (6, 8), 5, seed=3)[:, :, None]))
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rectangle([0, 655, WIDTH, HEIGHT], fill=255)
    picture = Image.composite(ground, picture, mask.filter(ImageFilter.GaussianBlur(4)))
    pen = ImageDraw.Draw(picture)
    for step in range(15000):
        y = 655 + (HEIGHT - 640) * (step / 15000) ** 1.3
        x, tall = dice.uniform(0, WIDTH), 2 + 20 * ((y - 655) / 545) ** 1.5
        light = dice.uniform(0.55, 1.2)
        color = (int(104 * light), int(136 * light), int(52 * light))
        pen.line([(x, y), (x + dice.uniform(-4, 4), y - tall * dice.uniform(0.5, 1))], fill=color, width=1)
    return picture


def path(picture: Image.Image) -> None:
    """Stepping stones from the door to the viewer, larger as they come nearer."""
    for step in range(7):
        near = (step / 6) ** 1.4
        x, y = 680 - 130 * near + (22 if step % 2 else -18), 952 + 225 * near
        wide, high = 62 + 78 * near, 11 + 20 * near
        shade(picture, ellipse(x + 4, y + 6, wide, high), 4, 0.5)
        light = dice.uniform(0.92, 1.06)
        paint(picture, ellipse(x, y, wide, high), scaled((158, 152, 140), light))
        paint(picture, ellipse(x - 4, y - 3, wide * 0.9, high * 0.75), scaled((176, 170, 156), light))


def shed(picture: Image.Image) -> None:
    """The shed itself, lit from the left: side wall, gable, roof, door, window and sign."""
    planks(picture, SIDE, 34, (88, 62, 44))
    planks(picture, GABLE, 46, (158, 112, 72))
    paint(picture, ROOF, (84, 76, 76))
    for row in range(1, 12):  # rows of shingles
        part = row / 12
        ends = [between(ROOF[0], ROOF[3], part), between(ROOF[1], ROOF[2], part)]
        stroke(picture, ends, (66, 60, 62), 3)
    shade(picture, [(508, 500), (825, 285), (1142, 500), (1142, 528), (825, 318), (508, 528)], 9, 0.45)
    for low in [(466, 496), (1184, 496)]:  # the boards along the gable
        stroke(picture, [(825, 238), low], (226, 218, 198), 24)
        stroke(picture, [(825, 250), (low[0], low[1] + 12)], (186, 176, 156), 5)
    door(picture)
    window(picture)
    sign(picture)


def planks(picture: Image.Image, outline: Points, width: int, color: Color) -> None:
    """Fill an outline with upright boards, each a little different, with grain and dark gaps."""
    left, right = int(min(x for x, _ in outline)), int(max(x for x, _ in outline))
    wood = Image.new("RGB", picture.size)
    pen = ImageDraw.Draw(wood)
    for x in range(left, right + 1, width):
        board = scaled(color, dice.uniform(0.86, 1.08) * (1.12 - 0.24 * (x - left) / (right - left)))
        pen.rectangle([x, 0, x + width, HEIGHT], fill=board)
        for _ in range(26):
            grain = x + dice.uniform(2, width - 2)
            start = dice.uniform(200, 900)
            end = (grain + dice.uniform(-3, 3), start + dice.uniform(60, 260))
            pen.line([(grain, start), end], fill=scaled(board, dice.uniform(0.84, 1.08)), width=1)
        pen.line([(x, 0), (x, HEIGHT)], fill=scaled(color, 0.42), width=3)
        pen.line([(x + 3, 0), (x + 3, HEIGHT)], fill=scaled(board, 1.14), width=1)
    picture.paste(wood, mask=smooth_mask(picture.size, outline))


def door(picture: Image.Image) -> None:
    """A green door of boards with a brace, hinges and a latch."""
    shade(picture, box(572, 572, 784, 936), 10, 0.5)
    paint(picture, box(578, 578, 776, 934), (214, 206, 186))
    paint(picture, box(590, 590, 764, 934), (66, 104, 88))
    for x in range(590, 764, 29):
        stroke(picture, [(x, 590), (x, 934)], (46, 78, 66), 3)
        stroke(picture, [(x + 3, 590), (x + 3, 934)], (84, 124, 106), 1)
    for y in (640, 862):
        paint(picture, box(590, y, 764, y + 26), (74, 114, 97))
        stroke(picture, [(590, y + 27), (764, y + 27)], (40, 68, 58), 3)
        paint(picture, box(590, y + 8, 652, y + 17), (40, 42, 42))
    paint(picture, [(592, 862), (620, 862), (762, 666), (734, 666)], (74, 114, 97))
    paint(picture, box(742, 758, 756, 806), (36, 36, 36))
    paint(picture, ellipse(749, 772, 9, 9), (190, 176, 140))


def window(picture: Image.Image) -> None:
    """A window with four panes that mirror the sky, and a sill with pots."""
    shade(picture, box(848, 600, 1092, 812), 8, 0.45)
    paint(picture, box(852, 600, 1086, 800), (226, 218, 198))
    glass = to_image(np.linspace(1, 0.35, 176)[:, None, None] * np.array([150, 178, 198]) + np.zeros((1, 210, 1)))
    picture.paste(glass, (864, 612))
    for offset in (0, 46):
        streak = [(890 + offset, 788), (960 + offset, 612), (984 + offset, 612), (914 + offset, 788)]
        light = Image.new("RGB", picture.size, (214, 226, 232))
        picture.paste(light, mask=smooth_mask(picture.size, streak).point(lambda value: value // 4))
    stroke(picture, [(969, 604), (969, 796)], (226, 218, 198), 11)
    stroke(picture, [(858, 698), (1080, 698)], (226, 218, 198), 11)
    paint(picture, box(838, 796, 1100, 816), (206, 196, 174))
    for x, bloom in [(890, (196, 62, 58)), (968, (228, 172, 52)), (1046, (172, 88, 158))]:
        paint(picture, [(x - 26, 762), (x + 26, 762), (x + 19, 798), (x - 19, 798)], (178, 98, 62))
        paint(picture, box(x - 29, 756, x + 29, 767), (194, 112, 74))
        leaves(picture, (x - 30, 728, x + 30, 758), 60, (4, 9), (62, 104, 48))
        leaves(picture, (x - 28, 718, x + 28, 748), 26, (4, 8), bloom)


def sign(picture: Image.Image) -> None:
    """The painted board over door and window, with its two lines of words."""
    board = Image.new("RGB", (470 * FINE, 128 * FINE), (240, 233, 212))
    pen = ImageDraw.Draw(board)
    edge = [9 * FINE, 9 * FINE, 461 * FINE, 119 * FINE]
    pen.rectangle(edge, outline=(52, 84, 70), width=3 * FINE)
    for words, size, y in [(SIGN[0], 38, 43), (SIGN[1], 34, 88)]:
        font = ImageFont.load_default(size * FINE)
        pen.text((235 * FINE, y * FINE), words, (36, 58, 50), font, anchor="mm", stroke_width=1)
    for x in (20, 450):
        for y in (20, 108):
            pen.ellipse([(x - 4) * FINE, (y - 4) * FINE, (x + 4) * FINE, (y + 4) * FINE], fill=(120, 112, 98))
    shade(picture, box(596, 428, 1068, 560), 8, 0.55)
    picture.paste(board.resize((470, 128), Image.Resampling.LANCZOS), (590, 420))


def planting(picture: Image.Image) -> None:
    """What grows and stands in front: lavender, sunflowers, a watering can."""
    for x in range(800, 1140, 46):
        leaves(picture, (x - 34, 868, x + 34, 944), 150, (3, 10), (84, 112, 72))
        for _ in range(24):
            foot, tip = (
                (x + dice.uniform(-16, 16), 905),
                (x + dice.uniform(-40, 40), dice.uniform(822, 868)),
            )
            stroke(picture, [foot, tip], (104, 128, 84), 2)
            leaves(picture, (tip[0] - 4, tip[1] - 14, tip[0] + 4, tip[1] + 8), 9, (2, 5), (132, 104, 178))
    for x, top in [(428, 540), (360, 620), (470, 690), (300, 730)]:
        sunflower(picture, x, top)
    watering_can(picture)


def sunflower(picture: Image.Image, x: float, top: float) -> None:
    """One sunflower on its stem, the head at `top`."""
    stroke(picture, [(x, top), (x + 8, top + 150), (x - 4, 985)], (86, 120, 54), 9)
    for side, y in [(-1, top + 120), (1, top + 175), (-1, top + 235)]:
        if y < 960:
            paint(
                picture,
                [(x, y), (x + side * 34, y - 34), (x + side * 84, y - 8), (x + side * 40, y + 16)],
                (82, 122, 50),
            )
            stroke(picture, [(x, y), (x + side * 74, y - 10)], (112, 150, 74), 2)
    for ring, (long, color) in enumerate([(62, (218, 158, 30)), (52, (244, 190, 48))]):
        for petal in range(18):
            angle = math.tau * (petal + ring / 2) / 18
            tip = (x + long * math.cos(angle), top + long * math.sin(angle))
            sides = [(x + 34 * math.cos(angle + turn), top + 34 * math.sin(angle + turn)) for turn in (-0.24, 0.24)]
            paint(picture, [(x, top), sides[0], tip, sides[1]], scaled(color, dice.uniform(0.9, 1.06)))
    paint(picture, ellipse(x, top, 30, 30), (84, 54, 30))
    leaves(picture, (x - 22, top - 22, x + 22, top + 22), 90, (2, 4), (112, 74, 38))


def watering_can(picture: Image.Image) -> None:
    """A zinc watering can on the lawn."""
    shade(picture, ellipse(1262, 1066, 150, 26), 12, 0.5)
    ImageDraw.Draw(picture).arc([1120, 870, 1250, 1030], 80, 290, fill=(112, 122, 126), width=13)
    paint(picture, [(1296, 1024), (1296, 984), (1424, 872), (1444, 892)], (142, 152, 156))
    paint(picture, [(1402, 866), (1428, 844), (1474, 888), (1448, 912)], (118, 128, 132))
    shine = np.sin(np.linspace(0.35, 2.75, 150)) ** 3
    metal = to_image((92 + 108 * shine)[None, :, None] * np.array([0.97, 1.0, 1.02]) + np.zeros((150, 1, 1)))
    mask = Image.new("L", metal.size, 0)
    pen = ImageDraw.Draw(mask)
    pen.polygon([(8, 18), (142, 18), (150, 132), (0, 132)], fill=255)
    pen.ellipse([0, 112, 149, 149], fill=255)
    picture.paste(metal, (1170, 922), mask)
    paint(picture, ellipse(1245, 940, 67, 15), (98, 106, 110))
    paint(picture, ellipse(1245, 943, 56, 10), (52, 58, 60))
    for y in (976, 1036):
        ImageDraw.Draw(picture).arc([1176, y - 16, 1314, y + 16], 10, 170, fill=(120, 130, 134), width=4)


def developed(picture: Image.Image) -> Image.Image:
    """Lens and film: a slight tilt, evening warmth, a darker rim, softness and grain."""
    picture = picture.rotate(TILT_DEGREES, Image.Resampling.BICUBIC)
    margin = 22  # what the tilt leaves empty at the rim
    picture = picture.crop((margin, margin, WIDTH - margin, HEIGHT - margin))
    picture = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.9))
    pixels = np.asarray(picture, dtype=np.float64)
    across = np.linspace(-1, 1, WIDTH)[None, :]
    down = np.linspace(-1, 1, HEIGHT)[:, None]
    rim = 1.06 - 0.26 * (across**2 + down**2) / 2 - 0.04 * across
    glow = np.array([1.04, 1.0, 0.92])
    grain = np.random.default_rng(12).normal(0, 3.2, (HEIGHT, WIDTH, 1))
    return to_image(pixels * rim[:, :, None] * glow + grain)
