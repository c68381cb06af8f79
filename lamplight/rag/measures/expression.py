"""What is to be worked out from the lines of statements, read from how people write it.

operating income + depreciation and amortization
365 * (average accounts payable between FY2016 and FY2017) / (FY2017 COGS + change in inventory between …)
capex as a % of revenue
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from lamplight.rag.lexicon.numbers import MINUS
from lamplight.rag.measures.definitions import Name, name_of
from lamplight.rag.periods import periods_of

LONGEST_NAME = 9  # words
WORD = re.compile(r"[^\W_]+(?:[.'’&/-][^\W_]+)*|[?%()+*×÷/\u2212–-]")
SHARE = re.compile(
    r"\b(?:expressed\s)?as an?\s(?:%|percent(?:age)?|share|proportion|fraction)\sof\b|(?<=\w)\s/\s", re.I
)
DIVIDED = re.compile(r"\bdivided by\b|\bagainst\b", re.I)
HANGING = re.compile(r"(?<=\w)-(?=\s)")  # "beginning- and end-of-year" is no subtraction
OVER = "over"  # in words one divides all that was said before: "net sales less cost of sales over net sales"
OPERATORS: Mapping[str, Operator] = {
    "+": "+", "plus": "+", MINUS: "-", "–": "-", "-": "-", "minus": "-", "less": "-", "*": "*", "×": "*", "times": "*",
    "x": "*", "/": "/", "÷": "/",
}  # fmt: skip
AVERAGE = frozenset({"average", "mean"})
CHANGE = frozenset({"change", "growth", "increase", "decrease", "grow", "grew", "decline"})
MARGIN = frozenset({"margin", "margins"})
REVENUE = "revenue"
OPTIONAL = "?"
QUOTIENT = "//"
NEAR_OPERAND = 8  # words: "over the average of its total assets"

Operator = Literal["+", "-", "*", "/"]
Aggregation = Literal["plain", "average", "change"]


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Named:
    """A line or measure, of the years if there are any; `average` and `change` are taken between two of them.

    Nothing counts as 0 where it `is_optional` ("short-term investments?")."""

    name: str
    years: tuple[int, ...] = ()
    kind: Aggregation = "plain"
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    operator: Operator
    left: Expression
    right: Expression


Expression = Number | Named | Operation


@dataclass(frozen=True, slots=True)
class ParsedExpression:
    """`left_over` are the words, in lower case, that are no part of it; `is_share` where a part of a whole is asked."""

    expression: Expression
    is_share: bool
    left_over: frozenset[str]


class NotAnExpression(ValueError):
    """It names no line or measure, or several with nothing between them."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or year as it is written, or the `name` that some words are."""

    text: str
    name: str = ""
    year: int = 0


def parse_expression(text: str, names: Mapping[Name, str]) -> ParsedExpression:
    """Raises `NotAnExpression`."""
    is_share = (SHARE.search(text) is not None and "%" in text) or bool(re.search(r"\bpercent", text, re.I))
    text = HANGING.sub(" ", DIVIDED.sub(f" {OVER} ", SHARE.sub(" / ", text)))
    parser = _Parser(_with_quotients(list(tokens_of(text, names))))
    made = parser.whole()
    return ParsedExpression(made, is_share or parser.has_margin, frozenset(parser.left_over))


def divides(text: str) -> bool:
    """Whether it may say how a ratio is worked out."""
    return DIVIDED.search(text) is not None or any(sign in text for sign in (" / ", "÷", f" {OVER} "))


def _with_quotients(tokens: list[Token]) -> list[Token]:
    """With a sign for "over" where it stands between two operands, and not before a year."""
    made = list(tokens)
    for place, token in enumerate(tokens):
        behind = takewhile(lambda one: not one.year, tokens[place + 1 :][:NEAR_OPERAND])
        if token.text.lower() == OVER and place and any(one.name or one.text == "(" for one in behind):
            made[place] = Token(QUOTIENT)
    return made


def has_name(text: str, names: Mapping[Name, str]) -> bool:
    """Whether it names a line or measure at all."""
    return any(token.name for token in tokens_of(text, names))


