"""Language models that extensions bring: a class that is made without arguments and writes text.

`generate(messages, max_tokens, stopped)` yields it piece by piece; `messages` are `ChatMessage`s. An attribute
`parameters` says how large it is, for what it is trusted with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lamplight.errors import ExtensionError, LamplightError, ServerError
from lamplight.models.chat import ChatMessage
from lamplight.models.extensions import Extension, extensions
from lamplight.models.language_model import Piece, Usage
from lamplight.models.prompted_model import PromptedModel


@dataclass(frozen=True, slots=True)
class Added:
    """A model by the name of its entry point, whether its extension is still installed or not."""

    extension: str

    @classmethod
    def saved(cls, content: object) -> Added | None:
        """From what `asdict` made of one; None where it is something else."""
        match content:
            case {"extension": str(name)}:
                return cls(name)
        return None

    @property
    def name(self) -> str:
        """What people are shown."""
        return self.extension

    def find(self) -> Extension:
        """Raises `ExtensionError` when its extension is not installed any more."""
        found = extensions("lamplight.models").get(self.extension)
        if found is None:
            raise ExtensionError(f"No extension brings {self.extension} any more; install it again, or choose another.")
        return found


class AddedModel(PromptedModel):
    """An `AnswerModel` of an extension."""

    def __init__(self, source: Added) -> None:
        """Makes what the extension brings. Raises `ExtensionError`."""
        self._extension = source.find()
        make = self._extension.load()
        with self._extension.at_work():
            self._model: Any = make()
            parameters = float(getattr(self._model, "parameters", 0.0))
        if not callable(getattr(self._model, "generate", None)):
            raise self._extension.error(TypeError("it has no generate()"))
        super().__init__(source.name, f"{self._extension.distribution} {self._extension}", parameters)

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[Piece | Usage]:
        """As promised; between two pieces it is looked whether the answer is still wanted."""
        said, cut, started = 0, "", time.perf_counter()
        texts = self._texts(messages, max_tokens, stopped)
        try:
            for text in texts:
                if stopped() or said >= max_tokens:
                    break
                said += 1
                yield Piece(text)
        except LamplightError as error:
            cut = str(error)
            if not said:
                raise ServerError(cut) from error
        finally:
            texts.close()
        prompt = sum(self.count_tokens(message.content) for message in messages)
        seconds = time.perf_counter() - started
        yield Usage(prompt, prompt, 0, said, seconds, cut=cut, truncated=said >= max_tokens)

    def _texts(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Generator[str, None, None]:
        """Raises `ExtensionError`."""
        with self._extension.at_work():
            for text in self._model.generate(list(messages), max_tokens, stopped):
                if not isinstance(text, str):
                    raise TypeError(f"generate() gave {text!r}, not text")
                if text:
                    yield text


def added_models() -> Mapping[str, Extension]:
    """Those that could be chosen, by name. Loads none of them."""
    return extensions("lamplight.models")
