"""The recipe of the reader: what is only looked at stays out, labels are right, and a network learns from them."""

from __future__ import annotations

import gzip
import json
import random
import re
import subprocess
import sys
from collections import defaultdict
from itertools import product
from pathlib import Path
from statistics import correlation
from typing import Any

import pytest

from bench.splits import split_of
from lamplight.models.embedder import Embedder
from training.examples import Example, examples
from training.forms import KIND, asked_elsewhere, forms
from training.language import codes, language, receipt_question
from training.papers import FOLDER, asked_papers, drawn_papers, example_of, papers, sections
from training.tables import FOLDER as TABLES_FOLDER
from training.tables import tables
from training.translations import FOLDER as TRANSLATIONS
from training.translations import translations

ROOT = Path(__file__).parent.parent
PROSE = [
    "the gate is locked at dusk by the warden .",
    "the pond holds seventeen carp -lrb- and a heron -rrb- .",
    "hedges are cut in february , before the birds nest .",
    "members water their plots with cans .",
    "the shed was painted by volunteers .",
]
RECEIPT = ["IRONMONGER TILDA BROOK", "12/03/2024 10:41", "Brass hinge 3.35", "TOTAL 4.55", "CASH 4.55", "Screws 1.20"]
ROWS = ["Month Open Close: April 6:00 21:30", "Month Open Close: October 7:00 19:00"]
GROUPS: list[dict[str, Any]] = [
    {"source": "squad", "question": "when is the garden entrance locked ?", "lines": PROSE, "answers": [0]},
    {"source": "squad", "question": "which animals swim in the pond ?", "lines": PROSE, "answers": [1]},
    {"source": "receipt", "question": "total from TILDA BROOK?", "lines": RECEIPT, "answers": [3]},
    {"source": "receipt", "question": "when was the receipt from TILDA BROOK paid?", "lines": RECEIPT, "answers": [1]},
    {"source": "wtq", "question": "which month closes latest?", "lines": ROWS, "answers": [0]},
    {"source": "wtq", "question": "which month opens at seven?", "lines": ROWS, "answers": [1]},
]
TUNE, LOOK = "a.tsv", "gates.tsv"
TABLES = [
    {"question": "which month closes at half past nine?", "table": TUNE, "answers": ["April"]},
    {"question": "which month opens at seven?", "table": LOOK, "answers": ["October"]},
]
PARAGRAPHS = {
    "tune": "The warden keeps the key. Hedges are cut in February.",
    "look": "The gate is locked at dusk. The pond holds seventeen carp.",
}
# Torch is heavy and stays out of this process.
LEARN = """
import json, random, sys
from pathlib import Path
import torch
from tokenizers import Tokenizer
from lamplight.models.catalogue import EMBEDDER
from lamplight.models.reader_input import ReaderTokenizer
from training.examples import examples
from training.network import ReaderNetwork, batch_of, loss_of, rounding
from training.reader import GUESSES_WEIGHT, RATE, SPANS_WEIGHT, targets_of
torch.manual_seed(7)
torch.set_num_threads(1)
base = EMBEDDER.path().parent
tokenizer = ReaderTokenizer(Tokenizer.from_file(str(base / "tokenizer.json")))
made = [one for one in examples(Path(sys.argv[1]), random.Random(7)) if one.answers][:6]
targets = [target for one in made for target in targets_of(one, tokenizer)]
network = ReaderNetwork(base).train()
network.encoder.encoder.layer = network.encoder.encoder.layer[:2]
rounding(network)
optimizer = torch.optim.AdamW((one for one in network.parameters() if one.requires_grad), lr=RATE)
losses = []
for _ in range(6):
    scores = network(**batch_of([target.window for target in targets]))
    loss = loss_of(scores, targets, SPANS_WEIGHT, GUESSES_WEIGHT)
    losses.append(float(loss.detach()))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(json.dumps([list(scores.shape), losses]))
"""

