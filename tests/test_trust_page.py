"""What a person does in the page about their data and about what has left, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lamplight.library.backup import read_manifest
from tests.test_accessibility import assert_accessible
from tests.visits import Visit


def your_data(page: Page) -> Locator:
    """The section, opened in the settings."""
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("tab", name="Your data").click()
    expect(page.locator(".size-bar")).to_be_visible()
    return page.locator(".data-section")


@pytest.mark.long
def test_all_is_backed_up_erased_and_brought_back(handbook: Visit, tmp_path: Path) -> None:
    page = handbook.page
    documents = page.locator("#library .document")
    before = documents.count()
    data = your_data(page)
    expect(data.get_by_role("button", name="Restore…")).to_be_disabled()
    with page.expect_download() as downloading:
        data.get_by_role("link", name="Back up").click()
    downloading.value.save_as(tmp_path / "backup.zip")
    assert read_manifest(tmp_path / "backup.zip").documents == before

    data.get_by_text("Erase everything…").click()
    erase = data.get_by_role("button", name="Erase everything")
    word = data.get_by_label("Type “erase” to confirm")
    word.fill("eras")
    expect(erase).to_be_disabled()
    word.fill("erase")
    assert_accessible(page)
    with page.expect_navigation():
        erase.click()
    expect(page.locator("#library").get_by_text("Drop files anywhere")).to_be_visible()
    expect(documents).to_have_count(0)

    data = your_data(page)
    data.get_by_label("Backup to restore").set_input_files(
        {"name": "cut.zip", "mimeType": "application/zip", "buffer": (tmp_path / "backup.zip").read_bytes()[:-1]}
    )
    expect(data.get_by_role("status")).to_contain_text("cut.zip is damaged")
    with page.expect_navigation():
        data.get_by_label("Backup to restore").set_input_files(tmp_path / "backup.zip")
    expect(documents).to_have_count(before)


def test_the_badge_says_that_nothing_left_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit.page
    badge = page.get_by_role("button", name="Nothing has left this computer")
    badge.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("since Lamplight started")
    expect(badge).to_have_attribute("aria-expanded", "true")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(badge).to_be_focused()
