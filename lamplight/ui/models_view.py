"""What the app shows of its models: which one answers, which are here, which could be, and how well each would run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.errors import LamplightError
from lamplight.languages import gettext, sentence, translated
from lamplight.models.added_model import Added, added_models
from lamplight.models.catalogue import LANGUAGE_MODEL, Downloadable
from lamplight.models.choice import COMES_WITH_LAMPLIGHT, Chosen, Source
from lamplight.models.extensions import Extension
from lamplight.models.fit import Memory, Need, Pace, fit, memory_here
from lamplight.models.folder import models_folder
from lamplight.models.language_model import LanguageModel
from lamplight.models.native_build import NativeBuild, package_index
from lamplight.models.processor import physical_cores
from lamplight.models.server import Server
from lamplight.models.server_key import saved_key
from lamplight.models.vision import find_vision

if TYPE_CHECKING:
    from lamplight.models.loading import Models

SHIPPED = sentence("Comes with Lamplight: small enough for any laptop, and often wrong in its own words.")
PROJECTOR = "mmproj"
UNDER_WAY = ("downloading", "checking")
Row = dict[str, Any]


def models_value(models: Models) -> Row:
    """Plain values for `assets/models.js`. Reads the head of each model file once (some 0.1 s)."""
    view = _View(models)
    rows = [
        view.shipped(),
        *(view.downloadable(one) for one in models.downloads.catalogue.values() if one.purpose != "search"),
        *view.others(),
        *map(view.added, added_models().values()),
    ]
    return {
        "machine": view.machine(),
        "folder": str(models_folder().absolute()),
        "loading": models.choice.loading,
        "trouble": translated(models.choice.trouble),
        "busy": bool(models.choice.loading or models.native.state) or any(row["state"] in UNDER_WAY for row in rows),
        "models": rows,
        "server": server_value(models.choice.source),
        "native": native_value(models.native),
    }


def native_value(native: NativeBuild) -> Row | None:
    """Compiling llama.cpp for this processor: what it would gain, how far it is, how it ended. None: nothing to say."""
    gains = native.gains
    if not (gains or native.state or native.told):
        return None
    return {
        "gains": gains,
        "minutes": native.minutes,
        "host": translated(package_index()) if gains else "",
        "state": native.state,
        "done": native.done,
        "told": translated(native.told),
    }


def server_value(source: Chosen) -> Row | None:
    """The server that answers, without its key; None where none does."""
    if not isinstance(source, Server):
        return None
    return {
        "name": source.name,
        "address": source.address,
        "model": source.model,
        "elsewhere": source.elsewhere,
        "spare": source.spare,
        "has_key": bool(saved_key(source.address)),
    }


def offer_value(models: Models) -> Row | None:
    """The best model to download that runs well here, while the one that comes with Lamplight answers; else None."""
    view = _View(models)
    if models.choice.source != COMES_WITH_LAMPLIGHT:
        return None
    rows = [
        (one.parameters, view.downloadable(one))
        for one in models.downloads.catalogue.values()
        if one.purpose == "answers"
    ]
    fitting = [(size, row) for size, row in rows if row["state"] == "absent" and row["fit"]["light"] == "green"]
    best = max(fitting, key=lambda one: one[0], default=None)
    return None if best is None else {name: best[1][name] for name in ("name", "size", "about")}


class _View:
    """All of it at one moment."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._memory: Memory = memory_here()
        self._answering = models.choice.source
        self._file = self._answering if isinstance(self._answering, Source) else None  # else none
        self._measured = self._measure()

    def _measure(self) -> tuple[Need, Pace] | None:
        """The model that answers and its pace here; None as long as it is not loaded or not measured."""
        model = self._models.choice.value
        if not isinstance(model, LanguageModel) or model.calibration is None:
            return None
        found = model.calibration
        return Need.of_loaded(model.engine), Pace(found.prefill_rate, found.decode_rate, measured=True)

    def machine(self) -> str:
        here = gettext("This computer has {cores} cores and {total} GB of memory, {free} GB of it free.").format(
            cores=physical_cores(), total=f"{self._memory.total / 1e9:.0f}", free=f"{self._memory.free / 1e9:.0f}"
        )
        answers = gettext("{name} answers.").format(name=self._answering.name)
        if not isinstance(self._answering, Source):
            return f"{here} {answers}"
        if self._measured is None:
            return f"{here} {gettext('How fast it reads and writes is not measured yet.')}"
        return f"{here} {answers} {translated(str(self._measured[1]))}"

    def shipped(self) -> Row:
        return self._on_disk(LANGUAGE_MODEL.name, gettext(SHIPPED), None)

    def downloadable(self, model: Downloadable) -> Row:
        path = self._models.downloads.folder(model.name) / model.files[0].name
        progress = self._models.downloads.progress(model.name)
        if progress.state == "installed":
            row = self._on_disk(model.name, translated(model.about), path, model.purpose)
            return row | {"size": progress.total, "removable": True}
        need = Need(model.size, model.parameters, model.cache_bytes_per_token, model.embedded)
        return self._row(model.name, translated(model.about), path, need, model.purpose) | {
            "state": progress.state,
            "done": progress.done,
            "size": progress.total,
            "seconds_left": progress.seconds_left,
            "trouble": translated(progress.trouble),
        }

    def others(self) -> list[Row]:
        """GGUF files that a person has put into the models folder or chosen elsewhere."""
        downloads = self._models.downloads
        downloaded = [downloads.folder(name) for name in downloads.catalogue]
        paths = {path.absolute() for path in models_folder().rglob("*.gguf") if PROJECTOR not in path.name.lower()}
        if self._file is not None and self._file.path is not None:
            paths.add(self._file.path)
        vision = find_vision()
        return [
            self._on_disk(path.stem, str(path), path, "pictures" if vision and path == vision.model else "answers")
            for path in sorted(paths)
            if not any(path.is_relative_to(folder) for folder in downloaded)
        ]

    def added(self, extension: Extension) -> Row:
        """How it would run nobody knows before it does: an extension is loaded when it is chosen."""
        told = gettext("Added by the extension {name} {version}.")
        about = told.format(name=extension.distribution, version=extension.version)
        row = self._row(extension.name, about, None, None, "answers")
        return row | {"extension": extension.name, "current": self._answering == Added(extension.name)}

    def _on_disk(self, name: str, about: str, path: Path | None, purpose: str = "answers") -> Row:
        try:
            found = Source(path).file()
        except LamplightError as error:
            return self._row(name, about, path, None, purpose) | {"state": "broken", "trouble": translated(str(error))}
        return self._row(name, about, path, Need.of(found), purpose)

    def _row(self, name: str, about: str, path: Path | None, need: Need | None, purpose: str) -> Row:
        """What all rows have. `path` None: the model that comes with Lamplight; `need` None: it isn't known."""
        current = self._file is not None and path == self._file.path
        return {
            "name": name,
            "about": about,
            "path": None if path is None else str(path),
            "extension": None,
            "purpose": purpose,
            "state": "installed",
            "current": current,
            "removable": False,
            "size": need.weights if need else 0,
            "memory": need.memory if need else 0,
            "fit": self._fit(need, purpose, current) if need else None,
            "trouble": "",
        }

    def _fit(self, need: Need, purpose: str, current: bool) -> dict[str, str]:
        """How fast pictures are looked at can't be told from how fast text is read."""
        pace = None
        if self._measured is not None and (current or purpose == "answers"):
            other, measured = self._measured
            pace = measured if current else measured.scaled(other, need)
        found = fit(need, pace, self._memory, loaded=current)
        return {"light": found.light, "word": translated(found.word), "sentence": translated(found.sentence)}
