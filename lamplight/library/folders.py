"""The folders that the library follows."""

from __future__ import annotations

from pathlib import Path

from lamplight.library.database import Database


class Folders(Database):
    """Their paths; following them is done in `ingest.folders`."""

    def watched_folders(self) -> list[Path]:
        return [Path(row[0]) for row in self._rows("SELECT path FROM folders ORDER BY path")]

    def watch_folder(self, folder: Path) -> None:
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO folders VALUES (?)", (str(folder),))

    def unwatch_folder(self, folder: Path) -> bool:
        """False when it was not watched. Its documents stay."""
        with self._transaction() as database:
            return database.execute("DELETE FROM folders WHERE path = ?", (str(folder),)).rowcount == 1
