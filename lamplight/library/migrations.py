"""The SQLite schema as a list of named steps; a library of any age is brought up to date on opening.

SQLite's own `user_version` counts the steps taken. Append a function to `MIGRATIONS`; never edit one
that has been released.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator

from lamplight.library.errors import LibraryError


def m001_initial(database: sqlite3.Connection) -> None:
    """Documents, pages, chunks with their full-text index, conversations and jobs.

    AUTOINCREMENT on chunks and documents: their ids are also the keys in Chroma, so a number must never
    come to mean something else.
    """
    for statement in (
        """CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, name TEXT NOT NULL,
            sha256 TEXT NOT NULL, format TEXT NOT NULL, title TEXT NOT NULL, pages INTEGER NOT NULL,
            chunks INTEGER NOT NULL, images INTEGER NOT NULL, ocr_pages INTEGER NOT NULL,
            bytes INTEGER NOT NULL, added_at REAL NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('indexing', 'ready', 'removing')))""",
        "CREATE INDEX documents_by_path ON documents (path)",
        """CREATE TABLE pages (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, number INTEGER NOT NULL,
            width REAL NOT NULL, height REAL NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (document_id, number)) WITHOUT ROWID""",
        """CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL, kind TEXT NOT NULL, header TEXT NOT NULL, text TEXT NOT NULL,
            boxes TEXT NOT NULL)""",
        "CREATE INDEX chunks_by_document ON chunks (document_id, page)",
        """CREATE VIRTUAL TABLE chunks_text USING fts5 (
            header, text, content='chunks', content_rowid='id', tokenize='porter unicode61')""",
        """CREATE TRIGGER chunks_text_added AFTER INSERT ON chunks BEGIN
            INSERT INTO chunks_text (rowid, header, text) VALUES (new.id, new.header, new.text); END""",
        """CREATE TRIGGER chunks_text_removed AFTER DELETE ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            VALUES ('delete', old.id, old.header, old.text); END""",
        "CREATE VIRTUAL TABLE chunks_terms USING fts5vocab ('chunks_text', 'row')",
        """CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, updated_at REAL NOT NULL,
            hidden INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')), content TEXT NOT NULL,
            details TEXT NOT NULL)""",
        """CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, name TEXT NOT NULL,
            state TEXT NOT NULL, error TEXT NOT NULL DEFAULT '')""",
    ):
        database.execute(statement)


def m002_tables(database: sqlite3.Connection) -> None:
    """Tables cell by cell, beside the text that is searched; `boxes` is NULL or one box for each row."""
    database.execute(
        """CREATE TABLE tables (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL, rows TEXT NOT NULL, boxes TEXT)"""
    )
    database.execute("CREATE INDEX tables_by_document ON tables (document_id)")


def m003_report(database: sqlite3.Connection) -> None:
    """What a reader found in a file, as JSON; NULL for documents that are older than this."""
    database.execute("ALTER TABLE documents ADD COLUMN report TEXT")


def m004_folders(database: sqlite3.Connection) -> None:
    """Long documents that are half read, a queue that can be paused, watched folders, and where each file lies.

    A document is read on from `unfinished.pages` + 1 by a reader of the same version; until then the vectors of
    its chunks wait in `unfinished_vectors`, as Chroma holds only what can be found.
    """
    for statement in (
        """CREATE TABLE unfinished (
            document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
            reader TEXT NOT NULL, pages INTEGER NOT NULL)""",
        """CREATE TABLE unfinished_vectors (
            chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE, vector BLOB NOT NULL)""",
        "CREATE TABLE queue (paused INTEGER NOT NULL)",
        "INSERT INTO queue VALUES (0)",
        "CREATE TABLE folders (path TEXT PRIMARY KEY) WITHOUT ROWID",
        """CREATE TABLE places (
            path TEXT PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE)
            WITHOUT ROWID""",
        "CREATE INDEX places_by_document ON places (document_id)",
    ):
        database.execute(statement)


def m005_captions(database: sqlite3.Connection) -> None:
    """What a vision model said about a picture; and chunks whose text changes, with their full-text index."""
    for statement in (
        """CREATE TABLE captions (
            chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
            model TEXT NOT NULL, caption TEXT NOT NULL)""",
        """CREATE TRIGGER chunks_text_changed AFTER UPDATE OF text ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            VALUES ('delete', old.id, old.header, old.text);
            INSERT INTO chunks_text (rowid, header, text) VALUES (new.id, new.header, new.text); END""",
    ):
        database.execute(statement)


def m006_pinned(database: sqlite3.Connection) -> None:
    """Documents that are part of every prompt."""
    database.execute("ALTER TABLE documents ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")


def m007_collections(database: sqlite3.Connection) -> None:
    """Collections of documents, where files on their way in and conversations belong, and replaced messages.

    `messages.replaced` is 0 for what is shown, else the number of the edit that put something in its place.
    """
    for statement in (
        """CREATE TABLE collections (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0)""",
        """CREATE TABLE collection_documents (
            collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            PRIMARY KEY (collection_id, document_id)) WITHOUT ROWID""",
        "CREATE INDEX collections_by_document ON collection_documents (document_id)",
        "ALTER TABLE jobs ADD COLUMN collection_id INTEGER REFERENCES collections ON DELETE SET NULL",
        "ALTER TABLE jobs ADD COLUMN again INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE conversations ADD COLUMN collection_id INTEGER REFERENCES collections ON DELETE SET NULL",
        "ALTER TABLE messages ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0",
    ):
        database.execute(statement)


def m008_successors(database: sqlite3.Connection) -> None:
    """What was read anew has another number; answers of before still lead to it. And an index for the messages."""
    database.execute("CREATE TABLE successors (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
    database.execute("CREATE INDEX messages_by_conversation ON messages (conversation_id, id)")


def m009_furniture(database: sqlite3.Connection) -> None:
    """Which lines of a chunk are running heads and the like, as a JSON list of their indexes."""
    database.execute("ALTER TABLE chunks ADD COLUMN furniture TEXT NOT NULL DEFAULT '[]'")


def m010_pictures(database: sqlite3.Connection) -> None:
    """Which picture a chunk is of, and its kind; until now that stood at the end of the header, as words to search by.

    `picture` is the number within the document, NULL for what no picture holds. The full-text index still holds the
    words, by the view it takes its content from. The vectors are those of the same words and stay.
    """
    database.execute("ALTER TABLE chunks ADD COLUMN picture INTEGER")
    database.execute("ALTER TABLE chunks ADD COLUMN picture_kind TEXT")
    words = {
        "photo": " > photo, photograph, picture, image",
        "chart": " > chart, graph, plot, diagram, figure, picture",
        "scan": " > scan, scanned page, receipt, letter, picture",
        "screenshot": " > screenshot, screen, window, picture",
    }
    for kind, ending in words.items():
        database.execute(
            "UPDATE chunks SET picture_kind = ?1, header = substr(header, 1, length(header) - length(?2)) "
            "WHERE substr(header, -length(?2)) = ?2",
            (kind, ending),
        )
    database.executemany("UPDATE chunks SET picture = ? WHERE id = ?", list(_guessed_pictures(database)))
    named = " ".join(f"WHEN '{kind}' THEN '{ending}'" for kind, ending in words.items())
    for statement in (
        "DROP TRIGGER chunks_text_added",
        "DROP TRIGGER chunks_text_changed",
        "DROP TRIGGER chunks_text_removed",
        "DROP TABLE chunks_terms",
        "DROP TABLE chunks_text",
        f"""CREATE VIEW chunks_searched AS
            SELECT id, header || CASE picture_kind {named} ELSE '' END AS header, text FROM chunks""",
        """CREATE VIRTUAL TABLE chunks_text USING fts5 (
            header, text, content='chunks_searched', content_rowid='id', tokenize='porter unicode61')""",
        "INSERT INTO chunks_text (chunks_text) VALUES ('rebuild')",
        "CREATE VIRTUAL TABLE chunks_terms USING fts5vocab ('chunks_text', 'row')",
        """CREATE TRIGGER chunks_text_added AFTER INSERT ON chunks BEGIN
            INSERT INTO chunks_text (rowid, header, text)
            SELECT id, header, text FROM chunks_searched WHERE id = new.id; END""",
        """CREATE TRIGGER chunks_text_removed BEFORE DELETE ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            SELECT 'delete', id, header, text FROM chunks_searched WHERE id = old.id; END""",
        """CREATE TRIGGER chunks_text_changing BEFORE UPDATE OF header, text, picture_kind ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            SELECT 'delete', id, header, text FROM chunks_searched WHERE id = old.id; END""",
        """CREATE TRIGGER chunks_text_changed AFTER UPDATE OF header, text, picture_kind ON chunks BEGIN
            INSERT INTO chunks_text (rowid, header, text)
            SELECT id, header, text FROM chunks_searched WHERE id = new.id; END""",
    ):
        database.execute(statement)


def m011_guides(database: sqlite3.Connection) -> None:
    """A source guide for each document, as JSON."""
    database.execute(
        """CREATE TABLE guides (
            document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE, guide TEXT NOT NULL)"""
    )


def m012_digests(database: sqlite3.Connection) -> None:
    """What a larger model said of each section of a document, as JSON; the model by its cache key."""
    database.execute(
        """CREATE TABLE digests (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, model TEXT NOT NULL,
            place INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (document_id, model, place))"""
    )


def m013_persons(database: sqlite3.Connection) -> None:
    """Whose a conversation is, as `library.conversations.person_key` has it; those of before are the computer's own."""
    database.execute("ALTER TABLE conversations ADD COLUMN person TEXT NOT NULL DEFAULT ''")
    database.execute("CREATE INDEX conversations_by_person ON conversations (person, updated_at)")


