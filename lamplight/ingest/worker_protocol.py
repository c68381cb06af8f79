"""What the app and its reading processes say to each other, one JSON object a line.

JSON and not pickle: a reading process may have been taken over by the file it reads, and unpickling would run
what it sends. pydantic checks every field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from lamplight.ingest.document import DocumentPage, ReadDocument

LONGEST_MESSAGE = 64 << 20  # bytes; a page as full as pages get has one
READY = b"ready\n"  # what a process says first


@dataclass(frozen=True, slots=True)
class Request:
    """Read the file at `path`, after the pages whose texts are in `earlier`.

    Files inside it whose numbers are in `avoid` are left out; of each so many pages are among the earlier ones.
    """

    path: str
    earlier: list[str]
    avoid: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """What is being done, and how much (0 to 1) of the file is read."""

    status: str
    fraction: float
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Opened:
    """Said before the first page."""

    title: str
    format: str
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class PageRead:
    page: DocumentPage
    kind: Literal["page"] = "page"


@dataclass(frozen=True, slots=True)
class Entered:
    """What comes now is of the file inside the file with this number, or of the file itself if it is 0."""

    number: int
    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, slots=True)
class FileRead:
    """The last message about a file that was read; the pages went before it."""

    document: ReadDocument
    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True)
class Refused:
    """The last message about one that could not be. `skipped` tells `NothingToRead` from `ReadError`.

    A `spent` process wants to be ended: its memory was used up and what is left of it is in pieces.
    """

    sentence: str
    skipped: bool
    spent: bool = False
    kind: Literal["refused"] = "refused"


Message: TypeAlias = ReadingProgress | Opened | PageRead | Entered | FileRead | Refused
MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])
REQUESTS = TypeAdapter(Request)


def to_line(adapter: TypeAdapter[Request] | TypeAdapter[Message], message: Request | Message) -> bytes:
    """JSON in UTF-8 with one newline, at its end. `adapter` is `REQUESTS` or `MESSAGES`, as the message is."""
    return adapter.dump_json(message) + b"\n"  # type: ignore[arg-type]
