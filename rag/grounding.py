"""Tying each sentence of an answer to what a passage states, or saying that nothing does.

A sentence is tied to the sentence or row of a passage that holds its words, or means the same, and states each of
its numbers, dates and names without turning it into its opposite. Each clause needs this, so that a sentence that
is half true isn't passed as true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from library.records import FoundChunk
from models.embedder import Embedder
from rag.events import Citation, Passage
from rag.opposition import SENSES, contradicts
from rag.phrases import AUXILIARIES, WORD, is_verb, names_of
from rag.quantities import (
    HEDGE,
    IN_UNITS,
    NUMBER_WORDS,
    REMEMBERED,
    SCALES,
    Quantity,
    any_states,
    column_numbers,
    dates_of,
    per_unit,
    quantities_of,
    table_scale,
    times_of,
    years_in_order,
)
from rag.sentences import Sentence, overlap, sentences_of
from rag.sentences import stems as _stems

LEAST_OVERLAP = 0.5  # of a sentence's meaning words must stand in what it is tied to
PROSE_CONTEXT = 0.8  # of the words with those of section and headings, when the numbers are stated
ROW_CONTEXT = 0.6  # a row has few words: the verb of a sentence about it is not among them
MORE_THAN_HALF = 0.6  # of two words, both
LEAST_CLAUSE = 0.33  # of a clause's meaning words, when the sentence as a whole is supported
WORTH_EMBEDDING = 0.2  # overlap: below it, the cosine of two sentences on one subject misleads
SURE_COSINE = 0.6  # means the same, in other words
BEGINNING = 5  # letters that "delivery" shares with "deliver"
EMBEDDED = 2  # candidates per undecided sentence
WRAPPED = re.compile(r"(?<![.!?:;])\n(?!\s*(?:\d{1,2}[.)]|[-*•])\s|\n)")
ANSWER_SENTENCE = re.compile(r"(?<=[.!?])(?<!\b\d\.)(?<!\b\d\d\.)\s+(?=[A-Z0-9“\"(])|\n+|;\s+(?=\d{1,2}\.\s)")
UNIT_NAMED = re.compile(r"thousand|million|billion|trillion|%|per ?cent", re.I)
OWN_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
ROW = re.compile(r"\d\W*$")
QUOTE = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
CLAUSES = re.compile(
    r"[;:]\s+|,\s+(?:and|but|or|while|whereas|because|mainly because|which|who|although|provided that|so that|though)\s+|"
    r"\s+(?:and|but|while|whereas|because|which|although|so that)\s+|,\s+"
)
WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.I)
FULL_CLAUSE = re.compile(
    r"(?:the|a|an|it|they|he|she|there|its|their|his|her|each|every|no|[A-Z][\w’'-]*|\d+)\s.*"
    r"\b(?:is|are|was|were|has|have|had|can|may|must|will|shall|does|did|\w+ed|\w+s)\b"
)
LETTER = re.compile(r"(?<![\w.])([B-HJ-Z])(?![\w.’'])")
OF = re.compile(r"(?:%| ?per ?cent)?\s*(?:of|in|for)\s+(?:the\s+)?([a-z]+)", re.I)
FRAME = re.compile(
    r"^(?:(?:based on|according to|as (?:stated|mentioned) in|in) the (?:given |provided )?(?:passages?|documents?|text|context)|"
    r"the (?:passages?|documents?|text) (?:says?|states?|mentions?) that|the answer is|yes|so|therefore|thus)\b[,:]?\s*",
    re.I,
)
SUBJECT = re.compile(
    r"(?:(?:the|a|an|each|every|all|no|any|only)\s+)*([\w-]+)(?!['’])\b(?<!\bIn)(?<!\bAt)(?<!\bOn)(?<!\bFrom)(?<!\bFor)",
    re.I,
)
SUBJECT_PRONOUN = re.compile(r"^\W*(?:he|she|they|it|this|these|there)\b", re.I)
DEFINITE = re.compile(r"(?:the|this|that|these)\b", re.I)
POINTS_BACK = re.compile(r"^\W*(?:he|she|they|it|his|her|their|its|this|these)\b", re.I)
DIRECTION = re.compile(rf"\b(?:{'|'.join(sorted(SENSES))})\b", re.I)
SEGMENTS = re.compile(
    r";\s+|,?\s+(?:while|whereas|but|until|although|because|if)\s+|,\s+(?:and|or)\s+|"
    r"\s+and\s+(?=[a-z]+\s+(?:for|by|in|on|at|to|from|with)\b)|"
    r"\s+and\s+(?=(?:the|a|an|it|they|he|she|there|no)\s(?:[\w-]+\s){0,4}?(?:is|are|was|were|has|have|had|may|must|will|can)\b)",
)


@lru_cache(REMEMBERED)
def stems(text: str) -> frozenset[str]:
    """As for searching, but "date" is the same as "dated", and "rose" as "increased"."""
    same = DIRECTION.sub(lambda match: SENSES[match[0].lower()], text)
    return frozenset(stem.removesuffix("e") if len(stem) > 3 else stem for stem in _stems(same))


VAGUE = stems("say says state states said according report document handbook text given following")


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """`parts` are the answer's sentences in order, each supported one with `[n]` after it."""

    parts: list[str]
    citations: list[Citation]
    unsupported: list[str]

    @property
    def text(self) -> str:
        return " ".join(self.parts)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A sentence or row of a passage, and what else of the passage it may be read with."""

    passage: Passage
    sentence: Sentence
    heads: str  # the lines a row stands under
    names: str  # where its names may stand: section, document, headings, the sentence before a pronoun
    scale: float
    held: frozenset[str]
    around: frozenset[str]
    is_row: bool
    other_rows: frozenset[str]
    before: str  # what a pronoun at its beginning may stand for


@dataclass(frozen=True, slots=True)
class _Match:
    evidence: _Evidence
    overlap: float
    score: float
    enough: bool


def ground(answer: str, passages: Sequence[Passage], embedder: Embedder | None = None) -> GroundedAnswer:
    """Check an answer sentence by sentence; markers that the model made up are replaced by checked ones.

    With `embedder`, a sentence in other words than its passage's is recognised too; only what words can't decide
    is embedded, in one batch (about 12 short texts for three sentences).
    """
    evidence = [item for passage in passages for item in _evidence(passage)]
    sentences = split_answer(answer)
    found = [_matches(sentence, evidence) for sentence in sentences]
    sources = _decided(sentences, found, embedder)
    parts: list[str] = []
    citations: list[Citation] = []
    unsupported: list[str] = []
    for sentence, match in zip(sentences, sources, strict=True):
        if match is None:
            unsupported.append(sentence)
            parts.append(sentence)
            continue
        passage, source = match.passage, match.sentence
        citations.append(cite(passage, source))
        parts.append(f"{sentence}{unit_note(sentence, passage, source.text)} [{passage.marker}]")
    return GroundedAnswer(parts, citations, unsupported)


def unit_note(sentence: str, passage: Passage, source: str) -> str:
    """ "(The table is in millions.)" for a number taken from such a table without its unit, else empty."""
    units = IN_UNITS.search(passage.text)
    if units is None or UNIT_NAMED.search(sentence):
        return ""
    held = quantities_of(source)
    # Years and page numbers are written without a thousands separator.
    amounts = [
        item
        for item in quantities_of(sentence)
        if "," in sentence[item.start : item.end] and any_states(item, held, 1.0, False)
    ]
    return f" (The table is in {units[1].lower()}.)" if amounts else ""


def split_answer(answer: str) -> list[str]:
    """An answer's sentences and list items, without the markers the model wrote itself.

    A single line break inside a sentence is one the model copied from a page.
    """
    plain = WRAPPED.sub(" ", OWN_MARKER.sub("", answer))
    return [part.strip() for part in ANSWER_SENTENCE.split(plain) if re.search(r"\w", part)]


def cite(passage: Passage, sentence: Sentence) -> Citation:
    return Citation(
        passage.marker,
        passage.document_id,
        passage.document,
        passage.page,
        sentence.boxes or passage.boxes,
        sentence.text,
    )


def passage_sentences(passage: Passage) -> list[Sentence]:
    """A passage's sentences with their boxes."""
    where = (passage.document_id, passage.document, passage.page)
    chunk = FoundChunk(0, *where, passage.kind, passage.section, passage.text, passage.boxes)
    return sentences_of(chunk)


