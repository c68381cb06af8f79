"""What a figure of a report's table is counted in: the table's title says it once for all, or a row for itself."""

from __future__ import annotations

import re

from lamplight.library.records import Table
from lamplight.rag.lexicon.quantities import COUNTED_IN
from lamplight.rag.programs.program import Program
from lamplight.rag.sentences import stems

UNSCALED = re.compile(r"%|\bper\b|\bpercent|\((?:in )?dollars\)", re.IGNORECASE)
EXCEPTED = re.compile(r"\bexcept\b(?P<what>[^)]*)", re.IGNORECASE)
UNTELLING = frozenset({"share", "data", "amount", "inform", "note", "indic"})  # stems: of "except per share data"


def with_unit(program: Program, table: Table) -> str:
    """What a program gives with the scale of its figures, as a person reads it: "1,577 million".

    Where neither the table nor the row says one there is none: that of the document's other tables may be another.
    """
    said = program.said
    if not program.gives_amount or not any(map(str.isdigit, said)) or "%" in said:
        return said
    heads = [table.columns[index] for index in (program.column, program.key) if index >= 0]
    labels = [cell for row in program.rows for cell in table.rows[row] if any(map(str.isalpha, cell))]
    named = " ".join([*heads, *labels])
    if UNSCALED.search(named):
        return said
    excepted = EXCEPTED.search(table.name)
    if excepted and (stems(excepted["what"]) - UNTELLING) & stems(named):
        return said
    scale = _scale(named) or _scale(EXCEPTED.sub(" ", table.name))
    return f"{said} {scale}" if scale else said


def _scale(text: str) -> str:
    """What a title or label says last of it."""
    said = COUNTED_IN.findall(text)
    return str(said[-1]).lower() if said else ""
