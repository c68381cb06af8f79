"""Who may use the processor and the model: what the scheduler promises, without a clock."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import combinations

import pytest

from lamplight.scheduling import AnswerLease, CancelToken, IdleJob, Priority, Scheduler, idle_job
from lamplight.scheduling.fair_queue import FairQueue, Ticket
from lamplight.scheduling.idle_job import Work
from tests.waiting import DEADLINE, until

ANSWER, TYPING, INDEXING, IDLE = Priority
ROUNDS = 200  # of each thread under stress


class WorkError(Exception):
    """What ends a round of a job quietly."""


def begun(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def ended(*threads: threading.Thread) -> bool:
    for thread in threads:
        thread.join(DEADLINE)
    return not any(thread.is_alive() for thread in threads)


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def start(scheduler: Scheduler) -> Iterator[Callable[[Work], IdleJob]]:
    """Starts idle jobs, which are closed in the end."""
    with ExitStack() as closing:

        def start(work: Work) -> IdleJob:
            job = IdleJob(scheduler, "test", work, WorkError)
            job.start()
            closing.callback(job.close)
            return job

        yield start


def asked(scheduler: Scheduler, count: int) -> Callable[[], bool]:
    """Whether so many leases were asked for and not given back."""
    return lambda: len(scheduler._leases) == count


@pytest.mark.parametrize(("higher", "lower"), list(combinations(Priority, 2)))
def test_what_has_a_lower_priority_is_cancelled_on_arrival(
    scheduler: Scheduler, higher: Priority, lower: Priority
) -> None:
    told: list[str] = []
    with scheduler.lease(lower) as lease, lease.on_cancel(lambda: told.append("cancelled")):
        assert not lease.cancelled()
        with scheduler.lease(higher):
            assert lease.cancelled()
            assert told == ["cancelled"]


def test_what_has_the_same_or_a_higher_priority_is_not(scheduler: Scheduler) -> None:
    with scheduler.lease(INDEXING) as first, scheduler.lease(INDEXING) as second:
        below = begun(lambda: scheduler.lease(IDLE).__enter__())
        until(asked(scheduler, 3))
        assert not first.cancelled() and not second.cancelled()
    assert ended(below)


def test_what_waits_goes_on_in_the_order_of_priorities(scheduler: Scheduler) -> None:
    order: list[Priority] = []

    def work(priority: Priority) -> None:
        with scheduler.lease(priority):
            order.append(priority)

    with scheduler.lease(ANSWER):
        threads = [begun(lambda priority=priority: work(priority)) for priority in (IDLE, INDEXING, TYPING)]
        until(asked(scheduler, 4))
        assert order == []
    assert ended(*threads)
    assert order == [TYPING, INDEXING, IDLE]


def test_an_answer_does_not_wait_for_those_who_give_way(scheduler: Scheduler) -> None:
    with scheduler.lease(IDLE), scheduler.lease(INDEXING), scheduler.answering() as lease:
        assert list(lease.wait_in_queue()) == []


def test_who_gives_way_goes_on_afterwards_and_gives_way_again(scheduler: Scheduler) -> None:
    told: list[str] = []
    with scheduler.lease(INDEXING) as lease, lease.on_cancel(lambda: told.append("cancelled")):
        for number in (1, 2):
            answer = scheduler.lease(ANSWER)
            answer.__enter__()
            assert lease.cancelled()
            reading = begun(lease.give_way)
            until(lambda: not lease.running)
            answer.__exit__()
            assert ended(reading)
            assert not lease.cancelled()
            assert len(told) == number


def test_a_lease_is_cancelled_with_what_it_is_derived_from(scheduler: Scheduler) -> None:
    stop, closing = CancelToken(), CancelToken()
    with scheduler.answering("", stop, closing) as lease:
        assert not lease.cancelled()
        closing.cancel()
        assert lease.cancelled() and not stop.cancelled()
    with scheduler.lease(IDLE, closing) as late:
        assert late.cancelled()


@pytest.mark.parametrize("again", [False, True], ids=["for the first time", "having given way"])
def test_who_waits_is_let_go_when_it_is_cancelled(scheduler: Scheduler, again: bool) -> None:
    cancelled: list[bool] = []
    token, holds = CancelToken(), threading.Event()

    def work() -> None:
        with scheduler.lease(INDEXING, token) as lease:
            holds.set()
            if again:
                until(lease.cancelled)
                lease.give_way()
            cancelled.append(lease.cancelled())

    with ExitStack() as answering:
        if not again:
            answering.enter_context(scheduler.lease(ANSWER))
        thread = begun(work)
        if again:
            assert holds.wait(DEADLINE)
            answering.enter_context(scheduler.lease(ANSWER))
        until(lambda: [lease.running for lease in scheduler._leases if lease.priority is INDEXING] == [False])
        token.cancel()
        assert ended(thread)
    assert cancelled == [True]


def test_an_error_inside_a_lease_gives_it_back(scheduler: Scheduler) -> None:
    for lease in (scheduler.lease(INDEXING), scheduler.answering()):
        with pytest.raises(WorkError), lease:
            if isinstance(lease, AnswerLease):
                assert list(lease.wait_in_queue()) == []
            raise WorkError
    with scheduler.lease(IDLE) as idle, scheduler.answering() as answer:
        assert idle.cancelled()
        assert list(answer.wait_in_queue()) == []


def test_who_ends_the_program_while_waiting_leaves_no_lease(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(lease: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scheduler, "_wait_for_way", interrupted)
        with pytest.raises(KeyboardInterrupt), scheduler.lease(INDEXING):
            raise AssertionError("it was not had")
    with scheduler.lease(IDLE) as idle:
        assert not idle.cancelled()


def test_what_was_stopped_for_something_else_begins_anew(scheduler: Scheduler) -> None:
    begun_at: list[bool] = []

    def work(stopped: Callable[[], bool]) -> None:
        begun_at.append(stopped())
        if len(begun_at) < 3:
            with scheduler.lease(ANSWER):
                assert stopped()

    scheduler.run(IDLE, work)
    assert begun_at == [False] * 3
    stop = CancelToken()
    stop.cancel()
    scheduler.run(IDLE, work, stop)
    assert len(begun_at) == 3


def answers(scheduler: Scheduler) -> Iterator[str]:
    with scheduler.answering() as lease:
        for _ in lease.wait_in_queue():
            yield "waiting"
        yield "first word"
        yield "second word"


@pytest.mark.parametrize("way", ["closed", "forgotten", "closed by another thread"])
def test_an_answer_that_its_client_abandons_gives_its_turn_back(scheduler: Scheduler, way: str) -> None:
    answer = answers(scheduler)
    assert next(answer) == "first word"
    waiting = answers(scheduler)
    assert next(waiting) == "waiting"
    if way == "closed":
        answer.close()  # type: ignore[attr-defined]
    elif way == "forgotten":
        del answer
    else:
        assert ended(begun(answer.close))  # type: ignore[attr-defined]
    assert next(waiting) == "first word"
    del waiting
    with scheduler.lease(IDLE) as idle:
        assert not idle.cancelled()


def order_of(askers: str) -> str:
    """In which order those who ask in this one, all before the first is answered, are answered."""
    queue, answered = FairQueue(), ""
    waiting = [queue.join(asker, 0.0) for asker in askers]
    while waiting:
        place = next(place for place in waiting if queue.ahead(place) == 0)
        answered += place.asker
        queue.leave(place)
        waiting.remove(place)
    return answered


def test_first_come_first_served() -> None:
    assert order_of("abcdefghij") == "abcdefghij"


def test_nobody_is_answered_twice_before_the_others_were_once() -> None:
    assert order_of("aaaabc") == "abcaaa"
    assert order_of("aabbab") == "abab" + "ab"


def ahead(queue: FairQueue, *places: Ticket) -> list[int]:
    return [queue.ahead(place) for place in places]


def test_who_comes_later_waits_for_one_question_of_each_at_most() -> None:
    queue = FairQueue()
    places = [queue.join("a", 0.0) for _ in range(3)]
    assert ahead(queue, *places) == [0, 1, 2]
    assert ahead(queue, queue.join("b", 0.0), places[1]) == [1, 2]


def test_what_was_asked_before_and_had_to_wait_for_its_file_comes_before() -> None:
    queue = FairQueue()
    served, later = queue.join("a", 1.0), queue.join("b", 3.0)
    assert queue.ahead(served) == 0
    assert ahead(queue, queue.join("c", 2.0), later) == [1, 2]


def test_who_gives_up_is_not_waited_for() -> None:
    queue = FairQueue()
    first, second, last = queue.join("a", 0.0), queue.join("b", 0.0), queue.join("c", 0.0)
    assert ahead(queue, first, last) == [0, 2]
    queue.leave(second)
    queue.leave(last)
    assert queue.ahead(queue.join("d", 0.0)) == 1


def test_each_who_waits_is_told_how_many_come_first(scheduler: Scheduler) -> None:
    told: dict[str, list[int]] = {}
    with ExitStack() as held:
        leases = [held.enter_context(scheduler.answering(asker)) for asker in "abc"]
        turns = [lease.wait_in_queue() for lease in leases]
        assert [next(turn, 0) for turn in turns] == [0, 1, 2]

        def wait(number: int) -> None:
            told[leases[number].asker] = list(turns[number])
            leases[number].__exit__()

        held.pop_all()
        threads = [begun(lambda number=number: wait(number)) for number in (1, 2)]
        leases[0].__exit__()
        assert ended(*threads)
    assert told["b"] == []
    assert told["c"] in ([1], [])  # "b" may have been answered before "c" looked


def test_who_stops_while_waiting_for_a_turn_has_none_and_is_not_waited_for(scheduler: Scheduler) -> None:
    stop = CancelToken()
    with scheduler.answering() as first, ExitStack() as held:
        assert list(first.wait_in_queue()) == []
        second = held.enter_context(scheduler.answering("", stop))
        turn = second.wait_in_queue()
        assert next(turn) == 1
        stop.cancel()
        assert list(turn) == [] and second.cancelled()
        held.close()
        with scheduler.answering() as third:
            assert next(third.wait_in_queue()) == 1


def test_where_a_server_answers_all_are_answered_at_once(scheduler: Scheduler) -> None:
    with scheduler.answering() as first, scheduler.answering() as second:
        assert list(first.wait_in_queue()) == []
        turn = second.wait_in_queue()
        assert next(turn) == 1
        waiting = begun(lambda: list(turn))
        scheduler.answer_one_by_one(False)
        assert ended(waiting)


def test_who_needs_the_model_in_this_process_beside_a_server_has_it_alone(scheduler: Scheduler) -> None:
    scheduler.answer_one_by_one(False)
    with scheduler.answering() as first, scheduler.answering() as second, scheduler.answering() as third:
        assert [list(lease.wait_in_queue()) for lease in (first, second, third)] == [[], [], []]
        assert list(second.wait_in_queue(alone=True)) == []
        assert next(third.wait_in_queue(alone=True)) == 1


@pytest.mark.parametrize("priority", [TYPING, IDLE])
def test_nothing_is_computed_ahead_of_time_in_a_pause(scheduler: Scheduler, priority: Priority) -> None:
    rounds: list[str] = []

    def work() -> None:
        for wait in (True, False):
            with scheduler.lease(priority) as lease:
                rounds.append("begun")
                until(lambda lease=lease, wait=wait: lease.cancelled() or not wait)
                rounds.append("ended")

    thread = begun(work)
    until(lambda: rounds)
    with scheduler.paused():
        assert rounds == ["begun", "ended"]
        until(asked(scheduler, 1))
        with scheduler.paused():
            assert rounds == ["begun", "ended"]
        assert [lease.running for lease in scheduler._leases] == [False]
    assert ended(thread)
    assert rounds == ["begun", "ended"] * 2


def test_a_pause_begins_when_what_was_begun_gives_way(scheduler: Scheduler) -> None:
    held = threading.Event()

    def work() -> None:
        with scheduler.lease(TYPING) as lease:
            held.set()
            until(lease.cancelled)
            lease.give_way()

    typing = begun(work)
    assert held.wait(DEADLINE)
    with scheduler.paused():
        assert [lease.running for lease in scheduler._leases] == [False]
    assert ended(typing)


def test_files_are_read_and_questions_answered_in_a_pause(scheduler: Scheduler) -> None:
    with scheduler.lease(INDEXING) as indexing, scheduler.paused():
        assert not indexing.cancelled()
        with scheduler.answering() as answer:
            assert list(answer.wait_in_queue()) == []


def test_an_error_in_a_pause_ends_it(scheduler: Scheduler) -> None:
    with pytest.raises(WorkError), scheduler.paused():
        raise WorkError
    with scheduler.lease(IDLE) as lease:
        assert not lease.cancelled()


def test_idle_work_gives_way_to_answers_and_goes_on_afterwards(
    scheduler: Scheduler, start: Callable[[Work], IdleJob]
) -> None:
    rounds: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        rounds.append("begun")
        until(stopped)
        rounds.append("stopped")

    job = start(work)
    until(lambda: rounds == ["begun"])
    with scheduler.lease(ANSWER):
        until(lambda: rounds == ["begun", "stopped"])
    until(lambda: len(rounds) == 3)
    job.close()
    assert rounds == ["begun", "stopped"] * 2


def test_nothing_is_done_while_idle_work_is_paused(scheduler: Scheduler, start: Callable[[Work], IdleJob]) -> None:
    rounds: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        rounds.append("begun")
        until(stopped)
        rounds.append("stopped")

    start(work)
    until(lambda: rounds == ["begun"])
    with scheduler.paused():
        assert rounds == ["begun", "stopped"]
    until(lambda: len(rounds) == 3)


def test_idle_work_that_fails_is_tried_again(start: Callable[[Work], IdleJob], monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that was full."""
    monkeypatch.setattr(idle_job, "RETRY_SECONDS", 0.001)
    done: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        done.append("failed" if len(done) < 3 else "worked")
        if done[-1] == "failed":
            raise WorkError

    start(work)
    until(lambda: done == ["failed"] * 3 + ["worked"])