def _evidence(passage: Passage) -> list[_Evidence]:
    sentences = passage_sentences(passage)
    about = f"{passage.section} {passage.document}"
    around = stems(f"{about} {passage.text}")
    lines = passage.text.split("\n")
    rows = passage.kind != "text"
    headings = " ".join(line for line in lines if not re.search(r"\d", line)) if rows else ""
    scale = table_scale(passage.text)
    found = []
    for index, sentence in enumerate(sentences):
        is_row = rows or (sentence.text in lines and bool(ROW.search(sentence.text)))
        heads = _heads(sentence.text, lines) if is_row else ""
        others = stems(
            " ".join(line for line in lines if line not in (sentence.text, heads) and _like(line, sentence.text))
        )
        names = f"{about} {passage.text if passage.kind == 'image' else headings}"
        before = " ".join(earlier.text for earlier in sentences[:index]) if POINTS_BACK.match(sentence.text) else ""
        found.append(
            _Evidence(passage, sentence, heads, names, scale, stems(sentence.text), around, is_row, others, before)
        )
    return found


def _like(line: str, row: str) -> bool:
    """Whether a line is a row of the same table."""
    return line.count(" | ") == row.count(" | ") if " | " in row else bool(ROW.search(line))


def _heads(row: str, lines: Sequence[str]) -> str:
    """The line above a row that names its columns: as many cells, or as many years as the row has numbers."""
    if row not in lines:
        return ""
    above = lines[: lines.index(row)]
    if " | " in row:
        cells = row.count(" | ")
        group = [line for line in above if line.count(" | ") == cells]
        return group[0] if group else ""
    numbers = len(column_numbers(row))
    for line in reversed(above):
        years = years_in_order(line)
        if len(years) >= 2 and len(years) == numbers:
            return line
    return ""


