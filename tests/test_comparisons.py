"""What changed between two versions of a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_requests import add, asked

OLD = """Window cleaning agreement

Between Clearview Ltd and the Linden Veterinary Practice.

1. The contractor cleans all windows on the first Tuesday of the month.
2. The price is £140 a month plus VAT.
3. The agreement runs until 30 June 2022.
4. Ladders are brought by the contractor.
5. The waiting room is cleaned before eight o'clock.
6. The practice provides one key for the back door.
"""
NEW = """Window cleaning agreement

Between Clearview Ltd and the Linden Veterinary Practice.

1. The contractor cleans all windows on the first Tuesday of the month.
2. The price is £155 a month plus VAT.
3. The agreement runs until 30 June 2024.
4. The practice provides one key for the back door.
5. Ladders are brought by the contractor.
6. The waiting room is cleaned before eight o'clock.
"""


def test_what_only_moved_and_got_another_number_is_no_difference_and_the_older_stands_left(
    library: Library, models: Models, tmp_path: Path
) -> None:
    add(library, models, tmp_path, {"window agreement current.txt": NEW, "window agreement former.txt": OLD})
    question = "What changed between the former and the current window agreement?"
    finished = asked(library, models, question)
    assert finished.kind == "change" and finished.rows is not None
    assert finished.rows.columns == ["window agreement former.txt", "window agreement current.txt"]
    assert [[one.split(". ", 1)[1] for one in row] for row in finished.rows.rows] == [
        ["The price is £140 a month plus VAT.", "The price is £155 a month plus VAT."],
        ["The agreement runs until 30 June 2022.", "The agreement runs until 30 June 2024."],
    ]


TILL = """{shop}
TAX INVOICE
Cashier: Mei
Date: {date}
{item}
Total after rounding {total}
VISA {total}
Thank you, please come again
"""


@pytest.mark.parametrize(
    "question",
    [
        "i have two rosewood receipts, whats the difference",
        "vergleiche meine zwei rosewood quittungen",
        "compare mes deux reçus rosewood",
    ],
)
def test_two_receipts_of_which_nothing_is_asked_are_compared_by_shop_date_and_total(
    library: Library, models: Models, tmp_path: Path, question: str
) -> None:
    papers = [
        ("ROSEWOOD BEAUTY", "29/03/2018", "PORE BALM 1*55.90 55.90", "100.60"),
        ("ROSEWOOD BEAUTY", "02/04/2018", "CREAM 1*48.95 48.95", "48.95"),
        ("OLD MILL HARDWARE", "11/04/2018", "GLOVES 1*6.36 6.36", "6.36"),
    ]
    texts = {
        f"receipt {number}.txt": TILL.format(shop=shop, date=date, item=item, total=total)
        for number, (shop, date, item, total) in enumerate(papers, 1)
    }
    add(library, models, tmp_path, texts)
    finished = asked(library, models, question)
    assert finished.kind == "comparison" and finished.rows is not None
    assert finished.rows.columns[1:] == ["receipt 1.txt", "receipt 2.txt"]
    told = [row[1:] for row in finished.rows.rows]
    assert told[:3] == [["ROSEWOOD BEAUTY"] * 2, ["29/03/2018", "02/04/2018"], ["100.60", "48.95"]]
    assert [len(row) for row in told[3:]] == [2] and "CREAM" in told[3][1] and "Total" not in told[3][1]
