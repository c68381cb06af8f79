"""What other packages bring works as docs/extensions.md shows it, and harms nothing where it doesn't work."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from PIL import Image, ImageDraw, ImageFont
from starlette.testclient import TestClient

from lamplight.ingest.pipeline import FileResult, index_file
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.library.store import Library
from lamplight.models.choice import COMES_WITH_LAMPLIGHT, saved_choice
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished, Token
from lamplight.rag.finding import Finder
from lamplight.ui.model_checks import extension_checks
from lamplight.ui.model_command import model as model_command
from lamplight.ui.models_routes import models_routes
from tests.model_servers import free_to_choose
from tests.waiting import until

ROOT = Path(__file__).parent.parent
EXAMPLES = re.compile(
    r'```toml\n\[project\]\nname = "(.+?)"\nversion = "(.+?)"\n\n\[project\.entry-points\."(.+?)"\]\n(.+?)\n```\n\n'
    r"```python\n# (\w+)\.py\n(.+?)```",
    re.DOTALL,
)
RECIPE = "Cloudberry pie\nWhisk the cloudberries with three spoons of molasses.\nBake for 40 minutes.\n"
PROGRESS = {"Roof": 75, "Cellar": 20, "Garden": 50}
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Makes packages as pip leaves them, in a folder where this process and its children look for some."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    # It can't be taken out again, and other tests of this process connect.
    monkeypatch.setattr("lamplight.models.extensions.block_connections", lambda: None)

    def make(name: str, version: str, group: str, points: str, module: str, code: str) -> None:
        (folder / f"{module}.py").write_text(code)
        metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{points.replace(chr(34), '')}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(tmp_path / name)  # what is cached was found on another path

    return make


@pytest.fixture
def installed(install: Install) -> None:
    """The examples of the documentation."""
    found = EXAMPLES.findall((ROOT / "docs" / "extensions.md").read_text(encoding="utf-8"))
    assert {group for _, _, group, *_ in found} == {"lamplight.readers", "lamplight.models", "lamplight.charts"}
    for example in found:
        install(*example)


@pytest.fixture
def processes() -> Iterator[ReadingProcesses]:
    processes = ReadingProcesses(1)
    yield processes
    processes.close()


@pytest.fixture
def chooser(models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Models:
    free_to_choose(models, tmp_path / "models", monkeypatch)
    return models


@pytest.fixture
def add(library: Library, models: Models, processes: ReadingProcesses) -> Callable[[Path], FileResult]:
    return lambda path: index_file(path, library, models, processes=processes)


def recipe(tmp_path: Path) -> Path:
    (tmp_path / "pie.recipe").write_text(RECIPE)
    return tmp_path / "pie.recipe"


def progress(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (900, 420), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(36)
    for at, (name, share) in enumerate(PROGRESS.items()):
        top = 60 + 110 * at
        draw.text((40, top), name, fill="black", font=font)
        draw.rectangle((260, top, 859, top + 50), fill="lightgray")
        draw.rectangle((260, top, 260 + 6 * share - 1, top + 50), fill="seagreen")
    picture.save(tmp_path / "progress.png")
    return tmp_path / "progress.png"


@pytest.mark.usefixtures("installed")
def test_a_kind_of_file_that_an_extension_reads_is_found(
    add: Callable[[Path], FileResult], library: Library, models: Models, tmp_path: Path
) -> None:
    assert (result := add(recipe(tmp_path))).status == "added", result.error
    best = Finder(library, models).select("what goes with the cloudberries?", 1).passages[0]
    assert (best.document, best.page) == ("pie.recipe", 1)
    assert "molasses" in best.text
    assert library.documents.all()[0].format == "recipe"


def test_without_its_extension_such_a_file_is_none_that_is_read(
    add: Callable[[Path], FileResult], tmp_path: Path
) -> None:
    (tmp_path / "pie.recipe").write_bytes(b"\0\1\2" * 100)
    result = add(tmp_path / "pie.recipe")
    assert result.status == "skipped"
    assert "is not a kind that is read" in result.error


@pytest.mark.long
@pytest.mark.usefixtures("installed")
def test_a_kind_of_chart_that_an_extension_knows_is_read_to_the_value(
    add: Callable[[Path], FileResult], library: Library, models: Models, tmp_path: Path
) -> None:
    assert (result := add(progress(tmp_path))).status == "added", result.error
    passages = library.passages.of(library.documents.all()[0].id)
    read = "\n".join(passage.text for passage in passages)
    assert "Progress bars" in read
    for name, share in PROGRESS.items():
        assert f"{name}: {share}%" in read
    assert Finder(library, models).select("how far is the cellar?", 1).passages[0].document == "progress.png"


@pytest.mark.usefixtures("installed")
def test_a_model_of_an_extension_is_listed_chosen_and_answers(
    chooser: Models, library: Library, tmp_path: Path
) -> None:
    app = FastAPI()
    app.include_router(models_routes(SimpleNamespace(models=chooser, library=library)))
    (tmp_path / "gate.txt").write_text("The gate is painted zebrawood green and locked at dusk.")
    assert index_file(tmp_path / "gate.txt", library, chooser).status == "added"
    with TestClient(app) as client:
        (row,) = [one for one in client.get("/models").json()["models"] if one["extension"]]
        assert (row["name"], row["about"], row["current"]) == (
            "Parrot",
            "Added by the extension lamplight-parrot 1.0.",
            False,
        )
        assert client.post("/models/extension", json={"name": "Crow"}).status_code == 422
        assert client.post("/models/extension", json={"name": "Parrot"}).status_code == 200
        until(lambda: not chooser.choice.loading)
        assert chooser.choice.trouble == ""
        (row,) = [
            one for one in client.get("/models").json()["models"] if one["current"] and one["purpose"] != "search"
        ]
        assert row["name"] == "Parrot"
    *events, last = Answerer(library, chooser).answer("Which colour has the gate?", mode="documents+knowledge")
    assert isinstance(last, Finished)
    assert last.model == "Parrot"
    assert "Passages: " in "".join(event.text for event in events if isinstance(event, Token))
    assert saved_choice().name == "Parrot"


@pytest.mark.usefixtures("installed")
def test_the_terminal_chooses_it_too(chooser: Models) -> None:
    asked = {"server": None, "extension": "Parrot", "bundled": False}
    *_, told = model_command(SimpleNamespace(models=chooser), asked)
    assert told == {"model": {"name": "Parrot", "path": None, "server": None}}


BROKEN = "raise RuntimeError('out of ink')"


def test_a_broken_reader_is_a_sentence_for_its_files_alone(
    install: Install, add: Callable[[Path], FileResult], tmp_path: Path
) -> None:
    install("ink", "2", "lamplight.readers", "recipe = ink:read", "ink", BROKEN)
    result = add(recipe(tmp_path))
    sentence = (
        "recipe of the extension ink 2 doesn’t work (RuntimeError: out of ink); update it, or run `pip uninstall ink`."
    )
    assert (result.status, result.error) == ("failed", sentence)
    (tmp_path / "gate.txt").write_text("The gate is locked at dusk.")
    assert add(tmp_path / "gate.txt").status == "added"
    (check,) = extension_checks()
    assert (check.works, check.finding, check.fix) == (False, sentence, "pip uninstall ink")


def test_what_a_reader_returns_must_be_a_document(
    install: Install, add: Callable[[Path], FileResult], tmp_path: Path
) -> None:
    install("ink", "2", "lamplight.readers", "recipe = ink:read", "ink", "def read(path, reading): return 'text'")
    assert "it made a str of pie.recipe, not a ReadDocument" in add(recipe(tmp_path)).error


def test_endings_that_are_read_here_stay_here(
    install: Install, add: Callable[[Path], FileResult], tmp_path: Path
) -> None:
    install("ink", "2", "lamplight.readers", "txt = ink:read", "ink", BROKEN)
    (tmp_path / "gate.txt").write_text("The gate is locked at dusk.")
    assert add(tmp_path / "gate.txt").status == "added"
    (check,) = extension_checks()
    assert check.works
    assert "reads such files itself" in check.finding


@pytest.mark.long
@pytest.mark.parametrize(
    "code",
    [
        BROKEN,
        pytest.param("def read(picture, words): return 7", marks=pytest.mark.long),
        pytest.param("def read(picture, words): 1 / 0", marks=pytest.mark.long),
    ],
)
def test_a_broken_chart_is_a_sentence_on_the_report_card(
    install: Install, add: Callable[[Path], FileResult], library: Library, tmp_path: Path, code: str
) -> None:
    install("ink", "2", "lamplight.charts", "blots = ink:read", "ink", code)
    assert add(progress(tmp_path)).status == "added"
    report = library.documents.all()[0].report
    assert report is not None
    (said,) = [one for one in report.skipped if "extension" in one]
    assert said.startswith("blots of the extension ink 2 doesn’t work (")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (BROKEN, "RuntimeError: out of ink"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("Pen = None", "ink:Pen can't be called"),
        ("class Pen: pass", "it has no generate()"),
        ("class Pen:\n  def __init__(self, nib): pass", "nib"),
    ],
    ids=["raises", "exits", "nothing", "mute", "arguments"],
)
def test_a_broken_model_is_a_sentence_and_the_other_goes_on(
    install: Install, chooser: Models, code: str, reason: str
) -> None:
    install("ink", "2", "lamplight.models", "Pen = ink:Pen", "ink", code)
    before = chooser.choice.source
    chooser.choice.choose_added("Pen")
    until(lambda: not chooser.choice.loading)
    assert reason in chooser.choice.trouble
    assert chooser.choice.trouble.endswith("goes on answering.")
    assert chooser.choice.source is before


def test_one_that_was_chosen_and_broke_or_went_keeps_nobody_from_starting(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("ink", "2", "lamplight.models", "Pen = ink:Pen", "ink", BROKEN)
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(folder))
    for name, sentence in (("Pen", "out of ink"), ("Quill", "No extension brings Quill any more")):
        (folder / "choice.json").write_text(f'{{"language_model": {{"extension": "{name}"}}}}')
        models = Models(tmp_path / "cache")
        assert models.choice.source.name == name
        assert models.language_model.name.startswith(COMES_WITH_LAMPLIGHT.name)
        assert sentence in models.choice.trouble


@pytest.mark.long
def test_a_model_that_fails_is_answered_for_and_what_it_said_is_kept(
    install: Install, chooser: Models, library: Library, tmp_path: Path
) -> None:
    code = "class Pen:\n  parameters = 1e6\n  def generate(self, *_):\n    raise ValueError('dry')\n    yield"
    install("ink", "2", "lamplight.models", "Pen = ink:Pen", "ink", code)
    chooser.choice.choose_added("Pen")
    until(lambda: not chooser.choice.loading)
    (tmp_path / "gate.txt").write_text("The gate is painted zebrawood green and locked at dusk.")
    assert index_file(tmp_path / "gate.txt", library, chooser).status == "added"
    *_, last = Answerer(library, chooser).answer("Which colour has the gate?")
    assert isinstance(last, Finished)
    assert "ValueError: dry" in last.notice
    assert last.notice.endswith("answered meanwhile.")


def test_damaged_metadata_hides_only_what_it_is_of(install: Install, tmp_path: Path) -> None:
    install("ink", "2", "lamplight.charts", "blots = ink:read", "ink", "def read(picture, words): pass")
    install("torn", "1", "lamplight.charts", "no equals sign", "torn", "")
    assert [check.finding for check in extension_checks()] == ["blots of the extension ink 2"]


def test_the_guard_is_on_before_an_extension_is_loaded(install: Install) -> None:
    """In a process that has not asked for it: who loads an extension gets it."""
    code = "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)"
    install("ink", "2", "lamplight.models", "Pen = ink:Pen", "ink", code)
    load = "from lamplight.models.extensions import extensions; extensions('lamplight.models')['Pen'].load()"
    run = subprocess.run([sys.executable, "-c", load], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "ConnectionBlocked: A connection to 192.0.2.1 was blocked" in run.stderr.splitlines()[-1]
