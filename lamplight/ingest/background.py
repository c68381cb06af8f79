"""What a picture looks like to a person: transparent parts on a ground that shows what is drawn, 16 bits as 8."""

from __future__ import annotations

import numpy as np
from PIL import Image

LIGHT = 190  # of 255, the median of what is drawn; on white it couldn't be seen
DARK_GROUND = (32, 32, 32)
SAMPLE = 512  # pixels of the longer side that are looked at


def as_seen(picture: Image.Image) -> Image.Image:
    """RGB. Transparent parts become white, or dark where what is drawn is light."""
    if picture.mode.startswith(("I", "F")):
        return _in_8_bits(picture).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        full = picture.convert("RGBA")
        ground = Image.new("RGBA", full.size, DARK_GROUND if _is_light(full) else "white")
        ground.alpha_composite(full)
        return ground.convert("RGB")
    return picture.convert("RGB")


def _is_light(picture: Image.Image) -> bool:
    small = picture.copy()
    small.thumbnail((SAMPLE, SAMPLE), Image.Resampling.NEAREST)
    pixels = np.asarray(small, np.float32)
    drawn = pixels[..., 3] > 127
    if not drawn.any() or drawn.all():
        return False
    lightness = pixels[..., :3][drawn] @ np.array([0.299, 0.587, 0.114], np.float32)
    return float(np.median(lightness)) > LIGHT


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """From black to white whatever range the numbers have: scanners often use 12 of 16 bits."""
    values = np.nan_to_num(np.asarray(picture, np.float64))
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))


def is_bare(picture: Image.Image) -> bool:
    """Whether an RGB picture has one colour only, or hardly any pixels."""
    return max(picture.size) < 3 or all(high - low <= 2 for low, high in picture.getextrema())  # type: ignore[misc]
