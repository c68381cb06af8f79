"""Everything in some documents that is called what a list is asked for, or has a value of that kind."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.library.records import Document
from lamplight.rag.lists.candidates import behind_label, called
from lamplight.rag.lists.parts import lines_of, parts_of
from lamplight.rag.lists.rows import columns_of
from lamplight.rag.requests.request import Materials
from lamplight.rag.requests.values import Value, meaning_so
from lamplight.rag.sentences import Sentence

MOST_ITEMS = 200


def named_items(wanted: str, which: Sequence[Document], value: Value | None, materials: Materials) -> list[Sentence]:
    """In the order of the documents: what stands under a name that is called so, and what has the `value`."""
    found: dict[int, list[Sentence]] = {}
    for document in which:
        lines = lines_of(materials.library.passages.of(document.id))
        parts = [part for part in parts_of(lines) if part.items]
        found[document.id] = called(wanted, lines, [*parts, *columns_of(lines)])
    if value is not None:
        units = [unit for document in which for unit in materials.lines(document) if value.holds(unit.text)]
        for unit in meaning_so(value, units, MOST_ITEMS, materials.models.embedder):
            found[unit.passage.document_id].append(unit)
    return [unit for document in which for unit in _in_order(found[document.id])]


def labelled_items(wanted: str, which: Sequence[Document], materials: Materials) -> list[Sentence]:
    """In the order of the documents what stands behind the label that is asked for."""
    found = (behind_label(wanted, lines_of(materials.library.passages.of(document.id))) for document in which)
    return [unit for units in found for unit in units]


def _in_order(units: Sequence[Sentence]) -> list[Sentence]:
    """Each once, as they stand in the document."""
    kept: dict[tuple[int, str], Sentence] = {}
    for unit in sorted(units, key=lambda unit: unit.passage.id):
        kept.setdefault((unit.passage.id, " ".join(unit.text.lower().split())), unit)
    return list(kept.values())
