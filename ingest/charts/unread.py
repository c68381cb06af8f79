"""A sentence about a chart whose values could not be read: what its axes say, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.charts.scale import Scale, find_scales, number_in
from models.text_rows import OcrLine


def unread_chart(words: Sequence[OcrLine]) -> str:
    """`The values of this chart could not be read; its axis runs from 0 to 60.`"""
    upright = [number for word in words if (number := number_in(word.text, word.box)) is not None]
    turned = [
        number
        for word in words
        if (number := number_in(word.text, (word.box[1], -word.box[2], word.box[3], -word.box[0]))) is not None
    ]
    up, across = find_scales(upright), find_scales(turned)
    said = []
    if up:
        said.append(f"its upright axis runs from {_ends(up[0])}")
    if across:
        said.append(f"its level axis runs from {_ends(across[0])}")
    return "; ".join(["The values of this chart could not be read", *said]) + "."


def _ends(scale: Scale) -> str:
    ticks = sorted(scale.ticks, key=lambda tick: tick.value)
    return " to ".join(f"{tick.before}{tick.value:.10g}{tick.after}" for tick in (ticks[0], ticks[-1]))
