"""What a question wants to know of the lines of statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from lamplight.rag.lexicon.numbers import NUMBER_WORDS
from lamplight.rag.measures.defined import ASKING, DEFINITION, STATEMENTS, formula_in, with_defined
from lamplight.rag.measures.definitions import Definitions
from lamplight.rag.measures.expression import (
    OPERATORS,
    Expression,
    Named,
    NotAnExpression,
    Operation,
    Token,
    parse_expression,
    tokens_of,
)
from lamplight.rag.periods import periods_of
from lamplight.rag.query import STOP_WORDS
from lamplight.rag.sentences import split_sentences, stem

OVER_YEARS = re.compile(r"\b(\d|two|three|four|five)[\s-]years?\saverages?\b(?:\sof)?", re.IGNORECASE)
IN_ROUND_BRACKETS = re.compile(r"\([^()]*\)")
ASKS = re.compile(r"\?|^(?:calculate|compute)\b", re.IGNORECASE)
EVEN_SO = 3  # words that nothing explains, beside a ratio: "is it a healthy business, judged by its quick ratio?"
COMPOUND = re.compile(r"\bcagr\b|\bcompound(?:ed)?\sannual(?:ised|ized)?\sgrowth(?:\srates?)?\b", re.IGNORECASE)
SPAN = re.compile(r"\b(?:over\sthe\s)?(?:\d+|two|three|four|five)[\s-]years?\b", re.IGNORECASE)
YEAR_OVER_YEAR = re.compile(r"\b(?:year[\s-]over[\s-]year|year[\s-]on[\s-]year|yoy|y/y)\b", re.IGNORECASE)
SCALE = re.compile(
    r"\b(?:in|USD|EUR|GBP|[$€£])\s?(?:US\s?)?(?:USD|EUR|GBP|dollars?|[$€£])?\s?(?:in\s)?(thousand|million|billion)s?\b",
    re.IGNORECASE,
)
DECIMALS = re.compile(r"\b(\d|one|two|three|four)\s(?:decimal|dp\b)", re.IGNORECASE)
ROUNDED = re.compile(
    r"[,;]?\s*(?:(?:please\s)?(?:round(?:ed)?|give|show|state)\b[^,.;?()]*?\s)?\b(?:to\s)?"
    r"(?:\d|one|two|three|four)\s(?:decimals?|dp)(?:\splaces?|\spoints?)?\b[^,.;?()]*\.?",
    re.IGNORECASE,
)
EMPTY = re.compile(r"\(\W*\)")
MONEY = re.compile(r"(?i)\b(?:how much money|(?:how many|in) (?:\w+ )?(?:dollars|euros|pounds|[mb]illions?))\b")
PERCENT = re.compile(r"%|\bpercent", re.IGNORECASE)
ARROW = re.compile(r"\s*(?:->|=>|→)\s*")
# What asks for something else than a figure, wherever it stands.
OTHERWISE = frozenset({"why", "who", "whom", "where", "when", "which", "explain", "describe", "because"})
UNIT_WORDS = frozenset(
    {
        "usd", "eur", "gbp", "dollars", "us", "thousands", "millions", "billions", "thousand", "million", "billion",
        "percent", "percents", "percentage", "units", "%", "terms",
    }
)  # fmt: skip


def _stems_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


def _stems(words: str) -> frozenset[str]:
    return _stems_of(words.split())


# Words that ask for no more than the figure itself.
PLAIN = _stems(
    "amount figure value reported report year end ending ended fiscal unadjusted balance total consolidated annual "
    "ratio level its their company calculate compute net gaap according based statement stated profile metric fy "
    "period number usd fast quickly"
)
RISES = _stems("improve improving improved increase increasing increased grow grew rise rising rose higher expand up")
FALLS = _stems(
    "decline declining declined decrease decreasing decreased drop dropped fall falling fell lower shrink down"
)
SIGNS = {stem("positive"): 1, stem("negative"): -1}
CHANGES = _stems("change changed changing improvement growth consistent stable fluctuating historically")

Form = Literal["value", "growth", "trend"]


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """`definitions` also has what the question itself defines; `years` are those it speaks of, in order.

    `count` is over how many years the mean is asked for, 1 for none. `direction` is 1 where it is asked whether it
    rises, -1 whether it falls; `sign` says likewise whether it is above or below 0. `is_compound` where growth is asked
    for by the year. `scale` and `decimals` are those asked for. `unexplained` are the stems of words behind the name
    that may be harmless, or mean a part of the whole.
    """

    expression: Expression
    definitions: Definitions
    years: tuple[int, ...]
    form: Form
    is_share: bool
    count: int = 1
    direction: int = 0
    sign: int = 0
    is_compound: bool = False
    scale: str = ""
    decimals: int | None = None
    unexplained: frozenset[str] = frozenset()


def parse_figure_question(
    question: str, known: Definitions, names: frozenset[str] = frozenset()
) -> FigureQuestion | None:
    """None when a word is left that nothing explains, except behind the name of a measure or of what changed.

    `names` are words, in lower case, that name the document.
    """
    if COMPOUND.search(question):
        plain = COMPOUND.sub(" growth ", question)
        asked = parse_figure_question(SPAN.sub(" ", plain), known, names)
        return replace(asked, is_compound=True) if asked is not None and asked.form == "growth" else None
    bare = EMPTY.sub(" ", ARROW.sub(" to ", ROUNDED.sub(" ", question.strip())))
    sentences = split_sentences(bare, "en")
    before, known = known, with_defined(sentences, known)
    asking = {
        place: sentence[: match.start()] if (match := DEFINITION.search(sentence)) else sentence
        for place, sentence in enumerate(one.partition(";")[0] for one in sentences)
        if ASKS.search(sentence) or len(sentences) == 1
    }
    for sentence in asking.values():
        match = ASKING.search(sentence)
        asked = _asked(match["asked"] if match else sentence, match, known, names)
        if asked is not None:
            return _in_units(asked, question)
    for place, sentence in asking.items():
        formula = formula_in([sentence, *sentences[place + 1 :]], known, names)
        asked = _by_formula(sentence, bare, *formula, known) if formula else None
        asked = asked or _named(sentence, known, names)
        if asked is not None:
            return _in_units(replace(asked, is_share=asked.is_share or PERCENT.search(question) is not None), question)
    defined = [name for name, measure in known.measures.items() if before.measures.get(name) != measure]
    if len(defined) != 1 or set(bare.lower().split()) & OTHERWISE:
        return None
    measure = known.measures[defined[0]]  # "We define it as …: what is it?"
    years = tuple(sorted(periods_of(bare).years))[-1:]
    return _in_units(FigureQuestion(Named(measure.name), known, years, "value", measure.is_share), question)


def _by_formula(
    sentence: str, question: str, formula: str, expression: Expression, known: Definitions
) -> FigureQuestion | None:
    """Whatever it is called, the question says itself how it is worked out.

    Not where it says only what a share is a share of: "the gross margin, taking net sales less cost of sales".
    """
    named = [known.measures[token.name] for token in tokens_of(sentence, known.names) if token.name in known.measures]
    is_share = any(measure.is_share for measure in named)
    is_quotient = isinstance(expression, Operation) and expression.operator == "/"
    other = set(sentence.lower().replace(formula.lower(), " ").split()) & OTHERWISE
    if other or periods_of(sentence).quarters or (is_share and not is_quotient):
        return None
    years = tuple(sorted(periods_of(question.replace(formula, " ")).years or periods_of(formula).years))
    return FigureQuestion(expression, known, years[-1:], "value", is_share)


def asks_for_change(question: str) -> bool:
    """Whether it asks how something moved: then it may be any line that the document has.

    Not by "up" and "down" alone, which stand in many a question: reading a document's tables for them takes 0.2 s.
    """
    return bool((_stems(question.lower().replace("?", " ")) & (RISES | FALLS | CHANGES)) - {"up", "down"})


def _in_units(asked: FigureQuestion, question: str) -> FigureQuestion:
    scale, decimals = SCALE.search(question), DECIMALS.search(question)
    count = (NUMBER_WORDS.get(decimals[1].lower()) or int(decimals[1])) if decimals else None
    return replace(asked, scale=scale[1].lower() if scale else "", decimals=count)


def _asked(text: str, match: re.Match[str] | None, known: Definitions, names: frozenset[str]) -> FigureQuestion | None:
    """What one sentence asks, of which every word is explained; `match` tells how."""
    text = STATEMENTS.sub(" ", text).replace("’s", "'s").rstrip(" ?.")
    may_be, how = bool(match and match["yes"]), bool(match and match["how"])
    text = IN_ROUND_BRACKETS.sub(" ", text) if may_be else text
    over, yearly = OVER_YEARS.search(text), YEAR_OVER_YEAR.search(text) is not None
    text = YEAR_OVER_YEAR.sub(" ", OVER_YEARS.sub(" ", text))
    try:
        read = parse_expression(_without(text, names), known.names)
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
    elif match is None and not share:
        return None  # a sum that nobody asks for
    words = read.left_over
    if match is None and words & OTHERWISE:
        return None
    left = _unexplained(words, names)
    direction = _direction(words)
    directed = bool(_stems_of(words) & (RISES | FALLS | CHANGES)) or changes
    sign = sum(SIGNS.get(one, 0) for one in left)
    left -= SIGNS.keys()
    if left and not ((may_be or how) and is_measure and len(left) <= EVEN_SO):
        return None
    if match is None and not (is_measure or share or directed or yearly or _is_all(words, names)):
        return None
    form: Form = "value"
    if may_be or how or (directed and is_measure):
        form = "trend"
    elif directed and MONEY.search(text) and not PERCENT.search(text):
        form = "trend"  # "by how many dollars did it grow?"
    elif yearly or directed:
        form, share = "growth", True
    if form == "trend" and not directed and not is_measure:
        return None
    count = (NUMBER_WORDS.get(over[1].lower()) or int(over[1])) if over else 1
    years = tuple(sorted(periods_of(text).years))
    return FigureQuestion(
        expression, known, years, form, share, count, direction if may_be else 0, sign if may_be else 0
    )


def _is_all(words: frozenset[str], names: frozenset[str]) -> bool:
    """Whether somebody typed no more than a line and whose, of some time or not: "amazon inventories dec 31 2017"."""
    return bool(names) and not {word for word in words if word.isalpha()} - STOP_WORDS - UNIT_WORDS


def _named(sentence: str, known: Definitions, names: frozenset[str]) -> FigureQuestion | None:
    """What is asked by the name of one measure, or of one line and how it changed: all words before it are explained.

    Those behind it mostly explain what is meant by it or what it is wanted for.
    """
    if periods_of(sentence).quarters:
        return None
    text = _without(STATEMENTS.sub(" ", sentence).replace("’s", "'s").rstrip(" ?."), names)
    tokens = list(tokens_of(text, known.names))
    measures = [place for place, token in enumerate(tokens) if token.name in known.measures]
    named = measures or [place for place, token in enumerate(tokens) if token.name]
    if len({tokens[place].name for place in named}) != 1:
        return None
    first, name = named[0], tokens[named[0]].name
    before, after = _words(tokens[:first]), _words(tokens[first + 1 :])
    words = before | after
    if _unexplained(before, names) or words & OTHERWISE:
        return None
    directed = bool(_stems_of(words) & (RISES | FALLS | CHANGES))
    if not measures and not directed:
        return None
    match = ASKING.search(sentence)
    may_be, how = bool(match and match["yes"]), bool(match and match["how"])
    in_money = MONEY.search(sentence) is not None and not PERCENT.search(sentence)
    form: Form = "growth" if not measures and not in_money else "trend" if may_be or how or directed else "value"
    share = form == "growth" or known.measures[name].is_share
    years = tuple(sorted(periods_of(text).years))
    left = _unexplained(after, names)
    sign = sum(SIGNS.get(one, 0) for one in left) if may_be else 0
    direction = _direction(words) if may_be else 0
    left -= SIGNS.keys()
    return FigureQuestion(Named(name), known, years, form, share, 1, direction, sign, unexplained=frozenset(left))


def parse_comparison(question: str, known: Definitions, names: frozenset[str]) -> FigureQuestion | None:
    """What is asked of several reports that it names: one measure or line, whatever the words around say of more or
    less. None where the next word belongs to it: "revenue recognition", or where another time than years is named.
    """
    text = _without(STATEMENTS.sub(" ", question).replace("’s", "'s").rstrip(" ?."), names)
    tokens = list(tokens_of(text, known.names))
    named = [place for place, token in enumerate(tokens) if token.name]
    if len({tokens[place].name for place in named}) != 1 or periods_of(question).quarters:
        return None
    if any(_unexplained(_words(tokens[place + 1 : place + 2]), names) for place in named):
        return None
    name = tokens[named[0]].name
    share = name in known.measures and known.measures[name].is_share
    return FigureQuestion(Named(name), known, tuple(sorted(periods_of(text).years))[-1:], "value", share)


def _words(tokens: list[Token]) -> frozenset[str]:
    """In lower case, of what is neither a name nor a year."""
    texts = [token.text.lower() for token in tokens if not token.name and not token.year]
    return frozenset(part for text in texts if text not in OPERATORS for part in text.split("-"))


def _direction(words: frozenset[str]) -> int:
    stems = _stems_of(words)
    return bool(stems & RISES) - bool(stems & FALLS)


def _unexplained(words: frozenset[str], names: frozenset[str]) -> set[str]:
    """The stems of words that say more than that a figure is asked for, and how it moves."""
    told = {word.removesuffix("'s") for word in words if any(map(str.isalpha, word))}
    left = _stems_of(told - STOP_WORDS - UNIT_WORDS) - _stems_of(names)
    return set(left - PLAIN - RISES - FALLS - CHANGES)


def _without(text: str, names: frozenset[str]) -> str:
    """Without the names of documents and what asks."""
    words = [word for word in text.split() if word.lower().strip(".,'\"()").removesuffix("'s") not in names]
    return " ".join(words)
