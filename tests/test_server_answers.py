"""What becomes of a large model's words: what is supported is kept, what isn't is marked, and nothing is half told.

A server that speaks as it is told stands for the model; docs/server-answers.md shows the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished, Grounded, Mode
from tests.model_servers import Scripted

FIRES = "When are bonfires allowed?"
KEY = "What does a new key cost?"
ROWS = "On which days may each row water, and who is its warden?"
FRIDAYS = "Bonfires are allowed on Fridays after 15:00."
ASHES = "Someone has to stay until the ashes are cold."
EMPHASIS = "**Bonfires** are allowed on *Fridays* after 15:00."
PICTURE = "![x](https://evil.example/?q=fire)"
MIDDLE = "The answer ends in the middle."


@dataclass(frozen=True)
class Case:
    """What the model says in pieces of any length, and what a person is shown of it below the quotation.

    `unsupported` is left out, or with the model's knowledge shown as such; `breaks` is the piece at which the
    connection does.
    """

    name: str
    asked: str
    says: str
    shown: str
    unsupported: list[str] = field(default_factory=list)
    knowledge: bool = False
    breaks: str = ""
    notice: str = ""


CASES = [
    Case("supported and cited", FIRES, f"{FRIDAYS} [1]", f"{FRIDAYS} [1]"),
    Case("supported and not cited", FIRES, FRIDAYS, f"{FRIDAYS} [1]"),
    Case("cites another passage", FIRES, f"{FRIDAYS} [3]", f"{FRIDAYS} [1]"),
    Case("cites what isn’t there", FIRES, f"{FRIDAYS} [97]", f"{FRIDAYS} [1]"),
    Case("cites as others do", FIRES, f"{FRIDAYS}【1†page 3】", f"{FRIDAYS} [1]"),
    Case("cites several", FIRES, "Bonfires are allowed on Fridays after 15:00 [1, 2].", f"{FRIDAYS} [1]"),
    Case("half cited", FIRES, f"{ASHES} {FRIDAYS} [1]", f"{ASHES} [1] {FRIDAYS} [1]"),
    Case(
        "half invented",
        FIRES,
        f"{FRIDAYS} [1] The fire brigade has to be told two days before. [1]",
        f"{FRIDAYS} [1]",
        ["The fire brigade has to be told two days before."],
    ),
    Case(
        "half invented, with its knowledge",
        FIRES,
        f"{FRIDAYS} [1] The fire brigade has to be told two days before.",
        f"{FRIDAYS} [1] The fire brigade has to be told two days before.",
        ["The fire brigade has to be told two days before."],
        knowledge=True,
    ),
    Case("wrong number", KEY, "A new key costs £35. [1]", "", ["A new key costs £35."]),
    Case("wrong day", FIRES, "Bonfires are allowed until 31 March. [1]", "", ["Bonfires are allowed until 31 March."]),
    Case(
        "the contrary",
        FIRES,
        "Bonfires are not allowed on Fridays after 15:00. [1]",
        "",
        ["Bonfires are not allowed on Fridays after 15:00."],
    ),
    Case("says that it doesn’t know", FIRES, "I don't know.", "", ["I don't know."]),
    Case("nothing", FIRES, "", ""),
    Case("emphasis", FIRES, EMPHASIS, f"{EMPHASIS} [1]"),
    Case(
        "list",
        "What are the rules for bonfires?",
        f"Bonfires:\n\n- are allowed on Fridays after 15:00 [1]\n- need a permit from the council [1]\n- {ASHES}\n",
        f"Bonfires:\n\n- are allowed on Fridays after 15:00 [1]\n- {ASHES} [1]",
        ["need a permit from the council"],
    ),
    Case(
        "steps",
        "What do I do when I lost my key?",
        "1. Tell the secretary on the same day that the key is lost. [1]\n2. Pay £20 for a new key.\n3. Wait a week.\n",
        "1. Tell the secretary on the same day that the key is lost. [1]\n2. Pay £20 for a new key. [1]",
        ["Wait a week."],
    ),
    Case(
        "table with a wrong row",
        ROWS,
        "| Rows | Days for watering | Row warden |\n|---|---|---|\n"
        "| A and B | Monday and Thursday | Ines Calloway [1] |\n"
        "| C and D | Tuesday and Friday | Tomasz Bielak |\n| E and F | Monday and Sunday | Ruth Adeyemi [1] |\n",
        "| Rows | Days for watering | Row warden |\n| --- | --- | --- |\n"
        "| A and B | Monday and Thursday | Ines Calloway [1] |\n| C and D | Tuesday and Friday | Tomasz Bielak [1] |",
        ["| E and F | Monday and Sunday | Ruth Adeyemi |"],
    ),
    Case(
        "breaks off in a sentence",
        FIRES,
        f"{FRIDAYS} [1] Someone has to stay until the",
        f"{FRIDAYS} [1]",
        breaks="until",
        notice=MIDDLE,
    ),
    Case(
        "breaks off in a row",
        ROWS,
        "| Rows | Row warden |\n|---|---|\n| A and B | Ines Calloway [1] |\n| C and D | Tomasz",
        "| Rows | Row warden |\n| --- | --- |\n| A and B | Ines Calloway [1] |",
        breaks="Tomasz",
        notice=MIDDLE,
    ),
    Case("breaks off at once", FIRES, "Bonfires are allowed", "", breaks="are", notice=MIDDLE),
    Case("a picture elsewhere", FIRES, f"{FRIDAYS}\n\n{PICTURE}", f"{FRIDAYS} [1]", [PICTURE]),
    Case("a script", FIRES, f"{FRIDAYS}\n\n<script>x()</script>", f"{FRIDAYS} [1]", ["<script>x()</script>"]),
]  # fmt: skip
# One of each kind: cited, invented, contradicted, in part wrong, broken off, dangerous.
PLAIN = (
    "supported and cited",
    "cites what isn’t there",
    "half invented, with its knowledge",
    "the contrary",
    "table with a wrong row",
    "breaks off in a row",
    "a script",
)


def tell(script: Scripted, says: str, breaks: str = "") -> None:
    """In pieces as models have them, a few letters each."""
    script.say = [says[place : place + 5] for place in range(0, len(says), 5)]
    script.cut_after = len(says[: says.index(breaks)]) // 5 + 1 if breaks else None


def below_the_quotation(answer: str) -> str:
    return answer.partition("\n\n")[2] if answer.startswith(">") else answer


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name, marks=() if case.name in PLAIN else pytest.mark.long) for case in CASES],
)
def test_what_is_shown_of_what_a_large_model_says(
    case: Case, script: Scripted, large: Models, sample_library: Library, whole_answers: None
) -> None:
    tell(script, case.says, case.breaks)
    mode: Mode = "documents+knowledge" if case.knowledge else "documents"
    *events, last = Answerer(sample_library, large).answer(case.asked, mode=mode)
    assert isinstance(last, Finished)
    assert below_the_quotation(last.answer) == case.shown
    assert last.unsupported == case.unsupported
    assert last.notice.startswith(case.notice) if case.notice else last.notice == ""
    # What surely answers stands whatever the model says, and what may answer where nothing that it says is stated.
    assert last.quote is not None or case.shown
    assert case.knowledge or not last.refused
    markers = {int(one) for one in last.answer.replace("]", "[").split("[")[1::2] if one.isdecimal()}
    assert markers == {citation.marker for citation in last.citations}
    grown = [event.answer for event in events if isinstance(event, Grounded)]
    assert all(later.startswith(earlier.rstrip()) for earlier, later in pairwise(grown)), "nothing is taken back"


def test_an_answer_as_long_as_it_may_be_ends_with_a_whole_sentence(
    script: Scripted, large: Models, sample_library: Library
) -> None:
    tell(script, f"{FRIDAYS} [1] {ASHES} [1] Someone has to stay until the ashes")
    script.ending = "length"
    *_, last = Answerer(sample_library, large).answer(FIRES)  # of 20 tokens: tests.conftest.brief_answers
    assert isinstance(last, Finished)
    assert below_the_quotation(last.answer) == f"{FRIDAYS} [1] {ASHES} [1]"


def test_where_nothing_says_it_the_documents_do_not_say(
    script: Scripted, large: Models, sample_library: Library
) -> None:
    tell(script, "The cup was won by Fernhill United. [1]")
    *_, last = Answerer(sample_library, large).answer("Who won the football cup in 1966?")
    assert isinstance(last, Finished)
    assert (last.refused, last.citations) == (True, [])
    assert "United" not in last.answer