# What ships, back in float32 and rounding again, beside the int8 model itself.
RESTORE = """
import json, sys
import torch
from lamplight.models.reader import Reader
from training.export import LINES, QUESTION, base_embeddings
from training.network import batch_of, new_network, rounding, tokenizer_of
from training.shipped import SHIPPED, begin_with_shipped
which = sys.argv[1]
with new_network("english") as (network, path):
    begin_with_shipped(network, which)
    network.eval()
    rounding(network)
    reader = Reader(SHIPPED[which].verified_path(), path, base_embeddings(which))
    restored, shipped = [], []
    for question in (QUESTION, "who gets the interest", "Are dogs allowed?", *LINES):
        [window] = tokenizer_of(path).windows(question, "Lease > Deposit", LINES)
        with torch.no_grad():
            restored += network(**batch_of([window]))[0, torch.tensor(window.marks), 0].tolist()
        shipped += [one.score for one in reader.read(question, [("Lease > Deposit", LINES)])[0]]
print(json.dumps([restored, shipped]))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("reading", "wikitables/tables", "squad"):
        (tmp_path / folder).mkdir(parents=True)
    with gzip.open(tmp_path / "reading" / "groups.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(group) + "\n" for group in GROUPS)
    (tmp_path / "wikitables" / "questions.jsonl").write_text("\n".join(map(json.dumps, TABLES)))
    for name in (TUNE, LOOK):
        table = "Month\tOpen\tClose\nApril\t6:00\t21:30\nOctober\t7:00\t19:00\n"
        (tmp_path / "wikitables" / "tables" / name).write_text(table)
    asked = {
        "tune": {"question": "Who keeps the key?", "is_impossible": False,
                 "answers": [{"text": "The warden", "answer_start": 0}, {"text": "warden", "answer_start": 4}]},
        "look": {"question": "How many carp are there?", "is_impossible": True, "answers": []},
    }  # fmt: skip
    paragraphs = [{"context": text, "qas": [asked[half]]} for half, text in PARAGRAPHS.items()]
    content = {"data": [{"title": "Fernhill_Gardens", "paragraphs": paragraphs}]}
    (tmp_path / "squad" / "passages_and_questions.json").write_text(json.dumps(content))
    return tmp_path


def drawn(data: Path, times: int = 40) -> list[Example]:
    chance = random.Random(3)
    return [example for _ in range(times) for example in examples(data, chance)]


def test_the_halves_are_what_these_tests_take_them_for() -> None:
    assert (split_of(TUNE), split_of(LOOK)) == ("tune", "look")
    assert {half: split_of(text) for half, text in PARAGRAPHS.items()} == {"tune": "tune", "look": "look"}


def test_what_is_only_looked_at_is_never_learned(data: Path) -> None:
    questions = " ".join(example.question.lower() for example in drawn(data))
    assert "half past nine" in questions
    assert "closes latest" in questions
    assert "keeps the key" in questions
    assert "opens at seven" not in questions  # neither from its table nor from the groups
    assert "how many carp" not in questions


def test_what_is_labelled_as_the_answer_is_it(data: Path) -> None:
    held = {"locked": "dusk", "pond": "seventeen", "half past nine": "April", "closes latest": "April", "key": "warden"}
    for example in drawn(data):
        for place, span in zip(example.answers, example.spans, strict=True):
            line = example.lines[place]
            wanted = {"receipt total": "4.55", "receipt date": "12/03/2024"}.get(example.source) or next(
                answer for word, answer in held.items() if word in example.question
            )
            assert wanted in line
            assert span is None or line[slice(*span)] == wanted


def test_where_the_answer_is_taken_out_nothing_says_it(data: Path) -> None:
    without = [example for example in drawn(data) if not example.answers]
    assert without
    for example in without:
        text = "\n".join(example.lines)
        assert example.source != "receipt total" or "4.55" not in text
        assert not (example.source == "squad" and "locked" in example.question and "dusk" in text)


def test_names_and_furniture_stand_beside_an_answer_as_in_a_library(data: Path) -> None:
    made = [example for example in drawn(data) if example.source == "squad"]
    assert len({example.question for example in made}) > 10
    assert {line for example in made for line in example.lines} - {line.replace("-lrb-", "(") for line in PROSE}
    assert any("( and a heron )" in line for example in made for line in example.lines)
    assert all(example.header for example in made)


def test_a_made_up_form_is_labelled_with_the_value_that_is_asked_for() -> None:
    names = ["Tilda", "Brook", "Fernhill", "Okafor"]
    made = forms(1500, names, random.Random(3))
    assert forms(1500, names, random.Random(3)) == made
    assert 220 < sum(not example.answers for example in made) < 380
    assert {example.source.split()[1] for example in made} == set(codes())
    rests = {code: _rests(code) for code in codes()}
    for example in made:
        code, asked_in = example.source.split()[1], example.source.split()[-1]
        question = re.sub(r"[^\w\s'’,-]+$|^¿", "", example.question).strip().lower()
        fields = {field for field, known in language(asked_in).questions.items() if question in map(str.lower, known)}
        for place, span in zip(example.answers, example.spans, strict=True):
            assert span is not None
            line, value = example.lines[place], example.lines[place][slice(*span)]
            assert value == value.strip() != ""
            stated = rests[code][_bare(line[: span[0]] + line[span[1] :])]
            assert stated and (not fields or stated & fields), (example.question, line, value)


def _bare(text: str) -> str:
    return re.sub(r"[\s|]+", " ", text.lower()).strip(" .")


def _rests(code: str) -> dict[str, set[str]]:
    """What is left of a line without its value, and the fields it may be of."""
    spoken, rests = language(code), defaultdict[str, set[str]](set)
    for field, labels in spoken.labels.items():
        frames = ["{label}", *spoken.lines["line"], *spoken.lines["sentence"], *spoken.told.get(field, ())]
        for label, frame in product(labels, frames):
            rests[_bare(frame.format(label=label, low=label, value=""))].add(field)
    return rests


def test_nothing_answers_where_the_field_is_missing_though_near_ones_are_there() -> None:
    made = [one for one in forms(2000, ["Tilda"], random.Random(4)) if one.source == "form en" and not one.answers]
    english = language("en")
    asked = [one for one in made if one.question.rstrip("?").lower() in english.questions["deposit"]]
    text = [" ".join(one.lines) for one in asked]
    assert asked and not any(label in lines for lines in text for label in english.labels["deposit"])
    assert any(label in lines for lines in text for label in (*english.labels["rent"], *english.labels["charges"]))


@pytest.mark.parametrize("code", codes())
def test_every_language_has_words_for_every_field_and_every_question(code: str) -> None:
    spoken, english, chance = language(code), language("en"), random.Random(5)
    assert set(spoken.labels) == set(spoken.questions) == set(KIND) >= set(spoken.told)
    assert all(spoken.labels.values()) and all(spoken.questions.values())
    for section in ("values", "lines", "receipt", "asked"):
        assert set(getattr(spoken, section)) == set(getattr(english, section))
    assert len(spoken.values["months"]) == len(spoken.values["short"]) == 12
    frames = [*spoken.lines["line"], *spoken.lines["sentence"], *(one for told in spoken.told.values() for one in told)]
    assert all(frame.count("{value}") == 1 for frame in frames)
    for kind in ("total", "date", "company"):
        asked = receipt_question(kind, code, chance, shop="TILDA BROOK", date="12/03/2024", total="4.55")
        assert all(given in asked for given in ("TILDA BROOK", "12/03/2024", "4.55"))
        assert "{" not in asked + asked_elsewhere(chance)


def test_an_epoch_can_be_drawn_again_to_the_letter(data: Path) -> None:
    assert examples(data, random.Random(5)) == examples(data, random.Random(5))
    assert examples(data, random.Random(5)) != examples(data, random.Random(6))


@pytest.mark.long
def test_the_network_learns_a_few_examples_in_a_few_steps(data: Path) -> None:
    command = [sys.executable, "-c", LEARN, str(data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shape, losses = json.loads(done.stdout.splitlines()[-1])
    assert (shape[0], shape[2]) == (6, 3)
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.long
@pytest.mark.parametrize("which", ["english", "scans"])
def test_the_training_goes_on_from_what_ships_and_rounds_like_it(which: str) -> None:
    command = [sys.executable, "-c", RESTORE, which]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    restored, shipped = json.loads(done.stdout.splitlines()[-1])
    assert correlation(restored, shipped) > 0.98
    assert max(shipped) == pytest.approx(max(restored), abs=0.5)


PAPER = """
@ en | Lease of 14 Alder Court > 4 Deposit
4 Deposit
The tenant pays a deposit of three months' rent.
It is paid in three equal parts.
? how much up front => three months' rent
? Is it due at once? => no: three equal parts
? Who keeps it? => nothing

