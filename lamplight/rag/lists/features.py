"""What is measured of a list to tell whether it is the one that is asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from lamplight.models.embedder import Embedder, Vectors
from lamplight.models.reader import Reader
from lamplight.rag.extraction import AnswerLine
from lamplight.rag.lists.candidates import SentenceKey, key_of
from lamplight.rag.lists.parts import PartKind, TitledItems, asked_words, held_in, title_coverage
from lamplight.rag.outline import headings_of
from lamplight.rag.sentences import coverage, stem_weights, stems

KINDS: tuple[PartKind, ...] = get_args(PartKind)
BESIDE = 12  # passages: what stands in a later one than this was not found
BEHIND = 2.0  # the best passage's score, at most
BEGINNING = 3  # items of a list that say what it is about
CUT, CUT_ITEM, CUT_TITLE = 200, 60, 100  # characters that the reader is given of a list, an item, a title
TOGETHER = 8  # lists that the reader compares
READ_LISTS = 16  # of a request, those that look likeliest
LOW, HIGH = -10.0, 8.0  # of the reader's log-odds
SEPARATORS = re.compile("[,;\u3001\uff0c\uff1b]")
# Cosines of the multilingual embedder lie between .75 and 1, those of the other between 0 and .8.
MULTILINGUAL_ZERO, MULTILINGUAL_SCALE = 0.75, 4.0

# Where some measures stand, as `measures_of` puts them.
BY_BODY, MEAN_READ, TITLE_COVERAGE = 1, 3, 10
COMPARED = (0, BY_BODY, 2, MEAN_READ, 12, 13, 32, 37, 38, 39)  # with those of the other lists
FURTHER = (37, 38, 39)  # and by how far they are below the best

Measures = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: as it is asked, what of it the reader gets, its embedding, its words by their weight."""

    question: str
    asking: str
    vector: Vectors
    weights: Mapping[str, float]
    ranks: Mapping[int, int]  # of the passages found, from 0
    scores: Mapping[int, float]  # of the same


def measures_of(
    asked: Asked,
    lists: Sequence[TitledItems],
    read: Mapping[SentenceKey, AnswerLine],
    reader: Reader,
    embedder: Embedder,
    multilingual: bool,
) -> Measures:
    """(lists, measures) float32, of lists in languages that the `reader` and the `embedder` know.

    `read` are their lines as the reader scored them.
    """
    paths = [" > ".join(headings_of(one.items[0].passage)) for one in lists]
    titles = [(one.title or path or "text")[:CUT] for one, path in zip(lists, paths, strict=True)]
    bodies = [_body(one) for one in lists]
    vectors = embedder.encode([*titles, *bodies]) @ asked.vector
    if multilingual:
        vectors = (vectors - MULTILINGUAL_ZERO) * MULTILINGUAL_SCALE
    by_title, by_body = vectors[: len(lists)], vectors[len(lists) :]
    scores = [[_clipped(read, unit_key) for unit_key in map(key_of, one.items)] for one in lists]
    best = max((score for own in scores for score in own), default=LOW)
    words, wanted = asked_words(asked.question), stem_weights(asked.weights)
    rows = [
        [
            *(float(by_title[place]), float(by_body[place])),
            *_read(scores[place], best),
            *_words(one, paths[place], wanted, words),
            *_shape(one),
            *_found(one, asked),
        ]
        for place, one in enumerate(lists)
    ]
    measured = np.array(rows, dtype=np.float32).reshape(len(lists), -1)
    several = np.array([len(one.items) > 1 for one in lists], dtype=np.float32)[:, None]
    by_reader = _as_lines(asked, lists, paths, measured, reader)
    return np.concatenate([measured, several * measured[:, [0, BY_BODY, MEAN_READ]], by_reader], axis=1)


def relative(measured: Measures) -> Measures:
    """The measures of all lists of a request with how they compare to each other, (lists, more measures)."""
    some, further = measured[:, COMPARED], measured[:, FURTHER]
    beside = (some - some.mean(axis=0)) / (some.std(axis=0) + 0.05)
    first = (some.max(axis=0) == some).astype(np.float32)
    return np.concatenate([measured, beside, first, further - further.max(axis=0)], axis=1)


