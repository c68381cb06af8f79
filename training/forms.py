"""Made-up forms, bills and letters as lists of labels and values, in every language of `training/languages`."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from training.examples import Example
from training.language import Language, codes, language

LINES = (5, 12)  # of a form
NO_ANSWER = 0.2
NEAR = 0.5  # of the forms hold fields that are easily taken for the one that is asked for, whether it is there or not
NEAR_FIELDS = (2, 3)
ENGLISH = 0.25  # of the forms; the other languages share the rest
FOREIGN = 1 / 3  # of the questions are in another language than the form, half of them in English if it isn't
TOLD = 0.5  # of the rows of a letter don't say their label, where the language has words for it
BY_LABEL = 0.3  # of the questions only name the field
OTHER_NAMES = 0.3  # of the surnames and towns are any of `names`
# By what their values are. Fields that stand together are near each other, after them all with like values.
FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "money": (
        ("rent", "deposit", "charges"),
        ("due", "discount", "old_balance", "new_balance"),
        ("premium", "excess", "cover"),
        ("salary",),
    ),
    "day": (
        ("begin", "end"),
        ("due_date", "invoice_date"),
        ("appointment", "inspection", "birth"),
        ("departure", "return"),
    ),
    "code": (("invoice_no", "customer_no", "booking"), ("policy_no", "serial_no", "meter_no"), ("iban", "phone")),
    "person": (("landlord", "tenant", "policyholder"), ("doctor", "issuer", "contact"), ("teacher", "chair")),
    "duration": (("notice", "term", "probation"), ("warranty",), ("holiday",), ("interval",)),
    "quantity": (("consumption", "old_reading", "new_reading"), ("space", "load"), ("temperature",)),
    "place": (("address", "delivery", "venue"),),
}
KIND = {field: kind for kind, groups in FIELDS.items() for group in groups for field in group}
UNITS = {"space": "area", "load": "weight", "temperature": "degrees"}  # what else is measured is usage
LATIN = "\u024f"  # the last of its letters
ON_RECEIPTS = frozenset({
    "due", "discount", "invoice_date", "due_date", "invoice_no", "customer_no", "phone", "address", "delivery", "venue",
    "contact", "issuer", "old_balance", "new_balance", "consumption", "booking",
})  # fmt: skip
NUMBER = re.compile(r"1(\D?)234(\D)56")


def value_of(field: str, spoken: Language, names: Sequence[str], chance: random.Random) -> str:
    """A value of the field, as this language writes it."""
    kind, values = KIND[field], spoken.values
    if kind == "code":
        return _code(field, chance)
    pattern = chance.choice(values[UNITS.get(field, "usage") if kind == "quantity" else kind])
    if kind == "money":
        size = chance.choice((chance.randint(2, 90), chance.randint(90, 9_000), chance.randint(10_000, 90_000)))
        return pattern.format(n=_number(size, spoken, chance, cents=chance.random() < 0.66))
    if kind == "quantity":
        most = 150 if field in ("space", "temperature") else 9_000
        return pattern.format(n=_number(chance.randint(2, most), spoken, chance, cents=False))
    if kind == "day":
        year, month, day = chance.randint(1995, 2026), chance.randint(1, 12), chance.randint(1, 28)
        return pattern.format(
            d=day, m=month, y=year, dd=f"{day:02}", mm=f"{month:02}",
            month=values["months"][month - 1], mon=values["short"][month - 1],
        )  # fmt: skip
    if kind == "duration":
        return pattern.format(n=chance.randint(2, 36), many=chance.randint(5, 20), word=chance.choice(values["words"]))
    others = OTHER_NAMES if names and values["last"][0][0] <= LATIN else 0.0
    last, city = (chance.choice(names if chance.random() < others else values[key]) for key in ("last", "city"))
    return pattern.format(
        first=chance.choice(values["first"]), last=last, city=city, street=chance.choice(values["street"]),
        house=chance.randint(1, 180), zip=f"{chance.randint(10_000, 99_999)}",
    )  # fmt: skip


def _number(size: int, spoken: Language, chance: random.Random, *, cents: bool) -> str:
    marks = NUMBER.fullmatch(chance.choice(spoken.values["number"]))
    assert marks is not None, f"{spoken.code}.txt: `number` says how 1234.56 is written"
    written = f"{size:,}".replace(",", marks[1])
    return f"{written}{marks[2]}{chance.randint(0, 99):02}" if cents else written


def _code(field: str, chance: random.Random) -> str:
    if field == "iban":
        groups = " ".join(str(chance.randint(1_000, 9_999)) for _ in range(chance.randint(3, 5)))
        return f"{chance.choice(('DE', 'FR', 'ES', 'IT', 'NL', 'PL', 'GB'))}{chance.randint(10, 99)} {groups}"
    if field == "phone":
        start = chance.choice(("0{}", "+{} ", "(0{}) ", "00{} ", "0{}-")).format(chance.randint(20, 99))
        return f"{start}{chance.randint(100, 9_999)} {chance.randint(1_000, 99_999)}"
    digits = [str(chance.randint(100, 999)) for _ in range(chance.randint(2, 3))]
    letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(chance.randint(1, 2)))
    joined = f"{letters}-{''.join(digits)}"
    return chance.choice((" ".join(digits), "-".join(digits), joined, f"{digits[0]}/{digits[1]}{letters}"))


def forms(count: int, names: Sequence[str], chance: random.Random) -> list[Example]:
    """Each asks for one field among others. The source is "form" and its language, with "asked in" where that differs.

    `names` are words that may be surnames and towns.
    """
    return [_form(names, chance) for _ in range(count)]


def _form(names: Sequence[str], chance: random.Random) -> Example:
    spoken = language("en" if chance.random() < ENGLISH else chance.choice(codes()[1:]))
    asking = _asking(spoken, chance)
    asked = chance.choice(list(KIND))
    fields = _fields(asked, chance)
    styles = ("{label} | {value}", "{label}   {value}", "{label}  {value}", "line", "line", "sentence")
    style = chance.choice(styles)
    lines, spans = [], []
    for field in fields:
        value = value_of(field, spoken, names, chance)
        pattern = chance.choice(spoken.lines[style]) if style in spoken.lines else style
        if style == "sentence" and field in spoken.told and chance.random() < TOLD:
            pattern = chance.choice(spoken.told[field])
        text, span = _line(pattern, chance.choice(spoken.labels[field]), value)
        lines.append(text)
        spans.append(span)
    source = f"form {spoken.code}" + (f" asked in {asking.code}" if asking is not spoken else "")
    question, place = _question(asked, asking, chance), fields.index(asked)
    if chance.random() < NO_ANSWER:
        del lines[place]
        return Example(source, question, "", tuple(lines), (), ())
    return Example(source, question, "", tuple(lines), (place,), (spans[place],))


def _asking(spoken: Language, chance: random.Random) -> Language:
    if chance.random() >= FOREIGN:
        return spoken
    if spoken.code != "en" and chance.random() < 0.5:
        return language("en")
    return language(chance.choice([code for code in codes() if code != spoken.code]))


def _fields(asked: str, chance: random.Random) -> list[str]:
    """In any order, with the one that is asked for, and often with those that are near it."""
    chosen = [asked]
    count = chance.randint(*LINES)
    if chance.random() < NEAR:
        groups = FIELDS[KIND[asked]]
        near = [field for group in groups if asked in group for field in group if field != asked]
        like = [field for group in groups if asked not in group for field in group]
        chance.shuffle(near)
        chosen += [*near, *chance.sample(like, min(len(like), 3))][: chance.randint(*NEAR_FIELDS)]
    others = [field for field in KIND if field not in chosen]
    chosen += chance.sample(others, max(0, count - len(chosen)))
    chance.shuffle(chosen)
    return chosen


def _line(pattern: str, label: str, value: str) -> tuple[str, tuple[int, int]]:
    """The line and where the value stands in it."""
    before, after = (part.format(label=label, low=low(label)) for part in pattern.split("{value}"))
    if value.endswith(".") and after.startswith("."):
        after = after[1:]
    before = before[:1].upper() + before[1:]
    return before + value + after, (len(before), len(before) + len(value))


def low(label: str) -> str:
    """As within a sentence: "IBAN" stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _question(field: str, asking: Language, chance: random.Random) -> str:
    if chance.random() < BY_LABEL:
        label = chance.choice(asking.labels[field])
        question = chance.choice(asking.asked["label"]).format(label=label, low=low(label))
    else:
        question = chance.choice(asking.questions[field])
    return asking.written(question, chance)


def asked_elsewhere(chance: random.Random) -> str:
    """What a form may hold but a shop's receipt doesn't, in any language."""
    asking = language("en" if chance.random() < ENGLISH else chance.choice(codes()))
    if chance.random() < 0.25:
        return asked_of_neither(asking.code, chance)
    return _question(chance.choice([field for field in KIND if field not in ON_RECEIPTS]), asking, chance)


def asked_of_neither(code: str, chance: random.Random) -> str:
    """What neither a form nor a receipt answers."""
    asking = language(code)
    return asking.written(chance.choice(asking.asked["neither"]), chance)
