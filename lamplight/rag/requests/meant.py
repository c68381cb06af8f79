"""Which documents a request is about: those that came with it, are named, are all of a kind, or were shown before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from lamplight.library.records import PICTURE_NAMES, Document, Message
from lamplight.rag.balance import AMOUNT
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.papers import ANY_PAPERS, KINDS, LOOKS, PAPERS, RECEIPT, in_english
from lamplight.rag.naming import named_documents
from lamplight.rag.query import WORD, stop_words_of
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.sentences import Sentence, stems

MOST_OF_THEM = 0.9  # of the documents: a word that stands in so many tells them not apart
PICTURES = stems(" ".join(PICTURE_NAMES.values()))
LIKELY = 0.25  # strength of a name that may be meant, if none is clearly
ALIKE = 0.7  # of the strongest
ALMOST = 0.99  # of the best fit
BEGINNING = 5  # letters that two words have in common
FOUND = 5  # passages that tell which document is nearest
NEXT = 2  # of them, if the first are all of it
ALL_BUT_A_FEW = 0.9  # of the documents
WRITTEN_FIRST = 1  # chunks of a document that say what kind of document it is
AMOUNTS, FEWEST_AMOUNTS = 0.15, 3  # of the lines; of 40 photographed receipts the least is .21, and three


def named(request: Request) -> list[Document]:
    """What came with the request or is clearly named in it; newest first."""
    inside = request.documents
    if request.scope.chosen:
        return inside
    known = named_documents(request.query, inside, request.lookup.holding)
    certain = [document for document in inside if document.id in known.documents]
    if certain:
        return certain
    most = max(known.strengths.values(), default=0.0)
    likely = [one for one in inside if known.strengths.get(one.id, 0.0) >= max(LIKELY, ALIKE * most)]
    return likely if len(likely) < len(inside) else []


def by_words(request: Request, documents: Sequence[Document]) -> list[Document]:
    """Those whose names have the most of the request's words, rare ones first; none where no word is in a name.

    A word that only begins alike counts half, as does what a paper is called in another language: "Handbuch" may mean
    the handbook, and "lease" the Mietvertrag.
    """
    names = {one.id: _name_words(one) for one in documents}
    fits = dict.fromkeys(names, 0.0)
    for word in _words(request.query) - stop_words_of(request.query):
        alike = {number: _likeness(word, own) for number, own in names.items()}
        having = sum(likeness > 0 for likeness in alike.values())
        if having and (having <= MOST_OF_THEM * len(documents) or len(documents) == 1):
            for number, likeness in alike.items():
                fits[number] += likeness / having
    most = max(fits.values(), default=0.0)
    return [one for one in documents if most and fits[one.id] >= ALMOST * most]


def is_taken_loosely(document: Document, request: Request) -> bool:
    """Whether only the beginning of a word speaks for a document: "contractor" may mean the contract, or not."""
    words, names = _words(request.query) - stop_words_of(request.query), _name_words(document)
    alike = [word for word in words if _likeness(word, names)]
    return bool(alike) and not any(_is_called(word, names) for word in alike)


def is_in_name(word: str, document: Document) -> bool:
    """Whether a word of a request says no more than which document is meant, by its name, title or kind."""
    return word.lower() in PAPERS | ANY_PAPERS or _is_called(word.lower(), _name_words(document))


def _name_words(document: Document) -> frozenset[str]:
    return _words(f"{document.name} {document.title}")


def _is_called(word: str, names: frozenset[str]) -> bool:
    """Whether one of the names is the word, or what it begins with or that with it: "Darlehen", "Darlehensvertrag"."""
    long = [name for name in names if min(len(name), len(word)) >= BEGINNING]
    whole = word in names or any(name.startswith(word) or word.startswith(name) for name in long)
    return whole or bool(stems(word) & _kinds_of(" ".join(names)))


@lru_cache(maxsize=2_000)
def _kinds_of(text: str) -> frozenset[str]:
    """What the papers that a text names in another language are called in English: "Mietvertrag" is a lease."""
    return stems(" ".join(word for word in in_english(text).split() if word in KINDS))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in re.split(r"[\W_]+", text) if word)


def _likeness(word: str, names: frozenset[str]) -> float:
    if word in names:
        return 1.0
    alike = len(word) >= BEGINNING and any(name[:BEGINNING] == word[:BEGINNING] for name in names)
    return 0.5 if alike or stems(word) & _kinds_of(" ".join(names)) else 0.0


def nearest(words: str, request: Request, materials: Materials) -> list[Document]:
    """The document that most of what is found for some words is in; none if it is spread."""
    search = materials.finder.search(words, scope=request.scope, lookup=request.lookup)
    found = [passage.document_id for passage in search.found[:FOUND]]
    return [
        document
        for document in request.documents
        if found.count(document.id) * 2 > min(FOUND, len(found)) or found[:NEXT] == [document.id] * NEXT
    ]


def meant(request: Request) -> list[Document]:
    """Those named, else what the answer before rests on, else the only one there is; empty when that is open."""
    inside = request.documents
    found = named(request) or inside
    if request.scope.chosen or len(fitting := by_words(request, found)) == 1:
        return found if request.scope.chosen else fitting
    if len(found) < len(inside) or fitting:
        return fitting or found
    return [document for document in inside if document.id in request.scope.recent] or (
        inside if len(inside) == 1 else []
    )


def shown_before(history: Sequence[Message], successor: Callable[[int], int] = int) -> frozenset[int]:
    """The documents that the last answer cites, if it cites one or two.

    `successor` tells the number of a document that was read anew since.
    """
    for message in reversed(history):
        if message.role == "assistant":
            citations = message.details.get("citations", [])
            cited = frozenset(successor(int(citation["document_id"])) for citation in citations)
            return cited if len(cited) <= 2 else frozenset()
    return frozenset()


def about(request: Request, materials: Materials) -> str:
    """What the request is about: its words without those that all of its kind share, and without names of documents."""
    return subject(unnamed(request), request.intent.kind, materials.models.intents)


def unnamed(request: Request) -> str:
    """The request without names of documents."""
    return named_documents(request.query, request.documents, request.lookup.holding).asked


def of_kind(
    words: str, documents: Sequence[Document], materials: Materials, papers: bool = False
) -> tuple[list[Document], list[str]]:
    """The documents that one of `words` calls by their kind ("receipts"), and the words that are left.

    By their names, the names of such pictures, or how they begin. All of them, and all words, if none does. With
    `papers`, only by words that call papers or pictures something.
    """
    known = {document.id: _kind_words(document, materials) for document in documents}
    given = WORD.findall(words)
    for word in given:
        if papers and not (word.lower() in PAPERS or stems(word) <= PICTURES):
            continue
        stem = stems(word)
        found = [document for document in documents if stem and stem <= known[document.id]]
        if len(found) > ALL_BUT_A_FEW * len(documents):
            found = list(documents)  # one of them was taken for a picture of another kind
        if len(found) > 1:
            return found, [other for other in given if other != word]
    return list(documents), given


def called(words: str, documents: Sequence[Document], materials: Materials) -> list[Document] | None:
    """The documents that one of `words` calls by their kind, none or one of them too; None if no word is a kind's name.

    A scan may be called a receipt or a letter: it counts as what it reads like.
    """
    known = {document.id: _kind_words(document, materials) for document in documents}
    for word in WORD.findall(words):
        stem, is_kind = stems(word), word.lower() in KINDS
        found = [document for document in documents if stem and stem <= known[document.id]]
        if is_kind or (found and word.lower() not in PAPERS | ANY_PAPERS):
            return [document for document in found if _reads_like(stem, document, materials)]
    return None


def _reads_like(stem: frozenset[str], document: Document, materials: Materials) -> bool:
    """Whether a document that is only searched by this name is one by what is written on it."""
    looks = [name for name in LOOKS if stems(name) == stem]
    chunks = materials.library.passages.of(document.id, WRITTEN_FIRST)
    if not looks or not chunks or chunks[0].picture_kind is None or stem <= stems(document.name):
        return True
    if _lists_amounts(materials.lines(document)):
        return looks[0] == RECEIPT
    vectors = materials.models.embedder.encode([chunks[0].text, *LOOKS.values()])
    return list(LOOKS)[int((vectors[1:] @ vectors[0]).argmax())] == looks[0]


def _lists_amounts(lines: Sequence[Sentence]) -> bool:
    """Whether many lines have an amount, as on a receipt in any language; a letter has a few among its sentences."""
    having = sum(AMOUNT.search(line.text) is not None for line in lines)
    return having >= max(FEWEST_AMOUNTS, AMOUNTS * len(lines))


def _kind_words(document: Document, materials: Materials) -> frozenset[str]:
    chunks = materials.library.passages.of(document.id, WRITTEN_FIRST)
    pictures = " ".join(PICTURE_NAMES[chunk.picture_kind] for chunk in chunks if chunk.picture_kind)
    beginning = " ".join(chunk.text.split("\n")[0] for chunk in chunks)
    text = f"{document.name.replace('_', ' ')} {document.title} {beginning}"
    return stems(f"{text} {pictures}") | _kinds_of(text)
