"""A sample of `bench.mutations`, over files that are made here: each broken file ends in a result and a sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from bench.mutations import mutations

CONTENT = {
    "notes.txt": "The heron visits the pond on Sundays.\n" * 20,
    "notes.md": "# Pond\n\n| Day | Carp |\n|---|---|\n| Sunday | 17 |\n",
    "carp.csv": "day,carp\nSunday,17\nMonday,18\n",
    "page.html": "<html><body><h1>Pond</h1><table><tr><td>carp</td><td>17</td></tr></table></body></html>",
    "mail.eml": "From: edda@example.com\nSubject: Pond\nDate: Sun, 05 Jul 2026 10:00:00 +0200\n\nSeventeen carp.\n",
    "data.json": '{"pond": {"carp": 17, "herons": [1, 2, 3]}}',
}


@pytest.mark.long
def test_broken_files_end_in_a_sentence_and_leave_the_library_sound(tmp_path: Path) -> None:
    for name, text in CONTENT.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "teal.png")
    with zipfile.ZipFile(tmp_path / "letter.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document>Seventeen carp</document>")
    measures = mutations(tmp_path, 64, None)
    for name in ("silent", "bugs", "crashes", "hangs", "without_result"):
        assert measures[f"mutations_{name}"] == 0, (name, measures)
    assert measures["mutations_library_sound"] == 1
