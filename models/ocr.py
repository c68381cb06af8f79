"""Reading the words in a picture, whichever way it is turned: PP-OCR through RapidOCR on ONNX Runtime."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from PIL import Image

from models.catalogue import TEXT_DETECTOR, TEXT_RECOGNISER
from models.onnx_session import onnx_session

DETECTOR_SIDE = 960  # pixels; twice as fast as the default on receipts, words as good (0.977)
LARGEST_SIDE = 2400  # pixels; a larger picture is shrunk first, its boxes scaled back
LEAST_CONFIDENCE = 0.5  # RapidOCR's own threshold
SURE = 0.87  # mean confidence, by characters: 0.97-0.99 on upright scans and receipts, 0.46-0.76 upside down
STANDING = 1.5  # a box so much taller than wide is a line that runs up or down; RapidOCR turns it to read it
SIDEWAYS = 0.6  # of the lines' length: 0.0-0.1 on upright pages, 0.8-1.0 on those turned by a quarter
QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
AS_GOOD = 0.8  # RapidOCR reads standing lines too, but only the turned page has them as rows
UNSURE = 0.85  # of one piece; those in photos are often upside down
FEW = 6  # unsure pieces that are looked at again (50 ms each); of a page on its head all are unsure
Box: TypeAlias = tuple[float, float, float, float]
SAME_ROW = 0.5  # of a line's height between two centres


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A row of words. `box` is left, top, right, bottom in pixels of the given picture.

    `upright` is the same in the picture turned so that it can be read: rows and their order are found there.
    """

    text: str
    box: Box
    confidence: float
    upright: Box


class TextRecogniser:
    """Reads pictures one at a time; safe to call from several threads. `engine` is RapidOCR itself."""

    def __init__(self) -> None:
        from omegaconf import flag_override
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._turn = threading.Lock()
        self.engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "error",
                "Global.text_score": 0.0,  # what is read without confidence tells that the picture is turned
                "Det.limit_type": "max",
                "Det.limit_side_len": DETECTOR_SIDE,
            }
        )
        # RapidOCR's own sessions spin: about 1.5 times the processor time on two busy cores.
        with flag_override(self.engine.cfg, "allow_objects", True):
            self.engine.cfg.Det.session = onnx_session(TEXT_DETECTOR.verified_path(), keep_memory=False)
            self.engine.cfg.Rec.session = onnx_session(TEXT_RECOGNISER.verified_path(), keep_memory=False)

    def read(self, picture: Image.Image) -> list[OcrLine]:
        """The rows of text in an RGB picture, from top to bottom as they are read; empty when there are none.

        A picture on its side or head is read in its right position; boxes are where it shows them.
        """
        return rows_of(self.words(picture))

    def words(self, picture: Image.Image) -> list[OcrLine]:
        """The pieces of text in an RGB picture where they stand, side by side ones not joined."""
        words, turn = self._upright(picture)
        return [_turned_back(word, turn, picture.size) for word in words]

    def _upright(self, picture: Image.Image) -> tuple[list[OcrLine], Image.Transpose | None]:
        """Words of the picture after the turn that makes most of them readable, and that turn.

        Costs nothing on an upright picture, whose words are read with confidence.
        """
        best, best_turn = self._recognised(picture), None
        for turn in _turns_to_try(best):
            turned = self._recognised(picture.transpose(turn))
            if _worth(turned) > _worth(best) * (AS_GOOD if turn in QUARTERS else 1.0):
                best, best_turn = turned, turn
            if _confidence(best) >= SURE:
                break
        return [word for word in best if word.confidence >= LEAST_CONFIDENCE], best_turn

    def _recognised(self, picture: Image.Image) -> list[OcrLine]:
        scale = min(1.0, LARGEST_SIDE / max(picture.size))
        if scale < 1.0:
            size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])  # RapidOCR expects BGR
        with self._turn:
            result = self.engine(pixels, use_det=True)
            if result.boxes is None:
                return []
            texts, scores = list(result.txts), [float(score) for score in result.scores]
            unsure = [index for index, score in enumerate(scores) if score < UNSURE]
            few = len(unsure) <= min(FEW, len(texts) - len(unsure))
            for index in unsure if few else []:
                texts[index], scores[index] = max(
                    [(texts[index], scores[index]), self._on_its_head(pixels, result.boxes[index])],
                    key=lambda read: read[1],
                )
        return [
            OcrLine(text.strip(), box, score, box)
            for text, box, score in zip(
                texts, (_bounds(corners, scale) for corners in result.boxes), scores, strict=True
            )
            if text.strip()
        ]

    def _on_its_head(self, pixels: Any, corners: Any) -> tuple[str, float]:
        """What a piece reads when it is turned by 180 degrees, and how surely."""
        from rapidocr.utils.process_img import get_rotate_crop_image

        piece = get_rotate_crop_image(pixels, np.asarray(corners, np.float32))
        result = self.engine(np.ascontiguousarray(piece[::-1, ::-1]), use_det=False)
        return (result.txts[0], float(result.scores[0])) if result.txts else ("", 0.0)


