"""One follow-up made into a question that stands alone, by rules.

Each rule takes the follow-up and the turn before it, and returns nothing when it doesn't apply; the first that
applies decides. What no rule knows is a new subject and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from rag.phrases import (
    AUXILIARIES,
    DATE,
    DETERMINERS,
    FILE,
    LIGHT,
    PREPOSITIONS,
    QUARTER,
    QUESTION_WORDS,
    WORD,
    YEAR,
    Name,
    Phrase,
    is_verb,
    names_of,
    opening_name,
    phrases_of,
    without_markers,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked before, as it stands alone, the answer to it, and the documents the answer cites."""

    question: str
    answer: str
    documents: Sequence[str] = ()


LEAD_IN = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|thanks|thank you|great|i see|yes|no|hm+|right|now|well|and|but|or|so|also|then|"
    r"(?:and )?(?:what|how) about|what of|same(?: question)?(?: for)?|the same(?: for)?|compared (?:to|with))(?![\w-])[,.!]*\s*)+",
    re.I,
)
COURTESY = re.compile(
    r"^\W*(?:(?:thanks?|thank you|thx|ok(?:ay)?|great|good|perfect|cool|hello|hi|bye|goodbye|nice|no|yes|very much|a lot)\W*)+$",
    re.I,
)
MORE = re.compile(
    r"^\W*(?:(?:please|can you|could you|and|ok(?:ay)?)\W+)*(?:tell me more|say more|more(?: details?| information| please)?|go on|continue|"
    r"anything else|what else|(?:any|are there (?:any )?) ?(?:others?|more)|which others?|elaborate|"
    r"(?:give|show|tell)(?: me)? (?:some |any )?more(?: details?| information)?|"
    r"explain(?: (?:it|that|this))?(?: in (?:more )?details?| further| more)?|in more detail|why is that|"
    r"are you (?:really )?sure(?: about (?:it|that))?|how do you know(?: (?:it|that|this))?|quote (?:it|that|this)|"
    r"where (?:does|do) (?:it|they) say (?:so|that|this)|(?:on )?(?:which|what) page(?: is (?:it|that|this)(?: on)?)?|"
    r"show (?:me )?(?:the |your )?(?:passage|source|page|evidence)s?)"
    r"(?: (?:about|on) (?:it|that|this|them))?(?: please)?\W*$",
    re.I,
)
ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "5th": 4, "last": -1, "latter": -1,
}  # fmt: skip
ORDINAL = re.compile(
    rf"\bthe ({'|'.join(ORDINALS)})(?: (?:one|option|item|point))?\b(?! \w*(?:year|month|week|quarter))", re.I
)
LIST_ITEM = re.compile(r"(?:^|\n|(?<=[;:.] ))\s*(?:\d{1,2}[.)]|[-•*])\s+([^\n;]+)")
SERIES_VERB = re.compile(r"\s(?:is|are|was|were|has|have|had|can|may|covers?|apply|applies)\b.*$", re.I)
SMALL = {
    "one": 1,
    "a": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
RELATIVE_YEAR = re.compile(
    r"\b(?:in |for )?(?:(?P<count>one|a|two|three|four|five|six|seven|eight|nine|ten|\d+) years? "
    r"(?P<way>before|earlier|prior|later|after)(?: that)?|the (?P<back>year before|(?:previous|prior|preceding) year)"
    r"(?: that)?|(?P<last>last year)|(?:the )?(?P<on>(?:year after|following year|next year))(?: that)?)\b",
    re.I,
)
SAME_YEAR = re.compile(r"\b(?:in )?(?:that|the same) year\b|\bthen(?=\W*$)", re.I)
COMPARISON = re.compile(
    r"\b(?:how (?:does|do|did|is) (?:that|this|it|they|those) compare|compared? (?:to|with)|"
    r"(?:that|this|it|they) (?:more|less|better|worse|higher|lower|larger|smaller|bigger|\w+er) than)\b",
    re.I,
)
BARE = frozenset(
    {
        "exactly",
        "else",
        "not",
        "date",
        "day",
        "time",
        "year",
        "whom",
        "so",
        "is",
        "that",
        "was",
        "it",
        "and",
        "but",
        "come",
        "on",
        "what",
        "amount",
        "reason",
        "price",
        "cost",
        "for",
        "by",
        "from",
        "in",
        "at",
        "to",
        "since",
        "until",
        "much",
        "many",
        "long",
        "often",
        "far",
        "which",
        "page",
    }
)  # fmt: skip; with a question word, these ask about the whole of what was asked before
DOCUMENT_NOUNS = r"document|file|paper|report|study|contract|agreement|lease|letter|article|book|handbook|filing|receipt|invoice|pdf|page|minutes|policy|will"
DEMONSTRATIVE = re.compile(
    r"\b(this|that|these|those|the same)\s+(?!(?:is|was|are|were|in|on|of|to|for|not|be)\b)([a-z]+)", re.I
)
DEICTIC = frozenset({"year", "month", "week", "morning", "evening", "time", "moment", "day", "way", "case"})
SUBJECT = re.compile(r"\b(he|she)\b", re.I)
PERSON_OBJECT = re.compile(r"\b(?:him|her(?=\W*$| (?:to|for|in|on|at|with|from|by|and|or|when|about)\b))", re.I)
PERSON_OWN = re.compile(r"\b(?:his|hers?)\b", re.I)
PLURAL = re.compile(r"\b(they|them|theirs?)\b", re.I)
SINGULAR = re.compile(r"\b(it|its|this|that)\b(?!['’]s (?:true|possible))", re.I)
OBJECT_FORMS = frozenset({"them", "him", "it"})
WHICH_ONE = re.compile(r"\bwhich ones?\b", re.I)
EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will) it (?:be )?(?:\w+ed|\w+ble|\w+al|\w+ful|okay|ok|safe|true|easy|hard|good|worth|right|wrong|necessary)\b.*\b(?:to|that|if|for)\b",
    re.I,
)  # noqa: E501
EXISTS = re.compile(r"\b(?:there (?:is|are|was|were|be|has|have|will)|(?:is|are|was|were|will|has|have) there)\b", re.I)
ANTECEDENT = re.compile(r"\b(?:the|a|an|my|our|each|every|any|which|what)\s+[a-z]{3,}", re.I)
CLAUSE = re.compile(r"[,;:]|\b(?:and|or|but|if|when|because|while|after|before|that|who|which)\b", re.I)
LONGEST_FRAGMENT = 6  # words; what is longer and has no verb is a heading, not a follow-up


