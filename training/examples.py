"""Labelled examples for the reader, made from groups of lines of which some answer a question.

The groups are shuffled lines of one article, table, receipt or report page. From them come passages as they are
found in a library: with a header, with page furniture and headings between the lines, with the name of a document in
the question that only says where to look, and without the line that answers, when the answer has to be "none".
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.splits import split_of
from training.language import codes, receipt_question

NO_ANSWER = 0.3  # of the passages: their answering lines are taken out
ASKED_ABROAD = 0.4  # of the questions about receipts that are worded anew are in another language than English
NAMED = 0.35  # of the questions name a document besides
FURNISHED = 0.35  # of the passages have running heads, footers or headings between their lines
TWICE = ("receipt", "tatqa", "cell")  # sources with few groups
PROSE_LINES = (3, 7)  # of an article's group: about what a chunk holds
AMOUNT = re.compile(r"\d[\d,]*\.\d\d(?!\d)")
DATE = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|"
    r"\d{1,2}[ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -,]*\d{2,4}",
    re.IGNORECASE,
)
TREEBANK = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "``": '"', "''": '"'}
WORD = re.compile(r"\w+")
COMMON = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "been", "by", "did", "do", "does", "during", "for", "from", "had",
    "has", "have", "how", "in", "into", "is", "it", "its", "many", "much", "name", "of", "on", "or", "s", "that",
    "the", "their", "there", "these", "they", "this", "those", "to", "was", "were", "what", "when", "where",
    "which", "who", "whom", "whose", "why", "will", "with", "would", "year", "years", "date",
})  # fmt: skip
COMPANY_ENDS = ("Inc.", "Company", "Ltd", "Group", "Holdings", "Corporation", "Sdn Bhd", "plc", "GmbH", "& Sons")
PLACES = (
    "{question} at {name}", "{question} for {name}", "according to the {name} report, {question}",
    "in the {name} document: {question}", "{name}: {question}", "{question} (see the {name} file)",
    "looking at {name}, {question}", "{question} of {name} in {year}", "as of {year}, {question} at {name}",
)  # fmt: skip
FURNITURE = (
    "{upper}", "{name} | Annual Report {year}", "{year} Annual Report on Form 10-K {page}", "Table of Contents",
    "{page}", "Page {page} of {more}", "{title}", "{title}", "{title}:", "{title} .......... {page}", "{name}",
    "{title} and other matters", "The following table shows {title}", "Note {page}. {title}", "{upper} (continued)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """`answers` are indexes of `lines`, none when nothing answers.

    `spans` are for each of them the characters (start, end) of the answer itself, None where it is not known.
    """

    source: str
    question: str
    header: str
    lines: tuple[str, ...]
    answers: tuple[int, ...]
    spans: tuple[tuple[int, int] | None, ...]


def examples(data: Path, chance: random.Random) -> list[Example]:
    """Every group once, in an order and a dress drawn anew at each call: call it for each epoch.

    `data` is the folder with `reading/`, `wikitables/` and `squad/`; of the last two only what is for tuning is used.
    """
    made = [*_groups(data), *_tables(data), *_paragraphs(data)]
    made += [example for example in made if example.source.startswith(TWICE)]
    names = names_of(made)
    drawn = [dressed(example, names, chance) for example in made]
    chance.shuffle(drawn)
    return drawn


def _groups(data: Path) -> Iterator[Example]:
    looked = {
        question["question"]
        for question in _json_lines(data / "wikitables" / "questions.jsonl")
        if split_of(question["table"]) == "look"
    }
    with gzip.open(data / "reading" / "groups.jsonl.gz", "rt", encoding="utf-8") as file:
        for group in map(json.loads, file):
            source, question, lines = group["source"], group["question"], group["lines"]
            answers = tuple(group["answers"])
            if source == "wtq":
                if question in looked or question.lower().startswith(("how many", "what is the difference")):
                    continue  # of counts only those are "look-ups" whose number happens to stand in a row
                lines, answers = _with_heads(lines, answers)
            elif source == "squad":
                question, lines = _plain(question), [_plain(line) for line in lines]
            example = Example(source, question, "", tuple(lines), answers, (None,) * len(answers))
            yield _receipt(example) if source == "receipt" else example


def _plain(text: str) -> str:
    """Treebank tokens back as people write them; spaces before punctuation don't matter to word pieces."""
    return " ".join(TREEBANK.get(word, word) for word in text.split())


