"""What a large model writes is checked as it comes: what is stated keeps its form, what isn't is left out or marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.models.server import Server
from lamplight.rag.answer_plan import LARGE, QUICK, SERVER, SMALL, plan_of
from lamplight.rag.answerer import Answerer
from lamplight.rag.checking import StreamChecker, whole_sentences
from lamplight.rag.events import Event, Finished, Grounded, Token
from lamplight.rag.passages import SHOWN
from lamplight.ui.answers import Answer
from lamplight.ui.completions import Reply
from tests.model_servers import Scripted, free_to_choose, scripted
from tests.test_models_choice import until

FEES = """A full plot costs 40 pounds a year.
A half plot costs 22 pounds a year.
Fees are due on the first of March.
Who pays late pays 5 pounds more."""
WATER = """The tap is turned off from November to March.
Hoses are not allowed; watering cans are.
Mrs Okafor keeps the key to the pump."""


def passage(number: int, text: str) -> Passage:
    return Passage(number, 7, "rules.txt", number, "text", "rules", text, [], marker=number, score=1.0)


PASSAGES = [passage(1, FEES), passage(2, WATER)]


def checked(
    text: str, keeps: bool = False, shown: int = 2, size: int = 3, cut: bool = False, embedder: Embedder | None = None
) -> StreamChecker:
    checking = StreamChecker(PASSAGES, embedder, keeps=keeps, shown=shown, cited={1: PASSAGES[:1], 2: PASSAGES[1:]})
    told = ""
    for start in range(0, len(text), size):
        checking.feed(text[start : start + size])
        assert checking.text.startswith(told)  # what was told is never taken back
        told = checking.text
    checking.end(cut)
    assert checking.text.startswith(told)
    return checking


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_list_a_table_and_headings_keep_their_form(size: int) -> None:
    text = (
        "## Fees\n\nThese are the fees:\n\n- **A full plot** costs 40 pounds a year. [1]\n"
        "- A half plot costs 22 pounds a year [1].\n- A shed costs 90 pounds a year.\n\n"
        "### Cars\n\nCars cost 12 pounds a week.\n\n### Water\n\n"
        "1. The tap is turned off from November to March. Elephants drink there. Hoses are not allowed.\n"
        "2. Mrs Okafor keeps the key to the pump [2]\n"
    )
    found = checked(text, size=size)
    assert found.text == (
        "## Fees\n\nThese are the fees:\n\n- **A full plot** costs 40 pounds a year. [1]\n"
        "- A half plot costs 22 pounds a year. [1]\n\n### Water\n\n"
        "1. The tap is turned off from November to March. [2] Hoses are not allowed. [2]\n"
        "2. Mrs Okafor keeps the key to the pump [2]"
    )
    assert [citation.marker for citation in found.citations] == [1, 1, 2, 2, 2]
    assert found.unsupported == [
        "A shed costs 90 pounds a year.",
        "Cars cost 12 pounds a week.",
        "Elephants drink there.",
    ]


@pytest.mark.parametrize("size", [1, 1000])
def test_rows_that_stand_keep_their_table(size: int) -> None:
    text = (
        "| Plot | Costs |\n|---|---|\n| A full plot | 40 pounds a year |\n| A half plot | 25 pounds a year |\n"
        "| Who pays late | 5 pounds more |\n\nFees are due on the first of March."
    )
    found = checked(text, size=size)
    assert found.text == (
        "| Plot | Costs |\n| --- | --- |\n| A full plot | 40 pounds a year [1] |\n| Who pays late | 5 pounds more [1] |"
        "\n\nFees are due on the first of March. [1]"
    )
    assert found.unsupported == ["| A half plot | 25 pounds a year |"]


def test_a_row_that_is_kept_although_nothing_states_it_is_noted_as_it_stands() -> None:
    found = checked("| Plot | Costs |\n|---|---|\n|A **half** plot [1]|25 pounds a year|\n", keeps=True)
    (row,) = found.unsupported
    assert found.text.endswith(f"\n{row}")


def test_a_table_of_which_nothing_stands_is_left_out_with_its_head() -> None:
    found = checked("So it is:\n\n| Plot | Costs |\n|---|---|\n| A full plot | 41 pounds a year |\n")
    assert found.text == ""
    assert found.citations == []


def test_with_the_models_knowledge_what_no_passage_states_stays_and_is_marked() -> None:
    found = checked("Fees are due on the first of March. Most gardens ask that.", keeps=True)
    assert found.text == "Fees are due on the first of March. [1] Most gardens ask that."
    assert found.unsupported == ["Most gardens ask that."]


def test_a_wrong_number_of_a_passage_is_put_right() -> None:
    assert checked("Fees are due on the first of March. [2]").text == "Fees are due on the first of March. [1]"


def test_a_dropped_not_and_another_plots_fee_are_not_told() -> None:
    assert checked("Hoses are allowed. A full plot costs 22 pounds a year.").text == ""


def test_what_is_cited_beyond_what_is_shown_gets_the_next_number() -> None:
    found = checked("Mrs Okafor keeps the key to the pump. Fees are due on the first of March.", shown=1)
    assert [citation.marker for citation in found.citations] == [2, 1]
    assert [(one.marker, one.text) for one in found.further] == [(2, WATER)]


def test_half_a_sentence_is_left_out_where_the_stream_broke() -> None:
    assert checked("Fees are due on the first of March. A full plot costs", cut=True).text.endswith("March. [1]")
    assert (
        checked("- Fees are due on the first of March.", cut=True).text == "- Fees are due on the first of March. [1]"
    )
    assert whole_sentences("It is so. And it") == "It is so."
    assert whole_sentences("And it") == ""


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_sentence_is_checked_whole_however_it_arrives(size: int) -> None:
    text = "Mrs. Okafor keeps the key to the pump. [2] Hoses are not allowed by e.g. J. Berg; watering cans are. [2]"
    told = checked(text, size=size)
    assert told.text.startswith("Mrs. Okafor keeps the key to the pump. [2]") and "J." not in told.text
    assert whole_sentences("Dr. Okafor keeps the key. She") == "Dr. Okafor keeps the key."


# With a server that says what it is told


@pytest.fixture(scope="module")
def script() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


RULES = "# Garden rules\n\n## Fees\n\n" + FEES.replace("\n", "\n\n") + "\n\n## Water\n\n" + WATER.replace("\n", "\n\n")


@pytest.fixture
def garden(
    library: Library, models: Models, script: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Library:
    """A library with the rules, answered by the script."""
    free_to_choose(models, tmp_path / "models", monkeypatch)
    (tmp_path / "garden rules.md").write_text(RULES, encoding="utf-8")
    assert index_file(tmp_path / "garden rules.md", library, models).status == "added"
    script.say, script.cut_after = ["Yes."], None
    models.choice.choose_server(replace(Server.at(script.address), model="scripted-8b"), "")
    until(lambda: not models.choice.loading)
    return library


def asked(library: Library, models: Models, question: str = "What does a full plot cost?") -> list[Event]:
    return list(Answerer(library, models).answer(question))


def pieces(text: str) -> list[str]:
    return [text[start : start + 5] for start in range(0, len(text), 5)]


def last(events: Sequence[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_a_good_answer_arrives_whole_and_is_checked_while_it_comes(
    garden: Library, models: Models, script: Scripted
) -> None:
    script.say = pieces("- A full plot costs 40 pounds a year. [1]\n- A half plot costs 22 pounds a year. [1]\n")
    events = asked(garden, models)
    found = last(events)
    assert found.answer.endswith("- A full plot costs 40 pounds a year. [1]\n- A half plot costs 22 pounds a year. [1]")
    assert found.unsupported == []
    assert found.model == "scripted-8b on " + script.address.split("/")[2]
    first_checked = next(place for place, event in enumerate(events) if isinstance(event, Grounded))
    assert any(isinstance(event, Token) for event in events[first_checked:])  # long before the end
    answer, reply = Answer(), Reply()
    for event in events:
        answer.absorb(event)
        if isinstance(event, Grounded):
            reply.grow(event.answer)
    assert answer.text == found.answer == reply.text  # a program that can't take back what it showed has the same


def test_a_bad_answer_is_left_out_and_what_is_quoted_stays(garden: Library, models: Models, script: Scripted) -> None:
    script.say = pieces("A full plot costs 75 pounds a month.\n\n| Plot | Fee |\n|---|---|\n| Sheds | 300 |\n")
    found = last(asked(garden, models))
    assert "75" not in found.answer.replace("\u2060", "")
    assert "300" not in found.answer
    assert found.quote is not None
    assert len(found.unsupported) == 2


def test_a_cut_stream_ends_with_its_last_whole_sentence_and_says_so(
    garden: Library, models: Models, script: Scripted
) -> None:
    script.say = pieces("A half plot costs 22 pounds a year. [1] Fees are due on")
    script.cut_after = len(script.say)
    found = last(asked(garden, models))
    assert found.answer.endswith("A half plot costs 22 pounds a year. [1]")
    assert found.notice.startswith("The answer ends in the middle.")


def test_a_large_model_reads_the_whole_section(
    garden: Library, models: Models, script: Scripted, whole_answers: None
) -> None:
    asked(garden, models)
    system, user = script.requests[-1]["messages"]
    assert system["content"].startswith(SERVER.instruction)
    assert "[1] Garden rules > Fees, page 1:" in user["content"]
    assert "Who pays late pays 5 pounds more." in user["content"]
    assert script.requests[-1]["max_tokens"] == SERVER.answer_tokens


def test_a_large_model_reads_more_than_is_shown_and_may_cite_it(
    garden: Library, models: Models, script: Scripted, tmp_path: Path
) -> None:
    for row, price in zip("ABCDEFGHI", (41, 52, 63, 74, 85, 96, 107, 118, 129), strict=True):
        path = tmp_path / f"lease of plot {row}.txt"
        path.write_text(f"Lease of plot {row}\nThe lease of plot {row} costs {price} pounds a year.", encoding="utf-8")
        assert index_file(path, garden, models).status == "added"
    question = "What does the lease of a plot cost a year?"
    asked(garden, models, question)
    read = script.requests[-1]["messages"][-1]["content"]
    numbers = [int(number) for number in re.findall(r"^\[(\d+)\]", read, re.M)]
    assert numbers == list(range(1, SERVER.passages + 1))
    beyond = numbers[-1]
    said = re.search(
        rf"^\[{beyond}\].*\n(?:Lease of plot \w\n)?(The lease of plot \w costs \d+ pounds a year\.)", read, re.M
    )
    assert said
    script.say = pieces(f"{said[1]} [{beyond}]\n")
    found = last(asked(garden, models, question))
    assert found.unsupported == []
    *_, cited = found.citations
    assert said[1] in cited.text
    assert cited.marker == len(found.passages) > SHOWN - 1
    assert said[1] in found.passages[-1].text


def test_the_plan_is_that_of_the_model(models: Models) -> None:
    assert plan_of(models.local_model) is SMALL
    assert (SMALL.answer_tokens, SMALL.passages, SMALL.structured) == (120, 3, False)  # as measured for 135M
    assert [plan.structured for plan in (LARGE, QUICK, SERVER)] == [True] * 3
