"""Questions about the library itself, answered from the database: what there is, what is new, what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from lamplight.languages import speaking, translated
from lamplight.library.records import Document
from lamplight.models.language_identification import NAMES
from lamplight.rag.composition import escape_markdown
from lamplight.rag.events import Rows
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.papers import KINDS, in_english
from lamplight.rag.query import WORD
from lamplight.rag.requests.documents_listed import MOST, as_list, documents_listed
from lamplight.rag.requests.in_language import language_of_document
from lamplight.rag.requests.meant import about, called, named
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.sentences import Sentence, sentences_of, units_of

LOOKED_AT = 30  # passages of a document, for the sentence that is shown
SKIPPED = 12  # remarks about what was not read
MOST_OF_A_LANGUAGE = 12  # documents that are named


def about_library(request: Request, materials: Materials) -> DirectAnswer | None:
    """In the way of the request's detail."""
    ways: dict[str, Callable[[Request, Materials], DirectAnswer | None]] = {
        "count": _count,
        "documents": documents_listed,
        "mentions": _mentions,
        "languages": _languages,
        "failed": _failed,
    }
    return ways[request.intent.detail](request, materials)


def _count(request: Request, materials: Materials) -> DirectAnswer:
    inside, which = request.documents, named(request)
    if which and len(which) < len(inside):
        return as_list(which, request, materials)
    query = in_english(request.query)
    telling = [word for word in WORD.findall(query) if word.lower() in KINDS] or about(request, materials).split()
    words = " ".join(telling)
    kind = called(words, inside, materials)
    if kind is not None:
        said = request.say("of kind", len(kind), all=f"{len(inside):,}", words=escape_markdown(words))
        return as_list(kind, request, materials, said)
    formats = Counter(document.format.lstrip(".").upper() for document in inside)
    kinds = ", ".join(f"{count:,} {escape_markdown(name)}" for name, count in formats.most_common())
    pictures = sum(document.images for document in inside)
    shown = request.say("with", pictures=request.say("picture", pictures)) if pictures else ""
    pages = request.say("page", sum(document.pages for document in inside))
    documents = request.say("document", len(inside))
    return DirectAnswer(request.say("in all", documents=documents, pages=pages, pictures=shown, kinds=kinds))


def _mentions(request: Request, materials: Materials) -> DirectAnswer | None:
    """Every document that holds the words, with how many of its passages do and the first of them."""
    words = subject(request.query, "library", materials.models.intents)
    if not words:
        return None
    inside = {document.id: document for document in request.documents}
    held = _holding(words, inside, materials)
    found = sorted(held, key=lambda number: -len(held[number]))
    if not found:
        documents = request.say("document", len(inside))
        return DirectAnswer(
            request.say("none mentions", documents=documents, words=escape_markdown(words)), refused=True
        )
    citations = CitationList()
    lines, rows, marks = [], [], []
    for number in found[:MOST]:
        sentence = _holding_sentence(held[number][:LOOKED_AT], words, materials)
        if sentence is None:  # removed meanwhile
            continue
        passages, mark = request.say("passage", len(held[number])), citations.number(sentence)
        name = inside[number].name
        lines.append(f"- **{escape_markdown(name)}** ({passages}): {escape_markdown(sentence.text)} [{mark}]")
        rows.append([name, " ".join(sentence.text.split())])
        marks.append([mark, mark])
    told = request.say("mentions", len(found), all=f"{len(inside):,}", words=escape_markdown(words))
    more = "\n\n" + request.say("more documents", len(found) - MOST) if len(found) > MOST else ""
    table = Rows([request.say("column document"), request.say("column item")], rows, sources=marks)
    return citations.told(f"{told}\n\n" + "\n".join(lines) + more, table)


def _holding(words: str, inside: Container[int], materials: Materials) -> dict[int, list[int]]:
    """The passages of each document inside that hold the words beside each other, or else all of them somewhere."""
    for terms in ([words], WORD.findall(words)):
        held = materials.library.full_text.holding(terms)
        if found := {document: chunks for document, chunks in held.items() if document in inside}:
            return found
    return {}


def _holding_sentence(chunks: Sequence[int], words: str, materials: Materials) -> Sentence | None:
    """The one that has most of what was found in the index, which knows other stems ("insure" for "insurance")."""
    passages = materials.library.passages.by_id(chunks)
    written = materials.library.full_text.written([words, *WORD.findall(words)], list(passages))
    sentences = [
        (sentence, sum(one in " ".join(sentence.text.lower().split()) for one in written.get(number, ())))
        for number in sorted(passages)
        for sentence in sentences_of(passages[number]) or units_of(passages[number])
    ]
    return max(sentences, key=lambda pair: pair[1], default=(None, 0))[0]


def _languages(request: Request, materials: Materials) -> DirectAnswer:
    """Each language with its documents; those that have the fewest first, as they are mostly what is looked for."""
    groups: dict[str, list[Document]] = {}
    for document in request.documents:
        groups.setdefault(language_of_document(document, materials), []).append(document)
    untold = groups.pop("", [])
    citations = CitationList()
    lines = []
    for code in sorted(groups, key=lambda code: len(groups[code])):
        told = f"**{NAMES[code]}** ({len(groups[code]):,})"
        lines.append(f"- {told}: {_names(groups[code], citations, request, materials)}")
    if untold:
        told = request.say("language untold", len(untold))
        lines.append(f"- {told}: {_names(untold, citations, request, materials)}")
    documents = request.say("document", len(request.documents))
    return citations.told("\n".join([request.say("in languages", len(groups), documents=documents), "", *lines]))


def _names(documents: Sequence[Document], citations: CitationList, request: Request, materials: Materials) -> str:
    """The first of them, and how many more there are."""
    first = documents[:MOST_OF_A_LANGUAGE]
    names = ", ".join(f"{escape_markdown(one.name)}{citations.mark(materials.first_line(one))}" for one in first)
    left = len(documents) - len(first)
    return f"{names} {request.say('more documents', left)}" if left else names


def _failed(request: Request, materials: Materials) -> DirectAnswer:
    jobs = materials.library.jobs.all()
    failed = [
        f"- **{escape_markdown(job.name)}**: {escape_markdown(_said(request, job.error))}"
        for job in jobs
        if job.state == "failed"
    ]
    waiting = [job.name for job in jobs if job.state in ("queued", "working")]
    skipped = [
        f"- **{escape_markdown(document.name)}**: {escape_markdown(_said(request, remark))}"
        for document in request.documents
        for remark in (document.report.skipped if document.report else [])
    ]
    parts = []
    if failed:
        parts.append("\n".join([request.say("failed", len(failed)), "", *failed[:MOST]]))
    if waiting:
        names = ", ".join(escape_markdown(Path(name).name) for name in waiting[:SKIPPED])
        parts.append(request.say("waiting", len(waiting), names=names))
    if not failed and not waiting:
        parts.append(request.say("not failed"))
    if skipped:
        parts.append("\n".join([request.say("left out"), "", *skipped[:SKIPPED]]))
    return DirectAnswer("\n\n".join(parts))


def _said(request: Request, english: str) -> str:
    """What the library keeps in English, in the language of the request."""
    with speaking(request.language):
        return translated(english)
