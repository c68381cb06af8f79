"""Visits to the real app in a real browser: opening a tab, dropping files, asking, looking."""

from __future__ import annotations

import shutil
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from lamplight.ui.services import Services

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KEY = "k" * 32
PATIENCE = 90_000  # milliseconds; a busy machine may take long, a working one does not get here
SETTLING = 120  # milliseconds until a page has drawn itself in other colours or another size
PICTURES = Path(__file__).parent.parent / ".screenshots"
NARROW = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE)


@dataclass
class Visit:
    """An open tab and every address it asked for."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    pictures: bool = False  # whether `photograph` takes any

    def ask(self, question: str) -> None:
        box = self.page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")

    def answered(self, count: int = 1) -> Locator:
        """The turn that ends the conversation, once it has `count` finished answers."""
        expect(self.page.locator("#chat .foot")).to_have_count(count)
        return self.page.locator("#chat .turn").last

    def document(self, name: str) -> Locator:
        return self.page.locator("#library .document", has_text=name)

    def choose(self, button: str, item: str) -> None:
        """Open a menu and take something from it."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.page.get_by_role("menuitem", name=item).click()

    def photograph(self, name: str) -> None:
        """The page as it is, in the dark, and on a telephone."""
        if not self.pictures:
            return
        PICTURES.mkdir(exist_ok=True)
        size = self.page.viewport_size
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.emulate_media(color_scheme="dark")
        self.page.wait_for_timeout(SETTLING)
        self.page.screenshot(path=PICTURES / f"{name}-dark.png")
        self.page.emulate_media(color_scheme="light")
        if size:
            self.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
            self.page.wait_for_timeout(SETTLING)
            self.page.screenshot(path=PICTURES / f"{name}-narrow.png")
            self.page.set_viewport_size(size)


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@contextmanager
def serving(services: Services, port: int = 0) -> Iterator[str]:
    """Where the real app is served, on a port of its own unless one is given."""
    from lamplight.ui.server import build_app  # takes seconds, also where no test needs it

    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    app = build_app(services, "127.0.0.1", port, KEY)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@contextmanager
def held_open(services: Services) -> Iterator[Path]:
    """The folder of a library that an open app holds, as commands of other processes find it."""
    with serving(services) as address:
        services.library.database.lock.announce(f"{address}/", KEY)
        yield services.library.folder


def opened_profile(browser: Browser) -> BrowserContext:
    """A fresh browser profile."""
    profile = browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")
    profile.set_default_timeout(PATIENCE)
    return profile


@contextmanager
def visiting(profile: BrowserContext, address: str, key: str = KEY) -> Iterator[Visit]:
    """Open the address with the key. It must have asked for nothing else, and the profile forgets it afterwards."""
    visit = Visit(profile.new_page(), address)
    errors: list[str] = []

    def note(request: Request) -> None:
        visit.requests.append(request.url)

    profile.on("request", note)
    visit.page.on("pageerror", lambda error: errors.append(str(error)))
    visit.page.goto(f"{address}/?key={key}")
    expect(visit.page.locator("#collection")).to_be_attached()
    try:
        yield visit
    finally:
        profile.remove_listener("request", note)
        kept = {"origin": address, "storageTypes": "local_storage"}
        profile.new_cdp_session(visit.page).send("Storage.clearDataForOrigin", kept)
        for page in profile.pages:
            page.close()
        profile.clear_cookies()
    assert [url for url in visit.requests if urlsplit(url).hostname not in ("127.0.0.1", None)] == []
    assert errors == []


def drop(page: Page, *paths: Path) -> None:
    """Let go of files over the middle of the page."""
    files = [[path.name, b64encode(path.read_bytes()).decode()] for path in paths]
    transfer = page.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files)
                transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
            return transfer;
        }""",
        files,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("#centre", event, {"dataTransfer": transfer})
