"""Prompts in a model's own chat format, cut into segments that can be computed and remembered by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import TemplateError

from lamplight.errors import WeightsError
from lamplight.languages import sentence
from lamplight.models.engine import Engine

CUT = "\x01"  # marks a segment's end while the template is applied; no text needs it, no template trims it
PASSAGES_HEADING = "Passages:\n\n"
QUESTION_HEADING = "Question:"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt, before the model's own chat template is applied."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class PassagePrompt:
    """A question about passages, in the order in which they are read."""

    system: str
    passages: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class PassagePromptTokens:
    """A `PassagePrompt` as tokens: `fixed` comes before every passage, `closing` after every question.

    The person's words begin at the token `question_begins` of `question`.
    """

    fixed: list[int]
    passages: list[list[int]]
    question: list[int]
    question_begins: int
    closing: list[int]

    @property
    def segments(self) -> list[list[int]]:
        """The whole prompt, all passages in it."""
        return [self.fixed, *self.passages, self.question + self.closing]


class ChatTemplate:
    """A model's chat template. Text can't forge a turn: control tokens inside it are broken up."""

    def __init__(self, engine: Engine) -> None:
        """Raises `WeightsError` when the model has no chat template, or none that can be applied."""
        self._engine = engine
        self._formatter = self._load_formatter()
        self._takes_system = self._find_system()
        self._control_texts = self._find_control_texts()

    def tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """In the model's chat format, up to where its answer begins. `messages` must not be empty."""
        plain = [ChatMessage(message.role, self._harmless(message.content)) for message in messages]
        return self._engine.tokens(self._render(plain), special=True)

    def prompt_tokens(self, prompt: PassagePrompt) -> PassagePromptTokens:
        """Each segment is made into tokens by itself, so that it is the same behind and before any other."""
        passages = [f"{self._harmless(text.strip())}\n\n" for text in prompt.passages]
        question = f"{QUESTION_HEADING} {self._harmless(prompt.question.strip())}"
        content = CUT.join([PASSAGES_HEADING, *passages, question, ""])
        messages = [ChatMessage("system", self._harmless(prompt.system)), ChatMessage("user", content)]
        texts = self._render(messages).split(CUT)
        segments = [self._engine.tokens(text, special=True) for text in texts]
        fixed, *middle, closing = segments
        *passage_tokens, question_tokens = middle
        begins = min(len(self._engine.tokens(QUESTION_HEADING)), len(question_tokens) - 1)
        return PassagePromptTokens(fixed, passage_tokens, question_tokens, begins, closing)

    def _render(self, messages: Sequence[ChatMessage]) -> str:
        first, *rest = messages
        if first.role == "system" and rest and not self._takes_system:
            messages = [ChatMessage(rest[0].role, f"{first.content}\n\n{rest[0].content}"), *rest[1:]]
        return self._apply(messages)

    def _apply(self, messages: Sequence[ChatMessage]) -> str:
        plain = [{"role": message.role, "content": message.content} for message in messages]
        # Models that can think before they answer (Qwen3 and later) would use up the answer's tokens with it.
        return str(self._formatter(messages=plain, enable_thinking=False).prompt)

    def _find_system(self) -> bool:
        """Whether the template has a place for a system message; Gemma 2's refuses one, others leave it out."""
        system, user = ChatMessage("system", "instructions"), ChatMessage("user", "question")
        try:
            return system.content in self._apply([system, user])
        except (ValueError, TypeError, TemplateError):
            pass
        try:
            self._apply([user])
        except (ValueError, TypeError, TemplateError) as error:
            raise self._unusable(error) from error
        return False

    def _unusable(self, error: Exception) -> WeightsError:
        return WeightsError(
            sentence(f"{self._engine.name} has a chat template that can’t be used ({error}); choose another model.")
        )

    def _harmless(self, text: str) -> str:
        text = text.replace(CUT, " ")
        for control in self._control_texts:
            text = text.replace(control, f"{control[0]} {control[1:]}")
        return text

    def _find_control_texts(self) -> list[str]:
        engine = self._engine
        texts = [
            engine.piece(token, special=True).decode("utf-8", "ignore")
            for token in range(engine.vocabulary_size)
            if engine.llama.llama_vocab_is_control(engine.vocabulary, token)
        ]
        return [text for text in texts if len(text) > 1]

    def _load_formatter(self) -> Any:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        engine = self._engine
        template = engine.chat_template
        if not template:
            raise WeightsError(f"{engine.name} has no chat template; choose an instruction-tuned model.")
        llama, vocabulary = engine.llama, engine.vocabulary
        end, begin = llama.llama_vocab_eos(vocabulary), llama.llama_vocab_bos(vocabulary)
        try:
            return Jinja2ChatFormatter(
                template=template,
                eos_token=engine.piece(end, special=True).decode(),
                bos_token=engine.piece(begin, special=True).decode() if begin >= 0 else "",
                stop_token_ids=[end],
            )
        except TemplateError as error:
            raise self._unusable(error) from error
