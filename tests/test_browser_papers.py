"""Receipts as a table while they are read, and pictures in their own shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import expect

from lamplight.models.loading import Models
from lamplight.rag.guide import GuideBuilder
from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import Visit, drop

SHOPS = (("Aster", "03/02/2024", "€ 12.50"), ("Birch", "14/01/2024", "EUR 7.25"), ("Cedar", "20/03/2024", "EUR 100.00"))


@pytest.mark.long
def test_receipts_become_a_table_that_is_sorted_summed_saved_and_opened(
    visit: Visit, services: Services, loaded: Models, tmp_path: Path
) -> None:
    page = visit.page
    paths = []
    for shop, date, total in SHOPS:
        paths.append(tmp_path / f"receipt {shop}.txt")
        paths[-1].write_text(f"{shop} Ltd\nReceipt\nDate: {date}\nTea\nTOTAL: {total}\nThanks!\n", encoding="utf-8")
    drop(page, *paths)
    for path in paths:
        visit.document(path.name).first.wait_for()
    GuideBuilder(services.library, loaded).make_missing(lambda: False)
    page.get_by_role("button", name="3 receipts and invoices as a table").click()
    table = page.locator(".papers table")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("20/03/2024")  # the newest
    for shop, _, total in SHOPS:
        expect(rows.filter(has_text=f"{shop} Ltd")).to_contain_text(total.split()[1])
    expect(table.locator("tfoot")).to_contain_text("EUR 119.75")
    table.get_by_role("button", name="Total").click()
    expect(rows.first).to_contain_text("7.25")
    visit.photograph("papers")
    assert_accessible(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as CSV").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "Shop,Date,Total,Currency,Document"
    assert len(text.splitlines()) == 4
    rows.first.get_by_role("button").nth(2).click()
    expect(page.locator("#sources .source-name")).to_have_text("receipt Birch.txt")


@pytest.mark.long
def test_a_tall_picture_keeps_its_shape(visit: Visit, tmp_path: Path) -> None:
    picture = Image.new("RGB", (664, 1664), "white")
    ImageDraw.Draw(picture).text((60, 120), "THE KEY IS\nUNDER THE\nRED POT", "black", ImageFont.load_default(90))
    picture.save(tmp_path / "note.png")
    visit.page.locator("#attach-input").set_input_files(tmp_path / "note.png")
    expect(visit.page.locator(".attachment")).to_contain_text("note.png")
    visit.ask("Where is the key?")
    figure = visit.answered().locator(".figures img").first
    expect(figure).to_be_visible()
    figure.evaluate("(img) => img.decode()")
    drawn, own = figure.evaluate("(img) => [img.clientWidth / img.clientHeight, img.naturalWidth / img.naturalHeight]")
    assert abs(drawn - own) < 0.05 * own
    visit.photograph("tall-picture")