def m014_unseen(database: sqlite3.Connection) -> None:
    """Paths that came with a backup, until a file has been seen there on this computer.

    And a number that is found leads nowhere else, as it did where one of two files of the same content was edited.
    """
    for statement in (
        """CREATE TABLE unseen (
            path TEXT PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE)
            WITHOUT ROWID""",
        "CREATE INDEX unseen_by_document ON unseen (document_id)",
        "DELETE FROM successors WHERE old IN (SELECT id FROM documents WHERE state = 'ready')",
    ):
        database.execute(statement)


def _guessed_pictures(database: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """The picture of each chunk that has a kind, and the chunk.

    The first chunk of a picture begins with its caption, whose box holds all others; the values of a chart follow it.
    """
    known, number, page, place = 0, 0, 0, None
    for chunk_id, document_id, kind, on, stored in database.execute(
        "SELECT id, document_id, kind, page, boxes FROM chunks WHERE picture_kind IS NOT NULL ORDER BY document_id, id"
    ).fetchall():
        if document_id != known:
            known, number, page, place = document_id, 0, 0, None
        boxes = json.loads(stored)
        inside = page == on and place is not None and boxes and all(_holds(place, box) for box in boxes)
        if not number or (kind == "image" and not inside):
            number, page, place = number + 1, on, boxes[0] if boxes else None
        yield number, chunk_id


def _holds(place: list[float], box: list[float]) -> bool:
    return box[0] >= place[0] and box[1] >= place[1] and box[2] <= place[2] and box[3] <= place[3]


MIGRATIONS: list[Callable[[sqlite3.Connection], None]] = [
    m001_initial,
    m002_tables,
    m003_report,
    m004_folders,
    m005_captions,
    m006_pinned,
    m007_collections,
    m008_successors,
    m009_furniture,
    m010_pictures,
    m011_guides,
    m012_digests,
    m013_persons,
    m014_unseen,
]


def migrate(database: sqlite3.Connection) -> None:
    """Take the steps that are missing, each in a transaction of its own.

    Raises `LibraryError` for a library that a newer Lamplight wrote.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LibraryError("This library was written by a newer version of Lamplight; install that version to open it.")
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        database.execute("BEGIN IMMEDIATE")
        try:
            step(database)
            database.execute(f"PRAGMA user_version = {number}")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:  # SQLite takes back by itself what a full disk cut short
                database.execute("ROLLBACK")
            raise
