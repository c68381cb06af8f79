"""Which year businesses call by, whose year ends in January or February: fiscal 2022 may end in January 2023."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lamplight.library.records import Passage

FISCAL = re.compile(r"\bfiscal(?: year)? (20\d\d)\b", re.IGNORECASE)
ENDS_EARLY = re.compile(r"\b(?:Jan(?:uary)?|Feb(?:ruary)?)\.? \d{1,2}, (20\d\d)\b")


def is_called_by_year_before(passages: Sequence[Passage], newest: int) -> bool:
    """Whether a document's `newest` year ends early and is called by the one before it more often."""
    called = Counter(int(year) for passage in passages for year in FISCAL.findall(passage.text))
    ends = {int(year) for passage in passages for year in ENDS_EARLY.findall(passage.text)}
    return newest in ends and called[newest - 1] > called[newest]
