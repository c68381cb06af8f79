"""Looking into documents: pages by number and key, words found in them, headings and tables as such."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route, expect

from lamplight.samples import FEES, HANDBOOK
from tests.test_accessibility import assert_accessible
from tests.visits import Visit, drop


def test_pages_are_turned_by_number_and_key_and_words_found_in_them(handbook: Visit) -> None:
    page = handbook.page
    handbook.document("fernhill-handbook.pdf").locator(".row-name").click()
    number = page.get_by_label("Page", exact=True)
    picture = page.locator("#sources .page-picture.loaded")
    expect(picture).to_be_visible()
    number.fill("3")
    number.press("Enter")
    expect(page.locator("#sources .excerpt")).to_contain_text("Bonfires are allowed")
    page.locator("#sources h2").focus()
    for key, shown in (("Home", "1"), ("PageDown", "2"), ("End", "4"), ("PageUp", "3")):
        page.keyboard.press(key)
        expect(number).to_have_value(shown)
    page.get_by_label("Find in this document").fill("row warden")
    expect(page.locator("#sources .found-told")).to_have_text("2 on 2 pages")
    expect(page.locator("#sources .page-picture.loaded .box").first).to_be_visible()
    expect(page.locator("#sources .excerpt mark").first).to_have_text("row warden", ignore_case=True)
    page.get_by_label("Find in this document").press("Enter")
    expect(number).to_have_value("3")
    handbook.photograph("found-in-document")
    assert_accessible(page)


@pytest.mark.long
def test_a_word_document_shows_its_headings_and_tables(visit: Visit) -> None:
    page = visit.page
    drop(page, FEES)
    visit.document(FEES.name).first.wait_for()
    visit.document(FEES.name).first.locator(".row-name").click()
    expect(page.locator("#sources .excerpt h3")).to_have_text("Notes")
    expect(page.locator("#sources .excerpt th").nth(1)).to_have_text("Full plot")
    expect(page.locator("#sources .excerpt tbody tr")).to_have_count(5)
    expect(page.locator("#sources .excerpt")).not_to_contain_text("|")
    visit.photograph("parts")
    assert_accessible(page)


def test_the_box_that_finds_everything_finds_what_stands_in_documents(handbook: Visit) -> None:
    page = handbook.page
    page.keyboard.press("Control+k")
    page.keyboard.type("dwarfing rootstock")
    found = page.get_by_role("option").filter(has_text="page 3")
    expect(found.first).to_contain_text("Fruit trees on dwarfing rootstock")
    handbook.photograph("places")
    assert_accessible(page)
    found.first.click()
    expect(page.get_by_label("Page", exact=True)).to_have_value("3")
    expect(page.locator("#sources .excerpt mark").first).to_have_text("dwarfing rootstock")


def test_what_was_sought_before_is_not_shown_when_it_comes_later(handbook: Visit) -> None:
    page, held = handbook.page, list[Route]()
    handbook.document(HANDBOOK.name).locator(".row-name").click()
    page.route("**/find?words=plot", lambda route: held.append(route))
    find = page.get_by_role("searchbox", name="Find in this document")
    find.fill("plot")
    with page.expect_response("**/find?words=zebrawood"):
        with page.expect_request("**/find?words=plot"):
            find.press("Enter")
        find.fill("zebrawood")
        find.press("Enter")
    told = page.locator("#sources .found-told")
    expect(told).to_have_text("Not found")
    with page.expect_response("**/find?words=plot"):
        held[0].continue_()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(told).to_have_text("Not found")


@pytest.mark.parametrize("key", [{"isComposing": True}, {"keyCode": 229}], ids=["most", "Safari"])
def test_a_key_that_an_input_method_takes_does_nothing_else(handbook: Visit, key: dict[str, object]) -> None:
    page = handbook.page
    press = f"""(box) => box.dispatchEvent(
        new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true, cancelable: true, ...{json.dumps(key)} }}))"""
    box = page.get_by_label("Your question")
    box.press_sequentially("@fern")
    box.evaluate(press)
    expect(box).to_have_value("@fern")
    expect(page.get_by_role("option", name=HANDBOOK.name)).to_be_visible()
    page.keyboard.press("Control+k")
    found = page.get_by_role("combobox", name="Search and commands")
    found.fill("settings")
    found.evaluate(press)
    expect(found).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(1)


def test_one_tab_leads_over_a_list_and_arrows_through_it(handbook: Visit) -> None:
    page = handbook.page
    assert page.evaluate("document.querySelector('a[href], button, input, textarea').className") == "skip"
    row = handbook.document("fernhill-handbook.pdf").first
    row.locator(".row-name").focus()
    page.keyboard.press("ArrowRight")
    expect(row.get_by_role("button", name="Actions for")).to_be_focused()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('#library .documents').contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    expect(row.get_by_role("button", name="Actions for")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(row.get_by_role("checkbox")).to_be_focused()
    page.get_by_role("link", name="Go to the question").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_focused()


@pytest.mark.long
def test_what_lies_over_the_page_is_in_its_font(handbook: Visit) -> None:
    page = handbook.page
    own = page.evaluate("getComputedStyle(document.querySelector('#question')).fontFamily")
    page.locator("#add-files").click()
    page.locator("#veil").evaluate("(veil) => veil.classList.add('shown')")
    fonts = page.evaluate(
        "[...document.querySelectorAll('.menu button, #veil')].map((one) => getComputedStyle(one).fontFamily)"
    )
    assert set(fonts) == {own}
    page.keyboard.press("Escape")
    page.locator(".badge").click()
    assert page.evaluate("getComputedStyle(document.querySelector('.badge-popover')).fontFamily") == own
