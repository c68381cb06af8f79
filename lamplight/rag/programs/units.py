"""What a figure of a report's table is counted in: the table's title says it once for all, or a row for itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from lamplight.library.records import Table
from lamplight.rag.lexicon.numbers import SIGNS
from lamplight.rag.lexicon.quantities import COUNTED_IN
from lamplight.rag.programs.program import Program
from lamplight.rag.sentences import stems

UNSCALED = re.compile(r"%|\bper\b|\bpercent|\((?:in )?dollars\)", re.IGNORECASE)
EXCEPTED = re.compile(r"\bexcept\b(?P<what>[^)]*)", re.IGNORECASE)
CENTS = re.compile(r"\d\.\d\d(?!\d)")
UNTELLING = frozenset({"share", "data", "amount", "inform", "note", "indic"})  # stems: of "except per share data"


def usual_scale(names: Iterable[str]) -> str:
    """What most of a document's tables that say it are counted in; empty where none does."""
    found = Counter(filter(None, map(_scale, names)))
    return max(found, key=found.__getitem__, default="")


def with_unit(program: Program, table: Table, usual: str = "") -> str:
    """What a program gives with the scale of its figures, as a person reads it: "1,577 million".

    `usual` is the scale of the document's other tables, for money in one that doesn't say its own.
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
    scale = _scale(named) or _scale(EXCEPTED.sub(" ", table.name)) or (usual if _is_money(program, table) else "")
    return f"{said} {scale}" if scale else said


def _scale(text: str) -> str:
    """What a title or label says last of it."""
    said = COUNTED_IN.findall(text)
    return str(said[-1]).lower() if said else ""


def _is_money(program: Program, table: Table) -> bool:
    """Whether a currency's sign stands before one of a column's figures, and no cents behind them."""
    cells = [row[program.column] for row in table.rows]
    return any(sign in cell for cell in cells for sign in SIGNS) and not any(CENTS.search(cell) for cell in cells)
