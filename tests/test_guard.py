"""What the guard promises: only this machine, only this page, only this person."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from lamplight.ui.guard import Guard
from lamplight.ui.household.sessions import Household
from lamplight.ui.launch_key import launch_key

PORT = 7860
KEY = "k" * 32
LOCAL = ("127.0.0.1", 50000)
HERE = f"http://127.0.0.1:{PORT}"
ELSEWHERE = "http://evil.example"


def guarded(folder: Path, host: str = "127.0.0.1") -> FastAPI:
    app = FastAPI()

    @app.get("/")
    @app.get("/pages/{page}")
    def page(page: str = "") -> str:
        return "inside"

    @app.post("/change")
    def change() -> str:
        return "changed"

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("inside")
        await websocket.close()

    app.add_middleware(Guard, host=host, port=PORT, key=KEY, household=Household(folder))
    return app


@pytest.fixture
def stranger(tmp_path: Path) -> TestClient:
    """A browser that was never given the key."""
    return TestClient(guarded(tmp_path), base_url=HERE, client=LOCAL, follow_redirects=False)


@pytest.fixture
def owner(tmp_path: Path) -> TestClient:
    """A browser that opened the address with the key."""
    client = TestClient(guarded(tmp_path), base_url=HERE, client=LOCAL, follow_redirects=False)
    assert client.get(f"/?key={KEY}").status_code == 303
    return client


@pytest.mark.parametrize("other", ['a={"x": [1, 2]}', "a=b c", "a", "a@b=1", 'a="', f"lamplight-{PORT + 1}=x"])
def test_a_cookie_of_another_program_locks_nobody_out(tmp_path: Path, other: str) -> None:
    client = TestClient(guarded(tmp_path), base_url=HERE, client=LOCAL)
    for cookies in (f"{other}; lamplight-{PORT}={KEY}", f"lamplight-{PORT}={KEY}; {other}"):
        assert client.get("/", headers={"Cookie": cookies}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/pages/1", "/?key=", "/?key=wrong", f"/pages/1?key={KEY}"])
def test_without_the_key_there_is_only_a_page_that_says_what_to_do(stranger: TestClient, path: str) -> None:
    response = stranger.get(path)
    assert response.status_code == 401
    assert "printed an address" in response.text


def test_the_key_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(stranger: TestClient) -> None:
    response = stranger.get(f"/?key={KEY}&__theme=dark")
    assert response.headers["location"] == "/?__theme=dark"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/").json() == "inside"


def test_a_wrong_cookie_opens_nothing(tmp_path: Path) -> None:
    client = TestClient(guarded(tmp_path), base_url=HERE, client=LOCAL, cookies={f"lamplight-{PORT}": "wrong"})
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:80", "127.0.0.1", "", f"127.0.0.1.evil.example:{PORT}"]
)
def test_a_foreign_host_name_is_refused(owner: TestClient, host: str) -> None:
    assert owner.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_the_machines_own_names_are_known(owner: TestClient, host: str) -> None:
    assert owner.get("/", headers={"host": host}).status_code in (200, 401)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("192.168.1.20", 401), ("[fd00::2]", 401), ("rebound.example", 421)],
    ids=["an address", "an address in version 6", "a name that could be rebound"],
)
def test_behind_a_wildcard_any_bare_address_is_known_but_no_name(host: str, expected: int, tmp_path: Path) -> None:
    client = TestClient(guarded(tmp_path, "0.0.0.0"), base_url=HERE, client=LOCAL)
    assert client.get("/", headers={"host": f"{host}:{PORT}"}).status_code == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ELSEWHERE},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=["another origin", "an opaque origin", "another port", "cross-site", "same-site"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_site_can_neither_read_nor_change(owner: TestClient, method: str, headers: dict[str, str]) -> None:
    path = "/change" if method == "POST" else "/pages/1"
    assert owner.request(method, path, headers=headers).status_code == 403


def test_the_page_itself_can_do_both(owner: TestClient) -> None:
    headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
    assert owner.post("/change", headers=headers).json() == "changed"


def test_a_websocket_from_another_site_is_closed(owner: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), owner.websocket_connect("/socket", headers={"origin": ELSEWHERE}):
        pass


def test_every_response_keeps_the_page_from_reaching_out(owner: TestClient, stranger: TestClient) -> None:
    for response in (owner.get("/"), stranger.get("/")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy, "no script but our own files, none in an element, none made of text"
        assert "img-src 'self' data: blob:" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http:" not in policy
        assert "https:" not in policy
        assert response.headers["referrer-policy"] == "same-origin"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    key = launch_key(tmp_path / "library")
    assert launch_key(tmp_path / "library") == key
    assert (tmp_path / "library" / "key").stat().st_mode & 0o077 == 0
