"""Questions about the library itself, answered from the database: what there is, what is new, what failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from library.records import Document, Passage
from rag.intent import subject
from rag.requests.meant import about, named, of_kind
from rag.requests.request import Materials, Request, Sources, Told, counted, plain
from rag.sentences import Sentence, sentences_of, stems, units_of

MOST = 30  # documents that are listed
SKIPPED = 12  # remarks about what was not read
NOT_FAILED = "Everything that was added has been read."


def about_library(request: Request, materials: Materials) -> Told | None:
    """In the way of the request's detail."""
    ways: dict[str, Callable[[Request, Materials], Told | None]] = {
        "count": _count,
        "documents": _documents,
        "mentions": _mentions,
        "failed": _failed,
    }
    return ways[request.intent.detail](request, materials)


def _count(request: Request, materials: Materials) -> Told:
    inside, which = materials.documents(request.scope), named(request, materials)
    sources = Sources()
    if which and len(which) < len(inside):
        return sources.told("\n".join(_line(document, sources, materials, "") for document in which[:MOST]))
    words = about(request, materials)
    kind, left = of_kind(words, inside, materials)
    if words and len(kind) < len(inside) and len(left) < len(words.split()):
        listed = "\n".join(_line(document, sources, materials, "") for document in kind[:MOST])
        return sources.told(f"{counted(len(kind), 'document')} of {len(inside):,} seem to be that:\n\n{listed}")
    formats = Counter(document.format.lstrip(".").upper() for document in inside)
    kinds = ", ".join(f"{count:,} {plain(name)}" for name, count in formats.most_common())
    pictures = sum(document.images for document in inside)
    shown = f" with {counted(pictures, 'picture')}" if pictures else ""
    pages = counted(sum(document.pages for document in inside), "page")
    return Told(f"There are **{counted(len(inside), 'document')}**, **{pages}** in all{shown}: {kinds}.")


def _documents(request: Request, materials: Materials) -> Told:
    inside, which = materials.documents(request.scope), named(request, materials)
    sources = Sources()
    if which and len(which) < len(inside):
        return sources.told("\n".join(_line(document, sources, materials, _added(document)) for document in which))
    listed = [_line(document, sources, materials, _added(document)) for document in inside[:MOST]]
    more = f"\n\nand {counted(len(inside) - MOST, 'more document')}." if len(inside) > MOST else ""
    return sources.told(f"{counted(len(inside), 'document')}, the newest first:\n\n" + "\n".join(listed) + more)


def _line(document: Document, sources: Sources, materials: Materials, said: str) -> str:
    pages = counted(document.pages, "page")
    marker = sources.mark(materials.first_line(document))
    return f"- **{plain(document.name)}**, {pages}{f', {said}' if said else ''}{marker}"


def _added(document: Document) -> str:
    when = time.localtime(document.added_at)
    return f"added on {when.tm_mday} {time.strftime('%B %Y, %H:%M', when)}"


def _mentions(request: Request, materials: Materials) -> Told | None:
    """Every document that holds the words, with how many of its passages do and the first of them."""
    words = subject(request.query, "library", materials.models.intents)
    if not words:
        return None
    inside = {document.id: document for document in materials.documents(request.scope)}
    held = _holding(words, materials)
    found = sorted((number for number in held if number in inside), key=lambda number: -len(held[number]))
    if not found:
        return Told(f"None of your {counted(len(inside), 'document')} mentions “{plain(words)}”.", refused=True)
    sources = Sources()
    lines = []
    for number in found[:MOST]:
        sentence = _holding_sentence(held[number], words)
        text = plain(sentence.text)
        passages = counted(len(held[number]), "passage")
        lines.append(f"- **{plain(inside[number].name)}** ({passages}): {text}{sources.mark(sentence)}")
    told = f"{counted(len(found), 'document')} of {len(inside):,} {'mentions' if len(found) == 1 else 'mention'}"
    more = f"\n\nand {counted(len(found) - MOST, 'more document')}." if len(found) > MOST else ""
    return sources.told(f"{told} “{plain(words)}”:\n\n" + "\n".join(lines) + more)


def _holding(words: str, materials: Materials) -> dict[int, list[Passage]]:
    """The passages of each document that hold the words beside each other, or else all of them somewhere."""
    library = materials.library
    numbers = [number for number, _ in library.full_text([words.lower()], MOST * MOST)]
    if not numbers:
        each = [{number for number, _ in library.full_text([word.lower()], MOST * MOST)} for word in words.split()]
        numbers = sorted(set.intersection(*each)) if each else []
    held: dict[int, list[Passage]] = {}
    for chunk in sorted(library.chunks(numbers).values(), key=lambda chunk: chunk.id):
        held.setdefault(chunk.document_id, []).append(chunk)
    return held


def _holding_sentence(chunks: Sequence[Passage], words: str) -> Sentence:
    wanted = stems(words)
    sentences = [sentence for chunk in chunks for sentence in sentences_of(chunk) or units_of(chunk)]
    return max(sentences, key=lambda sentence: len(wanted & stems(sentence.text)))


def _failed(request: Request, materials: Materials) -> Told:
    jobs = materials.library.jobs()
    failed = [f"- **{plain(job.name)}**: {plain(job.error)}" for job in jobs if job.state == "failed"]
    waiting = [job.name for job in jobs if job.state in ("queued", "working")]
    skipped = [
        f"- **{plain(document.name)}**: {plain(remark)}"
        for document in materials.documents(request.scope)
        for remark in (document.report.skipped if document.report else [])
    ]
    parts = []
    if failed:
        parts.append("\n".join([f"{counted(len(failed), 'file')} could not be read:", "", *failed[:MOST]]))
    if waiting:
        names = ", ".join(plain(Path(name).name) for name in waiting[:SKIPPED])
        parts.append(f"{counted(len(waiting), 'file')} still being read: {names}.")
    if not failed and not waiting:
        parts.append(NOT_FAILED)
    if skipped:
        parts.append("\n".join(["Left out of what was read:", "", *skipped[:SKIPPED]]))
    return Told("\n\n".join(parts))
