"""What a person does in the browser, in a real one, with the real models: asking and what comes back."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import BrowserContext, Route, expect

from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.samples import CHART, FEES, HANDBOOK, PHOTO
from lamplight.ui.export import conversation_html, conversation_markdown
from lamplight.ui.page_stream import PageStream
from lamplight.ui.services import Services
from tests.visits import Visit, drop, visiting
from tests.waiting import until

QUESTION = "When are bonfires allowed?"
LONG_QUESTION = "What does the handbook say about each of water, tools, bonfires and animals, with every rule?"


@pytest.mark.usefixtures("emptied")
def test_the_first_minute_leads_from_the_welcome_to_an_answer(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_role("heading", name="Chat with your own documents")).to_be_visible()
    visit.photograph("welcome")
    page.get_by_role("button", name="Try the sample library").click()
    for path in (HANDBOOK, FEES, CHART, PHOTO):
        expect(visit.document(path.name)).to_be_visible()
    visit.photograph("suggestions")
    page.locator(".example").first.click()
    expect(visit.answered().locator("a.citation").first).to_be_visible()


@pytest.mark.long
def test_three_dropped_files_become_documents(visit: Visit, tmp_path: Path) -> None:
    paths = [tmp_path / f"note-{number}.txt" for number in range(3)]
    for path in paths:
        path.write_text(f"The password of {path.stem} is zebrawood.", encoding="utf-8")
    drop(visit.page, *paths)
    for path in paths:
        expect(visit.document(path.name)).to_be_visible()


def test_an_answer_cites_a_page_that_opens_where_it_is_marked(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    expect(page.locator("#chat .card").first).to_be_visible()
    handbook.answered().locator("a.citation").first.click()
    picture = page.locator("#sources .page-picture.loaded")
    expect(picture).to_be_visible()
    expect(picture.locator(".box").first).to_be_in_viewport()
    expect(page.locator("#sources .source-name")).to_have_text(HANDBOOK.name)
    handbook.photograph("sources")
    page.keyboard.press("Escape")
    expect(page.locator("#sources-column")).to_be_hidden()
    expect(page.locator("#chat a.citation").first).to_be_focused()


@pytest.mark.long
def test_of_two_citations_the_one_clicked_last_is_shown(handbook: Visit) -> None:
    page, held = handbook.page, list[Route]()
    for count, question in enumerate((QUESTION, "How much does a new key cost?"), start=1):
        handbook.ask(question)
        handbook.answered(count)
    answers = page.locator("#chat .turn .answer")
    page.route("**/sources/*/*", lambda route: route.continue_() if held else held.append(route))
    answers.first.locator("a.citation").first.click()
    last = answers.last.locator("a.citation").first
    last.click()
    place = page.locator("#sources .source-place")
    expect(place).to_be_visible()
    shown = place.inner_text()
    with page.expect_response(held[0].request.url):
        held[0].continue_()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(place).to_have_text(shown)
    expect(page.locator("#chat a[aria-current]")).to_have_count(1)
    expect(last).to_have_attribute("aria-current", "true")


@pytest.mark.long
def test_the_keyboard_walks_through_the_sources_and_zooms(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    handbook.answered().locator("a.citation").first.click()
    chosen = page.locator("#sources [role=tab][aria-selected=true]")
    expect(chosen).to_have_text("1")
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_text("2")
    page.keyboard.press("ArrowLeft")
    expect(chosen).to_have_text("1")
    width = page.locator("#sources .page-picture.loaded").bounding_box()
    page.keyboard.press("+")
    wider = page.locator("#sources .page-picture.loaded").bounding_box()
    assert width is not None
    assert wider is not None
    assert wider["width"] > 1.2 * width["width"]
    page.get_by_role("button", name="Page before").click()
    expect(page.get_by_label("Page", exact=True)).to_have_value("2")
    page.get_by_role("button", name="Back to the passage").click()
    expect(page.get_by_label("Page", exact=True)).to_have_value("3")


def test_a_computed_answer_shows_its_cell(visit: Visit) -> None:
    drop(visit.page, FEES)
    expect(visit.document(FEES.name).first).to_be_visible()
    visit.ask("How much is a half plot in 2026?")
    visit.answered().locator("a.citation").first.click()
    expect(visit.page.locator("#sources td.said mark", has_text="£36")).to_be_visible()


@pytest.mark.long
def test_a_follow_up_is_understood(handbook: Visit) -> None:
    handbook.ask("When are bonfires allowed?")
    handbook.answered()
    handbook.ask("And with what?")
    expect(handbook.answered(2)).to_contain_text("dry plants")


def test_stop_ends_an_answer_and_gives_the_composer_back(handbook: Visit, going_on: threading.Event) -> None:
    page = handbook.page
    handbook.ask(LONG_QUESTION)
    page.get_by_role("button", name="Stop answering").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    handbook.answered()


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(handbook: Visit, going_on: threading.Event) -> None:
    page = handbook.page
    handbook.ask(LONG_QUESTION)
    expect(page.locator("#chat .card").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Stop answering")).to_be_visible()
    going_on.set()
    said = handbook.answered().inner_text()
    page.reload()
    expect(handbook.answered()).to_have_text(said, use_inner_text=True)
    expect(page.locator("#chat .asked")).to_have_text(LONG_QUESTION)
    expect(page.locator("#conversations .current")).to_contain_text(LONG_QUESTION[:40])


def test_what_is_there_of_an_answer_can_be_used_while_it_is_written(handbook: Visit, going_on: threading.Event) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    link = page.locator("#chat .answer a.citation").first
    link.focus()
    said = page.locator("#chat .quotation").evaluate(
        "(quotation) => { getSelection().selectAllChildren(quotation); return String(getSelection()); }"
    )
    going_on.set()
    handbook.answered()
    expect(link).to_be_focused()
    assert page.evaluate("String(getSelection())") == said != ""


def test_each_part_of_an_answer_is_as_it_was_last_sent(handbook: Visit) -> None:
    """Whatever stays of what was there: words are added behind, before, between, and taken out."""
    page = handbook.page
    page.goto(handbook.address)
    frames = [
        "", "<p>one</p>", "<p>one <a href='#copy-1-1'>two</a></p><ul><li>x</li></ul>", "<p>one <b>two</b></p>",
        "<div class='a'><p>one</p><p class='b'>two</p></div>tail", "<div><p class='b'>two</p>three</div>tail",
        "<div><p>zero</p><p class='b'>two</p>four</div>", "<img src='/lamplight/lamplight.png'>", "plain",
        "plain &amp; more",
    ]  # fmt: skip
    shown = page.evaluate(
        """async (frames) => {
            const { patch } = await import("/lamplight/patch.js");
            const [node, fresh] = [document.createElement("div"), document.createElement("div")];
            const drawn = [];
            for (const html of [...frames, ...frames.toReversed()]) {
                patch(node, html);
                fresh.innerHTML = html;
                drawn.push([node.innerHTML.replaceAll(' class=""', ""), fresh.innerHTML]);
            }
            return drawn;
        }""",
        frames,
    )
    assert [one for one, _ in shown] == [other for _, other in shown]


@pytest.mark.long
def test_a_lost_connection_in_the_middle_of_an_answer_loses_nothing(
    handbook: Visit, services: Services, going_on: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = handbook.page
    handbook.ask(LONG_QUESTION)
    expect(page.locator("#chat .card").first).to_be_visible()
    page.get_by_label("Your question").fill("And what of the bees?")

    def break_off(stream: PageStream) -> str:
        raise ConnectionResetError

    with monkeypatch.context() as breaking:
        breaking.setattr(PageStream, "_news", break_off)
        with page.expect_request("**/stream?*"):
            services.changed.give()
        going_on.set()
        until(lambda: not services.running_answers.answering(AT_THE_COMPUTER))
    handbook.answered()
    expect(page.locator("#chat .asked")).to_have_text(LONG_QUESTION)
    expect(page.get_by_label("Your question")).to_have_value("And what of the bees?")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_no_script_runs_but_the_pages_own(handbook: Visit) -> None:
    page = handbook.page
    page.evaluate(
        """() => {
            window.refused = [];
            addEventListener("securitypolicyviolation", ({ blockedURI }) => refused.push(blockedURI));
        }"""
    )
    handbook.ask("What is <img src=x onerror='window.broken = true'> and **when** are bonfires allowed?")
    handbook.answered()
    expect(page.locator("#chat .asked")).to_contain_text("<img src=x")
    assert page.evaluate("[window.refused, window.broken ?? null]") == [[], None]
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { text: 'broken = true' }))")
    assert page.evaluate("[window.refused, window.broken ?? null]") == [["inline"], None]


@pytest.mark.long
def test_two_tabs_ask_at_once_and_see_each_other(handbook: Visit, going_on: threading.Event) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    other = Visit(page.context.new_page(), handbook.address)
    other.page.goto(handbook.address)
    other.ask("What does a new key cost?")
    expect(other.page.get_by_role("button", name="Stop answering")).to_be_visible()
    going_on.set()
    expect(other.answered()).to_contain_text("£20")
    expect(handbook.answered()).to_contain_text("November")
    other.page.goto(page.url)
    expect(other.answered()).to_contain_text("November")
    handbook.ask("And who looks after the bees?")
    expect(other.page.locator("#chat .asked")).to_have_count(2)
    other.answered(2)
    handbook.answered(2)


def test_an_edited_question_takes_the_place_of_the_first_until_that_is_undone(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    handbook.answered()
    page.locator("#chat .asked").hover()
    page.get_by_role("button", name="Edit").click()
    box = page.get_by_label("Your question")
    expect(box).to_have_value(QUESTION)
    box.fill("What does a new key cost?")
    box.press("Enter")
    expect(page.locator("#chat .asked")).to_have_text("What does a new key cost?")
    expect(handbook.answered()).to_contain_text("£20")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#chat .asked")).to_have_text(QUESTION)
    expect(handbook.answered()).to_contain_text("November")


@pytest.mark.long
def test_an_answer_can_be_had_again_from_more_places(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    handbook.answered()
    page.get_by_role("button", name="Look in more places", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(handbook.answered()).to_contain_text("November")
    expect(page.locator("#chat .asked")).to_have_count(1)


@pytest.mark.long
def test_only_the_last_answer_is_had_again(handbook: Visit) -> None:
    handbook.ask(QUESTION)
    handbook.answered()
    handbook.ask("What does a new key cost?")
    handbook.answered(2)
    expect(handbook.page.get_by_role("button", name="Look in more places")).to_have_count(1)


@pytest.mark.long
def test_a_question_asked_while_another_is_answered_is_kept(handbook: Visit, going_on: threading.Event) -> None:
    page = handbook.page
    handbook.ask(LONG_QUESTION)
    expect(page.get_by_role("button", name="Stop answering")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("how many taps are there?")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("how many taps are there?")
    going_on.set()
    handbook.answered()
    page.get_by_label("Your question").press("Enter")
    expect(handbook.answered(2)).to_contain_text("nine taps")


@pytest.mark.long
def test_an_answer_that_waits_for_another_can_be_stopped(handbook: Visit, going_on: threading.Event) -> None:
    handbook.ask(LONG_QUESTION)
    expect(handbook.page.get_by_role("button", name="Stop answering")).to_be_visible()
    other = Visit(handbook.page.context.new_page(), handbook.address)
    other.page.goto(handbook.address)
    other.ask(QUESTION)
    other.page.get_by_role("button", name="Stop answering").click()
    expect(other.page.locator("#chat .foot")).to_contain_text("stopped")
    going_on.set()
    handbook.answered()


@pytest.mark.long
def test_a_picture_that_cannot_be_read_is_not_answered_from_another_document(handbook: Visit) -> None:
    handbook.page.locator("#attach-input").set_input_files(
        {"name": "torn.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n and nothing else"}
    )
    expect(handbook.page.locator(".attachment")).to_contain_text("torn.png")
    handbook.ask("When are bonfires allowed?")
    expect(handbook.page.locator("#chat .failure")).to_contain_text("torn.png could not be read")


@pytest.mark.long
def test_an_answer_is_copied_with_its_sources(handbook: Visit) -> None:
    handbook.ask(QUESTION)
    handbook.answered()
    handbook.page.get_by_role("button", name="Copy").click()
    expect(handbook.page.get_by_text("Copied with its sources")).to_be_visible()
    copied = handbook.page.evaluate("navigator.clipboard.readText()")
    assert "1 November to 28 February" in copied
    assert f"[1] {HANDBOOK.name}, page 3" in copied


def test_a_picture_that_comes_with_a_question_is_read_and_answered_from(visit: Visit) -> None:
    page = visit.page
    page.locator("#attach-input").set_input_files(PHOTO)
    expect(page.locator(".attachment")).to_contain_text(PHOTO.name)
    visit.ask("Where is the key?")
    turn = visit.answered()
    expect(turn.locator(".quotation")).to_contain_text("KEY AT PLOT 12")
    expect(turn.locator(".figures img").first).to_be_visible()
    page.reload()
    expect(page.locator("#chat .attached-picture")).to_be_visible()


@pytest.mark.long
def test_a_conversation_is_saved_with_its_sources(handbook: Visit, services: Services) -> None:
    page = handbook.page
    handbook.ask(QUESTION)
    handbook.answered()
    number = services.library.conversations.all()[0].id
    markdown = page.request.get(f"{handbook.address}/conversations/{number}/export.md").text()
    assert f"## {QUESTION}" in markdown
    assert f"- [1] {HANDBOOK.name}, page 3: “Bonfires are allowed" in markdown
    web_page = page.request.get(f"{handbook.address}/conversations/{number}/export.html")
    assert "attachment" in web_page.headers["content-disposition"]
    assert "src='data:image/png;base64," in web_page.text()
    assert not re.search(r"https?://", web_page.text())


def test_nothing_in_a_saved_conversation_loads_or_leads_anywhere(services: Services) -> None:
    library = services.library
    talk = library.conversations.start("![x](https://evil.example) <img src=x>")
    library.messages.add(talk, "user", "# Is [this](https://evil.example) so?")
    library.messages.add(talk, "assistant", "> ![x](https://evil.example/?q)\n\n<img src=x> **yes**", {"done": True})
    conversation = library.conversations.get(talk)
    assert conversation is not None
    shown = MarkdownIt("commonmark").render(conversation_markdown(library, conversation))
    assert "<strong>yes</strong>" in shown
    assert "<img" not in shown
    assert "href=" not in shown
    assert "<img" not in conversation_html(library, conversation)


@pytest.mark.long
def test_conversations_are_renamed_found_deleted_and_brought_back(handbook: Visit, services: Services) -> None:
    page = handbook.page
    for number in range(6):
        services.library.messages.add(services.library.conversations.start(f"Talk {number}"), "user", f"zebra {number}")
    handbook.ask(QUESTION)
    handbook.answered()
    rows = page.locator("#conversations .conversation")
    handbook.choose(f"Actions for conversation {QUESTION}", "Rename")
    page.get_by_label("Name", exact=True).fill("About fires")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("#conversations .current")).to_contain_text("About fires")
    page.get_by_label("Search the conversations").fill("zebra 3")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Talk 3")
    page.get_by_label("Search the conversations").fill("")
    handbook.choose("Actions for conversation About fires", "Delete")
    expect(page.locator("#chat .asked")).to_have_count(0)
    expect(rows.filter(has_text="About fires")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#chat .asked")).to_have_text(QUESTION)


@pytest.mark.long
@pytest.mark.parametrize("questions", [10, 100])
def test_a_long_conversation_is_shown_and_answered(handbook: Visit, services: Services, questions: int) -> None:
    library = services.library
    talk = library.conversations.start("A long talk")
    for number in range(questions):
        library.messages.add(talk, "user", f"Question {number}")
        library.messages.add(talk, "assistant", f"Answer **{number}**.", {"done": True})
    handbook.page.goto(f"{handbook.address}/?conversation={talk}")
    expect(handbook.page.locator("#chat .asked")).to_have_count(questions)
    expect(handbook.page.locator("#chat .turn").last).to_be_in_viewport()
    handbook.ask(QUESTION)
    expect(handbook.answered(questions + 1)).to_contain_text("November")


@pytest.mark.long
def test_a_crash_in_the_middle_of_an_answer_keeps_what_was_said(profile: BrowserContext, tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--library", str(tmp_path / "library"), "--port", "0", "--no-browser"]

    def start() -> tuple[subprocess.Popen[str], str, str]:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        found = re.search(r"(http://[\d.:]+)/\?key=(\S+)", process.stdout.readline())
        assert found is not None
        return process, found[1], found[2]

    process, address, key = start()
    with visiting(profile, address, key) as visit:
        drop(visit.page, HANDBOOK)
        expect(visit.document(HANDBOOK.name)).to_be_visible()
        visit.ask(LONG_QUESTION)
        expect(visit.page.locator("#chat .card").first).to_be_visible()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        expect(visit.page.get_by_role("status").filter(has_text="isn’t running any more")).to_be_visible()
    process, address, key = start()
    try:
        with visiting(profile, address, key) as visit:
            visit.page.locator("#conversations .row-open").click()
            expect(visit.page.locator("#chat .asked")).to_have_text(LONG_QUESTION)
            expect(visit.page.locator("#chat .card").first).to_be_visible()
            expect(visit.page.locator("#chat .failure")).to_contain_text("interrupted")
            visit.page.get_by_role("button", name="Answer again", exact=True).click()
            visit.answered()
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.long
def test_what_is_typed_is_told_to_the_app_before_anybody_pauses(handbook: Visit) -> None:
    told: list[str | None] = []
    handbook.page.on("request", lambda request: told.append(request.post_data) if "/typed" in request.url else None)
    with handbook.page.expect_request(lambda request: request.post_data == "When are bonfires allowed"):
        handbook.page.locator("#question").press_sequentially("When are bonfires allowed", delay=60)
    assert len(told) > 1


@pytest.mark.long
def test_typing_in_a_collection_reads_ahead_there_alone(handbook: Visit) -> None:
    with handbook.page.expect_request(lambda request: "/typed" in request.url) as typed:
        handbook.page.get_by_label("Your question").press_sequentially("When are bonfires", delay=10)
    response = typed.value.response()
    assert response is not None
    assert response.status == 204
    assert json.dumps(typed.value.post_data)
