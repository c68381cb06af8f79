"""What the household is promised at the door: nobody without the password, everybody their own conversations."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.library.store import Library
from lamplight.ui.household.attempts import ALL, FREE, Attempts
from lamplight.ui.household.certificate import Certificate, own_certificate
from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.opening import certificate_for_others
from lamplight.ui.household.sessions import HOUSEHOLD_FILE, Household
from lamplight.ui.household.sign_in import device_name
from lamplight.ui.household.visitor import AT_THE_COMPUTER_ONLY
from lamplight.ui.server import build_app
from lamplight.ui.services import Services
from tests.members import PASSWORD
from tests.visits import KEY

PORT = 7860
THERE = f"https://192.168.1.20:{PORT}"
OPEN = {"/sign-in", "/favicon.ico"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return own_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def app(services: Services, certificate: Certificate) -> FastAPI:
    services.household.set_password(PASSWORD)
    return build_app(services, "0.0.0.0", PORT, KEY, certificate)


@pytest.fixture(autouse=True)
def fresh(services: Services) -> None:
    services.household.attempts = Attempts()


def device(app: FastAPI, address: str = "192.168.1.7", **more: Any) -> TestClient:
    return TestClient(app, base_url=THERE, client=(address, 50000), follow_redirects=False, **more)


def signed_in(app: FastAPI, name: str) -> TestClient:
    client = device(app)
    assert client.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
    return client


def routes_of(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, set[str]]]:
    """All paths with their methods, those of mounted apps too; a path of websockets has none."""
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_of(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            yield before + route.path, set(route.methods or {"GET"})
        elif isinstance(route, WebSocketRoute):
            yield before + route.path, set()
        else:
            # Routers that FastAPI keeps whole.
            inner = getattr(route, "original_router", None)
            assert inner is not None, f"what {route} answers to is not known"
            yield from routes_of(list(inner.routes), before)


def test_no_route_answers_another_device_without_a_session(app: FastAPI) -> None:
    stranger, seen = device(app), set()
    for path, methods in routes_of(app.routes):
        concrete = re.sub(r"\{[^}]+\}", "1", path)
        seen.add(path)
        if not methods:
            with pytest.raises(WebSocketDisconnect), stranger.websocket_connect(concrete.replace("http", "ws")):
                pass
        for method in methods if path not in OPEN else set():
            response = stranger.request(method, concrete)
            assert response.status_code == 401, (method, concrete)
            assert method == "HEAD" or "Sign in" in response.text or concrete.startswith("/v1/"), (method, concrete)
    assert {"/conversations", "/pages/{document_id}/{page}.png", "/documents/{document_id}/original"} <= seen
    assert {"/gradio_api/queue/join", "/gradio_api/queue/data", "/config", "/v1/chat/completions"} <= seen
    assert len(seen) > 80


def test_the_launch_key_opens_nothing_for_another_device(app: FastAPI) -> None:
    assert device(app).get(f"/?key={KEY}").status_code == 401
    assert device(app, cookies={f"lamplight-{PORT}": KEY}).get("/library").status_code == 401
    here = TestClient(app, base_url=f"http://127.0.0.1:{PORT}", client=("127.0.0.1", 5), follow_redirects=False)
    assert here.get(f"/?key={KEY}").status_code == 303
    assert here.get("/activity").json()["person"] is None


def test_another_device_is_told_nothing_in_plain_text(app: FastAPI) -> None:
    plain = TestClient(app, base_url=THERE.replace("https", "http"), client=("192.168.1.7", 5), follow_redirects=False)
    for response in (plain.get("/library"), plain.post("/sign-in", data={"name": "A", "password": PASSWORD})):
        assert response.status_code == 308
        assert response.headers["location"] == f"{THERE}/"


def test_who_knows_the_password_is_let_in_by_a_cookie_that_others_cannot_use(app: FastAPI) -> None:
    client = device(app)
    response = client.post("/sign-in", data={"name": " Anna\tMaria ", "password": PASSWORD})
    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-lamplight-7860=")
    for flag in ("secure", "httponly", "samesite=strict", "path=/"):
        assert flag in cookie
    assert "domain" not in cookie
    assert client.get("/activity").json()["person"] == "Anna Maria"


@pytest.mark.parametrize(
    ("name", "password", "status", "sentence"),
    [
        ("Anna", "wrong", 401, "not the household’s password"),
        ("Anna", "", 401, "not the household’s password"),
        ("", PASSWORD, 422, "Write your name"),
        ("a" * 41, PASSWORD, 422, "Write your name"),
        ("\u200b", PASSWORD, 422, "Write your name"),
    ],
)
def test_who_does_not_is_told_so(app: FastAPI, name: str, password: str, status: int, sentence: str) -> None:
    client = device(app)
    response = client.post("/sign-in", data={"name": name, "password": password})
    assert response.status_code == status
    assert sentence in response.text
    assert client.get("/library").status_code == 401


def test_what_was_typed_as_a_name_stays_text(app: FastAPI) -> None:
    response = device(app).post("/sign-in", data={"name": '"><script>x</script>', "password": "wrong"})
    assert "<script>x" not in response.text


def test_another_page_cannot_sign_anybody_in(app: FastAPI) -> None:
    form = {"name": "Anna", "password": PASSWORD}
    for origin in ("https://evil.example", "null", "https://192.168.1.21:7860", THERE.replace("https", "http")):
        assert device(app).post("/sign-in", data=form, headers={"Origin": origin}).status_code == 403


@pytest.mark.long
def test_five_wrong_passwords_wait_and_the_right_one_waits_with_them(app: FastAPI) -> None:
    client = device(app)
    for _ in range(FREE - 1):
        assert client.post("/sign-in", data={"name": "Anna", "password": "wrong"}).status_code == 401
    fifth = client.post("/sign-in", data={"name": "Anna", "password": "wrong"})
    assert fifth.status_code == 429
    assert re.search(r"try again in \d+ seconds", fifth.text)
    assert 0 < int(fifth.headers["retry-after"]) <= 30
    assert client.post("/sign-in", data={"name": "Anna", "password": PASSWORD}).status_code == 429
    assert device(app, "192.168.1.8").post("/sign-in", data={"name": "Bo", "password": PASSWORD}).status_code == 303


def test_attempts_wait_longer_each_time_by_address_and_all_together() -> None:
    now = 0.0
    attempts = Attempts(lambda: now)
    assert [attempts.begin("10.0.0.1") for _ in range(FREE)] == [0.0] * FREE
    assert attempts.begin("10.0.0.1") == 30.0
    now = 30.0
    assert attempts.begin("10.0.0.1") == 0.0
    assert attempts.wait("10.0.0.1") == 60.0
    attempts.succeed("10.0.0.1")
    assert attempts.begin("10.0.0.1") == 0.0
    # A device has all of a version 6 network to choose addresses from.
    assert [attempts.begin(f"fd00::{number}") for number in range(FREE)] == [0.0] * FREE
    assert attempts.begin("fd00::ffff") > 0
    assert attempts.begin("fd00:0:0:1::1") == 0.0
    for number in range(ALL):
        attempts.begin(f"10.1.{number}.1")
    assert attempts.begin("10.2.0.1") > 0
    now += 700.0
    assert attempts.begin("10.2.0.1") == 0.0


def test_many_guesses_at_once_are_no_way_around() -> None:
    attempts = Attempts()
    with ThreadPoolExecutor(8) as guessing:
        assert list(guessing.map(lambda _: attempts.begin("10.0.0.1"), range(50))).count(0.0) == FREE


def test_each_person_has_their_own_conversations_and_one_library(app: FastAPI, services: Services) -> None:
    library = services.library
    mine, annas = library.conversations.start("Mine"), library.conversations.start("Anna’s", person="anna")
    answer = library.messages.add(annas, "assistant", "Secret.", {"done": True})
    anna, again, bo = signed_in(app, "Anna"), signed_in(app, "  ANNA "), signed_in(app, "Bo")
    for client, titles in ((anna, ["Anna’s"]), (again, ["Anna’s"]), (bo, [])):
        assert [one["title"] for one in client.get("/conversations").json()] == titles
        assert client.get("/library").status_code == 200
    assert bo.get("/conversations?words=secret").json() == []
    for method, path in (
        ("GET", f"/conversations/{annas}/export.md"),
        ("GET", f"/conversations/{annas}/{answer}/table.csv"),
        ("GET", f"/sources/{annas}/{answer}"),
        ("POST", f"/conversations/{annas}/title"),
        ("POST", f"/conversations/{annas}/remove"),
        ("POST", f"/conversations/{annas}/restore"),
        ("POST", f"/conversations/{annas}/stop"),
        ("POST", f"/typed?conversation={annas}"),
    ):
        assert bo.request(method, path, json={"title": "Bo’s"}).status_code == 404, path
        assert anna.request(method, path.replace(str(annas), str(mine)), json={"title": "x"}).status_code == 404, path
    assert "Secret." in anna.get(f"/conversations/{annas}/export.md").text
    assert [one.title for one in library.conversations.all(person="anna")] == ["Anna’s"]
    at_the_computer = {one.id for one in library.conversations.all()}
    assert mine in at_the_computer and annas not in at_the_computer


def test_only_the_person_at_the_computer_reaches_beyond_the_library(app: FastAPI) -> None:
    anna = signed_in(app, "Anna")
    open_to_all = {
        "/", "/activity", "/collections", "/conversations", "/documents", "/favicon.ico", "/files", "/jobs",
        "/lamplight", "/library", "/pages", "/papers", "/papers.csv", "/places", "/queue", "/removals", "/samples",
        "/sessions", "/sign-in", "/sources", "/stream", "/trust", "/typed", "/v1",
    }  # fmt: skip
    gradios = {path for route in app.routes if isinstance(route, Mount) for path, _ in routes_of([route])}
    own = {path for path, _ in routes_of(app.routes)} - gradios
    roots = {"/" + path.split("/")[1] for path in own}
    assert roots - open_to_all - set(AT_THE_COMPUTER_ONLY) == set(), "say who may go there: household/visitor.py"
    for path, methods in routes_of(app.routes):
        if "/" + path.split("/")[1] in AT_THE_COMPUTER_ONLY:
            for method in methods:
                assert anna.request(method, re.sub(r"\{[^}]+\}", "1", path)).status_code == 403, path
    assert anna.get("/gradio_api/dev/reload").status_code == 404
    assert "library" not in anna.get("/trust").json()


def test_what_is_sent_is_not_taken_into_memory_whole(app: FastAPI) -> None:
    anna = signed_in(app, "Anna")
    assert anna.post("/typed", content=b"a" * 2_000_000).status_code == 413
    assert anna.post("/collections", content=b"a" * 2_000_000).status_code == 413
    moved = anna.post("/collections/1/documents", json={"documents": [], "inside": True})
    assert moved.status_code < 500, "of a body several fields are read"


def test_of_a_file_that_is_damaged_in_part_nothing_is_believed(tmp_path: Path) -> None:
    Household(tmp_path).set_password(PASSWORD)
    assert Household(tmp_path).has_password
    file = tmp_path / HOUSEHOLD_FILE
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"sessions": [{}]}), encoding="utf-8")
    assert not Household(tmp_path).has_password


def test_an_ended_session_is_out_at_once_and_tokens_are_kept_hashed(app: FastAPI, services: Services) -> None:
    anna, bo = signed_in(app, "Anna E."), signed_in(app, "Bo E.")
    (own,) = anna.get("/sessions").json()
    assert own["this"]
    token = next(iter(anna.cookies.jar)).value
    kept = (services.library.folder / HOUSEHOLD_FILE).read_text(encoding="utf-8")
    assert token is not None
    assert token not in kept
    assert PASSWORD not in kept
    assert (services.library.folder / HOUSEHOLD_FILE).stat().st_mode & 0o077 == 0
    bo.post(f"/sessions/{own['id']}/end")
    assert anna.get("/library").status_code == 200, "another person’s session is not theirs to end"
    assert Household(services.library.folder).session(token) is not None, "it lasts over a restart"
    services.household.end(own["id"])
    assert anna.get("/library").status_code == 401
    (own,) = bo.get("/sessions").json()
    ended = bo.post(f"/sessions/{own['id']}/end")
    assert ended.json() is True, "the answer to signing out comes whole"
    assert bo.get("/library").status_code == 401


def test_another_password_ends_all_sessions(tmp_path: Path) -> None:
    household = Household(tmp_path)
    assert not household.fits("")
    with pytest.raises(HouseholdError, match="8 characters"):
        household.set_password("short")
    household.set_password("grüner Tee")
    known = household.fits("gru\u0308ner Tee")
    assert known, "however it is composed"
    token = household.sign_in("Anna", "Chrome on Android", "192.168.1.7", known)
    household.set_password("schwarzer Tee")
    assert household.session(token) is None
    with pytest.raises(HouseholdError, match="changed just now"):  # while it was being compared
        household.sign_in("Anna", "Chrome on Android", "192.168.1.7", known)
    assert not household.fits("grüner Tee")


def test_an_invitation_signs_in_a_device_of_the_person_at_the_computer_once(
    app: FastAPI, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = services.library.conversations.start("At the computer")
    first, second, late = device(app), device(app), device(app)
    here = TestClient(app, base_url=f"http://127.0.0.1:{PORT}", client=("127.0.0.1", 5), follow_redirects=False)
    here.get(f"/?key={KEY}")
    for client, status in ((first, 401), (here, 200)):
        assert client.post("/household/invitation").status_code == status
    invitation = here.post("/household/invitation").json()["invitation"]
    assert device(app).get("/sign-in?invitation=wrong").status_code == 401
    assert first.get(f"/sign-in?invitation={invitation}").status_code == 200
    assert number in {one["id"] for one in first.get("/conversations").json()}
    assert first.get("/activity").json()["person"] == ""
    assert first.get("/folders").status_code == 403, "it is another device all the same"
    assert second.get(f"/sign-in?invitation={invitation}").status_code == 401
    invitation = services.household.invite()
    monkeypatch.setattr("lamplight.ui.household.sessions.INVITED", -1.0)
    assert late.get(f"/sign-in?invitation={services.household.invite()}").status_code == 401
    assert late.get(f"/sign-in?invitation={invitation}").status_code == 401, "another one ended it"
    assert late.get("/library").status_code == 401


def test_a_stream_to_a_device_that_is_signed_out_ends(
    app: FastAPI, services: Services, certificate: Certificate
) -> None:
    from starlette.responses import StreamingResponse

    said, more = threading.Event(), threading.Event()
    small = build_app(services, "0.0.0.0", PORT, KEY, certificate)

    def pieces() -> Iterator[str]:
        yield "first"
        said.set()
        more.wait(60)
        yield "second"

    small.router.routes.insert(0, Route("/stream", lambda request: StreamingResponse(pieces())))
    anna = signed_in(small, "Anna S.")
    with ThreadPoolExecutor(1) as reading:
        streamed = reading.submit(anna.get, "/stream")
        assert said.wait(60)
        services.household.end(services.household.sessions("anna s.")[0].id)
        more.set()
        assert streamed.result().text == "first"


def test_the_certificate_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = own_certificate(tmp_path)
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)
    assert own_certificate(tmp_path) == made
    assert made.key.stat().st_mode & 0o077 == 0
    given = Certificate.read(made.certificate, made.key)
    assert (given.fingerprint, given.given) == (made.fingerprint, True)


def test_on_first_use_the_password_is_asked_for_where_somebody_can_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    household = Household(tmp_path)
    assert certificate_for_others(household, "127.0.0.1", None) is None
    with pytest.raises(HouseholdError, match="Without a password"):
        certificate_for_others(household, "0.0.0.0", None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    typed = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("lamplight.ui.household.opening.getpass", lambda prompt: next(typed))
    with pytest.raises(HouseholdError, match="not the same"):
        certificate_for_others(household, "0.0.0.0", None)
    assert certificate_for_others(household, "0.0.0.0", None) == own_certificate(tmp_path)
    assert household.fits(PASSWORD)
    assert certificate_for_others(household, "0.0.0.0", None) is not None  # and is not asked for again


def test_where_only_this_computer_can_connect_nobody_signs_in(services: Services) -> None:
    was = services.household.serving
    alone = build_app(services, "127.0.0.1", PORT, KEY)
    assert device(alone).post("/sign-in", data={"name": "Anna", "password": PASSWORD}).status_code in (404, 421)
    services.household.serving = was


def test_what_was_kept_and_is_damaged_lets_nobody_in(tmp_path: Path) -> None:
    for content in ("", "{}", json.dumps({"password": {"salt": 1}, "sessions": []})):
        (tmp_path / HOUSEHOLD_FILE).write_text(content, encoding="utf-8")
        assert not Household(tmp_path).has_password


def test_conversations_of_before_belong_to_the_person_at_the_computer(library: Library) -> None:
    number = library.conversations.start("Old")
    assert library.conversations.belongs_to(number, AT_THE_COMPUTER)
    assert not library.conversations.belongs_to(number, "anna")
    library.conversations.start("Anna’s", person="anna")
    assert library.conversations.count() == 2


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8", "Another program"),
    ],
)  # fmt: skip
def test_a_device_is_called_as_a_person_knows_it(agent: str, name: str) -> None:
    assert device_name(agent) == name
