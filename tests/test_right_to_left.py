"""Arabic, Hebrew, Persian and Urdu in PDFs are read as they were typed, numbers and Latin words included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import pypdfium2 as pdfium
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lamplight.ingest.bidirectional import as_letters, is_right_to_left, reading_order
from lamplight.ingest.document import ReadDocument
from lamplight.ingest.page_text import PageText
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.sentences import split_sentences

FACE = "DejaVu Sans"
SIZE = 12
EDGE = 540  # points from the left, where lines from the right begin
HEBREW = [  # as it looks from the left, and as it is typed
    ("תוריכש הזוח", "חוזה שכירות"),
    ('.03-5551234 ןופלט .שדוחל ח"ש 3,450 ,2024 ץרמב 1-ב', 'ב-1 במרץ 2024, 3,450 ש"ח לחודש. טלפון 03-5551234.'),
    ('?28/2/2025 דעו 1/3/2024-מ (מ"עמ ללוכ) 5% החנהה', 'ההנחה 5% (כולל מע"מ) מ-1/3/2024 ועד 28/2/2025?'),
    (".Acme Office 365 וא info@example.com לא :(7) ףיעס", "סעיף (7): אל info@example.com או Acme Office 365."),
]
ARABIC = [
    ("راجيإ دقع", "عقد إيجار"),
    (".4567-123-055 فتاهلا مقر ،2024 سرام 1 يف دقعلا أدبي", "يبدأ العقد في 1 مارس 2024، رقم الهاتف 055-123-4567."),
    ("؟(ةبيرضلا لماش) لاير ٣٬٤٥٠ غلبملاو ٪٣٣ ٢٠٢٤ ماع يف", "في عام ٢٠٢٤ ٣٣٪ والمبلغ ٣٬٤٥٠ ريال (شامل الضريبة)؟"),
    (".info@example.com ىلع «ةنايصلا» :(7) ةداملا", "المادة (7): «الصيانة» على info@example.com."),
]
SHAPED = ("ﻥﺎﺠﻣﺎﺑ ﺏﻼﻄﻠﻟ ﺓﻼﺼﻟﺍ", "الصلاة للطلاب بامجان")


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def whole_lines(canvas: Canvas, words: str, right: float, y: float) -> None:
    """As programs write that know nothing of scripts: from the left."""
    canvas.drawRightString(right, y, words)


def letter_by_letter(canvas: Canvas, words: str, right: float, y: float) -> None:
    """As browsers print: each letter for itself from the right, digits before all else and blanks not at all."""
    places = []
    left = right - stringWidth(words, FACE, SIZE)
    for letter in words:
        places.append((left, letter))
        left += stringWidth(letter, FACE, SIZE)
    for x, letter in sorted(places, key=lambda place: (not place[1].isdigit(), -place[0])):
        if letter != " ":
            canvas.drawString(x, y, letter)


WAYS = [pytest.param(whole_lines, id="whole lines"), pytest.param(letter_by_letter, id="letter by letter")]
Draw = Callable[[Canvas, str, float, float], None]


def drawn(path: Path, draw: Callable[[Canvas], None]) -> Path:
    registerFont(TTFont(FACE, Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"))
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont(FACE, SIZE)
    draw(canvas)
    canvas.save()
    return path


def page_of(path: Path, lines: list[tuple[str, str]], way: Draw) -> Path:
    def draw(canvas: Canvas) -> None:
        for number, (words, _) in enumerate(lines):
            way(canvas, words, EDGE, 780 - 24 * number)

    return drawn(path, draw)


def lines_of(document: ReadDocument) -> list[str]:
    return [line for page in document.pages for line in page.text.split("\n")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lines", [pytest.param(HEBREW, id="Hebrew"), pytest.param(ARABIC, id="Arabic")])
def test_lines_are_read_as_they_were_typed(
    tmp_path: Path, reading: Reading, lines: list[tuple[str, str]], way: Draw
) -> None:
    found = lines_of(read(page_of(tmp_path / "lease.pdf", lines, way), reading))
    assert found == [typed for _, typed in lines]


def test_letters_in_the_shape_of_their_place_are_letters(tmp_path: Path, reading: Reading) -> None:
    looks, typed = SHAPED
    path = page_of(tmp_path / "shaped.pdf", [(looks, typed), *ARABIC], whole_lines)
    assert lines_of(read(path, reading))[0] == typed


def test_a_line_keeps_its_box(tmp_path: Path, reading: Reading) -> None:
    document = read(page_of(tmp_path / "lease.pdf", HEBREW, letter_by_letter), reading)
    boxes = [line.box for block in document.pages[0].blocks for line in block.lines]
    assert len(boxes) == len(HEBREW)
    for number, ((looks, _), box) in enumerate(zip(HEBREW, boxes, strict=True)):
        assert box is not None
        assert box[2] == pytest.approx(EDGE, abs=3)
        assert box[0] == pytest.approx(EDGE - stringWidth(looks, FACE, SIZE), abs=3)
        assert box[1] < A4[1] - (780 - 24 * number) < box[3] + 1


def test_vowel_signs_stay_with_their_letters(tmp_path: Path, reading: Reading) -> None:
    typed = "בָּרָא אֵת"
    looks = "".join(reversed([letter for letter in typed if not 0x591 <= ord(letter) <= 0x5C7]))

    def draw(canvas: Canvas) -> None:
        whole_lines(canvas, looks, EDGE, 780)
        left = EDGE - stringWidth(looks, FACE, SIZE)
        clusters: list[str] = []
        for letter in typed:
            if clusters and 0x591 <= ord(letter) <= 0x5C7:
                clusters[-1] += letter
            else:
                clusters.append(letter)
        for cluster in reversed(clusters):
            width = stringWidth(cluster[0], FACE, SIZE)
            for mark in cluster[1:]:
                canvas.drawString(left + width / 2, 780, mark)
            left += width
        for number, (line, _) in enumerate(HEBREW):
            whole_lines(canvas, line, EDGE, 740 - 24 * number)

    assert lines_of(read(drawn(tmp_path / "verse.pdf", draw), reading))[0] == typed


def test_columns_are_read_from_the_right_and_their_heads_name_their_cells(tmp_path: Path, reading: Reading) -> None:
    rows = [("ריחמ", "תומכ", "טירפ"), ("120", "4", "ץע אסיכ"), ("1,450", "12", "לודג ןחלוש"), ("85", "7", "הרונמ")]

    def draw(canvas: Canvas) -> None:
        whole_lines(canvas, HEBREW[1][0], EDGE, 780)
        for number, row in enumerate(rows):
            for words, right in zip(row, (300, 400, EDGE), strict=True):
                letter_by_letter(canvas, words, right, 700 - 20 * number)

    page = read(drawn(tmp_path / "prices.pdf", draw), reading).pages[0]
    assert "שולחן גדול | 12 | 1,450" in page.text.split("\n")
    table = page.tables[0]
    assert table.columns[1:] == ["כמות", "מחיר"]
    assert ["שולחן גדול", "12", "1,450"] in table.rows
    left, _, right, _ = table.boxes[table.rows.index(["שולחן גדול", "12", "1,450"])]
    assert left < 300 < right == pytest.approx(EDGE, abs=3)


def test_ruled_cells_stand_in_their_order_from_the_right(tmp_path: Path, reading: Reading) -> None:
    rows = [("ריחמ", "תומכ", "טירפ"), ("120", "4", "ץע אסיכ"), ("85", "7", "הרונמ")]

    def draw(canvas: Canvas) -> None:
        canvas.grid([240, 320, 420, 550], [640 + 22 * line for line in range(4)])
        for number, row in enumerate(rows):
            for words, right in zip(row, (310, 410, EDGE), strict=True):
                letter_by_letter(canvas, words, right, 690 - 22 * number)

    lines = lines_of(read(drawn(tmp_path / "prices.pdf", draw), reading))
    assert lines == ["פריט | כמות | מחיר", "כיסא עץ | 4 | 120", "מנורה | 7 | 85"]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path, reading: Reading) -> None:
    first = [HEBREW[0], ("ריכשמה :דחא דצמ", "מצד אחד: המשכיר")]
    second = [ARABIC[0], ("ةنايصلا :ةداملا", "المادة: الصيانة")]

    def draw(canvas: Canvas) -> None:
        for lines, right in ((first, EDGE), (second, 240)):
            for number, (words, _) in enumerate(lines):
                letter_by_letter(canvas, words, right, 780 - 24 * number)

    found = lines_of(read(drawn(tmp_path / "columns.pdf", draw), reading))
    assert found == [typed for _, typed in first + second]


def test_lines_from_the_left_stay_as_they_are_on_such_a_page(tmp_path: Path, reading: Reading) -> None:
    english = "It begins on 1 March 2024 (see 7)."

    def draw(canvas: Canvas) -> None:
        for number, (words, _) in enumerate(HEBREW):
            whole_lines(canvas, words, EDGE, 780 - 24 * number)
        canvas.drawString(72, 600, english)

    assert lines_of(read(drawn(tmp_path / "both.pdf", draw), reading)) == [*(typed for _, typed in HEBREW), english]


def test_a_word_from_the_right_is_read_within_a_line_from_the_left(tmp_path: Path, reading: Reading) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 780, "The word םולש (3 letters) means peace.")
        canvas.drawString(72, 750, "The warden keeps the keys of the boat house.")

    found = lines_of(read(drawn(tmp_path / "words.pdf", draw), reading))
    assert found == ["The word שלום (3 letters) means peace.", "The warden keeps the keys of the boat house."]


def test_a_page_without_such_letters_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Iterator[object]:
        raise AssertionError("looked at letter by letter")

    monkeypatch.setattr("lamplight.ingest.page_text.RightToLeft", fail)
    path = drawn(tmp_path / "plain.pdf", lambda canvas: canvas.drawString(72, 780, "1 March 2024 (Größe: 5 %)"))
    document = pdfium.PdfDocument(path)
    text = PageText(document[0])
    assert [line for line, _ in text.lines()] == ["1 March 2024 (Größe: 5 %)"]
    assert not text.is_right_to_left
    text.close()
    document.close()


@pytest.mark.parametrize(
    ("looks", "typed"),
    [
        pytest.param("]2[ )1( א", "א (1) [2]", id="brackets that were named as they were typed"),
        pytest.param("[2] (1) א", "א (1) [2]", id="brackets that were named as they are seen"),
        pytest.param("Acme (Inc) תרבח", "חברת Acme (Inc)", id="brackets among Latin words"),
        pytest.param("50% לש החנה", "הנחה של 50%", id="a percentage after Hebrew"),
        pytest.param("%50 ب", "ب 50%", id="a percentage after Arabic"),
        pytest.param("2024-2023 ماع", "عام 2023-2024", id="years after Arabic"),
        pytest.param("2023-2024 תנש", "שנת 2023-2024", id="years after Hebrew"),
        pytest.param("++C הפש", "שפה C++", id="signs behind a Latin word"),
    ],
)
def test_what_is_seen_is_turned_into_what_was_typed(looks: str, typed: str) -> None:
    assert "".join(text for _, text in reading_order(looks, True)) == typed


@pytest.mark.parametrize(
    ("looks", "otherwise", "expected"),
    [
        pytest.param("םולש", False, True, id="Hebrew"),
        pytest.param("Peace", True, False, id="English"),
        pytest.param(".03-5551234", True, True, id="a number with a full stop on its left"),
        pytest.param("Windows לע Office", True, False, id="English at both ends"),
        pytest.param("Office תכרעמ", True, True, id="unsure, on a Hebrew page"),
        pytest.param("Office תכרעמ", False, False, id="unsure, on an English page"),
    ],
)
def test_where_a_line_begins_is_told_by_its_letters(looks: str, otherwise: bool, expected: bool) -> None:
    assert is_right_to_left(looks, otherwise) is expected


def test_what_was_read_is_found_by_its_words(tmp_path: Path, library: Library, models: Models) -> None:
    index_file(page_of(tmp_path / "lease.pdf", [*ARABIC, *HEBREW], letter_by_letter), library, models)
    for word in ("العقد", "الضريبة", "שכירות", "טלפון", "5551234"):
        assert len(library.full_text.search([word], 5)) == 1, word


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        pytest.param("ar", ["هل يجوز ذلك؟", "لا يجوز."], id="Arabic"),
        pytest.param("ur", ["کرایہ دار ادا کرے گا\u06d4", "فون نمبر یہ ہے\u06d4"], id="Urdu"),
        pytest.param("he", ["האם מותר להכניס כלב?", "כן, בהסכמה."], id="Hebrew"),
    ],
)
def test_sentences_end_at_their_scripts_own_marks(language: str, sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences), language) == sentences


def test_only_shapes_of_letters_become_letters() -> None:
    assert as_letters("ﻼ ﷲ ½ ﬁ ²") == "لا الله ½ ﬁ ²"
