"""The words of questions about tables: how a text is cut into them, and which say what is to be done.

What is neither here nor in the table's heads, cells and title means nothing to the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from lamplight.rag.lexicon.dates import FULL_NAMES
from lamplight.rag.lexicon.numbers import NUMBER_WORDS
from lamplight.rag.periods import YEAR

Operation = Literal[
    "sum", "average", "median", "max", "min", "more", "change", "share", "distinct", "count", "percent", "each"
]
Operator = Literal["in", "not in", "between", ">", ">=", "<", "<="]

TOKEN = re.compile(r"[$€£¥₹]?\d(?:[\d.,/:]*\d)?(?:%|[^\W\d_]+)?|[^\W\d_]+(?:['’][^\W\d_]+)?\d*|[&%]")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
YEAR_TOKEN = re.compile(rf"(?i)(?:fy)?({YEAR.pattern})")


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


LITTLE_WORDS = _set(
    "a an the of in on at for by with is was were are be been did do does has have had that this these those there it",
    "its we our us i my you me and or to from as so please what which who whom whose how much many when where",
    "can could tell give show find calculate compute work out get than ones all",
)
NEUTRAL_WORDS = _set(
    "table list file sheet document spreadsheet data listed recorded shown according column value figure"
)
ROW_WORDS = _set("row record entry line item")
MONEY_WORDS = _set("charge fee rent bill worth charged pay paid")  # may stand beside a column of money
PRICE_WORDS = _set("cost price costing priced")  # may also stand for the one column of prices
PLAIN_TIMES = _set(  # heads of the year or date that "in 2024" means without naming it
    "year fiscal fy season period date day month time",
    "order invoice transaction purchase sale payment booking expense visit",
)
PRICED = _set("expensive cheapest cheaper dearest dearer priciest costliest")
SPEND_WORDS = _set("spend spent")  # who paid whom is not in a table, but spending is one's own
PRICE_HEADS = _set("price cost fee charge rent")
SPENT_HEADS = _set("amount cost spend spent expense")
WHICH_PRICE = _set("unit total single retail sale list net gross item")  # words that leave a price a price
MONEY_HEADS = _set("amount cost price charge fee rent total value spend paid expense salary payment")
RANKS = _set("place rank ranking position grade priority level")  # the highest may be the first or the last
PROPERTY_HEADS = RANKS | _set(  # of what a row is, which is never added up to "how many"
    "age rating score grade mark year week day month floor room page size height width length depth weight",
    "distance duration speed temperature latitude longitude percentage rate ratio average mean median minimum maximum",
)
PERSON_HEADS = _set("name employee person member holder player customer student teacher author owner")
SUBTOTALS = _set("total net gross subtotal")
OPENINGS = _set(
    "what which how who whose when where give show list name tell calculate compute work find count total sum average",
    "top median number the largest highest smallest lowest biggest most in by on of for at from",
)
NEVER_TITLES = _set("not no except excluding without per each every other if why average total")
YEARS_ONLY = _set("after since from before until")
SAME = {  # abbreviations that heads are full of
    "qty": "quantity", "amt": "amount", "no": "number", "nr": "number", "avg": "average", "dept": "department",
    "desc": "description", "cat": "category", "emp": "employee", "people": "person", "children": "child", "yr": "year",
    "staff": "employee", "approx": "approximate", "temp": "temperature", "max": "maximum", "min": "minimum",
}  # fmt: skip
OPERATION_PHRASES: dict[Operation, str] = {
    "sum": "total|sum|altogether|combined|in total|in all|add up to|adds up to|total up to",
    "average": "average|the mean|mean of|on average",
    "median": "median",
    "max": "largest|biggest|highest|greatest|maximum|max|most|top|most expensive|dearest|priciest|costliest",
    "min": "smallest|lowest|minimum|min|least|fewest|cheapest|least expensive",
    "more": "difference|difference between|difference in|more|less|higher|lower|fewer|cheaper|dearer|bigger|smaller|"
    "more expensive|less expensive",
    "change": "change|changed|change in|rise|rose|risen|increase|increased|grow|grew|grown|growth|fall|fell|fallen|"
    "drop|dropped|decrease|decreased|decline|declined|go up|went up|gone up|go down|went down|gone down",
    "share": "share of|proportion of|fraction of",
    "percent": "percentage|percent|per cent|%",
    "distinct": "different|distinct|unique",
    "count": "count",
    "each": "per|by|each|for each|of each|in each|for every|of every|in every",
}
OPERATIONS: dict[tuple[str, ...], Operation] = {
    tuple(phrase.split()): operation
    for operation, phrases in OPERATION_PHRASES.items()
    for phrase in phrases.split("|")
}
COMPARISON_PHRASES: dict[Operator, str] = {
    ">": "over|above|more than|greater than|exceeding|higher than|larger than|bigger than|after|exceeds|exceed",
    ">=": "at least|no less than|not less than|since|from",
    "<": "under|below|less than|fewer than|lower than|smaller than|before|cheaper than",
    "<=": "at most|up to|no more than|not more than|until",
}
COMPARISONS: dict[tuple[str, ...], Operator] = {
    tuple(phrase.split()): operator for operator, phrases in COMPARISON_PHRASES.items() for phrase in phrases.split("|")
}
KNOWN = frozenset[str]().union(
    LITTLE_WORDS, NEUTRAL_WORDS, ROW_WORDS, MONEY_WORDS, PRICE_WORDS, SPEND_WORDS, FULL_NAMES, NUMBER_WORDS,
    SAME, SAME.values(), *OPERATIONS, *COMPARISONS, ("onward", "onwards", "between", "through", "fiscal"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question or of a header cell: as written, in small letters, and as `normal_word` makes it."""

    text: str
    lower: str
    normal: str


def words_of(text: str) -> list[Word]:
    """The words of a text in order; "unit_price" and "UnitPrice" are two words."""
    words = []
    for token in TOKEN.findall(CAMEL.sub(" ", text)):
        lower = re.sub(r"['’]s?$|['’](?=s$)", "", token.lower()).replace("’", "'")
        words.append(Word(token, lower, normal_word(lower)))
    return words


@lru_cache(maxsize=20_000)
def normal_word(word: str) -> str:
    """A word without plural and tense; abbreviations written out. Nothing else is cut."""
    word = SAME.get(word, word)
    if word[:1].isdigit() or len(word) < 4 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("us", "is")):
        word = word[:-1]
    if word.endswith("ed") and len(word) > 6:
        word = word[:-2]
    return SAME.get(word, word)


def meaning(text: str) -> tuple[str, ...]:
    """The stems of a text without its little words."""
    return tuple(word.normal for word in words_of(text) if word.lower not in LITTLE_WORDS)
