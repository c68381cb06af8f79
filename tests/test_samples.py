"""The sample library is there, can be read, and is what its script draws."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from lamplight.samples import CHART, FEES, HANDBOOK, PHOTO, QUESTIONS, SAMPLES, chart, fees, handbook, photo

# Another Pillow or JPEG library may round differently; a moved bar or a changed word does far more than this.
MEAN_DIFFERENCE = 3.0


def words_of_pdf(source: bytes) -> list[str]:
    """The words of each page."""
    with pypdfium2.PdfDocument(source) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def words_of_docx(source: bytes) -> list[str]:
    """The words of paragraphs and table cells."""
    document = docx.Document(io.BytesIO(source))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def test_the_sample_library_is_small_and_complete() -> None:
    assert len({path.suffix for path in SAMPLES}) == 4
    assert sum(path.stat().st_size for path in SAMPLES) < 1_000_000
    assert len(QUESTIONS) >= 4


def test_the_handbook_is_what_its_markdown_says() -> None:
    shipped = words_of_pdf(HANDBOOK.read_bytes())
    assert shipped == words_of_pdf(handbook.write())
    assert len(shipped) == 4
    assert "Bonfires are allowed from 1 November to 28 February only" in shipped[2]


def test_the_fees_are_those_of_the_script() -> None:
    shipped = words_of_docx(FEES.read_bytes())
    assert shipped == words_of_docx(fees.write())
    assert "£36" in shipped


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "drawn"),
    [pytest.param(CHART, chart.draw, id="chart"), pytest.param(PHOTO, photo.draw, id="photo")],
)
def test_drawing_a_picture_again_gives_the_shipped_one(path: Path, drawn: Callable[[], Image.Image]) -> None:
    with Image.open(path) as shipped:
        pixels = np.asarray(shipped.convert("RGB"), dtype=np.int16)
    again = np.asarray(drawn(), dtype=np.int16)
    assert pixels.shape == again.shape
    assert np.abs(pixels - again).mean() < MEAN_DIFFERENCE


def test_the_answer_to_the_sign_question_is_only_in_the_photo() -> None:
    elsewhere = " ".join([*words_of_pdf(HANDBOOK.read_bytes()), *words_of_docx(FEES.read_bytes())])
    assert photo.SIGN[1].lower() not in elsewhere.lower()
