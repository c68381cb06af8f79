"""What a question wants to know of the lines of statements."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from lamplight.rag.measures.definitions import Definitions, Measure, name_of
from lamplight.rag.measures.expression import Expression, Named, NotAnExpression, read_expression
from lamplight.rag.periods import periods_of
from lamplight.rag.query import STOP_WORDS
from lamplight.rag.sentences import stem

SENTENCE = re.compile(r"(?<=[?!.])\s+(?=[A-Z(\"“])")
IN_BRACKETS = re.compile(r"\[[^\[\]]*\]")
DEFINED = (
    re.compile(r"(?:please\s)?(?:define|calculate|compute)\s(?P<name>[^.:]+?)\sas\s?:?\s(?P<rest>.+)", re.IGNORECASE),
    re.compile(
        r"(?P<name>[^.:]+?)\s(?:is|are|can be|should be)\s(?:defined|calculated|computed|measured)\s(?:as|by)"
        r"\s?:?\s*(?P<rest>.+)",
        re.IGNORECASE,
    ),
)
ASKING = re.compile(
    r"(?:^|[,:]\s+)(?P<asked>(?:and\s)?(?:what(?:’s|'s)?|how\s(?:much|many|high|large|big)|which|calculate|compute|"
    r"(?P<yes>is|are|was|were|do|does|did|has|have|had)|(?P<how>how\s(?:did|does|do|has|have)))\b.+)",
    re.IGNORECASE,
)
STATEMENTS = re.compile(
    r"\b(?:(?:consolidated\s)?statements?\sof\s(?:cash\sflows?|income|financial\sposition|operations|earnings)|"
    r"(?:cash\sflow|income|profit\sand\sloss|p&l)\sstatements?|balance\ssheets?)\b",
    re.IGNORECASE,
)
OVER_YEARS = re.compile(r"\b(\d|two|three|four|five)[\s-]years?\saverages?\b(?:\sof)?", re.IGNORECASE)
IN_ROUND_BRACKETS = re.compile(r"\([^()]*\)")
ASKS = re.compile(r"\?|^(?:calculate|compute)\b", re.IGNORECASE)
EVEN_SO = 3  # words that nothing explains, beside a ratio: "is it a healthy business, judged by its quick ratio?"
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
YEAR_OVER_YEAR = re.compile(r"\b(?:year[\s-]over[\s-]year|year[\s-]on[\s-]year|yoy|y/y)\b", re.IGNORECASE)
SCALE = re.compile(
    r"\b(?:in|USD|EUR|GBP|[$€£])\s?(?:US\s?)?(?:USD|EUR|GBP|dollars?|[$€£])?\s?(?:in\s)?(thousand|million|billion)s?\b",
    re.IGNORECASE,
)
DECIMALS = re.compile(r"\b(\d|one|two|three|four)\sdecimal", re.IGNORECASE)
DIGITS = {"one": 1, "two": 2, "three": 3, "four": 4}
UNIT_WORDS = frozenset(
    {
        "usd",
        "eur",
        "gbp",
        "dollars",
        "us",
        "thousands",
        "millions",
        "billions",
        "thousand",
        "million",
        "billion",
        "percent",
        "percents",
        "percentage",
        "units",
        "%",
        "terms",
    }
)


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


# Words that ask for no more than the figure itself.
PLAIN = _stems(
    "amount figure value reported report year end ending ended fiscal unadjusted balance total consolidated annual "
    "ratio level its their company calculate compute net gaap according based statement stated profile metric fy "
    "period number usd"
)
RISES = _stems("improve improving improved increase increasing increased grow grew rise rising rose higher expand")
FALLS = _stems("decline declining declined decrease decreasing decreased drop dropped fall falling fell lower shrink")
CHANGES = _stems("change changed changing improvement growth consistent stable fluctuating historically")

Form = Literal["value", "growth", "trend"]


@dataclass(frozen=True, slots=True)
class Asked:
    """`definitions` also has what the question itself defines; `years` are those it speaks of, in order.

    `count` is over how many years the mean is asked for, 1 for none. `direction` is 1 where it is asked whether it
    rises, -1 whether it falls. `scale` and `decimals` are those asked for.
    """

    expression: Expression
    definitions: Definitions
    years: tuple[int, ...]
    form: Form
    is_share: bool
    count: int = 1
    direction: int = 0
    scale: str = ""
    decimals: int | None = None


def read_question(question: str, known: Definitions, names: frozenset[str] = frozenset()) -> Asked | None:
    """None when a word is left that nothing explains. `names` are words, in lower case, that name the document."""
    sentences = SENTENCE.split(question.strip())
    known = _with_defined(sentences, known)
    for sentence in sentences:
        match = ASKING.search(sentence.partition(";")[0])
        if match is None or not (ASKS.search(sentence) or len(sentences) == 1):
            continue
        asked = _asked(match, known, names)
        if asked is not None:
            scale, decimals = SCALE.search(question), DECIMALS.search(question)
            count = (DIGITS.get(decimals[1].lower()) or int(decimals[1])) if decimals else None
            return replace(asked, scale=scale[1].lower() if scale else "", decimals=count)
    return None


def _asked(match: re.Match[str], known: Definitions, names: frozenset[str]) -> Asked | None:
    """What one sentence asks."""
    text = STATEMENTS.sub(" ", match["asked"]).replace("’s", "'s").rstrip(" ?.")
    text = IN_ROUND_BRACKETS.sub(" ", text) if match["yes"] else text
    over, yearly = OVER_YEARS.search(text), YEAR_OVER_YEAR.search(text) is not None
    text = YEAR_OVER_YEAR.sub(" ", OVER_YEARS.sub(" ", text))
    try:
        read = read_expression(_without(text, names), known.names)
    except NotAnExpression:
        return None
    expression, changes, is_measure = read.expression, False, False
    share = read.is_share
    if isinstance(expression, Named):
        is_measure = expression.name in known.measures
        share = share or (is_measure and known.measures[expression.name].is_share)
        changes = expression.kind == "change"
        # The years are those of the question, not of this operand.
        expression = Named(expression.name) if len(expression.years) < 2 or changes else expression
    left = {stem(word) for word in read.left_over - STOP_WORDS - UNIT_WORDS} - PLAIN - set(map(stem, names))
    direction = bool(left & RISES) - bool(left & FALLS)
    directed = bool(left & (RISES | FALLS | CHANGES)) or changes
    left -= RISES | FALLS | CHANGES
    may_be = match["yes"] or match["how"]
    if left and not (may_be and is_measure and len(left) <= EVEN_SO):
        return None
    form: Form = "value"
    if may_be or (directed and is_measure):
        form = "trend"
    elif yearly or directed:
        form, share = "growth", True
    if form == "trend" and not directed and not is_measure:
        return None
    count = (COUNTS.get(over[1].lower()) or int(over[1])) if over else 1
    years = tuple(sorted(periods_of(text).years))
    return Asked(expression, known, years, form, share, count, direction if match["yes"] else 0)


def _without(text: str, names: frozenset[str]) -> str:
    """Without the names of documents and what asks."""
    words = [word for word in text.split() if word.lower().strip(".,'\"()").removesuffix("'s") not in names]
    return " ".join(words)


def _with_defined(sentences: list[str], known: Definitions) -> Definitions:
    """With what the question defines itself, as far as that can be read."""
    lines, measures, names = dict(known.lines), dict(known.measures), dict(known.names)
    for sentence in sentences:
        bare = STATEMENTS.sub(" ", IN_BRACKETS.sub(" ", sentence)).rstrip(" .")
        match = next((found for pattern in DEFINED if (found := pattern.fullmatch(bare)) is not None), None)
        if match is None:
            continue
        with suppress(NotAnExpression):
            read_expression(match["rest"], known.names)
            words = name_of(match["name"])
            name = names.setdefault(words, match["name"].strip())
            measures[name] = Measure(name, match["rest"], "%" in sentence)
            lines.pop(name, None)
    return Definitions(lines, measures, names, known.labels)
