"""Words that point back: pronouns, "that paper", "there", "that year"."""

from __future__ import annotations

import re
from pathlib import PurePath

from lamplight.rag.conversation.turn import (
    LEAD_IN,
    RELATIVE_YEAR,
    Turn,
    computed_year,
    content_words,
    named_year,
    replaced,
    word_before,
)
from lamplight.rag.lexicon.phrases import (
    AUXILIARIES,
    DATE,
    PREPOSITIONS,
    QUESTION_WORDS,
    WORD,
    YEAR,
    is_verb,
    names_of,
    opening_name,
    phrases_of,
    without_markers,
)

SAME_YEAR = re.compile(r"\b(?:in )?(?:that|the same) year\b|\bthen(?=\W*$)", re.I)
DOCUMENT_NOUNS = frozenset({
    "document", "file", "paper", "report", "study", "contract", "agreement", "lease", "letter", "article", "book",
    "handbook", "filing", "receipt", "invoice", "pdf", "page", "minutes", "policy", "will",
})  # fmt: skip
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
    r"\b(?:is|was|would|will) it (?:be )?"
    r"(?:\w+ed|\w+ble|\w+al|\w+ful|okay|ok|safe|true|easy|hard|good|worth|right|wrong|necessary)\b"
    r".*\b(?:to|that|if|for)\b",
    re.I,
)
EXISTS = re.compile(r"\b(?:there (?:is|are|was|were|be|has|have|will)|(?:is|are|was|were|will|has|have) there)\b", re.I)
CLAUSE = re.compile(r"[,;:]|\b(?:and|or|but|if|when|because|while|after|before|that|who|which)\b", re.I)


def pointing_back(question: str, turn: Turn) -> str | None:
    """Pronouns, "that paper", "there", "that year": each becomes what it points to."""
    rewritten, resolved, about_person = question, bool(WHICH_ONE.search(question)), False
    relative = RELATIVE_YEAR.search(question)
    if relative is not None and (year := computed_year(relative, turn)) is not None and not relative["last"]:
        rewritten = f"{question[: relative.start()]}in {year}{question[relative.end() :]}"
        resolved = True
    for resolve in (_same_year, _demonstrative, with_person, _plural, _singular, _there):
        changed = resolve(rewritten, turn)
        if changed is not None:
            about_person = about_person or resolve is with_person
            rewritten, resolved = changed, True
    if not resolved:
        return None
    return rewritten if about_person else _with_rest(rewritten, turn, year_known=bool(YEAR.search(rewritten)))


def _same_year(question: str, turn: Turn) -> str | None:
    match, year = SAME_YEAR.search(question), named_year(turn)
    return replaced(question, match.span(), f"in {year}") if match and year else None


def _demonstrative(question: str, turn: Turn) -> str | None:
    match = next((m for m in DEMONSTRATIVE.finditer(question) if not _relative_clause(question, m)), None)
    if match is None or match[2].lower() in DEICTIC | AUXILIARIES | QUESTION_WORDS or is_verb(match[2]):
        return None
    noun = match[2].lower()
    for name in reversed(names_of(f"- {without_markers(turn.answer)}") + names_of(turn.question)):
        if noun in name.text.lower().split():
            return replaced(question, match.span(), name.text)
    opened = re.match(rf"{noun} [\d.]*\d", without_markers(turn.answer), re.I)
    if opened:
        return replaced(question, match.span(), opened[0])
    for phrase in phrases_of(turn.question):
        if noun in content_words(phrase.text):
            return replaced(question, match.span(), phrase.text)
    if noun in DOCUMENT_NOUNS and turn.documents:
        return replaced(question, match.span(), f"“{PurePath(turn.documents[0]).stem}”")
    return replaced(question, match.span(), f"the {noun}") if phrases_of(turn.question) else None


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


def with_person(question: str, turn: Turn) -> str | None:
    """The person in `turn` for "he" or "her"; None without such a word or person, or if `question` has its own."""
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
    target = named or _subject(question, turn, word_before(question, match.start()))
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
    return replaced(question, match.span(), f"in {target}") if target else None


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
    """`question` and, in brackets, what the one before names and it doesn't: this narrows the search."""
    held = set(content_words(question))
    rest = [phrase.text for phrase in phrases_of(turn.question) if not set(content_words(phrase.text)) <= held]
    rest = [part for part in rest if len(part.split()) > 1 or part[0].isupper() or part.endswith("s")]
    if not year_known and not DATE.search(question):
        rest += [match[0] for match in (*DATE.finditer(turn.question), *YEAR.finditer(turn.question))]
    rest = [part for part in rest if part.lower() not in question.lower()]
    rest = [part for part in dict.fromkeys(rest) if not any(part != other and part in other for other in rest)]
    return f"{question.rstrip(' ?.!')} ({', '.join(rest)})?" if rest else question
