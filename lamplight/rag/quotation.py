"""What a person sees first: the answer as short as the question allows, and the line or rows it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lamplight.library.records import Passage
from lamplight.rag.columns import SEPARATOR, Span, header_row_of, named_cell, names_columns, paired_cell, year_cell
from lamplight.rag.events import Citation
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.grounding import cite, unit_note
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import CODES
from lamplight.rag.listed import joined, rows_named, with_items
from lamplight.rag.passages import Selection
from lamplight.rag.periods import YEAR
from lamplight.rag.query import STOP_WORDS, TOKEN
from lamplight.rag.sentences import ANNOUNCES, Sentence, item_mark, stems, units_of
from lamplight.rag.tables.cells import BLANKS

SURE = 0.5  # of the reader that the answer is exactly this part of its line; below it the line itself is the answer
LIKELY = 1.0  # log-odds of a line: below them it is shown as it is, since a short answer looks surer
# In prose of annual reports that it never saw the reader is sure of a part in one line of six, and wrong in one case
# of six. So a sentence is the answer as it is; rows, forms and receipts are what may be shortened.
SENTENCE_ENDS = (".", "!", "?", "\u3002")
# Of a table's rows the reader is sure too easily: what is asked of tables has often to be counted or compared.
SURE_OF_CELL = 0.8
LIKELY_ROW = 1.5
MOST_OF_IT = 0.8  # of a line: a part so long is no shorter answer
# Lines that are shown where none surely answers, and log-odds that one may be behind the likeliest: of 328 questions
# the right line is then seen in .72, first in .60, and 2.6 lines are shown.
CANDIDATES, BEHIND, FAR_BEHIND = 3, 2.0, 4.0
# Log-odds less at most of the line beside one that surely answers, to be told with it: of 98 such lines (household
# papers in five languages) seven then have another one with them, and four of these say what the first doesn't.
BESIDE = 1.5
OTHERS, OTHERS_LIKELY = 4, -3.0  # lines, and the log-odds of each at least, for whoever wants to see more than one
CURRENCY_BEFORE = re.compile(rf"(?:(?:\b[A-Z]{{1,3}})?\$|[€£¥]|\b(?:{CODES}))\s?[-–(]?$")
UNIT_AFTER = re.compile(
    rf"\s?(?:%|[€£¥]|(?:{CODES})\b|(?:(?:thousand|million|billion|trillion|dollar|euro|pound)s?|yen|ringgit)\b)"
)
COUNTED = re.compile(r"\s?(?:°[CF]\b|[^\W\d_]+)")
BEGINS_A_ROW = re.compile(r" \| |[:\uff1a]\s*")
IN_A_ROW = re.compile(r"(?:[^,;\u3001\uff0c\uff1b]|,(?=\d))+")
EDGES = " \t,;:.|"
LOSS = re.compile(r"\([^\s()]*\d[\d.,]*\)")
CLOSES = {")": "(", "]": "[", "”": "“", '"': '"'}


@dataclass(frozen=True, slots=True)
class Quotation:
    """`citation` is the line that answers, with the items it announces; `header_row` names the columns of a row.

    `short` is the answer itself, empty where the line is as short as it gets.
    """

    citation: Citation
    header_row: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class QuotedOpening:
    """What an answer begins with: the line that answers; where none surely does, `lead` says so above the likeliest."""

    lines: tuple[Quotation, ...]
    lead: str = ""

    @property
    def short(self) -> str:
        """The short answer, where one line surely answers and there is one in it."""
        return self.lines[0].short

    @property
    def citations(self) -> list[Citation]:
        """Of its lines, likeliest first."""
        return [line.citation for line in self.lines]


def quoted(selection: Selection, unsure: str) -> QuotedOpening | None:
    """`unsure` is what is said above several lines; None where no line tells anything."""
    if selection.sure:
        surely = next(_quotations(selection), None)
        return QuotedOpening((_with_beside(selection, *surely),)) if surely is not None else None
    pairs = list(_quotations(selection))
    if len(apart := _of_each(pairs, selection.search.named)) > 1:  # "does A or B give me longer?"
        return QuotedOpening(tuple(replace(made, short="") for made in apart[:CANDIDATES]), unsure)
    best = max((line.score for line in selection.lines), default=0.0)
    told: list[tuple[frozenset[str], Quotation]] = []
    for line, made in pairs:
        words = frozenset(TOKEN.findall(made.citation.text.lower()))
        # The best passage's line comes first, unless nothing but the passage speaks for it.
        least = best - (BEHIND if told else FAR_BEHIND)
        if line.score < least or any(words <= other or other <= words for other, _ in told):
            continue
        told.append((words, replace(made, short="")))  # a short answer in bold would look sure
        if len(told) == CANDIDATES:
            break
    return QuotedOpening(tuple(one for _, one in told), unsure) if told else None


def _with_beside(selection: Selection, line: AnswerLine, made: Quotation) -> Quotation:
    """With the line before or behind it, if that answers nearly as likely: "The same again switches it off." """
    units = units_of(line.sentence.passage)
    if made.short or made.citation.text != line.sentence.text or line.sentence not in units:
        return made
    place = units.index(line.sentence)
    likely = [other.sentence for other in selection.lines if other.score >= line.score - BESIDE]
    told = [unit for unit in units[max(0, place - 1) : place + 2] if unit in likely]
    passage = next(passage for passage in selection.passages if passage.id == line.sentence.passage.id)
    return replace(made, citation=cite(passage, joined(told))) if len(told) > 1 else made


def _of_each(pairs: Sequence[tuple[AnswerLine, Quotation]], documents: frozenset[int]) -> list[Quotation]:
    """The likeliest of each document, the likeliest document first."""
    firsts: dict[int, Quotation] = {}
    for line, made in pairs:
        if (number := line.sentence.passage.document_id) in documents:
            firsts.setdefault(number, made)
    return list(firsts.values())


def quotation(selection: Selection) -> Quotation | None:
    """From the line that answers likeliest; never one that only announces, or says no more than the question."""
    return next((made for _, made in _quotations(selection)), None)


def _quotations(selection: Selection) -> Iterator[tuple[AnswerLine, Quotation]]:
    passages = {passage.id: passage for passage in selection.passages}
    asked = stems(selection.search.query.text)
    # What only repeats words of the question, or names the columns, is quoted when there is nothing else.
    for line in sorted(selection.lines, key=lambda line: _says_nothing(line.sentence, asked)):
        passage = passages.get(line.sentence.passage.id)
        if passage is not None and (made := _quoted(selection.search.query.text, line, passage)) is not None:
            yield line, made


def other_lines(selection: Selection, known: Sequence[Citation] = (), likely: float = OTHERS_LIKELY) -> list[Citation]:
    """The likeliest lines of the passages that none of `known` is from, one of each, with these log-odds at least."""
    passages = {passage.id: passage for passage in selection.passages}
    told = {citation.marker for citation in known}
    lines = []
    for line in selection.lines:
        passage = passages.get(line.sentence.passage.id)
        if passage is not None and passage.marker not in told and line.score >= likely:
            told.add(passage.marker)
            lines.append(cite(passage, line.sentence))
    return lines[:OTHERS]


def quotation_markdown(quoted: QuotedOpening, passages: Sequence[Passage]) -> str:
    """As Markdown: the short answer or what is said above several lines, then each line as a block of its own, with its
    heads and the unit of its table.
    """
    blocks = [block for line in quoted.lines for block in _blocks(line, passages)]
    return "\n\n".join([quoted.lead, *blocks] if quoted.lead else blocks)


def _blocks(line: Quotation, passages: Sequence[Passage]) -> Iterator[str]:
    passage = next(passage for passage in passages if passage.marker == line.citation.marker)
    note = unit_note(line.citation.text, passage, line.citation.text)
    lines = [*([line.header_row] if line.header_row else []), *line.citation.text.split("\n")]
    lines[-1] += f"{note} [{passage.marker}]"
    if line.short:
        yield f"**{line.short}**{note} [{passage.marker}]"
    yield "\n".join(f"> {one}" for one in lines)


def _quoted(question: str, line: AnswerLine, passage: Passage) -> Quotation | None:
    text = line.sentence.text
    if not line.header_row and (items := with_items(question, line.sentence)) is not None:
        return Quotation(cite(passage, joined(items))) if items else None
    heads = line.header_row or header_row_of(text, passage.text.split("\n"))
    if len(rows := rows_named(question, line.sentence)) > 1:
        return Quotation(cite(passage, joined(rows)), heads)
    span = _answer_in(question, line, heads)
    short = _short(text, span, passage.kind == "text") if span else ""
    is_blank = SEPARATOR in text and not BLANKS.isdisjoint({short.lower(), f"{short.lower()}."})
    return Quotation(cite(passage, line.sentence), heads, "" if is_blank else short)


def _answer_in(question: str, line: AnswerLine, heads: str) -> Span | None:
    """The cell under a head that is clearly named, else what the reader is sure of; of a sentence nothing."""
    if line.score < LIKELY:
        return None
    text, reading = line.sentence.text, line.reading
    named = year_cell(question, text, heads) or named_cell(question, text, heads) or paired_cell(question, text)
    if named is not None:
        return named
    if text.rstrip().endswith(SENTENCE_ENDS) and line.sentence.passage.kind == "text":
        return None
    if SEPARATOR in text and (line.score < LIKELY_ROW or reading.probability < SURE_OF_CELL):
        return None
    if reading.probability < SURE or reading.end <= item_mark(text):
        return None
    span = whole_tokens(text, reading.start, reading.end)
    if _is_beside_what_is_asked(question, text, span):
        return None
    return None if not text.rstrip().endswith(SENTENCE_ENDS) and _is_over_columns(text, span) else span


def _is_beside_what_is_asked(question: str, text: str, span: Span) -> bool:
    """Whether a part is one of several in a row, another of which the question says: "English, Urdu, German".

    "Who speaks German?" is answered by the line that has them all.
    """
    asked = frozenset(TOKEN.findall(question.lower()))
    start = max((match.end() for match in BEGINS_A_ROW.finditer(text, 0, span[0])), default=0)
    cell = text[start:].partition(SEPARATOR)[0]
    beside = [one for one in IN_A_ROW.finditer(cell) if start + one.end() <= span[0] or start + one.start() >= span[1]]
    return any(words <= asked for one in beside if (words := frozenset(TOKEN.findall(one[0].lower()))))


def _is_over_columns(row: str, span: Span) -> bool:
    """Whether a part holds numbers of several columns: the reader doesn't know which of them is asked for.

    Between two numbers of one thing stands a word in lower case: "10 to 15 years".
    """
    if any(date.start < span[1] and span[0] < date.end for date in dates_of(row)):
        return False
    figures = [match for match in TOKEN.finditer(row, *span) if any(map(str.isdigit, match[0]))]
    return any(not row[one.end() : other.start()].islower() for one, other in pairwise(figures))


def whole_tokens(text: str, start: int, end: int) -> Span:
    """The part from `start` to `end`, nothing of it cut: "14" of "14 March 2026" becomes the date, "900" 38,900."""
    dates = [(date.start, date.end) for date in dates_of(text)]
    for first, last in [*dates, *(match.span() for match in TOKEN.finditer(text))]:
        if first < end and start < last:
            start, end = min(start, first), max(end, last)
    return start, end


def _short(text: str, span: Span, prose: bool) -> str:
    """The part with what belongs to it: a currency before a number, a unit after it, the other one of its brackets.

    In prose the word after a number is what it counts: "10 to 15 years".
    """
    start, end = span
    # Brackets around a number mean less than nothing, around a year only that it is said beside something.
    loss = LOSS.match(text, start - 1) if start else None
    is_loss = loss is not None and loss.end() >= end and not _is_date(text, span)
    start, end = loss.span() if loss and is_loss else span
    if is_loss or text[start:end][:1].isdigit():
        start -= len(match[0]) if (match := CURRENCY_BEFORE.search(text[:start])) else 0
    if text[start:end][-1:].isdigit():
        match = UNIT_AFTER.match(text, end) or (
            COUNTED.match(text, end) if prose and not _is_date(text, span) else None
        )
        end += len(match[0]) if match and match[0].strip().lower() not in STOP_WORDS else 0
    part = text[start:end].strip(EDGES)
    if (closing := text[end : end + 1]) in CLOSES and part.count(CLOSES[closing]) > part.count(closing):
        part += closing
    if not re.search(r"\w", part) or len(part) >= MOST_OF_IT * len(text.strip(EDGES)):
        return ""
    return part


def _is_date(text: str, span: Span) -> bool:
    years = YEAR.fullmatch(text[slice(*span)].split()[-1]) is not None
    return years or any(date.start < span[1] and span[0] < date.end for date in dates_of(text))


def _says_nothing(sentence: Sentence, asked: frozenset[str]) -> bool:
    """Whether a line only repeats the question, or names the columns of a table."""
    if _only_repeats(sentence.text, asked):
        return True
    return not sentence.text.rstrip().endswith(SENTENCE_ENDS) and names_columns(sentence.text)


def _only_repeats(text: str, asked: frozenset[str]) -> bool:
    """Whether a line says no more than the question; one that announces says it with its items."""
    return asked.issuperset(stems(text)) and not re.search(r"\d", text) and not text.rstrip().endswith(ANNOUNCES)
