"""What a person does in the browser with the library: adding, finding, sorting, keeping apart, removing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from lamplight.library.records import Chunk, Document, Page
from lamplight.samples import CHART, HANDBOOK
from lamplight.ui.services import Services
from tests.visits import Visit, drop
from tests.waiting import until


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_removed_document_can_be_brought_back(handbook: Visit) -> None:
    handbook.choose(f"Actions for {HANDBOOK.name}", "Remove from library")
    expect(handbook.document(HANDBOOK.name)).to_have_count(0)
    handbook.page.get_by_role("button", name="Undo").click()
    expect(handbook.document(HANDBOOK.name)).to_have_count(1)


def test_a_removed_document_is_deleted_when_it_is_no_longer_offered_to_undo(
    handbook: Visit, services: Services
) -> None:
    (number,) = (document.id for document in services.library.documents.named(HANDBOOK.name))
    handbook.page.evaluate("() => { const later = setTimeout; window.setTimeout = (act) => later(act); }")
    with handbook.page.expect_response(lambda response: response.url.endswith("/purge")):
        handbook.choose(f"Actions for {HANDBOOK.name}", "Remove from library")
    assert services.library.documents.get(number) is None


def test_undoing_a_removal_too_late_says_so(handbook: Visit, services: Services) -> None:
    handbook.choose(f"Actions for {HANDBOOK.name}", "Remove from library")
    undo = handbook.page.get_by_role("button", name="Undo")
    undo.wait_for()
    for number in list(services.removals._pending):
        services.removals.purge(number)
    undo.click()
    expect(handbook.page.get_by_text("too late")).to_be_visible()


def test_a_document_opens_with_its_report_card_and_pages(handbook: Visit, services: Services) -> None:
    page = handbook.page
    handbook.document(HANDBOOK.name).locator(".row-name").click()
    expect(page.locator("#sources .report-card")).to_contain_text("Passages")
    expect(page.locator("#sources .page-picture.loaded")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Page", exact=True)).to_have_value("2")
    expect(page.locator("#sources .excerpt")).to_contain_text("64 plots")
    number = page.locator("#sources .page-picture img").get_attribute("src")
    assert number is not None
    original = page.request.get(
        f"{handbook.address}{number.split('/pages/')[0]}/documents/{number.split('/')[2]}/original"
    )
    assert original.body() == HANDBOOK.read_bytes()
    assert original.headers["content-type"] == "application/pdf"


@pytest.mark.long
def test_a_document_that_could_hold_scripts_is_only_saved(visit: Visit, services: Services, tmp_path: Path) -> None:
    drop(visit.page, write(tmp_path / "page.html", "<script>alert(1)</script><p>The gate is zebrawood green.</p>"))
    expect(visit.document("page.html")).to_be_visible()
    (document,) = services.library.documents.named("page.html")
    original = visit.page.request.get(f"{visit.address}/documents/{document.id}/original")
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"


@pytest.mark.long
def test_a_document_is_read_again(handbook: Visit, services: Services) -> None:
    (before,) = services.library.documents.named(HANDBOOK.name)
    handbook.choose(f"Actions for {HANDBOOK.name}", "Read again")
    expect(handbook.page.locator("#library .job")).to_have_count(1)
    expect(handbook.page.locator("#library .job")).to_have_count(0)
    (after,) = services.library.documents.named(HANDBOOK.name)
    assert after.id != before.id


@pytest.mark.long
def test_a_source_is_still_shown_when_its_document_was_read_again(handbook: Visit, services: Services) -> None:
    page = handbook.page
    handbook.ask("When are bonfires allowed?")
    handbook.answered()
    handbook.choose(f"Actions for {HANDBOOK.name}", "Read again")
    expect(page.locator("#library .job")).to_have_count(1)
    expect(page.locator("#library .job")).to_have_count(0)
    page.locator("#chat a.citation").first.click()
    expect(page.locator("#sources .page-picture.loaded .box").first).to_be_visible()
    number = services.library.conversations.all()[0].id
    assert "data:image/png" in page.request.get(f"{handbook.address}/conversations/{number}/export.html").text()


@pytest.mark.long
def test_a_document_removed_while_it_is_read_again_stays_away(handbook: Visit) -> None:
    handbook.choose(f"Actions for {HANDBOOK.name}", "Read again")
    handbook.choose(f"Actions for {HANDBOOK.name}", "Remove from library")
    expect(handbook.page.locator("#library .job")).to_have_count(0)
    expect(handbook.document(HANDBOOK.name)).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("typed", ["", "letters", "~nobody-lives-here/x"], ids=["empty", "relative", "nobody"])
def test_a_folder_that_is_not_named_whole_is_not_watched(visit: Visit, services: Services, typed: str) -> None:
    watched = services.library.folders.all()
    response = visit.page.request.post(f"{visit.address}/folders", data={"path": typed})
    assert response.status == 422
    assert "whole path" in response.json()["detail"]
    assert services.library.folders.all() == watched


@pytest.mark.long
def test_a_document_is_removed_while_others_are_read(handbook: Visit, tmp_path: Path) -> None:
    for number in range(4):
        lines = "\n\n".join(f"Paragraph {line} of file {number} tells of gate {line}." for line in range(600))
        write(tmp_path / f"long-{number}.txt", lines)
    drop(handbook.page, *sorted(tmp_path.glob("long-*.txt")))
    handbook.page.get_by_role("button", name="Cancel long-3.txt").click()
    expect(handbook.page.locator("#library .job").first).to_be_visible()
    handbook.choose(f"Actions for {HANDBOOK.name}", "Remove from library")
    for number in range(3):
        expect(handbook.document(f"long-{number}.txt")).to_be_visible()
    expect(handbook.document("long-3.txt")).to_have_count(0)
    expect(handbook.document(HANDBOOK.name)).to_have_count(0)


def test_a_collection_keeps_its_documents_and_answers_apart(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    drop(page, write(tmp_path / "flat.txt", "The rent of the flat is 900 euros a month."))
    expect(visit.document("flat.txt")).to_be_visible()
    page.locator("#collection").click()
    page.get_by_role("menuitem", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("Garage")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#collection")).to_contain_text("Garage")
    expect(visit.document("flat.txt")).to_have_count(0)
    drop(page, write(tmp_path / "garage.txt", "The rent of the garage is 70 euros a month."))
    expect(visit.document("garage.txt")).to_be_visible()
    visit.ask("How much is the rent?")
    expect(visit.answered()).to_contain_text("70 euros")
    expect(page.locator("#chat .card")).to_have_count(1)
    expect(page.locator("#composer .scope-chip")).to_have_text("Garage")
    visit.photograph("collection")
    page.locator("#collection").click()
    page.get_by_role("menuitemradio", name="All documents").click()
    expect(visit.document("flat.txt")).to_be_visible()
    expect(page.locator("#chat .asked")).to_have_count(0)  # a conversation stays in its collection
    page.locator("#conversations .row-open").first.click()
    expect(page.locator("#collection")).to_contain_text("Garage")
    page.locator("#collection").click()
    page.get_by_role("menuitemradio", name="All documents").click()
    visit.choose("Actions for flat.txt", "Put into “Garage”")
    garage = page.get_by_role("menuitemradio", name="Garage (2)")

    def opened() -> bool:
        """An open menu says what was so when it was opened."""
        page.locator("#collection").click()
        if not garage.count():
            page.keyboard.press("Escape")
        return bool(garage.count())

    until(opened)
    garage.click()
    page.locator("#collection").click()
    page.get_by_role("menuitem", name="Remove “Garage”").click()
    expect(visit.document("garage.txt")).to_be_visible()


@pytest.mark.long
def test_a_watched_folder_is_chosen_and_followed(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    folder = tmp_path / "letters"
    folder.mkdir()
    write(folder / "first.txt", "Aunt Mina writes from Trieste.")
    page.locator("#add-files").click()
    page.get_by_role("menuitem", name="Watch a folder").click()
    page.get_by_label("Choose a folder").fill(str(tmp_path))
    page.get_by_label("Choose a folder").press("Tab")
    letters = page.get_by_role("button", name="letters", exact=True)
    expect(letters).to_be_visible()  # the folder above is listed; from here on no list arrives
    listing: list[Route] = []
    page.route("**/folders/inside*", lambda route: listing.append(route))
    letters.click()
    page.get_by_role("button", name="Watch this folder").click()
    expect(page.get_by_role("list", name="Watched folders")).to_contain_text("letters")  # before it was listed
    for route in listing:
        route.continue_()
    page.keyboard.press("Escape")
    expect(visit.document("first.txt")).to_be_visible()
    write(folder / "second.txt", "Aunt Mina writes from Pola.")
    expect(visit.document("second.txt")).to_be_visible()
    expect(page.get_by_role("button", name="1 watched folder")).to_be_visible()


@pytest.mark.long
def test_pasted_text_becomes_a_document(visit: Visit) -> None:
    page = visit.page
    page.locator("#add-files").click()
    page.get_by_role("menuitem", name="Text…").click()
    page.get_by_role("textbox", name="The text becomes").fill("Recipe for quince jelly\nTake five quinces.")
    page.get_by_role("button", name="Add to library").click()
    expect(visit.document("Recipe for quince jelly.txt")).to_be_visible()


@pytest.mark.long
def test_a_pasted_picture_becomes_a_document(visit: Visit) -> None:
    visit.page.evaluate(
        """async (address) => {
            const blob = await (await fetch(address)).blob();
            const data = new DataTransfer();
            data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        "/lamplight/lamplight.png",
    )
    expect(visit.page.locator("#library .row", has_text="pasted.png")).to_be_visible()


