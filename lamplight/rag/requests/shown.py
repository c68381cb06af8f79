"""Follow-ups to a list or table that was shown: "the second one", "and its total?", "only those over 50".

What they mean is told by what was shown: every word has to be a place in it, a column, a limit, or one of the little
words in between; with one word left over it is another question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from lamplight.library.records import Message, Passage
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.papers import PAPERS
from lamplight.rag.lexicon.pointing import DOWN, LITTLE, MONEY, NUMBERS, ORDINALS, OVER, OWN, SORT, UNDER
from lamplight.rag.lists.parts import same_word
from lamplight.rag.requests.fields import QUESTION, read_field, summed
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.told_lists import as_markdown
from lamplight.rag.retriever import Scope
from lamplight.rag.sentences import Sentence

TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d[\d.,]*|[^\W\d_]+|[<>]=?|[€$£¥#]")
MOST_WORDS = 10  # of a follow-up
MOST_LEFT = 4  # of them that ask for something of the row


@dataclass(slots=True)
class Plan:
    """What is to be done with the rows; `left` are words that mean none of it."""

    pick: int | None = None
    order: bool = False
    descending: bool = False
    over: Decimal | None = None
    under: Decimal | None = None
    columns: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    points: bool = False


class Shown:
    """The list or table of the answer before, with what its cells rest on."""

    def __init__(self, message: Message) -> None:
        self.rows = Rows(**message.details["rows"])
        self._passages = {int(one["marker"]): one for one in message.details.get("passages", [])}
        self._citations = message.details.get("citations", [])
        if len(self.rows.sources) != len(self.rows.rows):  # from before cells had them
            self.rows = replace(self.rows, sources=[[0] * len(row) for row in self.rows.rows])

    def sentence(self, marker: int, cell: str) -> Sentence | None:
        """What a cell rests on."""
        stored = self._passages.get(marker)
        own = [one for one in self._citations if int(one["marker"]) == marker]
        cited = next((one for one in own if cell and cell in one["text"]), own[0] if own else None)
        if stored is None or cited is None:
            return None
        return Sentence(_passage(stored), cited["text"], [tuple(box) for box in cited["boxes"]])

    def document(self, number: int) -> int | None:
        """The id of the document that a row is about."""
        marker = next(filter(None, self.rows.sources[number]), 0)
        return int(self._passages[marker]["document_id"]) if marker in self._passages else None


def shown_in(history: Sequence[Message]) -> Shown | None:
    """What the last answer showed; None if that was neither a list nor a table."""
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    return Shown(last) if last is not None and (last.details.get("rows") or {}).get("rows") else None


def follow(request: Request, shown: Shown, materials: Materials) -> DirectAnswer | None:
    """What was asked about the rows shown; None for any other question, or with the request made one about a row."""
    plan = _plan(request.question, shown.rows)
    if plan is None or (plan.left and not shown.rows.columns[0]):  # rows of a report are no documents to be asked
        return None
    if plan.pick is None and not plan.order and plan.over is None and plan.under is None:
        return _of_the_one(plan, request, shown, materials)
    if plan.pick is not None:
        if plan.left:
            _ask_about(plan.pick, plan.left, request, shown)
            return None
        return _told([plan.pick], shown, request, request.say("number", plan.pick + 1))
    if plan.order:
        return _sorted(plan, request, shown, materials)
    return _limited(plan, request, shown) if not plan.left else None


def _plan(text: str, rows: Rows) -> Plan | None:
    tokens = TOKEN.findall(text.lower())
    plan = Plan()
    if not 0 < len(tokens) <= MOST_WORDS:
        return None
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        plan.points = plan.points or token in OWN
        if (number := _place(token, before, after, len(rows.rows))) is not None:
            plan.pick = number
        elif token in SORT or token in DOWN:
            plan.order, plan.descending = plan.order or token in SORT, plan.descending or token in DOWN
        elif token[0].isdigit() and (amount := only_number(token)) is not None:
            above, below = _last_of(tokens[:place], OVER), _last_of(tokens[:place], UNDER)
            if above == below:
                return None
            plan.over, plan.under = (amount, plan.under) if above > below else (plan.over, amount)
        elif columns := [index for index, name in enumerate(rows.columns) if _in(token, name)]:
            plan.columns += columns
        elif token not in LITTLE | OVER | UNDER | MONEY | NUMBERS | PAPERS:
            plan.left.append(token)
    return plan


def _place(token: str, before: str, after: str, count: int) -> int | None:
    """The row that an ordinal or "number 3" points at; an ordinal belongs to no other word: "the second quarter"."""
    number = ORDINALS.get(token)
    if number is not None and (not after or after in LITTLE or after in PAPERS):
        number = number or count
    elif token.isdigit() and (before in NUMBERS or before == "#"):
        number = int(token)
    else:
        return None
    return number - 1 if 1 <= number <= count else None


def _last_of(tokens: Sequence[str], words: frozenset[str]) -> int:
    return max((place for place, token in enumerate(tokens) if token in words), default=-1)


def _in(token: str, name: str) -> bool:
    return any(same_word(token, word) for word in re.findall(r"[^\W\d_]+", name.lower()))


def _of_the_one(plan: Plan, request: Request, shown: Shown, materials: Materials) -> DirectAnswer | None:
    """ "And its total?" of the one row that is shown."""
    if len(shown.rows.rows) != 1 or not plan.points or len(plan.left) > MOST_LEFT:
        return None
    if plan.columns and not plan.left:
        return _told([0], shown, request, escape_markdown(shown.rows.rows[0][plan.columns[-1]]) + ":")
    if plan.left:
        _ask_about(0, plan.left, request, shown)
    return None


def _ask_about(number: int, left: Sequence[str], request: Request, shown: Shown) -> None:
    """Make it a question about the document of a row, and about its item if that is what was listed."""
    document = shown.document(number)
    if document is None or len(left) > MOST_LEFT:
        return
    row = shown.rows.rows[number]
    named = [row[1]] if len({one[0] for one in shown.rows.rows}) < len(shown.rows.rows) and len(row) > 1 else []
    request.scope = Scope(documents=frozenset({document}))
    request.query = QUESTION.format(" ".join([*left, *named]))


def _sorted(plan: Plan, request: Request, shown: Shown, materials: Materials) -> DirectAnswer | None:
    rows = shown.rows
    if plan.left:
        read = _with_column(" ".join(plan.left), shown, request, materials)
        if read is None:
            return None
        keys, column = read, " ".join(plan.left)
    else:
        place = plan.columns[-1] if plan.columns else _column_of_amounts(rows)
        keys, column = [row[place] for row in rows.rows], rows.columns[place]
    order = sorted(range(len(rows.rows)), key=lambda number: _key(keys[number]), reverse=plan.descending)
    order = [number for number in order if keys[number]] + [number for number in order if not keys[number]]
    extra = (column, keys) if plan.left else None
    return _told(order, shown, request, request.say("sorted", column=escape_markdown(column)), extra)


def _with_column(name: str, shown: Shown, request: Request, materials: Materials) -> list[str] | None:
    """What each row's document says of something that was not shown."""
    cells = []
    for number in range(len(shown.rows.rows)):
        document_id = shown.document(number)
        document = materials.library.documents.get(document_id) if document_id is not None else None
        cells.append(read_field(name, document, materials, request.lookup).text if document else "")
    return cells if any(cells) else None


