"""Other devices in the network, for real: this computer's own address in it, TLS, and Chromium signing in."""

from __future__ import annotations

import io
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
import resvg_py
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lamplight.samples import HANDBOOK
from lamplight.ui.household.attempts import Attempts
from lamplight.ui.household.certificate import Certificate, own_certificate
from lamplight.ui.household.door import MOST_OF_ONE
from lamplight.ui.household.routes import qr_code
from lamplight.ui.services import Services
from tests.members import ADDRESSES, PASSWORD, House, serving_household
from tests.test_accessibility import assert_accessible
from tests.visits import KEY, NARROW, PATIENCE, PICTURES, SETTLING, Visit, drop, visiting
from tests.waiting import until

pytestmark = pytest.mark.skipif(not ADDRESSES, reason="this machine is in no network")
QUESTION = "When are bonfires allowed?"


@pytest.fixture(autouse=True)
def fresh(services: Services) -> None:
    services.household.attempts = Attempts()


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("pictures"))


@contextmanager
def telephone(browser: Browser, house: House) -> Iterator[Page]:
    """A browser elsewhere in the house, on which the certificate was accepted."""
    context = browser.new_context(ignore_https_errors=True, reduced_motion="reduce", viewport=NARROW)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(house.there)
    yield page
    context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("The household’s password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def photograph(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(SETTLING)
        page.screenshot(path=PICTURES / f"{name}-{scheme}.png")
    page.emulate_media(color_scheme="light")


@pytest.mark.long
def test_two_persons_share_the_library_and_not_their_conversations(
    browser: Browser, profile: BrowserContext, house: House, services: Services, pictures: bool
) -> None:
    with visiting(profile, house.here) as visit:
        drop(visit.page, HANDBOOK)
        visit.document(HANDBOOK.name).first.wait_for()
        visit.ask("Where are dogs allowed?")
        visit.answered()
    with telephone(browser, house) as annas, telephone(browser, house) as bos:
        assert_accessible(annas)
        if pictures:
            photograph(annas, "sign-in")
        sign_in(annas, "Anna")
        anna = Visit(annas, house.there)
        anna.ask(QUESTION)
        expect(anna.answered()).to_contain_text("November")
        sign_in(bos, "Bo")
        expect(bos.locator("#collection")).to_be_attached()
        bos.get_by_role("button", name="Library and conversations").click()
        expect(bos.locator("#library .document", has_text=HANDBOOK.name)).to_be_visible()
        expect(bos.locator("#conversations")).not_to_contain_text("bonfires")
        expect(bos.locator("#conversations")).not_to_contain_text("dogs")
        number = services.library.conversations.all(person="anna")[0].id
        bos.goto(f"{house.there}/?conversation={number}")
        expect(bos.locator("#collection")).to_be_attached()
        expect(bos.get_by_label("Your question")).to_be_visible()
        expect(bos.locator("#chat .turn")).to_have_count(0)
        annas.reload()
        expect(anna.answered()).to_contain_text("November")
        if pictures:
            photograph(annas, "household-telephone")
    titles = [one.title for one in services.library.conversations.all()]
    assert "Where are dogs allowed?" in titles
    assert QUESTION not in titles


SENT = """async ([act, conversation]) => {
    const sent = { conversation, question: "And then?", message: 1, edit: 1, breadth: "usual", kind: null };
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ data: [sent] });
    const joined = await fetch(`/gradio_api/call/${act}`, { method: "POST", headers, body });
    const { event_id } = await joined.json();
    const done = await fetch(`/gradio_api/call/${act}/${event_id}`);
    return [done.status, await done.text()];
}"""
SHOWN = """async (conversation) => {
    const response = await fetch(`/stream?conversation=${conversation}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let told = "";
    while (!/event: conversation[^]*\\n\\n/.test(told)) told += (await reader.read()).value;
    await reader.cancel();
    return [response.status, told];
}"""


@pytest.mark.long
def test_nobody_goes_on_in_another_persons_conversation(browser: Browser, house: House, services: Services) -> None:
    """Asked as the page asks, with another's number in what is sent."""
    library = services.library
    others, own = library.conversations.start("Only mine"), library.conversations.start("Own", person="cleo")
    for number in (others, own):
        library.messages.add(number, "user", QUESTION, {})
        library.messages.add(number, "assistant", f"Secret {number}.", {"done": True})
    with telephone(browser, house) as page:
        sign_in(page, "Cleo")
        expect(page.locator("#collection")).to_be_attached()
        for number, shown in ((own, True), (others, False)):
            status, told = page.evaluate(SHOWN, number)
            assert (status, f"Secret {number}" in told) == (200, shown)
        for act in ("ask", "edit", "again", "back"):
            status, told = page.evaluate(SENT, [act, others])
            assert (status, "event: complete" in told, str(others) in told) == (200, True, False), act
    assert [one.content for one in library.messages.of(others)] == [QUESTION, f"Secret {others}."]
    assert [one.title for one in library.conversations.all(person="cleo")] == ["And then?", "Own"]


@pytest.mark.long
def test_a_wrong_password_says_so_and_five_wait(browser: Browser, house: House, pictures: bool) -> None:
    with telephone(browser, house) as page:
        for _ in range(4):
            sign_in(page, "Anna", "wrong password")
            expect(page.get_by_role("alert")).to_have_text("That is not the household’s password.")
            expect(page.get_by_label("Your name")).to_have_value("Anna")
        sign_in(page, "Anna", "wrong password")
        expect(page.get_by_role("alert")).to_contain_text("try again in")
        assert_accessible(page)
        if pictures:
            photograph(page, "sign-in-waits")
        sign_in(page, "Anna")
        expect(page.get_by_role("alert")).to_contain_text("try again in")


@pytest.mark.long
def test_the_settings_show_address_fingerprint_and_who_is_signed_in_and_end_it(
    browser: Browser, profile: BrowserContext, house: House, services: Services, pictures: bool
) -> None:
    with telephone(browser, house) as page, visiting(profile, house.here) as visit:
        sign_in(page, "Dora")
        expect(page.locator("#collection")).to_be_attached()
        own = visit.page
        own.get_by_role("button", name="Settings").click()
        own.get_by_role("tab", name="Household").click()
        section = own.locator(".household")
        expect(section).to_contain_text(house.there)
        expect(section.locator(".fingerprint")).to_have_text(house.certificate.fingerprint)
        expect(section.locator(".session", has_text="Dora")).to_contain_text(ADDRESSES[0])
        assert_accessible(own)
        visit.pictures = pictures
        visit.photograph("household-settings")
        section.locator(".session", has_text="Dora").get_by_role("button").click()
        expect(section.locator(".session", has_text="Dora")).to_have_count(0)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()  # the page noticed by itself


@pytest.mark.long
def test_the_password_is_set_in_the_settings_too(profile: BrowserContext, house: House, services: Services) -> None:
    with visiting(profile, house.here) as visit:
        own = visit.page
        own.get_by_role("button", name="Settings").click()
        own.get_by_role("tab", name="Household").click()
        own.get_by_label("Another password").fill("another plum jam")
        own.get_by_role("button", name="Change password").click()
        until(lambda: services.household.fits("another plum jam"))
    services.household.set_password(PASSWORD)


@pytest.mark.long
def test_a_telephone_of_ones_own_is_signed_in_by_its_camera(
    browser: Browser, profile: BrowserContext, house: House, services: Services, pictures: bool
) -> None:
    services.library.conversations.start("Begun at the computer")
    with telephone(browser, house) as page, visiting(profile, house.here) as visit:
        own = visit.page
        own.get_by_role("button", name="Settings").click()
        own.get_by_role("tab", name="Household").click()
        with own.expect_response(lambda response: "invitation=" in response.url) as drawn:
            own.get_by_role("button", name="Sign in my telephone").click()
        expect(own.get_by_role("img", name="QR code that signs you in")).to_be_visible()
        assert_accessible(own)
        visit.pictures = pictures
        visit.photograph("household-invitation")
        page.goto(read_code(drawn.value.body().decode()))
        expect(page.locator("#collection")).to_be_attached()
        page.get_by_role("button", name="Library and conversations").click()
        expect(page.locator("#conversations")).to_contain_text("Begun at the computer")


def test_who_is_signed_in_elsewhere_is_not_offered_what_belongs_to_the_computer(
    browser: Browser, house: House, pictures: bool
) -> None:
    with telephone(browser, house) as page:
        sign_in(page, "Emil")
        expect(page.locator("#collection")).to_be_attached()
        page.get_by_role("button", name="Settings").click()
        expect(page.get_by_role("tab")).to_have_text(["Appearance", "Signed in", "Keyboard"])
        page.get_by_role("tab", name="Signed in").click()
        expect(page.locator(".session")).to_contain_text("Emil")
        assert_accessible(page)
        if pictures:
            photograph(page, "household-signed-in")
        page.locator(".session").get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_badge_says_who_can_come_in(profile: BrowserContext, house: House, pictures: bool) -> None:
    with visiting(profile, house.here) as visit:
        visit.page.get_by_role("button", name="Nothing has left your household").click()
        expect(visit.page.get_by_role("dialog")).to_contain_text("with the household’s password")
        assert_accessible(visit.page)
        visit.pictures = pictures
        visit.photograph("household-badge")


def test_the_others_see_the_certificate_whose_fingerprint_is_shown(house: House) -> None:
    host, port = house.there.removeprefix("https://").split(":")
    shown = sha256(ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))).hexdigest().upper()
    assert house.certificate.fingerprint.replace(":", "") == shown
    trusting = ssl.create_default_context(cafile=str(house.certificate.certificate))
    assert httpx.get(f"{house.there}/library", verify=trusting).status_code == 401  # its names and dates are right