def follow_up(question: str, turn: Turn) -> str:
    """`question` with what it leaves out or points back to, from the turn before; unchanged when it stands alone."""
    if is_courtesy(question) or not content_words(turn.question):
        return question
    for rule in (_more, _ordinal, _question_word, _comparison, _fragment, _pointing_back, _continued):
        rewritten = rule(question, turn)
        if rewritten is not None:
            return _tidy(rewritten)
    return question


def is_courtesy(question: str) -> bool:
    """ "Thanks!": asks nothing."""
    return COURTESY.match(question) is not None or not WORD.search(question)


def content_words(text: str) -> list[str]:
    """The words that are not grammar, in lower case."""
    grammar = QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | DETERMINERS | LIGHT
    return [word for word in (match.lower() for match in WORD.findall(text)) if word not in grammar]


def _more(question: str, turn: Turn) -> str | None:
    return f"{question.strip(' .?!')}: {turn.question}" if MORE.match(question) else None


def _ordinal(question: str, turn: Turn) -> str | None:
    match = ORDINAL.search(question)
    items = _listed(turn.answer)
    if match is None or len(items) < 2:
        return None
    position = ORDINALS[match[1].lower()]
    if position >= len(items):
        return None
    rest = LEAD_IN.sub("", question[: match.start()] + question[match.end() :]).strip(" ?.!")
    if not rest:
        return f"Tell me more about {items[position]}"
    return question[: match.start()] + items[position] + question[match.end() :]


