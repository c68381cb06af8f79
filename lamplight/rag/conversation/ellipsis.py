"""Questions without a verb ("and in Europe?"): what they name takes the place of what is like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lamplight.rag.conversation.reference import with_person
from lamplight.rag.conversation.turn import (
    LEAD_IN,
    RELATIVE_YEAR,
    Turn,
    computed_year,
    content_words,
    replaced,
    word_before,
)
from lamplight.rag.lexicon.phrases import (
    AUXILIARIES,
    DATE,
    DETERMINERS,
    FILE,
    PREPOSITIONS,
    QUARTER,
    QUESTION_WORDS,
    WORD,
    YEAR,
    Name,
    Phrase,
    names_of,
    phrases_of,
)

LONGEST_FRAGMENT = 6  # words; what is longer and has no verb is a heading, not a follow-up


def fragment(question: str, turn: Turn) -> str | None:
    """A question without a verb: what it names takes the place of what is like it in the question before."""
    bare = LEAD_IN.sub("", question).strip(" ?.!")
    led = bare != question.strip(" ?.!")
    words = [match.lower() for match in WORD.findall(bare)]
    relative = RELATIVE_YEAR.search(bare)
    if relative is not None and not content_words(bare[: relative.start()] + bare[relative.end() :]):
        year = computed_year(relative, turn)
        return None if year is None else _with_year(turn.question, str(year))
    is_question = any(word in QUESTION_WORDS | AUXILIARIES for word in words)
    if not words or is_question or len(words) > LONGEST_FRAGMENT or ":" in bare:
        return None
    if not led and not _alone(bare, words):
        return None
    bare = with_person(bare, turn) or bare
    dated, bare = _date_taken(bare, turn)
    for substitute in (_file_for_file, _date_for_date, _name_for_name, _phrase_for_phrase):
        rewritten = substitute(bare, dated)
        if rewritten is not None:
            return rewritten
    return f"{dated.question.rstrip(' ?.!')} ({bare})?"


def _date_taken(bare: str, turn: Turn) -> tuple[Turn, str]:
    """ "net income in 2021": the date goes into the question before, the rest is left to the other rules."""
    match = re.search(rf"\s(?:in|for|of|during) (?:fiscal )?((?:{DATE.pattern})|(?:{YEAR.pattern}))$", bare)
    if match is None:
        return turn, bare
    dated = _date_for_date(match[1], turn)
    return (replace(turn, question=dated), bare[: match.start()]) if dated else (turn, bare)


def _alone(bare: str, words: Sequence[str]) -> bool:
    """Without "and" or "what about": a year, a preposition's phrase or a name alone."""
    return bool(
        YEAR.fullmatch(bare)
        or words[0] in PREPOSITIONS
        or DATE.fullmatch(bare)
        or (len(words) <= 3 and bool(names_of(f"- {bare}")))
    ) and not any(word in words for word in ("please", "tell"))


def _file_for_file(bare: str, turn: Turn) -> str | None:
    new, old = FILE.search(bare), FILE.search(turn.question)
    return replaced(turn.question, old.span(), new[0]) if new and old else None


def _date_for_date(bare: str, turn: Turn) -> str | None:
    question = turn.question
    rest = re.sub(r"\bfiscal|financial|year|years|quarter\b", "", bare, flags=re.I)
    for pattern in (DATE, YEAR, QUARTER):
        rest = pattern.sub("", rest)
    held = {word.lower() for word in WORD.findall(question)}
    if any(word not in held for word in content_words(rest)):
        return None
    years = YEAR.findall(bare)
    if len(years) >= 2:
        old = re.search(rf"\b(?:in|for|of|during) (?:fiscal )?(?:{YEAR.pattern})", question)
        return replaced(question, old.span(), bare) if old else f"{question.rstrip(' ?.')} {bare}?"
    quarter, old_quarter = QUARTER.search(bare), QUARTER.search(question)
    if quarter:
        return (
            replaced(question, old_quarter.span(), quarter[0])
            if old_quarter
            else f"{question.rstrip(' ?.')} in {quarter[0]}?"
        )
    date, old_date = DATE.search(bare), DATE.search(question)
    if date:
        if old_date is None:
            return _with_year(question, date[0]) if years else f"{question.rstrip(' ?.')} {bare}?"
        year = YEAR.search(old_date[0])
        kept = f" {year[0]}" if year and not YEAR.search(date[0]) else ""
        return replaced(question, old_date.span(), date[0] + kept)
    return _with_year(question, years[0]) if years else None


