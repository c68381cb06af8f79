"""What a follow-up asks of the rows that are shown: "the second one", "and its total?", "only those over 50".

Every word has to be a place in them, a column, a limit, or one of the little words in between; those left over ask for
something that isn't shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lamplight.rag.conversation import MARKS
from lamplight.rag.events import Rows
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.lexicon.papers import PAPERS
from lamplight.rag.lexicon.pointing import BY, DOWN, LITTLE, MONEY, NUMBERS, ORDINALS, OVER, OWN, SORT, UNDER, UP
from lamplight.rag.lists.parts import same_word

TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d[\d.,]*|[^\W\d_]+|[<>]=?|[€$£¥#]", re.IGNORECASE)
MOST_WORDS = 10  # of a follow-up
ORDERING = SORT | DOWN | UP | ORDINALS.keys()


@dataclass(slots=True)
class FollowUp:
    """`pick` is the row that the characters `pointed` of `text` point at; `left` are words that mean none of it.

    `owns` says that a word goes on with the one that is shown ("its").
    """

    text: str
    pick: int | None = None
    pointed: slice | None = None
    order: bool = False
    descending: bool = False
    over: Decimal | None = None
    under: Decimal | None = None
    columns: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    owns: bool = False

    @property
    def limits(self) -> bool:
        """Whether only some of the rows are wanted."""
        return self.over is not None or self.under is not None

    def naming(self, name: str) -> str:
        """The question with what a row is called: in place of the words that point at it, or else behind it."""
        if self.pointed is None:
            return f"{self.text.strip(MARKS)} ({name})?"
        return f"{self.text[: self.pointed.start]}{name}{self.text[self.pointed.stop :]}"


def follow_up_of(text: str, rows: Rows) -> FollowUp | None:
    """None for what is too long to be one, or points at two rows."""
    found = list(TOKEN.finditer(text))
    tokens = [match[0].lower() for match in found]
    asked = FollowUp(text)
    if not 0 < len(tokens) <= MOST_WORDS:
        return None
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        asked.owns = asked.owns or token in OWN
        if (number := _place(token, before, after, len(rows.rows))) is not None:
            if asked.pick not in (None, number):
                return None
            first = found[place] if token in ORDINALS else found[place - 1]
            asked.pick, asked.pointed = number, slice(first.start(), found[place].end())
        elif token in SORT or token in DOWN:
            asked.order, asked.descending = asked.order or token in SORT, asked.descending or token in DOWN
        elif token[0].isdigit() and (amount := only_number(token)) is not None:
            above, below = _last_of(tokens[:place], OVER), _last_of(tokens[:place], UNDER)
            if above == below:
                return None
            asked.over, asked.under = (amount, asked.under) if above > below else (asked.over, amount)
        elif columns := [index for index, name in enumerate(rows.columns) if _in(token, name)]:
            asked.columns += columns
        elif token not in LITTLE | OVER | UNDER | MONEY | NUMBERS | PAPERS:
            asked.left.append(token)
    return asked


def order_of(text: str, telling: Sequence[str], rows: Rows) -> FollowUp | None:
    """The order in which a request asks for a list: "by due date", "sorted by amount, largest first".

    `telling` are its words that say what it is about: they have to be those of a column, or are read if "sorted" is
    said. None where no order is asked for.
    """
    tokens = _tokens(text)
    place = _last_of(tokens, BY)
    wanted = [token for token in tokens[place + 1 :] if token not in ORDERING | LITTLE]
    if place < 0 or not wanted:
        return None
    asked = FollowUp(text, order=True, descending=not DOWN.isdisjoint(tokens[place:]))
    held = [[token for token in wanted if _in(token, name)] for name in rows.columns]
    best = max(range(len(held)), key=lambda column: len(held[column]))
    meant = {word.lower() for word in telling}
    if held[best] and not meant.intersection(wanted) - set(held[best]):
        asked.columns = [best]
        return asked
    asked.left = [token for token in wanted if token in meant]
    return asked if asked.left and not SORT.isdisjoint(tokens) else None


def orders(text: str) -> frozenset[str]:
    """The words of a request that only say in what order a list is wanted."""
    return ORDERING if BY.intersection(_tokens(text)) else frozenset()


def _tokens(text: str) -> list[str]:
    return [match[0].lower() for match in TOKEN.finditer(text)]


def _place(token: str, before: str, after: str, count: int) -> int | None:
    """The row that an ordinal or "number 3" points at; an ordinal belongs to no other word: "the second quarter"."""
    number = ORDINALS.get(token)
    if number is not None and (not after or after in LITTLE or after in PAPERS):
        number = number or count
    elif token.isdigit() and (before in NUMBERS or before == "#"):
        number = int(token)
    else:
        return None
    return number - 1 if 1 <= number <= count else None


def _last_of(tokens: Sequence[str], words: frozenset[str]) -> int:
    return max((place for place, token in enumerate(tokens) if token in words), default=-1)


def _in(token: str, name: str) -> bool:
    return any(same_word(token, word) for word in re.findall(r"[^\W\d_]+", name.lower()))
