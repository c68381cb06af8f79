"""The commands that people script: what they print, what they return, and that they never wait in silence."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from lamplight import app
from lamplight.library.records import Passage
from lamplight.rag.events import Citation, Finished, Timings
from lamplight.samples import CHART, HANDBOOK, SAMPLES
from lamplight.ui.commands import answer_to_json
from lamplight.ui.terminal import show

ROOT = Path(__file__).parent.parent
GATE = "The gate is painted zebrawood green and locked at dusk."


@dataclass
class Run:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def lamplight(folder: Path, *arguments: str | Path) -> Run:
    command = [sys.executable, "app.py", *map(str, arguments[:1]), "--library", str(folder), *map(str, arguments[1:])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


Command = Callable[..., Run]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process, where everything is imported; this process may go on connecting."""
    monkeypatch.setattr(app, "block_connections", lambda: None)

    def run(folder: Path, *arguments: str | Path) -> Run:
        code = app.main([*map(str, arguments[:1]), "--library", str(folder), *map(str, arguments[1:])])
        told = capsys.readouterr()
        return Run(code, told.out, told.err)

    return run


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the samples, put in by the command itself. Tests only ask it."""
    folder = tmp_path_factory.mktemp("terminal") / "library"
    added = lamplight(folder, "add", SAMPLES[0].parent, "--json")
    assert added.code == 0, added.err
    assert {(Path(record["path"]).name, record["status"]) for record in added.records} == {
        (path.name, "added") for path in SAMPLES
    }
    return folder


def test_add_prints_one_line_of_json_for_each_file(here: Command, tmp_path: Path) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    run = here(tmp_path / "library", "add", tmp_path / "gate.txt", tmp_path / "cut.pdf", tmp_path / "gone", "--json")
    assert run.code == 1
    fields = {"path", "status", "pages", "chunks", "images", "ocr_pages", "seconds", "error"}
    assert all(set(record) >= fields for record in run.records)
    assert [record["status"] for record in run.records] == ["added", "failed", "failed"]
    assert "cut.pdf is cut short" in run.records[1]["error"]
    assert "gone does not exist" in run.records[2]["error"]
    again = here(tmp_path / "library", "add", tmp_path / "gate.txt", "--json")
    assert (again.code, again.records[0]["status"]) == (0, "unchanged")


def test_a_file_named_on_purpose_that_cannot_be_read_is_a_failure(here: Command, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "empty.txt").write_text("")
    (tmp_path / "files" / "gate.txt").write_text(GATE)
    in_folder = here(tmp_path / "library", "add", tmp_path / "files")
    assert in_folder.code == 0
    assert "skipped: empty.txt is empty" in in_folder.out
    assert here(tmp_path / "library", "add", tmp_path / "files" / "empty.txt").code == 1


@pytest.mark.long
def test_search_says_where_and_of_what_kind(filled: Path) -> None:
    run = lamplight(filled, "search", "when are bonfires allowed", "--top", "3", "--json")
    (results,) = run.records
    assert [result["rank"] for result in results] == [1, 2, 3]
    first = results[0]
    assert set(first) >= {"rank", "document", "page", "kind", "text", "score", "boxes"}
    assert (first["document"], first["page"], first["kind"]) == (HANDBOOK.name, 3, "text")
    assert "Bonfires" in first["text"]
    assert all(len(box) == 4 for box in first["boxes"])


def test_a_picture_is_found_by_the_words_in_it(here: Command, filled: Path) -> None:
    (results,) = here(filled, "search", "harvest chart", "--json").records
    pictures = [result for result in results if result["kind"] == "image"]
    assert pictures[0]["document"] == CHART.name


def test_ask_answers_with_a_citation_and_its_timings(here: Command, filled: Path) -> None:
    (answer,) = here(filled, "ask", "When are bonfires allowed?", "--json").records
    fields = {"answer", "short_answer", "quotation", "citations", "unsupported", "refused", "timings", "model"}
    assert set(answer) >= fields
    assert answer["refused"] is False
    assert "1 November" in answer["answer"]
    citation = answer["citations"][0]
    assert (citation["document"], citation["page"]) == (HANDBOOK.name, 3)
    assert f"[{citation['marker']}]" in answer["answer"]
    assert citation["boxes"]
    timings = answer["timings"]
    assert 0 < timings["search_ms"] <= timings["evidence_ms"] <= timings["first_token_ms"] <= timings["total_ms"]
    assert timings["prefilled_tokens"] + timings["reused_tokens"] == timings["context_tokens"] > 0


@pytest.mark.long
def test_ask_refuses_what_the_documents_do_not_hold(here: Command, filled: Path) -> None:
    (answer,) = here(filled, "ask", "What is the boiling point of gallium?", "--json").records
    assert answer["refused"] is True
    assert answer["citations"] == []


@pytest.mark.long
def test_with_knowledge_the_model_may_speak_but_is_marked(here: Command, filled: Path) -> None:
    run = here(filled, "ask", "What is the boiling point of gallium?", "--mode", "documents+knowledge", "--json")
    (answer,) = run.records
    assert answer["refused"] is False
    assert answer["answer"]
    assert answer["citations"] == []
    assert answer["unsupported"]


def test_for_people_an_answer_names_document_and_page(here: Command, filled: Path) -> None:
    run = here(filled, "ask", "When are bonfires allowed?")
    assert f"{HANDBOOK.name}, page 3" in run.out


def test_people_read_the_short_answer_then_the_rows_it_stands_in(capsys: pytest.CaptureFixture[str]) -> None:
    quote = Citation(1, 7, "fees.csv", 1, [], "Half plot | £34 | £36")
    other = Citation(2, 8, "gate.pdf", 4, [], "The gate is **green**.")
    text = f"**£36** [1]\n\n> Plot | 2025 | 2026\n> {quote.text} [1]\n\nThe gate is green [2]."
    finished = Finished(text, [quote, other], [], False, False, Timings(), "m", quote=quote, short="£36")
    record = {"answer": answer_to_json(finished)}
    assert record["answer"]["short_answer"] == "£36"
    assert record["answer"]["quotation"] == record["answer"]["citations"][0]
    assert (
        show([{"searching": 2}, {"evidence": [["gate.pdf", 4]]}, {"evidence": [["fees.csv", 1]]}, record], "ask", False)
        == 0
    )
    assert capsys.readouterr().out.splitlines() == [
        "£36",
        "",
        "    Plot      | 2025 | 2026",
        "    Half plot | £34  | £36",
        "    [1] fees.csv, page 1",
        "",
        "The gate is green [2].",
        "  [2] gate.pdf, page 4: “The gate is **green**.”",
    ]


def test_a_refusal_quotes_nothing_and_names_what_is_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    nearest = [Passage(1, 7, "gate.pdf", 2, "text", "gate", "The gate is green.", [], marker=1, score=1.0)]
    answer = answer_to_json(Finished("Your documents don’t say.", [], [], True, False, Timings(), "", nearest))
    assert (answer["short_answer"], answer["quotation"]) == ("", None)
    show([{"answer": answer}], "ask", False)
    assert capsys.readouterr().out == "Your documents don’t say.\n  Nearest: gate.pdf, page 2\n"


@pytest.mark.long
def test_a_document_and_its_name_do_nothing_to_the_terminal(
    here: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the escapes of old nor the one character that some terminals take for an escape and its bracket."""
    (tmp_path / "bill\x1b[2J.txt").write_text("The \x1b]0;gate\x07 is \x9b31mred.", encoding="utf-8")
    (tmp_path / "torn\x1b[2J.pdf").write_bytes(b"%PDF-1.7 torn")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)  # as where there is a progress bar
    library = tmp_path / "library"
    runs = [
        here(library, "add", tmp_path / "bill\x1b[2J.txt", tmp_path / "torn\x1b[2J.pdf"),
        here(library, "list"),
        here(library, "remove", "no\x1b[2J.txt"),
        here(library, "search", "gate"),
        here(library, "doctor", "--quick"),
    ]
    for run in runs:
        assert "\x1b" not in run.out
        assert "\x1b" not in run.err.replace("\x1b[K", "")  # by which the bar is drawn over
        assert not {"\x07", "\x9b"} & {*run.out, *run.err}
    assert "bill␛[2J.txt" in runs[0].out
    assert "no␛[2J.txt" in runs[2].err


