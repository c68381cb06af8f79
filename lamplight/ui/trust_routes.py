"""What a person can check and take along: what left this computer, where the data is, backup, restore, erasing."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from lamplight import PROGRAM
from lamplight.languages import sentence, translated
from lamplight.library.database import DATABASE
from lamplight.library.errors import LibraryError
from lamplight.library.vector_places import VECTORS
from lamplight.models.folder import models_folder
from lamplight.models.loading import CONTEXTS
from lamplight.network.connections import CONNECTIONS
from lamplight.ui.commands import Record, run
from lamplight.ui.household.visitor import session_of
from lamplight.ui.requests import REFUSED, act, field
from lamplight.ui.routes import receive
from lamplight.ui.streaming import StreamedResponse

if TYPE_CHECKING:
    from lamplight.library.store import Library
    from lamplight.models.embedder import Embedder
    from lamplight.ui.household.sessions import Household
    from lamplight.ui.services import Services


TYPED = "erase"
NOT_EMPTY = sentence(
    "A backup fills an empty library: erase this one first, or restore into another folder in the terminal."
)
# Page pictures that the browser keeps are of documents that are gone.
FORGET_PICTURES = {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'}


def trust_routes(services: Services) -> APIRouter:
    """To be included before Gradio is mounted at the root."""
    router = APIRouter()

    @router.get("/trust")
    def trust(request: Request, sizes: bool = True) -> JSONResponse:
        """With `sizes=false` the folders are not walked through, for a badge that asks again and again.

        Where the data is on this computer, and how much of it, is for the person who sits there.
        """
        value = connections_value() | sharing_value(services.household)
        if sizes and session_of(request) is None:
            value |= data_value(services)
        return JSONResponse(value, headers={"Cache-Control": "no-store"})

    @router.post("/remembered/clear")
    async def clear() -> JSONResponse:
        def work() -> None:
            with services.models.scheduler.paused():  # or it would go on writing what is being forgotten
                services.models.forget()

        return await act(work)

    @router.post("/remembered/limit")
    async def limit(request: Request) -> JSONResponse:
        most = await field(request, "bytes", int)

        def work() -> None:
            try:
                services.models.contexts.set_limit(max(0, most))
            except OSError as error:
                raise LibraryError(f"The limit could not be kept ({error.strerror}).") from error

        return await act(work)

    _add_backups(router, services)
    return router


def _add_backups(router: APIRouter, services: Services) -> None:
    @router.get("/backup")
    def backup() -> StreamedResponse:
        from lamplight.library.backup import usual_name

        headers = {"Content-Disposition": f'attachment; filename="{usual_name()}"', "Cache-Control": "no-store"}
        return StreamedResponse(_packed(services.library, services.models.embedder), "application/zip", headers)

    @router.put("/restore")
    async def restore(request: Request, name: str = "The backup") -> JSONResponse:
        """The backup's bytes are the body."""
        library = services.library
        if not library.is_empty:
            raise HTTPException(REFUSED, NOT_EMPTY)
        with library.scratch() as scratch:
            file = scratch / (Path(name).name or "backup")
            with file.open("wb") as written:
                await receive(request, written.write, shutil.disk_usage(scratch).free)
            return await run_in_threadpool(_outcome, services, "restore", {"file": str(file)})

    @router.post("/erase")
    async def erase(request: Request) -> JSONResponse:
        typed = await field(request, "typed", str)
        return await run_in_threadpool(_outcome, services, "erase", {"yes": typed == TYPED})


def _packed(library: Library, embedder: Embedder) -> Generator[str | bytes, None, None]:
    """A backup as it is packed. An error in the middle breaks the download off, and what came is refused later."""
    from lamplight.library.backup import pack

    sent = _Sent()
    with closing(pack(library, embedder, sent)) as steps:
        for _ in steps:
            yield sent.take()
    yield sent.take()


class _Sent:
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _outcome(services: Services, command: str, arguments: Record) -> JSONResponse:
    """The last record of a command, or its problem as a refusal."""
    last: Record = {}
    for last in run(services, command, arguments):
        if "problem" in last:
            raise HTTPException(REFUSED, last["problem"])
    return JSONResponse(last, headers=FORGET_PICTURES)


def connections_value() -> dict[str, Any]:
    """Connections that left since the start and those that were blocked; the newest one by one, newest first."""
    CONNECTIONS.look()
    return {
        "connections": CONNECTIONS.left,
        "blocked": CONNECTIONS.blocked,
        "listed": [asdict(one) | {"reason": translated(one.reason)} for one in CONNECTIONS.listed],
        "since": CONNECTIONS.since,
    }


def sharing_value(household: Household) -> dict[str, Any]:
    """Whether other devices in the network can come in, and how many are signed in."""
    return {"household": household.serving, "signed_in": len(household.sessions()) if household.serving else 0}


def data_value(services: Services) -> dict[str, Any]:
    """Where the data is, bytes by kind, and bytes free on that disk."""
    folder, prepared = services.library.folder, services.models.folder
    caches = services.models.contexts.disk_usage()
    others = _bytes((prepared / CONTEXTS).rglob("*"))  # of other libraries too
    return {
        "library": str(folder),
        "prepared": str(prepared),
        "program": PROGRAM,
        "documents": len(services.library.documents.all()),
        "conversations": services.library.conversations.count(),
        "sizes": {
            "originals": _bytes(services.library.copies.folder.rglob("*")),
            "database": _bytes(folder.glob(f"{DATABASE}*")),
            "vectors": _bytes(folder.glob(f"{VECTORS}*/**/*")),
            "caches": caches,
            "models": _bytes(prepared.rglob("*")) - others + _bytes(models_folder().rglob("*")),
        },
        "limit": services.models.contexts.limit,
        "free": shutil.disk_usage(folder).free,
    }


def _bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # gone meanwhile
            continue
    return total
