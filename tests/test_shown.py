"""What is asked next is about what was shown, as it is now, and in the person's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Message
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Event, Finished, ScanProgress, Searching
from lamplight.rag.messages import say
from lamplight.rag.retriever import EVERYWHERE, Scope
from lamplight.scheduling import CancelToken
from lamplight.ui.answers import Answer

TOTALS = "List all receipts with their totals"
CUSTOMERS = (
    "Name,City,Phone,Orders\nAnna Bell,Berlin,0170 1,120\nCarl Dorn,Hamburg,0170 2,80\nEva Falk,Berlin,0170 3,300\n"
)
SCHOOL = """# School letter

The parents' evening is on Tuesday, 28 January 2025 at 19:30.

The school trip to the museum is on 14 March 2025, from 8:00.

The summer party takes place on 5 July 2024 in the yard.

The swimming lesson is on 3 February 2025 at 10:15.
"""


class Conversation:
    """With one library, by the real models."""

    def __init__(self, library: Library, models: Models) -> None:
        self.history: list[Message] = []
        self._answerer = Answerer(library, models)

    def ask(
        self,
        text: str,
        scope: Scope = EVERYWHERE,
        stop: CancelToken | None = None,
        seen: Callable[[Event], object] = lambda event: None,
    ) -> Finished:
        """The end of an answer, which is kept as the app keeps it."""
        answer, last = Answer(), None
        for event in self._answerer.answer(text, self.history, stop=stop, scope=scope):
            answer.absorb(event)
            seen(event)
            last = event
        assert isinstance(last, Finished)
        number = len(self.history)
        kept = Message(number + 2, "assistant", answer.text, answer.details())
        self.history = [*self.history, Message(number + 1, "user", text), kept]
        return last


@pytest.fixture
def talk(library: Library, models: Models) -> Conversation:
    return Conversation(library, models)


@pytest.fixture
def add(library: Library, models: Models, tmp_path: Path) -> Callable[[str, str], int]:
    """Has a file read, anew if it was, and tells its number."""

    def read(name: str, text: str) -> int:
        (tmp_path / name).write_text(text, encoding="utf-8")
        index_file(tmp_path / name, library, models)
        return library.documents.named(name)[0].id

    return read


def receipt(shop: str, day: int, total: str) -> str:
    return f"{shop} Ltd\nReceipt\nDate: {day} May 2024\nTOTAL: EUR {total}\nThanks!\n"


@pytest.fixture
def receipts(add: Callable[[str, str], int]) -> dict[str, int]:
    shops = (("Aster", 9, "12.50"), ("Birch", 2, "7.25"), ("Cedar", 11, "100.00"))
    return {shop: add(f"receipt {shop}.txt", receipt(shop, day, total)) for shop, day, total in shops}


def cited(finished: Finished) -> set[str]:
    return {citation.document for citation in finished.citations}


def queries(talk: Conversation, text: str, **given: Scope) -> tuple[str, Finished]:
    """What a question was searched as, and its end."""
    seen: list[Event] = []
    finished = talk.ask(text, seen=seen.append, **given)
    return next(event.query for event in seen if isinstance(event, Searching)), finished


def column(finished: Finished, place: int) -> Sequence[str]:
    assert finished.rows is not None
    return [row[place] for row in finished.rows.rows]


def test_a_question_that_comes_with_a_file_is_about_that(
    talk: Conversation, receipts: dict[str, int], add: Callable[[str, str], int]
) -> None:
    talk.ask(TOTALS)
    talk.ask("the second one")
    new = add("Dahlia.txt", receipt("Dahlia", 30, "55.00"))
    finished = talk.ask("And its total?", Scope(frozenset({new}), attached=frozenset({new}), chosen=True))
    assert "55.00" in finished.answer and cited(finished) == {"Dahlia.txt"}


def test_what_was_shown_is_asked_on_only_where_the_chosen_documents_are(
    talk: Conversation, receipts: dict[str, int]
) -> None:
    all_three = Scope(frozenset(receipts.values()), chosen=True)
    talk.ask(TOTALS, all_three)
    before = talk.history
    assert cited(talk.ask("the second one", all_three)) == {"receipt Birch.txt"}
    talk.history = before
    assert "receipt Birch.txt" not in cited(
        talk.ask("the second one", Scope(frozenset({receipts["Aster"]}), chosen=True))
    )


def test_a_document_that_was_read_anew_is_asked_as_it_is_now(
    talk: Conversation, receipts: dict[str, int], add: Callable[[str, str], int]
) -> None:
    talk.ask(TOTALS)
    before = talk.history
    now = add("receipt Birch.txt", receipt("Birch", 3, "7.25"))
    finished = talk.ask("What is the date of the second one?")
    assert "3 May 2024" in finished.answer
    assert {citation.document_id for citation in finished.citations} == {now}
    talk.history = before
    assert {citation.document_id for citation in talk.ask("the second one").citations} == {now}
    add("receipt Birch.txt", receipt("Birch", 4, "7.25"))
    assert "4 May 2024" in talk.ask("Summarise this").answer  # what the answer before rests on


def test_a_document_that_is_gone_is_asked_nothing(
    talk: Conversation, library: Library, receipts: dict[str, int]
) -> None:
    talk.ask(TOTALS)
    library.documents.remove(receipts["Birch"])
    assert talk.ask("What is the date of the second one?").answer != say("en", "empty collection")


def test_a_row_is_asked_in_the_persons_own_words_and_language(talk: Conversation, receipts: dict[str, int]) -> None:
    talk.ask(TOTALS)
    query, finished = queries(talk, "Wie ist die Telefonnummer der zweiten?")
    assert query == "Wie ist die Telefonnummer der receipt Birch.txt?"
    assert finished.refused and finished.answer == say("de", "not said")


def test_a_row_can_be_summarised(talk: Conversation, receipts: dict[str, int]) -> None:
    talk.ask(TOTALS)
    finished = talk.ask("summarise the second one")
    assert finished.kind == "summary" and cited(finished) == {"receipt Birch.txt"}


def test_a_row_of_a_table_is_called_by_its_name(talk: Conversation, add: Callable[[str, str], int]) -> None:
    add("customers.csv", CUSTOMERS)
    talk.ask("List all customers")
    before = talk.history
    assert queries(talk, "What is the e-mail of the second one?")[0] == "What is the e-mail of the Carl Dorn one?"
    talk.history = before
    assert queries(talk, "Wo wohnt Nummer 3?")[0] == "Wo wohnt Eva Falk?"


def test_an_item_that_was_picked_is_what_is_asked_about(talk: Conversation, add: Callable[[str, str], int]) -> None:
    add("school.md", SCHOOL)
    talk.ask("List all appointments")
    talk.ask("the third one")
    query, finished = queries(talk, "and where?")
    assert "summer party" in query and "yard" in finished.answer


def test_items_of_one_document_are_sorted_by_what_they_say_themselves(
    talk: Conversation, add: Callable[[str, str], int]
) -> None:
    add("school.md", SCHOOL)
    talk.ask("List all appointments")
    before = talk.history
    finished = talk.ask("sort by date")
    assert finished.rows is not None and len(finished.rows.columns) == 2
    assert [text.split()[1] for text in column(finished, 1)] == ["summer", "parents'", "swimming", "school"]
    talk.history = before
    finished = talk.ask("sort by place")
    assert finished.rows is None or "place" not in finished.rows.columns


def test_a_column_that_was_read_for_sorting_is_cited(talk: Conversation, receipts: dict[str, int]) -> None:
    talk.ask(TOTALS)
    seen: list[Event] = []
    finished = talk.ask("sort by date", seen=seen.append)
    assert finished.rows is not None and all(row[-1] for row in finished.rows.sources)
    assert {"Date: 2 May 2024", "Date: 9 May 2024", "Date: 11 May 2024"} <= {one.text for one in finished.citations}
    assert [event.done for event in seen if isinstance(event, ScanProgress)] == [0, 1, 2]


def test_reading_for_a_column_ends_when_nobody_wants_it(talk: Conversation, receipts: dict[str, int]) -> None:
    talk.ask(TOTALS)
    stop = CancelToken()

    def stopping(event: Event) -> None:
        if isinstance(event, ScanProgress) and event.done == 1:
            stop.cancel()

    finished = talk.ask("sort by date", stop=stop, seen=stopping)
    assert finished.stopped
    assert len(list(filter(None, column(finished, -1)))) == 1


def test_two_rows_at_once_are_no_row(talk: Conversation, receipts: dict[str, int]) -> None:
    talk.ask(TOTALS)
    assert queries(talk, "compare the first and the second one")[0].startswith("compare the first and the second one")
