"""JSON: a list of records is a table, everything else is a line for each value with the path to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode
from lamplight.ingest.tables import add_table, table_block
from lamplight.languages import sentence

LINE_BY_LINE = {".jsonl", ".ndjson"}
FEWEST_RECORDS = 2  # that make a table
SHORT = 30  # values that stand together


def read_json(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1, under the outermost name. What is not valid JSON is read as plain text."""
    reading.step(READING, 0.0)
    source = decode(path)
    document = ReadDocument(path.stem, "json", [DocumentPage(1)])
    blocks = document.pages[0].blocks
    try:
        value = _parse(source, path)
    except ValueError as error:
        document.skipped.append(sentence(f"{path.name} is not valid JSON ({error}), so it was read as plain text."))
        blocks += [Block("text", [Line(line.rstrip()) for line in source.splitlines() if line.strip()])]
    except RecursionError:
        raise ReadError(f"{path.name} is nested too deeply to be read; check the file.") from None
    else:
        add_values(value, document)
    if not any(block.lines for block in blocks):
        raise NothingToRead(f"{path.name} holds no values; there is nothing to read in it.")
    return document


def _parse(source: str, path: Path) -> Any:
    if path.suffix.lower() in LINE_BY_LINE:
        return [json.loads(line) for line in source.splitlines() if line.strip()]
    return json.loads(source)


def add_values(value: Any, document: ReadDocument) -> None:
    """Put what a file holds on page 1: what is short stands together, what is long under the names in it."""
    if not isinstance(value, dict):
        _add("", value, document)
        return
    long = {name: member for name, member in value.items() if _is_table(member) or len(list(_leaves("", member))) > 1}
    if not any(map(_is_table, long.values())) and len(list(_leaves("", value))) <= SHORT:
        long = {}
    short = {name: member for name, member in value.items() if name not in long}
    _add_lines("", short, document, ())
    for name, member in long.items():
        _add(name, member, document)


def _add(name: str, value: Any, document: ReadDocument) -> None:
    headings = (name,) if name else ()
    if _is_table(value):
        columns = list(dict.fromkeys(key for record in value for key in record))
        rows = [[_shown(record.get(column)) for column in columns] for record in value]
        add_table(document.pages[0], table_block([columns, *rows], headings, 1, name, heads=1))
    elif isinstance(value, list) and any(isinstance(member, dict | list) for member in value):
        for number, member in enumerate(value, start=1):
            _add_lines(f"{name}[{number}]", member, document, headings)
    else:
        _add_lines(name, value, document, headings)


def _add_lines(name: str, value: Any, document: ReadDocument, headings: tuple[str, ...]) -> None:
    """A block for one value or record, which a passage ends behind rather than within."""
    lines = [Line(f"{place}: {shown}" if place else shown) for place, shown in _leaves(name, value) if shown]
    if lines:
        document.pages[0].blocks.append(Block("text", lines, headings))


def _is_table(value: Any) -> bool:
    """Several records of plain values under the same few names."""
    return (
        isinstance(value, list)
        and len(value) >= FEWEST_RECORDS
        and all(isinstance(record, dict) and record for record in value)
        and not any(isinstance(cell, dict | list) and cell for record in value for cell in record.values())
    )


def _leaves(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(f"{place}.{key}" if place else str(key), member)
    elif isinstance(value, list) and not any(isinstance(member, dict | list) for member in value):
        yield place, ", ".join(map(_shown, value))
    elif isinstance(value, list):
        for number, member in enumerate(value, start=1):
            yield from _leaves(f"{place}[{number}]", member)
    else:
        yield place, _shown(value)


def _shown(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
