"""What a person asked and what was said is kept while it grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Event, Evidence
from lamplight.ui.answers import UNFINISHED, Answer
from lamplight.ui.running_answers import Question, RunningAnswer

QUESTION = "What colour is the gate painted?"


class Killed(BaseException):
    """The process ends here."""


class Dying(Answerer):
    """Answers as ever until there is something to quote."""

    def answer(self, *given: Any, **named: Any) -> Iterator[Event]:
        for event in super().answer(*given, **named):
            yield event
            if isinstance(event, Evidence) and event.quote:
                raise Killed


def test_an_answer_that_never_ended_is_kept_as_far_as_it_came(library: Library, models: Models, tmp_path: Path) -> None:
    (tmp_path / "gate.txt").write_text("The gate is painted zebrawood green and locked at dusk.")
    assert index_file(tmp_path / "gate.txt", library, models).status == "added"
    conversation = library.conversations.start(QUESTION)
    with pytest.raises(Killed):
        RunningAnswer(library, Dying(library, models), conversation, Question(QUESTION)).run()
    asked, said = library.messages.of(conversation)
    answer = Answer.restored(said)
    assert asked.content == QUESTION
    assert "zebrawood green" in answer.text
    assert (answer.error, answer.done) == (UNFINISHED, True)
    assert answer.passages
