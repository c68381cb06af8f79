"""Text recognition: small print on large paper, columns, slants, look-alike letters, and letters it doesn't know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode

from lamplight.ingest.doubts import Doubts
from lamplight.models import tesseract
from lamplight.models.confusables import put_right
from lamplight.models.legibility import Doubt, is_greek, is_kept, is_vietnamese, legibility
from lamplight.models.loading import Models
from lamplight.models.marked_letters import MarkedLetters, Marks, marks_of, with_marks
from lamplight.models.text_rows import OcrLine, rows_of
from lamplight.models.text_tiles import joined, letters_in, tiles_for

LINES = [f"Entry {number}: the ferry carried {40 + 7 * number} sheep to the island." for number in range(1, 13)]


def sheet(size: tuple[int, int], lines: list[str], height: int, left: int = 60, step: float = 2.2) -> Image.Image:
    paper = Image.new("RGB", size, "white")
    for number, line in enumerate(lines):
        place = (left, 80 + round(step * height * number))
        ImageDraw.Draw(paper).text(place, line, fill="black", font=ImageFont.load_default(height))
    return paper


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((3309, 4678), id="A2", marks=pytest.mark.long),
        pytest.param((900, 9000), id="long", marks=pytest.mark.long),
        pytest.param((9000, 900), id="wide", marks=pytest.mark.long),
    ],
)
def test_small_print_in_a_large_picture_is_read_once_and_whole(models: Models, size: tuple[int, int]) -> None:
    left = size[0] // 2 if size[0] > 3000 else 60
    found = models.ocr.read(sheet(size, LINES, 28, left))
    assert [line.text for line in found] == LINES


def test_a_line_across_two_tiles_is_one_line() -> None:
    left, right = box(10, 100, 700, 130), box(600, 102, 1200, 132)
    below = box(10, 140, 700, 170)
    whole = [box(0, 90, 1300, 180)]  # seen from afar, both lines at once
    (line, other) = sorted(joined([left, below, right], whole), key=lambda quad: quad[0, 1])
    assert (line.min(), line[:, 0].max()) == (10, 1200)
    assert other[:, 1].min() == 140


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def test_an_ordinary_page_is_looked_at_once() -> None:
    letters = letters_in(np.asarray(sheet((1654, 2339), LINES, 32)))
    assert letters is not None
    assert tiles_for(letters, (1654, 2339), 960) == []


def test_two_pages_side_by_side_are_read_one_after_the_other(models: Models) -> None:
    left = ["The gamekeeper of the northern", "wood counts fifty-eight birds", "behind the church, and", "says so."]
    right = ["Repairs to the roof of the hall", "were put off until the weather", "allows the scaffolding to", "go up."]
    spread = sheet((1500, 600), left, 36)
    spread.paste(sheet((750, 600), right, 36), (750, 0))
    assert [line.text for line in models.ocr.read(spread)] == left + right


def word(text: str, left: float, top: float, width: float, confidence: float = 0.99) -> OcrLine:
    place = (left, top, left + width, top + 20)
    return OcrLine(text, place, confidence, place)


def test_labels_and_their_amounts_stay_in_one_row() -> None:
    words = [word(f"Item number {row} of the list", 0, 40 * row, 300) for row in range(8)]
    words += [word(f"{row}.50", 500, 40 * row, 50) for row in range(8)]
    assert rows_of(words)[3].text == "Item number 3 of the list 3.50"


def test_a_slanted_receipt_keeps_each_price_in_its_row(models: Models) -> None:
    items = [(f"Hinge no. {number}", f"{number}.35") for number in range(2, 9)]
    receipt = Image.new("RGB", (700, 700), "white")
    for row, texts in enumerate(items):
        for left, text in zip((40, 560), texts, strict=True):
            pen = ImageDraw.Draw(receipt)
            pen.text((left, 60 + 60 * row), text, fill="black", font=ImageFont.load_default(30))
    slanted = receipt.rotate(5, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert [line.text for line in models.ocr.read(slanted)] == [" ".join(texts) for texts in items]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Permit number Fl-4666", "Permit number FI-4666"),
        ("lNVOlCE 2O24", "INVOICE 2024"),
        ("0atcakes 3.20", "Oatcakes 3.20"),
        ("Cl-35 and 5 ml, all told 0.5l", "Cl-35 and 5 ml, all told 0.5l"),
        ("Al 2024 costs 1,080", "Al 2024 costs 1,080"),
        ("Will all bills be paid?", "Will all bills be paid?"),
    ],
)
def test_letters_that_look_alike_are_told_by_their_neighbours(read: str, meant: str) -> None:
    assert put_right(read) == meant


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ([("The heron was seen twice at the pond.", 0.99)], "well"),
        ([("!", 0.78), ("5 7 .", 0.83)], "unread"),
        ([("ny212 0n |00 7 m13w 07 of 78 nvu", 0.63)], "unread"),
        ([("The heron was seen twice at the pond.", 0.98), ("Bl mny at tbe", 0.7)], "unread"),
        ([("The heron was seen twice at the pond.", 0.98)] * 3 + [("Bl mny at tbe", 0.7)], "doubtful"),
        ([("12.480,00", 0.99)] * 9 + [("Ckt toob", 0.7)] * 6, "unread"),
        ([("12.480,00", 0.99)] * 9 + [("Desk and chair", 0.97)] * 6, "well"),
        ([], "well"),
    ],
)
def test_what_was_read_is_judged(words: list[tuple[str, float]], how: str) -> None:
    assert legibility([word(text, 0, 40 * row, 400, sure) for row, (text, sure) in enumerate(words)]) == how


def test_vietnamese_is_known_by_letters_no_other_language_has_together() -> None:
    assert is_vietnamese([word("nhà kho Đồng Lĩnh", 0, 0, 300)])
    assert not is_vietnamese([word("Đorđe šalje čaj", 0, 0, 300)])
    assert not is_vietnamese([word("môže dôjsť", 0, 0, 300)])


def test_the_person_is_told_which_pages_and_what_helps() -> None:
    doubts = Doubts()
    doubts.add(2, Doubt("unread", "Cyrillic", tesseract.SCRIPTS["Cyrillic"]))
    doubts.add(3, Doubt("doubtful"))
    doubts.add(4, None)
    doubts.add(5, Doubt("doubtful"))
    cyrillic, doubtful = doubts.sentences()
    assert cyrillic.startswith("The words on page 2 seem to be in Cyrillic letters, which could not be read: install")
    assert "Russian, Ukrainian, Bulgarian" in cyrillic
    assert doubtful.startswith("Some words on 2 pages (3, 5) were hard to read")


def garbled() -> Image.Image:
    """Signs of no script."""
    random = np.random.default_rng(5)
    paper = Image.new("RGB", (1400, 900), "white")
    pen = ImageDraw.Draw(paper)
    for row in range(6):
        for place in range(34):
            left, top = 60 + 37 * place + 25 * (place // 6), 80 + 90 * row
            points = [(left + int(x), top + int(y)) for x, y in random.integers(0, 30, (5, 2))]
            pen.line(points, fill="black", width=4)
    return paper


@pytest.mark.long
def test_what_nobody_can_read_is_not_kept_as_if_it_were_read(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "installed", frozenset)
    found = models.ocr.look(garbled())
    assert found.doubt is not None
    assert found.doubt.legible == "unread"
    assert len("".join(line.text for line in found.words)) < 20


def test_greek_is_known_however_surely_its_letters_seem_to_be_read() -> None:
    assert is_greek([word("Θεσσαλικη, 14 Mapτiou 2024", 0, 0, 300), word("ΔΕΛΦΙΝΙ ΔΩΔΕΚΑ", 0, 40, 300)])
    assert not is_greek([word("The angle θ between both planes is π/2, and the sum is Σ", 0, 0, 300)])


@pytest.mark.parametrize(("text", "sure", "kept"), [
    ("12.480,00", 0.99, True), ("Cpok orobopa c 01.04.2024", 0.95, False), ("Δεκεμβριου 2024", 0.99, False),
    ("IBAN DE89 3704", 0.99, True),
])  # fmt: skip
def test_of_an_unread_page_only_what_is_certain_is_kept(text: str, sure: float, kept: bool) -> None:
    assert is_kept(word(text, 0, 0, 150, sure), "unread") is kept


FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf")


def cyrillic_font() -> ImageFont.FreeTypeFont | None:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, 40)
        except OSError:
            continue
    return None


@pytest.mark.skipif("rus" not in tesseract.installed(), reason="Tesseract with Russian is not installed")
def test_another_script_is_read_where_tesseract_knows_it(models: Models) -> None:
    font = cyrillic_font()
    if font is None:
        pytest.skip("no font with Cyrillic letters")
    paper = Image.new("RGB", (1400, 400), "white")
    lines = ["Мельница возле озера продана в мае", "за девять тысяч рублей"]
    for row, text in enumerate(lines):
        ImageDraw.Draw(paper).text((60, 80 + 100 * row), text, fill="black", font=font)
    found = models.ocr.look(paper)
    assert [line.text for line in found.rows] == lines
    assert found.doubt is None


CYRILLIC_BILL = [
    ("Счёт за май", ""), ("Стол письменный", "12.480,00"), ("Стул для кабинета", "6.296,80"),
    ("Лампа настольная", "1.412,30"), ("Полка книжная", "994,50"), ("Доставка и сборка", "350,00"),
    ("Итого к оплате", "21.533,60"),
]  # fmt: skip


@pytest.mark.long
def test_of_a_bill_in_unknown_letters_the_amounts_are_kept_and_the_words_said_to_be_lost(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tesseract, "installed", frozenset)
    font = cyrillic_font()
    if font is None:
        pytest.skip("no font with Cyrillic letters")
    paper = Image.new("RGB", (1400, 700), "white")
    for row, (item, amount) in enumerate(CYRILLIC_BILL):
        ImageDraw.Draw(paper).text((60, 60 + 80 * row), item, fill="black", font=font)
        ImageDraw.Draw(paper).text((1000, 60 + 80 * row), amount, fill="black", font=font)
    found = models.ocr.look(paper)
    assert found.doubt == Doubt("unread")
    assert [line.text for line in found.rows] == [amount for _, amount in CYRILLIC_BILL if amount]


def test_without_tesseract_nothing_is_transcribed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tesseract, "installed", frozenset)
    lines = [np.full((30, 200, 3), 255, np.uint8)]
    assert tesseract.transcribe(lines) is None
    assert tesseract.transcribe(lines, "vie") is None
    assert tesseract.script_of(lines) == ""


def recognised_as(text: str, likely: dict[int, tuple[str, float]]) -> list[tuple[str, Marks]]:
    """A line as RapidOCR's decoder sees it: at each place one letter is sure, except for the `likely` ones."""
    alphabet = ["blank", *"abdgiklnrstxyzIşŞığİé", " "]
    likelihoods = np.zeros((1, 2 * len(text), len(alphabet)), np.float32)
    likelihoods[0, 1::2, 0] = 1
    for place, letter in enumerate(text):
        other, share = likely.get(place, ("", 0.0))
        likelihoods[0, 2 * place, alphabet.index(letter)] = 1 - share
        if other:
            likelihoods[0, 2 * place, alphabet.index(other)] = share
    texts, letters = MarkedLetters(CTCLabelDecode(character=alphabet[1:-1]))(
        likelihoods, True, wh_ratio_list=(1.0,), max_wh_ratio=1.0
    )
    return [(text, marks_of(information)) for (text, _), information in zip(texts, letters, strict=True)]


TURKISH = [("yıldız ışık", ())]


@pytest.mark.parametrize(
    ("text", "likely", "others", "meant"),
    [
        pytest.param("kirik  taban", {3: ("ı", 0.06)}, TURKISH, "kirık  taban", id="a dot too many"),
        pytest.param("gaz  kirik", {8: ("ı", 0.4)}, TURKISH, "gaz  kirık", id="behind blanks"),
        pytest.param("kiraz", {1: ("ı", 0.01)}, TURKISH, "kiraz", id="a letter that has its dot"),
        pytest.param("kirik", {3: ("ı", 0.06)}, [("tiles and bricks", ())], "kirik", id="a language without it"),
        pytest.param("izin Işık", {0: ("İ", 0.13)}, TURKISH, "İzin Işık", id="a capital with a dot"),
        pytest.param("taxi", {1: ("é", 0.3)}, TURKISH, "taxi", id="another letter"),
    ],
)
def test_a_mark_is_put_where_it_is_likely_and_the_page_has_it_elsewhere(
    text: str, likely: dict[int, tuple[str, float]], others: list[tuple[str, Marks]], meant: str
) -> None:
    assert with_marks([*others, *recognised_as(text, likely)])[-1] == meant
