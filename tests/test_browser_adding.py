"""Files on their way in, and an app that has stopped: nothing is lost, and it is said what happens."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import KEY, Visit, drop, serving

PASTE = """([where, name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
    document.querySelector(where).dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""  # noqa: E501


def paste(page: Page, where: str, name: str, text: str) -> None:
    page.evaluate(PASTE, [where, name, b64encode(text.encode()).decode()])


def test_what_is_pasted_on_the_question_goes_with_it_and_elsewhere_into_the_library(visit: Visit) -> None:
    page = visit.page
    paste(page, "#centre", "fence.txt", "The fence was painted in June.")
    expect(page.get_by_text("fence.txt added to your library")).to_be_visible()
    paste(page, "#question", "gate.txt", "The gate was painted in May.")
    expect(page.locator(".attachment")).to_contain_text("gate.txt")
    visit.ask("When was this painted?")
    expect(visit.answered().locator(".answer")).to_contain_text("May")


def test_a_file_that_is_there_already_says_so_and_shows_where(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    for name in ("well.txt", "brunnen.txt"):
        (tmp_path / name).write_text("The well is nine metres deep.", encoding="utf-8")
    drop(page, tmp_path / "well.txt")
    visit.document("well.txt").wait_for()
    drop(page, tmp_path / "brunnen.txt")
    expect(page.get_by_text("brunnen.txt is already in your library, as well.txt")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#sources .source-name")).to_have_text("well.txt")


@pytest.mark.long
def test_two_documents_of_the_same_name_can_be_told_apart(visit: Visit, services: Services, tmp_path: Path) -> None:
    for folder in ("kitchen", "garden"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.txt").write_text(f"Notes of the {folder}.", encoding="utf-8")
    services.queue.watch(tmp_path)
    expect(visit.document("notes.txt")).to_have_count(2)
    expect(visit.document("notes.txt").filter(has_text="kitchen")).to_have_count(1)
    expect(visit.document("notes.txt").filter(has_text="garden")).to_have_count(1)
    visit.photograph("twins")


@pytest.mark.long
def test_many_failures_fold_into_one_line_and_are_dismissed_at_once(visit: Visit) -> None:
    page = visit.page
    torn = [
        {"name": f"torn-{number}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + bytes([65 + number])}
        for number in range(5)
    ]
    page.locator("#add-files-input").set_input_files(torn)
    expect(page.locator("#library .failures")).to_contain_text("5 files could not be read")
    expect(page.locator("#library .job")).to_have_count(0)
    page.locator("#library .failures").get_by_role("button", name="Show").click()
    expect(page.locator("#library .row-failure")).to_have_count(5)
    visit.photograph("failures")
    assert_accessible(page)
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator("#library .failures")).to_be_hidden()


def test_a_question_waits_for_an_app_that_has_stopped(browser: Browser, services: Services) -> None:
    context = browser.new_context(reduced_motion="reduce")
    with serving(services) as address:
        page = context.new_page()
        visit = Visit(page, address)
        page.goto(f"{address}/?key={KEY}")
        visit.ask("hello")
        visit.answered()
    box = page.get_by_label("Your question")
    box.fill("thanks!")
    box.press("Enter")
    expect(page.locator(".lost-note")).to_contain_text("your question is asked then, by itself")
    expect(box).to_have_value("thanks!")
    expect(page.get_by_role("button", name="Stop answering")).to_have_count(0)
    expect(page.locator(".toast-body:visible, .toast-wrap:visible")).to_have_count(0)
    visit.photograph("lost")
    assert_accessible(page)
    with serving(services, int(address.rpartition(":")[2])):
        expect(visit.answered(2)).to_contain_text("You are welcome")
        expect(page.locator(".lost-note")).to_have_count(0)
        context.close()
