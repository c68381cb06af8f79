"""What is done while nobody asks and nothing is read, for `scheduling.IdleJob`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lamplight.ingest.vector_filling import fill_vectors
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag import digests
from lamplight.rag.answerer import Answerer
from lamplight.rag.guide import GuideBuilder
from lamplight.rag.prewarming import Prewarming
from lamplight.scheduling import Work

AWAY_SECONDS = 2.0  # between two looks whether a server that was away is back
FOLDER_SECONDS = 30.0  # between two looks whether somebody has put a vision model into the models folder


def idle_works(library: Library, models: Models, answerer: Answerer) -> dict[str, Work]:
    """What is done while nobody asks, by the name of its thread."""

    def describe(stopped: Callable[[], bool]) -> float | None:
        if models.vision is None:
            return FOLDER_SECONDS
        if not library.vector_places.are_away:
            from lamplight.ingest.recaption import recaption  # heavy, and most people have no vision model

            recaption(library, models, stopped)
        return AWAY_SECONDS if library.vector_places.are_away else None

    def fill(stopped: Callable[[], bool]) -> float | None:
        if models.ready:
            fill_vectors(library, models, stopped)
        return AWAY_SECONDS if library.vector_places.are_away else None

    return {
        "prewarming": Prewarming(library, models, answerer).prewarm,
        "captions": describe,
        "guides": GuideBuilder(library, models).make_missing,
        "vectors": fill,
        "unsaved answers": lambda stopped: library.messages.save(),
        "digests": partial(digests.make_missing, library, models),
    }
