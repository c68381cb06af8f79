"""The library for other programs on this computer: a Model Context Protocol server of three tools, over stdio.

The SDK keeps stdout for the protocol, whoever prints. A process of its own; what it does is what the terminal's
commands do, here or in the app that holds the library.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Annotated, Any, Literal, TypeAlias

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from lamplight.errors import LamplightError
from lamplight.ui.commands import Record

CarryOut: TypeAlias = "Callable[[str, Record], Iterator[Record]]"
Call: TypeAlias = Context[Any, Any]
INSTRUCTIONS = (
    "Lamplight holds the person's own documents and pictures, on this computer. Use `search` for passages to read "
    "yourself, `ask` for a short answer by a small local model with its citations. Always name document and page."
)
PASSAGES, MOST_PASSAGES = 8, 50
READ_FROM, WRITTEN_FROM = 0.1, 0.6  # how far an answer is when it begins to read, and to write
USUAL_TOKENS = 120
PROGRESS_SECONDS = 0.25  # between two notifications while an answer is written
READ_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=False)

Document = Annotated[str | None, Field(description="look only in this one: its name, path or number")]
Kind = Annotated[Literal["text", "table", "image"] | None, Field(description="look only at passages of this kind")]


class FoundPassage(BaseModel):
    """A passage of a document; pages count from 1."""

    document: str
    page: int
    kind: str
    text: str
    score: float


class SearchResult(BaseModel):
    """Best first."""

    passages: list[FoundPassage]


class CitedText(BaseModel):
    """What `[marker]` in the answer rests on, word for word."""

    marker: int
    document: str
    page: int
    text: str


class AskResult(BaseModel):
    """`refused` when the documents hold no answer; `unsupported` are the model's sentences that none of them states.

    `answer` is Markdown: `short_answer` in bold, if there is one, `quotation` as a block quote, then the model's words.
    """

    answer: str
    short_answer: str = ""
    quotation: CitedText | None = None
    refused: bool
    citations: list[CitedText]
    unsupported: list[str]
    sql: str = ""


class ListedDocument(BaseModel):
    """One document; `id` is the number that `document` of the other tools takes."""

    id: int
    name: str
    path: str
    format: str
    pages: int


class DocumentList(BaseModel):
    """Newest first."""

    documents: list[ListedDocument]


def mcp_server(carry_out: CarryOut) -> MCPServer[Any]:
    """`carry_out` gives the records of a command of `ui.commands`; its `LamplightError`s become the tools' errors."""
    server: MCPServer[Any] = MCPServer("lamplight", title="Lamplight", instructions=INSTRUCTIONS, log_level="WARNING")
    commands = _Commands(carry_out)

    @server.tool(annotations=READ_ONLY)
    async def search(
        query: str,
        top: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = PASSAGES,
        document: Document = None,
        kind: Kind = None,
    ) -> SearchResult:
        """Find the passages of the person's documents that are nearest to a query, with document and page."""
        record = await commands.last("search", {"query": query, "top": top, "document": document, "kind": kind})
        return SearchResult.model_validate(record)

    @server.tool(annotations=READ_ONLY)
    async def ask(
        question: str,
        context: Call,
        mode: Literal["documents", "documents+knowledge"] = "documents",
        document: Document = None,
        kind: Kind = None,
    ) -> AskResult:
        """Have a small local model answer from the person's documents; every claim cites document and page."""
        arguments = {"question": question, "mode": mode, "document": document, "kind": kind}
        record = await commands.last("ask", arguments, _Progress(context))
        return AskResult.model_validate(record["answer"])

    @server.tool(annotations=READ_ONLY)
    async def list_documents() -> DocumentList:
        """List the documents in the person's library."""
        return DocumentList.model_validate(await commands.last("list", {}))

    return server


class _Commands:
    """One command at a time, in one thread: the library's lock belongs to the thread that took it."""

    def __init__(self, carry_out: CarryOut) -> None:
        self._carry_out = carry_out
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="library")

    async def last(self, command: str, arguments: Record, progress: _Progress | None = None) -> Record:
        """The last record of a command. Raises `ToolError` with the sentence that a person would read."""
        last: Record = {}
        async with self._lock, aclosing(self._records(command, arguments)) as records:
            async for record in records:
                if "problem" in record:
                    raise ToolError(record["problem"])
                if progress is not None:
                    await progress.tell(record)
                last = record
        return last

    async def _records(self, command: str, arguments: Record) -> AsyncGenerator[Record, None]:
        """A call that is cancelled ends the command at its next record: within a token or a piece of the prompt."""
        loop = asyncio.get_running_loop()
        records = self._carry_out(command, arguments)
        try:
            while (record := await loop.run_in_executor(self._thread, next, records, None)) is not None:
                yield record
        except LamplightError as error:
            raise ToolError(str(error)) from error
        finally:
            # Behind the step that is under way, in the same thread; nobody has to wait for it.
            self._thread.submit(records.close)  # type: ignore[attr-defined]  # of a generator


class _Progress:
    """An answer's records as MCP's progress, from 0 to 1 and never back."""

    def __init__(self, context: Call) -> None:
        self._context = context
        self._tokens = 0
        self._said = 0.0
        self._fraction = -1.0
        self._text = ""

    async def tell(self, record: Record) -> None:
        if "searching" in record:
            await self._report(0.0, "Searching the documents")
        elif "evidence" in record:
            places = (f"{document}, page {page}" for document, page in record["evidence"])
            await self._report(READ_FROM, "; ".join(places))
        elif "reading" in record:
            await self._report(READ_FROM + (WRITTEN_FROM - READ_FROM) * record["reading"], "Reading the passages")
        elif "token" in record:
            self._tokens += 1
            self._text += record["token"]
            if time.monotonic() - self._said > PROGRESS_SECONDS:
                written = self._tokens / (self._tokens + USUAL_TOKENS)
                await self._report(WRITTEN_FROM + (1 - WRITTEN_FROM) * written, self._text)

    async def _report(self, fraction: float, message: str) -> None:
        if fraction > self._fraction:  # the protocol has it grow with every notification
            self._fraction, self._said = fraction, time.monotonic()
            await self._context.report_progress(fraction, 1.0, message)
