"""What stays, what is a draft, and what can be had besides: the answer as a person sees it come."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from lamplight.models.loading import Models
from lamplight.rag.guide import GuideBuilder
from lamplight.samples import HANDBOOK
from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import Visit

# Keeps each different text that the answer had, drafts aside.
WATCH = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const answers = document.querySelectorAll("#chat .turn > .answer");
        const text = answers.length ? answers[answers.length - 1].textContent.trim() : "";
        if (text && text !== window.seen.at(-1)) window.seen.push(text);
    }).observe(document.querySelector("#chat"), { childList: true, subtree: true, characterData: true });
}"""


@pytest.mark.parametrize("mode", [pytest.param("documents", marks=pytest.mark.long), "documents+knowledge"])
def test_what_is_shown_while_it_is_written_stays_or_is_visibly_a_draft(
    handbook: Visit, mode: str, whole_answers: None
) -> None:
    page = handbook.page
    page.locator(f"#mode input[value='{mode}']").check(force=True)
    page.evaluate(WATCH)
    handbook.ask("When are bonfires allowed?")
    turn = handbook.answered()
    said = turn.locator(".answer").inner_text()
    expect(turn.locator(".draft.streaming")).to_have_count(0)
    seen = page.evaluate("window.seen")
    assert seen
    final = page.evaluate("document.querySelector('#chat .turn > .answer').textContent.trim()")
    assert all(final.startswith(one) for one in seen), (said, seen)


@pytest.mark.long
def test_the_model_s_own_words_and_the_numbers_can_be_had(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask("How many taps are there?")
    turn = handbook.answered()
    expect(turn.locator(".answer")).to_contain_text("nine taps")
    how = turn.locator("details.how")
    expect(how.locator("p").first).to_be_hidden()
    how.locator("summary").click()
    expect(how).to_contain_text("SmolLM2")
    own = turn.locator("details.draft")
    if own.count():
        own.locator("summary").click()
        expect(own.locator("p").first).to_be_visible()
    handbook.photograph("own-words")
    assert_accessible(page)


@pytest.mark.long
def test_another_way_is_offered_instead_of_the_same_again(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask("When are bonfires allowed?")
    turn = handbook.answered()
    expect(turn.get_by_role("button", name="Answer again")).to_have_count(0)
    before = turn.locator(".answer a.citation").count()
    turn.get_by_role("button", name="Look in more places").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    turn = handbook.answered()
    expect(turn.locator(".answer")).to_contain_text("Other places that may answer")
    assert turn.locator(".answer a.citation").count() > before
    handbook.photograph("more-places")
    turn.get_by_role("button", name="Choose a larger model").click()
    expect(page.get_by_role("tab", name="Models")).to_have_attribute("aria-selected", "true")


def test_answers_and_refusals_name_the_files_that_are_still_being_read(handbook: Visit, services: Services) -> None:
    page = handbook.page
    services.queue.pause()
    try:
        page.locator("#add-files-input").set_input_files(
            {"name": "bees.txt", "mimeType": "text/plain", "buffer": b"Bees fly at ten degrees."}
        )
        expect(page.locator("#library .job")).to_contain_text("bees.txt")
        handbook.ask("At how many degrees do bees fly?")
        turn = handbook.answered()
        expect(turn.locator(".unread")).to_have_text(
            "1 file was still being read: bees.txt. Ask again when they are ready."
        )
        handbook.photograph("unread")
        assert_accessible(page)
    finally:
        services.queue.resume()
    handbook.document("bees.txt").wait_for()
    page.get_by_role("button", name="Answer again").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    turn = handbook.answered()
    expect(turn.locator(".unread")).to_have_count(0)
    expect(turn.locator(".answer")).to_contain_text("ten degrees")


@pytest.mark.long
def test_what_is_offered_to_ask_was_asked_before_and_is_answered(
    handbook: Visit, services: Services, loaded: Models
) -> None:
    page = handbook.page
    GuideBuilder(services.library, loaded).make_missing(lambda: False)
    offered = page.locator("#welcome .example")
    expect(offered.first).to_be_visible()
    assert not [question for question in offered.all_inner_texts() if HANDBOOK.stem in question]
    offered.first.click()
    expect(handbook.answered().locator(".answer a.citation").first).to_be_visible()


def test_a_question_that_cannot_be_kept_is_in_the_box_again_with_why(handbook: Visit, services: Services) -> None:
    handbook.page.locator("#conversations").get_by_role("button", name="New").click()
    services.library.database.connection.execute("PRAGMA query_only = ON")
    try:
        handbook.ask("When are bonfires allowed?")
        expect(handbook.page.locator("#toasts .toast").last).to_contain_text("can't be written")
    finally:
        services.library.database.connection.execute("PRAGMA query_only = OFF")
    expect(handbook.page.locator("#question")).to_have_value("When are bonfires allowed?")


@pytest.mark.long
def test_the_source_is_under_a_heading(handbook: Visit) -> None:
    handbook.ask("When are bonfires allowed?")
    handbook.answered().locator("a.citation").first.click()
    expect(handbook.page.locator("#sources .source-place")).to_have_text("Page 3 · Fires, animals and children")


def test_a_refusal_leads_on_to_the_lines_that_come_nearest(handbook: Visit) -> None:
    page = handbook.page
    handbook.ask("How long is a giraffe's neck?")
    handbook.answered().get_by_role("button", name="Show the nearest lines").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    turn = handbook.answered()
    expect(turn.locator(".answer.refusal")).to_contain_text("These lines come nearest")
    expect(turn.locator(".answer a.citation").first).to_be_visible()
    expect(turn.get_by_role("button", name="Show the nearest lines")).to_have_count(0)
