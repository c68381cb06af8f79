"""The terminal's commands over HTTP, for when the open app holds the library.

Behind the same guard as the page: the key is read from a file that only the library's owner can read.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request

from lamplight.library.errors import LibraryBusy
from lamplight.ui.commands import COMMANDS, Record, run
from lamplight.ui.streaming import StreamedResponse

if TYPE_CHECKING:
    from lamplight.ui.services import Services

ROUTE = "/commands"


def command_routes(services: Services) -> APIRouter:
    """One route that streams a command's records, one JSON object a line."""
    router = APIRouter()

    @router.post(ROUTE + "/{command}")
    async def carry_out(command: str, request: Request) -> StreamedResponse:
        if command not in COMMANDS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        arguments = await request.json()

        def lines() -> Generator[str | bytes, None, None]:
            with closing(run(services, command, arguments)) as records:
                for record in records:
                    yield json.dumps(record) + "\n"

        return StreamedResponse(lines(), "application/x-ndjson")

    return router


def run_elsewhere(busy: LibraryBusy, command: str, arguments: Record) -> Iterator[Record]:
    """Have the process that holds the library carry out a command. Raises `busy` when it can't be reached."""
    where = urlsplit(busy.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    headers = {"Cookie": f"lamplight-{where.port}={busy.key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"{ROUTE}/{command}", json.dumps(arguments), headers)
        response = connection.getresponse()
        if response.status != HTTPStatus.OK:
            raise busy
        for line in response:
            yield json.loads(line)
    except (OSError, http.client.HTTPException):
        raise busy from None
    finally:
        connection.close()
