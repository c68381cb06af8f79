"""What a section says, where a question names its heading and nothing in it: "What is said about water?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from lamplight.library.records import Passage
from lamplight.rag.answer_plan import plan_of
from lamplight.rag.composition import escape_markdown
from lamplight.rag.context import whole
from lamplight.rag.finding import Finding
from lamplight.rag.intent import subject
from lamplight.rag.outline import Headings, headings_of
from lamplight.rag.programs.cell_answer import asks_for_words
from lamplight.rag.requests.request import CitationList, DirectAnswer, Materials, Request
from lamplight.rag.requests.summary import heading_of, under
from lamplight.rag.sentences import ANNOUNCES, Sentence, is_item, item_mark, sentences_of, stems

LOOKED_AT = 3  # passages, best first
BESIDE = 6  # chunks before and after one that a section may reach to
SENTENCES = 6  # a section says first what it is about
LISTED = 2  # items of a list
MUCH = 4  # words more, where the best passage has the heading
WORDS = 0.9  # the probability that no figure is asked for, from which on that may be
SPARE = 1  # words more than the heading has, where that has several: "said", or one that is left of a name


def section(request: Request, finding: Finding, materials: Materials) -> DirectAnswer | None:
    """None where no heading of what was found is what is asked about.

    Where a line surely answers, only a section with a list is told: "Side effects" are all that stand under it. Where
    none does and the first of a section is the likeliest, its heading may be a part of what is asked about: "Which
    limitations do the authors name?" A large model writes something better of both.
    """
    writes = plan_of(materials.models.language_model).structured
    sure, search, first = finding.selection.sure, finding.selection.search, finding.selection.passages[0]
    if sure and writes:
        return None
    asked = stems(subject(search.asked, "summary", materials.models.intents))
    loosely = not sure and not writes and _asks_for_words(search.asked, materials)
    documents = {document.id: document for document in request.documents}
    for passage in finding.selection.passages[:LOOKED_AT]:
        titles = headings_of(passage) or [line for line, _ in Headings([passage]).all()]
        named = _named(titles, asked, SPARE)
        title = named or (_named(titles, asked, MUCH) if loosely and passage is first else None)
        if title is None or passage.document_id not in documents:
            continue
        near = _near(passage, materials.library.passages.of(passage.document_id))
        if headings_of(passage) and not any(headings_of(one)[-1:] == [title] for one in near):
            continue  # only sections in it are known
        chunks = [whole(chunk, materials.library) for chunk in near]
        sentences = list(_below(title, chunks, Headings(near)))
        while sentences and sentences[min(len(sentences), SENTENCES) - 1].text.rstrip().endswith(ANNOUNCES):
            sentences.pop(min(len(sentences), SENTENCES) - 1)  # never an introduction without its items
        if not named and not _begins_with_the_likeliest(sentences, finding):
            continue
        if sure and sum(is_item(sentence.text) for sentence in sentences) < LISTED:
            continue
        citations = CitationList()
        said = under("", sentences[:SENTENCES], citations)
        if citations.passages:
            heading = heading_of(
                documents[passage.document_id], request.say("quoted", words=escape_markdown(title)), request
            )
            return citations.told(f"{heading}\n\n{said}")
    return None


def _begins_with_the_likeliest(sentences: Sequence[Sentence], finding: Finding) -> bool:
    first, likeliest = sentences[:1], finding.selection.lines[:1]
    return bool(first) and [one.text for one in first] == [line.sentence.text for line in likeliest]


def _asks_for_words(question: str, materials: Materials) -> bool:
    models = materials.models
    fits = models.cell_ranker.embedder == models.embedder.name
    return fits and asks_for_words(question, models.embedder, models.cell_ranker) > WORDS


def _near(passage: Passage, chunks: Sequence[Passage]) -> Sequence[Passage]:
    place = next((place for place, chunk in enumerate(chunks) if chunk.id == passage.id), 0)
    return chunks[max(0, place - BESIDE) : place + BESIDE + 1]


def _named(titles: Sequence[str], asked: frozenset[str], spare: int) -> str | None:
    """The heading that is asked about, with no more than `spare` words beside those it has."""
    for title in titles:
        heading = stems(title[item_mark(title) :])
        allowed = spare if len(heading) > 1 or spare > SPARE else 0
        if heading and heading <= asked and len(asked - heading) <= allowed:
            return title
    return None


def _below(title: str, chunks: Sequence[Passage], headings: Headings) -> Iterator[Sentence]:
    known = [sentence for chunk in chunks for sentence in sentences_of(chunk)]
    told: set[str] = set()
    for sentence, after in zip_longest(known, known[1:]):
        goes_over = after is not None and after.passage is not sentence.passage and _is_rest(after)
        titles = headings_of(sentence.passage)
        here = title in titles if titles else title == headings.above(sentence)
        if here and not goes_over and not _is_rest(sentence) and sentence.text not in told:
            told.add(sentence.text)  # one that goes over to the next chunk may be whole in both
            yield sentence


def _is_rest(sentence: Sentence) -> bool:
    return sentence.text[:1].islower()
