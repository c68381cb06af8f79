"""Typefaces whose letters are other signs: what is typed as `m` is seen as µ.

Symbol by Adobe's encoding (Unicode's `ADOBE/symbol.txt`); of Microsoft's those signs that say something.
"""

from __future__ import annotations

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
PRIVATE = range(0xF000, 0xF100)  # where Windows puts the letters of such a typeface

# From 0x20 and from 0xA0 on; the radical's line and the apple have no sign of their own in Unicode.
_LOWER = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλµνοπθρστυϖωξψζ{|}∼"  # noqa: RUF001
_UPPER = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"  # noqa: RUF001
    "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)
SYMBOL = dict(enumerate(_LOWER, start=0x20)) | dict(enumerate(_UPPER, start=0xA0))
WINGDINGS = {
    0xFE: "☒", 0xFD: "☒", 0x78: "☒", 0xA8: "☐", 0x6F: "☐", 0x71: "☐", 0xFC: "✓", 0xFB: "✗", 0xA7: "▪", 0x6E: "■",
    0x6C: "●", 0x9F: "•", 0x76: "❖", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE8: "➔", 0xF0: "⇨", 0x4A: "☺", 0x4C: "☹",
    0x28: "☎", 0x2A: "✉", 0xAB: "★",
} | dict(enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿", start=0x80))  # fmt: skip
WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐"}
WEBDINGS = {0x61: "✓", 0x72: "✗", 0x63: "☐", 0x67: "■", 0x6E: "●"}
TYPEFACES = {
    "symbol": SYMBOL, "symbol mt": SYMBOL, "wingdings": WINGDINGS, "wingdings 2": WINGDINGS_2, "webdings": WEBDINGS,
    "wingdings 3": {},
}  # fmt: skip


def is_symbolic(typeface: str) -> bool:
    """Whether letters of a typeface are known to be other signs."""
    return typeface.lower() in TYPEFACES


def sign(typeface: str, code: int) -> str:
    """What stands at a code of a symbolic typeface (0xF06D and 0x6D are the same), U+FFFD if no table knows it."""
    return TYPEFACES[typeface.lower()].get(code & 0xFF, UNKNOWN)


def as_seen(text: str, typeface: str) -> str:
    """A text set in a typeface, as it is seen; letters beyond its table stay what they are."""
    if not is_symbolic(typeface):
        return text
    return "".join(
        sign(typeface, ord(letter)) if ord(letter) in PRIVATE or " " < letter <= "\xff" else letter for letter in text
    )
