"""Files on their way in, kept so that a restart goes on where the last run stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lamplight.library.database import Database
from lamplight.library.records import Job, JobState

COLUMNS = "id, path, name, state, '', error, collection_id, again"


class Jobs:
    """The queue's rows; the work itself is done in `ingest.queue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Job]:
        """Every job that is not dismissed, in the order given; `status` is empty here."""
        return [_job(row) for row in self._database.rows(f"SELECT {COLUMNS} FROM jobs ORDER BY id")]

    def add(self, path: str, name: str, collection_id: int | None = None, again: bool = False) -> int:
        """`collection_id` is what the document is to belong to; with `again` an unchanged file is read anew."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO jobs (path, name, state, collection_id, again) VALUES (?, ?, 'queued', ?, ?)",
                (path, name, collection_id, again),
            )
        return int(cursor.lastrowid or 0)

    def update(self, job_id: int, state: JobState, error: str = "") -> None:
        """`error` replaces the one before, so none is left unless given. Not told as a change of what is shown."""
        with self._database.transaction(shown=False) as connection:
            connection.execute("UPDATE jobs SET state = ?, error = ? WHERE id = ?", (state, error, job_id))

    def remove(self, job_id: int) -> None:
        """The row alone: the file's copy and what was begun of it stay."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def next(self) -> Job | None:
        """The one that waits longest."""
        rows = self._database.rows(f"SELECT {COLUMNS} FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1")
        return _job(rows[0]) if rows else None

    def at(self, path: str) -> list[Job]:
        """Those that read the file at `path`."""
        return [
            _job(row) for row in self._database.rows(f"SELECT {COLUMNS} FROM jobs WHERE path = ? ORDER BY id", path)
        ]

    def states(self) -> set[JobState]:
        """What jobs there are do."""
        return {row[0] for row in self._database.rows("SELECT DISTINCT state FROM jobs")}

    @property
    def paused(self) -> bool:
        """Whether the queue was told to wait, perhaps by an earlier run."""
        return bool(self._database.rows("SELECT paused FROM queue")[0][0])

    def set_paused(self, paused: bool) -> None:
        """Kept over a restart. Jobs at work are not stopped by it: `ingest.queue` does that."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE queue SET paused = ?", (paused,))


def _job(row: tuple[Any, ...]) -> Job:
    return replace(Job(*row), again=bool(row[-1]))
