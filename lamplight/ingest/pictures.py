"""Pictures inside documents: which are worth reading, and what is printed beside them."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Sequence

from PIL import Image

from lamplight.ingest.background import as_seen, is_bare
from lamplight.ingest.captions import FIGURE, picture_blocks
from lamplight.ingest.document import Block, Line
from lamplight.languages import sentence
from lamplight.library.records import Box
from lamplight.models.ocr import TextRecogniser

SMALLEST_SIDE = 64  # pixels; icons and bullets are smaller
LONGEST_SHAPE = 8  # times as long as wide: rules and banners are longer
LARGEST_PIXELS = 40_000_000
READ_SIDE = 1600  # pixels of the longer side; charts and photos tell no more beyond
MOST_PICTURES = 100  # of one document: a few minutes of text recognition on a laptop
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
LONGEST_CAPTION = 300  # characters
CAPTION_REACH = 3.0  # of a line's height between a picture and its caption
CAPTION_LINES = 3


class Pictures:
    """Reads the pictures of one document, each once however often it is shown, up to `MOST_PICTURES`."""

    def __init__(self, recogniser: Callable[[], TextRecogniser]) -> None:
        self._recogniser = recogniser
        self._seen: set[bytes] = set()
        self._left_out = 0
        self._doubtful = 0

    @property
    def skipped(self) -> list[str]:
        """Sentences about pictures beyond those that are read, and about those whose words could not be."""
        said = []
        if self._left_out:
            said.append(
                sentence(
                    f"{self._left_out} pictures after the first {MOST_PICTURES} were left out; save them apart to add "
                    "them."
                )
            )
        if self._doubtful:
            said.append(sentence(f"Words in {self._doubtful} of its pictures could not be read or only in part."))
        return said

    def is_wanted(self, content: bytes, size: tuple[int, int]) -> bool:
        """Whether to read a picture with this content and size in pixels: not if it is an icon, a rule or known."""
        key = hashlib.sha256(content).digest()
        if min(size) < SMALLEST_SIDE or max(size) > LONGEST_SHAPE * min(size) or key in self._seen:
            return False
        self._seen.add(key)
        if len(self._seen) > MOST_PICTURES:
            self._left_out += 1
            return False
        return True

    def blocks(self, picture: Image.Image, place: Box | None, beside: str, headings: tuple[str, ...]) -> list[Block]:
        """Like `picture_blocks`, with the words recognised here."""
        picture.thumbnail((READ_SIDE, READ_SIDE))
        if is_bare(picture):
            return []
        found = self._recogniser().look(picture)
        self._doubtful += found.doubt is not None
        return picture_blocks(picture, found.words, place, beside, headings, inside=True)

    def blocks_of_file(self, content: bytes, beside: str, headings: tuple[str, ...]) -> list[Block]:
        """The same for a picture file from inside a document without layout; none for what Pillow can't open."""
        try:
            with Image.open(io.BytesIO(content)) as picture:
                if picture.width * picture.height > LARGEST_PIXELS or not self.is_wanted(content, picture.size):
                    return []
                seen = as_seen(picture)
        except MemoryError:
            raise
        except Exception:  # decoders raise errors of any type
            return []  # a drawing in a format of its program, or damaged: the document's words count
        return self.blocks(seen, None, beside, headings)


def add_printed_captions(blocks: Sequence[Block]) -> None:
    """Put the figure captions after (or before) the pictures of a document without layout into their first lines."""
    for index, block in enumerate(blocks):
        if block.kind != "image":
            continue
        after = next((other for other in blocks[index + 1 : index + 3] if other.kind == "text"), None)
        before = blocks[index - 1] if index and blocks[index - 1].kind == "text" else None
        for near, line in ((after, 0), (before, -1)):
            if near is not None and FIGURE.match(near.lines[line].text):
                block.lines[0] = Line(f"{near.lines[line].text[:LONGEST_CAPTION]} ({block.lines[0].text})")
                break


def printed_beside(place: Box, lines: Sequence[tuple[str, Box | None]]) -> str:
    """The figure caption under or above a picture, or else the line nearest to it; boxes in points."""
    near: list[tuple[float, int]] = []
    for index, (_, box) in enumerate(lines):
        if box is None or min(box[2], place[2]) <= max(box[0], place[0]):
            continue
        gap = box[1] - place[3] if box[1] >= (place[1] + place[3]) / 2 else place[1] - box[3]
        reach = CAPTION_REACH * (box[3] - box[1])
        if -reach / 4 < gap < reach:
            near.append((gap, index))
    near.sort()
    for _, index in near:
        if FIGURE.match(lines[index][0]):
            return _sentences([text for text, _ in lines[index : index + CAPTION_LINES]])[0][:LONGEST_CAPTION]
    if not near:
        return ""
    index = near[0][1]
    box = lines[index][1]
    if box is not None and box[1] < place[1]:
        return _sentences([text for text, _ in lines[max(0, index + 1 - CAPTION_LINES) : index + 1]])[-1]
    return _sentences([text for text, _ in lines[index : index + CAPTION_LINES]])[0]


def _sentences(lines: Sequence[str]) -> list[str]:
    return SENTENCE_END.split(" ".join(lines))
