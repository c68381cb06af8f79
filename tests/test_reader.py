"""The reader: how lines are laid out for it, and that it knows the line that answers, and when none does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from lamplight.library.records import Passage
from lamplight.models.catalogue import EMBEDDER, MULTILINGUAL
from lamplight.models.embedder import tokenizer_beside
from lamplight.models.loading import Models
from lamplight.models.prepare import ensure_embedder
from lamplight.models.reader import LineScore, Reader
from lamplight.models.reader_input import BERT_MARKS, LINE_TOKENS, MAX_TOKENS, QUESTION_TOKENS, ReaderTokenizer
from lamplight.models.word_embeddings import TENSOR, SafetensorsEmbeddings
from lamplight.rag.extraction import read_lines

QUESTION = "When is the gate locked?"
RULES = [
    "The gate is painted green and oiled in spring.",
    "From October to March the gate is locked at 19:00 by the warden.",
    "The pond holds seventeen carp, and the heron visits it on Sundays.",
    "Hedges are cut in February, before the birds nest.",
]
RECEIPT = ["IRONMONGER TILDA BROOK", "12/03/2024 10:41", "Brass hinge 3.35", "Screws 1.20", "TOTAL 4.55",
           "CASH 5.00", "CHANGE 0.45"]  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(EMBEDDER.path().with_name("tokenizer.json")))


@pytest.fixture(scope="module")
def layout(tokenizer: Tokenizer) -> ReaderTokenizer:
    return ReaderTokenizer(tokenizer)


@pytest.fixture(scope="module")
def reader(models: Models) -> Reader:
    return models.reader


@pytest.fixture(scope="module")
def scan_reader(models: Models) -> Reader:
    return models.scan_reader


def test_a_window_has_the_question_the_header_and_each_line_after_its_mark(
    tokenizer: Tokenizer, layout: ReaderTokenizer
) -> None:
    (window,) = layout.windows(QUESTION, "Rules > Gates", RULES[:2])
    pieces = [tokenizer.id_to_token(number) for number in window.ids]
    assert pieces[:7] == ["[CLS]", "when", "is", "the", "gate", "locked", "?"]
    assert pieces[7:12] == ["[SEP]", "rules", ">", "gates", "[SEP]"]
    assert pieces[12] == BERT_MARKS[2]
    assert pieces[-1] == "[SEP]"
    assert window.marks == [place for place, piece in enumerate(pieces) if piece == BERT_MARKS[2]]
    assert window.types == [0] * 8 + [1] * (len(pieces) - 8)
    assert window.lines == [0, 1]


def test_a_long_passage_is_split_and_every_line_is_in_one_window(layout: ReaderTokenizer) -> None:
    lines = [f"Plot {number} is tended by a member of the society, who waters it." for number in range(90)]
    windows = layout.windows(QUESTION, "Rules", lines)
    assert len(windows) > 2
    assert [line for window in windows for line in window.lines] == list(range(90))
    start = windows[0].ids[: windows[0].marks[0]]
    for window in windows:
        assert len(window.ids) == len(window.types) <= MAX_TOKENS
        assert window.ids[: window.marks[0]] == start  # question and header
        assert len(window.lines) == len(window.marks) == len(window.offsets)


def test_however_long_question_header_and_line_are_a_window_is_not(layout: ReaderTokenizer) -> None:
    windows = layout.windows("how " * 500, "Rules > " * 500, ["gate " * 500, "pond " * 500, "heron"])
    assert [line for window in windows for line in window.lines] == [0, 1, 2]
    assert max(len(window.ids) for window in windows) <= MAX_TOKENS
    assert all(window.types.index(1) == QUESTION_TOKENS + 2 for window in windows)  # with [CLS] and [SEP]
    assert [len(line) for window in windows for line in window.offsets][:2] == [LINE_TOKENS] * 2


def test_offsets_are_characters_of_the_line(tokenizer: Tokenizer, layout: ReaderTokenizer) -> None:
    line = "The café's fee — in “summer” — is £1,234.50."
    (window,) = layout.windows(QUESTION, "", [line])
    texts = [line[start:end] for start, end in window.offsets[0]]
    first = window.marks[0] + 1
    pieces = [tokenizer.id_to_token(number) for number in window.ids[first : first + len(texts)]]
    assert texts[:2] == ["The", "café"]
    assert "".join(texts) == line.replace(" ", "")
    assert [text.lower().replace("é", "e") for text in texts] == [piece.removeprefix("##") for piece in pieces]


def test_of_many_languages_too_no_piece_has_the_blank_before_it() -> None:
    path = tokenizer_beside(ensure_embedder(MULTILINGUAL), MULTILINGUAL)
    line = "Telefon: 040 5550 1234, Franquicia : 300 euros"
    (window,) = ReaderTokenizer(Tokenizer.from_file(str(path))).windows(QUESTION, "", [line])
    starts = [start for start, end in window.offsets[0] if start < end]
    assert not any(line[start].isspace() for start in starts)
    assert {line.index("040"), line.index("1234"), line.index("300"), line.index("euros")} <= set(starts)


def test_nothing_to_read_is_nothing_read(layout: ReaderTokenizer, reader: Reader) -> None:
    assert layout.windows(QUESTION, "Rules", []) == []
    assert reader.read(QUESTION, []) == []
    assert [len(lines) for lines in reader.read(QUESTION, [("Rules", []), ("", [""]), ("Rules", RULES)])] == [0, 1, 4]


def best(reader: Reader, question: str, header: str, lines: Sequence[str]) -> tuple[str, str, float]:
    """The line that answers likeliest, the answer in it, and its log-odds."""
    readings = reader.read(question, [(header, lines)])[0]
    line, reading = max(zip(lines, readings, strict=True), key=lambda pair: pair[1].score)
    return line, line[reading.start : reading.end], reading.score


def test_the_line_that_answers_is_found(reader: Reader) -> None:
    line, answer, score = best(reader, "At what time is the gate locked in winter?", "Rules > Gates", RULES)
    assert line == RULES[1]
    assert "19:00" in answer
    assert score > 0


@pytest.mark.parametrize(
    ("question", "line", "answer"),
    [
        ("What is the total?", "TOTAL 4.55", "4.55"),
        ("How much did I pay?", "TOTAL 4.55", "4.55"),
        ("total of the Tilda Brook receipt", "TOTAL 4.55", "4.55"),
        ("How much change did I get?", "CHANGE 0.45", "0.45"),
        ("What did the hinge cost?", "Brass hinge 3.35", "3.35"),
    ],
)
def test_what_a_receipt_says_is_found(
    scan_reader: Reader, reader: Reader, question: str, line: str, answer: str
) -> None:
    """By the reader and what the amounts add up to, as in the app."""
    photo = Passage(1, 7, "till.jpg", 1, "image", "till.jpg", "\n".join(RECEIPT), [])
    (lines,) = read_lines(scan_reader, question, question, [photo])
    found = max(lines, key=lambda one: one.score)
    text = found.sentence.text
    assert (text, text[found.reading.start : found.reading.end]) == (line, answer)
    assert found.score > best(reader, question, "Rules > Gates", RULES)[2] + 1  # scores of different passages compare


@pytest.mark.parametrize(
    "question", ["What is the boiling point of gallium?", "Who won the world cup in 1998?", "How long is the warranty?"]
)
def test_no_line_of_a_passage_about_something_else_answers(reader: Reader, scan_reader: Reader, question: str) -> None:
    assert best(reader, question, "Rules > Gates", RULES)[2] < 0
    assert best(scan_reader, question, "till.jpg", RECEIPT)[2] < 0


def test_what_is_read_does_not_depend_on_what_is_beside_it(reader: Reader) -> None:
    alone = reader.read(QUESTION, [("Rules", RULES)])[0]
    long = ("Story", [f"Sentence {number} is about nothing much, in many words." for number in range(80)])
    assert reader.read(QUESTION, [("till.jpg", RECEIPT), long, ("Rules", RULES)])[2] == alone
    assert reader.read(QUESTION, [("Rules", RULES), ("Rules", RULES)]) == [alone, alone]


def test_word_embeddings_are_those_of_the_base_s_file(tmp_path: Path) -> None:
    rows = np.arange(20, dtype=np.float32).reshape(5, 4)
    other = np.ones((3, 3), np.float32)
    save_file({"embeddings.LayerNorm.weight": other, TENSOR: rows, "pooler": other}, tmp_path / "base.safetensors")
    read = SafetensorsEmbeddings(tmp_path / "base.safetensors").word_embeddings([4, 0, 4])
    assert read.dtype == np.float32
    assert read.tolist() == rows[[4, 0, 4]].tolist()


def test_an_answer_lies_in_its_line(reader: Reader) -> None:
    lines = [*RULES, "", "—", "word " * 300, "a" * 2000]
    for reading, line in zip(reader.read(QUESTION, [("Rules", lines)])[0], lines, strict=True):
        assert isinstance(reading, LineScore)
        assert 0 <= reading.start <= reading.end <= len(line)
        assert 0 <= reading.probability <= 1
