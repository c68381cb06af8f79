"""Files on their way in, and an app that has stopped: nothing is lost, and it is said what happens."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

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


def test_a_question_waits_until_what_goes_with_it_is_copied(visit: Visit) -> None:
    page, copying = visit.page, list[Route]()
    page.route("**/files?*", lambda route: copying.append(route))
    page.locator("#attach-input").set_input_files(file("cellar.txt", "The code of the cellar is 1298."))
    expect(page.locator(".attachment")).to_contain_text("cellar.txtbeing added")
    visit.ask("What is the code of the cellar?")
    expect(page.get_by_text("as soon as the file is there")).to_be_visible()
    visit.photograph("being-added")
    expect(page.locator("#chat .asked")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_text("as soon as the file is there")).to_have_count(0)
    page.get_by_role("button", name="Ask", exact=True).click()
    with page.expect_request("**/gradio_api/call/ask") as asked:
        copying[0].continue_()
    assert sent(asked.value)["attached"]
    expect(visit.answered().locator(".answer")).to_contain_text("1298")


def test_a_question_whose_file_could_not_be_added_stays_in_the_box(visit: Visit) -> None:
    page, copying = visit.page, list[Route]()
    page.route("**/files?*", lambda route: copying.append(route))
    page.locator("#attach-input").set_input_files(file("attic.txt", "The code of the attic is 8921."))
    visit.ask("What is the code of the attic?")
    expect(page.get_by_role("button", name="Stop answering")).to_be_visible()
    copying[0].fulfill(status=422, json={"detail": "The disk is full."})
    expect(page.get_by_text("attic.txt was not added. The disk is full.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("What is the code of the attic?")
    expect(page.locator(".attachment, #chat .asked")).to_have_count(0)


def file(name: str, text: str) -> Any:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def sent(request: Request) -> dict[str, Any]:
    """What went to the app by Gradio's queue."""
    value: dict[str, Any] = json.loads(request.post_data or "")["data"][0]
    return value


@pytest.mark.parametrize("name", ["ask", "edit"])
def test_a_question_that_was_refused_is_in_the_box_again_with_all_that_went_with_it(visit: Visit, name: str) -> None:
    page = visit.page
    visit.ask("hello")
    visit.answered()
    page.locator("#attach-input").set_input_files(file("roof.txt", "The code of the roof is 3345."))
    expect(page.locator(".attachment")).to_contain_text("roof.txt")
    if name == "edit":
        page.locator("#chat .asked").hover()
        page.get_by_role("button", name="Edit").click()
    page.route(f"**/call/{name}", lambda route: route.fulfill(status=422, json={"detail": "Not now."}))
    visit.ask("What is the code of the roof?")
    expect(page.get_by_text("Not now.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("What is the code of the roof?")
    expect(page.locator(".composer-notes .attachment")).to_contain_text("roof.txt")
    expect(page.locator(".editing")).to_have_count(int(name == "edit"))
    page.unroute(f"**/call/{name}")
    with page.expect_request(f"**/call/{name}") as asked:
        page.get_by_label("Your question").press("Enter")
    assert sent(asked.value)["attached"]


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


def test_a_question_that_has_waited_is_asked_as_it_was_in_its_conversation(
    browser: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of an app that was started anew, for which the page is loaded anew."""
    context = browser.new_context(reduced_motion="reduce")
    lost, asked = list[dict[str, Any]](), list[dict[str, Any]]()
    with serving(services) as address:
        page = context.new_page()
        visit = Visit(page, address)
        page.goto(f"{address}/?key={KEY}")
        visit.ask("hello")
        visit.answered()
        for name in ("shed.txt", "barn.txt"):
            page.locator("#add-files-input").set_input_files(file(name, f"The code of {name} is {len(name)}."))
            visit.document(name).wait_for()
        visit.choose("Actions for barn.txt", "Ask about this document")
        page.locator("#attach-input").set_input_files(file("gate.txt", "The code of the gate is 77."))
        visit.document("gate.txt").wait_for()
        page.get_by_text("Documents + model’s knowledge").click()
    is_question = re.compile(r"/call/ask$").search
    page.on("requestfailed", lambda request: lost.append(sent(request)) if is_question(request.url) else None)
    visit.ask("Which codes are there?")
    expect(page.locator(".lost-note")).to_contain_text("your question is asked then, by itself")
    page.on(
        "requestfinished", lambda request: asked.append(sent(request)) if request.url.endswith("/call/ask") else None
    )
    monkeypatch.setattr("lamplight.ui.page_stream.STARTED", 1.0)
    with page.expect_event("load"), serving(services, int(address.rpartition(":")[2])):
        visit.answered(2)
        expect(page.locator("#chat .asked").last).to_contain_text("Which codes are there?")
        expect(page.get_by_label("Your question")).to_have_value("")
        context.close()
    assert asked == lost[:1]
    assert lost[0]["conversation"] and lost[0]["about"] and lost[0]["attached"]
    assert lost[0]["mode"] == "documents+knowledge"
