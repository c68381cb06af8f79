"""Something to be written from the documents: a larger model's work, so the facts it would rest on are shown."""

from __future__ import annotations

from lamplight.rag.composition import escape_markdown
from lamplight.rag.lexicon.papers import in_english
from lamplight.rag.requests.meant import about
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request

FACTS = 5


def writing(request: Request, materials: Materials) -> DirectAnswer | None:
    """Left to the model if it is large enough."""
    if materials.models.language_model.is_large:
        return None
    words = in_english(about(request, materials)) or request.query
    selection = materials.finder.select(words, scope=request.scope, lookup=request.lookup)
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
