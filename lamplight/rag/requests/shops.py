"""Papers that a request calls by who wrote them, as their first lines have it: "the two Gardenia bills"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lamplight.library.records import Document
from lamplight.rag.lexicon.papers import ANY_PAPERS, ENGLISH, PAPERS
from lamplight.rag.lookup import Lookup
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.passages import Selection
from lamplight.rag.query import stop_words_of
from lamplight.rag.requests.counts import COUNTS
from lamplight.rag.requests.paper_times import time_words
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.sentences import LETTERS

HEAD = 4  # lines with words, the first ones of a paper, in which its shop stands
LONGEST_NAME = 4  # words, or letters that are written apart: "MR. D.I.Y."
SHORTEST_WORD, SHORTEST_NAME = 3, 2  # letters; two only where they are written apart: "H&M"
OWN = 0.5  # of the papers that say a name, those that say it in their head: "tax" stands anywhere
COMMON, FEW = 0.1, 50  # of the papers, or as many: a word that more of them hold isn't looked for in their heads
ALIKE = 0.99  # of the best
WORD = re.compile(r"\d+|[^\W\d_]+")
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)


def of_shop(
    query: str, papers: Sequence[Document], materials: Materials, lookup: Lookup
) -> tuple[list[Document], frozenset[str]]:
    """Those of `papers` whose head has a name that `query` says, and its words in lower case; empty where none has.

    Empty too where it sets none apart. How a name is written doesn't matter: "Mr DIY" is "MR. D.I.Y.".
    """
    words = [match[0].lower() for match in WORD.finditer(POSSESSIVE.sub(_without_mark, query))]
    ordinary = stop_words_of(query) | PAPERS | ANY_PAPERS | ENGLISH.keys() | COUNTS.keys() | time_words(query)
    most = max(FEW, COMMON * len(papers))
    holding = [lookup.holding([word]) for word in words if word not in ordinary]
    held = frozenset(number for documents in holding if len(documents) <= most for number in documents)
    likely = [paper for paper in papers if paper.id in held and may_be_paper(paper, materials)]
    heads = {paper.id: _head(paper, materials) for paper in likely}
    said: dict[int, set[int]] = {}
    for start, count in _runs(len(words), LONGEST_NAME):
        run = words[start : start + count]
        having = {number for number, names in heads.items() if "".join(run) in names}
        if not having or len(having) == len(papers) or ordinary.issuperset(run):
            continue
        if len(having) >= OWN * sum(paper.id in lookup.holding([" ".join(run)]) for paper in likely):
            for number in having:
                said.setdefault(number, set()).update(range(start, start + count))
    frequency = Counter(place for places in said.values() for place in places)
    fits = {number: sum(1 / frequency[place] for place in places) for number, places in said.items()}
    best = {number for number, fit in fits.items() if fit >= ALIKE * max(fits.values())}
    telling = frozenset(words[place] for number in best for place in said[number])
    return [paper for paper in papers if paper.id in best], telling


def is_said(word: str, said: frozenset[str]) -> bool:
    """Whether a word of a request is part of the name that `of_shop` found in it."""
    return bool(said) and said.issuperset(match[0].lower() for match in WORD.finditer(word))


def with_lines_of_shop(selection: Selection, request: Request, materials: Materials) -> Selection:
    """Without the lines of others where the likeliest one is of the shop that is asked about, and none is sure."""
    if selection.sure or not selection.lines:
        return selection
    papers, _ = of_shop(request.query, request.documents, materials, request.lookup)
    which = {paper.id for paper in papers}
    first = selection.lines[0].sentence.passage.document_id
    if first not in which:
        return selection
    return replace(selection, lines=[one for one in selection.lines if one.sentence.passage.document_id in which])


def _without_mark(match: re.Match[str]) -> str:
    return match[0][1:]


def _head(paper: Document, materials: Materials) -> frozenset[str]:
    """The names in the first lines: words alone, and neighbouring ones as one."""
    chunks = materials.library.passages.of(paper.id, 1)
    # The first line of a picture says what it shows.
    lines = [line for chunk in chunks for line in chunk.text.split("\n")[chunk.kind == "image" :]]
    named = [line for line in lines if LETTERS.search(line)][:HEAD]
    names: set[str] = set()
    for line in named:
        words = [match[0].lower() for match in WORD.finditer(POSSESSIVE.sub(_without_mark, line))]
        for start, count in _runs(len(words), LONGEST_NAME):
            name = "".join(words[start : start + count])
            if len(name) >= (SHORTEST_WORD if count == 1 else SHORTEST_NAME) and not name.isdecimal():
                names.add(name)
    return frozenset(names)


def _runs(length: int, longest: int) -> Iterator[tuple[int, int]]:
    """Where each run of up to `longest` neighbours begins, and how many it has."""
    return ((start, count) for count in range(1, longest + 1) for start in range(length - count + 1))