def test_idle_work_that_fails_waits_for_a_change_that_it_did_not_make_itself(
    scheduler: Scheduler, start: Callable[[Work], IdleJob]
) -> None:
    looks: list[int] = []

    def work(stopped: Callable[[], bool]) -> None:
        looks.append(1)
        scheduler.wake()
        raise WorkError

    job = start(work)
    until(lambda: looks and not scheduler._leases)
    with scheduler.lease(IDLE) as lease:
        assert not lease.cancelled()
    assert len(looks) == 1
    answered(scheduler)
    until(lambda: len(looks) == 2)
    job.close()
    assert len(looks) == 2


def answered(scheduler: Scheduler) -> None:
    with scheduler.answering():
        pass


def indexed(scheduler: Scheduler) -> None:
    with scheduler.lease(INDEXING):
        pass


@pytest.mark.parametrize("event", [answered, indexed, Scheduler.wake])
def test_idle_work_sleeps_until_something_has_changed(
    scheduler: Scheduler, start: Callable[[Work], IdleJob], event: Callable[[Scheduler], None]
) -> None:
    looks: list[int] = []
    job = start(lambda stopped: looks.append(1))
    for count in (1, 2, 3):
        until(lambda count=count: len(looks) == count and not scheduler._leases)
        event(scheduler)
    until(lambda: len(looks) == 4)
    job.close()
    assert len(looks) == 4


