"""Summaries that can be checked: the documents' own sentences under their own headings, each with its page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from lamplight.errors import ServerError
from lamplight.library.records import Document, Passage
from lamplight.models.answer_model import AnswerModel
from lamplight.rag.composition import escape_markdown
from lamplight.rag.digests import DigestBuilder, Saying
from lamplight.rag.events import ScanProgress, Token
from lamplight.rag.intent import asking
from lamplight.rag.lexicon.papers import PAPERS
from lamplight.rag.opening_rows import opening_rows, sum_rows
from lamplight.rag.outline import Headings, Section, headings_of, sections_of
from lamplight.rag.query import WORD
from lamplight.rag.requests.counts import COUNTS, stated_count
from lamplight.rag.requests.meant import about, is_taken_loosely, meant, named, nearest, unnamed
from lamplight.rag.requests.request import AnswerSteps, CitationList, DirectAnswer, Materials, Request
from lamplight.rag.sentences import Sentence, item_mark, stems
from lamplight.rag.summarisation import shares_of, summarised

SHORT = 5  # sentences of a document of a few pages
EACH = 2  # sentences of each section of a longer one, if there is room
MOST = 14  # sentences that are still read
FEW_SECTIONS = 3  # that need no summary of their own
OF_ONE_OF_MANY = 2  # sentences of a document beside others
DOCUMENTS = 20  # that are told one by one
FEW = 5  # documents of which each gets a little more
LONG = 8  # chunks: a longer document is told section by section
ON_TOPIC = 12  # chunks of a document that are about something, at most
PARTS = 4  # of a short document: no more than one of them is about it
PAGES = re.compile(r"(\d+)\s*(?:[-–—]|[^\W\d_]{1,3})\s*(\d+)")  # "3-7", "3 to 7", "3 bis 7", "3 à 7"
NUMBER = re.compile(r"\d+")


def summary(request: Request, materials: Materials) -> AnswerSteps:
    """Of a document, a part of it, several, or everything in scope."""
    everything = request.intent.detail == "all"
    which = named(request) if everything else meant(request)
    loosely = len(which) == 1 and not request.scope.chosen and is_taken_loosely(which[0], request)
    if not everything and (not which or loosely) and (words := about(request, materials)):
        which = nearest(words, request, materials) or which
    which = which or request.documents
    if len(which) == 1:
        yield ScanProgress(0, 1)
        model = materials.models.language_model
        if model.is_large:
            try:
                written = yield from _written(which[0], model, request, materials)
            except ServerError as error:  # the document's own sentences need no model
                own = of_one(which[0], request, materials)
                return replace(own, notice=str(error)) if own else None
            if written is not None or request.lease.cancelled():
                return written
        return of_one(which[0], request, materials)
    return (yield from in_their_own_words(which, request, materials))


def of_one(document: Document, request: Request, materials: Materials) -> DirectAnswer | None:
    """A document's own sentences, or those of the part that is asked for; None where it has no text."""
    chunks = materials.library.passages.of(document.id)
    if not chunks:
        return None
    part, title = _part(chunks, request, materials)
    count = _points(request)
    citations = CitationList()
    told = [heading_of(document, title, request)]
    sections = sections_of(part)
    usual = max(SHORT, min(MOST, (1 if len(part) <= LONG else EACH) * len(sections)))
    shares = shares_of(sections, count or usual)
    found = summarised(sections, materials.vectors(part), materials.models.embedder, shares)
    if not title and not count and len(part) <= LONG:  # a letter or a form: who, what and when, and what it comes to
        told += _rows([*opening_rows(part), *sum_rows(part)], citations)
    titled = [] if count else _titled(sections, found, Headings(chunks), request)
    if len({title for title, _ in titled}) > 1:
        told += [under(title, sentences, citations) for title, sentences in titled]
    else:
        told.append(under("", [sentence for sentences in found for sentence in sentences], citations))
    return citations.told("\n\n".join(told)) if citations.passages else None