def test_list_and_remove(here: Command, tmp_path: Path) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    library = tmp_path / "library"
    here(library, "add", tmp_path / "gate.txt")
    (documents,) = here(library, "list", "--json").records
    assert [document["name"] for document in documents] == ["gate.txt"]
    missing = here(library, "remove", "fence.txt")
    assert (missing.code, missing.err) == (1, "There is no document fence.txt here; `list` shows what there is.\n")
    assert here(library, "remove", "gate.txt").out == "Removed gate.txt.\n"
    assert here(library, "list").out == "The library is empty; `add` some files.\n"
    (answer,) = here(library, "ask", "What colour is the gate?", "--json").records
    assert answer["refused"] is True


def test_list_says_what_was_found_and_what_was_left_out(here: Command, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "fees.csv").write_text("Plot,Fee\nHalf,36\nFull,60\n")
    (tmp_path / "files" / "broken.json").write_text('{"gate": "green"')
    (tmp_path / "files" / "gate.txt").write_text(GATE)
    here(tmp_path / "library", "add", tmp_path / "files")
    shown = here(tmp_path / "library", "list").out.splitlines()
    assert "      1 table." in shown
    assert any(line.startswith("      broken.json is not valid JSON") for line in shown)
    assert len(shown) == 5  # a plain text has nothing to tell
    (documents,) = here(tmp_path / "library", "list", "--json").records
    reports = {document["name"]: document["report"] for document in documents}
    fields = {"pages", "ocr_pages", "empty_pages", "tables", "images", "captions", "characters", "seconds", "skipped"}
    fields |= {"comments", "fields", "foreign"}
    assert all(set(report) == fields for report in reports.values())
    assert reports["fees.csv"]["tables"] == 1
    assert reports["gate.txt"]["characters"] == len(GATE)


