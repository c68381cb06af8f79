"""A hostile page in the browser of the person at the computer: on this very machine, beside the open app."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from lamplight.ui.services import Services
from tests.visits import Visit
from tests.waiting import until

# Each attempt tells what it got; a browser sends the cookie along to another port of the same machine.
ATTEMPTS = """async (app) => {
  const within = (work) => Promise.race([work, new Promise((done) => setTimeout(() => done("nothing"), 20000))]);
  const loaded = (tag, address) => new Promise((done) => {
    const one = document.createElement(tag);
    one.onload = () => done(one.contentDocument ? one.contentDocument.body.innerText : "loaded");
    one.onerror = () => done("nothing");
    one.src = one.data = app + address;
    document.body.append(one);
  }).catch(() => "nothing");
  const asked = (address, options) => fetch(app + address, { credentials: "include", ...options })
    .then((response) => response.text(), () => "nothing");
  const opened = (made) => new Promise((done) => {
    made.onmessage = made.onopen = () => done("open");
    made.onerror = () => done("nothing");
  });
  const form = (address, name) => {
    document.body.insertAdjacentHTML("beforeend", `<iframe name="${name}"></iframe>
      <form method="post" enctype="text/plain" action="${app}${address}" target="${name}">
      <input name='{"name": "Stolen", "typed": "erase", "x": "' value='"}'></form>`);
    document.querySelector("form:last-of-type").submit();
  };
  const stream = "/gradio_api/queue/data?session_hash=a";
  form("/collections", "one");
  form("/erase", "two");
  const body = JSON.stringify({ name: "Stolen", typed: "erase" });
  return {
    read: await within(asked("/library")),
    written: await within(asked("/collections", { method: "POST", mode: "no-cors", body })),
    erased: await within(asked("/erase", { method: "POST", mode: "no-cors", body })),
    put: await within(asked("/files?name=stolen.txt", { method: "PUT", body })),
    typed: await within(asked("/typed", { method: "POST", mode: "no-cors", body })),
    stream: await within(opened(new EventSource(app + stream, { withCredentials: true }))),
    socket: await within(opened(new WebSocket(app.replace("http", "ws") + stream))),
    picture: await within(loaded("img", "/lamplight/lamplight.png")),
    script: await within(loaded("script", "/lamplight/state.js")),
    object: await within(loaded("object", "/library")),
    window: await within((async () => {
      const other = window.open(app + "/");
      for (;;) {
        try { if (other.location.href !== "about:blank") return "open"; } catch { return "nothing"; }
        await new Promise((done) => setTimeout(done, 20));
      }
    })()),
  };
}"""


@pytest.fixture
def hostile() -> Iterator[str]:
    """Where another program of this computer serves a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Free kittens</title><body>Kittens")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_of_another_port_reads_nothing_and_changes_nothing(
    handbook: Visit, hostile: str, services: Services
) -> None:
    library = services.library
    before = [one.name for one in library.documents.all()]
    page: Page = handbook.page.context.new_page()
    page.goto(hostile)
    got: dict[str, Any] = page.evaluate(ATTEMPTS, handbook.address)
    assert {name: what for name, what in got.items() if what not in ("nothing", "", None)} == {}
    until(lambda: not services.queue.busy)
    assert [one.name for one in library.documents.all()] == before
    assert library.collections.all() == []
    assert library.jobs.all() == []
