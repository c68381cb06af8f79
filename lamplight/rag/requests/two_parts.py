"""Two questions in one: "How many boxes did we get, and who sold them?" Each is answered with the line it stands in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from lamplight.languages import FOLDER
from lamplight.languages.parallel_text import question_openings, usual_words
from lamplight.library.records import Passage
from lamplight.rag.answer_plan import plan_of
from lamplight.rag.composition import computed, escape_markdown
from lamplight.rag.events import Citation, ScanProgress
from lamplight.rag.finding import Finding
from lamplight.rag.lists.answer import several_asked
from lamplight.rag.query import STOP_WORDS, WORD, without_former
from lamplight.rag.quotation import quotation_markdown, quoted
from lamplight.rag.request_language import any_language_of
from lamplight.rag.requests.list_instead import ASKS_FOR_SEVERAL
from lamplight.rag.requests.request import AnswerSteps, DirectAnswer, Materials, Request

CONJUNCTIONS = FOLDER / "conjunctions.json"
"""The word for "and" in each language, by the Unicode consortium; made by `python -m localisation`."""
FIRST_WORDS = 3  # at least: "when and where was it?" is one question
OPENS = 2  # the question word is one of so many that the second part begins with: "in how many"
MARKS = " ?!.,;¿\uff1f"
MARKER = re.compile(r"\[(\d+)\]")


def two_parts(request: Request, materials: Materials) -> AnswerSteps:
    """None where it is one question, one line answers both, or the same rows add up to both.

    A large model answers both at once, and better. "Which defects are to be mended, and by when?" is one: each row of a
    list answers both.
    """
    parts = parts_of(request.query) if request.intent.detail != "sum" else []
    if len(parts) < 2 or request.mode != "documents" or plan_of(materials.models.language_model).structured:
        return None
    vector = request.lookup.vectors.encode_queries([request.query])[0]
    if several_asked(request.query, vector, materials.models) >= ASKS_FOR_SEVERAL:
        return None
    told = _Told()
    first, second = parts
    lines: list[str] = []
    for number, query in enumerate((f"{first}?", f"{second} ({first})?")):
        if request.lease.cancelled():
            return None
        yield ScanProgress(number, len(parts))
        finding = materials.finder.find(query, request.scope)
        line = told.add(parts[number], finding, request)
        if not line or line in lines:
            return None
        lines.append(line)
    return told.answer()


def parts_of(question: str) -> list[str]:
    """The two questions that a conjunction joins, the second of which begins as questions do; else nothing."""
    language = any_language_of(question)
    word = _conjunctions().get(language, "")
    if not word or without_former(question) != question:
        return []
    for match in re.finditer(rf"(?<=\W)(?:{re.escape(word)}|&)(?=\s)", question, re.IGNORECASE):
        first, second = question[: match.start()].strip(MARKS), question[match.end() :].strip(MARKS)
        if _opens(second, language) and len(WORD.findall(first)) >= FIRST_WORDS and _holds_opening(first, language):
            return [first, second]
    return []


def _opens(part: str, language: str) -> bool:
    """Whether one of a part's first words opens a question, and isn't its last: "explain why" asks nothing by itself.

    Before it stands a preposition at most, "in which": in "and salaries are" it opens none.
    """
    words = [word.lower() for word in WORD.findall(part)]
    openings, stop_words = question_openings(language), STOP_WORDS | usual_words(language)
    for place in range(min(OPENS, len(words) - 1)):
        if words[place] in openings:
            return True
        if words[place] not in stop_words:
            return False
    return False


def _holds_opening(part: str, language: str) -> bool:
    """Whether a part is a question itself: "The Rhine flows between France and what other country?" is one alone."""
    return not question_openings(language).isdisjoint(word.lower() for word in WORD.findall(part))


class _Told:
    """What is told of each part, its markers counted on."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._passages: list[Passage] = []
        self._citations: list[Citation] = []
        self._unsure = False

    def add(self, part: str, finding: Finding, request: Request) -> str:
        """Returns the line that answers a part likeliest, "" where nothing does."""
        selection = finding.selection
        if finding.computation is not None:
            composed, passages = computed(finding.computation, selection.passages)
            text, citations = composed.text, composed.citations
        else:
            opening = quoted(selection, request.say("unsure")) if selection.answerable else None
            if opening is None:
                return ""
            passages, citations = finding.passages, opening.citations
            text = quotation_markdown(opening, passages)
            self._unsure = self._unsure or bool(opening.lead)
        self._texts.append(
            f"**{escape_markdown(part[:1].upper() + part[1:])}?**\n\n{self._renumbered(text, passages, citations)}"
        )
        return citations[0].text

    def _renumbered(self, text: str, passages: Sequence[Passage], citations: Sequence[Citation]) -> str:
        numbers: dict[int, int] = {}
        for passage in passages:
            if any(citation.marker == passage.marker for citation in citations):
                known = next((one for one in self._passages if one.id == passage.id), None)
                if known is None:
                    known = replace(passage, marker=len(self._passages) + 1)
                    self._passages.append(known)
                numbers[passage.marker] = known.marker
        self._citations += [replace(one, marker=numbers.get(one.marker, one.marker)) for one in citations]
        return MARKER.sub(lambda match: f"[{numbers.get(int(match[1]), int(match[1]))}]", text)

    def answer(self) -> DirectAnswer:
        """Both parts, one below the other."""
        return DirectAnswer("\n\n".join(self._texts), self._passages, self._citations, unsure=self._unsure)


@lru_cache(maxsize=1)
def _conjunctions() -> dict[str, str]:
    loaded: dict[str, str] = json.loads(CONJUNCTIONS.read_text(encoding="utf-8"))
    return loaded
