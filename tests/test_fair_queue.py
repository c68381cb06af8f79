"""Who asks is answered in the order of asking, and nobody has a second turn before the others had their first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from itertools import groupby

from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Event, Finished, Waiting
from lamplight.rag.fair_queue import FairQueue, Place
from lamplight.ui.answers import Answer
from tests.waiting import until

QUESTION = "When are bonfires allowed?"


def order_of(askers: str) -> str:
    """In which order those who ask in this one, all before the first is answered, are answered."""
    queue, answered = FairQueue(), ""
    with ExitStack() as places:
        waiting: list[tuple[Place, Callable[[], None]]] = []
        for asker in askers:
            own = places.enter_context(ExitStack())
            waiting.append((own.enter_context(queue.place(asker)), own.close))
        while waiting:
            turn = next(pair for pair in waiting if queue.ahead(pair[0]) == 0)
            answered += turn[0].asker
            turn[1]()
            waiting.remove(turn)
    return answered


def test_first_come_first_served() -> None:
    assert order_of("abcdefghij") == "abcdefghij"


def test_nobody_is_answered_twice_before_the_others_were_once() -> None:
    assert order_of("aaaabc") == "abcaaa"
    assert order_of("aabbab") == "abab" + "ab"


def test_who_comes_later_waits_for_one_question_of_each_at_most() -> None:
    queue = FairQueue()
    with queue.place("a") as first, queue.place("a") as second, queue.place("a") as third:
        assert (queue.ahead(first), queue.ahead(second), queue.ahead(third)) == (0, 1, 2)
        with queue.place("b") as late:
            assert (queue.ahead(late), queue.ahead(second)) == (1, 2)


def test_what_was_asked_before_and_had_to_wait_for_its_file_comes_before() -> None:
    queue = FairQueue()
    with queue.place("a", 1.0) as served, queue.place("b", 3.0) as later:
        assert queue.ahead(served) == 0
        with queue.place("c", 2.0) as earlier:
            assert (queue.ahead(earlier), queue.ahead(later)) == (1, 2)


def test_who_gives_up_is_not_waited_for() -> None:
    queue = FairQueue()
    with queue.place("a") as first:
        with queue.place("b"), queue.place("c") as last:
            assert queue.ahead(first) == 0
            assert queue.ahead(last) == 2
        with queue.place("d") as next_one:
            assert queue.ahead(next_one) == 1


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
    answerer, stop = Answerer(sample_library, models), threading.Event()
    first = answerer.answer(QUESTION, asker="a")
    next(first)
    events: list[Event] = []
    second = threading.Thread(target=lambda: events.extend(answerer.answer(QUESTION, stop=stop, asker="b")))
    second.start()
    until(lambda: answerer._queue._waiting)
    stop.set()
    second.join()
    assert isinstance(events[-1], Finished)
    assert events[-1].stopped
    first.close()
