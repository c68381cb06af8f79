"""The parts of a question about a table."""

from __future__ import annotations

from dataclasses import dataclass

from lamplight.rag.tables.selections import Filter


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question with a job for every word, taken apart."""

    lower: list[str]
    operations: frozenset[str]
    columns: list[int]
    numbers: list[int]
    labels: list[int]
    filters: tuple[Filter, ...]
    pair: tuple[Filter, ...]
    roles: frozenset[str]
    limit: int

    @property
    def counts(self) -> bool:
        """Whether a word for counting is in it, or both "how" and "many"."""
        return "count" in self.operations or ("how" in self.lower and "many" in self.lower)

    @property
    def of_rows(self) -> bool:
        """Whether a word may stand for the rows: one that means them, or the title in the plural."""
        return bool(self.roles & {"rows", "title"})

    @property
    def money(self) -> bool:
        """Whether it speaks of money, a price or spending in words that name no column."""
        return bool(self.roles & {"money", "price", "spend"})
