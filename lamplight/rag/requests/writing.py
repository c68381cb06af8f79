"""Something to be written from the documents: a larger model's work, so what it would rest on is shown.

That is a whole document where one is to be translated or explained, else the facts about what is asked.
"""

from __future__ import annotations

from dataclasses import replace

from lamplight.library.records import Document
from lamplight.rag.composition import escape_markdown
from lamplight.rag.lexicon.papers import in_english
from lamplight.rag.passages import Selection
from lamplight.rag.requests.meant import about, is_in_name, is_taken_loosely, meant, nearest
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.summary import of_one

FACTS = 5


def writing(request: Request, materials: Materials) -> DirectAnswer | None:
    """Left to the model if it is large enough."""
    if materials.models.language_model.is_large:
        return None
    topic = about(request, materials)
    selection = materials.finder.select(in_english(topic) or request.query, scope=request.scope, lookup=request.lookup)
    document = _whole(topic, selection.sure, request, materials)
    if document is not None and (own := of_one(document, request, materials)) is not None:
        return replace(own, text=f"{request.say('needs larger')}\n\n{own.text}")
    return _facts(selection, request)


def _whole(topic: str, is_sure: bool, request: Request, materials: Materials) -> Document | None:
    """The document that is to be written from as a whole; None where something in it is asked about.

    Only words that name it are left of a request for the whole of it, or none of its lines is surely what is meant.
    """
    which = meant(request)
    if len(which) == 1 and not is_taken_loosely(which[0], request):
        return which[0] if all(is_in_name(word, which[0]) for word in topic.split()) else None
    near = nearest(topic, request, materials) if topic and not is_sure else []
    return near[0] if len(near) == 1 else None


def _facts(selection: Selection, request: Request) -> DirectAnswer:
    citations = CitationList()
    seen: set[int] = set()
    lines: list[str] = []
    for line in selection.lines:
        if line.sentence.passage.id not in seen and len(lines) < FACTS:
            seen.add(line.sentence.passage.id)
            name = escape_markdown(line.sentence.passage.document)
            lines.append(f"- {escape_markdown(line.sentence.text)} ({name}){citations.mark(line.sentence)}")
    parts = [request.say("needs larger"), *([request.say("rests on") + "\n\n" + "\n".join(lines)] if lines else [])]
    return citations.told("\n\n".join(parts))