def _decided(
    sentences: Sequence[str], found: Sequence[list[_Match]], embedder: Embedder | None
) -> list[_Evidence | None]:
    """The source of each sentence; what words leave open is decided by meaning, in one batch."""
    sources: list[_Evidence | None] = [next((m.evidence for m in matches if m.enough), None) for matches in found]
    if embedder is None:
        return sources
    undecided = {
        index: [match for match in matches if match.overlap >= WORTH_EMBEDDING][:EMBEDDED]
        for index, matches in enumerate(found)
        if sources[index] is None
    }
    texts = [
        text
        for index, matches in undecided.items()
        if matches
        for text in (sentences[index], *(m.evidence.sentence.text for m in matches))
    ]  # noqa: E501
    if not texts:
        return sources
    vectors = iter(embedder.encode(texts))
    for index, matches in undecided.items():
        if not matches:
            continue
        own = next(vectors)
        cosines = [float(np.dot(own, next(vectors))) for _ in matches]
        best = int(np.argmax(cosines))
        if cosines[best] >= SURE_COSINE:
            sources[index] = matches[best].evidence
    return sources


def _matches(answer_sentence: str, evidence: Sequence[_Evidence]) -> list[_Match]:
    """What may be the source of a sentence, best first: all of it, or clause by clause from several places."""
    sentence = FRAME.sub("", answer_sentence, count=1)
    if not re.search(r"\w", sentence):
        return []
    quotes = [one or other for one, other in QUOTE.findall(sentence)]
    if quotes:
        return _quoted(sentence, quotes, evidence)
    whole = _candidates(sentence, evidence)
    if any(match.enough for match in whole):
        return whole
    clauses = _full_clauses(sentence)
    if len(clauses) > 1:
        each = [next((m for m in _candidates(clause, evidence) if m.enough), None) for clause in clauses]
        sources = [match for match in each if match is not None]
        if len(sources) == len(clauses):
            return [max(sources, key=lambda match: match.score)]
    return whole


