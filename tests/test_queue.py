"""The job: what a person sees of it, and that stopping it, on purpose or not, loses and doubles nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplight.ingest import indexing
from lamplight.ingest.control import IngestControl
from lamplight.ingest.errors import Interrupted
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.queue import IngestQueue
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_library import assert_agreement
from tests.test_readers import GATE, write_pdf
from tests.waiting import until

ROOT = Path(__file__).parent.parent
PAGES = 40


@pytest.fixture
def long_pdf(tmp_path: Path) -> Path:
    """More pages than a batch has."""
    pages = [[f"Page {number} of the log of the gatekeeper.", GATE] for number in range(1, PAGES + 1)]
    return write_pdf(tmp_path / "log.pdf", pages)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "KEPT_CHUNKS", 8)
    monkeypatch.setattr(indexing, "EMBED_STEP", 4)


@pytest.fixture
def queue(library: Library, models: Models) -> Iterator[IngestQueue]:
    """Not started yet."""
    processes = ReadingProcesses(1, "tests.hostile.read")
    queue = IngestQueue(library, models, processes)
    yield queue
    queue.close()
    processes.close()


def content_of(library: Library) -> list[tuple[object, ...]]:
    """Every findable page and passage, without the numbers that differ from run to run."""
    pages = library.database.rows(
        "SELECT documents.name, sha256, title, documents.pages, documents.chunks, number, width, height, text "
        "FROM documents JOIN pages ON document_id = id WHERE state = 'ready' ORDER BY documents.name, number"
    )
    chunks = library.database.rows(
        "SELECT documents.name, page, kind, header, text, boxes, furniture FROM chunks "
        "JOIN documents ON document_id = documents.id WHERE state = 'ready' ORDER BY documents.name, chunks.id"
    )
    return [*pages, *chunks]


def vectors_of(library: Library, models: Models) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    ids = [row[0] for row in library.database.rows("SELECT id FROM chunks ORDER BY id")]
    found = library.vectors.store(models.embedder).vectors_of(ids)
    return np.stack([found[number] for number in ids])


@pytest.mark.long
@pytest.mark.parametrize("point", ["after_some_pages", "with_all_pages_and_half_the_vectors"])
def test_a_killed_run_goes_on_after_the_last_finished_page(
    tmp_path: Path, models: Models, long_pdf: Path, point: str
) -> None:
    folder = tmp_path / "library"
    command = [sys.executable, "-m", "tests.killed", str(folder), point, str(long_pdf)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr
    steps: list[str] = []
    with Library(folder) as library, Library(tmp_path / "other") as other:
        assert library.documents.all() == []
        assert library.passages.count() == 0
        (kept,) = library.database.rows("SELECT pages FROM unfinished")[0]
        assert kept >= 24
        progress = IngestControl(lambda status, fraction: steps.append(status))
        assert index_file(long_pdf, library, models, progress).status == "added"
        assert [step for step in steps if step.startswith("reading page")] == [
            f"reading page {number} of {PAGES}" for number in range(kept + 1, PAGES + 1)
        ]
        assert index_file(long_pdf, other, models).status == "added"
        assert content_of(library) == content_of(other)
        cosines = (vectors_of(library, models) * vectors_of(other, models)).sum(axis=1)
        assert float(cosines.min()) > 0.97  # int8: an embedding depends a little on its neighbours
        assert_agreement(library, models.embedder)
        assert library.database.rows("SELECT count(*) FROM unfinished_vectors") == [(0,)]


@pytest.mark.long
def test_what_was_begun_of_an_older_version_is_thrown_away(
    library: Library, models: Models, long_pdf: Path, small_batches: None
) -> None:
    interrupt(long_pdf, library, models)
    write_pdf(long_pdf, [[f"Another page {number}."] for number in range(20)])
    assert index_file(long_pdf, library, models).status == "added"
    assert library.documents.all()[0].pages == 20
    assert library.full_text.search(["gatekeeper"], 5) == []
    assert_agreement(library, models.embedder)


def test_what_was_begun_of_a_file_that_is_gone_is_thrown_away(
    tmp_path: Path, models: Models, long_pdf: Path, small_batches: None
) -> None:
    with Library(tmp_path / "library") as library:
        interrupt(long_pdf, library, models)
        assert library.database.rows("SELECT count(*) FROM chunks")[0][0] > 0
    long_pdf.unlink()
    with Library(tmp_path / "library") as library:
        assert library.database.rows("SELECT count(*) FROM chunks") == [(0,)]
        assert library.database.rows("SELECT count(*) FROM documents") == [(0,)]


def interrupt(path: Path, library: Library, models: Models) -> None:
    """Stop in the middle."""
    progress = IngestControl(lambda status, fraction: progress.interrupted.cancel() if fraction > 0.5 else None)
    with pytest.raises(Interrupted):
        index_file(path, library, models, progress)
    assert library.documents.all() == []


def test_a_cancelled_document_leaves_nothing(
    library: Library, models: Models, long_pdf: Path, small_batches: None
) -> None:
    progress = IngestControl(lambda status, fraction: progress.cancelled.cancel() if fraction > 0.5 else None)
    assert index_file(long_pdf, library, models, progress).status == "skipped"
    assert library.database.rows("SELECT count(*) FROM documents") == [(0,)]
    assert_agreement(library, models.embedder)


def test_files_are_read_in_the_background_and_a_failure_says_why(
    queue: IngestQueue, library: Library, tmp_path: Path
) -> None:
    for name, text in (("gate.txt", GATE), ("bad.txt", "crash it does"), ("pond.txt", "Seventeen carp live there.")):
        (tmp_path / name).write_text(text)
        queue.submit(tmp_path / name, name)
    assert [(job.state, job.status) for job in queue.jobs()] == [("queued", "waiting")] * 3
    queue.start()
    until(lambda: not queue.busy)
    (failed,) = queue.jobs()
    assert (failed.name, failed.state) == ("bad.txt", "failed")
    assert failed.error.startswith("bad.txt made its reader crash")
    assert {document.name for document in library.documents.all()} == {"gate.txt", "pond.txt"}
    queue.dismiss(failed.id)
    assert not Path(failed.path).exists()


def test_a_job_that_is_being_read_is_not_begun_a_second_time(
    queue: IngestQueue, library: Library, tmp_path: Path
) -> None:
    (tmp_path / "slow.txt").write_text("sleep a while")
    job = queue.submit(tmp_path / "slow.txt", "slow.txt")
    queue.start()
    until(lambda: any(other.state == "working" for other in queue.jobs()))
    queue.retry(job.id)
    assert [other.state for other in queue.jobs()] == ["working"]
    queue.leave(job.path)
    until(lambda: not queue.jobs())
    assert library.documents.all() == []


def test_what_is_all_but_done_when_it_is_left_is_done_before_one_goes_on(
    queue: IngestQueue, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what is removed then would come back a moment later, under another number."""
    path = tmp_path / "gate.txt"
    path.write_text(GATE)
    at_its_end, go_on = threading.Event(), threading.Event()
    switch = library.documents.switch

    def slow(*arguments: Any) -> None:
        at_its_end.set()
        assert go_on.wait(60)
        switch(*arguments)

    monkeypatch.setattr(library.documents, "switch", slow)
    queue.start()
    job = queue.submit(path, path.name)
    assert at_its_end.wait(60)
    leaving = threading.Thread(target=queue.leave, args=(job.path,))
    leaving.start()
    leaving.join(0.5)  # ends at once if it doesn't wait
    assert leaving.is_alive()
    go_on.set()
    leaving.join(60)
    assert not leaving.is_alive()
    assert not queue.busy
    assert len(library.documents.named(path.name)) == 1


