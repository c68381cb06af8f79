"""The folders that the library follows."""

from __future__ import annotations

from pathlib import Path

from lamplight.library.database import Database


class Folders:
    """Their paths; following them is done in `ingest.folders`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Path]:
        """By path, whether they are on a disk just now or not."""
        return [Path(row[0]) for row in self._database.rows("SELECT path FROM folders ORDER BY path")]

    def watch(self, folder: Path) -> None:
        """Nothing changes when it is watched already. Whether it is a folder is for `ingest.folders` to check."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO folders VALUES (?)", (str(folder),))

    def unwatch(self, folder: Path) -> bool:
        """False when it was not watched. Its documents stay."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM folders WHERE path = ?", (str(folder),)).rowcount == 1
