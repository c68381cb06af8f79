"""What a question defines itself: "the quick ratio, defined as cash divided by current liabilities"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile

from lamplight.rag.lexicon.numbers import MINUS
from lamplight.rag.measures.definitions import Definitions, Measure, name_of
from lamplight.rag.measures.expression import (
    DIVIDED,
    OVER,
    Expression,
    NotAnExpression,
    Operation,
    parse_expression,
    tokens_of,
)
from lamplight.rag.query import STOP_WORDS

BRACKETED = re.compile(r"\(((?:[^()]|\([^()]*\))*)\)")
GOES_ON = re.compile(rf"\s*(?:[-+*/×÷{MINUS}]|{DIVIDED.pattern}|{OVER}\b)", re.IGNORECASE)
BREAK = re.compile(r"(?:[,:;]|\s[–—=-])\s+")
LEADING, FEWEST = 3, 3  # words before a formula ("taking", "that is to say"), and of a formula
# What says which balances an average is taken of, and no more than that.
OPENING_AND_CLOSING = frozenset({
    "average", "mean", "opening", "closing", "beginning", "ending", "start", "end", "year", "years", "fiscal", "period",
    "balance", "balances", "percent", "percentage",
    "total", "prior", "previous", "reported", "consolidated", "statement", "company", "fy",
})  # fmt: skip
IN_BRACKETS = re.compile(r"\[[^\[\]]*\]")
DEFINED = (
    re.compile(
        r"(?:please\s|we\s)?(?:define|calculate|compute)\s(?P<name>[^.:]+?)\sas\s?:?\s(?P<rest>.+)", re.IGNORECASE
    ),
    re.compile(
        r"(?P<name>[^.:]+?)\s(?:is|are|can be|should be)\s(?:defined|calculated|computed|measured)\s(?:as|by)"
        r"\s?:?\s*(?P<rest>.+)",
        re.IGNORECASE,
    ),
)
DEFINITION = re.compile(
    r"[,(]?\s(?:which is\s|that is\s)?(?:defined|calculated|computed|measured)\s(?:as|by)\s?:?\s*(?P<rest>.+)",
    re.IGNORECASE,
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


def formula_in(sentences: Sequence[str], known: Definitions, said: frozenset[str]) -> tuple[str, Expression] | None:
    """What the first of `sentences`, in brackets or at its end, or the next one says that is to be worked out.

    With the text that says it. Only what is an operation of known lines and nothing else: statements' labels too.
    `said` are words that name the document.
    """
    names = {label: lines[0] for label, lines in known.labels.items()} | dict(known.names)
    for part in (part for sentence in sentences[:2] for part in _parts(sentence)):
        words = part.strip(" .?").split()
        most = min(LEADING, max(len(words) - FEWEST, 0))
        leading = len(list(takewhile(str.isalpha, (word.rstrip(".,").replace(".", "") for word in words[:most]))))
        for start in range(leading + 1):
            with suppress(NotAnExpression):
                read = parse_expression(" ".join(words[start:]), names)
                told = {one for word in read.left_over for one in re.split("[-/]", word) if any(map(str.isalpha, one))}
                if isinstance(read.expression, Operation) and told - STOP_WORDS - said <= OPENING_AND_CLOSING:
                    return part, read.expression
    return None


def _parts(sentence: str) -> Iterator[str]:
    """What stands behind each comma, colon or dash, the longest first; what stands in brackets; all of it.

    Brackets that the formula goes on behind are only a part of it.
    """
    yield from (sentence[match.end() :] for match in BREAK.finditer(sentence))
    yield from (match[1] for match in BRACKETED.finditer(sentence) if not GOES_ON.match(sentence, match.end()))
    yield sentence


def with_defined(sentences: Sequence[str], known: Definitions) -> Definitions:
    """With what the question defines itself, as far as that can be read."""
    lines, measures, names = dict(known.lines), dict(known.measures), dict(known.names)
    for sentence in sentences:
        bare = STATEMENTS.sub(" ", IN_BRACKETS.sub(" ", sentence)).rstrip(" .?")
        name, rest = _defined_behind(bare, known) or _defined(bare)
        if not name:
            continue
        with suppress(NotAnExpression):
            parse_expression(rest, known.names)
            name = names.setdefault(name_of(name), name)
            measures[name] = Measure(name, rest, "%" in sentence)
            lines.pop(name, None)
    return replace(known, lines=lines, measures=measures, names=names)


def _defined(sentence: str) -> tuple[str, str]:
    """A name and what it means, where a whole sentence says so."""
    match = next((found for pattern in DEFINED if (found := pattern.fullmatch(sentence)) is not None), None)
    return (match["name"].strip(), match["rest"]) if match else ("", "")


def _defined_behind(sentence: str, known: Definitions) -> tuple[str, str] | None:
    """The same of what is asked for: "the quick ratio, defined as cash divided by current liabilities"."""
    match = DEFINITION.search(sentence)
    head = sentence[: match.start()] if match else ""
    if match is None or ASKING.search(head) is None:
        return None
    named = [token.name for token in tokens_of(head, known.names) if token.name]
    rest = match["rest"]
    rest = rest[:-1] if rest.endswith(")") and rest.count(")") > rest.count("(") else rest
    return (named[-1], rest) if named else None
