"""Which questions something may be tuned on, and which are only looked at when it is done.

The half depends on nothing but the key, so the training recipe and every benchmark, today's and tomorrow's, agree on
it without a list. The key is what must not be known beforehand: all questions of one paragraph (SQuAD), one table or
one receipt fall into the same half; filings and the household are a single folder each, so there it is the question.
"""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["tune", "look"]


def split_of(key: str) -> Split:
    """The half that `key` belongs to: `tune` when the first byte of its SHA-256 (of the UTF-8 text) is even.

    Keys are taken as they are, spaces and case included: a paragraph's text, a table's or receipt's file name
    (`204-253.tsv`, `038.jpg`), a question's text.
    """
    return "look" if hashlib.sha256(key.encode("utf-8")).digest()[0] % 2 else "tune"
