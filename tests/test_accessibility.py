"""The page can be used by everybody: axe-core finds nothing in any state, and the keyboard reaches everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lamplight.samples import HANDBOOK
from tests.visits import NARROW, Visit, drop

DARK = "rgb(25, 22, 19)"  # the ground of the page at night
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # the others needn't be written out
}


def assert_accessible(page: Page) -> None:
    """Fails with the rules that are broken, and by what."""
    found = Axe().run(page, options=RULES).response["violations"]
    told = [
        (rule["id"], [(node["html"][:160], node["failureSummary"]) for node in rule["nodes"][:4]]) for rule in found
    ]
    assert told == []


def nothing(visit: Visit) -> None:
    expect(visit.page.locator("#welcome h2")).to_be_visible()


def library(visit: Visit) -> None:
    drop(visit.page, HANDBOOK)
    expect(visit.document(HANDBOOK.name)).to_be_visible()


def failed_job(visit: Visit) -> None:
    visit.page.locator("#add-files-input").set_input_files(
        {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 and nothing else"}
    )
    expect(visit.page.locator("#library .row-failure")).to_be_visible()


def answer(visit: Visit) -> None:
    library(visit)
    visit.ask("When are bonfires allowed?")
    visit.answered()


def refusal(visit: Visit) -> None:
    library(visit)
    visit.ask("How long is a giraffe's neck?")
    visit.answered()


def sources(visit: Visit) -> None:
    answer(visit)
    visit.page.locator("#chat a.citation").first.click()
    expect(visit.page.locator("#sources .page-picture.loaded")).to_be_visible()


def document(visit: Visit) -> None:
    library(visit)
    visit.document(HANDBOOK.name).locator(".row-name").click()
    expect(visit.page.locator("#sources .page-picture.loaded")).to_be_visible()


def menu(visit: Visit) -> None:
    visit.page.locator("#add-files").click()
    expect(visit.page.get_by_role("menu")).to_be_visible()


def palette(visit: Visit) -> None:
    visit.page.keyboard.press("Control+k")
    expect(visit.page.get_by_role("listbox")).to_be_visible()


def folders(visit: Visit) -> None:
    visit.page.locator("#add-files").click()
    visit.page.get_by_role("menuitem", name="Watch a folder").click()
    expect(visit.page.locator(".folder-list ul")).to_be_visible()


def settings(section: str) -> Callable[[Visit], None]:
    def open_settings(visit: Visit) -> None:
        visit.page.keyboard.press("Control+,")
        visit.page.get_by_role("tab", name=section).click()
        expect(visit.page.get_by_role("tabpanel")).not_to_contain_text("One moment")

    return open_settings


STATES = [
    nothing,
    pytest.param(failed_job, marks=pytest.mark.long),
    # They are there with the sources, too.
    pytest.param(library, marks=pytest.mark.long),
    pytest.param(answer, marks=pytest.mark.long),
    pytest.param(refusal, marks=pytest.mark.long),
    sources,
    pytest.param(document, marks=pytest.mark.long),
    pytest.param(menu, marks=pytest.mark.long),
    pytest.param(palette, marks=pytest.mark.long),
    pytest.param(folders, marks=pytest.mark.long),
    pytest.param(settings("Appearance"), id="settings-appearance", marks=pytest.mark.long),
    pytest.param(settings("Models"), id="settings-models", marks=pytest.mark.long),
    pytest.param(settings("Your data"), id="settings-data", marks=pytest.mark.long),
    pytest.param(settings("Keyboard"), id="settings-keyboard", marks=pytest.mark.long),
]


@pytest.mark.parametrize("reach", STATES)
def test_nothing_keeps_anybody_out(visit: Visit, reach: Callable[[Visit], None]) -> None:
    visit.page.emulate_media(color_scheme="light")
    reach(visit)
    assert_accessible(visit.page)
    visit.page.emulate_media(color_scheme="dark")
    expect(visit.page.locator("body")).to_have_css("background-color", DARK)
    # Colours that are still changing have no contrast yet.
    visit.page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
    assert_accessible(visit.page)


@pytest.mark.long
@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(nothing, marks=pytest.mark.long),
        pytest.param(answer, marks=pytest.mark.long),
        sources,
        pytest.param(palette, marks=pytest.mark.long),
        settings("Your data"),
    ],
)
def test_a_narrow_screen_and_twice_the_size_fit(visit: Visit, reach: Callable[[Visit], None]) -> None:
    reach(visit)
    page = visit.page
    # At 200 % a window of 1,280 pixels shows 640.
    for width, height in ((NARROW["width"], NARROW["height"]), (640, 400)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(page)


def test_the_keyboard_alone_leads_to_an_answer_and_its_source(visit: Visit) -> None:
    library(visit)
    page = visit.page
    page.locator("body").click(position={"x": 700, "y": 20})
    page.keyboard.press("/")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("When are bonfires allowed?")
    page.keyboard.press("Enter")
    visit.answered()
    citation = page.locator("#chat .answer a.citation").first
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if citation.evaluate("(link) => link === document.activeElement"):
            break
    expect(citation).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sources .page-picture.loaded")).to_be_visible()
    page.keyboard.press("Escape")
    expect(citation).to_be_focused()


def test_a_finished_answer_is_said_once_and_no_word_before(visit: Visit) -> None:
    answer(visit)
    expect(visit.page.locator("#composer .unseen[role=status]")).to_contain_text("1 November to 28 February")
    expect(visit.page.get_by_role("log")).to_have_attribute("aria-live", "off")


def test_every_control_has_a_visible_focus(visit: Visit) -> None:
    library(visit)
    page = visit.page
    page.locator("body").click(position={"x": 700, "y": 20})
    seen: set[str] = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
                const node = document.activeElement;
                const lined = (one) => one && getComputedStyle(one).outlineStyle !== "none";
                const composer = node.closest("#composer .panel:focus-within"); // its border shows it
                const shown = composer || lined(node) || lined(node.closest("label"));
                return [node.tagName + "#" + node.id + "." + node.className, Boolean(shown) || node === document.body];
            }"""
        )
        seen.add(told[0])
        assert told[1], f"{told[0]} has the focus, and nobody sees it"
    assert len(seen) > 8


def test_no_button_needs_the_pointer_to_be_seen(visit: Visit) -> None:
    visit.page.evaluate("document.activeElement.blur()")
    for button in ("#open-settings", "#attach"):
        assert visit.page.locator(button).evaluate("(node) => getComputedStyle(node).opacity") == "1"


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(visit: Visit) -> None:
    menu(visit)
    page = visit.page
    expect(page.get_by_role("menuitem", name="Files…")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Watch a folder…")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#add-files")).to_be_focused()


@pytest.mark.long
def test_the_palette_finds_and_does(visit: Visit) -> None:
    library(visit)
    page = visit.page
    page.keyboard.press("Control+k")
    page.keyboard.type("handbook")
    page.keyboard.press("Enter")
    expect(page.locator("#sources .source-name")).to_have_text(HANDBOOK.name)
    page.keyboard.press("Control+k")
    page.keyboard.type("when are bonfires allowed?")
    page.keyboard.press("Enter")
    visit.answered()


def test_colours_and_text_size_are_chosen_and_kept(visit: Visit) -> None:
    page = visit.page
    settings("Appearance")(visit)
    page.get_by_text("Dark", exact=True).click()
    page.get_by_text("Larger", exact=True).click()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    assert page.evaluate("getComputedStyle(document.body).zoom") == "1.3"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
