"""Reading the words in a picture, whichever way it is turned and however large: PP-OCR through RapidOCR."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from lamplight.models import tesseract
from lamplight.models.catalogue import TEXT_DETECTOR, TEXT_RECOGNISER
from lamplight.models.confusables import put_right, with_blanks
from lamplight.models.legibility import (
    Doubt,
    Legible,
    is_drawing,
    is_greek,
    is_kept,
    is_page,
    is_vietnamese,
    legibility,
    quality,
)
from lamplight.models.marked_letters import MarkedLetters, Marks, marks_of, with_marks
from lamplight.models.onnx_session import onnx_session
from lamplight.models.sheet_of_paper import sheet_in
from lamplight.models.text_pieces import (
    LEAST_CONFIDENCE,
    QUARTERS,
    SURE,
    TextPiece,
    bounds,
    confidence_of,
    laid_straight,
    rotated_back,
    rotations_to_try,
    worth,
)
from lamplight.models.text_rows import OcrLine, rows_of
from lamplight.models.text_tiles import (
    FEWEST_LETTERS,
    Quad,
    added,
    joined,
    letters_in,
    piece_of,
    sees_more,
    tiles_for,
    uncut,
)
from lamplight.models.vertical_columns import (
    TRIED,
    are_alike,
    columns_in,
    in_reading_order,
    readings_of_short,
    side_by_side,
)

DETECTOR_SIDE = 960  # pixels; twice as fast as the default on receipts, words as good (0.977)
ENLARGED = 1.5  # times, of a drawing whose small letters were overlooked
TALLEST = 64  # pixels of a line's picture; the recogniser's own height is 48
AS_GOOD = 0.8  # RapidOCR reads standing lines too, but only the turned page has them as rows
CLEARLY = 1.5  # times as good, or a page that is not read well either way stays as it is: its letters are not known
UNSURE = 0.85  # of one piece; those in photos are often upside down
FEW = 6  # unsure pieces that are looked at again (50 ms each); of a page on its head all are unsure


class Transcription(NamedTuple):
    """A line as it was read, how surely (0 to 1), and letters in it that may be marked ones."""

    text: str
    score: float
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """The pieces of text in a picture where they stand, side by side ones not joined, and what could not be read."""

    words: list[OcrLine]
    doubt: Doubt | None = None
    vertical: bool = False  # in columns, whose order their boxes don't tell

    @property
    def rows(self) -> list[OcrLine]:
        """From top to bottom as they are read, column by column."""
        return rows_of(self.words)


class TextRecogniser:
    """Reads pictures one at a time; safe to call from several threads. `engine` is RapidOCR itself."""

    def __init__(self) -> None:
        from omegaconf import flag_override
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._lock = threading.Lock()
        self._notes_marks = False
        self.engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "error",
                "Global.text_score": 0.0,  # what is read without confidence tells that the picture is turned
                "Global.return_word_box": True,  # where each letter stands, for blanks between words
                "Det.limit_type": "max",
                "Det.limit_side_len": DETECTOR_SIDE,
            }
        )
        # RapidOCR's own sessions spin: about 1.5 times the processor time on two busy cores.
        with flag_override(self.engine.cfg, "allow_objects", True):
            self.engine.cfg.Det.session = onnx_session(TEXT_DETECTOR.verified_path(), keep_memory=False)
            self.engine.cfg.Rec.session = onnx_session(TEXT_RECOGNISER.verified_path(), keep_memory=False)

    def look(self, picture: Image.Image) -> Recognised:
        """All text in an RGB picture, and what could not be read.

        A picture on its side or head is read in its right position, a sheet of paper seen from the side as if from
        above; boxes are where the picture shows them.
        """
        sheet = sheet_in(picture)
        if sheet is None:
            return self._look(picture)
        found = self._look(sheet.laid_flat(picture))
        return replace(found, words=[replace(word, box=sheet.in_picture(word.box)) for word in found.words])

    def _look(self, picture: Image.Image) -> Recognised:
        found = self._recognised(picture)
        vertical = self._is_vertical(found)
        found, turn = (self._in_columns(found), None) if vertical else self._upright(found, picture)
        kept, doubt = _judged(found, picture)
        straight = in_reading_order(kept) if vertical else laid_straight(kept)
        return Recognised([rotated_back(line, turn, picture.size) for line in straight], doubt, vertical)

    def read(self, picture: Image.Image) -> list[OcrLine]:
        """The rows of text alone."""
        return self.look(picture).rows

    def words(self, picture: Image.Image) -> list[OcrLine]:
        """The pieces of text alone."""
        return self.look(picture).words

    def _is_vertical(self, pieces: Sequence[TextPiece]) -> bool:
        """Whether lines that stand are columns: their letters don't lie. Costs nothing where hardly any line stands."""
        for column in columns_in(pieces)[:TRIED]:
            with self._lock:
                letters = self.engine.recognize_txt([column.pixels]).word_results[0]
                row = side_by_side(column.pixels, letters)
                if row is not None and are_alike(column.line.text, self._texts([row])[0].text):
                    return True
        return False

    def _in_columns(self, pieces: Sequence[TextPiece]) -> list[TextPiece]:
        """The same with short columns, which RapidOCR reads badly, as they are read best."""
        found = []
        for piece in pieces:
            with self._lock:
                read = self._texts(readings_of_short(piece))
            best = max(read, key=lambda one: one.score, default=Transcription("", 0.0))
            is_better = best.score > piece.line.confidence
            found.append(piece.read_as(put_right(best.text.strip()), best.score) if is_better else piece)
        return found

    def _upright(self, found: list[TextPiece], picture: Image.Image) -> tuple[list[TextPiece], Image.Transpose | None]:
        """Pieces of the picture after the turn that makes most of them readable, and that turn.

        Costs nothing on an upright picture, whose words are `found` with confidence.
        """
        best, best_turn = found, None
        for turn in rotations_to_try(best):
            turned = self._recognised(picture.transpose(turn))
            needed = AS_GOOD if turn in QUARTERS else 1.0 if confidence_of(turned) >= SURE else CLEARLY
            if worth(turned) > needed * worth(best) and (needed <= 1.0 or worth(best) > 0):
                best, best_turn = turned, turn
            if confidence_of(best) >= SURE:
                break
        return best, best_turn

    def _recognised(self, picture: Image.Image) -> list[TextPiece]:
        pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])  # RapidOCR expects BGR
        with self._lock:
            quads = self._lines(pixels)
            cut = [piece_of(pixels, quad, TALLEST) for quad in quads]
            read = self._texts(cut)
            unsure = [index for index, one in enumerate(read) if one.score < UNSURE]
            few = len(unsure) <= min(FEW, len(read) - len(unsure))
            for index in unsure if few else []:
                on_its_head = self._texts([np.ascontiguousarray(cut[index][::-1, ::-1])])[0]
                read[index] = max(read[index], on_its_head, key=lambda one: one.score)
        pieces = []
        texts = with_marks([(one.text, one.marks) for one in read])
        for text, one, quad, line in zip(texts, read, quads, cut, strict=True):
            box = bounds(quad)
            pieces.append(TextPiece(OcrLine(put_right(text.strip()), box, one.score, box), quad, line))
        return pieces

    def _lines(self, pixels: npt.NDArray[np.uint8]) -> list[Quad]:
        """Where lines of text are; a picture with letters too small to be seen in all of it is looked at in tiles."""
        whole = self._detected(pixels)
        size = (pixels.shape[1], pixels.shape[0])
        letters = letters_in(pixels)
        if letters is None:
            return whole
        on_lines = letters.on(whole)
        if max(size) <= ENLARGED * DETECTOR_SIDE and len(letters.off(whole)) >= FEWEST_LETTERS and is_drawing(pixels):
            return added(whole, self._enlarged(pixels))
        found: list[Quad] = []
        for number, tile in enumerate(tiles_for(on_lines or letters, size, DETECTOR_SIDE)):
            left, top, right, bottom = tile
            offset = np.array([left, top], np.float32)
            here = [quad + offset for quad in self._detected(np.ascontiguousarray(pixels[top:bottom, left:right]))]
            if on_lines is None and not number and not sees_more(here, whole, tile):
                return whole
            found += uncut(here, tile, size)
        return joined(found, whole) if found else whole

    def _enlarged(self, pixels: npt.NDArray[np.uint8]) -> list[Quad]:
        """Lines of a drawing looked at more closely: the names in a legend are small and stand beside large areas."""
        larger = cv2.resize(pixels, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
        detector = self.engine.text_det
        detector.limit_side_len = round(ENLARGED * DETECTOR_SIDE)
        try:
            return [quad / np.float32(ENLARGED) for quad in self._detected(np.asarray(larger, np.uint8))]
        finally:
            detector.limit_side_len = DETECTOR_SIDE

    def _detected(self, pixels: npt.NDArray[np.uint8]) -> list[Quad]:
        boxes = self.engine(pixels, use_det=True, use_cls=False, use_rec=False).boxes
        return [] if boxes is None else [np.asarray(quad, np.float32) for quad in boxes]

    def _texts(self, lines: Sequence[Any]) -> list[Transcription]:
        if not lines:
            return []
        if not self._notes_marks:
            self.engine.recognize_txt([lines[0]])  # with its first line RapidOCR makes what reads them
            self.engine.text_rec.postprocess_op = MarkedLetters(self.engine.text_rec.postprocess_op)
            self._notes_marks = True
        result = self.engine.recognize_txt(list(lines))
        return [
            Transcription(with_blanks(text, letters, line) if text else "", float(score), marks_of(letters))
            for text, score, letters, line in zip(result.txts, result.scores, result.word_results, lines, strict=True)
        ]


def _judged(found: Sequence[TextPiece], picture: Image.Image) -> tuple[list[TextPiece], Doubt | None]:
    """What was read of the pieces found, by the other recogniser where this one doesn't know the letters."""
    lines = [piece.line for piece in found]
    vietnamese, greek = is_vietnamese(lines), is_greek(lines)
    how: Legible = "unread" if greek else legibility(lines)
    doubt = None
    if (how != "well" or vietnamese) and is_page(picture):
        known = tesseract.LATIN[0] if vietnamese else ""
        other = tesseract.transcribe([piece.pixels for piece in found], known)
        if other is not None:
            read = [piece.read_as(*line) for piece, line in zip(found, other.lines, strict=True)]
            better = [max(pair, key=lambda one: quality(one.line)) for pair in zip(found, read, strict=True)]
            sure = vietnamese or greek or other.confidence >= confidence_of(found)
            found = read if sure else better
            how = legibility([piece.line for piece in found])
            doubt = Doubt(how) if how != "well" else None
        elif vietnamese:
            doubt = Doubt("doubtful", "Latin", tesseract.LATIN)
        else:
            script = "Greek" if greek else tesseract.script_of([piece.pixels for piece in found])
            doubt = Doubt(how, script, tesseract.SCRIPTS.get(script, ()))
    kept = [
        piece
        for piece in found
        if piece.line.text and piece.line.confidence >= LEAST_CONFIDENCE and (doubt is None or is_kept(piece.line, how))
    ]
    return kept, doubt
