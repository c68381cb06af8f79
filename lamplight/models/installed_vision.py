"""The vision model in the models folder: opened when it is first asked for, let go when its files change or go."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeAlias

from lamplight.errors import WeightsError
from lamplight.models.vision import MemoryShort, VisionFiles, VisionModel, find_vision

Stamp: TypeAlias = tuple[VisionFiles, tuple[int, ...]]


class InstalledVision:
    """Safe to use from several threads. Whoever has a model that is let go may go on with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None  # of what was opened last, or could not be
        self._model: VisionModel | None = None
        self._trouble = ""

    def get(self) -> VisionModel | None:
        """None when there is none. Raises `WeightsError`, of the same files without trying them again."""
        with self._lock:
            if (stamp := _stamp()) != self._stamp:
                self._stamp, self._model, self._trouble = stamp, None, ""
                if stamp is not None:
                    self._open(stamp[0])
            if self._trouble:
                raise WeightsError(self._trouble)
            return self._model

    def _open(self, files: VisionFiles) -> None:
        try:
            self._model = VisionModel(files)
        except MemoryShort:
            self._stamp = None  # there may be enough next time
            raise
        except WeightsError as error:
            self._trouble = str(error)

    def let_go(self, folder: Path) -> None:
        """Of one in `folder`, so that its files can be deleted."""
        with self._lock:
            if self._stamp is not None and self._stamp[0].model.is_relative_to(folder):
                self._stamp, self._model = None, None


def _stamp() -> Stamp | None:
    files = find_vision()
    if files is None:
        return None
    try:
        status = [path.stat() for path in (files.model, files.projector)]
    except OSError:  # gone just now
        return None
    return files, tuple(number for one in status for number in (one.st_size, one.st_mtime_ns))
