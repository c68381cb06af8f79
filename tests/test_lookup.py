"""What a question asks of the library is asked once, and tells what can be found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bench.small_library import EMBEDDER, HashedEmbedder
from lamplight.library.records import Chunk, Document
from lamplight.library.store import Library
from lamplight.models.embedder import Vectors
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.intent import KINDS, RequestKind
from lamplight.rag.lookup import Lookup, QuestionVectors

REQUESTS: dict[RequestKind, str] = {
    "fact": "What does a plot cost?",
    "summary": "Summarise the handbook",
    "list": "List the total of every receipt",
    "comparison": "Compare the fees in the handbook with those in the price list",
    "change": "What changed from the handbook to the fees?",
    "library": "How many documents do I have?",
    "lamplight": "What can you do?",
    "talk": "Hello!",
    "writing": "Write a letter about the fees",
}


class CountingEmbedder(HashedEmbedder):
    """Counts the texts that are embedded."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return EMBEDDER.encode_queries(texts)


def put(library: Library, name: str, *texts: str) -> Document:
    chunks = [Chunk(1, "text", "", text, []) for text in texts]
    document = Document(0, name, f"/{name}", name, "txt", "", 1, len(texts), 0, 0, 1, 1.0)
    return library.documents.add(document, [], chunks, EMBEDDER.encode(list(texts)), EMBEDDER)


def test_a_text_is_embedded_once() -> None:
    embedder = CountingEmbedder()
    vectors = QuestionVectors(embedder)
    first = vectors.encode_queries(["rent"])
    both = vectors.encode_queries(["rent", "monthly rent"])
    assert embedder.embedded == ["rent", "monthly rent"]
    assert np.array_equal(both[0], first[0])


def test_words_are_counted_in_what_can_be_found(library: Library) -> None:
    lease = put(library, "lease.txt", "the rent", "the rent rises", "keys")
    letter = put(library, "letter.txt", "rent is due")
    assert library.full_text.counts_holding(["rent"]) == {lease.id: 2, letter.id: 1}
    assert library.passages.count() == 4
    library.documents.remove(lease.id)
    assert library.full_text.counts_holding(["rent"]) == {letter.id: 1}
    assert library.passages.findable_in([lease.id, letter.id]).tolist() == [4]
    assert library.documents.restore(lease.id)
    assert library.full_text.counts_holding(["rent"]) == {lease.id: 2, letter.id: 1}
    again = put(library, "letter.txt", "nothing is due", "rent")
    assert library.full_text.counts_holding(["rent", "due"]) == {lease.id: 2, again.id: 2}
    library.erase()
    assert library.full_text.counts_holding(["rent"]) == {}


def test_all_passages_that_hold_some_words_are_known_by_document(library: Library) -> None:
    lease = put(library, "lease.txt", "the rent is due", "the rent rises", "due is the rent", "keys")
    letter = put(library, "letter.txt", "rent is due")
    assert library.full_text.holding(["rent", "due"]) == {lease.id: [1, 3], letter.id: [5]}
    assert library.full_text.holding(["rent is due"]) == {lease.id: [1], letter.id: [5]}
    assert library.full_text.holding([]) == library.full_text.holding(["moon"]) == {}
    library.documents.remove(lease.id)
    assert library.full_text.holding(["rent"]) == {letter.id: [5]}


def test_words_are_found_in_some_documents_as_in_all(library: Library) -> None:
    put(library, "one.txt", "gate", "key of the gate", "carp")
    two = put(library, "two.txt", "heron", "the gate is green")
    put(library, "three.txt", "gate")
    everywhere = dict(library.full_text.search(["gate"], 9))
    inside = dict(library.full_text.search(["gate"], 9, frozenset({two.id})))
    assert inside == {5: everywhere[5]}


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("MR. D.I.Y. (M) SDN BHD", "mr diy"),
        ("Amstel B. V.", "amstel bv"),
        ("H&M Hennes", "hm"),
        ("7-Eleven", "7eleven"),
        ("the DIY shop", "d.i.y"),
        ("the coop", "co-op"),
    ],
)
def test_a_name_is_the_same_with_signs_between_its_letters(library: Library, written: str, asked: str) -> None:
    paper = put(library, "paper.txt", written)
    put(library, "other.txt", "between us")
    assert library.full_text.counts_holding([asked]) == {paper.id: 1}
    assert library.full_text.unknown([asked]) == [] and library.full_text.frequencies([asked]) == {asked: 1}
    assert library.full_text.unknown(["U.S"]) == ["U.S"]


def test_a_question_asks_the_library_once(library: Library) -> None:
    lease = put(library, "lease.txt", "the rent")
    lookup = Lookup(library, lambda: EMBEDDER)
    assert (lookup.chunks, lookup.holding(["rent"])) == (1, {lease.id: 1})
    put(library, "letter.txt", "rent is due")
    assert (lookup.chunks, lookup.holding(["rent"])) == (1, {lease.id: 1})
    assert len(Lookup(library, lambda: EMBEDDER).documents) == 2


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in ("fact", "list") else pytest.mark.long) for kind in KINDS]
)
def test_the_documents_are_listed_once_for_a_question_of_any_kind(
    sample_library: Library, models: Models, monkeypatch: pytest.MonkeyPatch, kind: RequestKind
) -> None:
    listed, documents = 0, sample_library.documents.all

    def counted() -> list[Document]:
        nonlocal listed
        listed += 1
        return documents()

    monkeypatch.setattr(sample_library.documents, "all", counted)
    list(Answerer(sample_library, models).answer(REQUESTS[kind], kind=kind))
    assert listed == 1
