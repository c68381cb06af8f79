"""Notes, calendars, address books, subtitles and records are read as what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def lines(document: ReadDocument) -> list[str]:
    return [line.text for block in document.pages[0].blocks for line in block.lines]


def test_markdown_keeps_properties_links_tasks_notes_and_numbers(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "note.md").write_text(
        '---\ntitle: "Harbour dues"\nowner: Effie\n---\n# Dues\nSee [[Crail|the harbour]] and [[Boats]].[^a]\n\n'
        "3. Ring.\n4. Pay.\n\n- [x] dredge\n- [ ] mend\n\n[^a]: Skiffs pay 6.\n[^b]: nobody-refers-to-this\n"
    )
    document = read(tmp_path / "note.md", reading)
    assert document.title == "Harbour dues"
    assert lines(document) == [
        'title: "Harbour dues"', "owner: Effie", "See the harbour (Crail) and Boats.[^a]", "3. Ring.", "4. Pay.",
        "- [x] dredge", "- [ ] mend", "[^a]: Skiffs pay 6.", "[^b]: nobody-refers-to-this",
    ]  # fmt: skip


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "note.md").write_text("---\n\nJust words.\n\n---\n\nMore words.\n")
    assert lines(read(tmp_path / "note.md", reading)) == ["Just words.", "More words."]


def test_org_has_headings_properties_and_tables(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "list.org").write_text(
        "#+TITLE: Fish\n* Herring\n:PROPERTIES:\n:OWNER: Effie\n:END:\n** Cured\nBy night.\n"
        "| Boat | Dues |\n|------+------|\n| Yawl | 77 |\n"
    )
    document = read(tmp_path / "list.org", reading)
    assert document.title == "Fish"
    assert document.pages[0].blocks[2].headings == ("Herring", "Cured")
    assert document.tables[0].rows == [["Yawl", "77"]]


def test_a_person_stands_with_the_telephone(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "people.vcf").write_bytes(
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Gate\r\nitem1.TEL;TYPE=CELL:+44 7700\r\n 900417\r\n"
        b"PHOTO;ENCODING=b;TYPE=JPEG:/9j/AAAA\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:2.1\r\n"
        b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen=\r\n=20M=C3=B6we\r\n"
        b"TEL;CELL:0170 5550123\r\nEND:VCARD\r\n"
    )
    blocks = read(tmp_path / "people.vcf", reading).pages[0].blocks
    assert [[line.text for line in block.lines] for block in blocks] == [
        ["Name: Ann Gate", "Telephone (cell): +44 7700900417"],
        ["Name: Jürgen Möwe", "Telephone (cell): 0170 5550123"],
    ]


def test_an_event_says_what_when_and_where(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "calendar.ics").write_text(
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nEND:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY:Meeting\\, late\n"
        "DTSTART;TZID=Europe/Berlin:20240503T140000\nDTEND;VALUE=DATE:20240504\nLOCATION:Shed\n"
        'ATTENDEE;CN="Ann Gate":mailto:ann@example.org\nBEGIN:VALARM\nDESCRIPTION:Reminder\nEND:VALARM\nEND:VEVENT\n'
        "END:VCALENDAR\n"
    )
    document = read(tmp_path / "calendar.ics", reading)
    assert document.pages[0].blocks[0].headings == ("Meeting, late",)
    assert lines(document) == [
        "What: Meeting, late", "From: 2024-05-03 14:00", "To: 2024-05-04", "Where: Shed",
        "Attendee (Ann Gate): ann@example.org",
    ]  # fmt: skip
    (tmp_path / "none.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    with pytest.raises(NothingToRead, match=r"none.ics holds no events"):
        read(tmp_path / "none.ics", reading)


@pytest.mark.parametrize(
    ("end", "last"),
    [("20240505", ["To: 2024-05-04"]), ("20240502", []), ("20240501", []), ("20241399", ["To: 2024-13-99"])],
)
def test_an_event_of_whole_days_ends_on_its_last_day(
    tmp_path: Path, reading: Reading, end: str, last: list[str]
) -> None:
    (tmp_path / "a.ics").write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Rome\nDTSTART;VALUE=DATE:20240501\n"
        f"DTEND;VALUE=DATE:{end}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    assert lines(read(tmp_path / "a.ics", reading)) == ["What: Rome", "From: 2024-05-01", *last]


def test_subtitles_are_sentences_with_their_times(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "film.srt").write_text(
        "1\n00:00:01,000 --> 00:00:04,000\nThe captain\n\n"
        "2\n00:00:04,500 --> 00:00:08,000\n<i>owed 66</i>\nbarrels.\n\n"
        "3\n00:01:04,500 --> 00:01:08,000\nHe paid.\n"
    )
    (tmp_path / "talk.vtt").write_text(
        "WEBVTT\n\nNOTE no words\n\n00:01.000 --> 00:02.000\n<v Ann>The boat has\n\n"
        "00:02.000 --> 00:03.000\nseven oars."
    )
    assert lines(read(tmp_path / "film.srt", reading)) == [
        "[00:00:01] The captain owed 66 barrels.", "[00:01:04] He paid."
    ]  # fmt: skip
    assert lines(read(tmp_path / "talk.vtt", reading)) == ["[00:01] Ann: The boat has seven oars."]


def test_a_notebook_has_text_code_and_output_but_no_base64(tmp_path: Path, reading: Reading) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Kelp\n"]},
        {"cell_type": "code", "source": "print(12 * 17)", "outputs": [
            {"output_type": "stream", "text": ["204\n"]},
            {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}},
            {"output_type": "execute_result", "data": {
                "text/html": "<table><tr><th>Bed</th><th>Yield</th></tr><tr><td>North</td><td>4</td></tr></table>"}},
        ]},
    ]  # fmt: skip
    (tmp_path / "kelp.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    document = read(tmp_path / "kelp.ipynb", reading)
    assert lines(document) == ["print(12 * 17)", "204", "<Figure>", "Bed | Yield", "North | 4"]
    assert document.pages[0].blocks[0].headings == ("Kelp",)


def test_records_of_xml_are_a_table_and_broken_xml_is_text(tmp_path: Path, reading: Reading) -> None:
    book = "<book id='{0}'><title>Title {0}</title><price>1{0}</price></book>"
    (tmp_path / "books.xml").write_text(
        f"<?xml version='1.0'?><c><owner>Ann</owner>{book.format(1)}{book.format(2)}<p>Some <b>mixed</b> text.</p></c>"
    )
    document = read(tmp_path / "books.xml", reading)
    assert document.tables[0].columns == ["id", "title", "price"]
    assert "owner: Ann" in lines(document)
    assert "p: Some mixed text." in lines(document)
    (tmp_path / "broken.xml").write_text("<a><b>words</a>")
    broken = read(tmp_path / "broken.xml", reading)
    assert "words" in broken.pages[0].text
    assert "not valid XML" in broken.skipped[0]


def test_a_records_fields_stay_together(tmp_path: Path, reading: Reading) -> None:
    record = {"name": "Ann", "age": 36, "plot": {"number": 7, "size": "half"}}
    (tmp_path / "one.json").write_text(json.dumps(record))
    (block,) = read(tmp_path / "one.json", reading).pages[0].blocks
    assert [line.text for line in block.lines] == ["name: Ann", "age: 36", "plot.number: 7", "plot.size: half"]
    (tmp_path / "many.jsonl").write_text("\n".join(json.dumps(record | {"name": name}) for name in ("Ann", "Bob")))
    blocks = read(tmp_path / "many.jsonl", reading).pages[0].blocks
    assert [block.lines[0].text for block in blocks] == ["[1].name: Ann", "[2].name: Bob"]


def test_a_text_with_an_unknown_ending_is_read_as_text(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "readme.1st").write_bytes("Der Müller von Öd backt 72 Äpfel.\n".encode("cp437"))
    (tmp_path / "formats.txt").write_text("A PDF begins with %PDF-1.7 and ends with %%EOF.")
    assert lines(read(tmp_path / "readme.1st", reading)) == ["Der Müller von Öd backt 72 Äpfel."]
    assert lines(read(tmp_path / "formats.txt", reading))[0].startswith("A PDF begins with")


def test_footnotes_and_tables_of_rich_text_are_read(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "will.rtf").write_text(
        r"{\rtf1\ansi{\header\pard Estate of Ann\par}\pard Footnote here{\super\chftn}"
        r"{\footnote\pard Sixteen doves.\par} and on."
        r"\par\trowd\cellx1\cellx2{\pard\intbl Thing\par}\cell{\pard\intbl To\par}\cell\row\pard End.\par}"
    )
    document = read(tmp_path / "will.rtf", reading)
    assert lines(document) == ["Footnote here and on.", "Thing | To", "End.", "Estate of Ann", "Sixteen doves."]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"AT&TFORM\0\0", "DjVu scan; convert it to PDF"), (b"ID3\x04\0", "sound recording"),
        (b"\xff\xfb\x90\0", "sound recording"), (b"RIFF\0\0\0\0WAVEfmt ", "sound recording"),
        (b"\0\0\0\x18ftypmp42", "video"), (b"\x1a\x45\xdf\xa3\0", "video"), (b"%!PS-Adobe-3.0\n", "PostScript"),
        (b"SQLite format 3\0", "export its tables as CSV"), (bytes(60) + b"BOOKMOBI", "Kindle book"),
        (b"!BDN\0", "mailbox of Outlook"),
    ],
)  # fmt: skip
def test_what_is_not_read_says_what_to_do(tmp_path: Path, reading: Reading, head: bytes, words: str) -> None:
    (tmp_path / "file.mp3").write_bytes(head + bytes(100 if head[:2] != b"%!" else 0))
    with pytest.raises(NothingToRead, match=words):
        read(tmp_path / "file.mp3", reading)


def test_an_address_card_without_a_written_out_name_has_one(tmp_path: Path, reading: Reading) -> None:
    card = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Gate;Ann;Rose;Dr.;MA\r\nTEL:0170 55\r\nEND:VCARD\r\n"
    (tmp_path / "a.vcf").write_text(card)
    assert read(tmp_path / "a.vcf", reading).pages[0].blocks[0].headings == ("Dr. Ann Rose Gate MA",)
