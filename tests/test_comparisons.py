"""What changed between two versions of a text."""

from __future__ import annotations

from pathlib import Path

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
