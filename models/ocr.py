"""Reading the words in a picture: PP-OCR through RapidOCR on ONNX Runtime."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from models.catalogue import TEXT_DETECTOR, TEXT_RECOGNISER

DETECTOR_SIDE = 960  # pixels; twice as fast as the default on receipts, words as good (0.977)
LARGEST_SIDE = 2400  # pixels; a larger picture is shrunk first, its boxes scaled back
LEAST_CONFIDENCE = 0.5  # RapidOCR's own threshold
SAME_ROW = 0.5  # of a line's height between two centres


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A row of words. `box` is left, top, right, bottom in pixels of the given picture."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


class TextRecogniser:
    """Reads pictures one at a time; safe to call from several threads."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._turn = threading.Lock()
        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "error",
                "Det.limit_type": "max",
                "Det.limit_side_len": DETECTOR_SIDE,
                "Det.model_path": str(TEXT_DETECTOR.verified_path()),
                "Rec.model_path": str(TEXT_RECOGNISER.verified_path()),
            }
        )

    def read(self, picture: Image.Image) -> list[OcrLine]:
        """The rows of text in an RGB picture, from top to bottom; empty when there are none."""
        scale = min(1.0, LARGEST_SIDE / max(picture.size))
        if scale < 1.0:
            size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]  # RapidOCR expects BGR
        with self._turn:
            result = self._engine(np.ascontiguousarray(pixels))
        if result.boxes is None:
            return []
        words = [
            OcrLine(text.strip(), _bounds(corners, scale), float(confidence))
            for text, corners, confidence in zip(result.txts, result.boxes, result.scores, strict=True)
            if text.strip() and confidence >= LEAST_CONFIDENCE
        ]
        return rows_of(words)


def rows_of(words: list[OcrLine]) -> list[OcrLine]:
    """Join what stands side by side: a label and its amount are one row, whatever the gap between them."""
    rows: list[list[OcrLine]] = []
    for word in sorted(words, key=lambda word: _middle(word)):
        for row in rows[-3:]:
            heights = [word.box[3] - word.box[1], row[-1].box[3] - row[-1].box[1]]
            if abs(_middle(word) - _middle(row[-1])) <= SAME_ROW * min(heights):
                row.append(word)
                break
        else:
            rows.append([word])
    return [_joined(sorted(row, key=lambda word: word.box[0])) for row in rows]


def _joined(row: list[OcrLine]) -> OcrLine:
    box = (
        min(word.box[0] for word in row),
        min(word.box[1] for word in row),
        max(word.box[2] for word in row),
        max(word.box[3] for word in row),
    )
    return OcrLine(" ".join(word.text for word in row), box, min(word.confidence for word in row))


def _middle(word: OcrLine) -> float:
    return (word.box[1] + word.box[3]) / 2


def _bounds(corners: Any, scale: float) -> tuple[float, float, float, float]:
    left, top = (float(value) / scale for value in corners.min(axis=0))
    right, bottom = (float(value) / scale for value in corners.max(axis=0))
    return left, top, right, bottom
