"""What was bought, as the lines of a receipt have it: a name, and its amounts in the line beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from lamplight.library.records import Document, Passage
from lamplight.models.reader import LineScore
from lamplight.rag.balance import AMOUNT
from lamplight.rag.context import whole
from lamplight.rag.extraction import AnswerLine, best_score
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import MINUS
from lamplight.rag.lexicon.papers import ANY_PAPERS, PAPERS
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.passages import Selection
from lamplight.rag.query import WORD, stop_words_of
from lamplight.rag.requests.fields import FieldValue
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.requests.shops import is_said, of_shop
from lamplight.rag.sentences import LETTERS, Sentence, stems, units_of

FIRST_AMOUNTS = 3  # one of them is the first item's
NEAR = 2  # lines between what something is called and its amounts: a code may stand there
FEWEST = 2  # words of an item that a question says: "total" alone is no item
LIKE = 0.6  # of the words of the question that stand in any document
SHOWN = 2  # items
ONE, SEVERAL = 1, 2  # items that come to a total


def with_items_named(selection: Selection, request: Request, materials: Materials) -> Selection:
    """With the items that a question names and the amounts beside them, where no line of theirs surely answers.

    The reader looks at one line at a time, and knows not what the amounts in the next one are for. That they are what
    is asked for isn't sure.
    """
    if request.mode != "documents":
        return selection
    lines = list(_passed_over(selection, request, materials))
    if not lines and not selection.sure:
        lines = list(_items_named(selection, request, materials))
    if not lines:
        return selection
    known = list(selection.lines)
    score = max(best_score(known), 0.0)
    passages = list(selection.passages)
    first: list[AnswerLine] = []
    for line in lines[:SHOWN]:
        passage = next((one for one in passages if one.id == line.passage.id), None)
        if passage is None:
            passage = replace(line.passage, marker=len(passages) + 1)
            passages.append(passage)
        first.append(AnswerLine(replace(line, passage=passage), LineScore(score, 0, 0, 0.0), score))
    return replace(selection, passages=passages, lines=[*first, *known], answerable=True, sure=False)


def _passed_over(selection: Selection, request: Request, materials: Materials) -> Iterator[Sentence]:
    """Where an amount would be told: the item on its paper that has all words the question shares with the paper."""
    first = selection.lines[0].sentence if selection.lines else None
    paper = next((one for one in request.documents if first and one.id == first.passage.document_id), None)
    if first is None or paper is None or not AMOUNT.search(first.text) or not may_be_paper(paper, materials):
        return
    _, shop = of_shop(request.query, request.documents, materials, request.lookup)
    wanted = {word for word in _words_for_items(request, shop) if paper.id in request.lookup.holding([word])}
    if wanted and stems(" ".join(wanted)).isdisjoint(stems(first.text)):
        yield from (line for share, line in _priced(paper, wanted, selection, materials) if share == 1)


def _items_named(selection: Selection, request: Request, materials: Materials) -> Iterator[Sentence]:
    """The likeliest ones, each with the lines up to its amounts."""
    papers, shop = of_shop(request.query, request.documents, materials, request.lookup)
    wanted = _words_for_items(request, shop)
    if len(wanted) < FEWEST:
        return
    held = request.lookup.holding(sorted(wanted))
    within = {paper.id for paper in papers} or {passage.document_id for passage in selection.search.found}
    named = [one for one in request.documents if one.id in held and one.id in within and may_be_paper(one, materials)]
    least = FEWEST / len(wanted)
    found = [(share, line) for one in named for share, line in _priced(one, wanted, selection, materials)]
    best = max((share for share, _ in found), default=0.0)
    yield from (line for share, line in found if share == best >= max(LIKE, least))


def _words_for_items(request: Request, shop: frozenset[str]) -> frozenset[str]:
    """The words of a question that stand in any document and don't say which paper is meant, in lower case."""
    kept = list(request.query)
    for date in dates_of(request.query):
        kept[date.start : date.end] = " " * (date.end - date.start)
    silent = stop_words_of(request.query) | PAPERS | ANY_PAPERS
    words = {match[0].lower() for match in WORD.finditer("".join(kept)) if not is_said(match[0], shop)} - silent
    return frozenset(word for word in words if request.lookup.holding([word]))


def _priced(
    paper: Document, words: Collection[str], selection: Selection, materials: Materials
) -> Iterator[tuple[float, Sentence]]:
    """The lines without amounts and their shares of the words, with those up to the amounts before and behind."""
    wanted = stems(" ".join(words))
    found = (one for one in selection.passages if one.document_id == paper.id)
    first = [*found, *materials.library.passages.of(paper.id, 1)][0]
    is_picture = first.kind == "image"  # its first line says what it shows
    lines = units_of(whole(first, materials.library))[1:] if is_picture else materials.lines(paper)
    priced = [place for place, line in enumerate(lines) if AMOUNT.search(line.text)]
    for place, line in enumerate(lines):
        share = len(wanted & stems(line.text)) / len(wanted)
        if place in priced or not share:
            continue
        before = max((other for other in priced if place - NEAR <= other < place), default=place)
        behind = min((other for other in priced if place < other <= place + NEAR), default=place)
        if before < behind:
            yield share, _together(lines[before : behind + 1])


def _together(lines: Sequence[Sentence]) -> Sentence:
    boxes = [box for line in lines for box in line.boxes]
    return Sentence(lines[0].passage, "\n".join(line.text for line in lines), boxes)


def bought(document: Document, materials: Materials) -> FieldValue:
    """The lines of what was bought, in one; empty where no amounts add up to a total.

    Where they begin and end is told by that sum alone, so that no word for "total" need be known.
    """
    lines = materials.lines(document)
    amounts = [(place, value) for place, line in enumerate(lines) if (value := _last_amount(line.text)) is not None]
    for first in range(min(FIRST_AMOUNTS, len(amounts))):
        if end := _end_of_sum(amounts[first:], least=ONE if first == 0 else SEVERAL):
            start = amounts[first][0]
            begins = start - 1 if start and LETTERS.search(lines[start - 1].text) else start
            items = _on_one_passage(lines[begins:end])
            return FieldValue("; ".join(line.text for line in items), _together(items))
    return FieldValue()


def _end_of_sum(amounts: Sequence[tuple[int, Decimal]], least: int) -> int:
    """Where the last amount stands that is the sum of all before it, `least` at least; 0 where there is none."""
    sums = list(accumulate(value for _, value in amounts))
    ends = [
        place
        for together, (place, value) in zip(sums[least - 1 :], amounts[least:], strict=False)
        if value == together > 0
    ]
    return max(ends, default=0)


def _on_one_passage(lines: Sequence[Sentence]) -> Sequence[Sentence]:
    """Those on the passage of the last one: what a marker rests on is one."""
    passage: Passage = lines[-1].passage
    return [line for line in lines if line.passage.id == passage.id]


def _last_amount(text: str) -> Decimal | None:
    """The last one of a line, less than nothing behind a minus."""
    matches = list(AMOUNT.finditer(text))
    value = only_number(matches[-1][0]) if matches else None
    if value is None:
        return None
    return -value if text[: matches[-1].start()].rstrip()[-1:] in ("-", *MINUS) else value
