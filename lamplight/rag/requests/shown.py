"""Follow-ups to a list or table that was shown: "the second one", "and its total?", "only those over 50".

What they mean is told by what was shown (`follow_up`); with one word left over it is another question, which may be
about the document of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lamplight.library.records import Document, Message, Passage
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Citation, Event, Rows, ScanProgress
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.papers import in_english
from lamplight.rag.requests.fields import FieldValue, read_field, summed
from lamplight.rag.requests.follow_up import FollowUp, follow_up_of, order_of
from lamplight.rag.requests.paper_times import times_of
from lamplight.rag.requests.request import AnswerSteps, CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.told_lists import as_markdown
from lamplight.rag.requests.values import value_named
from lamplight.rag.retriever import Scope
from lamplight.rag.sentences import Sentence

MOST_LEFT = 4  # words that ask for something of a row
FEWEST_SORTED = 2  # rows that say what they are sorted by

Key = tuple[Any, ...] | None
"""By which a row is sorted; those without one come last."""


@dataclass(frozen=True, slots=True)
class RowQuestion:
    """A question about what one of the rows is about: as it stands alone, and where to look."""

    query: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Column:
    """One more than was shown, with what each row's document says."""

    name: str
    cells: list[FieldValue]


class Shown:
    """The list or table of the answer before, with what its cells rest on."""

    def __init__(self, rows: Rows, passages: Sequence[Passage], citations: Sequence[Citation]) -> None:
        self.rows = rows
        if len(rows.sources) != len(rows.rows):  # from before cells had them
            self.rows = replace(rows, sources=[[0] * len(row) for row in rows.rows])
        self._passages = {one.marker: one for one in passages}
        self._citations = citations

    @classmethod
    def of(cls, message: Message, successor: Callable[[int], int] = int) -> Shown:
        """What a message has. `successor` tells the number of a document that was read anew since."""
        stored = [_passage(one) for one in message.details.get("passages", [])]
        passages = [replace(one, document_id=successor(one.document_id)) for one in stored]
        citations = [Citation(**one) for one in message.details.get("citations", [])]
        return cls(Rows(**message.details["rows"]), passages, citations)

    def sentence(self, marker: int, cell: str) -> Sentence | None:
        """What a cell rests on."""
        passage = self._passages.get(marker)
        own = [one for one in self._citations if int(one.marker) == marker]
        cited = next((one for one in own if cell and cell in one.text), own[0] if own else None)
        if passage is None or cited is None:
            return None
        return Sentence(passage, cited.text, [(left, top, right, bottom) for left, top, right, bottom in cited.boxes])

    @property
    def documents(self) -> list[int | None]:
        """The id of the document that each row is about."""
        markers = [next(filter(None, own), 0) for own in self.rows.sources]
        return [self._passages[marker].document_id if marker in self._passages else None for marker in markers]

    @property
    def is_of_documents(self) -> bool:
        """Whether each row is about a document of its own; else they are items or rows of one."""
        return None not in self.documents and len(set(self.documents)) == len(self.rows.rows)

    def name(self, number: int) -> str:
        """What a row is called: the words that tell it from the others, an item as it stands in its document."""
        rows, row = self.rows.rows, self.rows.rows[number]
        if len(rows) == 1 and len(row) > 1 and self._is_line(row[1], self.rows.sources[number][1]):
            return row[1]
        for place, cell in enumerate(row):
            if any(map(str.isalpha, cell)) and sum(other[place] == cell for other in rows) == 1:
                return cell
        return " ".join(row)

    def _is_line(self, cell: str, marker: int) -> bool:
        sentence = self.sentence(marker, cell)
        return sentence is not None and cell == " ".join(sentence.text.split())


def shown_in(history: Sequence[Message], successor: Callable[[int], int] = int) -> Shown | None:
    """What the last answer showed; None if that was neither a list nor a table."""
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    if last is None or not (last.details.get("rows") or {}).get("rows"):
        return None
    return Shown.of(last, successor)


def follow(
    request: Request, shown: Shown, materials: Materials
) -> Generator[Event, None, DirectAnswer | RowQuestion | None]:
    """What was asked about the rows shown, or the question about one of them that it is; None for any other question.

    One that came with a file, or was asked of other documents, is about these.
    """
    if request.scope.attached or (request.scope.chosen and not _is_inside(shown, request.scope)):
        return None
    asked = follow_up_of(request.question, shown.rows)
    if asked is None or (asked.left and not shown.rows.columns[0]):  # rows of a report are no documents to be asked
        return None
    if asked.pick is not None:
        if asked.left:
            return _about(asked.pick, asked, request, shown)
        return _told([asked.pick], shown, request, request.say("number", asked.pick + 1))
    if asked.order:
        return (yield from _sorted(asked, request, shown, materials))
    if asked.limits:
        return _limited(asked, request, shown) if not asked.left else None
    return _of_the_one(asked, request, shown)


def _is_inside(shown: Shown, scope: Scope) -> bool:
    return scope.documents is None or scope.documents.issuperset(filter(None, shown.documents))


def _of_the_one(asked: FollowUp, request: Request, shown: Shown) -> DirectAnswer | RowQuestion | None:
    """ "And its total?" of the one row that is shown; "and in March?" is about others."""
    if len(shown.rows.rows) != 1 or not asked.owns or any(times_of(asked.text)):
        return None
    if asked.left:
        return _about(0, asked, request, shown)
    if asked.columns:
        return _told([0], shown, request, escape_markdown(shown.rows.rows[0][asked.columns[-1]]) + ":")
    return None


