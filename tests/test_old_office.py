"""Word and PowerPoint files of before 2007 are read like those of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models
from tests.old_office_files import write_doc, write_ppt

GATE = "The zebrawood gate is locked at nine."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def test_the_text_of_an_old_word_file_is_read(tmp_path: Path, reading: Reading) -> None:
    document = read(write_doc(tmp_path / "letter.doc", f"{GATE}\nThe fee is £40.\n"), reading)
    assert (document.format, document.title, document.skipped) == ("doc", "letter", [])
    assert document.pages[0].text == f"{GATE}\nThe fee is £40."


def test_the_slides_of_an_old_powerpoint_file_are_pages(tmp_path: Path, reading: Reading) -> None:
    document = read(write_ppt(tmp_path / "deck.ppt", [("The gate", f"{GATE}\n4471"), ("The pond", "17 carp")]), reading)
    assert document.format == "ppt"
    assert [page.text for page in document.pages] == [f"The gate\n{GATE}\n4471", "The pond\n17 carp"]


def test_it_is_known_by_its_content(tmp_path: Path, reading: Reading) -> None:
    assert read(write_doc(tmp_path / "letter", GATE), reading).format == "doc"
    assert read(write_ppt(tmp_path / "deck.doc", [("The gate", GATE)]), reading).format == "ppt"


def test_plain_text_under_words_name_is_read(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "letter.doc").write_text(GATE)
    assert GATE in read(tmp_path / "letter.doc", reading).pages[0].text


@pytest.mark.parametrize("name", ["letter.doc", "deck.ppt"])
def test_one_that_is_cut_short_is_a_sentence(tmp_path: Path, reading: Reading, name: str) -> None:
    path = tmp_path / name
    _ = write_doc(path, GATE * 100) if name.endswith("doc") else write_ppt(path, [("The gate", GATE)])
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(ReadError, match=rf"^{name} is .*save it as \.(docx|pptx)"):
        read(path, reading)


def test_what_it_can_not_hold_is_said(tmp_path: Path, reading: Reading) -> None:
    path = write_ppt(tmp_path / "empty.ppt", [("", "")])
    with pytest.raises(Exception, match=r"^empty\.ppt holds no words on its slides"):
        read(path, reading)
