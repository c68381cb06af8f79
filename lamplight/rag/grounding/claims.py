"""Whether a sentence or row of a passage states what a claim says: its numbers, dates, names, columns, subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lamplight.rag.grounding.source import SUBJECT_PRONOUN, Source, claim_stems
from lamplight.rag.lexicon.contradiction import contradicts
from lamplight.rag.lexicon.dates import clock_times_of, dates_of, years_in_order
from lamplight.rag.lexicon.english import names_of
from lamplight.rag.lexicon.numbers import NUMBER_WORDS, SCALES
from lamplight.rag.lexicon.quantities import HEDGE, Quantity, any_states, column_numbers, per_unit, quantities_of

BEGINNING = 5  # letters that "delivery" shares with "deliver"
WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.I)
LETTER = re.compile(r"(?<![\w.])([B-HJ-Z])(?![\w.’'])")  # "row C"; A and I are words
OF = re.compile(r"(?:%| ?per ?cent)?\s*(?:of|in|for)\s+(?:the\s+)?([a-z]+)", re.I)
OUT_OF = re.compile(r"\s+(?:out )?of\s+(?:the\s+)?(\d[\d,]*)")
PARTY = re.compile(r"\b(?:by|to|from|against)\s+(?:the|an?)\s+([\w-]+)(?!['’])", re.I)
SUBJECT = re.compile(
    r"(?:(?:the|a|an|each|every|all|no|any|only)\s+)*([\w-]+)(?!['’])\b(?<!\bIn)(?<!\bAt)(?<!\bOn)(?<!\bFrom)(?<!\bFor)",
    re.I,
)


def claim_coverage(words: Iterable[str], held: frozenset[str]) -> float:
    """The share of `words` that are held, also in another form ("delivery" for "deliver")."""
    wanted = list(words)
    beginnings = {word[:BEGINNING] for word in held if len(word) >= BEGINNING}
    return sum(word in held or word[:BEGINNING] in beginnings for word in wanted) / len(wanted) if wanted else 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says that can be checked."""

    text: str
    words: dict[str, float]
    quantities: Sequence[Quantity]
    names: list[str]
    hedged: bool
    facts: bool  # any number, date or time
    dated: bool

    @classmethod
    def of(cls, sentence: str) -> Claim:
        """Its `words` are stems with the weight 1; dates, figures, number words and scales are not among them."""
        quantities = quantities_of(sentence)
        names = names_of(sentence)
        undated = sentence
        for date in reversed(dates_of(sentence)):
            undated = undated[: date.start] + " " + undated[date.end :]
        words = {
            stem: 1.0
            for stem in claim_stems(undated)
            if not stem[0].isdigit() and stem not in NUMBER_WORDS and stem not in SCALES
        }
        dated = bool(dates_of(sentence))
        facts = bool(quantities or dated or clock_times_of(sentence))
        return cls(sentence, words, quantities, names, bool(HEDGE.search(sentence)), facts, dated)


def states(said: Claim, item: Source) -> bool:
    """Whether evidence holds every number, date and name of a sentence, and doesn't say the opposite."""
    return (
        _states_dates(said, item)
        and _states_quantities(said, item)
        and _states_names(said, item)
        and _same_subject(said, item)
        and not contradicts(said.text, item.sentence.text)
    )


def _states_dates(said: Claim, item: Source) -> bool:
    text = item.sentence.text
    held = dates_of(text)
    if not all(any(theirs.states(date) for theirs in held) for date in dates_of(said.text)):
        return False
    if not set(clock_times_of(said.text)) <= set(clock_times_of(text)):
        return False
    days = {match[0].lower() for match in WEEKDAY.finditer(text)}
    return all(match[0].lower() in days for match in WEEKDAY.finditer(said.text))


def _states_quantities(said: Claim, item: Source) -> bool:
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