def test_each_page_being_read_is_told_and_then_what_is_embedded(
    library: Library, models: Models, long_pdf: Path, tmp_path: Path
) -> None:
    seen: list[tuple[str, float]] = []
    progress = IngestControl(lambda status, fraction: seen.append((status, fraction)))
    (tmp_path / "short.txt").write_text("The gate is painted green.")  # of a long one all may be embedded as it is read
    for path in (long_pdf, tmp_path / "short.txt"):
        assert index_file(path, library, models, progress).status == "added"
    told = [status for status, _ in seen]
    assert {f"reading page {number} of {PAGES}" for number in range(1, PAGES + 1)} <= set(told)
    assert any(status.startswith("embedding passage") for status in told)
    assert all(0.0 <= fraction <= 1.0 for _, fraction in seen)


def test_a_paused_queue_reads_nothing_also_after_a_restart(
    queue: IngestQueue, library: Library, models: Models, tmp_path: Path
) -> None:
    (tmp_path / "slow.txt").write_text("sleep a while")
    (tmp_path / "gate.txt").write_text(GATE)
    slow = queue.submit(tmp_path / "slow.txt", "slow.txt").id
    queue.start()
    until(lambda: any(job.state == "working" for job in queue.jobs()))
    queue.pause()
    until(lambda: not queue.busy)
    queue.submit(tmp_path / "gate.txt", "gate.txt")
    assert [job.state for job in queue.jobs()] == ["queued", "queued"]
    queue.close()
    again = IngestQueue(library, models)
    again.start()
    try:
        assert again.paused
        assert not again.busy
        again.cancel(slow)
        again.resume()
        until(lambda: not again.busy)
    finally:
        again.close()
    assert [document.name for document in library.documents.all()] == ["gate.txt"]


