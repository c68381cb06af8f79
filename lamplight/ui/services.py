"""What the browser app is given to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lamplight.rag.suggestions import Suggestions
from lamplight.ui.change_signal import ChangeSignal
from lamplight.ui.household.sessions import Household
from lamplight.ui.removals import Removals
from lamplight.ui.running_answers import RunningAnswers

if TYPE_CHECKING:
    from lamplight.ingest.queue import IngestQueue
    from lamplight.library.store import Library
    from lamplight.models.loading import Models
    from lamplight.rag.answerer import Answerer
    from lamplight.scheduling import IdleJob


@dataclass
class Services:
    """The rooms below the user interface, and what all open tabs share."""

    library: Library
    models: Models
    queue: IngestQueue
    answerer: Answerer
    idle: tuple[IdleJob, ...] = ()
    changed: ChangeSignal = field(init=False, default_factory=ChangeSignal)
    running_answers: RunningAnswers = field(init=False)
    removals: Removals = field(init=False)
    suggestions: Suggestions = field(init=False)
    household: Household = field(init=False)

    def __post_init__(self) -> None:
        self.running_answers = RunningAnswers(self.library, self.answerer, self.changed.give)
        self.removals = Removals(self.library)
        self.suggestions = Suggestions(self.library)
        self.household = Household(self.library.folder)
