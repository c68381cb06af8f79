"""What `photo` paints with: smooth shapes, shadows, foliage and soft noise on an RGB picture."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

FINE = 2  # shapes are drawn at twice the size and shrunk, which smooths their edges

Color = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

dice = random.Random()  # seeded anew for each picture


def noise(size: tuple[int, int], cells: tuple[int, int], octaves: int, seed: int) -> NDArray[np.float64]:
    """Soft random clouds of shape (height, width), values about 0 to 1, first `cells` rows by columns."""
    source = np.random.default_rng(seed)
    total = np.zeros(size[::-1])
    for octave in range(octaves):
        rough = source.random((cells[0] << octave, cells[1] << octave), dtype=np.float32)
        layer = Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer, dtype=np.float64) / 2 ** (octave + 1)
    return total


def leaves(
    picture: Image.Image,
    area: tuple[float, float, float, float],
    count: int,
    size: tuple[int, int],
    color: Color,
) -> None:
    """Scatter round dabs over an oval area, lighter towards the light at its upper left."""
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = area
    for _ in range(count):
        angle, reach = dice.uniform(0, math.tau), math.sqrt(dice.random())
        x = (left + right) / 2 + (right - left) / 2 * reach * math.cos(angle)
        y = (top + bottom) / 2 + (bottom - top) / 2 * reach * math.sin(angle)
        lit = 1.15 - 0.5 * (y - top) / (bottom - top) - 0.15 * (x - left) / (right - left)
        radius = dice.uniform(*size)
        pen.ellipse(
            [x - radius, y - radius * 0.8, x + radius, y + radius * 0.8],
            fill=scaled(color, lit * dice.uniform(0.85, 1.25)),
        )


def paint(picture: Image.Image, outline: Points, color: Color) -> None:
    """Fill an outline with a colour, with smooth edges."""
    left, top = int(min(x for x, _ in outline)), int(min(y for _, y in outline))
    right, bottom = int(max(x for x, _ in outline)) + 2, int(max(y for _, y in outline)) + 2
    mask = smooth_mask((right - left, bottom - top), [(x - left, y - top) for x, y in outline])
    picture.paste(color, (left, top, right, bottom), mask)


def stroke(picture: Image.Image, points: Points, color: Color, width: int) -> None:
    """A line through points, in pixels wide."""
    ImageDraw.Draw(picture).line(list(points), fill=color, width=width, joint="curve")


def shade(picture: Image.Image, outline: Points, softness: float, strength: float) -> None:
    """A shadow of this outline: blurred over `softness` pixels, `strength` 0 (none) to 1 (black)."""
    shadow = smooth_mask(picture.size, outline).filter(ImageFilter.GaussianBlur(softness))
    light = shadow.point(lambda value: int(255 - value * strength))
    picture.paste(ImageChops.multiply(picture, Image.merge("RGB", [light] * 3)))


def smooth_mask(size: tuple[int, int], outline: Points) -> Image.Image:
    """White inside the outline, with smooth edges."""
    mask = Image.new("L", (size[0] * FINE, size[1] * FINE), 0)
    ImageDraw.Draw(mask).polygon([(x * FINE, y * FINE) for x, y in outline], fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """The outline of a rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(x: float, y: float, wide: float, high: float) -> Points:
    """The outline of an ellipse around a middle, with its two radii."""
    turns = [math.tau * step / 48 for step in range(48)]
    return [(x + wide * math.cos(turn), y + high * math.sin(turn)) for turn in turns]


def between(start: tuple[float, float], end: tuple[float, float], part: float) -> tuple[float, float]:
    """The point a `part` (0 to 1) of the way from start to end."""
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def scaled(color: Color, light: float) -> Color:
    """A colour made lighter (over 1) or darker (under 1)."""
    red, green, blue = (max(0, min(255, int(part * light))) for part in color)
    return red, green, blue


def to_image(pixels: NDArray[np.float64]) -> Image.Image:
    """An RGB picture from an array (rows, columns, 3) of 0 to 255."""
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