def _candidates(sentence: str, evidence: Sequence[_Evidence]) -> list[_Match]:
    said = _Said.of(sentence)
    found = []
    for whole in evidence:
        if said.words and not said.words.keys() & whole.held and not said.facts:
            continue
        item = _aligned(said, whole)
        if item is None or not _states_all(said, item):
            continue
        if not (_clauses_held(sentence, item) and _beside_names(said, item)):
            continue
        inside = overlap(said.words, item.held) if said.words else float(bool(said.facts))
        context = item.around if item.is_row else item.held | stems(item.names)
        around = sum(stem in context for stem in said.words) / len(said.words) if said.words else 1.0
        plain = _coverage(said.words, item.held)
        # The sentence decides; its passage may supply the words a table row leaves to its heading.
        least = LEAST_OVERLAP if said.facts or len(said.words) > 2 else MORE_THAN_HALF
        enough = plain >= least or (
            said.facts and (inside > 0 or said.dated) and around >= (ROW_CONTEXT if item.is_row else PROSE_CONTEXT)
        )
        found.append(_Match(whole, plain, inside + 0.5 * around, bool(enough)))
    return sorted(found, key=lambda match: (-match.enough, -match.score))


def _coverage(words: Iterable[str], held: frozenset[str]) -> float:
    """The share of `words` that are held, also in another form ("delivery" for "deliver")."""
    wanted = list(words)
    beginnings = {word[:BEGINNING] for word in held if len(word) >= BEGINNING}
    return sum(word in held or word[:BEGINNING] in beginnings for word in wanted) / len(wanted) if wanted else 1.0


@dataclass(frozen=True, slots=True)
class _Said:
    """What a sentence says that can be checked."""

    text: str
    words: dict[str, float]
    quantities: list[Quantity]
    names: list[str]
    hedged: bool
    facts: bool  # any number, date or time
    dated: bool

    @classmethod
    def of(cls, sentence: str) -> _Said:
        quantities = quantities_of(sentence)
        names = [name.text for name in names_of(sentence)]
        undated = sentence
        for date in reversed(dates_of(sentence)):
            undated = undated[: date.start] + " " + undated[date.end :]
        words = {
            stem: 1.0
            for stem in stems(undated)
            if not stem[0].isdigit() and stem not in NUMBER_WORDS and stem not in SCALES
        }
        dated = bool(dates_of(sentence))
        facts = bool(quantities or dated or times_of(sentence))
        return cls(sentence, words, quantities, names, bool(HEDGE.search(sentence)), facts, dated)


def _states_all(said: _Said, item: _Evidence) -> bool:
    """Whether evidence holds every number, date and name of a sentence, and doesn't say the opposite."""
    return (
        _states_dates(said, item)
        and _states_quantities(said, item)
        and _states_names(said, item)
        and _same_subject(said, item)
        and not contradicts(said.text, item.sentence.text)
    )


def _states_dates(said: _Said, item: _Evidence) -> bool:
    text = item.sentence.text
    held = dates_of(text)
    if not all(any(theirs.states(date) for theirs in held) for date in dates_of(said.text)):
        return False
    if not set(times_of(said.text)) <= set(times_of(text)):
        return False
    days = {match[0].lower() for match in WEEKDAY.finditer(text)}
    return all(match[0].lower() in days for match in WEEKDAY.finditer(said.text))


def _states_quantities(said: _Said, item: _Evidence) -> bool:
    text = item.sentence.text
    held = quantities_of(text)
    years = set(years_in_order(text)) | {date.year for date in dates_of(text)}
    stated: list[Quantity] = []
    for quantity in said.quantities:
        if quantity.is_year and (int(quantity.digits) in years or _is_context_year(int(quantity.digits), item, years)):
            continue
        sources = any_states(quantity, held, item.scale, said.hedged)
        per = per_unit(said.text, quantity)
        if per:
            counted = "" if per.removeprefix("per-") in item.around else per
            sources = [source for source in sources if per_unit(text, source) in (counted, per)]
        sources = [source for source in sources if _of_the_same(said, quantity, item, source)]
        if not sources:
            return False
        stated += sources
    return _right_column(said, item, stated)


def _of_the_same(said: _Said, quantity: Quantity, item: _Evidence, source: Quantity) -> bool:
    """Not "85% of adults" where the 85% are of children and the adults have a number of their own."""
    ours, theirs = OF.match(said.text, quantity.end), OF.match(item.sentence.text, source.end)
    if ours is None or theirs is None:
        return True
    mine, yours = stems(ours[1]), stems(theirs[1])
    return not mine or mine == yours or not mine <= item.held