@ en | Lease of 14 Alder Court > 5 Keys
The tenant gets two keys.
? how many keys => two
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "paper.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_paper_says_which_line_answers_and_which_words_of_it(tmp_path: Path) -> None:
    written(tmp_path, PAPER)
    first, verdict, missing, other = papers(tmp_path)
    assert (first.answers, first.lines[1][slice(*(first.spans[0] or (0, 0)))]) == ((1,), "three months' rent")
    assert verdict.answers == (2,)
    assert (missing.answers, missing.spans) == ((), ())
    assert other.header == "Lease of 14 Alder Court > 5 Keys"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A line before any section", "line 1"),
        ("@ en | A > B\nThe gate.\n? Who\n", "line 3"),
        ("@ en | A > B\nThe gate.\n? Who? => the key\n", "stands in no line"),
        ("@ en | A > B\nThe gate.\nThe gate again.\n? What? => The gate\n", "stands in lines 1, 2"),
    ],
)
def test_what_is_wrong_with_a_paper_is_said(tmp_path: Path, text: str, problem: str) -> None:
    written(tmp_path, text)
    with pytest.raises(ValueError, match=problem):
        list(papers(tmp_path))


def test_a_drawn_paper_answers_what_its_lines_still_say(tmp_path: Path, embedder: Embedder) -> None:
    written(tmp_path, PAPER)
    chance = random.Random(5)
    asked = asked_papers(tmp_path, embedder)
    drawn = [example for _ in range(60) for example in drawn_papers(asked, "english", 1.0, chance)]
    words = {
        "how much up front": "three months' rent",
        "how many keys": "two",
        "Is it due at once?": "three equal parts",
    }
    answered = [example for example in drawn if example.answers]
    for example in answered:
        for line, span in zip(example.answers, example.spans, strict=True):
            assert span is not None
            assert example.lines[line][slice(*span)] == words[_asked(example)]
    assert any("(" in example.question for example in answered), "some follow another question"
    others = [example for example in drawn if not example.answers and _asked(example) in words]
    assert others, "some are asked where nothing answers"
    assert not any(words[_asked(example)] in line for example in others for line in example.lines)


