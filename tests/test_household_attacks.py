"""What a hostile member of the household may try, or a hostile page in the browser: as raw bytes."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from PIL import Image

from lamplight.samples import HANDBOOK
from lamplight.ui.access_token import make_access_token
from lamplight.ui.household.sign_in import session_cookie
from lamplight.ui.services import Services
from tests.members import ADDRESSES, PASSWORD, House, Member, signed_in
from tests.visits import KEY
from tests.waiting import until

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="this machine is in no network")


@pytest.fixture(scope="module")
def house(house: House, services: Services) -> House:
    """With something in the library."""
    services.queue.submit(HANDBOOK, HANDBOOK.name)
    until(lambda: len(services.library.documents.all()) == 1)
    return house


@pytest.fixture(scope="module")
def intruders() -> Iterator[tuple[ExitStack, list[Member]]]:
    with ExitStack() as stack:
        yield stack, []


@pytest.fixture
def intruder(house: House, services: Services, intruders: tuple[ExitStack, list[Member]]) -> Member:
    """Signed in once for all that is only refused, as signing in takes half a second on purpose; and again after a test
    that has ended all sessions.
    """
    stack, known = intruders
    if not services.household.sessions("ivan"):
        known.append(stack.enter_context(signed_in(house.there, "Ivan", PASSWORD)))
    return known[-1]


def port_of(house: House) -> int:
    return int(house.here.rsplit(":", 1)[1])


def raw(house: House, head: str, cookie: str = "", body: bytes = b"", here: bool = False) -> tuple[int, bytes]:
    """Status and all that was sent for a request as it is written here, line by line."""
    port = port_of(house)
    lines = head.format(host=f"{'127.0.0.1' if here else ADDRESSES[0]}:{port}").split("\n")
    lines += [f"Cookie: {cookie}"] if cookie else []
    whole = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body
    with socket.create_connection(("127.0.0.1" if here else ADDRESSES[0], port), timeout=60) as plain:
        context = ssl.create_default_context(cafile=str(house.certificate.certificate))
        with plain if here else context.wrap_socket(plain, server_hostname=ADDRESSES[0]) as connection:
            connection.sendall(whole)
            told = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(told.split(b" ", 2)[1]), told


def cookie_of(member: Member) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in member.http.cookies.jar)


@pytest.mark.parametrize(
    "target",
    [
        "/backup", "//backup", "/./backup", "/x/../backup", "/%62ackup", "/backup/", "/backup%2f", "/backup;x",
        "/backup%00", "/backup?x", "http://{host}/backup", "/BACKUP", "/\\backup", "/folders", "/folders/inside?path=/",
        "/models", "/household", "/access", "/v1/../backup", "/v1/../../access", "/gradio_api/../backup",
        "/lamplight/../backup",
    ],
)  # fmt: skip
def test_no_other_way_to_write_a_path_leads_beyond_the_library(house: House, intruder: Member, target: str) -> None:
    status, told = raw(house, f"GET {target} HTTP/1.1\nHost: {{host}}", cookie_of(intruder))
    assert status in (307, 400, 401, 403, 404)
    assert b"PK\x03\x04" not in told
    assert b"root:" not in told
    assert b'"token"' not in told


@pytest.mark.parametrize(
    "before", ["/lamplight/", "/static/", "/assets/", "/pages/1/", "/documents/1/", "/gradio_api/file="]
)
@pytest.mark.parametrize("up", ["../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e%252f"])
def test_no_path_leads_out_of_a_folder(house: House, intruder: Member, before: str, up: str) -> None:
    for aim in ("etc/passwd", "household.json", "server.py"):
        status, told = raw(house, f"GET {before}{up * 12}{aim} HTTP/1.1\nHost: {{host}}", cookie_of(intruder))
        assert status in (400, 403, 404, 422)
        assert b"root:" not in told
        assert b"token_hash" not in told
        assert b"import" not in told


SMUGGLED = [
    "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1", "Client: 127.0.0.1",
    "Lamplight.Session: ", "lamplight_session: none", "X-Forwarded-Proto: http", "X-Original-URL: /backup",
]  # fmt: skip


@pytest.mark.parametrize("header", SMUGGLED)
def test_no_header_makes_a_visitor_the_person_at_the_computer(house: House, intruder: Member, header: str) -> None:
    key = f"lamplight-{port_of(house)}={KEY}"
    for cookie, status in ((cookie_of(intruder), 403), (key, 401), (f"{cookie_of(intruder)}; {key}", 403), ("", 401)):
        assert raw(house, f"GET /backup HTTP/1.1\nHost: {{host}}\n{header}", cookie)[0] == status
    _, told = raw(house, f"GET /activity HTTP/1.1\nHost: {{host}}\n{header}", cookie_of(intruder))
    assert b'"person":"Ivan"' in told


def test_no_request_hides_in_another(house: House, anna: Member) -> None:
    hidden = b"GET /backup HTTP/1.1\r\nHost: x\r\n\r\n"
    for framing in (
        f"Content-Length: 0\nContent-Length: {len(hidden)}",
        f"Content-Length: {len(hidden)}\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
        "Content-Length: -1",
        "Content-Length: +5",
    ):
        status, told = raw(house, f"POST /typed HTTP/1.1\nHost: {{host}}\n{framing}", cookie_of(anna), hidden)
        assert status in (400, 413, 501), framing
        assert told.count(b"HTTP/1.1 ") == 1, framing
    for hosts in (
        "Host: {host}\nHost: evil.example",
        "Host: evil.example",
        "Host: {host}.evil.example",
        "Host: {host}@evil",
    ):
        assert raw(house, f"GET /library HTTP/1.1\n{hosts}", cookie_of(anna))[0] in (400, 421), hosts


def test_a_page_elsewhere_gets_nothing_out_of_the_computers_own_browser(house: House) -> None:
    """With the cookie, which a browser wouldn't even send along."""
    key = f"lamplight-{port_of(house)}={KEY}"
    for method, path in (
        ("GET", "/library"), ("POST", "/erase"), ("PUT", "/files?name=a.txt"), ("POST", "/commands/list"),
        ("GET", "/gradio_api/queue/data?session_hash=a"), ("GET", "/documents/1/original"),
    ):  # fmt: skip
        for sent in (
            "Origin: https://evil.example", "Origin: null", f"Origin: http://127.0.0.1:{port_of(house) + 1}",
            f"Origin: https://127.0.0.1:{port_of(house)}", "Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors",
            "Sec-Fetch-Site: same-site\nSec-Fetch-Mode: cors",
        ):  # fmt: skip
            head = f"{method} {path} HTTP/1.1\nHost: {{host}}\nContent-Length: 0\n{sent}"
            assert raw(house, head, key, here=True)[0] == 403, (path, sent)
    for name in ("rebound.example", "127.0.0.1.nip.io", "localhost.", "0x7f.1", "2130706433"):
        head = f"GET /library HTTP/1.1\nHost: {name}:{port_of(house)}"
        assert raw(house, head, key, here=True)[0] in (400, 421), name


