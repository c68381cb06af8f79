"""What the browser app is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.queue import IngestQueue
    from library.store import Library
    from models.idle import IdleWork
    from models.loading import Models
    from rag.answerer import Answerer


@dataclass(frozen=True, slots=True)
class Services:
    """The rooms below the user interface. Importing this module loads none of them."""

    library: Library
    models: Models
    queue: IngestQueue
    answerer: Answerer
    idle: tuple[IdleWork, ...] = ()