def _rows(rows: Sequence[tuple[str, str, Sentence]], citations: CitationList) -> list[str]:
    points = [
        f"- {escape_markdown(label)}: {escape_markdown(value)}{citations.mark(row)}" for label, value, row in rows
    ]
    return ["\n".join(points)] if points else []


def _written(document: Document, model: AnswerModel, request: Request, materials: Materials) -> AnswerSteps:
    """In the words of a large model, section by section, each sentence tied to what it rests on; then in short.

    What was written until a stop is told.
    """
    part, title = _part(materials.library.passages.of(document.id), request, materials)
    digesting = DigestBuilder(materials.library, model, materials.models.embedder)
    sources, total = CitationList(), len(digesting.pieces(part))
    told: list[str] = []
    sayings: list[Saying] = []
    done = 0
    for event in digesting.read(document, part, request.lease.cancelled):
        if isinstance(event, ScanProgress):
            yield event
            continue
        done += 1
        sayings += event.sayings
        points = "\n".join(f"- {escape_markdown(one.text)}{sources.mark(one.sentence)}" for one in event.sayings)
        heading = f"**{escape_markdown(event.title or request.say('page title', page=event.page))}**"
        if points and told and told[-1].startswith(heading):
            told[-1] += f"\n{points}"
        elif points:
            told.append(f"{heading}\n\n{points}")
        yield Token(f"{points}\n\n" if points else "")
    if not told:
        return None
    if done < total:
        told.append(request.say("stopped after", done=done, total=total))
    elif total > FEW_SECTIONS:
        short = digesting.in_short(sayings, _points(request) or SHORT, request.lease.cancelled)
        points = "\n".join(f"- {escape_markdown(one.text)}{sources.mark(one.sentence)}" for one in short)
        if points and _points(request):
            told = [points]
        elif points:
            told.insert(0, f"**{request.say('in short')}**\n\n{points}")
    return sources.told("\n\n".join([heading_of(document, title, request, "written"), *told]))


def _titled(
    sections: Sequence[Section], found: Sequence[Sequence[Sentence]], headings: Headings, request: Request
) -> list[tuple[str, list[Sentence]]]:
    """The sentences under the title of their section, or what stands above them where sections have none."""
    told = [
        (
            section.title or headings.above(sentence) or request.say("page title", page=sentence.passage.page),
            sentence,
        )
        for section, sentences in zip(sections, found, strict=True)
        for sentence in sentences
    ]
    return [(title, [one for _, one in group]) for title, group in groupby(told, lambda pair: pair[0])]


def under(title: str, sentences: Sequence[Sentence], citations: CitationList) -> str:
    """Sentences as points, each with its marker, below a title if there is one."""
    bare = [(sentence.text[item_mark(sentence.text) :].strip(), citations.mark(sentence)) for sentence in sentences]
    points = "\n".join(f"- {escape_markdown(text)}{mark}" for text, mark in bare)
    return f"**{escape_markdown(title)}**\n\n{points}" if title else points


def heading_of(document: Document, title: str, request: Request, key: str = "own words") -> str:
    """What stands above a summary of a document, or of the part of it that `title` names."""
    name = f"**{escape_markdown(document.name)}**"
    if title:
        return request.say("written", name=name, pages=title)
    return request.say(key, name=name, pages=request.say("page", document.pages))


def in_their_own_words(which: Sequence[Document], request: Request, materials: Materials) -> AnswerSteps:
    """A few sentences of each document; None if it was stopped before the first."""
    citations = CitationList()
    each = OF_ONE_OF_MANY + (len(which) <= FEW)
    told = []
    for number, document in enumerate(which[:DOCUMENTS]):
        if request.lease.cancelled():
            break
        yield ScanProgress(number, min(len(which), DOCUMENTS))
        chunks = materials.library.passages.of(document.id)
        whole = sections_of(chunks)
        found = summarised(
            whole, materials.vectors(chunks), materials.models.embedder, shares_of(whole, min(each, len(chunks)))
        )
        said = " ".join(f"{escape_markdown(one.text)}{citations.mark(one)}" for sentences in found for one in sentences)
        pages = request.say("page", document.pages)
        told.append(f"- **{escape_markdown(document.name)}** ({pages}): {said or request.say('no text')}")
    if not told:
        return None
    left = len(which) - len(told)
    more = "\n\n" + request.say("more by name", left) if left else ""
    heading = request.say("all own words", documents=request.say("document", len(which)))
    return citations.told(f"{heading}\n\n" + "\n".join(told) + more)