def test_a_file_that_cannot_be_read_says_why_and_can_be_dismissed(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    drop(visit.page, tmp_path / "broken.pdf")
    job = visit.page.locator("#library .job", has_text="broken.pdf")
    expect(job.locator(".row-failure")).to_contain_text("broken.pdf")
    visit.page.get_by_role("button", name="Dismiss broken.pdf").click()
    expect(job).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("many", [60, 500])
def test_many_documents_are_listed_searched_and_sorted(
    emptied: None, visit: Visit, services: Services, tmp_path: Path, many: int
) -> None:
    page = visit.page
    embedder = services.models.embedder
    vector = embedder.encode(["A note."])
    drop(page, CHART)
    names = [f"note-{many}-{number:03}.txt" for number in range(many)]
    for number, name in enumerate(names):
        path = tmp_path / name
        document = Document(0, path.name, str(path), path.name, "text", path.stem, number % 9 + 1, 1, 0, 0, 10, number)
        chunk = Chunk(1, "text", path.stem, f"A note, number {number}.", [])
        services.library.documents.add(document, [Page(1, 0, 0, chunk.text)], [chunk], vector, embedder)
    expect(visit.document(f"note-{many}-").nth(many - 1)).to_be_attached()
    page.get_by_label("Order of the documents").select_option("By name")
    expect(page.locator("#library .document").first).to_contain_text(CHART.name)
    page.get_by_label("Search the library by name").fill(f"note-{many} 04")
    expect(page.locator("#library .document")).to_have_count(sum("04" in name for name in names))
    page.get_by_label("Search the library by name").fill("")
    everything = len(services.library.documents.all())
    expect(page.locator("#library .document")).to_have_count(everything)  # or it would scroll the short list
    visit.document(names[-1]).scroll_into_view_if_needed()
    expect(visit.document(names[-1])).to_be_in_viewport()


def test_a_name_full_of_markup_stays_a_name(visit: Visit) -> None:
    name = "<img src=x onerror=document.title='broken'>.txt"
    visit.page.locator("#add-files-input").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": b"The gate is painted green."}
    )
    expect(visit.document("onerror")).to_be_visible()
    expect(visit.document("onerror").locator("img")).to_have_count(0)
    expect(visit.page).to_have_title("Lamplight")
