"""Questions with their gold answers and the documents they are asked of: one shape for every set.

A set is a folder of documents and JSON lines of `question`, `answer` or `answers`, and if known `document`,
`evidence` (`page` from 1, `text`) and `kind`, by which the measures tell them apart. Any of `answers` counts; one that
is a list has to be given in full; none at all means that the documents don't say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.atoms import atoms, length
from bench.splits import split_of

BRIEF = 12  # words, numbers and dates: a short sentence
YEAR = re.compile(r"(?:19|20)\d\d")
HOUSEHOLD = Path(__file__).with_name("household")
LANGUAGES = ("de", "fr", "es", "zh")  # a household each, beside the English one
COMPANY_FORM = re.compile(r"(?:\s*\(M\))?\s+(?:SDN\.?\s*BHD|BHD|S/B)\.?$")  # Malaysian for Ltd
RECEIPT_QUESTIONS = {
    "total": (
        "what is the total of the receipt from {company} on {date}?",
        "how much did I pay at {company} on {date}?",
        "How much was the bill at {company} of {date}?",
    ),
    "date": (
        "when was the receipt from {company} with total {total}?",
        "On which day did I pay {total} at {company}?",
        "what is the date of the {company} receipt over {total}?",
    ),
    "company": (
        "who issued the receipt of {date} with a total of {total}?",
        "Where did I spend {total} on {date}?",
        "which shop is the receipt of {date} for {total} from?",
    ),
}

Gold = str | list[str]


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is what `split_of` goes by. With `scoped` it is asked of its documents alone; no `answers`: not there."""

    text: str
    answers: tuple[Gold, ...]
    key: str
    documents: frozenset[str] = frozenset()
    pages: frozenset[int] = frozenset()
    kind: str = ""
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """`files` are what the library holds."""

    name: str
    files: list[Path]
    questions: list[Question]

    def part(self, split: str) -> QuestionSet:
        """Only the questions of a half; all files, as what is searched should not be smaller for it."""
        kept = [question for question in self.questions if split in ("all", split_of(question.key))]
        return QuestionSet(self.name, self.files, kept)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def from_files(name: str, documents: Path, questions: Path) -> QuestionSet:
    """Any folder with any questions about it; the key of a question is its text."""
    asked = [
        Question(
            line["question"],
            tuple(line.get("answers", [line.get("answer", "")])),
            line["question"],
            frozenset({line["document"]} if "document" in line else ()),
            frozenset(part["page"] for part in line.get("evidence", ()) if "page" in part),
            line.get("kind", ""),
            scoped=line.get("scoped", False),
        )
        for line in read_lines(questions)
    ]
    files = [path for path in sorted(documents.iterdir()) if path.is_file() and path != questions]
    return QuestionSet(name, [path for path in files if path.suffix != ".jsonl"], asked)


def household(_data: Path, _made: Path) -> QuestionSet:
    """The English household, which is in this repository: neither folder is used."""
    return from_files("household", HOUSEHOLD / "documents", HOUSEHOLD / "questions.jsonl")


def household_in(language: str) -> QuestionSet:
    """The papers of a family elsewhere, asked in their language (`own`) and in English (`english`)."""
    folder = HOUSEHOLD / language
    return from_files(f"household-{language}", folder / "documents", folder / "questions.jsonl")


def _household_in(language: str) -> Callable[[Path, Path], QuestionSet]:
    return lambda _data, _made: household_in(language)


def filings(data: Path, _made: Path) -> QuestionSet:
    """31 questions about annual reports (FinanceBench)."""
    read = from_files("filings", data / "filings", data / "filings" / "questions.jsonl")
    questions = [
        Question(one.text, tuple(essential(gold) for gold in one.answers), one.key, one.documents, one.pages)
        for one in read.questions
    ]
    return QuestionSet(read.name, read.files, questions)