def _listed(answer: str) -> list[str]:
    """The items of the last answer: numbered or bulleted, or "A, B and C"."""
    plain = without_markers(answer)
    items = [item.strip(" .") for item in LIST_ITEM.findall(plain)]
    if len(items) >= 2:
        return items
    for sentence in re.split(r"(?<=[.!?])\s", plain):
        names = [name for name in names_of(sentence)]
        first = opening_name(sentence)
        if re.search(r"\w(?:,| and| or) ", sentence):
            parts = re.split(r",\s*(?:and |or )?|\s+(?:and|or)\s+", sentence.strip(" ."))
            if len(parts) >= 2:
                items = [
                    _series_item(part, last=index == len(parts) - 1, first=index == 0)
                    for index, part in enumerate(parts)
                ]
                return [item for item in items if item]
        if len(names) + bool(first) >= 2:
            return [*([first] if first else []), *(name.text for name in names)]
    return []


def _series_item(part: str, last: bool, first: bool) -> str:
    if last:
        part = SERIES_VERB.sub("", part)
    if first:
        determined = re.findall(r"\b(?:a|an|the)\s+.+$", part)
        named = names_of(part)
        part = determined[-1] if determined else named[-1].text if named else part.split()[-1]
    return re.sub(r"^(?:a|an)\s+", "the ", part.strip())


def _question_word(question: str, turn: Turn) -> str | None:
    """ "Why?", "since when?", "on what date?": about the whole of what was asked before."""
    words = [match.lower() for match in WORD.findall(LEAD_IN.sub("", question))]
    asks = [word for word in words if word in QUESTION_WORDS or word == "whom"]
    if not asks or any(word not in BARE and word not in QUESTION_WORDS for word in words):
        return None
    bare = LEAD_IN.sub("", question).strip(" ?!.")
    first = WORD.match(turn.question)
    if first and first[0].lower() in AUXILIARIES and bare.lower() in {"why", "when", "where"}:
        return f"{bare} {_lowered(turn.question)}"
    return f"{bare}? {turn.question}"


def _comparison(question: str, turn: Turn) -> str | None:
    if not COMPARISON.search(question):
        return None
    compared = re.sub(r"^(?:and|but|so) ", "", question.strip(), flags=re.I)
    link = "" if compared.lower().startswith("compare") else "and "
    return f"{turn.question.rstrip(' ?.!')}, {link}{_lowered(compared)}"


def _fragment(question: str, turn: Turn) -> str | None:
    """A question without a verb: what it names takes the place of what is like it in the question before."""
    bare = LEAD_IN.sub("", question).strip(" ?.!")
    led = bare != question.strip(" ?.!")
    words = [match.lower() for match in WORD.findall(bare)]
    relative = RELATIVE_YEAR.search(bare)
    if relative is not None and not content_words(bare[: relative.start()] + bare[relative.end() :]):
        year = _computed_year(relative, turn)
        return None if year is None else _with_year(turn.question, str(year))
    is_question = any(word in QUESTION_WORDS | AUXILIARIES for word in words)
    if not words or is_question or len(words) > LONGEST_FRAGMENT or ":" in bare:
        return None
    if not led and not _alone(bare, words):
        return None
    bare = _person(bare, turn) or bare
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
    return _replaced(turn.question, old.span(), new[0]) if new and old else None


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
        return _replaced(question, old.span(), bare) if old else f"{question.rstrip(' ?.')} {bare}?"
    quarter, old_quarter = QUARTER.search(bare), QUARTER.search(question)
    if quarter:
        return (
            _replaced(question, old_quarter.span(), quarter[0])
            if old_quarter
            else f"{question.rstrip(' ?.')} in {quarter[0]}?"
        )
    date, old_date = DATE.search(bare), DATE.search(question)
    if date:
        if old_date is None:
            return _with_year(question, date[0]) if years else f"{question.rstrip(' ?.')} {bare}?"
        year = YEAR.search(old_date[0])
        kept = f" {year[0]}" if year and not YEAR.search(date[0]) else ""
        return _replaced(question, old_date.span(), date[0] + kept)
    return _with_year(question, years[0]) if years else None


