"""What one litre, hour or kilogram costs: a price of the whole is no answer to that."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache

from lamplight.languages import ENGLISH, FOLDER
from lamplight.rag.balance import AMOUNT
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.lexicon.numbers import CODES, SIGNS
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.passages import Selection
from lamplight.rag.request_language import any_language_of
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.sentences import Sentence, stems, units_of

PER_UNITS = FOLDER / "per_units.json"
""" "Per litre", "per hour" and the like in each language, by the Unicode consortium; by `python -m localisation`."""
CURRENCY = rf"(?:[{SIGNS}]|\b(?:{CODES}))"
RATE = re.compile(rf"(?P<price>(?:{CURRENCY}\s?)?\d[\d.,]*(?:\s?{CURRENCY})?)\s*/\s*(?P<unit>[^\W\d_]+)")


def with_unit_price(selection: Selection, request: Request, materials: Materials) -> Selection:
    """With the price of one unit of what the question asks first, where the likeliest line of a paper has another one.

    That one isn't sure, whatever the reader says: it finds an amount on every receipt.
    """
    if not selection.lines or not AMOUNT.search(selection.lines[0].sentence.text):
        return selection
    first = selection.lines[0]
    passage = first.sentence.passage
    paper = next((one for one in request.lookup.documents if one.id == passage.document_id), None)
    if paper is None or not may_be_paper(paper, materials):
        return selection
    told = stems(first.sentence.text)
    rates = [
        (line, found)
        for line in units_of(passage)
        for found in RATE.finditer(line.text)
        if stems(found["unit"]) and stems(found["unit"]) <= stems(request.query) - told
    ]
    if len(rates) == 1:
        return replace(selection, lines=[_as_answer(first, *rates[0]), *selection.lines])
    asked = asks_per_unit(request.query)
    return replace(selection, sure=False) if selection.sure and asked and not asked & told else selection


def _as_answer(first: AnswerLine, line: Sentence, found: re.Match[str]) -> AnswerLine:
    start, end = found.span("price")
    return AnswerLine(line, replace(first.reading, start=start, end=end, probability=1.0), first.score)


def asks_per_unit(question: str) -> frozenset[str]:
    """The stems of the words by which a question asks for what one unit of something costs; empty if it doesn't."""
    known = _per_units()
    phrases = [*known.get(any_language_of(question), ()), *known[ENGLISH]]
    text = question.lower()
    said = [phrase for phrase in phrases if re.search(rf"(?<!\w){re.escape(phrase)}", text)]
    return frozenset(stem for phrase in said for stem in stems(phrase.split()[-1]))


@lru_cache(maxsize=1)
def _per_units() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(PER_UNITS.read_text(encoding="utf-8"))
    return loaded