def _asked(example: Example) -> str:
    """Without the question before it, which stands in brackets, and as it stands in `PAPER`."""
    alone = example.question.partition(" (")[0]
    return next((one for one in ("Is it due at once?",) if one.startswith(alone)), alone)


def test_pictures_of_receipts_are_asked_what_another_one_answers(tmp_path: Path, embedder: Embedder) -> None:
    """In a library every "how much" finds a receipt with a total."""
    kopi = "@ en | a.jpg\nKOPI CORNER\nLATTE 6.50\nTOTAL 6.50\n? latte price => [2] 6.50\n? total => [3] 6.50\n"
    shop = "@ en | b.jpg\nTHE BOOK NOOK\nATLAS 20.00\nTOTAL 20.00\n? price of the atlas => [2] 20.00\n"
    written(tmp_path, PAPER + "\n" + kopi + shop)
    chance = random.Random(5)
    asked = asked_papers(tmp_path, embedder)
    drawn = [example for _ in range(60) for example in drawn_papers(asked, "english", 1.0, chance)]
    of_shop = {one.question for one in drawn if one.header == "b.jpg" and not one.answers}
    assert {"latte price", "how many keys"} <= of_shop
    assert "total" not in of_shop  # which that one answers, too


def test_a_section_that_says_the_same_is_not_held_for_one_that_does_not_answer(
    tmp_path: Path, embedder: Embedder
) -> None:
    more = """
@ en | Lease of 14 Alder Court > 6 Locks
Keys are handed over on the first day: how many is written in the record.
? when are they handed over => on the first day
@ en | Lease of 14 Alder Court > 7 Summary
Two keys, three months' deposit.
? how many keys => Two keys
@ en | Another lease > 5 Keys
How many keys there are nobody knows.
"""
    written(tmp_path, PAPER + more)
    (asked,) = [
        one
        for one in asked_papers(tmp_path, embedder)
        if one.example.question == "how many keys" and one.example.header.endswith("5 Keys")
    ]
    assert [other.header.partition(" > ")[2] for other in asked.near] == ["6 Locks", "4 Deposit"]


