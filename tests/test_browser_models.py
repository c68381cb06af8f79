"""What the bundled model is good for, choosing another one beside the question, and what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lamplight.ui.services import Services
from tests.model_servers import free_to_choose
from tests.test_accessibility import assert_accessible
from tests.test_extensions import install, installed
from tests.visits import Visit

__all__ = ["install", "installed"]  # fixtures


def test_the_welcome_says_what_the_model_is_good_for_and_leads_to_larger_ones(visit: Visit) -> None:
    page = visit.page
    note = page.locator("#welcome .model-note")
    expect(note).to_contain_text("finds, quotes and computes")
    visit.photograph("model-note")
    assert_accessible(page)
    note.get_by_role("button").click()
    expect(page.get_by_role("tab", name="Models")).to_have_attribute("aria-selected", "true")


def test_the_model_is_changed_beside_the_question(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Model that answers: SmolLM2-135M-Instruct").click()
    chosen = page.get_by_role("menuitemradio", name="SmolLM2-135M-Instruct")
    expect(chosen).to_have_attribute("aria-checked", "true")
    page.get_by_role("menuitem", name="Get a larger model").click()
    expect(page.get_by_role("tab", name="Models")).to_have_attribute("aria-selected", "true")


@pytest.mark.long
@pytest.mark.usefixtures("installed")
def test_a_model_of_an_extension_is_chosen_like_any_other(
    visit: Visit, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free_to_choose(services.models, tmp_path / "models", monkeypatch)
    page = visit.page
    page.get_by_role("button", name="Model that answers: SmolLM2-135M-Instruct").click()
    page.get_by_role("menuitemradio", name="Parrot").click()
    expect(page.get_by_role("button", name="Model that answers: Parrot")).to_be_visible()
    page.keyboard.press("Control+,")
    page.get_by_role("tab", name="Models").click()
    row = page.locator(".model", has_text="Parrot")
    expect(row).to_contain_text("in use")
    expect(row).to_contain_text("Added by the extension lamplight-parrot 1.0.")
    row.scroll_into_view_if_needed()
    visit.photograph("extension-model")
    assert_accessible(page)


@pytest.mark.long
def test_what_is_remembered_of_this_library_has_a_limit_and_is_cleared(handbook: Visit, services: Services) -> None:
    page, before = handbook.page, services.models.contexts.limit
    handbook.ask("When are bonfires allowed?")
    handbook.answered()
    services.models.contexts.flush()
    assert services.models.contexts.disk_usage() > 0
    page.keyboard.press("Control+,")
    page.get_by_role("tab", name="Your data").click()
    section = page.locator(".remembered")
    expect(section).to_contain_text("of this library’s passages")
    handbook.photograph("remembered")
    assert_accessible(page)
    section.get_by_label("At most").select_option("250000000")
    expect(page.locator(".data-status")).to_contain_text("At most")
    assert services.models.contexts.limit == 250_000_000
    services.models.contexts.set_limit(before)
    section.get_by_role("button", name="Clear").click()
    expect(page.locator(".data-status")).to_contain_text("is gone")
    assert services.models.contexts.disk_usage() == 0
