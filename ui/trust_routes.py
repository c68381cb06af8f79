"""What a person can check and take along: what left this computer, where the data is, backup, restore, erasing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from library.database import DATABASE
from models.connections import CONNECTIONS
from models.vision import models_folder

if TYPE_CHECKING:
    from ui.services import Services


def trust_routes(services: Services) -> APIRouter:
    """To be included before Gradio is mounted at the root."""
    router = APIRouter()

    @router.get("/trust")
    def trust(sizes: bool = True) -> JSONResponse:
        """With `sizes=false` the folders are not walked through, for a badge that asks again and again."""
        value = connections_value() | (data_value(services) if sizes else {})
        return JSONResponse(value, headers={"Cache-Control": "no-store"})

    return router


def connections_value() -> dict[str, Any]:
    """Connections that left since the start and those that were blocked; the newest one by one, newest first."""
    CONNECTIONS.look()
    return {
        "connections": CONNECTIONS.left,
        "blocked": CONNECTIONS.blocked,
        "listed": [asdict(attempt) for attempt in CONNECTIONS.listed],
        "since": CONNECTIONS.since,
    }


def data_value(services: Services) -> dict[str, Any]:
    """Where the data is, bytes by kind, and bytes free on that disk."""
    folder, prepared = services.library.folder, services.models.folder
    contexts = prepared / "contexts"
    caches = _bytes(contexts.rglob("*"))
    return {
        "library": str(folder),
        "documents": len(services.library.documents()),
        "conversations": len(services.library.conversations()),
        "sizes": {
            "originals": _bytes((folder / "files").rglob("*")),
            "database": _bytes(folder.glob(f"{DATABASE}*")),
            "vectors": _bytes((folder / "vectors").rglob("*")),
            "caches": caches,
            "models": _bytes(prepared.rglob("*")) - caches + _bytes(models_folder().rglob("*")),
        },
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