def _with_year(question: str, year: str) -> str:
    old = list(YEAR.finditer(question))
    return _replaced(question, old[-1].span(), year) if old else f"{question.rstrip(' ?.!')} in {year}?"


def _computed_year(match: re.Match[str], turn: Turn) -> int | None:
    base = _named_year(turn)
    if base is None:
        return None
    if match["count"]:
        count = SMALL.get(match["count"].lower()) or int(match["count"])
        return base + (count if match["way"].lower() in ("later", "after") else -count)
    return base + 1 if match["on"] else base - 1


def _named_year(turn: Turn) -> int | None:
    for text in (turn.question, without_markers(turn.answer)):
        years = [int(year) for year in re.findall(r"(?:1[5-9]|20)\d\d", " ".join(YEAR.findall(text)))]
        if years:
            return years[-1]
    return None


def _name_for_name(bare: str, turn: Turn) -> str | None:
    """ "Europe" for "Asia": the name most like it, by kind, by number of words, by the word before it."""
    new = names_of(f"- {bare}")
    old = [name for name in names_of(turn.question) if not FILE.search(name.text)]
    if not new or not old:
        return None
    name = new[0]
    preposition = _word_before(bare, name.start - 2)

    def likeness(other: Name) -> tuple[bool, bool, bool]:
        same_words = len(other.text.split()) == len(name.text.split())
        return other.kind == name.kind, _word_before(turn.question, other.start) == preposition, same_words

    best = max(old, key=likeness)
    changed = _replaced(turn.question, (best.start, best.end), name.text)
    rest = re.sub(r"^.*?['’]s?\s*", "", bare[name.end - 2 :]) if re.match(r"['’]", bare[name.end - 2 :]) else ""
    same = name.text == best.text  # "Karl’s brother" for "uncle Karl"
    if content_words(rest) and not same:  # "Intel's net income" for "Nvidia's revenue"
        return _phrase_for_phrase(rest, replace(turn, question=changed))
    around = content_words(bare.replace(name.text, " "))
    if not same and not any(word not in turn.question.lower() for word in around if word not in {"one", "s"}):
        return changed
    slot = next((slot for slot in _slots(turn.question) if slot.start <= best.start < slot.end), None)
    return _replaced(turn.question, (slot.start, slot.end), _bare_phrase(bare)) if slot else None


def _bare_phrase(text: str) -> str:
    words = text.split()
    return " ".join(words[1:]) if words[0].lower() in PREPOSITIONS and len(words) > 1 else text


def _word_before(text: str, position: int) -> str:
    words = WORD.findall(text[: max(0, position)])
    return words[-1].lower() if words else ""


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
    return _replaced(turn.question, (slot.start, slot.end), determined)


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


def _pointing_back(question: str, turn: Turn) -> str | None:
    """Pronouns, "that paper", "there", "that year": each becomes what it points to."""
    rewritten, resolved, about_person = question, bool(WHICH_ONE.search(question)), False
    relative = RELATIVE_YEAR.search(question)
    if relative is not None and (year := _computed_year(relative, turn)) is not None and not relative["last"]:
        rewritten = f"{question[: relative.start()]}in {year}{question[relative.end() :]}"
        resolved = True
    for resolve in (_same_year, _demonstrative, _person, _plural, _singular, _there):
        changed = resolve(rewritten, turn)
        if changed is not None:
            about_person = about_person or resolve is _person
            rewritten, resolved = changed, True
    if not resolved:
        return None
    return rewritten if about_person else _with_rest(rewritten, turn, year_known=bool(YEAR.search(rewritten)))


Resolver = Callable[[str, Turn], str | None]


def _same_year(question: str, turn: Turn) -> str | None:
    match, year = SAME_YEAR.search(question), _named_year(turn)
    return _replaced(question, match.span(), f"in {year}") if match and year else None


