"""What turns a sentence into its opposite while most of its words stay: negation, direction, order, roles.

Lexical likeness doesn't see these, and nor does an embedding: "not allowed" lies beside "allowed".
"""

from __future__ import annotations

import re
from functools import lru_cache

from lamplight.rag.lexicon.dates import REMEMBERED
from lamplight.rag.sentences import stems

NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|fails? to|failed to)\b|n['’]t\b",
    re.I,
)
CLAUSE_END = re.compile(r"[.;:!?,]|\b(?:and|but|or|while|whereas|because|although|unless|if|than|which|who)\b", re.I)
PHRASE_END = re.compile(rf"{CLAUSE_END.pattern}|\b(?:is|are|was|were|has|have|had|may|can|must|will)\b", re.I)
SCOPE = 3  # meaning words after a negation that it reaches
REACHES_BACK = frozenset({"nowhere", "nothing", "none", "neither"})
UP = "increase increased increases rise rises rose risen grow grows grew grown gain gained climbed up improved improves"
DOWN = (
    "decrease decreased decreases fall falls fell fallen decline declined declines drop dropped drops shrank lost down"
)
OPPOSITES = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        (UP, DOWN),
        ("higher more greater larger better above", "lower less fewer smaller worse below"),
        ("highest most largest best maximum", "lowest least smallest worst minimum"),
        ("before earlier", "after later"),
        ("open opens opened", "close closes closed"),
        ("on", "off"),
        ("first", "last"),
        ("bought buys buy purchased acquired", "sold sells sell"),
        ("allowed permitted may", "prohibited forbidden banned"),
        ("accepted approved granted", "rejected refused denied dismissed"),
        ("included includes include including", "excluded excludes exclude excluding"),
        ("upheld confirmed affirmed", "overturned reversed quashed"),
        ("won wins win", "lost loses lose"),
        ("guilty", "innocent"),
        ("profit profits", "loss losses"),
        ("inside within", "outside"),
        ("always", "never"),
        ("shallow", "deep"),
    )
)  # fmt: skip
ONLY = re.compile(r"\b(?:only|solely|exclusively|alone|nowhere else|no other|nobody else|no one else|at most)\b", re.I)
EXCEPT = re.compile(r"\b(?:except(?:ing|ion of)?|apart from|other than|excluding|but not)\b", re.I)
PROHIBITED = re.compile(r"\b(?:prohibited|forbidden|banned)\b", re.I)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
THAN = re.compile(r"\bthan\b", re.I)
RANGE = re.compile(
    r"\bfrom\s+(?:about\s+|around\s+)?[$€£]?(\d[\d.,]*)\D{0,18}?\bto\s+(?:about\s+|around\s+)?[$€£]?(\d[\d.,]*)", re.I
)
ROLE_AFTER = r"\s*\((?:the\s+|a\s+)?[“\"]?([A-Z]\w+)[”\"]?\)"
ROLE_SAID = r"\s+(?:is|was|are|as|,)\s+(?:the\s+)?([A-Z]\w+)"


SENSES = {word: side[0] for side in (UP.split(), DOWN.split()) for word in side}
"""Words of one direction as one word: "rose" is "increased"."""


@lru_cache(REMEMBERED)
def _stems(text: str) -> frozenset[str]:
    return stems(text)


def contradicts(said: str, source: str) -> bool:
    """Whether `source` says the opposite of `said` about what they have in common."""
    # "A is more than B" is "B is less than A": turned twice is not turned.
    turned = _other_direction(said, source) != _other_way_round(said, source)
    narrowed = bool(ONLY.search(said)) and not ONLY.search(source)
    return (
        turned
        or narrowed
        or _negated_otherwise(said, source)
        or _excepted(said, source)
        or _swapped_range(said, source)
        or _other_roles(said, source)
    )


def _negated_otherwise(said: str, source: str) -> bool:
    ours, theirs = _negated(said), _negated(source)
    common = _stems(said) & _stems(source)
    if PROHIBITED.search(source) and not PROHIBITED.search(said):
        return not NEGATION.search(said)
    return any((stem in ours) != (stem in theirs) for stem in common & (ours | theirs))


def _excepted(said: str, source: str) -> bool:
    """ "Except on Fridays" for "on Fridays": what we leave out is what they speak of."""
    match = EXCEPT.search(said)
    if match is None or EXCEPT.search(source):
        return False
    left_out = _in_order(said[match.end() :])[:SCOPE]
    return any(stem in _stems(source) and stem not in _negated(source) for stem in left_out)


@lru_cache(REMEMBERED)
def _negated(text: str) -> frozenset[str]:
    """The stems that a negation reaches: the next few meaning words of its clause."""
    reached: list[str] = []
    for match in NEGATION.finditer(text):
        end = (PHRASE_END if match[0].lower() in ("no", "without") else CLAUSE_END).search(text, match.end())
        scope = text[match.end() : end.start() if end else len(text)]
        if match[0].lower() in REACHES_BACK:
            continue
        reached += _in_order(scope)[:SCOPE]
    return frozenset(reached)


def _in_order(text: str) -> list[str]:
    return [stem for word in WORD.findall(text) for stem in stems(word)]


def _other_direction(said: str, source: str) -> bool:
    """Up for down, higher for lower, opened for closed: said with a word that the source has the opposite of."""
    ours, theirs = _words(said), _words(source)
    for one, other in OPPOSITES:
        for mine, against in ((one, other), (other, one)):
            if ours & mine and not ours & against and theirs & against and not theirs & mine:
                return True
    return False


@lru_cache(REMEMBERED)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in WORD.findall(text))


def _other_way_round(said: str, source: str) -> bool:
    """ "A more than B" for "B more than A": what we compare with is what they compare."""
    ours, theirs = THAN.search(said), THAN.search(source)
    if ours is None or theirs is None:
        return False
    (_, with_what), (compared, with_theirs) = _sides(said, ours), _sides(source, theirs)
    return bool(with_what & compared) and not with_what & with_theirs


def _swapped_range(said: str, source: str) -> bool:
    """ "From 2 to 1" for "from 1 to 2"."""
    ours, theirs = RANGE.search(said), RANGE.search(source)
    if ours is None or theirs is None:
        return False
    (one, two), (three, four) = ([number.rstrip(".,") for number in match.groups()] for match in (ours, theirs))
    return one == four and two == three and one != two


def _sides(text: str, than: re.Match[str]) -> tuple[frozenset[str], frozenset[str]]:
    left, right = stems(text[: than.start()]), stems(text[than.end() :])
    return left - right, right - left


def _other_roles(said: str, source: str) -> bool:
    """ "Nowak is the Landlord" where the source has "Nowak (the Tenant)"."""
    for match in re.finditer(rf"([A-Z][\w.&’-]*){ROLE_AFTER}", source):
        spoken = re.search(rf"{re.escape(match[1])}{ROLE_SAID}", said)
        if spoken and spoken[1].lower() != match[2].lower():
            return True
    return False
