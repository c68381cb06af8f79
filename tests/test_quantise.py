"""What preparing a language model promises: never a wrong file, never a touched original, never a bad trade."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from lamplight.files import sha256_of
from lamplight.models.calibration import Calibration, calibrate, prefill_seconds, saved_calibration
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.context_cache import ContextCache
from lamplight.models.engine import Threads, never
from lamplight.models.language_model import ChatMessage, LanguageModel, Piece
from lamplight.models.quantise import CANDIDATES, ORIGINAL, SCRATCH, Measured, choose, prepare, saved_preparation
from tests.waiting import DEADLINE, until

ROOT = Path(__file__).parent.parent
Q8, MIXED, Q4 = "Q8_0", "Q8_0 with Q4_0 feed-forward", "Q4_0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shipped model was prepared for this machine."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare(LANGUAGE_MODEL.path(), folder)
    return folder


@pytest.mark.long
def test_a_prepared_model_is_found_again_and_answers(folder: Path) -> None:
    assert sha256_of(LANGUAGE_MODEL.path()) == LANGUAGE_MODEL.sha256  # the original is untouched
    found = saved_preparation(folder, LANGUAGE_MODEL.sha256)
    assert found is not None
    assert set(found.measured) == {ORIGINAL, *CANDIDATES}
    assert found.chosen == choose(found.measured)
    path = folder / found.file if found.file else LANGUAGE_MODEL.path()
    model = LanguageModel(path, "prepared", checksum=found.sha256)
    events = model.generate([ChatMessage("user", "Name the capital of France.")], 16, never)
    assert "Paris" in "".join(event.text for event in events if isinstance(event, Piece))
    model.close()


@pytest.mark.long
def test_nothing_half_made_is_left(folder: Path) -> None:
    found = saved_preparation(folder, LANGUAGE_MODEL.sha256)
    assert found is not None
    assert len(list(folder.iterdir())) == (2 if found.file else 1)


@pytest.mark.long
def test_another_model_or_a_damaged_file_is_not_taken_for_it(folder: Path, tmp_path: Path) -> None:
    assert saved_preparation(folder, "0" * 64) is None
    found = saved_preparation(folder, LANGUAGE_MODEL.sha256)
    assert found is not None
    for path in folder.iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[:-1] + b"?" if path.suffix == ".gguf" else content[:-1])
    assert saved_preparation(tmp_path, LANGUAGE_MODEL.sha256) is None


@pytest.mark.parametrize(
    ("measured", "chosen"),
    [
        pytest.param({Q8: Measured(440, 10.01, 0.96)}, Q8, id="faster and as good"),
        pytest.param({Q8: Measured(440, 10.0, 0.96), MIXED: Measured(600, 10.2, 0.86)}, MIXED, id="the fastest"),
        pytest.param({Q8: Measured(440, 10.0, 0.96), Q4: Measured(900, 11.2, 0.7)}, Q8, id="too much is lost"),
        pytest.param({Q8: Measured(210, 10.0, 0.99)}, ORIGINAL, id="hardly faster"),
        pytest.param({}, ORIGINAL, id="none could be made"),
    ],
)
def test_the_fastest_within_the_tolerance_is_chosen(measured: dict[str, Measured], chosen: str) -> None:
    assert choose({ORIGINAL: Measured(200, 10.0, 1.0), **measured}) == chosen


def test_preparing_ends_with_the_app_and_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from lamplight.models.quantise import prepare_in_background\n"
        "prepare_in_background(Path(sys.argv[1]), '0' * 64, Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", code, str(LANGUAGE_MODEL.path()), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as app:
        until(lambda: list(tmp_path.glob("*/*.gguf")))
        (preparing,) = psutil.Process(app.pid).children()
        app.kill()
    assert psutil.wait_procs([preparing], timeout=DEADLINE)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_away_and_another_goes_on(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    for process in (gone.pid, os.getpid()):
        (tmp_path / f"{SCRATCH}-{process}-a").mkdir()
        (tmp_path / f"{SCRATCH}-{process}-a" / "Q4_0.gguf").write_bytes(b"GGUF")
    with pytest.raises(OSError, match="nothing here"):
        prepare(tmp_path / "nothing here", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{SCRATCH}-{os.getpid()}-a"]


@pytest.mark.long
def test_a_machine_is_measured_once(weights: Path, tmp_path: Path) -> None:
    cache = ContextCache(tmp_path / "contexts")
    model = LanguageModel(weights, "test", cache=cache, checksum=LANGUAGE_MODEL.sha256)
    model.calibrate(tmp_path)
    assert model.calibration is not None
    assert model.calibration == saved_calibration(tmp_path, LANGUAGE_MODEL.sha256)
    assert saved_calibration(tmp_path, "0" * 64) is None
    model.close()


@pytest.mark.long
@pytest.mark.parametrize(
    "share",
    [
        pytest.param(0.1, id="early", marks=pytest.mark.long),
        pytest.param(0.6, id="late"),
        pytest.param(1.2, id="in a token"),
        pytest.param(2.5, id="between tokens", marks=pytest.mark.long),
    ],
)
def test_a_measurement_that_is_stopped_anywhere_says_nothing_and_harms_nothing(weights: Path, share: float) -> None:
    model = LanguageModel(weights, "test", checksum="test")
    asked = 0

    def stopped_after(most: float) -> Callable[[], bool]:
        def stopped() -> bool:
            nonlocal asked
            asked += 1
            return asked > most

        return stopped

    model.engine.stopped = stopped_after(math.inf)
    prefill_seconds(model.engine)
    model.engine.stopped = stopped_after(asked * (1 + share))
    assert calibrate(model.engine) is None
    model.engine.stopped = never
    events = model.generate([ChatMessage("user", "Name the capital of France.")], 16, never)
    assert "Paris" in "".join(event.text for event in events if isinstance(event, Piece))
    model.close()


def test_a_slow_machine_is_given_less_to_read() -> None:
    slow, fast = (Calibration(rate, 10.0, Threads(2, 1)) for rate in (40.0, 200.0))
    assert slow.passage_tokens < fast.passage_tokens
    assert slow.seconds_to_read(400) == 10.0
    assert str(fast) == "reads 200 tokens/s, writes 10"
