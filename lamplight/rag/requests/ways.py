"""Which way requests of each kind are answered; what has none here is answered as a fact (`rag.requests.fact`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lamplight.rag.intent import RequestKind
from lamplight.rag.requests.about_library import about_library
from lamplight.rag.requests.comparison import change, comparison
from lamplight.rag.requests.in_language import by_language
from lamplight.rag.requests.listing import listing, papers_total
from lamplight.rag.requests.request import AnswerSteps, DirectAnswer, Materials, Request, Way
from lamplight.rag.requests.summary import summary
from lamplight.rag.requests.talk import lamplight, talk
from lamplight.rag.requests.two_parts import two_parts
from lamplight.rag.requests.writing import writing


def _at_once(answer: Callable[[Request, Materials], DirectAnswer | None]) -> Way:
    """A way that takes no time, so that there is no progress to tell."""

    def way(request: Request, materials: Materials) -> AnswerSteps:
        yield from ()
        return answer(request, materials)

    return way


def _fact(request: Request, materials: Materials) -> AnswerSteps:
    """What is answered before anything is searched: papers that add up, or two questions in one."""
    told = (yield from papers_total(request, materials)) if request.intent.detail == "sum" else None
    return told or (yield from two_parts(request, materials))


WAYS: Mapping[RequestKind, Way] = {
    "fact": _fact,
    "talk": _at_once(talk),
    "lamplight": _at_once(lamplight),
    "library": _at_once(about_library),
    "summary": by_language(summary),
    "list": by_language(listing),
    "comparison": by_language(comparison),
    "change": by_language(change),
    "writing": by_language(_at_once(writing)),
}
# Answered in an empty library too.
WITHOUT_DOCUMENTS: frozenset[RequestKind] = frozenset({"talk", "lamplight", "library"})