def _with_heads(lines: Sequence[str], answers: tuple[int, ...]) -> tuple[list[str], tuple[int, ...]]:
    """The heads that stand before each row, once."""
    heads = _common_start(lines)
    rows = [line[len(heads) :] for line in lines]
    return [heads.rstrip(": ").replace("\\n", " "), *rows], tuple(index + 1 for index in answers)


def _common_start(lines: Sequence[str]) -> str:
    first, last = min(lines), max(lines)
    same = next((index for index, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    end = first.rfind(": ", 0, same)
    return first[: end + 2] if end >= 0 else ""


def _kind_of(question: str) -> str:
    if question.startswith(("who", "which shop")):
        return "company"
    return "date" if question.startswith(("when", "date", "what is the date")) else "total"


def _receipt(example: Example) -> Example:
    kind = _kind_of(example.question)
    lines = [example.lines[index] for index in example.answers]
    spans: list[tuple[int, int] | None] = []
    for line in lines:
        found = list((AMOUNT if kind == "total" else DATE).finditer(line))
        if kind == "company":
            spans.append((0, len(line)))
        else:
            spans.append(found[-1].span() if found else None)
    return replace(example, source=f"receipt {kind}", spans=tuple(spans))


def _tables(data: Path) -> Iterator[Example]:
    """Look-ups whose answer is one cell, in tables that are for tuning."""
    for asked in _json_lines(data / "wikitables" / "questions.jsonl"):
        if split_of(asked["table"]) == "look" or len(asked["answers"]) != 1:
            continue
        text = (data / "wikitables" / "tables" / asked["table"]).read_text(encoding="utf-8")
        heads, *rows = [[cell.replace("\\n", " ").strip() for cell in line.split("\t")] for line in text.splitlines()]
        answer = asked["answers"][0].strip().lower()
        places = [
            (row, column)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells)
            if cell.lower() == answer
        ]
        if len(places) != 1 or answer.replace(".", "").isdigit():
            continue  # a number may be a count that happens to stand somewhere
        row, column = places[0]
        first = max(0, row - len(asked["question"]) % 8)
        part = rows[first : first + 8]
        lines = [" | ".join(heads), *(" | ".join(cells) for cells in part)]
        start = len(" | ".join(part[row - first][:column])) + (3 if column else 0)
        span = (start, start + len(part[row - first][column]))
        yield Example("cell", asked["question"], "", tuple(lines), (row - first + 1,), (span,))


def _paragraphs(data: Path) -> Iterator[Example]:
    """Paragraphs with the answers' places, those that are for tuning, three times: they are few."""
    content = json.loads((data / "squad" / "passages_and_questions.json").read_text(encoding="utf-8"))
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            if split_of(paragraph["context"]) == "look":
                continue
            for asked in paragraph["qas"]:
                example = _paragraph(paragraph["context"], asked, article["title"].replace("_", " "))
                yield from [example] * 3


def _paragraph(context: str, asked: dict[str, Any], title: str) -> Example:
    ends = [match.end() for match in re.finditer(r"(?<=[.!?])\s+(?=[A-Z\"(])", context)]
    places = list(zip([0, *ends], [*ends, len(context)], strict=True))
    lines = [context[start:end].strip() for start, end in places]
    if asked["is_impossible"]:
        return Example("paragraph", asked["question"], title, tuple(lines), (), ())
    answer = min(asked["answers"], key=lambda one: len(one["text"]))
    begin = answer["answer_start"]
    line = max(index for index, (start, _) in enumerate(places) if start <= begin)
    start = begin - places[line][0]
    span = (start, min(start + len(answer["text"]), len(lines[line])))
    return Example("paragraph", asked["question"], title, tuple(lines), (line,), (span,))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def names_of(made: Sequence[Example]) -> list[str]:
    """Words that could be names: rare ones of the groups, one or two with a company's ending."""
    counts: dict[str, int] = {}
    for example in made:
        for word in set(WORD.findall(example.question.lower())):
            counts[word] = counts.get(word, 0) + 1
    rare = sorted(word for word, count in counts.items() if count <= 3 and len(word) > 4 and word.isalpha())
    return [word.title() for word in rare]


def dressed(example: Example, names: Sequence[str], chance: random.Random) -> Example:
    """In the company it would have in a library."""
    rows = list(range(len(example.lines)))
    in_order = example.source in ("cell", "paragraph")
    spans = dict(zip(example.answers, example.spans, strict=True))
    if example.source == "squad":
        others = [row for row in rows if row not in spans]
        chance.shuffle(others)
        rows = [*spans, *others[: chance.randint(*PROSE_LINES) - 1]]
    if not in_order:
        heads = rows[:1] if example.source == "wtq" else []
        rows = rows[len(heads) :]
        chance.shuffle(rows)
        rows = heads + rows
    if spans and chance.random() < NO_ANSWER:
        rows = _without_answer(example, rows)
        spans = {}
    lines: list[tuple[str, int]] = [(example.lines[row], row) for row in rows]
    question, name = _question(example, names, chance)
    if chance.random() < FURNISHED and not example.source.startswith("receipt"):
        lines = _furnished(lines, question, name, names, chance)
    answers = tuple(place for place, (_, row) in enumerate(lines) if row in spans)
    kept = tuple(spans[lines[place][1]] for place in answers)
    header = example.header or (name if chance.random() < 0.6 else _title(chance.choice(names), chance))
    return Example(example.source, question, header, tuple(text for text, _ in lines), answers, kept)


def _without_answer(example: Example, rows: Sequence[int]) -> list[int]:
    """Also without other lines that hold the same amounts: a receipt says its total several times."""
    amounts = {amount for row in example.answers for amount in AMOUNT.findall(example.lines[row])}
    if not example.source.startswith("receipt"):
        amounts = set()
    gone = {row for row in rows if amounts & set(AMOUNT.findall(example.lines[row]))} | set(example.answers)
    return [row for row in rows if row not in gone]


def _question(example: Example, names: Sequence[str], chance: random.Random) -> tuple[str, str]:
    """The question, often with a name that only says where to look, and that name."""
    words = chance.sample(names, chance.choice((1, 1, 2)))
    name = " ".join([*words, chance.choice(COMPANY_ENDS)] if chance.random() < 0.6 else words)
    question = example.question
    if example.source.startswith("receipt") and chance.random() < 0.6:
        match = re.search(r"(?: from| at| of|^total|^date) ((?!the receipt)[A-Z0-9].*?)\??$", question)
        shop = match[1] if match and chance.random() < 0.8 else ""
        code = chance.choice(codes()[1:]) if chance.random() < ASKED_ABROAD else "en"
        date, total = _given(example, chance)
        question = receipt_question(example.source.split()[1], code, chance, shop=shop, date=date, total=total)
    elif example.source != "cell" and chance.random() < NAMED:
        bare = question.rstrip(" ?")
        question = chance.choice(PLACES).format(question=bare, name=name, year=chance.randint(1996, 2025))
        question += "?" if chance.random() < 0.7 else ""
    return question, name


def _given(example: Example, chance: random.Random) -> tuple[str, str]:
    """Date and total of the receipt where they say which one is meant and aren't asked for, or nothing."""
    text = "\n".join(example.lines)
    amounts = AMOUNT.findall(text)
    dates = [match[0] for match in DATE.finditer(text)]
    date = dates[0] if "date" not in example.source and dates and chance.random() < 0.5 else ""
    asked_for = "total" in example.source or not amounts or chance.random() < 0.5
    return date, "" if asked_for else max(amounts, key=amounts.count)


def _title(name: str, chance: random.Random) -> str:
    return f"{name} {chance.randint(1996, 2025)} > {chance.choice(('Overview', 'Notes', name))}"


def _furnished(
    lines: list[tuple[str, int]], question: str, name: str, names: Sequence[str], chance: random.Random
) -> list[tuple[str, int]]:
    """Running heads, footers and headings, some made of the question's own words, are never what answers."""
    content = [word for word in WORD.findall(question) if word.lower() not in COMMON]
    made = list(lines)
    for _ in range(chance.choice((1, 1, 2))):
        few = chance.sample(content, min(len(content), chance.randint(1, 4))) if content else [chance.choice(names)]
        other = few if chance.random() < 0.7 else chance.sample(names, 2)
        text = chance.choice(FURNITURE).format(
            upper=f"THE {name.upper()}", name=name, title=" ".join(other).capitalize(), year=chance.randint(1996, 2025),
            page=chance.randint(1, 180), more=chance.randint(180, 300),
        )  # fmt: skip
        made.insert(chance.choice((0, len(made), chance.randint(0, len(made)))), (text, -1))
    return made
