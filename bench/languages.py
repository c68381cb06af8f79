"""How months, numbers and yes are said in the languages of the benchmarks, and Chinese made to read like the others.

For `bench.judging` alone, and apart from what Lamplight knows of languages for the same reason as the judge itself.
All is in lower case and without accents, as the judge folds its texts before it looks.
"""

from __future__ import annotations

import re
import unicodedata

_MONTHS = (  # English, German, French, Spanish; short forms last
    "january januar janner janvier enero jan janv ene",
    "february februar fevrier febrero feb febr fevr fev",
    "march marz maerz mars marzo mar mrz",
    "april avril abril apr avr abr",
    "may mai mayo",
    "june juni juin junio jun",
    "july juli juillet julio jul juil",
    "august aout agosto aug ago",
    "september septembre septiembre setiembre sep sept",
    "october oktober octobre octubre oct okt",
    "november novembre noviembre nov",
    "december dezember decembre diciembre dec dez dic",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}

ENGLISH_MONTHS = {name for names in _MONTHS for name in (names.split()[0], names[:3])} | {"sept"}

_NUMBERS = (
    "zero null cero",
    "one ein eine einen einem einer eins un une uno una once",
    "two zwei deux dos twice",
    "three drei trois tres",
    "four vier quatre cuatro",
    "five funf cinq cinco",
    "six sechs seis",
    "seven sieben sept siete",
    "eight acht huit ocho",
    "nine neun neuf nueve",
    "ten zehn dix diez",
    "eleven elf onze once",  # Spanish; in English it is 1
    "twelve zwolf douze doce",
    "thirteen dreizehn treize trece",
    "fourteen vierzehn quatorze catorce",
    "fifteen funfzehn quinze quince",
    "sixteen sechzehn seize dieciseis",
    "seventeen siebzehn diecisiete",
    "eighteen achtzehn dieciocho",
    "nineteen neunzehn diecinueve",
)
_TENS = (
    "twenty zwanzig vingt veinte",
    "thirty dreissig trente treinta",
    "forty vierzig quarante cuarenta",
    "fifty funfzig cinquante cincuenta",
    "sixty sechzig soixante sesenta",
    "seventy siebzig setenta",
    "eighty achtzig ochenta",
    "ninety neunzig noventa",
)
ONES = frozenset(_NUMBERS[1].split()) - {"once"}  # most are articles too
_unit = "|".join(" ".join(_NUMBERS[1:10]).split())
_ten = "|".join(" ".join(_TENS).split())
_COMPOUND = re.compile(
    rf"\b(?:(?P<ten>{_ten})(?:[- ]| y | et )(?P<unit>{_unit})|(?P<first>{_unit})und(?P<last>{_ten}))\b"
)
_SPOKEN_CLOCK = re.compile(r"(?<![\d.,:])(\d{1,2})(?:[.:](\d\d))? ?uhr\b|(?<![\d.,:])(\d{1,2}) ?h ?(\d\d)(?!\w)")
# What answers a question by coming first, and stands in many sentences further on.
_OPENERS = "yes no ja nein oui non si 是 是的 否 不是 可以 不可以 能 不能 有 没有 要 不要 需要 不需要"
OPENERS = frozenset(_OPENERS.split())

_UNITS = {
    "second": "seconds", "minute": "minutes minuten", "hour": "hours", "day": "days", "week": "weeks",
    "month": "months", "year": "years", "cent": "cents", "litre": "litres", "metre": "metres", "mile": "miles",
    "inch": "inchs", "tag": "tage tagen", "woche": "wochen", "monat": "monate monaten monats", "jahr": "jahre jahren",
    "stunde": "stunden", "jour": "jours", "semaine": "semaines", "heure": "heures", "annee": "annees", "dia": "dias",
    "semana": "semanas", "mes": "meses", "ano": "anos", "hora": "horas", "minuto": "minutos",
}  # fmt: skip
PLURALS = {plural: unit for unit, plurals in _UNITS.items() for plural in plurals.split()}

