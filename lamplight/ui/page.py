"""The page and what it is made of: its HTML, the stylesheets as one, and the scripts, a module to each part."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from lamplight.languages import language, languages, messages, plural_rule
from lamplight.languages.html import page_in_language
from lamplight.ui.requests import bytes_unless_known

ASSETS = Path(__file__).parent / "assets"
PAGE = ASSETS / "page.html"
PICTURE = ASSETS / "lamplight.png"
STYLESHEETS = ("base.css", "layout.css", "chat.css", "panels.css", "models.css", "trust.css")
MEDIA_TYPES = {".js": "text/javascript", ".png": "image/png"}


packed = lru_cache(maxsize=100)(gzip.compress)  # each script once, while it stays as it is


def _sent(request: Request, body: bytes, media_type: str) -> Response:
    """Packed for who can unpack it: telephones load the page over the air."""
    if not media_type.startswith("text/") or "gzip" not in request.headers.get("accept-encoding", ""):
        return bytes_unless_known(request, body, media_type)
    return bytes_unless_known(
        request, packed(body, mtime=0), media_type, {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    )


@lru_cache(maxsize=8)
def _catalogue(code: str) -> bytes:
    """`assets/catalogue.js` for a language, with what stands in the scripts: a third of all messages."""
    scripts = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("*.js"))
    needed = {message: said for message, said in messages(code).items() if _quoted(message) in scripts}
    lines = (
        f"export const messages = {_quoted(needed)};",
        f"export const plural = (n) => Number({plural_rule(code)});",
        f"export const languages = {_quoted(languages())};",
    )
    return "\n".join(lines).encode()


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def page_routes() -> APIRouter:
    """To be included before Gradio is mounted at the root, which has a page of its own there."""
    router = APIRouter()

    @router.get("/")
    def page(request: Request) -> Response:
        return _sent(request, page_in_language(PAGE.read_text(encoding="utf-8")).encode(), "text/html")

    @router.get("/favicon.ico")
    def favicon(request: Request) -> Response:
        return _sent(request, PICTURE.read_bytes(), "image/png")

    @router.get("/lamplight/page.css")
    def styles(request: Request) -> Response:
        body = b"\n".join((ASSETS / name).read_bytes() for name in STYLESHEETS)
        return _sent(request, body, "text/css")

    @router.get("/lamplight/catalogue.js")
    def catalogue(request: Request) -> Response:
        return _sent(request, _catalogue(language()), "text/javascript")

    # A name with a slash in it matches no route, and only the files listed here are served.
    assets = {path.name: path for path in ASSETS.iterdir() if path.suffix in MEDIA_TYPES}

    @router.get("/lamplight/{name}")
    def asset(name: str, request: Request) -> Response:
        if name not in assets:
            raise HTTPException(404)
        path = assets[name]
        return _sent(request, path.read_bytes(), MEDIA_TYPES[path.suffix])

    return router
