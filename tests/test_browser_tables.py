"""A table in the browser: copied, saved as a file that spreadsheets open, and asked on about."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import expect

from lamplight.ui.table_file import BYTE_ORDER_MARK
from tests.visits import Visit, drop


def test_a_table_is_copied_saved_and_asked_on_about(visit: Visit, tmp_path: Path) -> None:
    paths = []
    for shop, total in (("Aster", "12.50"), ("Birch", "7.25"), ("Café Zürich", "100.00")):
        paths.append(tmp_path / f"receipt {shop}.txt")
        paths[-1].write_text(f"{shop} Ltd\nReceipt\nTea\nTOTAL: EUR {total}\nThanks!\n", encoding="utf-8")
    drop(visit.page, *paths)
    for path in paths:
        visit.document(path.name).first.wait_for()
    visit.ask("List all receipts with their totals")
    turn = visit.answered()
    expect(turn.locator("table")).to_contain_text("119.75")
    with visit.page.expect_download() as saved:
        turn.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "List all receipts with their totals.csv"
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert text.startswith(BYTE_ORDER_MARK)
    rows = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))
    assert rows[0][0] == "Document" and rows[0][-1] == "Source"
    assert rows[3][0] == "receipt Café Zürich.txt" and rows[3][-1] == "receipt Café Zürich.txt, page 1"
    turn.get_by_role("button", name="Copy table").click()
    expect(visit.page.get_by_text("Copied; paste it into a spreadsheet")).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert "receipt Birch.txt\t" in copied and BYTE_ORDER_MARK not in copied
    visit.photograph("table")
    visit.ask("only those over 10")
    turn = visit.answered(2)
    expect(turn.locator("table")).to_contain_text("112.50")
    expect(turn.locator("table")).not_to_contain_text("Birch")
    visit.ask("the second one")
    expect(visit.answered(3).locator("table")).to_contain_text("Café Zürich")
    visit.ask("What is the total of all my receipts?")
    turn = visit.answered(4)
    expect(turn.get_by_text("EUR 119.75").first).to_be_visible()
    expect(turn.locator("table")).to_contain_text("receipt Birch.txt")
    visit.photograph("sum of receipts")
