"""On a telephone: nothing that leads to the question stays over it, and going back closes what lies over the chat."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lamplight.samples import HANDBOOK
from tests.visits import NARROW, Visit

QUESTION = "When are bonfires allowed?"


@pytest.fixture
def telephone(handbook: Visit) -> Visit:
    handbook.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    return handbook


def assert_reached(page: Page) -> None:
    """The question box can be touched."""
    page.get_by_label("Your question").click()
    expect(page.locator("#sources-column")).to_be_hidden()
    expect(page.locator("#sidebar")).to_be_hidden()


def open_viewer(visit: Visit) -> None:
    visit.page.locator("#open-drawer").click()
    visit.document(HANDBOOK.name).locator(".row-name").click()
    expect(visit.page.locator("#sources h2")).to_be_visible()


def test_asking_about_a_document_leads_to_the_question(telephone: Visit) -> None:
    page = telephone.page
    open_viewer(telephone)
    page.get_by_role("button", name="Ask about it").click()
    assert_reached(page)
    expect(page.locator("#composer .about")).to_contain_text(HANDBOOK.name)
    telephone.photograph("telephone-about")
    page.get_by_role("button", name=f"Don’t ask {HANDBOOK.name} alone").click()
    page.locator("#open-drawer").click()
    page.get_by_label(f"Choose {HANDBOOK.name}").check(force=True)
    page.get_by_role("button", name="Ask about 1 document").click()
    assert_reached(page)
    expect(page.locator("#composer .about")).to_contain_text(HANDBOOK.name)


def test_a_question_of_the_guide_leads_to_its_answer(telephone: Visit) -> None:
    page = telephone.page
    page.route(
        "**/documents/*",
        lambda route: route.fulfill(json={**route.fetch().json(), "guide": {**GUIDE, "questions": [QUESTION]}}),
    )
    open_viewer(telephone)
    page.get_by_role("button", name=QUESTION).click()
    assert_reached(page)
    expect(telephone.answered()).to_contain_text("November")
    assert "conversation=" in page.url


GUIDE: dict[str, list[str]] = {name: [] for name in ("lines", "figures", "dates", "names", "outline")}


def test_going_back_closes_what_covers_the_chat_and_then_leads_to_the_place_before(telephone: Visit) -> None:
    page = telephone.page
    telephone.ask(QUESTION)
    telephone.answered()
    before = page.url
    page.locator("#open-drawer").click()
    page.go_back()
    assert_reached(page)
    page.locator("#chat a.citation").first.click()
    expect(page.locator("#sources h2")).to_be_visible()
    page.get_by_role("button", name="Close sources").click()
    open_viewer(telephone)
    page.go_back()
    assert_reached(page)
    assert page.url == before
    page.locator("#open-drawer").click()
    page.locator("#new-conversation").click()
    assert_reached(page)
    expect(page.locator("#chat .asked")).to_have_count(0)
    page.go_back()
    expect(page.locator("#chat .asked")).to_have_text(QUESTION)
    assert page.url == before
