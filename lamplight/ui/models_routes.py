"""The routes behind `assets/models.js`: see the models, choose one, download, pause, remove."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from lamplight.errors import WeightsError
from lamplight.languages import translated
from lamplight.models.server import Server
from lamplight.models.server_key import key_for
from lamplight.models.server_model import ServerModel
from lamplight.ui.embedders_view import embedder_rows
from lamplight.ui.models_view import UNDER_WAY, models_value, offer_value
from lamplight.ui.requests import act

if TYPE_CHECKING:
    from lamplight.ui.services import Services


After = Callable[[Callable[[], object]], Awaitable[JSONResponse]]
"""Does something and answers with what the models are then."""


def models_routes(services: Services) -> APIRouter:
    """Each answers with the new state of all models, or with 422 and a sentence."""
    router = APIRouter()
    models = services.models

    async def after(action: Callable[[], object]) -> JSONResponse:
        def work() -> dict[str, Any]:
            action()
            value, rows = models_value(models), embedder_rows(services)
            moving = models.embedders.preparing or any(row["moving"] or row["state"] in UNDER_WAY for row in rows)
            return value | {"models": [*value["models"], *rows], "busy": value["busy"] or bool(moving)}

        return await act(work)

    @router.get("/models")
    async def everything() -> JSONResponse:
        return await after(lambda: None)

    @router.get("/models/offer")
    async def offer() -> JSONResponse:
        return await act(offer_value, models)

    @router.post("/models/choose")
    async def choose(path: str | None = Body(embed=True)) -> JSONResponse:
        """`path` null stands for the model that comes with Lamplight."""
        return await after(lambda: models.choose_language_model(None if path is None else _typed_path(path)))

    @router.post("/models/embedder")
    async def choose_embedder(path: str | None = Body(embed=True)) -> JSONResponse:
        """`path` of a folder; null stands for the one that comes with Lamplight."""
        return await after(lambda: models.embedders.choose(None if path is None else _typed_path(path)))

    @router.post("/models/extension")
    async def choose_added(name: str = Body(embed=True)) -> JSONResponse:
        return await after(lambda: models.choice.choose_added(name))

    _add_server(router, services, after)
    _add_downloads(router, services, after)
    return router


def _add_server(router: APIRouter, services: Services, after: After) -> None:
    choice = services.models.choice

    @router.post("/models/server/look")
    async def look(address: str = Body(), key: str | None = Body(None), permitted: bool = Body(False)) -> JSONResponse:
        """Which models a server offers. For one elsewhere that is not `permitted`, what a person is to be asked."""
        return await act(look_at_server, address, key, permitted)

    @router.post("/models/server")
    async def use_server(
        address: str = Body(),
        model: str = Body(),
        key: str | None = Body(None),
        permitted: bool = Body(False),
        spare: bool = Body(True),
        parameters: float = Body(0.0),
    ) -> JSONResponse:
        """`key` null stands for the one that was kept."""

        def use() -> None:
            server = replace(Server.at(address, permitted), model=model, spare=spare, parameters=parameters)
            choice.choose_server(server, key_for(server.address, key))

        return await after(use)


def _add_downloads(router: APIRouter, services: Services, after: After) -> None:
    models = services.models

    @router.post("/models/download")
    @router.post("/models/resume")
    async def download(name: str = Body(embed=True)) -> JSONResponse:
        return await after(lambda: models.downloads.start(name))

    @router.post("/models/pause")
    async def pause(name: str = Body(embed=True)) -> JSONResponse:
        return await after(lambda: models.downloads.pause(name))

    @router.post("/models/cancel")
    async def cancel(name: str = Body(embed=True)) -> JSONResponse:
        return await after(lambda: models.downloads.remove(name))

    @router.post("/models/native/start")
    async def compile_native() -> JSONResponse:
        """A person has allowed that the source is fetched."""
        return await after(models.native.start)

    @router.post("/models/native/cancel")
    async def cancel_native() -> JSONResponse:
        return await after(models.native.cancel)

    @router.delete("/models/{name}")
    async def remove(name: str) -> JSONResponse:
        return await after(lambda: models.remove_download(name))


def _typed_path(text: str) -> Path:
    """As file managers copy it, perhaps in quotation marks. Raises `WeightsError`."""
    try:
        return Path(text.strip().strip("\"'")).expanduser()
    except RuntimeError as error:
        raise WeightsError(f"{text} names nobody’s home on this computer; write out the whole path.") from error


def look_at_server(address: str, key: str | None, permitted: bool) -> dict[str, Any]:
    """Where a typed address leads and what is offered there, or what a person is to be asked first.

    Raises `ServerError`.
    """
    server = Server.at(address, permitted)
    value = {"address": server.address, "place": server.place, "host": server.host, "permission": "", "models": []}
    if not server.may_connect:
        return value | {"permission": translated(server.permission)}
    found = ServerModel(server, key_for(server.address, key)).models()
    return value | {"models": [asdict(one) for one in found]}