def _with_year(question: str, year: str) -> str:
    old = list(YEAR.finditer(question))
    return replaced(question, old[-1].span(), year) if old else f"{question.rstrip(' ?.!')} in {year}?"


def _name_for_name(bare: str, turn: Turn) -> str | None:
    """ "Europe" for "Asia": the name most like it, by kind, by number of words, by the word before it."""
    new = names_of(f"- {bare}")
    old = [name for name in names_of(turn.question) if not FILE.search(name.text)]
    if not new or not old:
        return None
    name = new[0]
    preposition = word_before(bare, name.start - 2)

    def likeness(other: Name) -> tuple[bool, bool, bool]:
        same_words = len(other.text.split()) == len(name.text.split())
        return other.kind == name.kind, word_before(turn.question, other.start) == preposition, same_words

    best = max(old, key=likeness)
    changed = replaced(turn.question, (best.start, best.end), name.text)
    rest = re.sub(r"^.*?['’]s?\s*", "", bare[name.end - 2 :]) if re.match(r"['’]", bare[name.end - 2 :]) else ""
    same = name.text == best.text  # "Karl’s brother" for "uncle Karl"
    if content_words(rest) and not same:  # "Intel's net income" for "Nvidia's revenue"
        return _phrase_for_phrase(rest, replace(turn, question=changed))
    around = content_words(bare.replace(name.text, " "))
    if not same and not any(word not in turn.question.lower() for word in around if word not in {"one", "s"}):
        return changed
    slot = next((slot for slot in _slots(turn.question) if slot.start <= best.start < slot.end), None)
    return replaced(turn.question, (slot.start, slot.end), _bare_phrase(bare)) if slot else None


def _bare_phrase(text: str) -> str:
    words = text.split()
    return " ".join(words[1:]) if words[0].lower() in PREPOSITIONS and len(words) > 1 else text


def _phrase_for_phrase(bare: str, turn: Turn) -> str | None:
    """ "net income" for "revenue": the phrase with a word in common, after the same preposition, or the first."""
    new = re.sub(r"^(?:the )?one(?=\s)", "", bare).strip()
    first = new.split()[0].lower() if new else ""
    preposition = first if first in PREPOSITIONS else ""
    new = new[len(preposition) :].strip()
    parts = _slots(turn.question)
    if not new or not parts:
        return None
    words = set(content_words(new))
    shared = [
        part for part in parts if words & set(content_words(part.text)) and not words <= set(content_words(part.text))
    ]
    after_same = [part for part in parts if preposition and part.preposition == preposition]
    if preposition and not shared and not after_same:
        return f"{turn.question.rstrip(' ?.!')} {bare}?"
    slot = (shared or after_same or [part for part in parts if not names_of(f"- {part.text}")] or parts)[0]
    determined = new if new.split()[0].lower() in DETERMINERS else _determiner(slot.text) + new
    return replaced(turn.question, (slot.start, slot.end), determined)


def _determiner(phrase: str) -> str:
    first = phrase.split()[0]
    return f"{first} " if first.lower() in DETERMINERS else ""


def _slots(question: str) -> list[Phrase]:
    """The noun phrases one by one: chains cut at their prepositions and after a possessive name."""
    slots = []
    for chain in phrases_of(question):
        start, preposition = chain.start, chain.preposition
        text = question[chain.start : chain.end]
        cuts = list(re.finditer(rf"\s({'|'.join(sorted(PREPOSITIONS))})\s", text))
        for cut in [*cuts, None]:
            end = chain.start + (cut.start() if cut else len(text))
            owner = re.match(r"(?:[A-Z][\w&.-]*\s)*[A-Z][\w&.-]*['’]s?\s", question[start:end])
            begin = start + owner.end() if owner else start
            slots.append(Phrase(question[begin:end], begin, end, question[begin:end].split()[-1], preposition))
            if cut:
                start, preposition = chain.start + cut.end(), cut[1]
    return slots
