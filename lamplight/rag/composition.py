"""The answer as it is given: what is quoted, what the model says in its own words, what was left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Passage
from lamplight.rag.computation import Computation
from lamplight.rag.events import Citation, Mode
from lamplight.rag.grounding import VAGUE, GroundedAnswer
from lamplight.rag.query import TOKEN
from lamplight.rag.quotation import QuotedOpening, quotation_markdown
from lamplight.rag.sentences import stem_weights, stems
from lamplight.rag.table_rows import rows_in_cells

QUOTED_ROWS = 2  # below what is worked out from them; more are a table, which stands among the sources
ABOUT = 0.3  # of what the question asks about, by weight
REPEATS = 0.8  # of a sentence's words that stand in the quotation above it: it adds nothing
MARKER = re.compile(r"\s\[(\d+)\]$")
MARKUP = re.compile(r"([\\`*_|~<>#])")
BRACKET = re.compile(r"\[(?=\d)")
JOINER = "\u2060"  # invisible: a document's own "[3]" is no citation of ours
CLAUSE = re.compile(r"[^.;!?\n]+[.;!?\n]")
SHORTEST_CLAUSE = 16  # letters: short ones ("in millions") may come twice


@dataclass(frozen=True, slots=True)
class Composed:
    """The finished text with its citations, and the model's sentences that nothing supports."""

    text: str
    citations: list[Citation]
    unsupported: list[str]


def compose(
    grounded: GroundedAnswer,
    quoted: QuotedOpening | None,
    passages: Sequence[Passage],
    weights: Mapping[str, float],
    mode: Mode,
    is_large: bool = False,
) -> Composed:
    """The quotation first: a small model's own words are often the worse answer, and never the better evidence.

    From documents only, what no passage states is left out; with the model's knowledge it stays, to be marked. What is
    stated but not about the question (`weights` are its words, see `Search`) is left out of both: a small model reads
    the passages aloud when it has nothing to say. From documents only, one that is not `is_large` adds nothing to a
    quotation: its sentences are put together from the passage's words, and still say something else. With its
    knowledge it adds no figures, which it takes from the next sentence.
    """
    opening = quotation_markdown(quoted, passages) if quoted is not None else ""
    known = _figures(f"{opening} {' '.join(weights)}")
    citations = [] if quoted is None else quoted.citations
    said = frozenset(stem for citation in citations for stem in stems(citation.text))
    asked = frozenset(stem for word in weights for stem in stems(word))
    supported = iter(grounded.citations)  # one for each sentence that is supported, in their order
    prose: list[str] = []
    for part in grounded.parts:
        if part in grounded.unsupported:
            prose += [part] if mode != "documents" else []
            continue
        citation = next(supported)
        if quoted is not None and not is_large and (mode == "documents" or not _figures(part) <= known):
            continue
        if not _asks(part) and (quoted is None or (_adds(part, said | asked) and _is_about(part, weights))):
            prose.append(part)
            citations.append(citation)
    text = "\n\n".join(part for part in (opening, " ".join(prose)) if part)
    return Composed(text, citations, grounded.unsupported)


def _asks(part: str) -> bool:
    """A small model says the question again when it has nothing to say."""
    return MARKER.sub("", part).rstrip().endswith("?")


def _figures(text: str) -> frozenset[str]:
    """The tokens with digits in it."""
    return frozenset(token for token in TOKEN.findall(MARKER.sub("", text)) if any(map(str.isdigit, token)))


def _is_about(part: str, weights: Mapping[str, float]) -> bool:
    wanted = stem_weights(weights)
    held = stems(part)
    total = sum(wanted.values())
    return total <= 0 or sum(weight for stem, weight in wanted.items() if stem in held) >= ABOUT * total


def _adds(part: str, known: frozenset[str]) -> bool:
    """Whether a sentence says more than the quotation above it and the question ("The answer is 36" doesn't)."""
    words = stems(MARKER.sub("", part)) - VAGUE
    return len(words - known) > (1 - REPEATS) * len(words)


def is_quoted(computation: Computation) -> bool:
    """Whether the rows that a computed answer rests on are quoted: one or two, called by a column without a head."""
    rows = {row for row, _ in computation.cells}
    return bool(computation.short) and 1 <= len(rows) <= QUOTED_ROWS and not computation.table.columns[0]


def computed(computation: Computation, passages: Sequence[Passage]) -> tuple[Composed, list[Passage]]:
    """An answer that was computed, citing the rows it used: in a passage of its own, put first.

    That from one or two rows of a report is followed by these under their heads.
    """
    table = computation.table
    rows = sorted({row for row, _ in computation.cells})
    lines = [" | ".join(table.columns), *(" | ".join(table.rows[row]) for row in rows)]
    document = next(passage.document for passage in passages if passage.document_id == table.document_id)
    source = Passage(
        id=0, marker=1, document_id=table.document_id, document=document, page=table.page,
        kind="table", header=table.name, text="\n".join(lines), boxes=computation.boxes,
    )  # fmt: skip
    others = [replace(passage, marker=number) for number, passage in enumerate(passages, start=2)]
    quotes = is_quoted(computation)
    heads, quoted_rows = rows_in_cells(table, rows) if quotes else ("", lines[1:])
    text = "\n".join(quoted_rows)
    citation = Citation(1, source.document_id, source.document, source.page, source.boxes, text)
    note = f" {computation.note}" if computation.note else ""
    said = f"**{escape_markdown(computation.short)}**" if computation.short else computation.answer
    quoted = "\n> ".join(["\n", heads, *quoted_rows]) + " [1]" if quotes else ""
    return Composed(f"{said} [1]{note}{quoted}", [citation], []), [source, *others]


def escape_markdown(text: str) -> str:
    """A document's words in Markdown: on one line, and none of them markup."""
    return BRACKET.sub(f"[{JOINER}", MARKUP.sub(r"\\\1", " ".join(text.split())))


def repeats(text: str) -> bool:
    """Whether a small model has begun to go round in circles."""
    return len(without_repeats(text)) < len(text)


def without_repeats(text: str) -> str:
    """`text` up to the first clause that was said before, list numbers aside."""
    said: set[str] = set()
    for match in CLAUSE.finditer(text):
        clause = re.sub(r"[\W\d]+", " ", match[0]).strip().lower()
        if len(clause) >= SHORTEST_CLAUSE and clause in said:
            return text[: match.start()].rstrip(" ;\n0123456789.)") + "."
        said.add(clause)
    return text