def _part(chunks: Sequence[Passage], request: Request, materials: Materials) -> tuple[list[Passage], str]:
    """The pages or the section asked for, and what they are called; all, and "", if none is."""
    headings = {heading for chunk in chunks for heading in headings_of(chunk)}
    topic = " ".join(word for word in about(request, materials).split() if _is_topic(word))
    wanted = stems(topic)
    fitting = [heading for heading in headings if wanted and wanted <= stems(heading)]
    heading = min(fitting, key=len) if fitting else "" if wanted else _usual_heading(headings, request, materials)
    if heading:
        said = request.say("quoted", words=escape_markdown(heading))
        return [chunk for chunk in chunks if heading in headings_of(chunk)], said
    if request.intent.detail == "part" and (pages := _pages(request)):
        inside = [chunk for chunk in chunks if pages[0] <= chunk.page <= pages[1]]
        if inside:
            first, last = pages
            key = "page number" if first == last else "page range"
            return inside, request.say(key, page=first, first=first, last=last)
    if wanted and (request.intent.detail == "part" or _is_of_a_part(wanted, chunks, request)):
        scope = replace(request.scope, documents=frozenset({chunks[0].document_id}))
        most = min(ON_TOPIC, max(1, len(chunks) // PARTS))
        found = {one.id for one in materials.finder.search(topic, scope=scope, lookup=request.lookup).found[:most]}
        if about_it := [chunk for chunk in chunks if chunk.id in found]:
            return about_it, request.say("on topic", words=escape_markdown(topic))
    return list(chunks), ""


def _is_of_a_part(wanted: frozenset[str], chunks: Sequence[Passage], request: Request) -> bool:
    """Whether what is said beside the name of a document stands together in little of it: "Adobe's climate goals"."""
    holding = sum(wanted <= stems(chunk.text) for chunk in chunks)
    return bool(named(request)) and 0 < holding * PARTS <= len(chunks)


def _is_topic(word: str) -> bool:
    """Neither a number, as of points, nor what papers are called."""
    return not word.isdigit() and word.lower() not in COUNTS and word.lower() not in PAPERS


def _usual_heading(headings: Iterable[str], request: Request, materials: Materials) -> str:
    """The heading that is named where it is a word that such requests share, as "Results"; "" if none is.

    The word that asks for the summary names none: "Give me a summary" is of all, also where one is called "Summary".
    """
    asked = unnamed(request)
    asks = stems(asking(asked, request.intent.kind, materials.models.intents))
    places = {
        stem: match.start()
        for match in WORD.finditer(asked)
        if _is_topic(match[0])
        for stem in stems(match[0])
        if stem not in asks
    }
    titles = {heading: stems(heading[item_mark(heading) :]) for heading in headings}
    named = [heading for heading, title in titles.items() if title and title <= places.keys()]
    return max(named, key=lambda heading: max(places[stem] for stem in titles[heading]), default="")


def _pages(request: Request) -> tuple[int, int] | None:
    if found := PAGES.search(request.query):
        return int(found[1]), int(found[2])
    number = NUMBER.search(request.query)
    return (int(number[0]), int(number[0])) if number else None


def _points(request: Request) -> int:
    """How many sentences are asked for; 0 if that is left open. Numbers of pages and years are none."""
    text = PAGES.sub(" ", request.query.lower())
    if request.intent.detail == "part":
        text = text if PAGES.search(request.query) else NUMBER.sub(" ", text, count=1)
    return stated_count(text)
