"""Calendars (.ics, RFC 5545) and address books (.vcf, RFC 6350): a block for each event, task or person.

Both are made of content lines `NAME;PARAMETER=VALUE:value`, which may be folded, quoted-printable or escaped.
"""

from __future__ import annotations

import datetime
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode, text_of

NAMES = {
    "FN": "Name", "TEL": "Telephone", "EMAIL": "E-mail", "ADR": "Address", "ORG": "Organisation", "TITLE": "Title",
    "ROLE": "Role", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "NOTE": "Note", "URL": "Web page",
    "NICKNAME": "Nickname", "CATEGORIES": "Categories", "SUMMARY": "What", "DTSTART": "From", "DTEND": "To",
    "DUE": "Due", "DURATION": "Duration", "LOCATION": "Where", "DESCRIPTION": "Description", "STATUS": "Status",
    "ORGANIZER": "Organiser", "ATTENDEE": "Attendee", "RRULE": "Repeats", "COMMENT": "Comment", "PRIORITY": "Priority",
    "COMPLETED": "Completed", "CONTACT": "Contact", "RELATED": "Related", "IMPP": "Chat", "METHOD": "",
}  # fmt: skip
"""What is shown and how it is called; the rest is for programs (and N repeats FN)."""
TITLES = ("SUMMARY", "FN", "N", "ORG")
RECORDS = {"VEVENT", "VTODO", "VJOURNAL", "VCARD"}
DATES = {"DTSTART", "DTEND", "DUE", "COMPLETED", "BDAY", "ANNIVERSARY"}
MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?))?")
DAY = re.compile(r"\d{4}-?\d\d-?\d\d")
PARAMETER = re.compile(r';([^=;:"]+)(?:=("[^"]*"|[^;:]*(?::(?=[^;]*;))?))?')
HEAD = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;(?:\"[^\"]*\"|[^:\"])*)*):(.*)", re.DOTALL)
ESCAPE = re.compile(r"\\([nN,;:\\])")
LISTED = {"TYPE", "CELL", "HOME", "WORK", "FAX", "VOICE", "PREF", "MOBILE", "PAGER", "MAIN"}


@dataclass(slots=True)
class _Record:
    kind: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, parameters, value


def read_content_lines(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1, each event or person under its name."""
    reading.step(READING, 0.0)
    blocks = blocks_of_components(decode(path))
    if not blocks:
        raise NothingToRead(f"{path.name} holds no events and no persons; there is nothing to read in it.")
    return ReadDocument(
        path.stem, "calendar" if path.suffix.lower() == ".ics" else "contacts", [DocumentPage(1, blocks=blocks)]
    )


def blocks_of_components(source: str) -> list[Block]:
    """A block for each record: its name as heading, and its fields in a few lines that stay together."""
    blocks = []
    for record in _records(source):
        title = next(
            (_shown("FN" if name != "N" else name, value)
             for wanted in TITLES for name, _, value in record.fields if name == wanted and value), ""
        )  # fmt: skip
        lines = []
        start = next((value for name, _, value in record.fields if name == "DTSTART"), "")
        for name, parameters, value in record.fields:
            shown = _shown(name, _last_day(start, value) if name == "DTEND" else value)
            if (label := NAMES.get(name, "")) and shown:
                lines.append(Line(f"{label}{parameters}: {shown}"))
        if lines:
            blocks.append(Block("text", lines, (title,) if title else ()))
    return blocks


def _records(source: str) -> Iterator[_Record]:
    """Records in order; alarms and time zones inside them or beside them are for programs."""
    open_records: list[_Record] = []
    for name, parameters, value in _content_lines(source):
        if name == "BEGIN":
            open_records.append(_Record(value.strip().upper()))
        elif name == "END" and open_records:
            record = open_records.pop()
            if record.kind in RECORDS:
                yield record
        elif open_records:
            open_records[-1].fields.append((name, parameters, value))
    yield from (record for record in open_records if record.kind in RECORDS)  # cut short


def _content_lines(source: str) -> Iterator[tuple[str, str, str]]:
    for line in _unfolded(source):
        found = HEAD.match(line)
        if found is None:
            continue
        name, parameters, value = found[1].upper(), found[2], found[3]
        upper = parameters.upper()
        if "QUOTED-PRINTABLE" in upper:
            value = text_of(quopri.decodestring(value.encode("utf-8", "replace"))) or ""
        elif "ENCODING=B" in upper or value.startswith("data:"):
            continue  # a picture or a key
        yield name, _kind(parameters), value


def _kind(parameters: str) -> str:
    """` (cell)` of `TYPE=CELL` or `CELL`; a person's name of `CN=`; empty without."""
    found: list[str] = []
    for name, given in PARAMETER.findall(parameters):
        value = given.strip('"')
        if name.upper() in ("TYPE", "CN") and value:
            found += value.split(",") if name.upper() == "TYPE" else [value]
        elif not given and name.upper() in LISTED:
            found.append(name)
    words = [
        word if " " in word else word.lower() for word in found if word.upper() not in ("PREF", "VOICE", "INTERNET")
    ]
    return f" ({', '.join(words)})" if words else ""


def _unfolded(source: str) -> Iterator[str]:
    """A line that begins with a blank goes on the one before; so does one behind a quoted-printable `=`."""
    waiting: str | None = None
    for line in source.split("\n"):
        if waiting is not None and line[:1] in (" ", "\t"):
            soft = waiting.endswith("=") and "QUOTED-PRINTABLE" in waiting.upper()
            waiting = (waiting[:-1] if soft else waiting) + line[1:]
        elif waiting is not None and waiting.endswith("=") and "QUOTED-PRINTABLE" in waiting.upper():
            waiting = waiting[:-1] + line
        else:
            if waiting is not None:
                yield waiting
            waiting = line
    if waiting is not None:
        yield waiting


def _shown(name: str, value: str) -> str:
    if name in DATES:
        return MOMENT.sub(_moment, value)
    parts = re.split(r"(?<!\\);", value) if name in ("N", "ADR", "ORG") else [value]
    if name == "N":  # family name, given name, further ones, what stands before and after
        parts = [" ".join(part for part in parts[3:4] + parts[1:3] + parts[:1] + parts[4:] if part)]
    text = ", ".join(part for part in parts if part.strip())
    text = ESCAPE.sub(lambda mark: " " if mark[1] in "nN" else mark[1], text)
    return " ".join(re.sub(r"(?i)^mailto:", "", text).split())


def _last_day(start: str, end: str) -> str:
    """Of an event of whole days, which ends on the day after (RFC 5545, 3.6.1): empty for a single one."""
    if not DAY.fullmatch(start) or not DAY.fullmatch(end):
        return end
    try:
        last = _day(end) - datetime.timedelta(days=1)
        return last.isoformat() if last > _day(start) else ""
    except (ValueError, OverflowError):
        return end


def _day(text: str) -> datetime.date:
    return datetime.datetime.strptime(text.replace("-", ""), "%Y%m%d").date()


def _moment(found: re.Match[str]) -> str:
    year, month, day, hour, minute, universal = found.groups()
    time = f" {hour}:{minute}{' UTC' if universal else ''}" if hour else ""
    return f"{year}-{month}-{day}{time}"
