"""What a person does in the browser, in a real one, with the real models."""

from __future__ import annotations

import shutil
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from samples import HANDBOOK
from ui.server import build_app
from ui.services import Services

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
QUESTION = "When are bonfires allowed?"
PATIENCE = 90_000  # milliseconds; a busy machine may take long, a working one does not get here

# Gradio counts its events with pandas, in our process, where warnings are errors.
pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")


@dataclass
class Visit:
    """An open tab and every address it asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        box = self.page.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")


@pytest.fixture(scope="module")
def address(services: Services) -> Iterator[str]:
    """Where the real app is served, on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = build_app(services, "127.0.0.1", port, KEY)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A fresh browser profile that has opened the address with the key."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit = Visit(page)

    def note(request: Request) -> None:
        visit.requests.append(request.url)

    page.on("request", note)
    page.goto(f"{address}/?key={KEY}")
    expect(page.locator("#add-files")).to_be_visible(timeout=PATIENCE)
    yield visit
    context.close()
    outside = [url for url in visit.requests if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert outside == []


@pytest.fixture
def handbook(visit: Visit) -> Visit:
    """A visit to a library that holds the handbook."""
    name = visit.page.locator("#library .row:not(.job) .row-name", has_text=HANDBOOK.name)
    drop(visit.page, HANDBOOK)
    expect(name.first).to_be_visible(timeout=PATIENCE)
    return visit


def drop(page: Page, path: Path) -> None:
    """Let go of a file over the middle of the page."""
    transfer = page.evaluate_handle(
        """([name, bytes]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
            return transfer;
        }""",
        [path.name, b64encode(path.read_bytes()).decode()],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("#centre", event, {"dataTransfer": transfer})


def test_a_dropped_file_answers_with_a_citation_that_opens_its_page(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    expect(page.locator("#chat .card").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#chat .foot")).to_be_visible(timeout=PATIENCE)
    page.locator("#chat a.citation").first.click()
    picture = page.locator("#sources .page-picture.loaded")
    expect(picture).to_be_visible(timeout=PATIENCE)
    expect(picture.locator(".box").first).to_be_visible()
    expect(page.locator("#sources .source-name")).to_have_text(HANDBOOK.name)
    page.keyboard.press("Escape")
    expect(page.locator("#sources-column")).to_be_hidden()
    expect(page.locator("#chat a.citation").first).to_be_focused()


def test_a_conversation_survives_a_reload(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    expect(page.locator("#chat .foot")).to_be_visible(timeout=PATIENCE)
    said = page.locator("#chat .answer").inner_text()
    page.reload()
    expect(page.locator("#chat .question")).to_have_text(QUESTION, timeout=PATIENCE)
    expect(page.locator("#chat .answer")).to_have_text(said, use_inner_text=True)
    expect(page.locator("#conversations .current")).to_contain_text(QUESTION)


def test_stop_ends_an_answer_and_gives_the_composer_back(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask("Describe everything the handbook says about water, tools, bonfires and animals.")
    stop = page.locator("#question .stop-button")
    expect(stop).to_be_visible(timeout=PATIENCE)
    stop.click()
    expect(page.locator("#question .submit-button")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#chat .foot")).to_be_visible()


def test_a_removed_document_can_be_brought_back(handbook: Visit) -> None:
    page = handbook.page
    rows = page.locator("#library .row:not(.job)", has_text=HANDBOOK.name)
    before = rows.count()
    rows.first.hover()
    page.get_by_role("button", name=f"Remove {HANDBOOK.name}").first.click()
    expect(rows).to_have_count(before - 1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(before)


@pytest.mark.parametrize("width", [390, 1366])
def test_nothing_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 844})
    expect(visit.page.locator("#welcome h1")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_name_full_of_markup_stays_a_name(visit: Visit) -> None:
    name = "<img src=x onerror=document.title='broken'>.txt"
    visit.page.locator("#add-files-input").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": b"The gate is painted green."}
    )
    row = visit.page.locator("#library .row:not(.job) .row-name", has_text="onerror")
    expect(row).to_be_visible(timeout=PATIENCE)
    expect(visit.page.locator("#library img")).to_have_count(0)
    expect(visit.page).to_have_title("Lamplight")
