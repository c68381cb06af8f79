"""The errors a person may see. Each message is one sentence that says what happened and what to do."""

from __future__ import annotations


class LamplightError(Exception):
    """Base of every error that is raised on purpose; `str()` of it is shown as it is."""


class WeightsError(LamplightError):
    """A model's file is missing, damaged or can't be loaded."""


class DownloadError(LamplightError):
    """A model can't be downloaded, or not now."""


class ServerError(LamplightError):
    """A server that a person chose to answer can't, or not now."""


class Unavailable(ServerError):
    """It can't be reached or is too busy: worth another try after `wait` seconds."""

    def __init__(self, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait
