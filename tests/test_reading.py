"""What reading promises: one passage where one is enough, several where not, in an order that is reused."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.context_cache import ContextCache
from lamplight.models.engine import never
from lamplight.models.language_model import LanguageModel, Usage
from lamplight.rag.reading import APART, PassagePrefill, near_best, needs_several, stable_order
from lamplight.rag.speculative_prefill import SpeculativePrefill
from lamplight.scheduling import Priority, Scheduler
from tests.waiting import DEADLINE, until

SYSTEM = "Answer from the passages in one short sentence."
PASSAGES = [
    "The roof of the boathouse was repaired in June 2019. The work cost 3,400 pounds.",
    "Two cats live in the boathouse. They are called Salt and Pepper.",
    "The canal lock opens at seven in the morning and closes at sunset.",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageModel]:
    cache = ContextCache(tmp_path_factory.mktemp("contexts"))
    model = LanguageModel(LANGUAGE_MODEL.path(), "test", cache=cache, checksum=LANGUAGE_MODEL.sha256)
    yield model
    model.close()


def read(model: LanguageModel, reader: PassagePrefill, question: str, passages: list[str]) -> Usage:
    last = list(reader.read(model, SYSTEM, question, passages, 16, never))[-1]
    assert isinstance(last, Usage)
    return last


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("When was the roof repaired?", False),
        ("How many cats live in the boathouse?", False),
        ("Compare the roof and the lock.", True),
        ("What do both reports say about the roof?", True),
        ("List the animals of the harbour.", True),
        ("What is the difference between the two offers?", True),
    ],
)
def test_comparisons_and_lists_need_several_passages(question: str, several: bool) -> None:
    assert needs_several(question) == several


def test_one_passage_answers_a_plain_question_and_all_a_comparison(model: LanguageModel) -> None:
    assert read(model, PassagePrefill(), "What are the cats called?", PASSAGES).answered_from == 1
    assert read(model, PassagePrefill(), "Compare the roof with the lock.", PASSAGES).answered_from is None


def test_only_passages_that_come_near_the_best_are_weighed_against_it() -> None:
    assert near_best([1.2, 0.8, 0.7]) == 1
    assert near_best([1.2, 1.1, 0.7, 1.19]) == 2  # a better score further down is one that something else put there
    assert near_best([1.0] * 9) == APART
    assert near_best([]) == 0


def test_what_was_read_stays_where_it_was() -> None:
    assert stable_order([], ["best", "second"]) == ["best", "second"]
    assert stable_order(["a", "b", "c"], ["c", "a", "b"]) == ["a", "b", "c"]
    assert stable_order(["a", "b", "c"], ["new", "a"]) == ["a", "new"]
    assert stable_order(["gone", "b"], ["b", "new"]) == ["b", "new"]


def test_a_follow_up_reuses_the_passages_whatever_their_new_rank(model: LanguageModel) -> None:
    reader = PassagePrefill()
    read(model, reader, "Compare the roof with the lock.", PASSAGES)
    usage = read(model, reader, "Compare both with the cats.", PASSAGES[::-1])
    assert usage.prefilled_tokens < 24


def test_a_remembered_passage_begins_the_prompt(model: LanguageModel) -> None:
    model.forget()
    model.prewarm(SYSTEM, [PASSAGES[0]], never)
    usage = read(model, PassagePrefill(), "Compare the roof with the lock.", PASSAGES)
    assert usage.reused_tokens > model.count_tokens(PASSAGES[0])


def test_what_is_typed_is_prefilled_and_the_question_reads_only_itself(model: LanguageModel) -> None:
    model.forget()
    reader, done = PassagePrefill(), threading.Event()

    def read_passages(text: str, passages: Sequence[str], stopped: Callable[[], bool]) -> None:
        reader.prepare(model, SYSTEM, text, passages, stopped)
        done.set()

    prefill = SpeculativePrefill(Scheduler(), lambda text: PASSAGES, read_passages)
    prefill.typed("What are the")
    assert done.wait(60)
    prefill.stop()
    usage = read(model, reader, "What are the cats called?", PASSAGES)
    assert usage.answered_from == 1
    assert usage.prefilled_tokens < len(PASSAGES) * 12 + 12


def test_typing_on_gives_up_only_what_no_longer_fits() -> None:
    found = {"What": ["a"], "What are": ["a"], "What are cats": ["b"]}
    begun: queue.Queue[list[str]] = queue.Queue()
    ended: queue.Queue[list[str]] = queue.Queue()

    def prefill_until_stopped(text: str, passages: Sequence[str], stopped: Callable[[], bool]) -> None:
        begun.put(list(passages))
        until(stopped)
        ended.put(list(passages))

    sought: queue.Queue[str] = queue.Queue()

    def find(text: str) -> list[str]:
        sought.put(text)
        return found[text]

    prefill = SpeculativePrefill(Scheduler(), find, prefill_until_stopped)
    prefill.typed("What")
    assert begun.get(timeout=60) == ["a"]
    prefill.typed("What are")
    assert [sought.get(timeout=60), sought.get(timeout=60)] == ["What", "What are"]
    prefill.typed("What are cats")
    assert ended.get(timeout=60) == ["a"]
    assert begun.get(timeout=60) == ["b"]
    prefill.stop()
    assert ended.get(timeout=60) == ["b"]
    assert begun.empty()


def test_what_is_typed_while_somebody_is_answered_is_looked_for_afterwards() -> None:
    scheduler, found, prefilled = Scheduler(), list[str](), threading.Event()

    def find(text: str) -> list[str]:
        found.append(text)
        return [text]

    prefill = SpeculativePrefill(scheduler, find, lambda text, passages, stopped: prefilled.set())
    with scheduler.answering():
        prefill.typed("What")
        prefill.typed("What are")
        until(lambda: len(scheduler._leases) == 2)
        assert found == []
    assert prefilled.wait(DEADLINE)
    assert found == ["What are"]


def test_a_prefill_that_gave_way_to_an_answer_begins_anew() -> None:
    scheduler, begun = Scheduler(), threading.Semaphore(0)

    def prefill_until_stopped(text: str, passages: Sequence[str], stopped: Callable[[], bool]) -> None:
        begun.release()
        until(stopped)

    prefill = SpeculativePrefill(scheduler, lambda text: PASSAGES, prefill_until_stopped)
    prefill.typed("What are the")
    assert begun.acquire(timeout=DEADLINE)
    with scheduler.answering():
        until(lambda: not scheduler._running(Priority.TYPING))
    assert begun.acquire(timeout=DEADLINE)
    with scheduler.paused():
        assert not scheduler._running(Priority.TYPING)
    prefill.stop()
    until(lambda: not scheduler._leases)
