"""What stands under a heading, a label or a head of a table that is called as what is listed: its items.

Known by how a document is laid out, not by its words: a heading goes on to the next one like it, a run-in of a few
words opens a paragraph, a sentence that stands alone on its lines is set apart as a heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, takewhile
from typing import Literal

from lamplight.library.records import Passage
from lamplight.rag.outline import headings_of
from lamplight.rag.query import STOP_WORDS, WORD
from lamplight.rag.sentences import ANNOUNCES, Sentence, is_item, is_row, item_mark, stems, units_of

TITLE_WORDS = 8  # of a line that may be a heading
PLAIN_WORDS = 4  # of a heading that ends what stands under one that is set in no special way
LABEL_WORDS = 5
LABEL = re.compile(r"^(?P<label>[^\W\d_][^:|.]{1,58}?):\s+(?P<rest>\S.*)$", re.S)
NUMBERED = re.compile(r"^(?P<word>[^\W\d_]*\.?)\s*(?P<number>§?\s*\d+(?:\.\d+)*[A-Za-z]?)[.):]?\s+[^\W\d_]")
SEPARATOR = re.compile(r"\s*[,;]\s+(?:(?:and|or|und|oder|et|ou|y|o)\s+)?")
PIECES = 3  # in a line, at least, for it to be an enumeration
PIECE_WORDS = 6  # of each of them, at most
RUN_IN_WORDS = 7
SET_APART_WORDS = (4, 70)
FOLLOWED_WORDS = 25  # of what stands below a sentence that is set apart, at least
SEVERAL = 2
BEGINNING = 5  # letters that two forms of a word have in common
ENDING = 4  # letters in which they may differ
PARTLY = 0.5  # of what is asked for is in a heading


@dataclass(frozen=True, slots=True)
class LaidOutSentence:
    """A sentence or row, where it stands: `alone` on its lines, or at least `first` on one; under which headings."""

    sentence: Sentence
    path: tuple[str, ...]
    first: bool
    alone: bool

    @property
    def text(self) -> str:
        """Of the sentence, without line breaks; a numbered heading is whole."""
        return self.sentence.text


PartKind = Literal["heading", "announced", "label", "column", "filter", "run", "sentence", "called"]
"""What is under a heading, an announcement or a label; the rows of a column, or those of which a cell says the same;
items that follow each other; a sentence; what is called by the words of the request."""


@dataclass(frozen=True, slots=True)
class TitledItems:
    """`title` is a heading, a label, a head of a column or a sentence that announces; `items` what it is about."""

    title: str
    items: list[Sentence]
    kind: PartKind


def lines_of(chunks: Sequence[Passage]) -> list[LaidOutSentence]:
    """All of a document, headings too, in reading order."""
    return [line for chunk in chunks for line in _lines_of(chunk)]


def _lines_of(chunk: Passage) -> Iterator[LaidOutSentence]:
    bare = replace(chunk, furniture=())
    lines = chunk.text.split("\n")
    begins, ends, position = set(), set(), 0
    for line in lines:
        begins.add(position + len(line) - len(line.lstrip()))
        ends.add(position + len(line.rstrip()))
        position += len(line) + 1
    text, position, path = " ".join(lines), 0, tuple(headings_of(chunk))
    furniture = {lines[index].strip() for index in chunk.furniture if index < len(lines)}
    titles = {line.strip() for line in lines if NUMBERED.match(line.strip()) and len(line.split()) <= TITLE_WORDS}
    for unit in units_of(bare):
        start = text.find(unit.text, position)
        if start < 0:
            continue  # the rest of a heading that was taken for several sentences: "Item 1A. Risk Factors."
        title = next((line for line in titles if start in begins and text.startswith(line, start)), "")
        unit = replace(unit, text=title) if len(title) > len(unit.text) else unit
        position = start + len(unit.text)
        if unit.text not in furniture or _may_be_title(unit.text):
            yield LaidOutSentence(
                replace(unit, passage=chunk), path, start in begins, start in begins and position in ends
            )


def parts_of(lines: Sequence[LaidOutSentence]) -> Iterator[TitledItems]:
    """Every heading, label and announcement with what stands under it; the same text may be in several."""
    for heading in dict.fromkeys(heading for line in lines for heading in line.path):
        under = [line for line in lines if heading in line.path]
        yield TitledItems(heading, items_in(under), "heading")
    for index, line in enumerate(lines):
        announces = line.first and not _label_of(line) and _announces(lines, index)
        if announces and (items := items_in(_below(lines, index))):
            yield TitledItems(line.text.strip(), items, "announced")
    yield from labelled(lines)


def labelled(lines: Sequence[LaidOutSentence]) -> Iterator[TitledItems]:
    """What stands behind each label, "Decision: …", of one alone its parts."""
    found: dict[str, list[Sentence]] = {}
    for index, line in enumerate(lines):
        if label := _label_of(line):
            found.setdefault(label, []).append(_whole_line(lines, index))
    for label, sentences in found.items():
        items = [replace(one, text=LABEL.sub(r"\g<rest>", one.text)) for one in sentences]
        yield TitledItems(label, items if len(items) > 1 else enumerated(items[0]) or sentences, "label")


def _label_of(line: LaidOutSentence) -> str:
    """What a line begins with before a colon, a few words; "" if nothing."""
    found = LABEL.match(line.text) if line.first and not is_item(line.text) else None
    return found["label"].strip() if found and len(found["label"].split()) <= LABEL_WORDS else ""


def _whole_line(lines: Sequence[LaidOutSentence], index: int) -> Sentence:
    """A sentence with those behind it on the same line, as the votes behind "Decision: Accepted." """
    passage = lines[index].sentence.passage
    behind = takewhile(lambda line: not line.first and line.sentence.passage.id == passage.id, lines[index + 1 :])
    whole = [line.sentence for line in (lines[index], *behind)]
    return Sentence(passage, " ".join(one.text for one in whole), list({box: 0 for one in whole for box in one.boxes}))


def title_coverage(wanted: Sequence[str], title: str) -> float:
    """The share of the words asked for that stand in a title, whatever their endings; 0 if the first doesn't.

    The first says what is listed, the others say which.
    """
    held = held_in(wanted, title)
    return sum(held) / len(held) if held and held[0] else 0.0


def held_in(wanted: Sequence[str], text: str) -> list[bool]:
    """Of each word whether it stands in a text, whatever its ending."""
    words = [word.lower() for word in WORD.findall(text)]
    return [any(same_word(word, other) for other in words) for word in wanted]


def asked_words(text: str) -> list[str]:
    """The words that mean something, in lower case."""
    return [word for word in map(str.lower, WORD.findall(text)) if word not in STOP_WORDS and not word.isdigit()]


def same_word(one: str, other: str) -> bool:
    """Two forms of a word, or a compound that ends in it: "Packliste", "Liste"."""
    if stems(one) == stems(other) != frozenset():
        return True
    common = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        common += 1
    return common >= BEGINNING and max(len(one), len(other)) - common <= ENDING


def items_in(lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    """The items of what stands under a heading: of a list, rows, paragraphs with a run-in, or headings of a text."""
    rows = [line for line in lines if line.sentence.passage.kind == "table" and " | " in line.text]
    if len(rows) > SEVERAL:
        return [row.sentence for row in rows[1:] if row.text != rows[0].text]
    for kind in (_set_apart, _listed, _run_in):
        found = kind(lines)
        if len(found) >= SEVERAL:
            return found
    if len(lines) == 1 and (pieces := enumerated(lines[0].sentence)):
        return pieces
    found = [line.sentence for line in lines if not (line.alone and _may_be_title(line.text) and is_bare(line.text))]
    return found or [line.sentence for line in lines]


def apart(items: Sequence[Sentence]) -> list[list[Sentence]]:
    """Lists that follow each other without a line between, told by their marks: bullets, then numbers.

    As one where a mark comes back, as around the items of an item.
    """
    groups = [(mark, list(group)) for mark, group in groupby(items, key=lambda item: _mark_of(item.text))]
    marks = [mark for mark, _ in groups]
    if len(set(marks)) < len(marks) or "" in marks or any(len(group) < SEVERAL for _, group in groups):
        return [list(items)]
    return [group for _, group in groups]


def _mark_of(text: str) -> str:
    """What kind of mark an item has: its bullet, "1" for any number and "a" for any letter; "" for none."""
    sign = text[: item_mark(text)].strip(" ().")
    return "1" if sign.isdigit() else "a" if sign.isalpha() else sign


def is_bare(text: str) -> bool:
    """A few words, without figures or points: a heading in a text that has no other sign of one."""
    return len(text.split()) <= PLAIN_WORDS and not re.search(r"[\d.,:;()|@]", text)


def _listed(lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    return [line.sentence for line in lines if (line.first and is_item(line.text)) or _is_clause(line)]


def _is_clause(line: LaidOutSentence) -> bool:
    return line.first and re.match(r"^\d+(?:\.\d+)+\.?\s+\S", line.text) is not None


def _run_in(lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    """ "Weather. Storms cancelled …": paragraphs that open with a few words and a point."""
    found = []
    for line, after in pairwise(lines):
        short = len(line.text.split()) <= RUN_IN_WORDS and line.text.rstrip().endswith((".", ":"))
        if line.first and not line.alone and short and not after.first:
            boxes = [*line.sentence.boxes, *after.sentence.boxes]
            found.append(replace(line.sentence, text=f"{line.text} {after.text}", boxes=list(dict.fromkeys(boxes))))
    return found


def _set_apart(lines: Sequence[LaidOutSentence]) -> list[Sentence]:
    """Sentences that stand alone on their lines above a paragraph: headings of a text that has long ones."""
    found = []
    few, many = SET_APART_WORDS
    for index, line in enumerate(lines):
        is_sentence = line.text.rstrip().endswith(".") and line.text[:1].isupper()
        if not (line.alone and is_sentence and few <= len(line.text.split()) <= many) or is_item(line.text):
            continue
        below = []
        for after in lines[index + 1 :]:
            if after.alone or is_item(after.text):
                break
            below.append(after)
            if after.first and len(below) > 1 and below[-SEVERAL].alone:
                break
        if below and below[0].first and sum(len(one.text.split()) for one in below) >= FOLLOWED_WORDS:
            found.append(line.sentence)
    return found


def _announces(lines: Sequence[LaidOutSentence], index: int) -> bool:
    line = lines[index]
    if index + 1 >= len(lines) or is_row(line.text):
        return False
    after = lines[index + 1].text
    if line.text.rstrip().endswith((*ANNOUNCES, ",")) and is_item(after) and not is_item(line.text):
        return True
    if line.text.rstrip().endswith(ANNOUNCES) and line.alone:
        return True
    return line.alone and _may_be_title(line.text)


def _may_be_title(text: str) -> bool:
    plain = text.strip()
    if NUMBERED.match(plain):
        return len(plain.split()) <= TITLE_WORDS + 1
    ends_well = plain[-1:].isalnum() or plain[-1:] in ")”\"'"
    return ends_well and len(plain.split()) <= TITLE_WORDS and plain[:1].isupper() and not is_row(plain)


def _below(lines: Sequence[LaidOutSentence], index: int) -> list[LaidOutSentence]:
    """From the line after a heading to the next heading like it."""
    ends = _like(lines[index])
    under: list[LaidOutSentence] = []
    listing = index + 1 < len(lines) and is_item(lines[index + 1].text)
    for line in lines[index + 1 :]:
        if line.path != lines[index].path and lines[index].path:
            break
        if ends(line) or (listing and line.first and not is_item(line.text)):
            break
        under.append(line)
    return under


def _like(title: LaidOutSentence) -> Callable[[LaidOutSentence], bool]:
    """What tells the next heading of the same rank."""
    numbered = NUMBERED.match(title.text)
    if numbered:
        word, number = numbered["word"].lower(), numbered["number"]

        def next_number(line: LaidOutSentence) -> bool:
            other = NUMBERED.match(line.text) if line.first and _may_be_title(line.text) else None
            if other is None or other["number"] == number:
                return False
            return other["word"].lower() == word and other["number"].count(".") == number.count(".")

        return next_number
    if title.text.isupper():
        return lambda line: line.alone and line.text.isupper() and is_bare(line.text)
    return lambda line: line.alone and (is_bare(line.text) or line.text.isupper()) and _may_be_title(line.text)


def enumerated(sentence: Sentence) -> list[Sentence]:
    """ "Raincoats, boots and towels" as three; none where the line is no such enumeration."""
    pieces = [piece.strip(" .") for piece in SEPARATOR.split(sentence.text.strip(" ."))]
    last = re.split(r"\s+(?:and|or|und|oder|et|ou|y|o)\s+", pieces[-1])
    pieces = [piece for piece in [*pieces[:-1], *last] if piece]
    if len(pieces) < PIECES or any(len(piece.split()) > PIECE_WORDS or piece[0].isdigit() for piece in pieces):
        return []
    return [replace(sentence, text=piece) for piece in pieces]
