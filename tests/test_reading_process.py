"""A hostile file harms only itself: one `failed` line with a sentence, and the next file is read."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lamplight.ingest import reading_process
from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import Cancelled
from lamplight.ingest.pipeline import FileResult, index_file, index_files
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.ingest.walk import files_in
from lamplight.ingest.worker_protocol import FileRead, PageRead, ReadingProgress
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.scheduling import Priority
from tests.test_readers import GATE, write_docx, write_pdf
from tests.waiting import DEADLINE, until

ROOT = Path(__file__).parent.parent
IMPATIENT = 2.0  # seconds of processor time
LITTLE_MEMORY = 600 << 20
LOOKS = 5  # by then it waits for the file that is read


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadingProcesses]:
    """One process, quickly out of patience and memory."""
    monkeypatch.setattr(reading_process, "STUCK_SECONDS", 5.0)
    processes = ReadingProcesses(1, "tests.hostile.read", IMPATIENT, LITTLE_MEMORY)
    yield processes
    processes.close()


class Watched(IngestControl):
    """Counts how often who reads with it has looked up."""

    looks = 0

    def check(self) -> None:
        self.looks += 1
        super().check()


class SoonCancelled(Watched):
    def check(self) -> None:
        if self.looks == LOOKS:
            self.cancelled.cancel()
        super().check()


def process_of(processes: ReadingProcesses) -> psutil.Popen:
    process = processes._all[0]._process
    assert process is not None
    return process


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("crash", "made its reader crash"),
        pytest.param("run_in_circles", "is endless work to read", marks=pytest.mark.long),
        pytest.param("sleep", "is endless work to read", marks=pytest.mark.long),
        ("eat_memory", "needs too much memory"),
        pytest.param("eat_memory_and_hide_it", "needs too much memory|is endless work", marks=pytest.mark.long),
        ("raise_something", r"could not be read \(KeyError: 'a bug"),
    ],
)
def test_a_hostile_file_harms_only_itself(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path, deed: str, sentence: str
) -> None:
    for name, words in (("1.txt", "The first file is about herons."), ("2.txt", f"{deed} is it."), ("3.txt", GATE)):
        (tmp_path / name).write_text(words)
    events = index_files(files_in(sorted(tmp_path.glob("*.txt"))), library, models, processes)
    results = [event for event in events if isinstance(event, FileResult)]
    assert [result.status for result in results] == ["added", "failed", "added"], results
    assert re.match(rf"2\.txt .*({sentence})", results[1].error)
    assert "\n" not in results[1].error
    assert sorted(document.name for document in library.documents.all()) == ["1.txt", "3.txt"]


@pytest.mark.long
def test_a_hostile_file_in_an_archive_harms_only_itself(library: Library, models: Models, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("a.txt", "The first file is about herons.")
        inner.writestr("b.txt", "crash is it.")
        inner.writestr("c.txt", "The third is about newts.")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
        archive.writestr("d.txt", "crash is it.")
        archive.writestr("e.txt", GATE)
    processes = ReadingProcesses(1, "tests.hostile.read_inside_too", IMPATIENT, LITTLE_MEMORY)
    result = index_file(tmp_path / "all.zip", library, models, processes=processes)
    processes.close()
    assert (result.status, result.pages, result.chunks) == ("added", 3, 3)
    (document,) = library.documents.all()
    assert document.report is not None
    assert [sentence.split(" made")[0] for sentence in document.report.skipped] == ["inner.zip: b.txt", "d.txt"]
    for word in ("herons", "newts", "zebrawood"):
        assert len(library.full_text.search([word], 5)) == 1


def test_what_a_reader_prints_is_no_message(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path
) -> None:
    (tmp_path / "loud.txt").write_text(f"shout {GATE}")
    assert index_file(tmp_path / "loud.txt", library, models, processes=processes).status == "added"


def zip_bomb(folder: Path) -> Path:
    path = write_docx(folder / "bomb.docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/media/a.bin", "w") as member:
        for _ in range(40):
            member.write(bytes(1 << 20))
    return path


def many_members(folder: Path) -> Path:
    path = write_docx(folder / "many.docx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(20_001):
            archive.writestr(f"word/media/{number}", b"")
    return path


@pytest.mark.parametrize("make", [zip_bomb, many_members])
def test_a_zip_bomb_is_a_sentence(
    library: Library, models: Models, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    result = index_file(make(tmp_path), library, models)
    assert result.status == "failed"
    assert "more than any document needs" in result.error


def docx_with(path: Path, declaration: str, word: str) -> Path:
    """A Word document whose text begins with an entity."""
    write_docx(path.with_suffix(".whole"))
    with zipfile.ZipFile(path.with_suffix(".whole")) as whole, zipfile.ZipFile(path, "w") as archive:
        for member in whole.namelist():
            content = whole.read(member)
            if member == "word/document.xml":
                start = content.index(b"<w:document")
                content = content[:start] + declaration.encode() + content[start:].replace(b"The gate", word.encode())
            archive.writestr(member, content)
    return path


def test_an_entity_of_another_file_is_not_followed(library: Library, models: Models, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("zebrawood")
    declaration = f'<!DOCTYPE x [<!ENTITY secret SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    path = docx_with(tmp_path / "letter.docx", declaration, "Hello &secret; gate")
    index_file(path, library, models)
    assert not any("Hello zebrawood" in row[0] for row in library.database.rows("SELECT text FROM chunks"))


def test_entities_that_multiply_are_a_sentence(library: Library, models: Models, tmp_path: Path) -> None:
    entities = ['<!ENTITY e0 "laugh laugh laugh laugh laugh">']
    entities += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)]
    path = docx_with(tmp_path / "laughs.docx", f"<!DOCTYPE x [{''.join(entities)}]>", "&e9;")
    result = index_file(path, library, models)
    assert result.status == "failed"
    assert result.error.startswith("laughs.docx is damaged")


def test_pages_arrive_while_the_file_is_still_read(tmp_path: Path, processes: ReadingProcesses) -> None:
    path = write_pdf(tmp_path / "long.pdf", [[GATE]] * 200)
    with processes.lend(IngestControl()) as process:
        messages = process.read(path, [], IngestControl())
        first = next(message for message in messages if isinstance(message, PageRead))
        assert first.page.number == 1
        rest = list(messages)
    assert sum(isinstance(message, PageRead) for message in rest) == 199
    assert isinstance(rest[-1], FileRead)
    assert "reading page 200 of 200" in [message.status for message in rest if isinstance(message, ReadingProgress)]


def test_one_process_reads_many_files_and_another_follows_when_it_has_grown(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for index in range(3):
        if index == 2:
            monkeypatch.setattr(reading_process, "GROWN", 1)
        (tmp_path / f"{index}.txt").write_text(f"{GATE} {index}")
        with processes.lend(IngestControl()) as process:
            for _ in process.read(tmp_path / f"{index}.txt", [], IngestControl()):
                numbers.append(process_of(processes).pid)
    assert len(set(numbers)) == 1
    assert processes._all[0]._process is None


def test_a_cancelled_file_ends_at_once(tmp_path: Path, processes: ReadingProcesses) -> None:
    (tmp_path / "slow.txt").write_text("sleep a while")
    (tmp_path / "gate.txt").write_text(GATE)
    with processes.lend(IngestControl()) as process:
        list(process.read(tmp_path / "gate.txt", [], IngestControl()))  # it has started
        with pytest.raises(Cancelled):
            list(process.read(tmp_path / "slow.txt", [], SoonCancelled()))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_in_the_terminal_makes_no_file_fail(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path
) -> None:
    for name in ("gate.txt", "again.txt"):
        (tmp_path / name).write_text(f"{GATE} {name}")
    assert index_file(tmp_path / "gate.txt", library, models, processes=processes).status == "added"
    before = process_of(processes)
    before.send_signal(signal.SIGINT)
    assert index_file(tmp_path / "again.txt", library, models, processes=processes).status == "added"
    assert process_of(processes) == before


@pytest.mark.skipif(sys.platform == "win32", reason="states of processes have other names there")
def test_reading_stops_while_a_question_is_answered(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path
) -> None:
    path = write_pdf(tmp_path / "long.pdf", [[f"{GATE} {number}"] for number in range(120)])
    pages: list[str] = []
    begun, asked = threading.Event(), threading.Event()

    def report(status: str, fraction: float) -> None:
        if status.startswith("reading page"):
            pages.append(status)
            begun.set()
            assert asked.wait(DEADLINE)

    progress = IngestControl(report)
    reading = threading.Thread(target=index_file, args=(path, library, models, progress, processes))
    reading.start()
    assert begun.wait(DEADLINE)
    with models.scheduler.lease(Priority.ANSWER):
        until(lambda: process_of(processes).status() == psutil.STATUS_STOPPED)
        asked.set()
        until(lambda: not progress.lease.running)
        assert reading.is_alive() and process_of(processes).status() == psutil.STATUS_STOPPED
        assert len(pages) == 1
    until(lambda: not reading.is_alive())
    assert library.documents.at(str(path)) is not None


def test_no_file_is_begun_while_a_question_is_answered(
    library: Library, models: Models, processes: ReadingProcesses, tmp_path: Path
) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    steps: list[str] = []
    progress = IngestControl(lambda status, fraction: steps.append(status))
    arguments = (tmp_path / "gate.txt", library, models, progress, processes)
    reading = threading.Thread(target=index_file, args=arguments)
    with models.scheduler.lease(Priority.ANSWER):
        reading.start()
        until(lambda: [lease.running for lease in models.scheduler._leases] == [True, False])
        assert steps == [] and processes._all[0]._process is None
    until(lambda: not reading.is_alive())
    assert library.documents.at(str(tmp_path / "gate.txt")) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("suspended", [True, pytest.param(False, marks=pytest.mark.long)])
def test_no_reading_process_outlives_the_app(tmp_path: Path, suspended: bool) -> None:
    (tmp_path / "slow.txt").write_text("run_in_circles it does")
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from lamplight.ingest.control import IngestControl\n"
        "from lamplight.ingest.reading_process import ReadingProcesses\n"
        "processes = ReadingProcesses(1, 'tests.hostile.read')\n"
        "class Loud(IngestControl):\n"
        "    def check(self):\n"
        "        process = processes._all[0]._process\n"
        "        if process and process.cpu_times().user > 1.0:\n"
        f"            processes._all[0].{'suspend' if suspended else 'resume'}()\n"
        "            print(process.pid, flush=True)\n"
        "            time.sleep(3600)\n"
        "with processes.lend(IngestControl()) as process:\n"
        "    list(process.read(Path(sys.argv[1]), [], Loud()))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "slow.txt")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        reader = psutil.Process(int(app.stdout.readline()))
        app.send_signal(signal.SIGKILL)
    assert psutil.wait_procs([reader], timeout=DEADLINE)[1] == []
