"""Words for a picture: what kind it is, what is written in it, and a chart's values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PIL import Image

from lamplight.ingest.charts.added import ADDED_CHARTS
from lamplight.ingest.charts.chart import Chart, read_chart
from lamplight.ingest.charts.scale import number_in
from lamplight.ingest.charts.unread import unread_chart
from lamplight.ingest.codes import codes_in, without_codes
from lamplight.ingest.document import Block, Line
from lamplight.ingest.picture_kinds import picture_kind
from lamplight.ingest.picture_tables import table_in
from lamplight.library.records import Box, PictureKind
from lamplight.models.text_rows import OcrLine, rows_of

SURE = 0.85  # of OCR; below it a word is searched but not said in the caption
PLAUSIBLE = 0.65  # of OCR; below it only what looks like words is kept
WORD = re.compile(r"(?i)[a-zà-ÿ]*[aeiouyà-ÿ][a-zà-ÿ]{2,}|\d{2,}")
NAMES = {"photo": "Photo", "chart": "Chart", "scan": "Scanned page", "screenshot": "Screenshot"}
PAGES = ("scan", "screenshot")
REQUESTS = {
    "photo": "Describe what this photo shows in two sentences: the things in it, where they are, and words on them.",
    "chart": "Say in two sentences what this chart or diagram shows: its kind, its axes and what stands out.",
    "scan": "Say in two sentences what kind of document this page is, who it is from and what it is about.",
    "screenshot": "Say in two sentences which program or page this screenshot shows and what can be seen in it.",
}
NUMBERS_SHARE = 0.25  # of a screenshot's words that make it a chart
FIGURE = re.compile(
    r"(?i)(fig(ure|\.)|abb(ildung|\.)|chart|graph|exhibit|photo|image|picture|diagram|plate|map)\s*[\d:.–-]"
)
FEWEST_NUMBERS = 3  # on a chart; a drawing with fewer is a logo or a sketch
CAPTION_WORDS = 40  # of the picture's own words in its caption; all of them follow as lines


def picture_blocks(
    picture: Image.Image,
    words: Sequence[OcrLine],
    place: Box | None,
    beside: str = "",
    headings: tuple[str, ...] = (),
    inside: bool = False,
) -> list[Block]:
    """An image block: a caption line, what its codes say, then its words; and a table block of a chart or a table.

    `picture` is RGB, `words` are `TextRecogniser.words` of it, `place` is its box on the page, in whose units all
    boxes come out (None where there is no layout), `beside` the caption or sentence printed next to
    it. A picture that stands `inside` a page is no page itself.
    """
    codes = codes_in(picture)
    words = without_codes(words, codes)
    chart = read_chart(picture, words) or ADDED_CHARTS.read(picture, words)
    shown = [word for word in words if is_plausible(word) and (chart is None or word not in chart.numbers)]
    numbers = sum(number_in(word.text, word.box) is not None for word in words)
    kind = "chart" if chart is not None else picture_kind(picture, shown)
    kind = _inside(kind, numbers, len(words)) if inside else kind
    unread = unread_chart(picture, words) if kind == "chart" and chart is None else None
    name = chart.name if chart is not None else (unread.name if unread is not None else "") or _name(kind, numbers)
    table = table_in(shown) if chart is None and kind in PAGES else None
    rows = rows_of(shown)
    said = [word for row in rows if row.confidence >= SURE for word in row.text.split()]
    if kind == "photo":  # the same label on several things is said once
        said = list(dict.fromkeys(said))
    is_caption = FIGURE.match(beside) is not None
    # On a page the caption only repeats its words, all of them at once, and would seem to answer every question.
    repeats = bool(rows) and kind in PAGES and not is_caption
    lines = [Line(_caption(name, said, beside if is_caption else ""), place, furniture=repeats)]
    if beside and not is_caption:
        lines.append(Line(f"Beside it: {beside}", place))
    if unread is not None and (unread.name or numbers >= FEWEST_NUMBERS):
        lines.append(Line(unread.sentence, place))
    lines += [Line(code.said(), _on_page(code.box, picture.size, place)) for code in codes]
    in_table = set(table.lines) if table is not None else set()
    lines += [Line(row.text, _on_page(row.box, picture.size, place)) for row in rows if row not in in_table]
    blocks = [Block("image", lines, headings, picture_kind=kind)]
    if chart is not None:
        head = Line(f"Values read from the {chart.name.lower()} {_title(chart, rows)}".strip(), place)
        values = [Line(text, _on_page(box, picture.size, place)) for text, box in chart.rows()]
        blocks.append(Block("table", [head, *values], headings, header_rows=1, picture_kind=kind))
    if table is not None:
        first = rows.index(table.lines[0])
        title = rows[first - 1 : first]
        read = [Line(row.text, _on_page(row.box, picture.size, place)) for row in (*title, *table.lines)]
        blocks.append(Block("table", read, headings, header_rows=len(title) + 1, picture_kind=kind))
    return blocks


def _inside(kind: PictureKind, numbers: int, words: int) -> PictureKind:
    """Of a picture that stands inside a page."""
    return "chart" if kind == "scan" or (kind == "screenshot" and numbers >= NUMBERS_SHARE * words) else kind


def _name(kind: PictureKind, numbers: int) -> str:
    return NAMES[kind] if kind != "chart" else "Chart" if numbers >= FEWEST_NUMBERS else "Graphic"


def is_plausible(piece: OcrLine) -> bool:
    """Whether a piece of text is worth searching: OCR is fairly sure, or it has the form of a word."""
    if not any(character.isalnum() for character in piece.text):
        return False
    return piece.confidence >= PLAUSIBLE or any(WORD.fullmatch(word) for word in piece.text.split())


def _caption(name: str, said: Sequence[str], beside: str) -> str:
    """One line that says what the picture is, what is printed beside it and what is written on it."""
    words = " ".join(said[:CAPTION_WORDS])
    written = f"{name} with the words: {words}" if words else f"{name} without words"
    return f"{beside} ({written})" if beside else written


def _title(chart: Chart, rows: Sequence[OcrLine]) -> str:
    """The largest line above the bars."""
    top = min(box[1] for box in chart.places.values())
    above = [row for row in rows if row.box[3] <= top and row.confidence >= SURE]
    return max(above, key=lambda row: row.box[3] - row.box[1]).text if above else ""


def _on_page(box: Box, size: tuple[int, int], place: Box | None) -> Box | None:
    if place is None:
        return None
    across, down = (place[2] - place[0]) / size[0], (place[3] - place[1]) / size[1]
    return place[0] + box[0] * across, place[1] + box[1] * down, place[0] + box[2] * across, place[1] + box[3] * down
