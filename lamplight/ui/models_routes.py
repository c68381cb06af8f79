"""The routes behind `assets/models.js`: see the models, choose one, download, pause, remove."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from lamplight.models.errors import WeightsError
from lamplight.ui.models_view import models_value, offer_value
from lamplight.ui.requests import act

if TYPE_CHECKING:
    from lamplight.ui.services import Services


def models_routes(services: Services) -> APIRouter:
    """Each answers with the new state of all models, or with 422 and a sentence."""
    router = APIRouter()
    models = services.models

    async def after(action: Callable[[], object]) -> JSONResponse:
        def work() -> dict[str, Any]:
            action()
            return models_value(models)

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

    @router.delete("/models/{name}")
    async def remove(name: str) -> JSONResponse:
        return await after(lambda: models.remove_download(name))

    return router


def _typed_path(text: str) -> Path:
    """As file managers copy it, perhaps in quotation marks. Raises `WeightsError`."""
    try:
        return Path(text.strip().strip("\"'")).expanduser()
    except RuntimeError as error:
        raise WeightsError(f"{text} names nobody’s home on this computer; write out the whole path.") from error
