"""What other programs on this computer get of the library, asked for with the protocol's own client over stdio."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mcp
import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.samples import HANDBOOK
from lamplight.ui.services import Services
from tests.visits import held_open

ROOT = Path(__file__).parent.parent
QUESTION = "When are bonfires allowed?"


@pytest.fixture(scope="module")
def folder(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the handbook. Tests only ask it."""
    folder = tmp_path_factory.mktemp("mcp") / "library"
    with Library(folder) as library:
        assert index_file(HANDBOOK, library, models).status == "added"
    return folder


@pytest.fixture
def held(services: Services) -> Iterator[Path]:
    """Such a library while the browser app holds it."""
    assert index_file(HANDBOOK, services.library, services.models).status == "added"
    with held_open(services) as folder:
        yield folder


def talk(folder: Path, conversation: Callable[[Any], Awaitable[Any]]) -> Any:
    """What `conversation` returns of a client that has started the server on `folder`."""

    async def connected() -> Any:
        server = mcp.StdioServerParameters(
            command=sys.executable, args=[str(ROOT / "app.py"), "mcp", "--library", str(folder)]
        )
        async with mcp.Client(server) as client:
            return await conversation(client)

    # In a thread of its own: the browser's tests keep an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(connected())).result()


def test_an_answer_comes_with_document_page_and_text_and_says_how_far_it_is(folder: Path) -> None:
    told: list[float] = []

    async def progress(fraction: float, total: float | None, message: str | None) -> None:
        assert total == 1.0
        assert message
        told.append(fraction)

    async def conversation(client: Any) -> Any:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == {"search", "ask", "list_documents"}
        return await client.call_tool("ask", {"question": QUESTION}, progress_callback=progress)

    answer = talk(folder, conversation).structured_content
    assert "1 November" in answer["answer"]
    assert answer["refused"] is False
    citation = answer["citations"][0]
    assert (citation["document"], citation["page"]) == (HANDBOOK.name, 3)
    assert "1 November" in citation["text"]
    assert told == sorted(set(told))
    assert len(told) > 3


@pytest.mark.long
def test_it_works_while_the_app_is_open(held: Path) -> None:
    async def conversation(client: Any) -> Any:
        listed = await client.call_tool("list_documents")
        found = await client.call_tool("search", {"query": "bonfires", "top": 1})
        return listed.structured_content, found.structured_content

    listed, found = talk(held, conversation)
    assert [document["name"] for document in listed["documents"]] == [HANDBOOK.name]
    assert (found["passages"][0]["page"], "Bonfires" in found["passages"][0]["text"]) == (3, True)


@pytest.mark.long
def test_an_answer_that_is_cancelled_stops_and_the_next_call_is_served(folder: Path) -> None:
    async def conversation(client: Any) -> Any:
        begun = asyncio.Event()

        async def progress(fraction: float, total: float | None, message: str | None) -> None:
            begun.set()

        asked = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}, progress_callback=progress))
        await begun.wait()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        return await client.call_tool("list_documents")

    assert talk(folder, conversation).is_error is False


@pytest.mark.long
def test_what_goes_wrong_is_told_in_a_sentence(folder: Path) -> None:
    async def conversation(client: Any) -> Any:
        return await client.call_tool("search", {"query": "bonfires", "document": "fence.txt"})

    result = talk(folder, conversation)
    assert result.is_error is True
    assert "There is no document fence.txt here; `list` shows what there is." in result.content[0].text


@pytest.mark.long
def test_stdout_carries_nothing_but_the_protocol(folder: Path) -> None:
    hello = {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}
    }  # fmt: skip
    arguments = {"name": "search", "arguments": {"query": "bonfires"}}
    said = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": arguments},
    ]
    command = [sys.executable, "app.py", "mcp", "--library", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for message in said:
            server.stdin.write(json.dumps(message) + "\n")
        server.stdin.flush()
        heard = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.wait() == 0
    assert [message["id"] for message in heard] == [1, 2]
    assert heard[1]["result"]["structuredContent"]["passages"][0]["document"] == HANDBOOK.name
