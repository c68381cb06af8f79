"""What a language model writes on a prompt of its own, beside the answer: a query, a digest, a question anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lamplight.models.answer_model import AnswerModel
from lamplight.models.chat import ChatMessage
from lamplight.models.language_model import Piece, Usage


def complete(
    model: AnswerModel, messages: Sequence[ChatMessage], most: int, stopped: Callable[[], bool]
) -> tuple[str, Usage]:
    """The text, of `most` tokens, and how it went. Raises `ServerError` when the model fails before a word."""
    text, usage = "", Usage(0, 0, 0, 0, 0.0)
    for event in model.generate(messages, most, stopped):
        if isinstance(event, Piece):
            text += event.text
        elif isinstance(event, Usage):
            usage = event
    return text, usage


def complete_whole(
    model: AnswerModel, messages: Sequence[ChatMessage], most: int, stopped: Callable[[], bool]
) -> str | None:
    """For what means something else without its end: None where that is missing, for whatever reason.

    Raises as `complete`.
    """
    text, usage = complete(model, messages, most, stopped)
    return None if usage.cut or usage.truncated or stopped() else text
