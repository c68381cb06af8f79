"""Whether `kill -9` at random moments loses or doubles anything.

python -m bench.kills --count 200       everything that is done to a library, on a small one
python -m bench.ingest --kills 30       `add` of long documents
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.breaking import Stage, aftermath, attempt, in_child
from bench.measuring import Measures, options, progress, report
from bench.small_library import OPERATIONS
from lamplight.library.store import Library
from lamplight.models.loading import Models

ROOT = Path(__file__).resolve().parent.parent
SHORTEST, LONGEST = 2.0, 20.0  # seconds before a kill: from starting up to the middle of a long document
SEED = 1
KILLS = 200
STILL_OPENING = 0.3  # of the kills, as that is when what was left is mended


def kills(files: Path, count: int, models: Models) -> Measures:
    """`add` of `files`, killed `count` times and then let finish, against one that was never killed."""
    moments = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        killed, whole = Path(folder, "killed"), Path(folder, "whole")
        _add(files, whole).wait()
        struck = 0
        while struck < count:
            run = _add(files, killed)
            time.sleep(moments.uniform(SHORTEST, LONGEST))
            if run.poll() is None:
                struck += 1
                progress(f"killed {struck} of {count}; {_kept(killed)}")
            else:  # all was read: begin anew, so that every kill strikes at work
                killed = Path(folder, f"killed-{struck}")
            run.kill()
            run.wait()
        finished = _add(files, killed).wait()
        with Library(killed) as one, Library(whole) as other:
            return {
                "kills": struck,
                "kills_finished": int(finished == 0),
                "kills_chunks": one.passages.count(),
                "kills_chunks_equal": int(_content(one) == _content(other)),
                "kills_vectors_least_cosine": round(_least_cosine(one, other, models), 4),
                "kills_vectors_agree": int(one.vectors.store(models.embedder).ids() == {row[0] for row in _ids(one)}),
            }


def _add(files: Path, library: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "app.py", "add", str(files.resolve()), "--library", str(library), "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kept(folder: Path) -> str:
    """What the killed run left, looked at without opening (and so mending) the library."""
    database = sqlite3.connect(f"file:{folder / 'library.sqlite3'}?mode=ro", uri=True)
    try:
        states = database.execute("SELECT state, count(*) FROM documents GROUP BY state").fetchall()
        (pages,) = database.execute("SELECT coalesce(sum(pages), 0) FROM unfinished").fetchone()
        return ", ".join(f"{count} {state}" for state, count in states) + f", {pages} pages of unfinished ones"
    except sqlite3.Error as error:
        return str(error)
    finally:
        database.close()


def _ids(library: Library) -> list[tuple[int]]:
    return library.database.rows(
        "SELECT chunks.id FROM chunks JOIN documents ON document_id = documents.id ORDER BY name, chunks.id"
    )


def _content(library: Library) -> list[tuple[object, ...]]:
    return library.database.rows(
        "SELECT name, sha256, title, state, pages, chunks, images, ocr_pages, page, kind, header, text, boxes "
        "FROM chunks JOIN documents ON document_id = documents.id ORDER BY name, chunks.id"
    )


def _least_cosine(one: Library, other: Library, models: Models) -> float:
    """int8 embeddings depend a little on what stood in the same batch."""
    sides = []
    for library in (one, other):
        ids = [row[0] for row in _ids(library)]
        found = library.vectors.store(models.embedder).vectors_of(ids)
        sides.append(np.stack([found[number] for number in ids]))
    if sides[0].shape != sides[1].shape:
        return 0.0
    return float((sides[0] * sides[1]).sum(axis=1).min())


def random_kills(count: int) -> Measures:
    """Each operation in turn is killed at a random moment; every third time, opening what is left is killed too."""
    import chromadb  # noqa: F401  # 1 s, once and not in each fork

    moments = random.Random(SEED)
    struck = ended = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        seconds = {}
        for name in OPERATIONS:
            with stage.copy(name) as place:
                started = time.perf_counter()
                in_child(attempt(name, place))
                seconds[name] = time.perf_counter() - started
        while struck < count:
            name = list(OPERATIONS)[(struck + ended) % len(OPERATIONS)]
            with stage.copy(name) as place:
                outcome = in_child(attempt(name, place), kill_after=moments.uniform(0.02, seconds[name]))
                if outcome.code == 0:  # it was done before
                    ended += 1
                else:
                    struck += 1
                if moments.random() < STILL_OPENING:
                    again = in_child(attempt("nothing", place), kill_after=moments.uniform(0.0, seconds["nothing"]))
                    struck += again.code < 0
                found = aftermath(stage, name, place)
                wrong += bool(found)
                for fault in found:
                    progress(f"{name}, killed: {fault}")
    return {"random_kills": struck, "random_kills_too_late": ended, "random_kills_wrong": wrong}


if __name__ == "__main__":
    parsed = options(__doc__ or "").parse_args()
    report(random_kills(parsed.count or KILLS), parsed.json)
