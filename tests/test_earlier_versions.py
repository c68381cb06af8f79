"""Every earlier version's library is opened: what was kept in it is found, and nothing has to be read again.

`tests/libraries` holds one dump for each number of the schema that an earlier version wrote, made by that version's own
`add` of the same two files. Before a new step is added to `MIGRATIONS`, `python -m tests.test_earlier_versions FOLDER`
prints the dump of a library of the schema so far, for the next one to open.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lamplight.library.database import DATABASE
from lamplight.library.migrations import MIGRATIONS
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.rag.retriever import Retriever
from tests.test_library import assert_agreement

DUMPS = sorted((Path(__file__).parent / "libraries").glob("*.sql"))
FULL_TEXT = ('INSERT INTO "chunks_terms"', 'INSERT INTO "chunks_text" ', 'INSERT INTO "chunks_text"V')
NEVER_WRITTEN = {2}  # steps that came together with the next one


def dumped(folder: Path) -> str:
    """SQL that makes the database of the library in `folder` again."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        # The full-text tables are made of the shadow tables beside them.
        lines = [line for line in database.iterdump() if not line.startswith(FULL_TEXT)]
    return "\n".join([*lines, f"PRAGMA user_version={version};", ""])


def written_by(dump: Path, folder: Path) -> Path:
    folder.mkdir()
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.executescript(dump.read_text(encoding="utf-8"))
    return folder


def test_there_is_a_library_of_every_schema() -> None:
    numbers = {int(dump.stem.rpartition("-")[2]) for dump in DUMPS}
    assert numbers >= set(range(1, len(MIGRATIONS))) - NEVER_WRITTEN


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_library_of_an_earlier_version_is_brought_up_to_date(dump: Path, tmp_path: Path, embedder: Embedder) -> None:
    folder = written_by(dump, tmp_path / "library")
    for _ in range(2):  # the second time nothing is left to do
        with Library(folder) as library:
            assert library.database.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
            assert library.database.rows("PRAGMA foreign_key_check") == []
            assert {document.name for document in library.documents.all()} == {"orchard.md", "press.png"}
            assert_agreement(library, embedder)
            retriever = Retriever(library, embedder)
            (first, *_) = retriever.search("Who planted the oldest pear tree?", 2).found
            assert "1911 by Edda Lindqvist" in first.text
            (first, *_) = retriever.search("What does the cider press cost on the picture?", 2).found
            assert "5150 EUR" in first.text
            assert first.kind == "image"
            assert first.picture == 1
            (conversation,) = library.conversations.all()
            assert [message.content for message in library.messages.of(conversation.id)] == [
                "Who planted the pear tree?",
                "Edda Lindqvist.",
            ]
    again = tmp_path / "again.sql"
    again.write_text(dumped(folder), encoding="utf-8")
    with Library(written_by(again, tmp_path / "again")) as library:
        assert_agreement(library, embedder)


def test_a_document_whose_number_was_led_to_another_can_be_removed_and_brought_back(tmp_path: Path) -> None:
    """Until the schema of version 14, an edit of one of two files of the same content did that to the other one."""
    folder = written_by(next(dump for dump in DUMPS if dump.stem.endswith("13")), tmp_path / "library")
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute("INSERT INTO successors VALUES (1, 2)")
    with Library(folder) as library:
        library.documents.remove(1)
        assert library.documents.successor(1) == 1
        assert library.documents.restore(1)


def test_a_step_that_fails_leaves_the_library_as_the_earlier_version_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps before it are kept, and the next opening goes on from there."""
    folder = written_by(DUMPS[0], tmp_path / "library")

    def fail(database: sqlite3.Connection) -> None:
        database.execute("ALTER TABLE documents ADD COLUMN half INTEGER")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("lamplight.library.migrations.MIGRATIONS", [*MIGRATIONS[:3], fail])
        with pytest.raises(Exception, match="disk is full"):
            Library(folder)
    with Library(folder) as library:
        assert len(library.documents.all()) == 2
        assert library.database.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert library.database.rows("SELECT count(*) FROM pragma_table_info('documents') WHERE name = 'half'") == [
            (0,)
        ]


if __name__ == "__main__":
    sys.stdout.write(dumped(Path(sys.argv[1])))
