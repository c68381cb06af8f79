"""Retrieval units: nothing is lost, nothing is cut inside a row, everything fits the embedder."""

from __future__ import annotations

import numpy as np

from lamplight.ingest.chunks import CHUNK_TOKENS, chunks_of
from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.models.catalogue import ENGLISH
from lamplight.models.embedder import Embedder


def document(*pages: list[Block]) -> ReadDocument:
    return ReadDocument(
        "report", "pdf", [DocumentPage(number, 600, 800, blocks) for number, blocks in enumerate(pages, start=1)]
    )


def rows(count: int) -> list[Line]:
    return [
        Line(f"Region {number} 1,{number:03} 2,{number:03}", (0, number, 100, number + 1)) for number in range(count)
    ]


def test_every_line_is_in_a_chunk_once_with_its_box(embedder: Embedder) -> None:
    lines = rows(150)
    chunks = chunks_of(document([Block("table", lines, ("Sales",))]), embedder)
    assert len(chunks) > 3
    assert [line for chunk in chunks for line in chunk.text.split("\n")] == [line.text for line in lines]
    assert [box for chunk in chunks for box in chunk.boxes] == [line.box for line in lines]
    assert {chunk.kind for chunk in chunks} == {"table"}
    assert {chunk.header for chunk in chunks} == {"report > Sales"}


def test_a_chunk_fits_the_embedder_and_stays_on_its_page(embedder: Embedder) -> None:
    prose = [Line("The committee met in the hall and spoke about the water butts and the gate for a while.")] * 40
    chunks = chunks_of(document([Block("text", prose)], [Block("text", prose)]), embedder)
    assert {chunk.page for chunk in chunks} == {1, 2}
    assert max(embedder.count_tokens([chunk.text for chunk in chunks])) <= CHUNK_TOKENS
    assert max(embedder.count_tokens([chunk.searchable for chunk in chunks])) <= ENGLISH.traits.most_tokens


def test_a_line_that_is_longer_than_a_chunk_is_cut_between_sentences(embedder: Embedder) -> None:
    sentences = [f"Sentence number {number} speaks about the pond and the heron." for number in range(60)]
    chunks = chunks_of(document([Block("text", [Line(" ".join(sentences))])]), embedder)
    assert all(chunk.text.startswith("Sentence") and chunk.text.endswith("heron.") for chunk in chunks)
    assert " ".join(" ".join(chunk.text.split("\n")) for chunk in chunks) == " ".join(sentences)


def test_an_endless_word_is_cut_and_nothing_of_it_lost(embedder: Embedder) -> None:
    endless = "ab1" * 2000
    chunks = chunks_of(document([Block("text", [Line(endless)])]), embedder)
    assert "".join(chunk.text.replace("\n", "") for chunk in chunks) == endless


def test_a_picture_is_a_chunk_of_its_own(embedder: Embedder) -> None:
    blocks = [
        Block("text", [Line("Before.")]), Block("image", [Line("Photo of a gate")]), Block("text", [Line("After.")])
    ]  # fmt: skip
    assert [chunk.kind for chunk in chunks_of(document(blocks), embedder)] == ["text", "image", "text"]


def test_embeddings_have_unit_length_and_do_not_depend_on_their_neighbours(embedder: Embedder) -> None:
    texts = ["The gate is green.", "a", "word " * 400, "How much was the revenue?"]
    together = embedder.encode(texts)
    assert together.shape == (4, embedder.dimensions)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    alone = np.concatenate([embedder.encode([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert embedder.encode([]).shape == (0, embedder.dimensions)


def test_the_embedding_knows_what_belongs_together(embedder: Embedder) -> None:
    question, gate, pond = embedder.encode(
        ["When is the entrance closed?", "The gate is locked at dusk.", "The pond holds seventeen carp."]
    )
    assert float(question @ gate) > float(question @ pond) + 0.2
