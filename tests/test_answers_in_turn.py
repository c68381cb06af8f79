"""Who asks is answered in the order of asking, one after the other, and told how many come first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import groupby

import pytest

from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.language_model import Usage
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Event, Finished, Waiting
from lamplight.scheduling import CancelToken, Priority
from lamplight.ui.answers import Answer
from tests.waiting import until

QUESTION = "When are bonfires allowed?"


def test_answers_follow_one_another_and_each_who_waits_is_told(sample_library: Library, models: Models) -> None:
    answerer = Answerer(sample_library, models)
    events: list[tuple[int, Event]] = []

    def ask(number: int) -> None:
        for event in answerer.answer(QUESTION, asker=f"person {number}"):
            events.append((number, event))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    at_work = [number for number, event in events if not isinstance(event, Waiting)]
    assert len([number for number, _ in groupby(at_work)]) == 4, "an answer was begun before another had ended"
    told = [
        [event.ahead for one, event in events if one == number and isinstance(event, Waiting)] for number in range(4)
    ]
    assert all(ahead == sorted(ahead, reverse=True) for ahead in told)
    assert max(map(len, told)) >= 1


def test_who_waits_is_told_how_many_come_first() -> None:
    answer = Answer()
    for ahead, status in ((3, "3 questions come first…"), (1, "One question comes first…")):
        answer.absorb(Waiting(ahead))
        assert answer.status == status


def test_a_question_that_is_stopped_while_it_waits_ends_at_once(sample_library: Library, models: Models) -> None:
    answerer, stop = Answerer(sample_library, models), CancelToken()
    first = answerer.answer(QUESTION, asker="a")
    next(first)
    events: list[Event] = []
    second = threading.Thread(target=lambda: events.extend(answerer.answer(QUESTION, stop=stop, asker="b")))
    second.start()
    until(lambda: events)
    assert events == [Waiting(1)]
    stop.cancel()
    second.join()
    assert isinstance(events[-1], Finished)
    assert events[-1].stopped
    first.close()


def test_a_follow_up_that_is_stopped_while_it_waits_asks_no_model(
    sample_library: Library, loaded: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def generate(*given: object) -> Iterator[Usage]:
        asked.append(given)
        yield Usage(0, 0, 0, 0, 0.0)

    monkeypatch.setattr("lamplight.models.language_model.LARGE", 1)  # so that it may make a question stand alone
    monkeypatch.setattr(loaded.language_model, "generate", generate)
    history = [Message(1, "user", QUESTION), Message(2, "assistant", "On Fridays after 15:00.")]
    answerer, stop = Answerer(sample_library, loaded), CancelToken()
    first = answerer.answer(QUESTION, asker="a")
    next(first)
    second = answerer.answer("And who locks the gate?", history, stop=stop, asker="b")
    assert next(second) == Waiting(1)
    stop.cancel()
    *_, end = second
    assert isinstance(end, Finished)
    assert end.stopped
    assert not asked
    first.close()


@pytest.mark.parametrize("begun", [1, pytest.param(3, marks=pytest.mark.long)])
def test_an_answer_that_nobody_reads_to_its_end_holds_up_no_other(
    sample_library: Library, models: Models, begun: int
) -> None:
    answerer = Answerer(sample_library, models)
    abandoned = answerer.answer(QUESTION)
    for _ in range(begun):
        next(abandoned)
    del abandoned
    assert not [event for event in answerer.answer(QUESTION) if isinstance(event, Waiting)]
    with models.scheduler.lease(Priority.IDLE) as idle:
        assert not idle.cancelled()
