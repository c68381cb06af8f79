"""What a document is, in a few lines: made once after it was read, and gone with it."""

from __future__ import annotations

import json
from dataclasses import asdict

from lamplight.library.database import Database
from lamplight.library.records import Guide, GuideLine, PaperField


class Guides:
    """Source guides, one to a document at most."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, document_id: int) -> Guide | None:
        """None as long as it has not been made."""
        rows = self._database.rows("SELECT guide FROM guides WHERE document_id = ?", document_id)
        if not rows:
            return None
        parts = json.loads(rows[0][0])
        lines = ("lines", "figures", "dates", "names", "outline")
        paper = [PaperField(**one) for one in parts.get("paper", [])]
        return Guide(
            questions=parts["questions"], paper=paper, **{name: [_line(one) for one in parts[name]] for name in lines}
        )

    def keep(self, document_id: int, guide: Guide) -> None:
        """In place of an older one; nothing if the document is gone meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO guides SELECT id, ? FROM documents WHERE id = ?",
                (json.dumps(asdict(guide) | {"asked": True}, ensure_ascii=False), document_id),
            )

    def count_papers(self) -> int:
        """How many receipts and invoices were read as such."""
        rows = self._database.rows(
            "SELECT count(*) FROM guides JOIN documents ON documents.id = document_id "
            "WHERE state = 'ready' AND json_array_length(guide, '$.paper') > 0"
        )
        return int(rows[0][0])

    def missing(self) -> list[int]:
        """Findable documents that have none, newest first; one whose questions were never asked counts as none."""
        rows = self._database.rows(
            "SELECT id FROM documents WHERE state = 'ready' AND id NOT IN "
            "(SELECT document_id FROM guides WHERE json_extract(guide, '$.asked')) "
            "ORDER BY added_at DESC, id DESC"
        )
        return [int(row[0]) for row in rows]


def _line(values: dict[str, object]) -> GuideLine:
    return GuideLine(str(values["text"]), int(str(values["page"])))
