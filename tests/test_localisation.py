"""The page and the terminal speak the person's language, and a language is one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from playwright.sync_api import expect

from lamplight import languages
from lamplight.languages import accepted, chosen, gettext, of_system, speaking, translated
from lamplight.samples import HANDBOOK
from localisation.__main__ import main, messages_of_code
from tests.test_accessibility import assert_accessible
from tests.visits import NARROW, Visit, drop

MARKED = re.compile(r"⟦.*⟧", re.DOTALL)
ACCENTED = str.maketrans("aeiouAEIOUcnys", "åéîøüÅÉÎØÜçñýš")
LONGER = 0.4  # German and Finnish words are that much longer
# What has no other word anywhere, or is the person's own.
ITSELF = re.compile(r"Lamplight|SmolLM2|[\d.,]+ ?[KMG]B|English|Deutsch|Français|Español|中文|Enter|Shift|Esc|Home|Tab")


def pseudo(message: str) -> str:
    """As another language would say it: other letters, longer words, all of it known by its brackets."""
    pieces = re.split(r"(\{\{|\}\}|\{\w+\}|<[^>]+>|`[^`]*`)", message)
    said = "".join(piece if at % 2 else piece.translate(ACCENTED) for at, piece in enumerate(pieces))
    return f"⟦{said}{'·' * round(LONGER * len(message))}⟧"


@pytest.fixture(scope="module")
def pseudo_languages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two languages that nobody speaks beside those there are: `eo`, and `ar` from right to left."""
    folder = tmp_path_factory.mktemp("languages")
    for path in languages.FOLDER.glob("*.mo"):
        copy(path, folder)
    made = Catalog(locale="en", charset="utf-8")
    for message in messages_of_code():
        if message.id and not message.context:
            forms = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [pseudo(form) for form in forms]
            made.add(message.id, said[0] if isinstance(message.id, str) else tuple(said))
    for code in ("eo", "ar"):
        with (folder / f"{code}.mo").open("wb") as file:
            write_mo(file, made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "FOLDER", folder)
        languages.catalogue.cache_clear()
        yield folder
    languages.catalogue.cache_clear()


def in_language(visit: Visit, code: str) -> None:
    visit.page.context.add_cookies([{"name": "lamplight-language", "value": code, "url": visit.address}])
    visit.page.reload()
    expect(visit.page.locator("html")).to_have_attribute("lang", code)
    expect(visit.page.locator("#composer textarea")).to_be_visible()


