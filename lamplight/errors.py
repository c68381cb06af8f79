"""The errors a person may see. Each message is one sentence that says what happened and what to do."""

from __future__ import annotations

from lamplight.languages import sentence


class LamplightError(Exception):
    """Base of every error that is raised on purpose; `str()` of it is shown as it is."""


class WeightsError(LamplightError):
    """A model's file is missing, damaged or can't be loaded."""


class PromptTooLong(LamplightError, ValueError):
    """A question is more than can be read at once. `amount` says how much."""

    def __init__(self, amount: str) -> None:
        super().__init__(
            sentence(
                f"This is too long to be read ({amount}): ask in fewer words, or add a long text to your library and "
                "ask about it."
            )
        )


class DownloadError(LamplightError):
    """A model can't be downloaded, or not now."""


class ExtensionError(LamplightError):
    """What another distribution adds to Lamplight can't be loaded or doesn't do what it should."""


class ServerError(LamplightError):
    """What a person chose to answer, a server or an extension's model, can't, or not now."""


class Unavailable(ServerError):
    """It can't be reached or is too busy: worth another try after `wait` seconds."""

    def __init__(self, told: str, wait: float = 0.0) -> None:
        super().__init__(told)
        self.wait = wait
