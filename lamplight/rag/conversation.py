"""Making a follow-up stand alone, so that it finds something: with the question before it in brackets.

The retriever and the reader then see both, in any language. Whether a question is a follow-up is learnt
(`models.dependence`). A language model that is large enough rewrites it instead, which is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lamplight.library.records import Message
from lamplight.models.dependence import DEPENDS, SURELY_DEPENDS
from lamplight.models.language_model import ChatMessage
from lamplight.models.loading import Models
from lamplight.rag.intent import RequestKind, subject, understand
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.english import names_of, without_markers
from lamplight.rag.lexicon.relative_years import with_year_told
from lamplight.rag.names import words_of
from lamplight.rag.periods import YEAR, periods_of
from lamplight.rag.query import stop_words_of

APART: frozenset[RequestKind] = frozenset({"library", "lamplight", "talk"})
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
WITH_FORMER = re.compile(r"(.+?) \((.+)\)\?")
LABEL = re.compile(r"^\s*(?:(?:rewritten|standalone|stand-alone)?\s*question|rewrite)\s*:\s*", re.I)


def standalone_query(question: str, history: Sequence[Message], follows: Callable[[str], bool]) -> str:
    """`question` with the one before it in brackets, if it `follows` that; else as it is.

    A follow-up to a follow-up takes with it what that one went on from. A year or a month in `question` takes the place
    of the one in the question before; a year is counted from it where it is told from it ("the year before").
    """
    return _alone(question, [turn for turn in _turns(history)[-REMEMBERED:] if turn[0]], follows)


def told_before(history: Sequence[Message]) -> frozenset[str]:
    """The lines that the last answer quoted."""
    for message in reversed(history):
        if message.role == "assistant":
            quoted = [message.details.get("quote"), *message.details.get("candidates", [])]
            return frozenset(line for one in quoted if one for line in one["text"].split("\n"))
    return frozenset()


def depends(question: str, models: Models) -> bool:
    """Whether it needs the question before it, in any language.

    "Summarise this" needs none: it is of the document that was shown, or of all. Where it isn't sure, what is asked for
    decides: what there is in the library, what Lamplight can do, and thanks have nothing to do with what was said
    before.
    """
    dependence = models.dependence(question)
    if dependence <= DEPENDS:
        return False
    intent = understand(question, models.intents, models.embedder, models.prepared_multilingual)
    if intent.kind == "summary":
        return intent.detail != "all" and bool(subject(question, "summary", models.intents))
    return dependence >= SURELY_DEPENDS or intent.kind not in APART


def _alone(question: str, turns: Sequence[tuple[str, str, list[str]]], follows: Callable[[str], bool]) -> str:
    """Turns are looked at only as far back as each goes on from the one before: `follows` takes milliseconds."""
    if not turns or not question.strip(MARKS) or not follows(question):
        return question
    *earlier, (asked, told, _) = turns
    before = _without_bare_time(_alone(asked, earlier, follows))
    years = set(YEAR.findall(before))
    base = years or set(YEAR.findall(without_markers(told)))
    if len(base) == 1 and not YEAR.search(question):
        question = with_year_told(question, int(*base))
    named = YEAR.findall(question)
    if len(named) == 1 and len(years) == 1:
        before = YEAR.sub(named[0], before)
    question, before = _with_month_replaced(question, before)
    return f"{question.strip(MARKS)} ({before.strip(MARKS)})?"


def _without_bare_time(query: str) -> str:
    """What "and in January (what was spent in January)?" goes on from: the question in brackets says as much."""
    if (match := WITH_FORMER.fullmatch(query)) is None:
        return query
    own, former = match.groups()
    times = [*periods_of(own).spans, *((date.start, date.end) for date in dates_of(own))]
    words = [word for word in words_of(own) if not any(start <= word.start < end for start, end in times)]
    return former if times and {word.lower for word in words} <= stop_words_of(query) else query


def _with_month_replaced(question: str, before: str) -> tuple[str, str]:
    """A month in the question takes the place of the one in the question before, and has its year unless it has one."""
    named, replaced = dates_of(question), dates_of(before)
    same = {(date.day, date.month, date.year) for date in replaced}
    if len(named) != 1 or len(same) != 1 or not named[0].month or not replaced[0].month:
        return question, before
    date = named[0]
    written = question[date.start : date.end]
    year = YEAR.search(before[replaced[0].start : replaced[0].end])
    if year and not date.year:
        written = f"{written} {year[0]}"
    question = f"{question[: date.start]}{written}{question[date.end :]}"
    for old in reversed(replaced):
        before = f"{before[: old.start]}{written}{before[old.end :]}"
    return question, before


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


def accept_rewrite(question: str, history: Sequence[Message], rewritten: str, otherwise: str) -> str:
    """The model's rewriting if it can be trusted, else `otherwise`.

    It is one line, no longer than a question, keeps the names and numbers of `question`, and brings in nothing
    that neither the question nor the conversation holds.
    """
    line = LABEL.sub("", rewritten.strip()).strip(" \"“”'*")
    if not line or "\n" in line or len(line) > max(LONGEST_REWRITE, len(question) + LONGEST_REWRITE // 2):
        return otherwise
    if len(line.split()) > len(question.split()) + WORDS_ADDED or not _asks(line, question):
        return otherwise
    own = names_of(question) + re.findall(r"\d[\d.,]*", question)
    if any(part.lower() not in line.lower() for part in own):
        return otherwise
    known = " ".join([question, otherwise, *(message.content for message in history), *_documents(history)]).lower()
    brought = names_of(line) + YEAR.findall(line)
    if any(part.lower() not in known for part in brought):
        return otherwise
    return line


def _asks(line: str, question: str) -> bool:
    """A question or a request, not an answer: it ends with "?" or keeps most of the question's own words."""
    own, theirs = _meaning(question), _meaning(line)
    return line.endswith(("?", "\uff1f")) or (not line.endswith(".") and len(own & theirs) * 2 >= len(own))


def _meaning(text: str) -> set[str]:
    return {word.lower for word in words_of(text)} - stop_words_of(text)


def _turns(history: Sequence[Message]) -> list[tuple[str, str, list[str]]]:
    """Question, answer and cited documents of each turn; a question that was never answered has an empty answer.

    Those that were only talk ("thanks!") have an empty question.
    """
    turns: list[tuple[str, str, list[str]]] = []
    for message in history:
        if message.role == "user":
            turns.append((message.content, "", []))
        elif turns:
            asked = "" if message.details.get("kind") == "talk" else turns[-1][0]
            turns[-1] = (asked, message.content, _documents([message]))
    return turns


def _documents(history: Sequence[Message]) -> list[str]:
    cited = (citation["document"] for message in history for citation in message.details.get("citations", []))
    return list(dict.fromkeys(cited))
