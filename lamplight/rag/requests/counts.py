"""How many of something a request speaks of: "in five points", "the two receipts"."""

from __future__ import annotations

from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import NUMBER_WORDS
from lamplight.rag.periods import periods_of

COUNTS = NUMBER_WORDS | {
    word: number
    for words in (
        "ein zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
    )
    for number, word in enumerate(words.split(), start=1)
}  # fmt: skip
ONE = 1  # "one summary" asks for no number, and "un" is an article
LARGEST = 30  # of a count; larger numbers are prices, years or names


def stated_count(text: str) -> int:
    """The first number of at least two in figures or words, dates and years aside; 0 if there is none."""
    kept = list(text.lower())
    for start, end in [*periods_of(text).spans, *((date.start, date.end) for date in dates_of(text))]:
        kept[start:end] = " " * (end - start)
    for word in "".join(kept).split():
        bare = word.strip(".,:;!?()")
        number = int(bare) if bare.isdecimal() else COUNTS.get(bare, 0)
        if ONE < number <= LARGEST:
            return number
    return 0
