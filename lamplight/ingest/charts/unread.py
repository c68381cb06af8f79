"""What is said of a chart whose values could not be read: what it shows and what its axes say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from lamplight.ingest.charts.lines import line_names
from lamplight.ingest.charts.pies import find_parts
from lamplight.ingest.charts.regions import LARGEST_SIDE, colours_of
from lamplight.ingest.charts.scale import Scale, find_scales, number_in
from lamplight.models.text_rows import OcrLine


@dataclass(frozen=True, slots=True)
class UnreadChart:
    """`name` is its kind, as far as that is sure: "Line chart", "Pie chart", or empty."""

    name: str
    sentence: str


def unread_chart(picture: Image.Image, words: Sequence[OcrLine]) -> UnreadChart:
    """`A line chart of Alva and Dollar from 2019 to 2023. The values …; its upright axis runs from 0 to 60.`

    `picture` is RGB, `words` are the pieces of text in it, boxes in its pixels.
    """
    shrink = min(1.0, LARGEST_SIDE / max(picture.size))
    size = round(picture.width * shrink), round(picture.height * shrink)
    labels = colours_of(picture.resize(size, Image.Resampling.NEAREST) if shrink < 1 else picture)
    left, top, right, bottom = range(4)
    seen = [
        replace(
            word,
            box=(word.box[left] * shrink, word.box[top] * shrink, word.box[right] * shrink, word.box[bottom] * shrink),
        )
        for word in words
    ]
    upright = [number for word in seen if (number := number_in(word.text, word.box)) is not None]
    turned = [
        number
        for word in seen
        if (number := number_in(word.text, (word.box[1], -word.box[2], word.box[3], -word.box[0]))) is not None
    ]
    up, across = find_scales(upright), find_scales(turned)
    parts = find_parts(labels, seen)
    if parts is not None:
        named = f"with the parts {_listed(parts)}" if all(parts) else f"with {len(parts)} parts"
        return UnreadChart("Pie chart", f"A pie chart {named}. How large they are was not measured.")
    lines = line_names(labels, seen) if up else []
    said = [f"its upright axis runs from {_ends(up[0])}"] if up else []
    said += [f"its level axis runs from {_ends(across[0])}"] if across and not lines else []
    unread = "; ".join(["The values of this chart could not be read", *said]) + "."
    if not lines:
        return UnreadChart("", unread)
    named = f"of {_listed(lines)}" if all(lines) else f"with {len(lines)} lines" if len(lines) > 1 else ""
    reach = f"from {_ends(across[0])}" if across else ""
    return UnreadChart("Line chart", " ".join(filter(None, ["A line chart", named, reach])) + f". {unread}")


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _ends(scale: Scale) -> str:
    ticks = sorted(scale.ticks, key=lambda tick: tick.value)
    return " to ".join(f"{tick.before}{tick.value:.10g}{tick.after}" for tick in (ticks[0], ticks[-1]))