def test_once_it_is_cleared_nothing_is_read_any_more(queue: IngestQueue, library: Library, tmp_path: Path) -> None:
    """Whatever a worker is about to do at that moment."""
    (tmp_path / "watched").mkdir()
    for number in range(9):
        (tmp_path / "watched" / f"{number}.txt").write_text(f"{GATE} {number}")
    queue.start()
    for number in range(20):
        queue.watch(tmp_path / "watched")
        (tmp_path / "pond.txt").write_text(f"Seventeen carp live there. {number}")
        queue.submit(tmp_path / "pond.txt", "pond.txt")
        queue.clear()
        assert (library.jobs.all(), queue._running, library.folders.all()) == ([], {}, [])


def test_a_closed_queue_goes_on_where_it_stopped(
    library: Library, models: Models, long_pdf: Path, small_batches: None
) -> None:
    first = IngestQueue(library, models)
    number = first.submit(long_pdf, long_pdf.name).id
    first.start()
    until(lambda: (first.progress(number) or 0.0) > 0.5)
    first.close()
    assert [job.state for job in first.jobs()] == ["queued"]
    second = IngestQueue(library, models)
    second.start()
    until(lambda: not second.busy)
    second.close()
    assert second.jobs() == []
    assert [document.pages for document in library.documents.all()] == [PAGES]
    assert_agreement(library, models.embedder)


def test_a_file_that_waits_for_its_like_can_be_cancelled(queue: IngestQueue, library: Library, tmp_path: Path) -> None:
    (tmp_path / "gate.txt").write_text(GATE)
    job = queue.submit(tmp_path / "gate.txt", "gate.txt")
    with library.claims.hold(job.path) as held:
        assert held
        queue.start()
        until(lambda: any(other.status == "checking" for other in queue.jobs()))
        queue.cancel(job.id)
        until(lambda: not queue.jobs())
    assert library.documents.all() == []


def test_the_same_content_twice_at_once_is_read_once(queue: IngestQueue, library: Library, tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(GATE)
        queue.submit(tmp_path / name, name)
    queue.start()
    until(lambda: not queue.busy)
    assert len(library.documents.all()) == 1
