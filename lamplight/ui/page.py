"""The page and what it is made of: its HTML, the stylesheets as one, and the scripts, a module to each part."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from lamplight.ui.requests import bytes_unless_known

ASSETS = Path(__file__).parent / "assets"
PAGE = ASSETS / "page.html"
PICTURE = ASSETS / "lamplight.png"
STYLESHEETS = ("base.css", "layout.css", "chat.css", "panels.css", "models.css", "trust.css")
MEDIA_TYPES = {".js": "text/javascript", ".png": "image/png"}


def page_routes() -> APIRouter:
    """To be included before Gradio is mounted at the root, which has a page of its own there."""
    router = APIRouter()

    @router.get("/")
    def page(request: Request) -> Response:
        return bytes_unless_known(request, PAGE.read_bytes(), "text/html")

    @router.get("/favicon.ico")
    def favicon(request: Request) -> Response:
        return bytes_unless_known(request, PICTURE.read_bytes(), "image/png")

    @router.get("/lamplight/page.css")
    def styles(request: Request) -> Response:
        body = b"\n".join((ASSETS / name).read_bytes() for name in STYLESHEETS)
        return bytes_unless_known(request, body, "text/css")

    # A name with a slash in it matches no route, and only the files listed here are served.
    assets = {path.name: path for path in ASSETS.iterdir() if path.suffix in MEDIA_TYPES}

    @router.get("/lamplight/{name}")
    def asset(name: str, request: Request) -> Response:
        if name not in assets:
            raise HTTPException(404)
        path = assets[name]
        return bytes_unless_known(request, path.read_bytes(), MEDIA_TYPES[path.suffix])

    return router