def test_a_browser_that_did_not_know_is_sent_to_the_encrypted_page(house: House) -> None:
    answer = httpx.get(house.there.replace("https", "http"))
    assert (answer.status_code, answer.headers["location"]) == (308, f"{house.there}/")


def test_who_says_nothing_or_nonsense_keeps_nobody_out(house: House) -> None:
    host, port = house.there.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port))), socket.create_connection((host, int(port))) as babbling:
        babbling.sendall(b"\x16nonsense" * 100)
        assert httpx.get(f"{house.there}/sign-in", verify=False).status_code == 200
        assert httpx.get(f"{house.here}/activity").status_code == 401  # no key


def test_one_device_does_not_use_up_all_connections(house: House) -> None:
    host, port = house.there.removeprefix("https://").split(":")
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(MOST_OF_ONE + 5)]
        until(lambda: any(_has_ended(one) for one in held))  # the last are turned away
        assert httpx.get(f"{house.here}/activity").status_code == 401  # this computer still comes in
    until(lambda: _answers(house))  # who comes after them comes in


def _has_ended(connection: socket.socket) -> bool:
    connection.setblocking(False)
    with suppress(BlockingIOError):
        return connection.recv(1) == b""
    return False


def _answers(house: House) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{house.there}/sign-in", verify=False).status_code == 200
    return False


