"""Kinds of charts that extensions read, where `read_chart` reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image

from lamplight.errors import ExtensionError
from lamplight.ingest.charts.chart import Chart
from lamplight.models.extensions import Extension, extensions
from lamplight.models.text_rows import OcrLine


class AddedCharts:
    """Those of this process, each loaded once. One that doesn't work leaves a sentence and the picture to the others.

    An extension is a function from an RGB picture and the pieces of text in it to a `Chart`, or None where that is
    not one of its kind or it isn't sure.
    """

    def __init__(self) -> None:
        self._problems: dict[str, None] = {}
        self._broken: dict[Extension, str] = {}  # loading one again would take as long and end the same way

    def read(self, picture: Image.Image, words: Sequence[OcrLine]) -> Chart | None:
        """What the first extension makes of it; as `read_chart`."""
        for extension in extensions("lamplight.charts").values():
            try:
                if (chart := self._chart(extension, picture, words)) is not None:
                    return chart
            except ExtensionError as error:
                self._problems[str(error)] = None
        return None

    def problems(self) -> list[str]:
        """What went wrong since this was asked, in sentences, each once."""
        problems, self._problems = self._problems, {}
        return list(problems)

    def _chart(self, extension: Extension, picture: Image.Image, words: Sequence[OcrLine]) -> Chart | None:
        """Raises `ExtensionError`."""
        if extension in self._broken:
            raise ExtensionError(self._broken[extension])
        try:
            read = extension.load()
        except ExtensionError as error:
            self._broken[extension] = str(error)
            raise
        with extension.at_work():
            return _checked(read(picture.copy(), list(words)))


def _checked(chart: Any) -> Chart | None:
    """Raises an error of any type where later use of it would fail."""
    if chart is None:
        return None
    if not isinstance(chart, Chart) or not chart.rows():
        raise TypeError(f"{chart!r} is no Chart with values")
    return chart


ADDED_CHARTS = AddedCharts()
