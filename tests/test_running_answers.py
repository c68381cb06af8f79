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
from lamplight.rag.events import Event, Evidence, Grounded, Token
from lamplight.ui.answers import UNFINISHED, UNSAVED, Answer
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


class Filling:
    """Answers at length, while the disk gets full at its first word."""

    def __init__(self, library: Library) -> None:
        self._database = library.database

    def answer(self, *_: Any, **__: Any) -> Iterator[Event]:
        yield Token("The gate ")
        (pages,) = self._database.rows("PRAGMA page_count")[0]
        self._database.rows(f"PRAGMA max_page_count = {pages}")
        yield Grounded(LONG[: len(LONG) // 2], [], [])
        yield Grounded(LONG, [], [])


LONG = "The gate is painted zebrawood green. " * 4000


def test_an_answer_that_finds_the_disk_full_is_read_to_its_end_and_saved_when_there_is_room(library: Library) -> None:
    conversation = library.conversations.start(QUESTION)
    turn = RunningAnswer(library, Filling(library), conversation, Question(QUESTION))  # type: ignore[arg-type]
    turn.run()
    answer = Answer.restored(library.messages.of(conversation)[-1])
    assert (answer.text, answer.error) == (LONG, UNSAVED)
    library.database.rows("PRAGMA max_page_count = 1000000")
    library.messages.save()
    [(content,)] = library.database.rows("SELECT content FROM messages WHERE id = ?", turn.message_id)
    assert content == LONG
    answer = Answer.restored(library.messages.of(conversation)[-1])
    assert (answer.text, answer.error) == (LONG, "")


def test_an_answer_that_could_not_be_saved_does_not_come_to_stand_in_another_library(library: Library) -> None:
    conversation = library.conversations.start(QUESTION)
    turn = RunningAnswer(library, Filling(library), conversation, Question(QUESTION))  # type: ignore[arg-type]
    turn.run()
    library.database.rows("PRAGMA max_page_count = 1000000")
    library.erase()
    conversation = library.conversations.start(QUESTION)
    with library.database.transaction() as connection:  # as a backup brings it
        connection.execute(
            "INSERT INTO messages (id, conversation_id, role, content, details) VALUES (?, ?, 'assistant', ?, '{}')",
            (turn.message_id, conversation, "It is blue."),
        )
    library.messages.save()
    assert [message.content for message in library.messages.of(conversation)] == ["It is blue."]
