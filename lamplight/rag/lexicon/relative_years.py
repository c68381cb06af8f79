"""Years that are told from the one that was spoken of: "the year before", "im Folgejahr"."""

from __future__ import annotations

import re

# Whole words: "Vorjahresgewinn" and 目前年收入 hold more than a year.
BEFORE = re.compile(
    r"\b(?:(?:in )?the )?(?:year before|(?:previous|prior|preceding) year)\b(?! last\b)|"
    r"\b(?:(?:im|das|dem) )?(?:vorjahr(?:e?s)?|jahr (?:davor|zuvor)|(?:vorige[ns]?|vorherige[ns]?) jahre?s?)\b|"
    r"\b(?:l['’])?(?:année|an) (?:précédente?|d['’]avant)\b|"
    r"\b(?:el )?año (?:anterior|previo)\b|"
    r"[上前]一年",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"\b(?:(?:in )?the )?(?:year after|(?:next|following) year)\b|"
    r"\b(?:(?:im|das|dem) )?(?:folgejahr(?:e?s)?|jahr (?:danach|darauf)|(?:nächste[ns]?|folgende[ns]?) jahre?s?)\b|"
    r"\b(?:l['’])?(?:année|an) (?:suivante?|d['’]après)\b|"
    r"\b(?:el )?año siguiente\b|"
    r"[下后後]一年",
    re.IGNORECASE,
)


def with_year_told(text: str, base: int) -> str:
    """`text` with the number of the year where it tells one from the year `base`."""
    return AFTER.sub(str(base + 1), BEFORE.sub(str(base - 1), text))