ANOTHER = """
@ de | Mietvertrag Erlenhof > 3 Schlüssel
Der Mieter erhält drei Schlüssel.
? wie viele Schlüssel => drei
"""
ACROSS_LANGUAGES = """@ de | Lease of 14 Alder Court > 5 Keys
? Wie viele Schlüssel gibt es? <= how many keys

@ en | Mietvertrag Erlenhof > 3 Schlüssel
? how many of them are there <= wie viele Schlüssel
"""


def test_a_question_in_another_language_is_answered_by_what_answers_the_original(
    tmp_path: Path, embedder: Embedder
) -> None:
    written(tmp_path, PAPER + ANOTHER)
    (folder := tmp_path / "translated").mkdir()
    (folder / "questions.txt").write_text(ACROSS_LANGUAGES, encoding="utf-8")
    asked = asked_papers(tmp_path, embedder, folder)[-2:]
    assert [one.example.question for one in asked] == ["Wie viele Schlüssel gibt es?", "how many of them are there"]
    for one, words in zip(asked, ("two", "drei"), strict=True):
        ((line,), (span,)) = one.example.answers, one.example.spans
        assert span is not None
        assert one.example.lines[line][slice(*span)] == words
    # Of a paper in the question's language it is asked, too, which can't answer it.
    assert "Mietvertrag Erlenhof > 3 Schlüssel" in [other.header for other in asked[0].near]
    chance = random.Random(5)
    assert {one.source for one in drawn_papers(asked, "multilingual", 0.0, chance)} == {"paper across"}
    assert not drawn_papers(asked, "english", 1.0, chance)


@pytest.mark.parametrize("line", ["? Was? <= how much up front", "something else"])
def test_a_translation_of_what_nobody_asks_is_told(tmp_path: Path, line: str) -> None:
    written(tmp_path, PAPER)
    (folder := tmp_path / "translated").mkdir()
    (folder / "questions.txt").write_text(f"@ de | Lease of 14 Alder Court > 5 Keys\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"questions.txt, line 2"):
        translations(folder, list(papers(tmp_path)))


def test_the_translations_ask_what_the_papers_are_asked() -> None:
    assert translations(TRANSLATIONS, list(papers(FOLDER)))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_papers_are_well_formed(path: Path) -> None:
    for section in sections(path):
        for question, answer in section.asked:
            example_of(section, question, answer)


@pytest.mark.parametrize("path", sorted(TABLES_FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_the_tables_are_well_formed(path: Path) -> None:
    for asked in tables(path):
        assert len(asked.rows) > 1, asked.title
        assert asked.questions, asked.title