def _of_the_same(said: Claim, quantity: Quantity, item: Source, source: Quantity) -> bool:
    """Not "85% of adults" where the 85% are of children and the adults have a number of their own."""
    ours, theirs = OF.match(said.text, quantity.end), OF.match(item.sentence.text, source.end)
    out_of = OUT_OF.match(said.text, quantity.end)
    if out_of and out_of[1] not in item.sentence.text[source.end :]:
        return False  # "480 of 12" for "12 of 480"
    if ours is None or theirs is None:
        return True
    mine, yours = claim_stems(ours[1]), claim_stems(theirs[1])
    return not mine or mine == yours or not mine <= item.held


def _is_context_year(year: int, item: Source, years: set[int]) -> bool:
    """A year may stand in a table's head, or in the title of a document whose sentence names none."""
    if item.header_row:
        return year in years_in_order(item.header_row)
    return not years and year in years_in_order(item.names)


def _right_column(said: Claim, item: Source, stated: Sequence[Quantity]) -> bool:
    """Whether the numbers said stand under the year or head they are said of."""
    if not item.header_row or not (stated or clock_times_of(said.text)):
        return True
    years = years_in_order(said.text)
    row = item.sentence.text
    if " | " not in row:
        columns = years_in_order(item.header_row)
        numbers = [number.start for number in column_numbers(row)]
        stand_under = {columns[numbers.index(source.start)] for source in stated if source.start in numbers}
        return not years or not stand_under or bool(stand_under & set(years))
    cells, heads = row.split(" | "), item.header_row.split(" | ")
    if len(cells) != len(heads):
        return True
    label = quantities_of(cells[0])
    amounts = [quantity for quantity in said.quantities if not any_states(quantity, label, 1.0, False)]
    asked = frozenset(stem for stem in claim_stems(said.text) if stem not in claim_stems(row))
    under = [len(asked & claim_stems(head)) for head in heads]
    holding = [index for index, cell in enumerate(cells) if index and _holds(cell, amounts, said)]
    return not holding or any(under[index] == max(under) for index in holding)


def _holds(cell: str, amounts: Sequence[Quantity], said: Claim) -> bool:
    held = quantities_of(cell)
    return any(any_states(amount, held, 1.0, said.hedged) for amount in amounts) or bool(
        set(clock_times_of(cell)) & set(clock_times_of(said.text))
    )


def _states_names(said: Claim, item: Source) -> bool:
    text = f"{item.sentence.text} {item.names} {item.before}".lower()
    words = set(re.findall(r"[^\W_]+", text))
    for name in said.names:
        parts = [part for part in re.findall(r"[^\W_]+", name.lower()) if part not in ("the", "of", "s")]
        if not all(part in words or part.rstrip("s") in words for part in parts):
            return False
    letters = {match[1] for match in LETTER.finditer(item.sentence.text)}
    return not letters or all(match[1] in letters for match in LETTER.finditer(said.text))


def _same_subject(said: Claim, item: Source) -> bool:
    """Not what the passage says of something else: of another row, or of another sentence's subject."""
    named = claim_stems(" ".join(said.names)) | claim_stems(item.names) | claim_stems(item.header_row)
    if item.is_row:
        return not any(word in item.other_rows and word not in item.held and word not in named for word in said.words)
    opening = SUBJECT.match(said.text)
    known = item.held | claim_stems(item.names)
    # "It is free" may be said of whatever came before.
    subject_known = known | (claim_stems(item.before) if SUBJECT_PRONOUN.match(item.sentence.text) else frozenset())
    parties = [match[1] for match in PARTY.finditer(said.text)]
    return not (
        (opening and _is_of_another(opening[1], subject_known, item))
        or any(_is_of_another(party, known, item) for party in parties)
    )


def _is_of_another(word: str, known: frozenset[str], item: Source) -> bool:
    """Whether a passage knows a word, but not in what its sentence says."""
    wanted = claim_stems(word)
    beginnings = {stem[:BEGINNING] for stem in known}
    return bool(wanted) and wanted <= item.around and not any(stem[:BEGINNING] in beginnings for stem in wanted)
