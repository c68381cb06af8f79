"""Archives: what is in them is read as if it lay in a folder, and one that was made to do harm does none."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import container, read
from lamplight.ingest.readers.reading import Allowance, Reading
from lamplight.library.store import Library
from lamplight.models.loading import Models

GATE = "The gate is painted zebrawood green and locked at dusk."
POND = "The pond holds seventeen carp."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def pdf(*pages: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for words in pages:
        canvas.drawString(72, 720, words)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


MEMBERS = {
    "a.pdf": pdf(GATE, "Second page."),
    "docs/pond.txt": POND.encode(),
    "__MACOSX/._a.pdf": b"x",
    "docs/.DS_Store": b"x",
    "film.mkv": b"\x1a\x45\xdf\xa3" + bytes(20),
}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda folder: packed(folder / "all.zip", MEMBERS), id="stored"),
        pytest.param(lambda folder: packed(folder / "all.zip", MEMBERS, zipfile.ZIP_DEFLATED), id="deflated"),
        pytest.param(lambda folder: packed(folder / "all", MEMBERS), id="without an ending"),
        pytest.param(lambda folder: tarred(folder / "all.tar", MEMBERS), id="tar"),
        pytest.param(lambda folder: tarred(folder / "all.tgz", MEMBERS, "w:gz"), id="tar.gz"),
        pytest.param(lambda folder: tarred(folder / "all.txz", MEMBERS, "w:xz"), id="tar.xz"),
    ],
)
def test_each_file_of_an_archive_is_read_under_its_name(tmp_path: Path, reading: Reading, make: object) -> None:
    document = read(make(tmp_path), reading)  # type: ignore[operator]
    assert [(page.number, page.blocks[0].headings[0]) for page in document.pages] == [
        (1, "a.pdf"), (2, "a.pdf"), (3, "docs/pond.txt")
    ]  # fmt: skip
    assert [page.text for page in document.pages] == [GATE, "Second page.", POND]
    assert document.skipped == [
        "film.mkv is a video, which is not read; add its subtitles (.srt, .vtt) or a transcript."
    ]


def test_what_is_in_an_archive_is_found(tmp_path: Path, library: Library, models: Models) -> None:
    result = index_file(packed(tmp_path / "all.zip", MEMBERS), library, models)
    assert (result.status, result.pages, result.chunks) == ("added", 3, 3)
    assert len(library.full_text.search(["zebrawood"], 5)) == 1
    report = library.documents.all()[0].report
    assert report is not None
    assert report.skipped[0].startswith("film.mkv is a video")


def test_a_packed_file_is_read_and_archives_in_archives_are(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "pond.txt.gz").write_bytes(gzip.compress(POND.encode()))
    assert read(tmp_path / "pond.txt.gz", reading).pages[0].text == POND
    inner = packed(tmp_path / "inner.zip", {"pond.txt": POND.encode()}).read_bytes()
    document = read(packed(tmp_path / "outer.zip", {"deep/inner.zip": inner}), reading)
    assert document.pages[0].blocks[0].headings == ("deep/inner.zip", "pond.txt")


def test_files_are_written_nowhere_but_into_a_folder_that_goes(
    tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    names = {"../../../pond.txt": POND.encode(), "/etc/pond.txt": GATE.encode(), "a\0b\n.txt": POND.encode()}
    document = read(packed(tmp_path / "slip.zip", names), reading)
    assert len(document.pages) == len(names)
    assert all(".." not in page.blocks[0].headings[0] for page in document.pages)
    assert not (tmp_path.parent / "pond.txt").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_bomb_is_a_sentence(tmp_path: Path, reading: Reading) -> None:
    bomb = packed(tmp_path / "bomb.zip", {"zeros.txt": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ReadError, match=r"bomb.zip would unpack to 50 MB"):
        read(bomb, reading)


def test_too_much_too_many_and_too_deep_are_left_out_and_said(
    tmp_path: Path, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "many.zip", {f"{number}.txt": POND.encode() for number in range(5)})
    reading.allowance = Allowance(files=3)
    document = read(path, reading)
    assert (len(document.pages), len(document.skipped)) == (3, 2)
    assert document.skipped[0].startswith("3.txt was left out: there are too many files inside")

    reading.allowance = Allowance(bytes=3 * len(POND))
    assert len(read(path, reading).pages) == 3

    reading.allowance = Allowance()
    monkeypatch.setattr(container, "DEEPEST", 2)
    for depth in range(4):
        path = packed(tmp_path / f"{depth}.zip", {path.name: path.read_bytes(), f"note{depth}.txt": GATE.encode()})
    document = read(path, reading)
    assert "lies inside too many other files" in " ".join(document.skipped)


def test_what_can_not_be_unpacked_is_a_sentence(tmp_path: Path, reading: Reading) -> None:
    whole = packed(tmp_path / "whole.zip", MEMBERS).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    gz = gzip.compress(os.urandom(4000))
    (tmp_path / "half.txt.gz").write_bytes(gz[:2000])
    (tmp_path / "old.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(40))
    (tmp_path / "old.rar").write_bytes(b"Rar!\x1a\x07\x01\0" + bytes(40))
    packed(tmp_path / "none.zip", {})
    for name, error, words in (
        ("half.zip", ReadError, "is damaged"), ("half.txt.gz", NothingToRead, "half.txt is damaged inside"),
        ("old.7z", NothingToRead, "is a 7z archive; unpack it"), ("old.rar", NothingToRead, "is a RAR archive"),
        ("none.zip", NothingToRead, "there are no files in it"),
    ):  # fmt: skip
        with pytest.raises(error, match=words):
            read(tmp_path / name, reading)


def test_a_locked_file_in_an_archive_is_said(tmp_path: Path, reading: Reading) -> None:
    content = bytearray(packed(tmp_path / "some.zip", {"a.txt": GATE.encode(), "b.txt": POND.encode()}).read_bytes())
    content[content.index(b"PK\x03\x04") + 6] |= 1  # the flag in the file's own head, and in the list at the end
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "some.zip").write_bytes(content)
    document = read(tmp_path / "some.zip", reading)
    assert [page.text for page in document.pages] == [POND]
    assert document.skipped == ["a.txt is protected by a password; unpack it and add it by itself."]


def test_names_of_older_programs_are_read_in_their_own_letters(tmp_path: Path, reading: Reading) -> None:
    content = packed(tmp_path / "old.zip", {"Pr__fung.txt": POND.encode()}).read_bytes()
    (tmp_path / "old.zip").write_bytes(content.replace(b"Pr__fung", "Протокол".encode("cp866")))
    assert read(tmp_path / "old.zip", reading).pages[0].blocks[0].headings == ("Протокол.txt",)


def test_a_preview_inside_a_numbers_sheet_is_read_and_said(tmp_path: Path, reading: Reading) -> None:
    path = packed(tmp_path / "budget.numbers", {"Index/Document.iwa": b"x", "QuickLook/Preview.pdf": pdf(GATE)})
    document = read(path, reading)
    assert document.pages[0].text == GATE
    assert "the preview inside was read" in document.skipped[0]
    bare = packed(tmp_path / "bare.numbers", {"Index/Document.iwa": b"x"})
    with pytest.raises(NothingToRead, match=r"export it from Numbers as \.xlsx"):
        read(bare, reading)
