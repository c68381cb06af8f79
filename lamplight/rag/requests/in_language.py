"""Documents that a request calls by their language: "the Dutch lease", "die polnischen Rechnungen"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lamplight.library.records import Document
from lamplight.models.language_identification import written_in
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.language_names import WORD, LanguageName, language_names_in, without
from lamplight.rag.naming import named_documents
from lamplight.rag.query import STOP_WORDS
from lamplight.rag.request_language import any_language_of
from lamplight.rag.requests.request import AnswerSteps, Materials, Request, Way
from lamplight.rag.retriever import Scope

WRITTEN_FIRST = 6  # passages of a document that tell its language


def by_language(way: Way) -> Way:
    """The same way, of the documents in the languages that a request names, if it names one."""

    def narrowed(request: Request, materials: Materials) -> AnswerSteps:
        return (yield from way(_in_its_languages(request, materials), materials))

    return narrowed


def language_of_document(document: Document, materials: Materials) -> str:
    """Its code by what it says on its first pages, "" where they say too little: a letter may end with an address."""
    chunks = materials.library.passages.of(document.id, WRITTEN_FIRST)
    return written_in(" ".join(chunk.text for chunk in chunks))


def _in_its_languages(request: Request, materials: Materials) -> Request:
    """Without the names of languages, which say no more than which documents are meant."""
    inside, query = request.documents, request.query
    names = language_names_in(query, any_language_of(query))
    if not names or request.scope.chosen:
        return request
    words = named_documents(query, inside, request.lookup.holding).words
    written = {document.id: language_of_document(document, materials) for document in inside}
    meant: list[tuple[LanguageName, list[Document]]] = []
    for name in names:
        own = [document for document in inside if written[document.id] == name.code]
        if own and query[name.start : name.end].lower() not in words and not _is_topic(name, own, request):
            meant.append((name, own))
    if not meant:
        return request
    left = without([name for name, _ in meant], query)
    if len({name.code for name, _ in meant}) == 1:
        return replace(request, query=left, scope=_only(meant[0][1], request))
    # "The French and the German lease" are one of each.
    words_left = subject(left, request.intent.kind, materials.models.intents)
    groups = [_nearest(words_left, own, request, materials) for _, own in meant]
    scope = _only([one for own in groups for one in own], request)
    return replace(request, query=left, scope=replace(scope, chosen=True))


def _is_topic(name: LanguageName, own: Sequence[Document], request: Request) -> bool:
    """Whether a document in another language says the name and a word beside it: the French revolution."""
    query = request.query
    before, after = WORD.findall(query[: name.start])[-1:], WORD.findall(query[name.end :])[:1]
    said = query[name.start : name.end].lower()
    beside = [word.lower() for word in before + after]
    phrases = [f"{word.lower()} {said}" for word in before] + [f"{said} {word.lower()}" for word in after]
    telling = [phrase for phrase, word in zip(phrases, beside, strict=True) if word not in STOP_WORDS]
    numbers = {document.id for document in own}
    held = request.lookup.holding(telling) if telling else {}
    return any(one.id in held and one.id not in numbers for one in request.documents)


def _nearest(words: str, own: Sequence[Document], request: Request, materials: Materials) -> Sequence[Document]:
    if len(own) < 2 or not words:
        return own
    found = materials.finder.search(words, scope=_only(own, request), lookup=request.lookup).found[:1]
    return [document for document in own if document.id in {passage.document_id for passage in found}] or own


def _only(documents: Sequence[Document], request: Request) -> Scope:
    return replace(request.scope, documents=frozenset(document.id for document in documents))