def _is_context_year(year: int, item: _Evidence, years: set[int]) -> bool:
    """A year may stand in a table's head, or in the title of a document whose sentence names none."""
    if item.heads:
        return year in years_in_order(item.heads)
    return not years and year in years_in_order(item.names)


def _right_column(said: _Said, item: _Evidence, stated: Sequence[Quantity]) -> bool:
    """Whether the numbers said stand under the year or head they are said of."""
    if not item.heads or not (stated or times_of(said.text)):
        return True
    years = years_in_order(said.text)
    row = item.sentence.text
    if " | " not in row:
        columns = years_in_order(item.heads)
        numbers = [number.start for number in column_numbers(row)]
        under = {columns[numbers.index(source.start)] for source in stated if source.start in numbers}
        return not years or not under or bool(under & set(years))
    cells, heads = row.split(" | "), item.heads.split(" | ")
    if len(cells) != len(heads):
        return True
    label = quantities_of(cells[0])
    amounts = [quantity for quantity in said.quantities if not any_states(quantity, label, 1.0, False)]
    asked = frozenset(stem for stem in stems(said.text) if stem not in stems(row))
    under = [len(asked & stems(head)) for head in heads]
    holding = [index for index, cell in enumerate(cells) if index and _holds(cell, amounts, said)]
    return not holding or any(under[index] == max(under) for index in holding)


def _holds(cell: str, amounts: Sequence[Quantity], said: _Said) -> bool:
    held = quantities_of(cell)
    return any(any_states(amount, held, 1.0, said.hedged) for amount in amounts) or bool(
        set(times_of(cell)) & set(times_of(said.text))
    )


def _states_names(said: _Said, item: _Evidence) -> bool:
    text = f"{item.sentence.text} {item.names} {item.before}".lower()
    words = set(re.findall(r"[^\W_]+", text))
    for name in said.names:
        parts = [part for part in re.findall(r"[^\W_]+", name.lower()) if part not in ("the", "of", "s")]
        if not all(part in words or part.rstrip("s") in words for part in parts):
            return False
    letters = {match[1] for match in LETTER.finditer(item.sentence.text)}
    return not letters or all(match[1] in letters for match in LETTER.finditer(said.text))


def _same_subject(said: _Said, item: _Evidence) -> bool:
    """Not what the passage says of something else: of another row, or of another sentence's subject."""
    named = stems(" ".join(said.names)) | stems(item.names) | stems(item.heads)
    if item.is_row:
        return not any(word in item.other_rows and word not in item.held and word not in named for word in said.words)
    opening = SUBJECT.match(said.text)
    if opening is None or SUBJECT_PRONOUN.match(item.sentence.text):
        return True
    subject = stems(opening[1])
    beginnings = {word[:BEGINNING] for word in item.held | stems(item.names)}
    return not subject or any(word[:BEGINNING] in beginnings for word in subject) or not subject <= item.around


def _beside_names(said: _Said, item: _Evidence) -> bool:
    """Whether evidence says something of what is said about the names in it, not only the names."""
    named = stems(" ".join(said.names))
    others = [word for word in said.words if word not in named and word not in VAGUE]
    known = item.held | stems(item.heads) | (item.around if item.is_row else frozenset())
    return (
        not said.names
        or not others
        or (item.is_row and said.facts)
        or sum(word in known for word in others) >= LEAST_CLAUSE * len(others)
    )


def _aligned(said: _Said, item: _Evidence) -> _Evidence | None:
    """The part of an evidence sentence that a sentence is about; nothing if it mixes what two parts say.

    "Sales in Asia grew by 3 while sales in Europe fell by 7" says nothing of Europe and 3.
    """
    parts = SEGMENTS.split(item.sentence.text)
    own = [part for part in SEGMENTS.split(said.text) if part.strip()]
    if len(parts) < 2 or item.is_row:
        return item
    subject = _opening(parts[0])
    texts = [parts[0], *(_with_subject(part, subject, parts[0]) for part in parts[1:])]
    chosen = [_best_part(_Said.of(part), texts, subject, item) for part in own]
    if None in chosen:
        return None
    order = sorted({index for index in chosen if index is not None})
    text = "; ".join(texts[index] for index in order)
    return replace(item, sentence=replace(item.sentence, text=text), held=stems(text))


