"""What a person does in the page about their data and about what has left, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from library.backup import read_manifest
from tests.test_browser import PATIENCE, Visit, address, browser, handbook, visit

__all__ = ["address", "browser", "handbook", "visit"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")


def show(page: Page, module: str, part: str) -> None:
    page.evaluate(
        "([module, part]) => import(`/lamplight/${module}.js`).then((found) => document.body.append(found[part]()))",
        [module, part],
    )


def data_section(page: Page) -> None:
    show(page, "data", "dataSection")
    expect(page.locator(".size-bar")).to_be_visible()


def test_all_is_backed_up_erased_and_brought_back(handbook: Visit, tmp_path: Path) -> None:
    page = handbook.page
    documents = page.locator("#library .row:not(.job)")
    before = documents.count()
    data_section(page)
    expect(page.get_by_role("button", name="Restore…")).to_be_disabled()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Back up").click()
    downloading.value.save_as(tmp_path / "backup.zip")
    assert read_manifest(tmp_path / "backup.zip").documents == before

    page.get_by_text("Erase everything…").click()
    erase = page.get_by_role("button", name="Erase everything")
    page.get_by_label("Type “erase” to confirm").fill("eras")
    expect(erase).to_be_disabled()
    page.get_by_label("Type “erase” to confirm").fill("erase")
    with page.expect_navigation(timeout=PATIENCE):
        erase.click()
    expect(page.locator("#welcome h1")).to_be_visible(timeout=PATIENCE)
    expect(documents).to_have_count(0)

    data_section(page)
    page.get_by_label("Backup to restore").set_input_files(
        {"name": "cut.zip", "mimeType": "application/zip", "buffer": (tmp_path / "backup.zip").read_bytes()[:-1]}
    )
    expect(page.locator(".data-status")).to_contain_text("cut.zip is damaged")
    with page.expect_navigation(timeout=PATIENCE):
        page.get_by_label("Backup to restore").set_input_files(tmp_path / "backup.zip")
    expect(documents).to_have_count(before, timeout=PATIENCE)


def test_the_badge_says_that_nothing_left_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit.page
    show(page, "badge", "badge")
    badge = page.get_by_role("button", name="Nothing has left this computer")
    badge.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("since Lamplight started")
    expect(badge).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(badge).to_be_focused()
