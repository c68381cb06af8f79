"""Making a follow-up stand alone, so that it finds something: by rules, or by a language model that is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lamplight.library.records import Message
from lamplight.models.language_model import ChatMessage
from lamplight.rag.conversation.followups import follow_up, is_courtesy
from lamplight.rag.conversation.turn import Turn, content_words
from lamplight.rag.lexicon.phrases import YEAR, names_of, without_markers

REMEMBERED = 6  # turns: what came before them is no longer what a person means
PROMPT_TURNS = 3
ANSWER_CHARACTERS = 300  # of each answer in the prompt
MARKS = " ?¿\uff1f."  # around a question
LONGEST_REWRITE = 240  # characters
WORDS_ADDED = 24
REWRITE_PROMPT = (
    "Rewrite the last question so that it can be understood without the conversation. Put in the names, years and "
    "things it leaves out. If it already stands alone or is about something else, repeat it unchanged. "
    "Write only the question, in one line. Don't answer it."
)
LABEL = re.compile(r"^\s*(?:(?:rewritten|standalone|stand-alone)?\s*question|rewrite)\s*:\s*", re.I)


def standalone_query(
    question: str, history: Sequence[Message], depends: Callable[[str], bool] = lambda _: False
) -> str:
    """`question` with what it leaves out or points back to, taken from the conversation.

    Each follow-up builds on the one before as it stands alone. A question about something new is returned as it is.
    `depends` tells, in any language, whether a question needs the one before it: where no rule knows how, it gets that
    behind it in brackets.
    """
    previous: Turn | None = None
    for asked, answer, documents in _turns(history)[-REMEMBERED:]:
        if not is_courtesy(asked):
            previous = Turn(_after(previous, asked, depends), answer, documents)
    return _after(previous, question, depends)


def _after(previous: Turn | None, question: str, depends: Callable[[str], bool]) -> str:
    if previous is None or (made := follow_up(question, previous)) != question:
        return question if previous is None else made
    if is_courtesy(question) or not depends(question):
        return question
    return _with_before(question, previous.question)


def with_question_before(question: str, history: Sequence[Message]) -> str:
    """`question` with the one before it in brackets, whatever that is about; empty where there is none."""
    before = next((asked for asked, _, _ in reversed(_turns(history)) if not is_courtesy(asked)), "")
    return _with_before(question, before) if before else ""


def _with_before(question: str, before: str) -> str:
    return f"{question.strip(MARKS)} ({before.strip(MARKS)})?"


def rewrite_prompt(question: str, history: Sequence[Message]) -> list[ChatMessage]:
    """What to ask a language model that is large enough to rewrite `question`; check with `accept_rewrite`."""
    told = []
    for asked, answer, documents in _turns(history)[-PROMPT_TURNS:]:
        named = f" (from {', '.join(documents)})" if documents else ""
        told.append(f"Question: {asked}\nAnswer: {without_markers(answer)[:ANSWER_CHARACTERS]}{named}")
    conversation = "\n".join(told)
    return [
        ChatMessage("system", REWRITE_PROMPT),
        ChatMessage("user", f"{conversation}\nLast question: {question}\nRewritten question:"),
    ]


def accept_rewrite(question: str, history: Sequence[Message], rewritten: str, by_rules: str) -> str:
    """The model's rewriting if it can be trusted, else the result `by_rules`.

    It is one line, no longer than a question, keeps the names and numbers of `question`, and brings in nothing
    that neither the question nor the conversation holds.
    """
    line = LABEL.sub("", rewritten.strip()).strip(" \"“”'*")
    if not line or "\n" in line or len(line) > max(LONGEST_REWRITE, len(question) + LONGEST_REWRITE // 2):
        return by_rules
    if len(line.split()) > len(question.split()) + WORDS_ADDED or not _asks(line, question):
        return by_rules
    own = [name.text for name in names_of(question)] + re.findall(r"\d[\d.,]*", question)
    if any(part.lower() not in line.lower() for part in own):
        return by_rules
    known = " ".join([question, by_rules, *(message.content for message in history), *_documents(history)]).lower()
    brought = [name.text for name in names_of(line)] + YEAR.findall(line)
    if any(part.lower() not in known for part in brought):
        return by_rules
    return line


def _asks(line: str, question: str) -> bool:
    """A question or a request, not an answer: it ends with "?" or keeps most of the question's own words."""
    own, theirs = set(content_words(question)), set(content_words(line))
    return line.endswith("?") or (not line.endswith(".") and len(own & theirs) * 2 >= len(own))


def _turns(history: Sequence[Message]) -> list[tuple[str, str, list[str]]]:
    """Question, answer and cited documents of each turn; a question that was never answered has an empty answer."""
    turns: list[tuple[str, str, list[str]]] = []
    for message in history:
        if message.role == "user":
            turns.append((message.content, "", []))
        elif turns:
            turns[-1] = (turns[-1][0], message.content, _documents([message]))
    return turns


def _documents(history: Sequence[Message]) -> list[str]:
    cited = (citation["document"] for message in history for citation in message.details.get("citations", []))
    return list(dict.fromkeys(cited))
