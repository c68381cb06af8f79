"""Which language a text is written in, of those that people's papers are mostly in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NAMES = {
    "en": "English", "de": "Deutsch", "fr": "français", "es": "español", "it": "italiano", "pt": "português",
    "nl": "Nederlands", "sv": "svenska", "da": "dansk", "no": "norsk", "fi": "suomi", "is": "íslenska", "pl": "polski",
    "cs": "čeština", "sk": "slovenčina", "sl": "slovenščina", "hr": "hrvatski", "sr": "српски", "bg": "български",
    "uk": "українська", "ru": "русский", "ro": "română", "hu": "magyar", "el": "ελληνικά", "tr": "Türkçe",
    "et": "eesti", "lv": "latviešu", "lt": "lietuvių", "sq": "shqip", "ca": "català", "eu": "euskara", "gl": "galego",
    "ga": "Gaeilge", "cy": "Cymraeg", "he": "עברית", "ar": "العربية", "fa": "فارسی", "ur": "اردو", "hi": "हिन्दी",
    "bn": "বাংলা", "ta": "தமிழ்", "th": "ไทย", "vi": "Tiếng Việt", "id": "Bahasa Indonesia", "zh": "中文",
    "ja": "日本語", "ko": "한국어",
}  # fmt: skip
"""Each as its own speakers call it, by its code. Others of the hundred that are known are mostly mistaken for one."""
LETTERS = 20  # fewer tell too little; a third of that in letters of which one is a syllable or a word
SYLLABLES = range(0x3040, 0xD7B0)  # Kana, Chinese characters, Hangul


def written_in(text: str) -> str:
    """The code of a language of `NAMES`; "" where the text has too few letters to tell. Milliseconds for a page."""
    letters = sum(3 if ord(letter) in SYLLABLES else 1 for letter in text if letter.isalpha())
    return str(_identifier().classify(text)[0]) if letters >= LETTERS else ""


def likelihoods(text: str) -> dict[str, float]:
    """How likely `text` is in each language of `NAMES`, as logarithms: 0 for the likeliest, and for all if none is."""
    ranked = _identifier().rank(text)
    most = float(ranked[0][1])
    return {code: float(value) - most for code, value in ranked}


def prepare() -> None:
    """Load what is needed, so that the first question doesn't wait for it."""
    _identifier()


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """One of its own, so that the languages it knows are set for nobody else; 1.5 s."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(NAMES))
    return identifier