def essential(gold: Gold) -> Gold:
    """What has to be said of a gold answer: of a sentence, which nobody says again word for word, its figures.

    Of a sentence that begins with yes or no and has none, that; of any other without figures all of it.
    """
    if not isinstance(gold, str) or length(gold) <= BRIEF:
        return gold
    first = gold.split(". ")[0]
    said = list(atoms(first))
    figures = [atom.text.strip() for atom in said if atom.values and not YEAR.fullmatch(atom.text.strip())]
    if figures:
        return figures
    return said[0].text if said[0].text in ("yes", "no") else gold


def receipts(data: Path, _made: Path) -> QuestionSet:
    """Total, date and issuer of each photographed receipt, worded in turn; what fits several has several answers."""
    folder = data / "receipts"
    fields = json.loads((folder / "fields.json").read_text(encoding="utf-8"))
    questions = []
    for number, (name, values) in enumerate(fields.items()):
        said = {"company": values["company"], "date": values["date"], "total": values["total"]}
        for kind, wordings in RECEIPT_QUESTIONS.items():
            given = [field for field in said if field != kind]
            fitting = [one for one in fields if all(fields[one][field] == said[field] for field in given)]
            answers = [answer for one in fitting for answer in _accepted(kind, fields[one][kind])]
            wording = wordings[number % len(wordings)].format(**said)
            questions.append(
                Question(wording, tuple(dict.fromkeys(answers)), name, frozenset(fitting), frozenset(), kind)
            )
    return QuestionSet("receipts", [folder / name for name in fields], questions)


def _accepted(kind: str, value: str) -> list[str]:
    return [value, COMPANY_FORM.sub("", value)] if kind == "company" else [value]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the name of its passage's document, the passage and the answers that count as right."""

    text: str
    document: str
    passage: str
    answers: list[str]


def articles(data: Path) -> list[list[Asked]]:
    """The answerable questions of each SQuAD article."""
    content = json.loads((data / "squad" / "passages_and_questions.json").read_text(encoding="utf-8"))
    return [
        [
            Asked(
                question["question"],
                f"passage {number}-{index}.txt",
                paragraph["context"],
                [answer["text"] for answer in question["answers"]],
            )
            for index, paragraph in enumerate(article["paragraphs"])
            for question in paragraph["qas"]
            if not question["is_impossible"]
        ]
        for number, article in enumerate(content["data"])
    ]


def squad_question(asked: Asked) -> Question:
    """As one of a set, its paragraph being the key."""
    return Question(asked.text, tuple(dict.fromkeys(asked.answers)), asked.passage, frozenset({asked.document}))


def passages(asked: Sequence[Asked], made: Path) -> list[Path]:
    """The passages of the questions as text files in `made`."""
    made.mkdir(parents=True, exist_ok=True)
    for name, passage in dict.fromkeys((one.document, one.passage) for one in asked):
        (made / name).write_text(passage, encoding="utf-8")
    return [made / name for name in dict.fromkeys(one.document for one in asked)]


def wikitables(data: Path, made: Path) -> QuestionSet:
    """Wikipedia tables as CSV files, each asked alone: the questions don't name their table."""
    import csv

    made.mkdir(parents=True, exist_ok=True)
    folder = data / "wikitables"
    questions = [
        Question(
            line["question"],
            (line["answers"] if len(line["answers"]) > 1 else line["answers"][0],),
            line["table"],
            frozenset({_csv(line["table"])}),
            scoped=True,
        )
        for line in read_lines(folder / "questions.jsonl")
    ]
    files = []
    for table in sorted({question.key for question in questions}):
        lines = (folder / "tables" / table).read_text(encoding="utf-8").split("\n")
        files.append(made / _csv(table))
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(_cells(line) for line in lines if line)
    return QuestionSet("wikitables", files, questions)


def _csv(table: str) -> str:
    return f"{Path(table).stem}.csv"


def _cells(line: str) -> Iterator[str]:
    return (cell.replace("\\n", " ").replace("\\p", "|").strip() for cell in line.split("\t"))


SETS: dict[str, Callable[[Path, Path], QuestionSet]] = {
    "filings": filings,
    "receipts": receipts,
    "wikitables": wikitables,
    "household": household,
} | {f"household-{language}": _household_in(language) for language in LANGUAGES}
