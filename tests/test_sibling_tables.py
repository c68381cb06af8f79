"""Sheets of one workbook that have the same heads and say different things."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_requests import asked

SHEETS = {
    "2022": [("Item", "Quantity", "Value"), ("Ladders", 6, 540), ("Buckets", 25, 150), ("Wheelbarrows", 3, 270)],
    "2023": [("Item", "Quantity", "Value"), ("Ladders", 9, 810), ("Buckets", 25, 150), ("Wheelbarrows", 4, 360)],
}


@pytest.fixture
def workbook(library: Library, models: Models, tmp_path: Path) -> Library:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in SHEETS.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(tmp_path / "tools.xlsx")
    assert index_file(tmp_path / "tools.xlsx", library, models).status == "added"
    return library


def test_neither_of_two_sheets_is_told_as_sure_where_they_differ(workbook: Library, models: Models) -> None:
    finished = asked(workbook, models, "How many ladders do we have?")
    assert finished.unsure and not finished.short
    assert "Ladders | 6" in finished.answer.replace("\\", "") and "Ladders | 9" in finished.answer.replace("\\", "")


def test_what_two_sheets_say_alike_is_told(workbook: Library, models: Models) -> None:
    assert "25" in asked(workbook, models, "How many buckets do we have?").short
