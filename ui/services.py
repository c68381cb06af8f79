"""What the browser app is given to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.suggestions import Suggestions
from ui.removals import Removals
from ui.turns import Turns

if TYPE_CHECKING:
    from ingest.queue import IngestQueue
    from library.store import Library
    from models.idle import IdleWork
    from models.loading import Models
    from rag.answerer import Answerer


@dataclass
class Services:
    """The rooms below the user interface, and what all open tabs share."""

    library: Library
    models: Models
    queue: IngestQueue
    answerer: Answerer
    idle: tuple[IdleWork, ...] = ()
    turns: Turns = field(init=False)
    removals: Removals = field(init=False)
    suggestions: Suggestions = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(self.library, self.answerer)
        self.removals = Removals(self.library)
        self.suggestions = Suggestions(self.library)
