"""Making a follow-up stand alone, so that it finds something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from library.records import Message
from rag.query import terms_of

POINTS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|then|one|ones|same|former|"
    r"latter|previous|above)\b",
    re.I,
)
GOES_ON = re.compile(r"^\s*(and|or|but|so|also|what about|how about|why|what else|more|which one)\b", re.I)
FEW_TERMS = 1


def standalone_query(question: str, history: Sequence[Message]) -> str:
    """`question` with what it points back to: the words of the last question put before it.

    Only when it points back (a pronoun, "and …", "what about …") or is a single word; otherwise a new
    subject would be mixed with the old one.
    """
    asked = [message.content for message in history if message.role == "user"]
    if not asked:
        return question
    follows = POINTS_BACK.search(question) or GOES_ON.search(question)
    if not follows and len(terms_of(question)) > FEW_TERMS:
        return question
    known = set(terms_of(question))
    carried = [term for term in terms_of(asked[-1]) if term not in known]
    return f"{' '.join(carried)} {question}" if carried else question
