"""Numbers of lists and headings as they are printed: 3, c, iv."""

from __future__ import annotations

ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
LARGEST_ROMAN = 3999
MOST_LETTERS = 30  # of the same: after z come aa and bb; Word goes on like that, and nobody reads it
CIRCLED = 0x2460  # the one in a circle; there are twenty


def numeral(number: int, form: str) -> str:
    """`form` is `roman`, `letter` (with a capital first for capitals), `padded` or `circled`; else plain digits."""
    written = str(number)
    if form.casefold() == "roman" and 0 < number <= LARGEST_ROMAN:
        written, rest = "", number
        for value, letters in ROMAN:
            written += letters * (rest // value)
            rest %= value
    elif form.casefold() == "letter" and 0 < number <= 26 * MOST_LETTERS:
        repeats, place = divmod(number - 1, 26)
        written = chr(ord("a") + place) * (repeats + 1)
    elif form == "padded":
        written = f"{number:02}"
    elif form == "circled" and 0 < number <= 20:
        written = chr(CIRCLED + number - 1)
    return written.upper() if form[:1].isupper() else written
