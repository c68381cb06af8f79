"""What an answer needs from a language model, wherever it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from lamplight.models.calibration import Calibration
from lamplight.models.chat import ChatMessage, PassagePrompt

if TYPE_CHECKING:
    from lamplight.models.context import PrefillStep
    from lamplight.models.language_model import Piece, Usage


class AnswerModel(Protocol):
    """`LanguageModel` in this process, `ServerModel` on a server, `AddedModel` of an extension.

    `stopped` is asked many times a second.
    `generate`, `read` and `read_apart` yield text as it comes and end with `Usage`.
    """

    @property
    def name(self) -> str:
        """What people are shown."""

    @property
    def cache_key(self) -> str:
        """Differs where what was read before can't be reused."""

    @property
    def elsewhere(self) -> str:
        """The other computer that is sent every question with its passages; empty when it stays on this one."""

    @property
    def calibration(self) -> Calibration | None:
        """How fast it is, where that was measured."""

    @property
    def is_large(self) -> bool:
        """Whether it can be trusted to write a question anew."""

    @property
    def separable(self) -> bool:
        """Whether passages can be read apart from each other and remembered."""

    def count_tokens(self, text: str) -> int:
        """Of `text` alone, without a chat format; an estimate where it computes elsewhere or in an extension."""

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """Raises `PromptTooLong` when no room is left to answer, `ServerError` when it fails before a word."""

    def read(
        self, prompt: PassagePrompt, max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `generate`, with all passages in one prompt."""

    def read_apart(
        self, prompt: PassagePrompt, max_tokens: int, stopped: Callable[[], bool], prior: Sequence[float] = ()
    ) -> Iterator[PrefillStep | Piece | Usage]:
        """As `read` where it isn't `separable`."""

    def prewarm(self, system: str, passages: Sequence[str], stopped: Callable[[], bool]) -> int:
        """How many passages are known now: none where nothing can be remembered."""

    def prefill(self, prompt: PassagePrompt, stopped: Callable[[], bool]) -> bool:
        """Whether all of the prompt but its question is read now."""

    def forget(self) -> None:
        """Forget all that was ever read."""