def tokens_of(text: str, names: Mapping[Name, str]) -> Iterator[Token]:
    """Names as long as possible."""
    found = list(WORD.finditer(text))
    spans = periods_of(text).spans
    place = 0
    while place < len(found):
        start = found[place].start()
        if any(first <= start < last for first, last in spans):
            last = max(last for first, last in spans if first <= start < last)
            for year in sorted(periods_of(text[start:last]).years):
                yield Token(text[start:last], year=year)
            while place < len(found) and found[place].start() < last:
                place += 1
            continue
        for count in range(min(LONGEST_NAME, len(found) - place), 0, -1):
            words = found[place : place + count]
            between = text[words[0].start() : words[-1].end()]
            name = names.get(name_of(between)) if _is_name(words, between, spans) else None
            if name is not None:
                yield Token(between, name=name)
                place += count
                break
        else:
            yield Token(found[place][0])
            place += 1


def _is_name(words: Sequence[re.Match[str]], between: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether words may be one name: no operator, bracket or year among them, and no article in front."""
    plain = not re.search(r"[()+*×÷/=]|\s[-\u2212–]\s", between)
    timed = any(first < words[-1].end() and words[0].start() < last for first, last in spans)
    linked = not name_of(words[0][0]) or not name_of(words[-1][0])
    operator = any(word[0].lower() in OPERATORS for word in words)
    return plain and not timed and not linked and not operator


class _Parser:
    """By descent: products before sums. An operand is a name with the years and words around it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self.left_over: set[str] = set()
        self.has_margin = False

    def whole(self) -> Expression:
        made = self._quotient()
        if self._next < len(self._tokens):
            raise NotAnExpression
        return made

    def _quotient(self) -> Expression:
        made = self._sum()
        while self._next < len(self._tokens) and self._tokens[self._next].text == QUOTIENT:
            self._next += 1
            made = Operation("/", made, self._sum())
        return made

    def _sum(self) -> Expression:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Expression:
        return self._chain(("*", "/"), self._operand)

    def _chain(self, operators: Sequence[Operator], part: Callable[[], Expression]) -> Expression:
        made = part()
        while (operator := self._operator()) in operators and operator is not None:
            self._next += 1
            made = Operation(operator, made, part())
        return made

    def _operator(self) -> Operator | None:
        return OPERATORS.get(self._tokens[self._next].text.lower()) if self._next < len(self._tokens) else None

    def _ends(self) -> bool:
        return self._tokens[self._next].text in (")", QUOTIENT)

    def _operand(self) -> Expression:
        """Up to the next operator or bracket; in brackets, an expression of its own or words that are left over."""
        name, number, years, words = "", None, list[int](), list[str]()
        inner: Expression | None = None
        while self._next < len(self._tokens) and self._operator() is None and not self._ends():
            token = self._tokens[self._next]
            self._next += 1
            if token.text == "(":
                made = self._bracket()
                if made is not None:
                    if name or inner:
                        continue  # an explanation of what is named before it
                    inner = made
            elif token.name:
                if name or inner:
                    raise NotAnExpression
                name = token.name
            elif token.year:
                years.append(token.year)
            elif token.text.isdigit() and number is None and not name:
                number = float(token.text)
            else:
                words.append(token.text.lower())
        if inner is not None:
            self.left_over |= set(words)
            return inner
        if not name:
            if number is None:
                raise NotAnExpression
            self.left_over |= set(words)
            return Number(number)
        return self._named(name, tuple(sorted(set(years))), words)

    def _bracket(self) -> Expression | None:
        start = self._next
        try:
            made = self._quotient()
            if self._next < len(self._tokens) and self._tokens[self._next].text == ")":
                self._next += 1
                return made
        except NotAnExpression:
            pass
        self._next = start
        while self._next < len(self._tokens) and self._tokens[self._next].text != ")":
            self._next += 1
        self._next += 1
        return None

    def _named(self, name: str, years: tuple[int, ...], words: list[str]) -> Expression:
        kind: Aggregation = "plain"
        if AVERAGE & set(words):
            kind = "average"
        elif CHANGE & set(words) and len(years) == 2:
            kind = "change"
        optional = OPTIONAL in words
        self.left_over |= (
            set(words) - {OPTIONAL} - (AVERAGE if kind == "average" else CHANGE if kind == "change" else set())
        )
        if MARGIN & set(words):
            self.has_margin = True
            self.left_over -= MARGIN
            return Operation("/", Named(name, years, kind), Named(REVENUE, years, kind))
        return Named(name, years, kind, optional)