def test_what_changes_while_idle_work_looks_is_looked_at_again(
    scheduler: Scheduler, start: Callable[[Work], IdleJob]
) -> None:
    looks: list[int] = []

    def work(stopped: Callable[[], bool]) -> None:
        looks.append(1)
        if len(looks) == 1:
            scheduler.wake()

    start(work)
    until(lambda: len(looks) == 2)


def test_idle_work_that_waits_for_another_computer_looks_again_by_itself(start: Callable[[Work], IdleJob]) -> None:
    looks: list[int] = []

    def work(stopped: Callable[[], bool]) -> float | None:
        looks.append(1)
        return 0.001 if len(looks) < 3 else None

    start(work)
    until(lambda: len(looks) == 3)


@pytest.mark.parametrize("when", ["asleep", "at work", "waiting for its turn"])
def test_idle_work_that_is_closed_has_ended(scheduler: Scheduler, start: Callable[[Work], IdleJob], when: str) -> None:
    done: list[str] = []

    def work(stopped: Callable[[], bool]) -> None:
        done.append("begun")
        until(lambda: stopped() or when != "at work")
        done.append("ended")

    with ExitStack() as answering:
        if when == "waiting for its turn":
            answering.enter_context(scheduler.lease(ANSWER))
        job = start(work)
        until(lambda: done or len(scheduler._leases) == 2)
        if when == "asleep":
            until(lambda: len(done) == 2 and not scheduler._leases)
        job.close()
        assert not job._thread.is_alive()
        assert done == ([] if when == "waiting for its turn" else ["begun", "ended"])


