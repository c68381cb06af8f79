"""Questions that a library can answer, made from what stands in it, and asked before they are offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from lamplight.library.records import Document, Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.computation import compute
from lamplight.rag.finding import Finder
from lamplight.rag.intent import understand
from lamplight.rag.messages import say
from lamplight.rag.naming import named_documents
from lamplight.rag.outline import Headings, headings_of, trail
from lamplight.rag.periods import YEAR
from lamplight.rag.quotation import quotation
from lamplight.rag.request_language import any_language_of, language_of
from lamplight.rag.retriever import EVERYWHERE
from lamplight.rag.sentences import Sentence

TRIED = 6  # headings of a document
LONGEST_HEADING = 45  # characters; longer ones are sentences that were set like a heading
LONGEST_ABBREVIATION = 5  # letters
LARGEST_TABLE = 2_000  # rows; a larger one would keep the page waiting
FIRST_CHUNKS = 3  # that tell the language of a document
TITLED = re.compile(r"[A-ZÄÖÜÉÈÀÇÑ][\w’'-]*(?: [\w’'&,-]+){0,5}")
EMPTY_HEADINGS = re.compile(
    r"(?i)(contents|table of contents|introduction|references|bibliography|appendix|abstract|acknowledge?ments|notes|"
    r"page \d+|chapter \d+|sheet ?\d+|welcome|index|figure|table|signatures?|exhibits?)\b.*"
)


class Suggestions:
    """Those that were found right when the source guide of their document was made (`rag.guide`)."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of(self, documents: list[Document], count: int) -> list[str]:
        """`count` questions at most, in turn from each of `documents`, the first ones of each first."""
        guides = (self._library.guides.get(document.id) for document in documents[:count])
        rows = zip_longest(*(guide.questions for guide in guides if guide is not None))
        asked = [question for row in rows for question in row if question]
        return list(dict.fromkeys(asked))[:count]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and how its answer is known: a table's `cell`, the `section` it is found in, or a whole document."""

    question: str
    cell: str = ""
    section: str = ""


class SuggestionBuilder:
    """Makes the questions of a document and keeps those that the library answers from where they were made."""

    def __init__(self, library: Library, models: Models) -> None:
        self._library, self._models = library, models
        self._finder = Finder(library, models)

    def questions(self, document: Document, count: int) -> list[str]:
        """Raises `LamplightError` when a model or the library fails."""
        right = (one.question for one in self._candidates(document) if self._is_answered(one, document))
        return list(islice(dict.fromkeys(right), count))

    def _candidates(self, document: Document) -> Iterator[Candidate]:
        chunks = self._library.passages.of(document.id, FIRST_CHUNKS)
        text = " ".join(chunk.text for chunk in chunks)
        language = language_of(text)
        title = _title(document)
        if any_language_of(text) == "en":  # questions about tables are read in English
            yield from filter(None, (_of_table(table) for table in self._library.tables.of([document.id])[:TRIED]))
        telling = [heading for heading in self._headings(document) if _tells(heading, document)]
        for heading in telling[:TRIED]:
            what = heading if language == "de" else _in_a_sentence(heading)
            asked = say(language, "ask section of" if title else "ask section", title=title, what=what)
            yield Candidate(asked, section=heading)
        if title:
            yield Candidate(_of_the_whole(language, title))

    def _headings(self, document: Document) -> list[str]:
        chunks = self._library.passages.of(document.id)
        deepest = [headings[-1] for chunk in chunks if (headings := headings_of(chunk))]
        return list(dict.fromkeys(deepest or [heading for heading, _ in Headings(chunks).all()]))

    def _is_answered(self, candidate: Candidate, document: Document) -> bool:
        question = candidate.question
        models = self._models
        kind = understand(question, models.intents, models.embedder, models.prepared_multilingual).kind
        if candidate.cell or candidate.section:
            finding = self._finder.find(question, EVERYWHERE)
            if candidate.cell:
                computed = finding.computation
                return (
                    computed is not None
                    and computed.table.document_id == document.id
                    and candidate.cell in computed.answer
                )
            quote = quotation(finding.selection) if finding.selection.answerable and kind == "fact" else None
            if quote is None or quote.citation.document_id != document.id:
                return False
            source = next(one for one in finding.selection.passages if one.marker == quote.citation.marker)
            above = trail(source, Sentence(source, quote.citation.text, quote.citation.boxes), self._library)
            return candidate.section in above
        named = named_documents(question, self._library.documents.all(), self._library.full_text.counts_holding)
        return kind == "summary" and named.documents == {document.id}


def _of_table(table: Table) -> Candidate | None:
    """The last row's last column but those that are empty: the newest number of most tables."""
    if not len(table.columns) >= 2 or not table.rows or len(table.rows) > LARGEST_TABLE:
        return None
    row = [cell.strip() for cell in table.rows[-1]]
    for name, cell in zip(table.columns[1:], row[1:], strict=False):
        if not re.search(r"\d", cell):
            continue
        question = ""
        if YEAR.fullmatch(row[0]) and TITLED.fullmatch(name):
            question = f"What is the {_in_a_sentence(name)} in {row[0]}?"
        elif TITLED.fullmatch(row[0]) and YEAR.fullmatch(name):
            question = f"What is the {_in_a_sentence(row[0])} in {name}?"
        elif TITLED.fullmatch(row[0]) and TITLED.fullmatch(name) and not re.search(r"\d", name):
            question = f"What is the {_in_a_sentence(name)} of {row[0]}?"
        if question and compute(question, [table], {table.document_id: table.name}):
            return Candidate(question, cell=cell)
    return None


def _tells(heading: str, document: Document) -> bool:
    plain = heading.strip()
    return (
        4 <= len(plain) <= LONGEST_HEADING
        and TITLED.fullmatch(plain) is not None
        and not EMPTY_HEADINGS.fullmatch(plain)
        and plain.casefold() not in document.title.casefold()
        and plain.casefold() not in document.name.casefold()
    )


def _in_a_sentence(words: str) -> str:
    """Without the capitals of a heading; those of names and abbreviations stay."""
    if words.isupper() and len(words) > LONGEST_ABBREVIATION:
        return words.lower()
    return words[0].lower() + words[1:] if words[1:].islower() else words


def _of_the_whole(language: str, title: str) -> str:
    return say(language, "try summary", name=title)


def _title(document: Document) -> str:
    """What a document calls itself; "" where that is only the name of its file."""
    title = " ".join(document.title.split())
    return "" if _letters(title) in (_letters(document.name), _letters(Path(document.name).stem)) else title


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
