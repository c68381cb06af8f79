"""Tables of one document with the same heads, as the sheets of two years are."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.library.records import Table
from lamplight.rag.programs.view import normalised
from lamplight.rag.sentences import stems


def are_siblings(one: Table, rows: Sequence[int], other: Table, other_rows: Sequence[int]) -> bool:
    """Whether a question about these rows of one may as well be about those of the other, which are called alike."""
    alike = one is not other and one.document_id == other.document_id and one.columns == other.columns
    return alike and not _called(one, rows).isdisjoint(_called(other, other_rows))


def is_called(asked: str, one: Table, other: Table) -> bool:
    """Whether the question has what one is called and the other isn't: "in 2024"."""
    return not (stems(one.name) - stems(other.name)).isdisjoint(stems(asked))


def _called(table: Table, rows: Sequence[int]) -> frozenset[str]:
    return frozenset(normalised(table.rows[row][0]) for row in rows)