def _turns_to_try(words: list[OcrLine]) -> list[Image.Transpose]:
    lying = standing = 0.0
    for word in words:
        width, height = word.box[2] - word.box[0], word.box[3] - word.box[1]
        if height > STANDING * width:
            standing += height
        else:
            lying += width
    sure = _confidence(words) >= SURE
    if standing > SIDEWAYS * (standing + lying):
        # RapidOCR reads standing lines as if they ran downwards: right for a page turned clockwise.
        return list(QUARTERS if sure else QUARTERS[::-1])
    return [] if sure or not words else [Image.Transpose.ROTATE_180]


def _confidence(words: list[OcrLine]) -> float:
    characters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / characters if characters else 0.0


def _worth(words: list[OcrLine]) -> float:
    return sum(word.confidence * len(word.text) for word in words if word.confidence >= LEAST_CONFIDENCE)


def _turned_back(line: OcrLine, turn: Image.Transpose | None, size: tuple[int, int]) -> OcrLine:
    """A line of the turned picture, with its box in the picture of `size` as it was given."""
    left, top, right, bottom = line.box
    width, height = size
    if turn == Image.Transpose.ROTATE_90:  # counter-clockwise
        box = (width - bottom, left, width - top, right)
    elif turn == Image.Transpose.ROTATE_180:
        box = (width - right, height - bottom, width - left, height - top)
    elif turn == Image.Transpose.ROTATE_270:
        box = (top, height - right, bottom, height - left)
    else:
        return line
    return replace(line, box=box)


def rows_of(words: list[OcrLine]) -> list[OcrLine]:
    """Join what stands side by side: a label and its amount are one row, whatever the gap between them."""
    rows: list[list[OcrLine]] = []
    for word in sorted(words, key=lambda word: _middle(word)):
        for row in rows[-3:]:
            heights = [one.upright[3] - one.upright[1] for one in (word, row[-1])]
            if abs(_middle(word) - _middle(row[-1])) <= SAME_ROW * min(heights):
                row.append(word)
                break
        else:
            rows.append([word])
    return [_joined(sorted(row, key=lambda word: word.upright[0])) for row in rows]


def _joined(row: list[OcrLine]) -> OcrLine:
    text, confidence = " ".join(word.text for word in row), min(word.confidence for word in row)
    return OcrLine(text, _union([word.box for word in row]), confidence, _union([word.upright for word in row]))


def _union(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _middle(word: OcrLine) -> float:
    return (word.upright[1] + word.upright[3]) / 2


def _bounds(corners: Any, scale: float) -> Box:
    left, top = (float(value) / scale for value in corners.min(axis=0))
    right, bottom = (float(value) / scale for value in corners.max(axis=0))
    return left, top, right, bottom
