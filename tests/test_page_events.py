"""What is promised of a tab's events: they are its person's, whoever else knows their names."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from lamplight.samples import HANDBOOK
from lamplight.ui.household.sessions import Session
from lamplight.ui.household.visitor import SESSION
from lamplight.ui.page_events import KEPT, Names, PageEvents
from lamplight.ui.services import Services
from tests.members import ADDRESSES, PASSWORD, House, Member, conversation_of, signed_in
from tests.visits import KEY
from tests.waiting import until

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="this machine is in no network")


@pytest.fixture(scope="module")
def house(house: House, services: Services) -> House:
    """With something in the library."""
    services.queue.submit(HANDBOOK, HANDBOOK.name)
    until(lambda: len(services.library.documents.all()) == 1)
    return house


@pytest.fixture
def bo(house: House) -> Iterator[Member]:
    with signed_in(house.there, "Bo", PASSWORD) as member:
        yield member


def test_who_knows_the_name_of_anothers_call_is_not_told_what_came_of_it(anna: Member, bo: Member) -> None:
    event = anna.call("ask", question="Compare a full plot with a half plot.").json()["event_id"]
    refused = bo.http.get(f"/gradio_api/call/ask/{event}")
    assert refused.status_code == 403
    assert "conversation" not in refused.text
    conversation = conversation_of(anna.http.get(f"/gradio_api/call/ask/{event}"))
    assert "plot" in anna.streamed(conversation)
    assert "plot" not in bo.streamed(conversation)


@pytest.mark.long
def test_ones_own_calls_are_told_on_any_device(anna: Member, house: House) -> None:
    event = anna.call("ask").json()["event_id"]
    with signed_in(house.there, " anna", PASSWORD) as again:
        assert conversation_of(again.http.get(f"/gradio_api/call/ask/{event}"))


def test_a_call_has_a_body_of_bounded_size_that_says_what_is_wanted(anna: Member) -> None:
    for body in (b"", b"[]", b"{", b"\xff"):
        assert 400 <= anna.http.post("/gradio_api/call/ask", content=body).status_code < 500
    assert anna.http.post("/gradio_api/call/ask", content=b" " * 1_000_001).status_code == 413


def test_what_the_page_does_not_use_of_gradio_is_closed_to_everybody(anna: Member, house: House) -> None:
    with httpx.Client(base_url=house.here, follow_redirects=True, timeout=60) as here:
        assert here.get("/", params={"key": KEY}).status_code == 200
        for client in (anna.http, here):
            for path in (
                "upload", "component_server", "deep_link?session_hash=a", "file=/etc/hostname", "file/x", "info",
                "proxy=http://127.0.0.1/", "api/predict", "run/show", "queue/join/",
                "queue/status", "queue/join", "queue/data", "cancel", "run/predict", "reset", "startup-events",
                "heartbeat/a", "stream/a/1/2/playlist.m3u8", "dev/reload", "vibe-code", "openapi.json", "app_id",
            ):  # fmt: skip
                for method in ("GET", "POST"):
                    assert client.request(method, f"/gradio_api/{path}").status_code == 404, path
            for path in ("/login", "/monitoring", "/svelte/x", "//gradio_api/upload", "/gradio_api/../gradio_api/info"):
                assert client.get(path).status_code == 404, path


def test_what_a_named_function_says_is_told_to_who_called_it() -> None:
    def call(request: Request) -> JSONResponse:
        return JSONResponse({"event_id": request.query_params["event"]})

    def come(request: Request) -> PlainTextResponse:
        return PlainTextResponse("Anna’s")

    app = Starlette(
        routes=[Route("/gradio_api/call/ask", call, methods=["POST"]), Route("/gradio_api/call/ask/{event}", come)]
    )

    def of(person: str) -> TestClient:
        session = Session("", person, "", "", 0, 0)

        async def known(scope: Scope, receive: Receive, send: Send) -> None:
            scope[SESSION] = session
            await events(scope, receive, send)

        return TestClient(known)

    events = PageEvents(app)
    anna, bo = of("Anna"), of("Bo")
    assert anna.post("/gradio_api/call/ask?event=annas", json={"data": []}).status_code == 200
    assert bo.get("/gradio_api/call/ask/annas").status_code == 403
    assert bo.get("/gradio_api/call/ask/unknown").status_code == 403
    assert anna.get("/gradio_api/call/ask/annas").text == "Anna’s"


def test_a_person_loses_only_names_of_their_own() -> None:
    names = Names()
    assert names.claim("annas", "anna")
    assert names.claim("first", "bo")
    for number in range(KEPT):
        assert names.claim(str(number), "bo")
    assert not names.owns("first", "bo")
    assert names.owns("annas", "anna")
    assert not names.claim("annas", "bo")