def _key(cell: str) -> tuple[int, Any]:
    dates = [date for date in dates_of(cell) if date.year]
    if dates:
        return 0, (dates[0].year, dates[0].month, dates[0].day)
    amount = only_number(cell)
    return (1, amount) if amount is not None else (2, cell.casefold())


def _limited(plan: Plan, request: Request, shown: Shown) -> DirectAnswer:
    place = plan.columns[-1] if plan.columns else _column_of_amounts(shown.rows)
    kept = []
    for number, row in enumerate(shown.rows.rows):
        amount = only_number(row[place])
        over = plan.over is None or (amount is not None and amount > plan.over)
        under = plan.under is None or (amount is not None and amount < plan.under)
        if over and under:
            kept.append(number)
    if not kept:
        return DirectAnswer(request.say("nothing like it"), refused=True)
    return _told(kept, shown, request, request.say("fitting", len(kept), all=len(shown.rows.rows)))


def _column_of_amounts(rows: Rows) -> int:
    counts = [sum(only_number(row[place]) is not None for row in rows.rows) for place in range(len(rows.columns))]
    return max(range(1, len(counts)), key=lambda place: counts[place], default=0)


def _told(
    numbers: Sequence[int],
    shown: Shown,
    request: Request,
    heading: str,
    extra: tuple[str, Sequence[str]] | None = None,
) -> DirectAnswer:
    """Some of the rows, in this order, with what they rest on; and one column more."""
    citations = CitationList()
    rows, marks = [], []
    for number in numbers:
        row, own = list(shown.rows.rows[number]), list(shown.rows.sources[number])
        marks.append([citations.number(shown.sentence(mark, cell)) for cell, mark in zip(row, own, strict=True)])
        rows.append(row)
        if extra is not None:
            rows[-1].append(extra[1][number])
            marks[-1].append(0)
    columns = [*shown.rows.columns, *([extra[0]] if extra else [])]
    sums = ["", *(summed([row[place] for row in rows]) for place in range(1, len(columns)))]
    table = Rows(columns, rows, sums if shown.rows.sums and len(rows) > 1 else [], marks)
    return citations.told(f"{heading}\n\n{as_markdown(table, request)}", table)


def _passage(stored: dict[str, Any]) -> Passage:
    known = {name: value for name, value in stored.items() if name in Passage.__dataclass_fields__}
    boxes = [tuple(box) for box in known.pop("boxes", [])]
    return Passage(**known | {"boxes": boxes, "furniture": tuple(known.get("furniture", ()))})