def _body(one: TitledItems) -> str:
    begins = "; ".join(unit.text for unit in one.items[:BEGINNING])[:500]
    return f"{one.title}: {begins}" if one.title else begins


def _clipped(read: Mapping[SentenceKey, AnswerLine], key: SentenceKey) -> float:
    return min(HIGH, max(LOW, read[key].score)) if key in read else LOW


def _read(scores: Sequence[float], best: float) -> list[float]:
    own = np.array(scores)
    likely = [float((own > least).mean()) for least in (-2.0, 0.0, best - 3)]
    return [*(float(value) / 4 for value in (own.max(), own.mean(), own.min(), best, own.max() - best)), *likely]


def _words(one: TitledItems, path: str, wanted: Mapping[str, float], words: Sequence[str]) -> list[float]:
    text = " ".join(unit.text for unit in one.items)
    held = [coverage(wanted, stems(part)) for part in (one.title, path, text, f"{path} {one.title} {text}")]
    titled = held_in(words, one.title)
    alike = sum(titled) / len(titled) if titled else 0.0
    return [*held, title_coverage(words, one.title), title_coverage(words, path), alike]


def _shape(one: TitledItems) -> list[float]:
    lengths = [len(unit.text.split()) for unit in one.items]
    parted = len(SEPARATORS.findall(one.items[0].text)) if len(one.items) == 1 else 0
    return [
        float(len(one.items) > 1),
        math.log(len(one.items)),
        math.log1p(sum(lengths) / len(lengths)) / 2,
        math.log1p(float(np.std(lengths))) / 2,
        math.log1p(len(one.title.split())) / 2,
        math.log1p(parted),
        *(float(one.kind == kind) for kind in KINDS),
    ]


def _found(one: TitledItems, asked: Asked) -> list[float]:
    passages = {unit.passage.id for unit in one.items}
    rank = min(asked.ranks.get(passage, BESIDE) for passage in passages)
    top = max(asked.scores.values(), default=0.0)
    return [
        min(rank, BESIDE) / BESIDE,
        max(-2.0, max(asked.scores.get(passage, top - 2) for passage in passages) - top),
    ]


def _as_lines(
    asked: Asked, lists: Sequence[TitledItems], paths: Sequence[str], measured: Measures, reader: Reader
) -> Measures:
    """What the reader says of lists if each is one line: among others, by its title, and alone under its heading.

    (lists, 4): whether it was read, and the three.
    """
    fits = measured[:, BY_BODY] + 0.5 * measured[:, MEAN_READ] + measured[:, TITLE_COVERAGE]
    several = [place for place, one in enumerate(lists) if len(one.items) > 1]
    several = sorted(sorted(several, key=lambda place: -fits[place])[:READ_LISTS])
    made = np.full((len(lists), 3), LOW, dtype=np.float32)
    for first in range(0, len(several), TOGETHER):
        places = several[first : first + TOGETHER]
        lines = [_line(lists[place]) for place in places]
        titles = [(lists[place].title or paths[place] or "-")[:CUT_TITLE] for place in places]
        alone = [(paths[place], [line]) for place, line in zip(places, lines, strict=True)]
        among, by_title, *single = reader.read(asked.asking, [("", lines), ("", titles), *alone])
        for number, place in enumerate(places):
            made[place] = among[number].score, by_title[number].score, single[number][0].score
    was_read = np.zeros((len(lists), 1), dtype=np.float32)
    was_read[several] = 1.0
    return np.concatenate([was_read, np.clip(made, LOW, HIGH) / 4], axis=1)


def _line(one: TitledItems) -> str:
    begins = "; ".join(" ".join(unit.text.split())[:CUT_ITEM] for unit in one.items[:BEGINNING])
    return (f"{one.title}: {begins}" if one.title else begins)[:CUT]
