"""The receipt with the largest or the smallest total, where that is what a question asks of several."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from lamplight.library.records import Table
from lamplight.rag.composition import escape_markdown
from lamplight.rag.paper_fields import FIELDS, read_paper
from lamplight.rag.programs.answer import can_be_asked, likeliest
from lamplight.rag.programs.program import Operation
from lamplight.rag.requests.fields import TOTAL
from lamplight.rag.requests.paper_times import without_times
from lamplight.rag.requests.request import DirectAnswer, Materials, Request

RECEIPT: Literal["receipt"] = "receipt"  # what the rows are called for the ranker, which knows English alone
EXTREMES: frozenset[Operation] = frozenset({"argmax", "argmin", "max", "min"})
LIKELY = 0.4  # of ten such questions about six receipts, six had it, and none that asks for something else


def with_extreme(told: DirectAnswer, request: Request, materials: Materials) -> DirectAnswer | None:
    """`told` totals with the paper that is meant above them; None where the question asks for none of them."""
    models = materials.models
    if told.rows is None or models.program_ranker.embedder != models.embedder.name:
        return None
    table = Table(1, f"{RECEIPT}s", [RECEIPT, TOTAL], [row[:2] for row in told.rows.rows])
    if not can_be_asked(table) or not all(row[1] for row in table.rows):
        return None
    asked = without_times(request.query)
    found = likeliest(asked, table, models.reader, models.embedder, models.program_ranker)
    if found is None or found.program.operation not in EXTREMES or found.probability < LIKELY:
        return None
    name = table.rows[found.program.rows[0]][0]
    paper = next(one for one in request.documents if one.name == name)
    cells = read_paper(paper, materials, request.lookup)
    short = ", ".join(cells[field].text for field in FIELDS if cells and cells[field].text) or name
    return replace(told, text=f"**{escape_markdown(short)}**\n\n{told.text}", short=short)
