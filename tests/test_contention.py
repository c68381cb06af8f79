"""What threads promise on a contended processor: one fewer, and the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.models.contention import Contention
from lamplight.models.engine import BatchEntry, Engine, Threads


@pytest.mark.parametrize(
    ("processor_seconds", "fitting"),
    [pytest.param(1.1, 1, id="another program has a core"), pytest.param(1.9, 2, id="all cores were ours")],
)
def test_one_thread_fewer_where_another_program_wants_the_processor(processor_seconds: float, fitting: int) -> None:
    contention = Contention()
    assert contention.fitting(2) == 2
    contention.observe(1.0, processor_seconds, 2)
    assert contention.fitting(2) == fitting
    assert contention.fitting(1) == 1


def test_a_computation_too_short_to_judge_changes_nothing() -> None:
    contention = Contention()
    contention.observe(0.001, 0.0, 2)
    assert contention.fitting(2) == 2


@pytest.mark.long
def test_the_number_of_threads_changes_no_bit(weights: Path) -> None:
    engine = Engine(weights, "test")
    tokens = engine.tokens("The gate is painted green and locked at dusk by the warden. " * 8)
    states = []
    for threads in (1, 2, 3):
        engine.use_threads(Threads(threads, threads))
        engine.clear()
        engine.decode([BatchEntry(tokens[:-1], 0, 0)])
        engine.decode([BatchEntry(tokens[-1:], len(tokens) - 1, 0, 0)])
        states.append((engine.save(0), engine.last_logits().tobytes()))
    engine.close()
    assert states[0] == states[1] == states[2]
