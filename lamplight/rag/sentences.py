"""The sentences and rows of a passage, and their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import sentencex

from lamplight.library.records import Box, Passage
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.numbers import UNSPACED
from lamplight.rag.query import STOP_WORDS, WORD
from lamplight.rag.request_language import any_language_of

LETTERS = re.compile(r"(?:[^\W\d_][\W\d_]*){3}")  # at least three: a lone number or bullet is no sentence
# Before a blank and what begins in any script but with a small letter of ours, behind what a model sets there: its
# markers and emphasis. The marks of scripts that have their own need neither.
SENTENCE_END = re.compile(
    r"(?<=[.!?…])[\"”’)*_]*(?:\s?\[\d[\d,; ]*\])*\s+(?=[^\W_a-zß-öø-ÿ]|[“\"(•¿¡„«*])|"
    r"(?<=[\u3002\uff01\uff1f\u0964\u061f\u06d4])[\"”’)\u300d\u300f]*\s*"
)
ENDED = re.compile(r"[.!?…\u3002\uff01\uff1f\u0964\u061f\u06d4][\"”’)*\]\u300d\u300f]*$")
# "z. B.", "p.m.": single letters, each with its point.
LETTER_BY_LETTER = re.compile(r"(?<!\w)[^\W\d_]\.(?:\s?[^\W\d_]\.)+$")
ONE_LETTER = re.compile(r"(?<!\w)[^\W\d_]\.$")
# "Dr. Okafor", "J. Berg": one letter or two with a capital before the full stop.
ABBREVIATED = re.compile(r"(?:^|[\s(\[“\"])(?:[^\W\d_a-zà-ÿ][^\W\d_A-ZÀ-Þ]?|vs)\.$")
BEFORE_NUMBER = re.compile(r"\b(?:approx|art|bd|ca|tel|vol)\.$", re.IGNORECASE)
NUMBERED = re.compile(r"(?:^|(?P<item>[.:;!?]\s+)|[\s(\[“\"])(?P<number>\d{1,2})\.$")
ITEM = re.compile(r"^\s*(?:[•‣▪◦●○■□✓✔➢*·–—-]|\(?(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,4})[.)])\s+\S")  # a bullet or number
COLUMNS = re.compile(r"[^\s.!?…] {2,}\S|\t| \| ")  # after a full stop two spaces are a typist's habit
FULL = 0.65  # of a long line of the passage: what prose, however ragged, fills before it wraps
LINE_ENDS = (".", "!", "?", ":", "…", "\u3002", "\uff01", "\uff1f", "\uff1a", "\u0964", "\u061f", "\u06d4")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
ANNOUNCES = (":", "\uff1a")  # the colon of Latin and of Chinese scripts


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or row of `passage` with the boxes of the lines it stands on."""

    passage: Passage
    text: str
    boxes: list[Box]


def sentences_of(passage: Passage) -> list[Sentence]:
    """Table rows and picture lines one by one; wrapped lines of prose joined to sentences. Each has a word."""
    return [unit for unit in units_of(passage) if LETTERS.search(unit.text)]


def units_of(passage: Passage) -> list[Sentence]:
    """The same with what is only a number or a date; page furniture is left out, unless there is nothing else."""
    lines = passage.text.split("\n")
    boxes = passage.boxes if len(passage.boxes) == len(lines) else []
    furniture = frozenset(passage.furniture) if len(passage.furniture) < len(lines) else frozenset()
    language = any_language_of(passage.text) if passage.kind == "text" else ""
    sentences = []
    for group in _groups(lines, passage.kind == "text", furniture):
        text = " ".join(lines[index] for index in group)
        # A row is one thing, however many full stops its abbreviations have.
        for start, end in sentence_spans(text, language) if passage.kind == "text" else [(0, len(text))]:
            part = text[start:end].strip()
            if WORD.search(part):
                sentences.append(Sentence(passage, part, _boxes(group, lines, boxes, start, end)))
    return sentences


def is_item(line: str) -> bool:
    """Whether a line begins as an item of a list does: with a bullet, a number or a letter and its point."""
    return item_mark(line) > 0


def item_mark(line: str) -> int:
    """How many characters of a line are the bullet or number that makes it an item, 0 for none.

    The number of "31. März 2025" is that of a day, also where a line happens to begin with it.
    """
    match = ITEM.match(line)
    if match is None or any(date.start < match.end() - 1 < date.end for date in dates_of(line)):
        return 0
    return match.end() - 1


def is_row(line: str) -> bool:
    """Whether a line of plain text sets its parts apart as columns."""
    return COLUMNS.search(line) is not None