def test_each_secret_opens_what_it_is_for_and_nothing_else(house: House, anna: Member, services: Services) -> None:
    token = make_access_token(services.library.folder)
    session = next(iter(anna.http.cookies.jar)).value or ""
    asked = "GET /v1/models HTTP/1.1\nHost: {{host}}\nAuthorization: {}"
    assert raw(house, asked.format(f"Bearer {token}"))[0] == 200
    for wrong in (
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {KEY}",
        f"Bearer {session}",
        f"Basic {token}",
        token,
        f"Bearer {token}x",
    ):
        assert raw(house, asked.format(wrong), cookie_of(anna))[0] == 401, wrong
    name = session_cookie(port_of(house))
    for cookie in (f"{name}={token}", f"{name}={KEY}", f"{name}=", f"lamplight-{port_of(house)}={token}"):
        assert raw(house, "GET /library HTTP/1.1\nHost: {host}", cookie)[0] == 401, cookie
    for path in ("/library", "/backup", "/access", "/v1"):
        head = f"GET {path} HTTP/1.1\nHost: {{host}}\nAuthorization: Bearer {token}"
        assert raw(house, head)[0] == 401, path
    assert httpx.get(f"{house.here}/library", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_session_that_was_slipped_to_somebody_is_not_theirs(house: House) -> None:
    name, chosen = session_cookie(port_of(house)), "x" * 43
    with httpx.Client(base_url=house.there, verify=False, timeout=60) as client:
        client.cookies.set(name, chosen)
        assert client.post("/sign-in", data={"name": "Vic", "password": PASSWORD}).status_code == 303
    assert raw(house, "GET /library HTTP/1.1\nHost: {host}", f"{name}={chosen}")[0] == 401


def test_an_invitation_is_good_for_one_device_elsewhere_and_not_for_guessing(house: House, services: Services) -> None:
    invitation = services.household.invite()
    asked = f"GET /sign-in?invitation={invitation} HTTP/1.1\nHost: {{host}}"
    assert b"set-cookie" not in raw(house, asked, here=True)[1].lower()
    assert b"set-cookie" in raw(house, asked)[1].lower()
    for again in (asked, asked.replace(invitation, ""), asked.replace(invitation, "a" * 5_000)):
        assert b"set-cookie" not in raw(house, again)[1].lower()
    services.household.invite()
    services.household.set_password(PASSWORD)
    assert raw(house, asked)[0] == 401


def test_a_strip_of_a_page_is_no_picture_that_fills_the_memory(anna: Member, services: Services) -> None:
    number = services.library.documents.all()[0].id
    for crop in ("0,0,1,999999", "0,0,999999,1", "5,5,5,5", "9,9,1,1", "999998,0,999999,999999"):
        shown = anna.http.get(f"/pages/{number}/1.png", params={"width": 2000, "crop": crop})
        assert shown.status_code == 200
        with Image.open(io.BytesIO(shown.content)) as picture:
            assert picture.width <= 2000
            assert picture.height <= 8 * 2000
    for query in ("width=99999", "crop=1,2,3", "crop=-1,0,5,5", "crop=nan,0,1,1"):
        assert anna.http.get(f"/pages/{number}/1.png?{query}").status_code == 422


def test_a_question_as_long_as_a_book_is_refused_at_once(anna: Member, services: Services) -> None:
    anna.send("ask", question="Why? " * 100_000)
    until(lambda: not services.running_answers.answering("anna"))
    conversation = services.library.conversations.all(person="anna")[0]
    exported = anna.http.get(f"/conversations/{conversation.id}/export.html").text
    assert "too long to be read (499,999 characters)" in exported