def _demonstrative(question: str, turn: Turn) -> str | None:
    match = next((m for m in DEMONSTRATIVE.finditer(question) if not _relative_clause(question, m)), None)
    if match is None or match[2].lower() in DEICTIC | AUXILIARIES | QUESTION_WORDS or is_verb(match[2]):
        return None
    noun = match[2].lower()
    for name in reversed(names_of(f"- {without_markers(turn.answer)}") + names_of(turn.question)):
        if noun in name.text.lower().split():
            return _replaced(question, match.span(), name.text)
    opened = re.match(rf"{noun} [\d.]*\d", without_markers(turn.answer), re.I)
    if opened:
        return _replaced(question, match.span(), opened[0])
    for phrase in phrases_of(turn.question):
        if noun in content_words(phrase.text):
            return _replaced(question, match.span(), phrase.text)
    if re.fullmatch(DOCUMENT_NOUNS, noun) and turn.documents:
        return _replaced(question, match.span(), f"“{PurePath(turn.documents[0]).stem}”")
    return _replaced(question, match.span(), f"the {noun}") if phrases_of(turn.question) else None


def _relative_clause(question: str, match: re.Match[str]) -> bool:
    """ "the ship that sank": after a noun, "that" points at it."""
    before = WORD.findall(question[: match.start()])
    grammar = (
        QUESTION_WORDS
        | AUXILIARIES
        | PREPOSITIONS
        | {"and", "or", "but", "quote", "about", "explain", "show", "me", "summarise"}
    )
    return bool(before) and match[0].lower().startswith("that") and before[-1].lower() not in grammar


def _person(question: str, turn: Turn) -> str | None:
    pattern = next((p for p in (SUBJECT, PERSON_OBJECT, PERSON_OWN) if p.search(question)), None)
    if pattern is None or _inside(question, pattern):
        return None
    person = _last_person(turn)
    if person is None:
        return None
    question = SUBJECT.sub(person, question)
    question = PERSON_OBJECT.sub(person, question)
    return PERSON_OWN.sub(f"{person}’s", question)


def _last_person(turn: Turn) -> str | None:
    answer = without_markers(turn.answer)
    names = [*names_of(answer), *names_of(turn.question)]
    for kind in ("person", "name"):
        alike = [name.text for name in names if name.kind == kind and not re.search(r"\d", name.text)]
        if alike:
            return alike[0]
    return opening_name(answer) or None


def _plural(question: str, turn: Turn) -> str | None:
    if not PLURAL.search(question) or _inside(question, PLURAL):
        return None
    named = _asked_for(turn)
    plural = [phrase.text for phrase in phrases_of(turn.question) if phrase.plural]
    target = named or (plural[0] if plural else _subject(question, turn))
    return _put(question, PLURAL, target) if target else None


def _singular(question: str, turn: Turn) -> str | None:
    match = next(
        (m for m in SINGULAR.finditer(question) if not _relative_clause(question, m) and not _determines(question, m)),
        None,
    )
    if match is None or EXPLETIVE.search(question) or _inside(question, re.compile(rf"\b{match[0]}\b")):
        return None
    phrases = phrases_of(turn.question)
    named = None if phrases and phrases[0].plural else _asked_for(turn)
    target = named or _subject(question, turn, _word_before(question, match.start()))
    return _put(question, re.compile(rf"\b{match[0]}\b"), target) if target else None


def _determines(question: str, match: re.Match[str]) -> bool:
    return match[0].lower() in ("this", "that") and any(
        m.start() == match.start() and not is_verb(m[2]) for m in DEMONSTRATIVE.finditer(question)
    )


def _there(question: str, turn: Turn) -> str | None:
    match = re.search(r"\bthere\b", question, re.I)
    if match is None or EXISTS.search(question):
        return None
    places = [name.text for text in (turn.question, without_markers(turn.answer)) for name in names_of(text)]
    located = [phrase.text for phrase in phrases_of(turn.question) if phrase.preposition in ("in", "at")]
    target = places[-1] if places else located[-1] if located else None
    return _replaced(question, match.span(), f"in {target}") if target else None