def _with_subject(part: str, subject: str, first: str) -> str:
    """A part with what it leaves to the first one, or points back to ("the proposal was rejected")."""
    opening = _opening(part)
    if not opening or SUBJECT_PRONOUN.match(part):
        return f"{subject} {part}"
    beginnings = {word[:BEGINNING] for word in stems(first)}
    again = DEFINITE.match(opening) and all(word[:BEGINNING] in beginnings for word in stems(opening))
    return f"{first}; {part}" if again else part


def _opening(part: str) -> str:
    """The words before the first verb, at least one of them meaning something; else empty: the subject is left out."""
    for match in WORD.finditer(part):
        if match[0].lower() in AUXILIARIES or is_verb(match[0]):
            opening = part[: match.start()].strip()
            return opening if stems(opening) or SUBJECT_PRONOUN.match(opening) else ""
    return ""


def _best_part(said: _Said, parts: Sequence[str], subject: str, item: _Evidence) -> int | None:
    """The part with all facts that one clause says and no less of its words than another; nothing if none has."""
    facts = [part for part in parts if _facts_stated(said, part, item) == _facts_stated(said, item.sentence.text, item)]
    if not facts:
        return None
    best = max(facts, key=lambda part: len(said.words.keys() & stems(part)))
    held = stems(best) | stems(subject)
    borrowed = [word for word in said.words if word in item.held and word not in held]
    parallel = any(stems(part) & stems(best) - stems(subject) for part in parts if part is not best)
    if borrowed and (said.facts or said.names or parallel):
        return None
    return parts.index(best)


def _facts_stated(said: _Said, text: str, item: _Evidence) -> int:
    held, lower = quantities_of(text), text.lower()
    days = {match[0].lower() for match in WEEKDAY.finditer(text)}
    return (
        sum(bool(any_states(quantity, held, item.scale, said.hedged)) for quantity in said.quantities)
        + sum(any(other.states(date) for other in dates_of(text)) for date in dates_of(said.text))
        + sum(match[0].lower() in days for match in WEEKDAY.finditer(said.text))
        + sum(name.lower() in lower for name in said.names)
    )


def _clauses_held(sentence: str, item: _Evidence) -> bool:
    """Whether no clause is made up: each holds some words or a number of the evidence, or of its passage's heads."""
    known = item.held | stems(item.names) | stems(item.heads)
    for clause in CLAUSES.split(sentence):
        words = [stem for stem in stems(clause) if not stem[0].isdigit() and stem not in VAGUE]
        if len(words) >= 2 and sum(word in known for word in words) < LEAST_CLAUSE * len(words):
            return False
    return True


def _full_clauses(sentence: str) -> list[str]:
    """The clauses that can stand alone: each with a subject and a verb of its own, else there is only one."""
    parts = re.split(r";\s+|,?\s+(?:and|but|while|whereas)\s+", sentence)
    return parts if all(FULL_CLAUSE.match(part) for part in parts) else [sentence]


def _quoted(sentence: str, quotes: Sequence[str], evidence: Sequence[_Evidence]) -> list[_Match]:
    """What is in quotation marks must stand in a passage to the letter; what is around it must hold as well."""
    around = QUOTE.sub(" ", sentence)
    said = _Said.of(around)
    for item in evidence:
        text = _letters(item.passage.text)
        if not all(_letters(quote) in text for quote in quotes):
            continue
        own = _letters(item.sentence.text)
        if not any(_letters(quote) in own or own in _letters(quote) for quote in quotes):
            continue
        framing = [stem for stem in said.words if stem not in VAGUE and stem not in stems(item.passage.section)]
        others = [other for other in evidence if other.passage is item.passage]
        held = not said.facts and not said.names and len(framing) <= 1
        if held or any(_states_all(said, other) for other in others):
            return [_Match(item, 1.0, 1.0, True)]
    return []


def _letters(text: str) -> str:
    """Letters and digits alone: line breaks, hyphens at their ends and the shape of quotation marks don't count."""
    return re.sub(r"[\W_]+", "", text).lower()
