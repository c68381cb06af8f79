"""Two series of a chart, and the bars of one group, are set against each other by the values that were read of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_charts import grouped, picture_of
from tests.test_requests import asked


@pytest.fixture
def charted(library: Library, models: Models, tmp_path: Path) -> Library:
    picture_of(grouped).save(tmp_path / "harvest chart.png")
    assert index_file(tmp_path / "harvest chart.png", library, models).status == "added"
    return library


@pytest.mark.parametrize(
    "question", ["In the harvest chart, where are the pears above the plums?", "Wo liegen Pears über Plums?"]
)
def test_where_each_of_two_series_is_the_larger_is_said(charted: Library, models: Models, question: str) -> None:
    finished = asked(charted, models, question)
    pears, plums = finished.answer.split("\n")[:2]
    assert pears.startswith("- **Pears") and "North" in pears and "South" in pears and "West" in pears
    assert plums.startswith("- **Plums") and "East" in plums and "North" not in plums
    assert finished.rows is not None and finished.rows.columns == ["", "Pears", "Plums"]
    assert not finished.short and finished.citations


def test_the_bars_of_one_group_are_told_in_their_order(charted: Library, models: Models) -> None:
    finished = asked(
        charted, models, "Harvest chart: which fruit is best in the East, and by how much over the others?"
    )
    first = finished.answer.split("\n")[0]
    assert first.index("Plums") < first.index("Apples") < first.index("Pears")