def _asked_for(turn: Turn) -> str | None:
    """ "Which bank …?" was answered with a name: that is what is spoken of now."""
    if not re.match(r"\W*(?:who|which|what (?!is|are|was|were|do|did|does|has|may|can|will))\b", turn.question, re.I):
        return None
    answer = without_markers(turn.answer)
    known = turn.question.lower()
    names = [name.text for name in names_of(answer) if name.text.lower() not in known]
    return names[0] if names else (opening_name(answer) if opening_name(answer).lower() not in known else None) or None


def _subject(question: str, turn: Turn, preposition: str = "") -> str | None:
    """What the question before was about: the phrase after the same preposition, or the first one."""
    phrases = phrases_of(turn.question)
    if preposition in PREPOSITIONS:
        for phrase in phrases:
            inside = re.search(rf"(?:^|\s){preposition}\s(.+)", phrase.text)
            if inside:
                return inside[1]
    asked = re.match(r"\W*(?:which|what|how many|how much)\b\s*(?!is|are|was|were)", turn.question, re.I)
    later = [phrase for phrase in phrases if not (asked and phrase.start <= asked.end() + 1)]
    chosen = later or phrases
    return chosen[0].text if chosen else None


def _inside(question: str, pattern: re.Pattern[str]) -> bool:
    """Whether the pronoun points to something in its own question ("does the company lease its offices?")."""
    match = pattern.search(question)
    if match is None:
        return False
    before = LEAD_IN.sub("", question[: match.start()])
    named = bool(names_of(f"- {before}"))
    known = named or bool(re.search(r"\b(?:the|a|an|my|our|each|every)\s+[a-z]{3,}", before, re.I))
    if match[0].lower() in OBJECT_FORMS:
        return known and bool(CLAUSE.search(before))
    return known


def _put(question: str, pattern: re.Pattern[str], target: str) -> str:
    def form(match: re.Match[str]) -> str:
        if match[0].lower() in ("its", "their", "theirs"):
            return target + ("’" if target.endswith("s") else "’s")
        return target

    return pattern.sub(form, question, count=1)


def _with_rest(question: str, turn: Turn, year_known: bool) -> str:
    """`question` with the phrases and years of the one before that it doesn't hold, in brackets: they narrow the search."""
    held = set(content_words(question))
    rest = [phrase.text for phrase in phrases_of(turn.question) if not set(content_words(phrase.text)) <= held]
    rest = [part for part in rest if len(part.split()) > 1 or part[0].isupper() or part.endswith("s")]
    if not year_known and not DATE.search(question):
        rest += [match[0] for match in (*DATE.finditer(turn.question), *YEAR.finditer(turn.question))]
    rest = [part for part in rest if part.lower() not in question.lower()]
    rest = [part for part in dict.fromkeys(rest) if not any(part != other and part in other for other in rest)]
    return f"{question.rstrip(' ?.!')} ({', '.join(rest)})?" if rest else question


def _continued(question: str, turn: Turn) -> str | None:
    """ "And who is the treasurer?": short, led by "and", no names of its own: in the setting of the one before."""
    bare = LEAD_IN.sub("", question)
    if bare == question or len(content_words(bare)) > 2 or names_of(bare) or ":" in bare:
        return None
    setting = [name.text for name in names_of(turn.question)] + [match[0] for match in YEAR.finditer(turn.question)]
    setting += [phrase.text for phrase in phrases_of(turn.question)] if not content_words(bare) else []
    return f"{bare.rstrip(' ?.!')} ({', '.join(setting)})?" if setting else bare


def _replaced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _lowered(question: str) -> str:
    first = WORD.match(question)
    return (
        question[0].lower() + question[1:] if first and first[0].lower() in QUESTION_WORDS | AUXILIARIES else question
    )


def _tidy(question: str) -> str:
    text = re.sub(r"\s+", " ", question).strip()
    text = re.sub(r"\b(in|for|of|the) \1\b", r"\1", text)
    return text[:1].upper() + text[1:]
