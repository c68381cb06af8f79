"""Asking about one document or a few: from menu, card, `@name`, by ticking, and what "this" means."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lamplight.samples import PHOTO
from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import Visit, drop

RENTS = {"attic": "700", "barn": "80", "cellar": "45"}


@pytest.fixture
def rents(visit: Visit, tmp_path: Path) -> Visit:
    """A library of three leases that say the same of different things."""
    if not visit.document("attic.txt").count():
        paths = [tmp_path / f"{name}.txt" for name in RENTS]
        for path in paths:
            rent = f"The rent is {RENTS[path.stem]} euros a month."
            path.write_text(f"Lease of the {path.stem}.\n{rent}", encoding="utf-8")
        drop(visit.page, *paths)
    for name in RENTS:
        visit.document(f"{name}.txt").first.wait_for()
    return visit


def test_one_document_is_asked_from_its_menu_and_its_card(rents: Visit) -> None:
    page = rents.page
    rents.choose("Actions for barn.txt", "Ask about this document")
    expect(page.get_by_label("Your question")).to_be_focused()
    rents.ask("How much is the rent?")
    expect(rents.answered().locator(".answer")).to_contain_text("80 euros")
    expect(page.locator("#chat .card")).to_have_count(1)
    expect(page.locator("#chat .asked-about")).to_have_text("barn.txt")
    rents.document("cellar.txt").locator(".row-name").click()
    page.get_by_role("button", name="Ask about it").click()
    rents.ask("How much is the rent?")
    expect(rents.answered(2).locator(".answer")).to_contain_text("45 euros")


def test_a_name_after_an_at_sign_is_asked_alone_until_it_is_taken_off(rents: Visit) -> None:
    page = rents.page
    box = page.get_by_label("Your question")
    box.press_sequentially("How much is the rent? @bar")
    expect(page.get_by_role("option", name="barn.txt")).to_have_attribute("aria-selected", "true")
    assert_accessible(page)
    box.press("Enter")
    expect(box).to_have_value("How much is the rent? ")
    box.press("Enter")
    expect(rents.answered().locator(".answer")).to_contain_text("80 euros")
    expect(page.get_by_role("button", name="Don’t ask barn.txt alone")).to_be_visible()  # the next one too
    rents.photograph("about-one")
    page.reload()
    page.get_by_role("button", name="Don’t ask barn.txt alone").click()
    rents.ask("How much is the rent of the attic?")
    expect(rents.answered(2).locator(".answer")).to_contain_text("700 euros")


@pytest.mark.long
def test_what_one_document_does_not_say_can_be_asked_of_all(rents: Visit) -> None:
    page = rents.page
    rents.choose("Actions for barn.txt", "Ask about this document")
    rents.ask("What is the rent of the attic?")
    rents.answered()
    page.get_by_role("button", name="Ask all documents").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(rents.answered().locator(".answer")).to_contain_text("700 euros")


@pytest.mark.long
def test_several_are_ticked_and_asked_pinned_moved_and_removed_at_once(rents: Visit) -> None:
    page = rents.page
    for name in ("attic", "barn"):
        rents.document(f"{name}.txt").hover()
        page.get_by_label(f"Choose {name}.txt").check()
    expect(page.get_by_role("group", name="Chosen documents")).to_contain_text("2 chosen")
    rents.photograph("chosen")
    assert_accessible(page)
    page.get_by_role("button", name="Ask about 2 documents").click()
    expect(page.locator("#composer .about .attachment")).to_have_text(["attic.txt", "barn.txt"])
    rents.ask("List the rents of all documents")
    expect(rents.answered().locator(".answer")).not_to_contain_text("45")
    for name in ("attic", "barn"):
        page.get_by_label(f"Choose {name}.txt").check(force=True)
    rents.choose("More for 2 documents", "Pin to every question")
    expect(rents.document("barn.txt")).to_contain_text("Pinned")
    rents.choose("More for 2 documents", "Unpin")
    expect(rents.document("barn.txt")).not_to_contain_text("Pinned")
    rents.choose("More for 2 documents", "Remove from library")
    expect(rents.document("attic.txt")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rents.document("attic.txt")).to_have_count(1)


def test_a_document_stays_asked_alone_when_it_is_read_again_and_not_when_it_is_removed(
    rents: Visit, services: Services, tmp_path: Path
) -> None:
    """Nor is another one of its name in its place."""
    page, chips = rents.page, rents.page.locator("#composer .about .attachment")
    (tmp_path / "barn.txt").write_text("Lease of another barn.\nThe rent is 95 euros a month.", encoding="utf-8")
    drop(page, tmp_path / "barn.txt")
    expect(rents.document("barn.txt")).to_have_count(2)
    before = services.library.documents.named("barn.txt")[0].id
    rents.choose("Actions for barn.txt", "Ask about this document")
    with page.expect_response(f"**/documents/{before}"):
        rents.choose("Actions for barn.txt", "Read again")
    expect(chips).to_have_text(["barn.txt"])
    rents.ask("How much is the rent?")
    expect(rents.answered().locator(".answer")).to_contain_text("95 euros")
    rents.choose("Actions for barn.txt", "Remove from library")
    expect(rents.document("barn.txt")).to_have_count(1)
    expect(chips).to_have_count(0)


def test_this_is_the_open_document(rents: Visit) -> None:
    rents.document("cellar.txt").locator(".row-name").click()
    rents.page.get_by_role("heading", name="Document", exact=True).wait_for()
    rents.ask("How much is the rent in this lease?")
    expect(rents.answered().locator(".answer")).to_contain_text("45 euros")
    expect(rents.page.locator("#chat .card")).to_have_count(1)


@pytest.mark.long
def test_this_is_the_attachment_alone_also_in_the_follow_up(rents: Visit) -> None:
    page = rents.page
    page.locator("#attach-input").set_input_files(PHOTO)
    expect(page.locator(".attachment")).to_contain_text(PHOTO.name)
    rents.ask("What does this say?")
    expect(rents.answered()).to_contain_text("FERNHILL TOOL SHED")
    rents.ask("And where is the key?")
    turn = rents.answered(2)
    expect(turn.locator(".answer")).to_contain_text("PLOT 12")
    for card in page.locator("#chat .card-name").all_inner_texts():
        assert card == PHOTO.name
