"""What the app shows of its embedders: which one searches, which could, and how far a change to another one is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.languages import gettext, ngettext, number, sentence, translated
from lamplight.models.catalogue import MULTILINGUAL_WEIGHTS, Downloadable
from lamplight.models.embedder_folder import EmbedderFolder, Measured, embedder_folders
from lamplight.models.processor import physical_cores

if TYPE_CHECKING:
    from lamplight.ui.services import Services

SHIPPED = sentence("Comes with Lamplight: finds passages in a hundred languages, and reads quickly.")
OF_ONES_OWN = sentence("An embedder in your models folder.")
VECTOR_BYTES = 4 * 1.25  # of each number: float32, and what the index adds
Row = dict[str, Any]


def embedder_rows(services: Services) -> list[Row]:
    """Plain values for `assets/models.js`, as `models_view.models_value` has them of language models."""
    view = _View(services)
    return [*view.shipped(), *map(view.downloadable, view.catalogue), *view.others()]


class _View:
    def __init__(self, services: Services) -> None:
        self._library, self._models = services.library, services.models
        self._embedders = services.models.embedders
        self._chosen = self._embedders.folder
        downloads = services.models.downloads
        self.catalogue = [one for one in downloads.catalogue.values() if one.purpose == "search"]
        self._folders = {source.folder: source for source in embedder_folders()}

    def shipped(self) -> list[Row]:
        """None where its package isn't installed."""
        if not MULTILINGUAL_WEIGHTS.installed:
            return []
        row = self._row(MULTILINGUAL_WEIGHTS.name, gettext(SHIPPED), None, MULTILINGUAL_WEIGHTS.path().stat().st_size)
        return [row | {"note": "" if self._chosen else self._progress(None)}]

    def downloadable(self, model: Downloadable) -> Row:
        folder = self._models.downloads.folder(model.name)
        progress = self._models.downloads.progress(model.name)
        row = self._row(model.name, translated(model.about), folder, progress.total)
        if progress.state == "installed":
            return row | {"removable": True, "note": self._note(folder)}
        return row | {
            "state": progress.state,
            "done": progress.done,
            "seconds_left": progress.seconds_left,
            "trouble": translated(progress.trouble),
        }

    def others(self) -> list[Row]:
        """Folders that a person has put into the models folder."""
        downloads = [self._models.downloads.folder(one.name) for one in self.catalogue]
        return [
            self._row(source.title, f"{gettext(OF_ONES_OWN)} {folder}", folder, source.weights.stat().st_size)
            | {"note": self._note(folder)}
            for folder, source in self._folders.items()
            if folder not in downloads
        ]

    def _row(self, name: str, about: str, folder: Path | None, size: int) -> Row:
        current = folder == self._chosen
        return {
            "name": name,
            "about": about,
            "path": None if folder is None else str(folder),
            "extension": None,
            "purpose": "search",
            "state": "installed",
            "current": current,
            "removable": False,
            "size": size,
            "memory": 0,
            "fit": None,
            "trouble": translated(self._embedders.trouble) if current else "",
            "note": "",
            "moving": current and bool(self._progress(None)),  # it is chosen, and doesn't search yet
        }

    def _note(self, folder: Path) -> str:
        source = self._folders.get(folder)
        if source is None:
            return ""
        if self._embedders.preparing == source.title:
            return gettext("It is getting ready; the other one searches until then.")
        measured = self._embedders.measured(source)
        told = [self._progress(source)] if folder == self._chosen else []
        if measured is not None:
            told += [self._cost(source, measured)] if folder != self._chosen else []
            told += [] if measured.languages else [gettext("It doesn’t seem to know other languages than English.")]
        return " ".join(filter(None, told))

    def _cost(self, source: EmbedderFolder, measured: Measured) -> str:
        """What a change to it takes."""
        count = self._library.passages.count()
        size = count * source.traits.dimensions * VECTOR_BYTES
        return gettext("To read all {count} passages it would take about {time} in idle time, and {size} MB.").format(
            count=number(count), time=_time(count / _rate(measured)), size=number(round(size / 1e6) or 1)
        )

    def _progress(self, source: EmbedderFolder | None) -> str:
        """How far the change to the one that is chosen is; empty when it searches."""
        places, embedder = self._library.vector_places, self._models.embedders.wanted_name()
        if not self._models.ready or not embedder or places.second == embedder:
            return ""
        if (count := self._library.passages.count()) == 0:
            return ""
        left = self._library.vectors.count_missing(embedder) if embedder in places.stores else count
        told = gettext("It has read {done} of {count} passages; the former one searches until it has read all.")
        told = told.format(done=number(count - left), count=number(count))
        if source is None or (measured := self._embedders.measured(source)) is None:
            return told
        ahead = gettext("About {time} of idle time are left.").format(time=_time(left / _rate(measured)))
        return f"{told} {ahead}"


def _rate(measured: Measured) -> float:
    """Passages a second on all cores, which they are spread over."""
    return measured.rate * physical_cores()


def _time(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes >= 2 * 60:
        return ngettext("{n} hour", "{n} hours", hours := round(minutes / 60)).format(n=number(hours))
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=number(minutes))
