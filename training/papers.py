"""Papers that were written for the training: sections of made-up documents, each with questions and what answers them.

A file of `training/papers` is plain text:

    @ en | Lease of 14 Alder Court > 4 Deposit        a section: language, document, heading
    The tenant pays a deposit of three months' rent.  one sentence, row, heading or footer a line
    ? How much is put down? => three months' rent     the words that answer, as they stand in one line
    ? Are pets allowed? => no: not without consent    asked for a yes or a no (which it is, nobody learns yet)
    ? Who keeps the keys? => nothing                  nothing in the section answers
    ? until when (Who may use the shed)? => 1 May     a follow-up, with the question before it in brackets

The sections of a document have its title in common, and a picture the name of its file; a question that two of them
answer stands under both. Where the words of an answer stand in several lines the number of the line comes first:
`=> [3] three months' rent`. Two places that both answer are parted by `;;`. `python -m training.papers FILE` says what
is wrong with a file.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from training.examples import Example
from training.translations import ACROSS, translations

if TYPE_CHECKING:
    from lamplight.models.embedder import Embedder
    from training.network import Language

FOLDER = Path(__file__).with_name("papers")
SECTION = re.compile(r"@ (?P<language>[a-z]{2}) \| (?P<header>\S.*)")
ASKED = re.compile(r"\? (?P<question>\S.*?) => (?P<answer>\S.*)")
NUMBERED = re.compile(r"\[(\d+)\] (.+)")
VERDICT = re.compile(r"(yes|no): ?(.+)")
NOTHING = "nothing"
PARTS = 0.5  # of the sections lose lines at their ends
WITHOUT = 0.1  # of the questions are asked again of the section without the lines that answer
ENGLISH = 0.25  # of what is asked of English sections, for the multilingual reader
NEAREST = 4  # other sections of the same document
# Of a question in another language than its paper's: so many of these, and of any other paper in the question's own
# language. Or whatever is in that language would seem to answer.
NEAREST_ACROSS, IN_ITS_LANGUAGE = 2, 3
ELSEWHERE = 0.3  # of them are asked the question, too
# Shares of the questions that are asked of a picture of another paper, too, where in a library every "how much" finds a
# receipt with a total: those asked of pictures themselves, and all others.
OF_ANOTHER_PICTURE, OF_A_PICTURE = 0.8, 0.12
# Of the questions that stand alone: they have another one of the same document in brackets behind them, as where one is
# taken for a follow-up. Those that do need it were written so (`followups_*.txt`).
FOLLOWING = 0.04
MARKS = " ?¿\uff1f."
FOLLOW_UP = re.compile(r"\)[?\uff1f]$")  # the question before in brackets
PICTURE = re.compile(r".+\.(?:jpe?g|png|pdf)")
TELLING = re.compile(r"[^\W_]{4,}|[^\W\da-zA-Z]{2,}")  # a word, or as much of Chinese


@dataclass(frozen=True, slots=True)
class Section:
    """Of a paper; `asked` are its questions with their answers as they stand in the file."""

    language: str
    header: str
    lines: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]


def sections(path: Path) -> list[Section]:
    """Raises `ValueError` naming the line that can't be read."""
    made: list[tuple[str, str, list[str], list[tuple[str, str]]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        head, asked = SECTION.fullmatch(line), ASKED.fullmatch(line)
        if head:
            made.append((head["language"], head["header"], [], []))
        elif line.startswith("@") or not made or (line.startswith("? ") and not asked):
            raise ValueError(f"{path.name}, line {number}: {line[:60]!r} is neither a section, a line nor a question")
        elif asked:
            made[-1][3].append((asked["question"], asked["answer"]))
        else:
            made[-1][2].append(line)
    return [Section(language, header, tuple(lines), tuple(asked)) for language, header, lines, asked in made]


def example_of(section: Section, question: str, answer: str) -> Example:
    """Raises `ValueError` where the words of the answer stand in no line, or in several."""
    verdict = VERDICT.fullmatch(answer)
    answers, spans = [], []
    if answer.lower() != NOTHING:
        for part in (verdict[2] if verdict else answer).split(";;"):
            place, span = _place(section, question, part.strip())
            answers.append(place)
            spans.append(span)
    return Example(f"paper {section.language}", question, section.header, section.lines, tuple(answers), tuple(spans))


def _place(section: Section, question: str, words: str) -> tuple[int, tuple[int, int]]:
    numbered = NUMBERED.fullmatch(words)
    rows = range(len(section.lines))
    if numbered:
        rows, words = range(int(numbered[1]) - 1, min(int(numbered[1]), len(rows))), numbered[2]
    found = [(row, section.lines[row].find(words)) for row in rows if words in section.lines[row]]
    if len(found) != 1:
        places = "no line" if not found else "lines " + ", ".join(str(row + 1) for row, _ in found)
        raise ValueError(f"{section.header}: {question!r}: {words!r} stands in {places}")
    row, start = found[0]
    return row, (start, start + len(words))


def document_of(example: Example) -> str:
    """The title of the document that a section is of."""
    return example.header.partition(" > ")[0]


def papers(folder: Path) -> Iterator[Example]:
    """All that are asked, in the order of the files."""
    for path in sorted(folder.glob("*.txt")):
        for section in sections(path):
            for question, answer in section.asked:
                yield example_of(section, question, answer)


@dataclass(frozen=True, slots=True)
class Asked:
    """`near` are the sections of the same document that don't answer the question, likeliest mistaken for one first."""

    example: Example
    near: tuple[Example, ...]


def asked_papers(folder: Path, embedder: Embedder, translated: Path | None = None) -> list[Asked]:
    """All that are asked, with the `translated` questions if there is a folder of them.

    A retriever brings the nearest sections of a document together, so these must be told apart.

    A question that is listed under several sections is answered by each of them.
    """
    own = list(papers(folder))
    by_header: dict[str, Example] = {one.header: one for one in own}
    answering = {(one.header, one.question) for one in own if one.answers}
    of_document: dict[str, list[Example]] = {}
    for section in by_header.values():
        of_document.setdefault(document_of(section), []).append(section)
    texts = [f"{section.header}\n{' '.join(section.lines)}" for section in by_header.values()]
    passages = dict(zip(by_header, embedder.encode(texts), strict=True))
    made = []
    for example, vector in zip(own, embedder.encode_queries([one.question for one in own]), strict=True):
        others = [
            other
            for other in of_document[document_of(example)]
            if other.header != example.header and (other.header, example.question) not in answering
        ]
        others.sort(key=lambda other: -float(vector @ passages[other.header]))
        made.append(Asked(example, tuple(others[:NEAREST])))
    return [*made, *_across(translated, made, list(by_header.values()))] if translated else made


def _across(folder: Path, asked: Sequence[Asked], known: Sequence[Example]) -> list[Asked]:
    """What is asked in another language, with `known` sections in that language that can't answer it."""
    chance = random.Random(len(known))
    near = {(one.example.header, one.example.question): one.near for one in asked}
    of_language: dict[str, list[Example]] = {}
    for section in known:
        of_language.setdefault(section.source, []).append(section)
    made = []
    for language, original, example in translations(folder, [one.example for one in asked]):
        others = of_language.get(f"paper {language}", [])
        others = chance.sample(others, min(IN_ITS_LANGUAGE, len(others)))
        made.append(Asked(example, (*near[example.header, original][:NEAREST_ACROSS], *others)))
    return made


def drawn_papers(asked: Sequence[Asked], language: Language, share: float, chance: random.Random) -> list[Example]:
    """Of one epoch: each question of its own section and, of some, of others of the same document.

    Of the questions that stand alone, in the paper's language and not about pictures, a `share`. The English reader
    gets what is asked of English sections in English, the multilingual one only some of it.
    """
    shares = {"english": (1.0, 0.0), "multilingual": (ENGLISH, 1.0)}[language]
    pictures = [one.example for one in asked if is_picture(one.example) and shares[one.example.source != "paper en"]]
    of_document: dict[str, list[str]] = {}
    for one in asked:
        of_document.setdefault(document_of(one.example), []).append(one.example.question)
    drawn = []
    for one in [*asked, *(one for one in asked if is_picture(one.example))]:  # these twice, as they are few
        example = one.example
        follows, of_picture = FOLLOW_UP.search(example.question) is not None, is_picture(example)
        rare = follows or of_picture or example.source == ACROSS
        if chance.random() >= shares[example.source != "paper en"] * (1 if rare else share):
            continue
        if not follows and chance.random() < FOLLOWING:
            before = chance.choice(of_document[document_of(example)])
            example = replace(example, question=f"{example.question.strip(MARKS)} ({before.strip(MARKS)})?")
        drawn.append(_part(example, chance) if chance.random() < PARTS else example)
        if example.answers and chance.random() < WITHOUT:
            drawn.append(without_answers(example))
        others = [other for other in one.near if chance.random() < ELSEWHERE]
        if pictures and chance.random() < (OF_ANOTHER_PICTURE if of_picture else OF_A_PICTURE):
            other = chance.choice(pictures)
            others += [other] if not of_picture or are_told_apart(example, other) else []
        drawn += [replace(example, header=other.header, lines=other.lines, answers=(), spans=()) for other in others]
    return drawn


def is_picture(example: Example) -> bool:
    """Whether it is a receipt or the like, as it is read from a photograph."""
    return PICTURE.fullmatch(example.header) is not None


def are_told_apart(example: Example, picture: Example) -> bool:
    """Whether a question about one picture can't mean the other: it has a word that only that one has."""
    own, other = (set(TELLING.findall(f"{' '.join(one.lines)}".lower())) for one in (example, picture))
    return bool(set(TELLING.findall(example.question.lower())) & own - other)


def _part(example: Example, chance: random.Random) -> Example:
    """Some lines fewer before and behind, as where a section is cut into chunks."""
    first = min(example.answers, default=len(example.lines) // 2)
    last = max(example.answers, default=first)
    start, end = chance.randint(0, first), chance.randint(last + 1, len(example.lines))
    return replace(example, lines=example.lines[start:end], answers=tuple(answer - start for answer in example.answers))


def without_answers(example: Example) -> Example:
    """The question asked of the lines that don't answer it."""
    lines = tuple(line for place, line in enumerate(example.lines) if place not in example.answers)
    return replace(example, lines=lines, answers=(), spans=())


def main() -> int:
    """Print what is wrong, then how much there is."""
    wrong = 0
    for name in sys.argv[1:]:
        read = sections(Path(name))
        kinds = {"answered": 0, "yes or no": 0, "nothing": 0}
        for section in read:
            for question, answer in section.asked:
                try:
                    example = example_of(section, question, answer)
                except ValueError as error:
                    wrong += 1
                    sys.stdout.write(f"{error}\n")
                    continue
                kinds[
                    "nothing" if not example.answers else "yes or no" if VERDICT.fullmatch(answer) else "answered"
                ] += 1
        sys.stdout.write(f"{name}: {len(read)} sections, {sum(len(one.lines) for one in read)} lines, {kinds}\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
