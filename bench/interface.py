"""What a person feels in the browser: typing, scrolling, looking at a source, stopping; and what the page weighs.

    python -m bench.interface [--count RUNS] [--json]

The real app with real models in headless Chromium, a library of 500 documents, and where it says so an answer that
is being written and files that are being read meanwhile. There is no baseline: the goals are those of the page itself.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.measuring import Measures, options, progress, report
from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Chunk, Document
from lamplight.library.records import Page as DocumentPage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.samples import HANDBOOK

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5
DOCUMENTS = 500
SHORTEST_EVENT = 16.0  # milliseconds; Chromium tells only of longer ones, so the others count as this
PATIENCE = 120_000  # milliseconds
QUESTION = "When are bonfires allowed?"
LONG_QUESTION = "Describe everything the handbook says about water, tools, bonfires and animals."
TYPED = "what does the handbook say about the bees behind row h and who looks after them in winter"
KEYSTROKES = """() => { window.told = []; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "keydown") window.told.push(entry.duration);
}).observe({ type: "event", durationThreshold: 16 }); }"""
SCROLLING = """async () => {
    const list = document.querySelector("#library .documents");
    const times = [];
    let last = performance.now();
    for (let frame = 0; frame < 150; frame += 1) {
        list.scrollBy(0, 60);
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - last);
        last = performance.now();
    }
    return times.slice(1);
}"""
LOOKING = """() => new Promise((resolve) => {
    const link = document.querySelector("#chat .answer a.citation");
    const begun = performance.now();
    const watch = () => document.querySelector("#sources .page-picture.loaded .box")
        ? requestAnimationFrame(() => resolve(performance.now() - begun)) : requestAnimationFrame(watch);
    link.click();
    watch();
})"""
STOPPING = """() => new Promise((resolve) => {
    const begun = performance.now();
    const watch = () => document.querySelector("#composer .submit-button")
        ? requestAnimationFrame(() => resolve(performance.now() - begun)) : requestAnimationFrame(watch);
    document.querySelector("#composer .stop-button").click();
    watch();
})"""


def fill(folder: Path, models: Models) -> None:
    """A library of one real document and many small ones."""
    with Library(folder) as library:
        index_file(HANDBOOK, library, models)
        vector = models.embedder.encode(["A note."])
        for number in range(DOCUMENTS):
            path = folder / f"note-{number:03}.txt"
            document = Document(0, path.name, str(path), path.name, "text", path.stem, 1, 1, 0, 0, 10, number)
            chunk = Chunk(1, "text", path.stem, f"A note, number {number}.", [])
            library.documents.add(document, [DocumentPage(1, 0, 0, chunk.text)], [chunk], vector, models.embedder)


@contextmanager
def app(folder: Path) -> Iterator[str]:
    """The address of the app in a process of its own, on a free port; it ends with the context."""
    command = [sys.executable, "app.py", "--library", str(folder), "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(word for word in process.stdout.readline().split() if word.startswith("http"))
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def visit(browser: Browser, address: str) -> Iterator[Page]:
    """A profile without anything in its cache."""
    context = browser.new_context(viewport={"width": 1366, "height": 860})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(address)
    expect(page.locator("#library .document")).to_have_count(DOCUMENTS + 1)
    expect(page.locator("#topbar .models-status")).to_be_empty()
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    """Send the question; its answer is not waited for."""
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")


def weight(browser: Browser, address: str) -> Measures:
    """Of the first load: bytes as they came over the wire."""
    context = browser.new_context()
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_selector("#library .document")
    page.wait_for_timeout(1_000)
    context.close()
    return {"first_load_requests": len(sizes), "first_load_kilobytes": round(sum(sizes) / 1000)}


def keystrokes(page: Page, folder: Path) -> list[float]:
    """Milliseconds from each key to the next paint, while an answer is written and files are read."""
    for number in range(3):
        lines = "\n\n".join(
            f"Paragraph {line} of {folder.name} {number} tells of gate {line}." for line in range(3_000)
        )
        (folder / f"long-{number}.txt").write_text(lines, encoding="utf-8")
    page.locator("#add-files-input").set_input_files(sorted(folder.glob("long-*.txt")))
    page.wait_for_selector("#library .job")
    ask(page, LONG_QUESTION)
    page.wait_for_selector("#composer .stop-button")
    page.evaluate(KEYSTROKES)
    page.get_by_label("Your question").press_sequentially(TYPED, delay=60)
    page.wait_for_timeout(300)
    told: list[float] = page.evaluate("window.told")
    page.get_by_label("Your question").fill("")
    return told + [SHORTEST_EVENT] * (len(TYPED) - len(told))


def stopping(page: Page) -> float:
    """Milliseconds from the click that stops an answer, once one has begun, until a question can be sent again."""
    ask(page, LONG_QUESTION)
    page.wait_for_selector("#chat .answer.streaming, #chat .status .bar")
    milliseconds: float = page.evaluate(STOPPING)
    return milliseconds


def measure(runs: int) -> Measures:
    """In the Chromium on the PATH, else in Playwright's own; what ends in `_ms` is in milliseconds, over all `runs`."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    folder = Path(tempfile.mkdtemp())
    progress("filling a library")
    fill(folder / "library", Models())
    typed, looked, stopped, frames = [], [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with app(folder / "library") as address:
            measures = weight(browser, address)
        for run in range(runs):
            progress(f"visit {run + 1} of {runs}")
            written = folder / f"written-{run}"
            written.mkdir()
            # A server of its own for each: the page must not have been drawn before.
            with app(folder / "library") as address, visit(browser, address) as page:
                frames += page.evaluate(SCROLLING)
                ask(page, QUESTION)
                page.wait_for_selector("#chat .foot")
                looked.append(page.evaluate(LOOKING))
                page.keyboard.press("Escape")
                stopped.append(stopping(page))
                expect(page.locator("#chat .foot")).to_have_count(2)
                typed += keystrokes(page, written)
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)
    return measures | {
        "keystroke_median_ms": round(statistics.median(typed), 1),
        "keystroke_p95_ms": round(float(np.percentile(typed, 95)), 1),
        "citation_to_page_median_ms": round(statistics.median(looked), 1),
        "citation_to_page_worst_ms": round(max(looked), 1),
        "stop_median_ms": round(statistics.median(stopped), 1),
        "stop_worst_ms": round(max(stopped), 1),
        "scroll_frames_per_second": round(1000 / statistics.mean(frames), 1),
        "scroll_frame_p95_ms": round(float(np.percentile(frames, 95)), 1),
    }


def main() -> int:
    """Make `--count` visits, print and return 0."""
    parsed = options("What a person feels in the browser.").parse_args()
    report(measure(parsed.count or RUNS), parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
