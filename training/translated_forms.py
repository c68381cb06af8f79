"""Made-up forms in several languages, and questions about them in the same language or in another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from training.examples import Example
from training.forms import LINES, NO_ANSWER

FIELDS = Path(__file__).with_name("fields.txt")
ACROSS = 0.3  # of the questions are in another language than the form
NEAR = 3  # lines of the same kind at least, where the line that answers is taken out
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
DAYS = {"en": "{d} {month} {y}", "de": "{d}. {month} {y}", "fr": "{d} {month} {y}", "es": "{d} de {month} de {y}"}
UNITS = {
    "en": ("days", "weeks", "months", "years"),
    "de": ("Tage", "Wochen", "Monate", "Jahre"),
    "fr": ("jours", "semaines", "mois", "ans"),
    "es": ("días", "semanas", "meses", "años"),
    "zh": ("天", "周", "个月", "年"),
}
STREETS = {
    "en": "{n} {name} Street, {name2}",
    "de": "{name}straße {n}, {name2}",
    "fr": "{n} rue {name}, {name2}",
    "es": "Calle {name} {n}, {name2}",
    "zh": "{name}路{n}号",
}
CHINESE = "王李张刘陈杨赵黄周吴"
GIVEN = "伟芳娜敏静强磊军洋艳勇杰娟涛明"


@dataclass(frozen=True, slots=True)
class FormField:
    """A line of `fields.txt`."""

    kind: str
    label: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """What `fields.txt` says in one language."""

    code: str
    fields: list[FormField] = field(default_factory=list)
    receipts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def languages(path: Path = FIELDS) -> list[Language]:
    """Of all sections of the file."""
    made: list[Language] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            made.append(Language(line.strip("[] ")))
        elif line.strip() and not line.startswith("#"):
            head, _, tail = line.partition(" | ")
            kind, _, label = head.partition(": ")
            parts = tuple(part.strip() for part in tail.split(";"))
            if kind == "other":
                made[-1].others.extend(parts)
            elif kind == "sentence":
                made[-1].sentences.extend(parts)
            elif kind.startswith("receipt-"):
                made[-1].receipts[kind.removeprefix("receipt-")] = parts
            else:
                made[-1].fields.append(FormField(kind, label, parts))
    return made


def translated_forms(count: int, names: Sequence[str], chance: random.Random) -> list[Example]:
    """Each asks for one field among others; a fifth for one that isn't there, though others of its kind are."""
    known = languages()
    return [_form(chance.choice(known), known, names, chance) for _ in range(count)]


def receipt_questions(receipts: Sequence[Example], count: int, chance: random.Random) -> list[Example]:
    """Some of the examples of receipts again, asked in another language, now and then for what no receipt holds."""
    known = languages()
    made = []
    for _ in range(count):
        example, language = chance.choice(receipts), chance.choice(known)
        if chance.random() < NO_ANSWER:
            question = chance.choice(language.others)
            made.append(replace(example, question=_asked(question, language, chance), answers=(), spans=()))
        else:
            questions = language.receipts[example.source.split()[1]]
            made.append(replace(example, question=_asked(chance.choice(questions), language, chance)))
    return made


def _form(language: Language, known: Sequence[Language], names: Sequence[str], chance: random.Random) -> Example:
    fields = chance.sample(language.fields, chance.randint(*LINES))
    wanted = chance.choice(fields)
    absent = chance.random() < NO_ANSWER
    if absent:  # others of its kind are near
        near = [other for other in language.fields if other.kind == wanted.kind and other != wanted]
        fields = [*chance.sample(near, min(NEAR, len(near))), *(one for one in fields if one.kind != wanted.kind)]
        chance.shuffle(fields)
    style = chance.choice((" | ", ": ", "   ", "sentence", "sentence"))
    lines, answers, spans = [], [], []
    for number, one in enumerate(fields):
        value = _value(one.kind, language.code, names, chance)
        text = f"{one.label}{style}{value}"
        if style == "sentence":
            text = chance.choice(language.sentences).format(label=one.label, value=value)
        if one == wanted:
            answers.append(number)
            spans.append((text.rindex(value), text.rindex(value) + len(value)))
        lines.append(text)
    question = _asked(chance.choice((*wanted.questions, wanted.label)), language, chance)
    if chance.random() < ACROSS and not absent:
        question = _across(wanted, language, known, chance)
    return Example("form", question, "", tuple(lines), tuple(answers), tuple(spans))


def _across(wanted: FormField, language: Language, known: Sequence[Language], chance: random.Random) -> str:
    """The same field's question in another language: fields stand in the same order in each."""
    other = chance.choice([one for one in known if one is not language])
    return _asked(chance.choice(other.fields[language.fields.index(wanted)].questions), other, chance)


def _asked(question: str, language: Language, chance: random.Random) -> str:
    end = "\uff1f" if language.code == "zh" else "?"
    return f"{question[0].upper()}{question[1:]}{end if chance.random() < 0.7 else ''}"


def _value(kind: str, code: str, names: Sequence[str], chance: random.Random) -> str:
    first, second = chance.sample(names, 2)
    if kind == "money":
        amount = f"{chance.choice((chance.randint(5, 900), chance.randint(900, 90_000))):,}"
        cents = f"{chance.randint(0, 99):02}"
        if code == "zh":
            return chance.choice(("{}元", "¥{}", "人民币{}元")).format(amount)
        grouped = amount.replace(",", {"en": ",", "de": ".", "es": ".", "fr": " "}[code])
        mark = "." if code == "en" else ","
        return f"{grouped}{mark}{cents} {chance.choice(('€', 'EUR'))}" if chance.random() < 0.7 else f"{grouped} €"
    if kind == "date":
        day = date(chance.randint(1995, 2026), chance.randint(1, 12), chance.randint(1, 28))
        if code == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        if chance.random() < 0.4:
            return day.strftime("%d.%m.%Y" if code == "de" else "%d/%m/%Y")
        return DAYS[code].format(d=day.day, month=MONTHS[code].split()[day.month - 1], y=day.year)
    if kind == "code":
        return chance.choice("ABDEKLRX") + "-".join(str(chance.randint(100, 9999)) for _ in range(chance.randint(1, 3)))
    if kind == "person":
        return chance.choice(CHINESE) + "".join(chance.sample(GIVEN, 2)) if code == "zh" else f"{first} {second}"
    if kind == "duration":
        return f"{chance.randint(2, 36)}{'' if code == 'zh' else ' '}{chance.choice(UNITS[code])}"
    if kind == "quantity":
        return f"{chance.randint(3, 9000)} {chance.choice(('kWh', 'm²', 'kg', 'km'))}"
    return STREETS[code].format(name=first, name2=second, n=chance.randint(1, 180))
