"""One figure of each of two documents, side by side with their difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_requests import add, asked

FILES = {
    "Adler annual report.md": "# Adler annual report\n\nAdler makes clocks.\n\n"
    "At the end of 2023 we employed 1,240 people.\n\nRevenue was $3.5 million.\n",
    "Busch annual report.md": "# Busch annual report\n\nBusch makes bicycles.\n\n"
    "As of 31 December 2023 we had 980 employees in four countries.\n\nRevenue was $4.1 million.\n",
}


@pytest.mark.parametrize(
    ("question", "larger", "difference"),
    [
        ("Who has more staff, Adler or Busch, and by how many?", "Adler annual report.md", "260"),
        ("Compare the revenue of Adler and Busch", "Busch annual report.md", "$0.6 million"),
    ],
)
def test_which_of_two_documents_has_the_larger_figure_and_by_how_much(
    library: Library, models: Models, tmp_path: Path, question: str, larger: str, difference: str
) -> None:
    add(library, models, tmp_path, FILES)
    finished = asked(library, models, question)
    assert finished.kind == "comparison" and finished.rows is not None
    assert finished.answer.startswith(f"{larger} has the larger value: ") and f"**{difference}**" in finished.answer
    assert finished.rows.columns[1:] == list(FILES)
    assert {citation.document for citation in finished.citations} == set(FILES)
