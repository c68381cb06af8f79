"""An answer model that is given each prompt whole: what computes elsewhere, or in somebody else's code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from lamplight.models.chat import PASSAGES_HEADING, QUESTION_HEADING, ChatMessage, PassagePrompt
from lamplight.models.context import PrefillStep
from lamplight.models.language_model import LARGE, Piece, Usage

BYTES_PER_TOKEN = 3  # rather too many tokens than too few: English has four, most languages three
SIZE_IN_NAME = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?([bm])(?![a-z0-9])", re.IGNORECASE)  # qwen2.5:1.5b, x-135M-y


class PromptedModel:
    """An `AnswerModel` but for `generate`; it remembers nothing here and isn't measured."""

    calibration = None
    separable = False
    elsewhere = ""

    def __init__(self, name: str, cache_key: str, parameters: float = 0.0) -> None:
        """`parameters` 0 where nobody says how many it has; then its name may."""
        self.name = name
        self.cache_key = cache_key
        self._parameters = parameters or size_in(name)

    @property
    def is_large(self) -> bool:
        """Nobody sets one up for less, unless it or its name says so."""
        return self._parameters == 0 or self._parameters >= LARGE

    def count_tokens(self, text: str) -> int:
        """About: how it cuts words is known to the model alone."""
        return len(text.encode()) // BYTES_PER_TOKEN + 1

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """What comes until the end, a stop, or until it breaks off, which the last `Usage` then tells.

        Raises `ServerError` when that happens before the first word.
        """
        raise NotImplementedError

    def read(
        self, prompt: PassagePrompt, max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `generate`, with all passages in one prompt."""
        passages = "".join(f"{text.strip()}\n\n" for text in prompt.passages)
        content = f"{PASSAGES_HEADING}{passages}{QUESTION_HEADING} {prompt.question.strip()}"
        messages = [ChatMessage("system", prompt.system), ChatMessage("user", content)]
        yield from self.generate(messages, max_tokens, stopped)

    def read_apart(
        self, prompt: PassagePrompt, max_tokens: int, stopped: Callable[[], bool], prior: Sequence[float] = ()
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `read`: it isn't `separable`."""
        yield from self.read(prompt, max_tokens, stopped)

    def prewarm(self, system: str, passages: Sequence[str], stopped: Callable[[], bool]) -> int:
        """None."""
        return 0

    def prefill(self, prompt: PassagePrompt, stopped: Callable[[], bool]) -> bool:
        """Never: what is typed and not asked is nobody else's business."""
        return False

    def forget(self) -> None:
        """Nothing was kept here."""


def size_in(name: str) -> float:
    """How many parameters a model's name says that it has; 0 where it doesn't."""
    found = SIZE_IN_NAME.findall(name)
    return max((float(number) * (1e9 if unit.lower() == "b" else 1e6) for number, unit in found), default=0.0)