def test_doctor_finds_nothing_wrong_here(filled: Path) -> None:
    run = lamplight(filled, "doctor", "--json")
    (report,) = run.records
    assert (run.code, report["works"]) == (0, True), report
    names = {check["name"] for check in report["checks"]}
    assert {"machine", "packages", "library", "disk", "SmolLM2-135M-Instruct", "all-MiniLM-L6-v2"} <= names


def test_doctor_names_the_command_that_mends_a_missing_embedder(
    here: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_CACHE", str(tmp_path / "nothing prepared"))
    run = here(tmp_path / "library", "doctor")
    assert run.code == 1
    assert "BAD  prepared embedder: not prepared yet" in run.out
    assert "-m lamplight.models.prepare" in run.out


def test_doctor_says_what_a_damaged_library_needs(here: Command, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "library.sqlite3").write_bytes(b"no database" * 1000)
    run = here(library, "doctor")
    assert run.code == 1
    assert "BAD  library: " in run.out
    assert "Restore the folder from a backup" in run.out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is no text file")
def test_an_icon_in_the_menu_starts_lamplight(tmp_path: Path) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "LAMPLIGHT_CACHE": str(tmp_path)}
    command = [sys.executable, "app.py", "shortcut"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.rglob("*.desktop")
    assert f"Made {path}. " in done.stdout
    entry = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    assert entry["Name"] == "Lamplight" and Path(entry["Icon"]).is_file()
    started = [*shlex.split(entry["Exec"]), "--help"]
    said = subprocess.run(started, cwd=entry.get("Path", tmp_path), capture_output=True, text=True, check=False)
    assert said.returncode == 0 and "on this computer only" in said.stdout


@pytest.mark.long
def test_two_adds_at_once_corrupt_nothing(tmp_path: Path) -> None:
    """The second is told who holds the library; whatever was said to be added is there."""
    library = tmp_path / "library"
    runs = []
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text(f"{GATE} Version {number}.")
        command = [
            sys.executable,
            "app.py",
            "add",
            str(tmp_path / f"{number}.txt"),
            "--library",
            str(library),
            "--json",
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        runs.append(
            subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    added = set()
    for run in runs:
        out, err = run.communicate()
        if run.returncode == 0:
            added.add(Path(json.loads(out)["path"]).name)
        else:
            assert "in use by `app.py add`" in err
    assert added
    (documents,) = lamplight(library, "list", "--json").records
    assert {document["name"] for document in documents} == added


def test_a_watched_folder_is_read_at_once_and_followed_by_the_app(here: Command, tmp_path: Path) -> None:
    library, folder = tmp_path / "library", tmp_path / "files"
    folder.mkdir()
    (folder / "gate.txt").write_text(GATE)
    (folder / "copy.txt").write_text(GATE)
    watched = here(library, "watch", folder, "--json")
    assert watched.code == 0, watched.err
    assert {record["status"] for record in watched.records[:2]} == {"added", "unchanged"}
    assert watched.records[2] == [{"path": str(folder), "documents": 1, "problem": ""}]
    (documents,) = here(library, "list", "--json").records
    assert sorted(documents[0]["paths"]) == [str(folder / "copy.txt"), str(folder / "gate.txt")]
    assert here(library, "remove", folder / "gate.txt").code == 0
    (documents,) = here(library, "list", "--json").records
    assert documents[0]["paths"] == [str(folder / "copy.txt")]
    assert "1 document, followed while Lamplight is open" in here(library, "watch").out
    assert here(library, "unwatch", folder).code == 0
    assert here(library, "unwatch", folder).err == f"{folder} is not watched; `watch` alone shows which are.\n"


def test_an_app_that_is_ended_while_it_loads_its_models_ends_well(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--library", str(tmp_path / "library"), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        app.stdout.readline()
        app.send_signal(signal.SIGINT)
        assert app.communicate()[1] == ""
        assert app.returncode == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty library that the open app holds, where there is nothing to do while it is idle."""
    folder = tmp_path_factory.mktemp("served") / "library"
    command = [sys.executable, "app.py", "--library", str(folder), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        assert "Lamplight is ready at http://127.0.0.1:" in app.stdout.readline()
        yield folder
        app.send_signal(signal.SIGINT)
        assert app.wait() == 0


@pytest.mark.long
def test_commands_work_through_the_app_that_is_open(here: Command, served: Path, tmp_path: Path) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    added = here(served, "add", tmp_path / "gate.txt", "--json")
    assert [record["status"] for record in added.records] == ["added"], added.err
    (answer,) = lamplight(served, "ask", "What colour is the gate painted?", "--json").records
    assert answer["citations"][0]["document"] == "gate.txt"
    assert here(served, "remove", "gate.txt").out == "Removed gate.txt.\n"
    second = here(served, "doctor")
    assert "in use by" in second.out


def test_a_second_app_says_who_holds_the_library(served: Path) -> None:
    command = [sys.executable, "app.py", "--library", str(served), "--no-browser"]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "has been in use by `app.py" in second.stderr
    assert second.stderr.count("\n") == 1


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="browsers are found in another way there")
def test_a_second_start_opens_the_app_that_is_open(served: Path, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o700)
    command = [sys.executable, "app.py", "--library", str(served)]
    environment = os.environ | {"BROWSER": f"{browser} %s"}
    second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (0, "")
    address = second.stdout.split()[-1]
    assert opened.read_text().startswith(f"{address}?key=")
    with build_opener(HTTPCookieProcessor()).open(opened.read_text()) as page:
        assert b"<title>Lamplight</title>" in page.read()
