"""What the conversations panel shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lamplight.library.store import Library


def conversations_value(library: Library, person: str, words: str = "") -> list[dict[str, Any]]:
    """Plain values for `assets/conversations.js`, the last spoken in first; with `words`, those that hold them."""
    return [
        {
            "id": conversation.id,
            "title": conversation.title,
            "when": conversation.updated_at,
            "collection": conversation.collection_id,
        }
        for conversation in library.conversations.all(words, person)
    ]
