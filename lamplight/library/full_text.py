"""Finding passages by their words: SQLite's full-text index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from lamplight.library.chunk_documents import ChunkDocuments
from lamplight.library.database import Database
from lamplight.library.passages import DocumentIds, within

HEADER_WEIGHT = 4.0  # of a word in `title > section` beside one in the text; page@5 on annual reports .42 at 1, .45
HIDDEN_RESERVE = 3  # times as many matches as are wanted: some may be of documents being removed or read
MOST_RANGES = 100  # of documents that each match is compared with
MARKED = ("\ue000", "\ue001")  # around what was found; no text has them
INDEXED = re.compile(r"[^\W_]+")  # what the index takes for one word
FIGURES = re.compile(r"\d+|[^\W\d_]+")
INITIALS = range(2, 5)  # letters of a word that may be written letter by letter
SHORTEST_JOINED = 3  # letters: "U.S." is not "us"
MOST_SPELLINGS = 8  # of one term


class FullText:
    """The index of all chunks, kept by triggers of the schema; what is found is of findable documents."""

    def __init__(self, database: Database, documents: ChunkDocuments) -> None:
        """`documents` knows which document each chunk is of."""
        self._database, self._documents = database, documents

    def search(self, terms: Iterable[str], count: int, documents: DocumentIds = None) -> list[tuple[int, float]]:
        """The `count` best chunks that hold any of `terms`, with BM25 (higher is better), best first."""
        query = " OR ".join(_quoted(term) for term in terms)
        if not query:
            return []
        matches = f"SELECT rowid, -bm25(chunks_text, {HEADER_WEIGHT}, 1.0) AS score FROM chunks_text"
        # Looking up the document of every match would cost half as much again.
        best = (
            f"ORDER BY score DESC LIMIT {HIDDEN_RESERVE * count}"
            if documents is None
            else self._within_ranges(documents)
        )
        rows = self._database.rows(
            f"SELECT found.rowid, score FROM ({matches} WHERE chunks_text MATCH ? {best}) AS found "
            "JOIN chunks ON chunks.id = found.rowid JOIN documents ON documents.id = document_id "
            f"WHERE state = 'ready'{within(documents)} ORDER BY score DESC LIMIT ?",
            query,
            count,
        )
        return [(int(row[0]), float(row[1])) for row in rows]

    def _within_ranges(self, documents: Iterable[int]) -> str:
        """A condition that leaves out most of what isn't in `documents` before it is scored and its row is read.

        The full-text index skips to the first number and stops at the last; the plus keeps it from doing so for each.
        """
        ranges = self._documents.ranges(documents)
        if not ranges:
            return ""
        bounds = f"AND rowid BETWEEN {min(first for first, _ in ranges)} AND {max(last for _, last in ranges)}"
        if len(ranges) > MOST_RANGES:
            return bounds
        return f"{bounds} AND ({' OR '.join(f'+rowid BETWEEN {first} AND {last}' for first, last in ranges)})"

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many chunks hold each term, after the index's own stemming."""
        statement = "SELECT count(*) FROM chunks_text WHERE chunks_text MATCH ?"
        return {term: int(self._database.rows(statement, _quoted(term))[0][0]) for term in terms}

    def unknown(self, terms: Iterable[str]) -> list[str]:
        """Those of `terms` that no chunk holds, after the index's own stemming."""
        statement = "SELECT rowid FROM chunks_text WHERE chunks_text MATCH ? LIMIT 1"
        return [term for term in terms if not self._database.rows(statement, _quoted(term))]

    def beginning(self, letter: str) -> dict[str, int]:
        """The stems in the index that begin with `letter`, and how many chunks hold each."""
        rows = self._database.rows(
            "SELECT term, doc FROM chunks_terms WHERE term >= ? AND term < ?", letter, letter + "\U0010ffff"
        )
        return {str(term): int(count) for term, count in rows}

    def counts_holding(self, phrases: Iterable[str]) -> dict[int, int]:
        """How many chunks of each findable document hold any of `phrases`; documents with none are left out."""
        query = " OR ".join(_quoted(phrase) for phrase in phrases)
        if not query:
            return {}
        with self._database.guard:
            rows = self._database.rows("SELECT rowid FROM chunks_text WHERE chunks_text MATCH ?", query)
            return self._documents.counts(row[0] for row in rows)

    def holding(self, terms: Iterable[str]) -> dict[int, list[int]]:
        """The chunks of each findable document that hold all of `terms`, in reading order; not scored, so all are."""
        query = " AND ".join(_quoted(term) for term in terms)
        if not query:
            return {}
        with self._database.guard:
            rows = self._database.rows("SELECT rowid FROM chunks_text WHERE chunks_text MATCH ?", query)
            return self._documents.by_document(row[0] for row in rows)

    def held(self, terms: Iterable[str], ids: Sequence[int]) -> dict[int, set[str]]:
        """For each of `ids`, which of `terms` its chunk holds (stemmed, header included)."""
        held: dict[int, set[str]] = {number: set() for number in ids}
        marks = ", ".join("?" * len(ids))
        for term in terms:
            for row in self._database.rows(
                f"SELECT rowid FROM chunks_text WHERE chunks_text MATCH ? AND rowid IN ({marks})",
                _quoted(term),
                *ids,
            ):
                held[int(row[0])].add(term)
        return held

    def written(self, terms: Iterable[str], ids: Sequence[int]) -> dict[int, frozenset[str]]:
        """How any of `terms` are written in the text of each of `ids` that holds one, in lower case."""
        query = " OR ".join(_quoted(term) for term in terms)
        if not query:
            return {}
        rows = self._database.rows(
            f"SELECT rowid, highlight(chunks_text, 1, '{MARKED[0]}', '{MARKED[1]}') FROM chunks_text "
            f"WHERE chunks_text MATCH ? AND rowid IN ({', '.join('?' * len(ids))})",
            query,
            *ids,
        )
        found = re.compile(f"{MARKED[0]}([^{MARKED[1]}]*){MARKED[1]}")
        return {
            int(number): frozenset(" ".join(one.lower().split()) for one in found.findall(text))
            for number, text in rows
        }


def _quoted(term: str) -> str:
    """A term in all its spellings as FTS5 strings: nothing a person types is query syntax."""
    spelt = " OR ".join(f'"{one}"' for one in [term.replace('"', '""'), *spellings(term)])
    return f"({spelt})"


def spellings(term: str) -> list[str]:
    """Other ways of writing a word or phrase: "DIY" letter by letter, as the index has "D.I.Y.", and "D.I.Y." as "DIY".

    Figures may be apart from letters: "7eleven" is "7-Eleven".
    """
    words = INDEXED.findall(term)
    apart = islice((" ".join(one) for one in product(*map(_word_spellings, words))), MOST_SPELLINGS)
    together = "".join(words)
    is_one = len(words) > 1 and not re.search(r"\s", term.strip()) and not together.isdecimal()
    joined = [together] if is_one and len(together) >= SHORTEST_JOINED else []
    return [one for one in dict.fromkeys([*apart, *joined]) if one != term]


def _word_spellings(word: str) -> Iterator[str]:
    yield word
    if word.isalpha() and len(word) in INITIALS:
        yield " ".join(word)
    elif not word.isalpha() and not word.isdecimal() and len(parts := FIGURES.findall(word)) > 1:
        yield " ".join(parts)
