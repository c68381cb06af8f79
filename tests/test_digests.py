"""A larger model summarises section by section: cited, stoppable, and nothing is read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.calibration import Calibration
from lamplight.models.chat import ChatMessage
from lamplight.models.engine import Threads
from lamplight.models.language_model import Piece
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.digests import make_missing
from lamplight.rag.events import Event, Finished, ScanProgress
from lamplight.scheduling import CancelToken
from lamplight.ui.answers import Answer
from tests.model_servers import Scripted

SECTIONS = ("Bees", "Water", "Sheds", "Fences")
TEXT = "# Garden rules\n\n" + "\n\n".join(
    f"## {name}\n\n{name} are looked after by Mr Number{place}. The fee for this is {place + 3} euros a year."
    for place, name in enumerate(SECTIONS)
)


class LargeModel:
    """Says the first sentence of what it is given, and one that stands nowhere."""

    is_large, separable, name, cache_key = True, False, "A large one", "large"
    calibration = Calibration(100.0, 10.0, Threads(1, 1))

    def __init__(self) -> None:
        self.read: list[str] = []
        self.stop_after = 100
        self.stop = CancelToken()

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def generate(
        self, messages: Sequence[ChatMessage], max_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[Piece]:
        self.read.append(messages[-1].content)
        if len(self.read) > self.stop_after:
            self.stop.cancel()
        first = messages[-1].content.removeprefix("- ").split(". ")[0].split("\n")[0].rstrip(".")
        yield Piece(f"{first}. Elephants were elected to the board of Neptune in 1907.")


@pytest.fixture
def model(models: Models, monkeypatch: pytest.MonkeyPatch) -> LargeModel:
    scripted = LargeModel()
    monkeypatch.setattr(Models, "language_model", property(lambda _: scripted))
    monkeypatch.setattr(Models, "ready", property(lambda _: True))
    return scripted


@pytest.fixture
def garden(library: Library, models: Models, tmp_path: Path) -> Library:
    (tmp_path / "garden rules.md").write_text(TEXT, encoding="utf-8")
    assert index_file(tmp_path / "garden rules.md", library, models).status == "added"
    return library


def events(library: Library, models: Models, model: LargeModel, text: str) -> list[Event]:
    return list(Answerer(library, models).answer(text, stop=model.stop, kind="summary"))


def finished(found: Sequence[Event]) -> Finished:
    return next(event for event in found if isinstance(event, Finished))


def test_every_section_is_told_and_each_statement_cited(garden: Library, models: Models, model: LargeModel) -> None:
    found = events(garden, models, model, "Summarise the garden rules")
    end = finished(found)
    assert all(f"**{name}**" in end.answer and f"{name} are looked after" in end.answer for name in SECTIONS)
    assert "Elephants" not in end.answer and "In short" in end.answer
    assert end.citations and all(one.document == "garden rules.md" for one in end.citations)


def test_progress_says_which_section_and_how_long(garden: Library, models: Models, model: LargeModel) -> None:
    answer, said = Answer(), []
    for event in events(garden, models, model, "Summarise the garden rules"):
        answer.absorb(event)
        if isinstance(event, ScanProgress) and event.sections:
            said.append(answer.status)
    assert said[0].startswith("Summarising section 1 of 4, about ") and said[-1].startswith(
        "Summarising section 4 of 4"
    )


def test_what_was_read_is_not_read_again(garden: Library, models: Models, model: LargeModel) -> None:
    first = finished(events(garden, models, model, "Summarise the garden rules"))
    read = len(model.read)
    again = finished(events(garden, models, model, "Summarise the garden rules"))
    assert again.answer == first.answer and len(model.read) == read + 1  # what is put in short


def test_a_section_without_a_title_is_called_by_its_page_in_the_language_of_the_request(
    library: Library, models: Models, model: LargeModel, tmp_path: Path
) -> None:
    (tmp_path / "regeln.txt").write_text("Das Tor ist nachts zu. Hunde bleiben an der Leine.\n", encoding="utf-8")
    assert index_file(tmp_path / "regeln.txt", library, models).status == "added"
    answer = finished(events(library, models, model, "Bitte fasse die Regeln zusammen")).answer
    assert "**Seite 1**" in answer


def test_a_stop_keeps_what_was_written_and_goes_on_from_there(
    garden: Library, models: Models, model: LargeModel
) -> None:
    model.stop_after = 2
    stopped = finished(events(garden, models, model, "Summarise the garden rules"))
    assert "**Bees**" in stopped.answer and "**Fences**" not in stopped.answer
    assert "after part 2 of 4" in stopped.answer and stopped.stopped
    model.stop = CancelToken()
    model.stop_after, model.read = 100, []
    assert "**Fences**" in finished(events(garden, models, model, "Summarise the garden rules")).answer
    assert len(model.read) == 3  # two sections, and what is put in short


def test_a_stop_before_the_first_section_ends_the_answer(garden: Library, models: Models, model: LargeModel) -> None:
    model.stop_after = 0
    stopped = finished(events(garden, models, model, "Summarise the garden rules"))
    assert stopped.stopped
    assert not stopped.answer
    assert not stopped.refused


def test_digests_are_made_in_idle_time_and_go_with_their_document(
    garden: Library, models: Models, model: LargeModel
) -> None:
    (document,) = garden.documents.all()
    make_missing(garden, models, lambda: False)
    assert (
        len(garden.digests.of(document.id, "large")) == len(SECTIONS) and garden.digests.of(document.id, "other") == {}
    )
    garden.documents.remove(document.id)
    garden.documents.purge(document.id)
    assert garden.digests.of(document.id, "large") == {}


def test_a_server_that_is_chosen_while_digests_are_made_is_sent_no_section(
    garden: Library, loaded: Models, large: Models, script: Scripted
) -> None:
    server, asked = large.language_model, len(script.requests)

    class Leaving(LargeModel):
        """Another one is chosen while it reads its first section."""

        def generate(self, *given: Any) -> Iterator[Piece]:
            large.choice._model.replace(server)
            yield from super().generate(*given)

    local = Leaving()
    large.choice._model.replace(local)
    make_missing(garden, large, lambda: False)
    assert len(local.read) == 1
    assert len(script.requests) == asked
    (document,) = garden.documents.all()
    assert garden.digests.of(document.id, server.cache_key) == {}