def stems(text: str) -> frozenset[str]:
    """Meaning words, cut so that plural and tense don't matter much."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(stem for word in words if word not in STOP_WORDS for stem in _stems(word))


def stem_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """What words weigh, by their stems."""
    return {stem: weight for word, weight in weights.items() for stem in stems(word)}


def coverage(wanted: Mapping[str, float], held: frozenset[str]) -> float:
    """From 0 to 1: the share of what is wanted that is held; 0 where nothing is wanted."""
    total = sum(wanted.values())
    return sum(weight for stem, weight in wanted.items() if stem in held) / total if total > 0 else 0.0


def overlap(wanted: Mapping[str, float], held: frozenset[str]) -> float:
    """From 0 to 1: the share of what is wanted that is held, a little less when there is much else."""
    common = [stem for stem in wanted if stem in held]
    total = sum(wanted.values())
    if not common or total <= 0:
        return 0.0
    return sum(wanted[stem] for stem in common) / total * (0.7 + 0.3 * len(common) / len(held))


def _stems(word: str) -> list[str]:
    """One, or of what is written without blanks between words each two characters that follow each other."""
    if len(word) > 2 and IS_UNSPACED.search(word):
        return [word[start : start + 2] for start in range(len(word) - 1)]
    return [stem(word)]


def stem(word: str) -> str:
    """A word in lower case, cut so that plural and tense don't matter much."""
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _groups(lines: Sequence[str], prose: bool, furniture: frozenset[int]) -> list[list[int]]:
    """Indices of lines that are read as one: wrapped prose together, rows with numbers alone."""
    groups: list[list[int]] = []
    lengths = sorted(map(len, lines))
    full = FULL * lengths[len(lengths) * 3 // 4]  # of a long line, but not of one that is out of the ordinary
    width = max((length for length in lengths if FULL * length <= lengths[len(lengths) * 3 // 4]), default=0)
    wrapped = any(line[:1].islower() and not is_item(line) for line in lines[1:])
    for index, line in enumerate(lines):
        if index in furniture:
            continue
        before = lines[groups[-1][-1]] if groups else ""
        wraps = prose and len(before) > 50 and not (_ends(before) or is_item(line) or is_row(before) or is_row(line))
        if wraps and not wrapped and line[:1].isupper():  # nothing shows that lines wrap here
            fits = len(before) + 1 + len(line.split()[0]) <= width
            wraps = not fits and not is_item(lines[groups[-1][0]])
        if wraps and (len(before) >= full or line[:1].islower()):  # a line ends early where something else begins
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _ends(line: str) -> bool:
    return line.rstrip().endswith(LINE_ENDS)


def sentence_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """Start and end of each sentence, each with the blanks behind it; `language` is told by the text where not given.

    A sentence ends where sentencex, which knows the language's abbreviations, and the rules above both say so.
    """
    found = list(SENTENCE_END.finditer(text))
    if not found:
        return [(0, len(text))]
    language = language or any_language_of(text)
    known = frozenset(accumulate(map(len, sentencex.segment(language, text))))
    dates = [(date.start, date.end) for date in dates_of(text)]  # "9 Sept. 2024", "31. März 2024"
    ends = [
        match.end()
        for match in found
        if not known.isdisjoint(range(match.start(), match.end() + 1))
        and not _abbreviates(text[: match.start()], text[match.end() :])
        and not _is_ordinal(text[: match.start()], language)
        and not any(start < match.start() and match.end() < end for start, end in dates)
    ]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def split_sentences(text: str, language: str = "") -> list[str]:
    """The sentences of a text, without blanks around them."""
    return [part for start, end in sentence_spans(text, language) if (part := text[start:end].strip())]


def _is_ordinal(before: str, language: str) -> bool:
    """Whether a number's point is that of "31. März" or of an item; in English only the latter."""
    match = NUMBERED.search(before)
    if match is None or language != "en" or match.start("number") == 0 or match["item"]:
        return match is not None
    return f" {int(match['number']) - 1}. " in f" {before}"


def _abbreviates(before: str, after: str) -> bool:
    """Whether a point is that of "Dr.", "z. B." or "p.m."; behind the last, what follows may look like a sentence."""
    if ABBREVIATED.search(before) or (after[:1].isdigit() and BEFORE_NUMBER.search(before)):
        return True
    if ONE_LETTER.search(before) and re.match(r"[^\W\d_]\.", after):
        return True
    begins = re.match(r"[^\W\d_a-zà-ÿ][a-zà-ÿ]{0,3}\s+[a-zà-ÿ]", after)
    return begins is None and LETTER_BY_LETTER.search(before) is not None


def _boxes(group: Sequence[int], lines: Sequence[str], boxes: Sequence[Box], start: int, end: int) -> list[Box]:
    """The boxes of those lines of a group that a span of its joined text touches."""
    touched, position = [], 0
    for index in group:
        after = position + len(lines[index])
        if boxes and position < end and after > start:
            touched.append(boxes[index])
        position = after + 1
    return touched
