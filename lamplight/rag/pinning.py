"""Small documents that a person has pinned: they stand in the fixed prompt of every question about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lamplight.library.errors import LibraryError
from lamplight.library.records import Document, Passage
from lamplight.library.store import Library
from lamplight.rag.pictures import whole_pictures
from lamplight.rag.retriever import EVERYWHERE, Scope

PINNED_TOKENS = 600  # of all pinned documents: read once, but each token of an answer looks at them
HEADING = "The user always keeps this at hand:"


def pin(library: Library, document_id: int, pinned: bool, count_tokens: Callable[[str], int]) -> None:
    """Pin a document or let it go. `count_tokens` is the language model's.

    Raises `LibraryError` when there is no such document, or with it more than `PINNED_TOKENS` would be pinned.
    """
    document = library.documents.get(document_id)
    if document is None:
        raise LibraryError("This document is not in your library any more.")
    if pinned:
        others = [other for other in _pinned_documents(library, EVERYWHERE) if other.id != document_id]
        tokens = sum(count_tokens(_text(_passages(library, one))) for one in [document, *others])
        if tokens > PINNED_TOKENS:
            beside = " beside what is pinned already" if others else ""
            raise LibraryError(
                f"{document.name} is too long to be pinned{beside}: "
                f"{tokens} tokens, and {PINNED_TOKENS} can be. It is found by your questions all the same."
            )
    library.documents.pin(document_id, pinned)


def pinned_passages(library: Library, scope: Scope, count_tokens: Callable[[str], int]) -> list[Passage]:
    """The chunks of the pinned documents in `scope`, as long as they fit: a pinned file may have grown since."""
    kept: list[Passage] = []
    for document in _pinned_documents(library, scope):
        passages = [part for part in _passages(library, document) if scope.kind in (None, part.kind)]
        if count_tokens(_text([*kept, *passages])) <= PINNED_TOKENS:
            kept += passages
    return kept


def fixed_prompt(instruction: str, pinned: Sequence[Passage]) -> str:
    """The instruction with all that is pinned; the same for every question with the same scope."""
    return f"{instruction}\n\n{HEADING}\n\n{_text(pinned)}" if pinned else instruction


def with_pinned(passages: Sequence[Passage], pinned: Sequence[Passage]) -> list[Passage]:
    """The passages that are shown: those found, then what is pinned and was not found."""
    found = {passage.id for passage in passages}
    others = [passage for passage in pinned if passage.id not in found]
    return [*passages, *(replace(part, marker=marker) for marker, part in enumerate(others, start=len(passages) + 1))]


def without_pinned(passages: Sequence[Passage], pinned: Sequence[Passage]) -> list[Passage]:
    """The passages that are still to be read."""
    documents = {passage.document_id for passage in pinned}
    return [passage for passage in passages if passage.document_id not in documents]


def _pinned_documents(library: Library, scope: Scope) -> list[Document]:
    """Oldest first: what is pinned later leaves the beginning of the prompt as it was."""
    return [one for one in reversed(library.documents.pinned()) if scope.includes(one)]


def _passages(library: Library, document: Document) -> list[Passage]:
    return list(whole_pictures(library.passages.of(document.id), library))


def _text(passages: Sequence[Passage]) -> str:
    return "\n\n".join(f"{passage.about}, page {passage.page}:\n{passage.text}" for passage in passages)
