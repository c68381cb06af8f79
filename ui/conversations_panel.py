"""What the conversations panel shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from library.store import Library


def conversations_value(library: Library, current: int | None) -> dict[str, Any]:
    """Plain values for `assets/conversations.js`, the last spoken in first."""
    return {
        "current": current,
        "conversations": [
            {"id": conversation.id, "title": conversation.title} for conversation in library.conversations()
        ],
    }


def known_conversation(library: Library, wanted: int | None) -> int | None:
    """`wanted` if it is still there; a page that was open on a removed one starts a new one."""
    known = {conversation.id for conversation in library.conversations()}
    return wanted if wanted in known else None