@pytest.fixture
def switching_often() -> Iterator[None]:
    """Threads that take turns a hundred times as often as usual, so that they meet everywhere."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 100)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("switching_often")
def test_no_wake_up_is_lost_under_stress(scheduler: Scheduler, start: Callable[[Work], IdleJob]) -> None:
    """Eight threads that answer, index and type leave something to idle work, and it is all done."""
    left, done, answering = threading.Semaphore(0), threading.Semaphore(0), threading.Lock()
    together = threading.Barrier(8)

    def idle(stopped: Callable[[], bool]) -> None:
        while not stopped() and left.acquire(blocking=False):
            done.release()

    def answer(asker: str) -> None:
        with scheduler.answering(asker) as lease:
            list(lease.wait_in_queue())
            assert answering.acquire(blocking=False), "two are answered at a time"
            answering.release()
            left.release()

    def compute(priority: Priority) -> None:
        with scheduler.lease(priority) as lease:
            if lease.cancelled():
                lease.give_way()
            left.release()
        if priority is TYPING:
            scheduler.wake()

    def pause() -> None:
        with scheduler.paused():
            assert not [lease for lease in scheduler._leases if lease.running and lease.priority in (TYPING, IDLE)]

    def work(seed: int) -> None:
        chance = random.Random(seed)
        together.wait()
        for _ in range(ROUNDS):
            chance.choice([lambda: answer(str(seed)), lambda: compute(TYPING), lambda: compute(INDEXING)])()
            chance.choice([pause, lambda: None])()

    for _ in range(2):
        start(idle)
    assert ended(*[begun(lambda seed=seed: work(seed)) for seed in range(8)])
    for _ in range(8 * ROUNDS):
        assert done.acquire(timeout=DEADLINE)


def test_a_token_calls_back_once_and_only_inside_its_block() -> None:
    told: list[str] = []
    token = CancelToken()
    with token.on_cancel(lambda: told.append("left before")):
        pass
    with token.on_cancel(lambda: told.append("inside")):
        token.cancel()
        token.cancel()
    with token.on_cancel(lambda: told.append("late")):
        assert told == ["inside", "late"]
    assert token.wait()


def test_a_token_waits_for_a_cancellation_by_another_thread() -> None:
    parent = CancelToken()
    token = CancelToken(CancelToken(), parent)
    waiting = begun(token.wait)
    parent.cancel()
    assert ended(waiting)
    assert CancelToken(parent).cancelled()
    assert not CancelToken(CancelToken()).wait(0.0)