_ELISION = re.compile(r"\b(?:[dlnjcmst]|qu|jusqu|lorsqu|puisqu)['’](?=[^\W\d_])")  # of French: l'eau is eau

# Written without spaces; each sign is a word here.
SIGN = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"\u3007": 0, "两": 2}
_COUNTED = "个年月日号天周次人户元块间张把岁名台页件条项份层倍公里斤克米度吨小时分秒点季期"
_COUNT = re.compile(  # not of an ordinal or a weekday; "一个" is an article unless something is counted in it
    rf"(?<![周期第零\u3007一二两三四五六七八九十百\d])(?!一个(?!月|小时|星期))[零\u3007一二两三四五六七八九十百]+(?=[{_COUNTED}])"
)
_SHARE = re.compile(r"百分之([零\u3007一二三四五六七八九十百]+|\d+(?:\.\d+)?)")
_DATE = re.compile(r"(?:(\d{4})\s*年\s*)?(?<!\d)(\d{1,2})\s*月(?:份|\s*(\d{1,2})\s*[日号])?")
_CLOCK = re.compile(
    r"(凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(?<![\d.,:])(\d{1,2})(?::(\d\d)(?![:\d])|\s*点(?:\s*(\d{1,2})\s*分?|(半|整))?)"
)
_AFTERNOON = frozenset(("下午", "傍晚", "晚上"))
_ENGLISH = tuple(names.split()[0].capitalize() for names in _MONTHS)


def _number_words() -> dict[str, tuple[int, ...]]:
    words: dict[str, tuple[int, ...]] = {}
    numbered = [*enumerate(_NUMBERS), *((10 * ten, names) for ten, names in enumerate(_TENS, start=2))]
    for number, names in numbered:
        for name in names.split():
            words[name] = (*words.get(name, ()), number)
    return words


NUMBER_WORDS = _number_words()  # each with its readings


def plainly(text: str) -> str:
    """Folded text with its compound number words as figures, its times as 18:30 and without the elisions of French."""

    def number(match: re.Match[str]) -> str:
        ten, unit = match["ten"] or match["last"], match["unit"] or match["first"]
        return str(NUMBER_WORDS[ten][0] + NUMBER_WORDS[unit][0])

    def time(match: re.Match[str]) -> str:
        return f"{match[1] or match[3]}:{match[2] or match[4] or '00'}"

    return _SPOKEN_CLOCK.sub(time, _COMPOUND.sub(number, _ELISION.sub("", text)))


def spaced(text: str) -> str:
    """Chinese with its dates, times and counts as an English text has them, and a space around each sign.

    "2024年3月3日下午3点半, 三个月" becomes "3 March 2024 15:30, 3 个 月".
    """
    if SIGN.search(text) is None:
        return text
    text = unicodedata.normalize("NFKC", text)  # figures and colons as wide as a sign
    text = _SHARE.sub(lambda match: f"{_count(match[1])}%", text)
    text = _COUNT.sub(lambda match: str(_count(match[0])), text)
    text = _CLOCK.sub(_time, _DATE.sub(_day, text))
    return SIGN.sub(r" \1 ", text)


def _count(signs: str) -> int | str:
    """Up to 999; figures stay."""
    if signs[0].isdigit() and signs.isascii():
        return signs
    total, held = 0, None
    for sign in signs:
        if sign in _DIGITS:
            held = _DIGITS[sign] if held is None else 10 * held + _DIGITS[sign]  # 二\u3007二四
        else:
            total, held = total + (1 if held is None else held) * {"十": 10, "百": 100}[sign], None
    return total + (held or 0)


def _day(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    if not 1 <= int(month) <= 12:
        return match[0]
    return f" {day or ''} {_ENGLISH[int(month) - 1]} {year or ''} "


def _time(match: re.Match[str]) -> str:
    part, hour, minutes, spoken, rest = match.groups()
    late = 12 if part in _AFTERNOON and int(hour) < 12 else 0
    return f" {int(hour) + late}:{minutes or ('30' if rest == '半' else (spoken or '00').zfill(2))} "