def test_every_catalogue_is_complete_and_as_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m localisation` makes them so."""
    monkeypatch.setattr("sys.argv", ["localisation", "--check"])
    assert main() == 0


def test_the_first_language_that_is_there_is_taken() -> None:
    assert accepted("de-AT,de;q=0.9,en;q=0.8") == "de"
    assert accepted("it;q=0.9, fr-CA;q=0.7, en;q=0.3") == "fr"
    assert accepted("zh-Hans-CN") == "zh" and accepted("tlh") == accepted("") == accepted(";;q=x,") == "en"
    assert accepted("de;q=0, es;q=0.1") == "es" and accepted("de;q=0") == "en"
    assert chosen("pt_BR") is None and chosen("../de") is None


def test_the_terminal_speaks_as_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert of_system() == "de"
    monkeypatch.setenv("LC_ALL", "C")
    assert of_system() == "en"
    monkeypatch.setenv("LANGUAGE", "tlh:es")
    assert of_system() == "es"


def test_a_sentence_from_elsewhere_is_found_again_with_its_values() -> None:
    """Errors are raised, kept and sent in English; a name in one may be anything."""
    english = "lease {old}.pdf could not be read, so nothing was answered; the library says why."
    with speaking("de"):
        said = translated(english)
        assert said != english and "lease {old}.pdf" in said and "could not" not in said
        assert translated("Nobody has ever written this sentence.") == "Nobody has ever written this sentence."
        assert translated("Sum") == gettext("Sum")
        reading = translated("a: b.pdf: reading page 2 of 3")  # of a file inside another
        assert reading.startswith("a: b.pdf: ") and "reading" not in reading
    with speaking("en"):
        assert translated(english) == english


def test_the_page_speaks_the_language_that_was_chosen(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("Control+,")
    with page.expect_navigation():
        page.get_by_label("Language").select_option(label="Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Your question")).to_have_count(0)
    page.keyboard.press("Control+,")
    with page.expect_navigation():
        page.get_by_label("Sprache").select_option(index=0)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Your question")).to_be_visible()


@pytest.mark.usefixtures("emptied", "pseudo_languages")
@pytest.mark.parametrize("section", [None, "Appearance", pytest.param("Your data", marks=pytest.mark.long)])
def test_nothing_on_the_page_is_left_in_english(visit: Visit, section: str | None) -> None:
    in_language(visit, "eo")
    if section:
        visit.page.keyboard.press("Control+,")
        visit.page.get_by_role("tab", name=pseudo(section)).click()
        expect(visit.page.get_by_role("tabpanel")).not_to_contain_text(pseudo("One moment…"))
    texts = visit.page.locator("body").evaluate(
        """(body) => {
            const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
            const found = [];
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const around = node.parentElement;
                if (around.checkVisibility() && !around.closest(".rows, .example, code, kbd")) found.push(node.data);
            }
            for (const node of body.querySelectorAll("[aria-label], [title], [placeholder]")) {
                const said = ["aria-label", "title", "placeholder"].map((name) => node.getAttribute(name));
                if (node.checkVisibility() && !node.closest(".rows")) found.push(...said.filter(Boolean));
            }
            return found;
        }"""
    )
    left = [text for text in texts if re.search(r"[^\W\d_]{2}", ITSELF.sub("", MARKED.sub("", text)))]
    assert left == []


@pytest.mark.usefixtures("pseudo_languages")
@pytest.mark.parametrize("code", [pytest.param("eo", marks=pytest.mark.long), "ar"])
def test_longer_words_and_the_other_direction_fit(visit: Visit, code: str) -> None:
    page = visit.page
    drop(page, HANDBOOK)
    expect(visit.document(HANDBOOK.name)).to_be_visible()
    in_language(visit, code)
    box = page.locator("#composer textarea")
    box.fill("When are bonfires allowed?")
    box.press("Enter")
    visit.answered()
    page.locator("#chat .answer a.citation").first.click()
    expect(page.locator("#sources .page-picture.loaded")).to_be_visible()
    assert_accessible(page)
    library, sources = page.locator("#sidebar").bounding_box(), page.locator("#sources-column").bounding_box()
    assert library and sources and (library["x"] > sources["x"]) is (code == "ar")
    for width, height in ((NARROW["width"], NARROW["height"]), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.usefixtures("pseudo_languages")
@pytest.mark.parametrize("code", ["eo", "ar"])
def test_the_arrow_key_that_points_on_leads_on(visit: Visit, code: str) -> None:
    page = visit.page
    in_language(visit, code)
    page.keyboard.press("Control+,")
    tabs = page.get_by_role("tab")
    page.keyboard.press("ArrowLeft" if code == "ar" else "ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight" if code == "ar" else "ArrowLeft")
    expect(tabs.nth(0)).to_be_focused()


@pytest.mark.long
@pytest.mark.parametrize("code", ["de", "zh"])
@pytest.mark.parametrize("section", range(2))
def test_other_languages_keep_nobody_out(visit: Visit, code: str, section: int) -> None:
    in_language(visit, code)
    assert_accessible(visit.page)
    visit.page.keyboard.press("Control+,")
    visit.page.get_by_role("tab").nth(section).click()
    expect(visit.page.get_by_role("tabpanel").locator("p, label, h3").first).to_be_visible()
    assert_accessible(visit.page)