def test_a_given_certificate_is_used_on_one_address_and_this_computer_still_comes_in(
    services: Services, tmp_path: Path
) -> None:
    made = own_certificate(tmp_path)
    given = Certificate.read(made.certificate, made.key)
    with serving_household(services, given, ADDRESSES[0]) as house:
        context = ssl.create_default_context(cafile=str(made.certificate))
        assert httpx.get(f"{house.there}/sign-in", verify=context).status_code == 200
        assert httpx.get(f"{house.here}/?key={KEY}").status_code == 303


def read_code(svg: str) -> str:
    """What a telephone's camera reads in a picture."""
    picture = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg))))
    (read,) = zxingcpp.read_barcodes(picture.convert("L"))
    return str(read.text)


def test_the_qr_code_is_the_address() -> None:
    assert read_code(qr_code("https://192.168.1.20:7860/")) == "https://192.168.1.20:7860/"


def lamplight(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.long
def test_without_a_password_it_does_not_leave_loopback_and_says_what_to_do(tmp_path: Path) -> None:
    library = tmp_path / "library"
    refused = lamplight("--library", library, "--host", "0.0.0.0", "--port", "0", "--no-browser")
    assert refused.returncode == 1
    assert "Without a password nobody else is let in" in refused.stderr
    assert "password`" in refused.stderr
    short = lamplight("password", "--library", library, stdin="short\n")
    assert (short.returncode, "8 characters" in short.stderr) == (1, True)
    assert lamplight("password", "--library", library, stdin=f"{PASSWORD}\n").returncode == 0
    missing = tmp_path / "missing.pem"
    no_certificate = lamplight(
        "--library", library, "--host", "0.0.0.0", "--port", "0", "--no-browser", "--certificate", missing
    )
    assert "can’t be used as certificate" in no_certificate.stderr
    command = [sys.executable, "app.py", "--library", library, "--host", "0.0.0.0", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as app:
        assert app.stdout is not None
        ready, others, fingerprint = (app.stdout.readline() for _ in range(3))
        there = f"https://{ADDRESSES[0]}:{ready.split('/?key')[0].rsplit(':')[-1]}/"
        assert there in others
        assert own_certificate(library).fingerprint in fingerprint
        assert httpx.get(there, verify=False).status_code == 401
        app.terminate()
