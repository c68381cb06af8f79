"""The page before all others for who comes from elsewhere in the house: a name and the household's password."""

from __future__ import annotations

import math
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from lamplight.languages import gettext, ngettext, number, sentence
from lamplight.languages.html import page_in_language
from lamplight.library.conversations import person_key
from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.network import is_loopback, parsed_address
from lamplight.ui.household.sessions import LASTING
from lamplight.ui.household.visitor import shown, without_paths
from lamplight.ui.requests import body_of

if TYPE_CHECKING:
    from lamplight.ui.household.sessions import Household

SIGN_IN = "/sign-in"
PAGE = Path(__file__).parent.parent / "assets" / "sign_in.html"
FORM_BYTES = 4_000
LONGEST_NAME = 40  # characters
NAMELESS = sentence("Write your name, in {longest} characters at most.")
UNINVITED = sentence("This code was used already, or it is older than five minutes. Show another one in the settings.")
# Not a redirect: the strict cookie isn't sent with one that another program's link began.
ONWARDS = '<!doctype html><html lang="en"><title>Lamplight</title><meta http-equiv="refresh" content="0; url=/"></html>'
WRONG = sentence("That is not the household’s password.")
MINUTE = 60
# The first that fits: an iPad says that it is a Mac, Edge that it is Chrome, and all that they are Safari.
DEVICES = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "Chromebook", "Windows": "Windows",
    "Macintosh": "Mac", "Linux": "Linux",
}  # fmt: skip
BROWSERS = {
    "Edg": "Edge",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
ON = " on "
UNKNOWN_DEVICE = sentence("Another program")


def session_cookie(port: int) -> str:
    """Its name makes browsers take it from an encrypted page of this very host alone (RFC 6265bis, `__Host-`)."""
    return f"__Host-lamplight-{port}"


def sign_in_page(problem: str = "", name: str = "", status: int = HTTPStatus.OK, wait: float = 0.0) -> HTMLResponse:
    """With what went wrong, and what was typed as the name. `wait` is in seconds."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(math.ceil(wait))} if wait else {})
    page = Template(page_in_language(PAGE.read_text(encoding="utf-8")))
    return HTMLResponse(page.substitute(problem=escape(problem), name=escape(name)), status, headers)


def sign_in_routes(household: Household, port: int) -> APIRouter:
    """The only ones, beside an icon, that the guard leaves open to other devices."""
    router = APIRouter()

    def signed_in(response: Response, token: str) -> Response:
        response.set_cookie(
            session_cookie(port), token, max_age=int(LASTING), path="/", secure=True, httponly=True, samesite="strict"
        )
        return response

    @router.get(SIGN_IN)
    def page(request: Request, invitation: str = "") -> Response:
        """The page; or, for who was invited, straight in."""
        if not invitation or not household.serving or request.client is None or is_loopback(request.client.host):
            return sign_in_page()
        device = device_name(request.headers.get("user-agent", ""))
        token = household.accept(invitation, device, str(parsed_address(request.client.host)))
        if token is None:
            return sign_in_page(gettext(UNINVITED), status=HTTPStatus.UNAUTHORIZED)
        return signed_in(HTMLResponse(ONWARDS, headers={"Cache-Control": "no-store"}), token)

    @router.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        if not household.serving or request.client is None or is_loopback(request.client.host):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        form, address = await _form(request), str(parsed_address(request.client.host))
        name, password = " ".join(form.get("name", "").split()), form.get("password", "")
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or not person_key(name):
            problem = gettext(NAMELESS).format(longest=LONGEST_NAME)
            return sign_in_page(problem, name[:LONGEST_NAME], HTTPStatus.UNPROCESSABLE_ENTITY)
        if wait := household.attempts.begin(address):
            return _told_to_wait(name, wait)
        known = await run_in_threadpool(household.fits, password)
        if known is None:
            wait, wrong = household.attempts.wait(address), gettext(WRONG)
            return _told_to_wait(name, wait, wrong) if wait else sign_in_page(wrong, name, HTTPStatus.UNAUTHORIZED)
        household.attempts.succeed(address)
        device = device_name(request.headers.get("user-agent", ""))
        try:
            token = await run_in_threadpool(household.sign_in, name, device, address, known)
        except HouseholdError as error:
            problem = shown(without_paths(str(error), household.folder))
            return sign_in_page(problem, name, HTTPStatus.CONFLICT)
        return signed_in(RedirectResponse("/", HTTPStatus.SEE_OTHER), token)

    return router


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send it; each once."""
    body = await body_of(request, FORM_BYTES)
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _told_to_wait(name: str, wait: float, problem: str = "") -> HTMLResponse:
    length = math.ceil(wait) if wait <= MINUTE else math.ceil(wait / MINUTE)
    pause = (
        ngettext(
            "After several wrong ones there is a pause: try again in {n} second.",
            "After several wrong ones there is a pause: try again in {n} seconds.",
            length,
        )
        if wait <= MINUTE
        else ngettext(
            "After several wrong ones there is a pause: try again in {n} minute.",
            "After several wrong ones there is a pause: try again in {n} minutes.",
            length,
        )
    ).format(n=number(length))
    return sign_in_page(f"{problem} {pause}".strip(), name, HTTPStatus.TOO_MANY_REQUESTS, wait)


def device_name(user_agent: str) -> str:
    """What a person knows their device by, as far as its browser tells: "Firefox on Android"."""
    device = next((name for word, name in DEVICES.items() if word in user_agent), "")
    browser = next((name for word, name in BROWSERS.items() if word in user_agent), "")
    return ON.join(filter(None, (browser, device))) or UNKNOWN_DEVICE


def device_shown(device: str) -> str:
    """What `device_name` made, in the language that is spoken here: it is kept in English."""
    browser, on, machine = device.partition(ON)
    return gettext("{browser} on {device}").format(browser=browser, device=machine) if on else gettext(device)
