"""Text without a word about its encoding is read in the one that makes words of it."""

# ruff: noqa: RUF001

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.ingest.readers.encodings import declared_encoding, decoded
from lamplight.ingest.readers.text import looks_binary, text_of

TEXTS = {
    "german": ("Wie viele Säcke mahlt der Müller von Öd? Größe: 71.", "cp1252 cp850 cp437 mac_roman iso8859-15"),
    "french": ("L’élève a mangé à la forêt où naît l’œuvre, déjà ça.", "cp1252 mac_roman"),
    "spanish": ("¿Cuántos niños comió el señor? ¡Sí, el año pasado!", "cp1252 mac_roman cp850 cp437"),
    "portuguese": ("A criança não comeu pão na manhã de São João.", "cp1252 mac_roman cp850"),
    "danish": ("Ærø er en ø på havet, blåbærgrød til mormor.", "cp1252 mac_roman cp850"),
    "icelandic": ("Þórður er góður maður og býr í húsi með börnum sínum.", "cp1252 mac_roman cp850"),
    "polish": ("Ile źdźbeł zjadł świerszcz z Łąkty?", "cp1250 iso8859-2 cp852 mac_latin2"),
    "czech": ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "cp1250 iso8859-2 cp852 mac_latin2"),
    "turkish": ("Şişli'de ağaç altında oturan çocuğun ismi Işıl.", "cp1254"),
    "russian": ("Рыбак Прохор поймал 47 щук в озере.", "cp1251 koi8-r cp866 iso8859-5 mac_cyrillic"),
    "ukrainian": ("Скільки їжаків живе у лісі? Є п'ять.", "cp1251 koi8-u"),
    "greek": ("Πόσα πρόβατα έχει ο βοσκός; Έχει 12.", "cp1253 iso8859-7"),
    "hebrew": ("כמה כבשים יש לרועה? לרועה יש 12 כבשים.", "cp1255"),
    "arabic": ("كم خروفا لدى الراعي؟ لدى الراعي 12 خروفا.", "cp1256"),
    "thai": ("ชาวนามีแกะสิบสองตัว", "cp874"),
    "japanese": ("源蔵は鯉を58匹釣りました。カタカナも。", "cp932 euc_jp iso2022_jp"),
    "chinese": ("老周钓了63条鲤鱼。第二天他又去了河边。", "gb18030"),
    "taiwanese": ("老王釣了六十三條鯉魚。第二天他又去了河邊。", "big5 gb18030"),
    "korean": ("김씨는 잉어를 58마리 잡았습니다.", "cp949"),
    "a name": ("José Muñoz", "cp1252 mac_roman cp437"),
}
CASES = [
    pytest.param(text, encoding, id=f"{name}-{encoding}")
    for name, (text, all_) in TEXTS.items()
    for encoding in all_.split()
]


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_a_sentence_is_enough_to_know_an_encoding_by(text: str, encoding: str) -> None:
    kept = text.encode(encoding, "ignore").decode(encoding)
    assert decoded(text.encode(encoding, "ignore")) == kept


@pytest.mark.parametrize(
    "text",
    [
        "02/03/2024,TESCO STORES 2,£14.02",
        "02.03.2024;REWE;14,02 €",
        "It’s the tenant’s duty – don’t pay cash. “Late” means after the fifth… We’ve moved.",
        "Paris–London, the cost–benefit: “It’s fine…” – we’re sure, and don’t worry—it’s “ok”",
        "Bake at 180 °C, then 160 °C",
        "Creatinine 85 µmol/l, Ferritin 120 µg/l",
        "Length 50 ± 0.1 mm, 3 × 4 screws",
        "§ 1 Gegenstand, § 2 Dauer",
        "Flat 82 m², 10 cm³, rent £900, revenue £m",
        "25 m²",
        "½ cup, 1¼ lb",
        "© 2020 Foo® Bar™",
        "He said «yes» and left",
        "¿Que hora es?",
        "• first\n• second",
        "TESCO,£14.02\nCAFÉ NERO,£3.20\nBOOTS,£7.99",
        "½ cup crème, 180 °C; 1½ tsp",
        "5 µg Jalapeño 10 µg 20 µg 30 µg",
    ],
)
def test_signs_with_few_letters_or_none_are_read_as_signs(text: str) -> None:
    assert text_of(f"{text}\n".encode("cp1252")) == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Łukasz 12.05", "cp1250"), ("cena 100 zł", "cp1250"), ("Škoda 120", "iso8859-2"), ("El señor", "mac_roman"),
     ("Ändern", "mac_roman"), ("habrá 5", "cp850"), ("500円", "cp932")],
)  # fmt: skip
def test_a_single_letter_is_not_taken_for_a_sign(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [text for text, _ in TEXTS.values()], ids=TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_unicode_is_read_with_a_mark_and_without(text: str, encoding: str) -> None:
    content = f"{text}\r\n".encode(encoding)
    assert not looks_binary(content)
    assert text_of(content) == f"{text}\n"


@pytest.mark.parametrize("text", [text for text, _ in TEXTS.values()], ids=TEXTS)
def test_a_broken_byte_does_not_spoil_the_rest(text: str) -> None:
    assert decoded(f"{text}\n".encode() * 3 + b"\xc3(\n") == f"{text}\n" * 3 + "\ufffd(\n"


def test_a_frame_of_a_dos_program_is_no_word() -> None:
    frame = "┌──────┐\n│ Lamp of Gartocharn: 612 lumen │\n└──────┘"
    assert decoded(frame.encode("cp437")) == frame


def test_what_a_page_says_of_itself_comes_first() -> None:
    assert declared_encoding(b'<html><head><meta charset="shift_jis">') == "cp932"
    assert declared_encoding(b'<?xml version="1.0" encoding="ISO-8859-1"?>') == "cp1252"
    assert declared_encoding(b'<meta charset="no-such-thing">') == ""
    assert decoded(b'<meta charset="iso-8859-7"><p>\xe1') == '<meta charset="iso-8859-7"><p>α'


def test_chance_bytes_are_no_text(tmp_path: Path) -> None:
    assert looks_binary(bytes(range(256)) * 16)