def _about(number: int, asked: FollowUp, request: Request, shown: Shown) -> RowQuestion | None:
    """A question about the document of a row, if it may still be looked at, and about its item if it is one of many."""
    document = shown.documents[number]
    if len(asked.left) > MOST_LEFT or document not in {one.id for one in request.documents}:
        return None
    scope = replace(request.scope, documents=frozenset({document}))
    return RowQuestion(asked.naming(shown.name(number)), scope)


def _sorted(asked: FollowUp, request: Request, shown: Shown, materials: Materials) -> AnswerSteps:
    rows, extra = shown.rows, None
    if not asked.left:
        place = asked.columns[-1] if asked.columns else _column_of_amounts(rows)
        column, keys = rows.columns[place], [_key(row[place]) for row in rows.rows]
    elif shown.is_of_documents:
        column = " ".join(asked.left)
        extra = Column(column, (yield from _read(column, request, shown, materials)))
        keys = [_key(cell.text) for cell in extra.cells]
        if not any(keys) and not request.lease.cancelled():
            return None
    else:
        column = " ".join(asked.left)
        keys = _said_in(rows, column, materials)
        if len(keys) - keys.count(None) < FEWEST_SORTED:
            return None
    filled = [number for number, key in enumerate(keys) if key is not None]
    order = sorted(filled, key=lambda number: keys[number] or (), reverse=asked.descending)
    order += [number for number, key in enumerate(keys) if key is None]
    return _told(order, shown, request, request.say("sorted", column=escape_markdown(column)), extra)


def in_order(told: DirectAnswer, telling: Sequence[str], request: Request, materials: Materials) -> AnswerSteps:
    """A list in the order that the request itself asks for, if it does and the rows say it; else as it was told.

    `telling` are the words that say what the request is about.
    """
    asked = order_of(in_english(request.query), telling, told.rows) if told.rows is not None else None
    if asked is None or told.rows is None:
        return told
    ordered = yield from _sorted(asked, request, Shown(told.rows, told.passages, told.citations), materials)
    if ordered is None or request.lease.cancelled():
        return told
    head, _, rest = told.text.partition("\n\n")
    notes = rest.split("\n\n")[1:] if rest.startswith("|") else []
    return replace(ordered, text="\n\n".join([head, ordered.text, *notes]))


def _read(name: str, request: Request, shown: Shown, materials: Materials) -> Generator[Event, None, list[FieldValue]]:
    """What each row's document says of something that was not shown; nothing of those after the person's stop."""
    known: dict[int | None, Document] = {document.id: document for document in request.documents}
    cells: list[FieldValue] = []
    for number, document_id in enumerate(shown.documents):
        yield ScanProgress(number, len(shown.documents))
        silent = document_id not in known or request.lease.cancelled()
        cells.append(FieldValue() if silent else read_field(name, known[document_id], materials, request.lookup))
    return cells


def _said_in(rows: Rows, name: str, materials: Materials) -> list[Key]:
    """The first date or amount that each row says, if that is what `name` calls."""
    value = value_named(in_english(name), materials.models.embedder)
    telling = [place for place in range(len(rows.columns)) if len({row[place] for row in rows.rows}) > 1]
    if value is None or value.key is None:
        return [None] * len(rows.rows)
    return [value.key(" ".join(row[place] for place in telling)) for row in rows.rows]


def _key(cell: str) -> Key:
    dates = [date for date in dates_of(cell) if date.year]
    if dates:
        return 0, (dates[0].year, dates[0].month, dates[0].day)
    amount = only_number(cell)
    if amount is not None:
        return 1, amount
    return (2, cell.casefold()) if cell else None


def _limited(asked: FollowUp, request: Request, shown: Shown) -> DirectAnswer:
    place = asked.columns[-1] if asked.columns else _column_of_amounts(shown.rows)
    kept = []
    for number, row in enumerate(shown.rows.rows):
        amount = only_number(row[place])
        over = asked.over is None or (amount is not None and amount > asked.over)
        under = asked.under is None or (amount is not None and amount < asked.under)
        if over and under:
            kept.append(number)
    if not kept:
        return DirectAnswer(request.say("nothing like it"), refused=True)
    return _told(kept, shown, request, request.say("fitting", len(kept), all=len(shown.rows.rows)))


def _column_of_amounts(rows: Rows) -> int:
    counts = [sum(only_number(row[place]) is not None for row in rows.rows) for place in range(len(rows.columns))]
    return max(range(1, len(counts)), key=lambda place: counts[place], default=0)


def _told(
    numbers: Sequence[int], shown: Shown, request: Request, heading: str, extra: Column | None = None
) -> DirectAnswer:
    """Some of the rows, in this order, with what they rest on; and one column more."""
    citations = CitationList()
    rows, marks = [], []
    for number in numbers:
        row, own = list(shown.rows.rows[number]), list(shown.rows.sources[number])
        marks.append([citations.number(shown.sentence(mark, cell)) for cell, mark in zip(row, own, strict=True)])
        rows.append(row)
        if extra is not None:
            rows[-1].append(extra.cells[number].text)
            marks[-1].append(citations.number(extra.cells[number].sentence))
    columns = [*shown.rows.columns, *([extra.name] if extra else [])]
    sums = ["", *(summed([row[place] for row in rows]) for place in range(1, len(columns)))]
    table = Rows(columns, rows, sums if shown.rows.sums and len(rows) > 1 else [], marks)
    return citations.told(f"{heading}\n\n{as_markdown(table, request)}", table)


def _passage(stored: dict[str, Any]) -> Passage:
    known = {name: value for name, value in stored.items() if name in Passage.__dataclass_fields__}
    boxes = [tuple(box) for box in known.pop("boxes", [])]
    return Passage(**known | {"boxes": boxes, "furniture": tuple(known.get("furniture", ()))})
