"""Mail: nothing of a message or a mailbox is lost, and each says whose it is."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from compressed_rtf import compress
from PIL import Image, ImageDraw, ImageFont

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers import read
from lamplight.ingest.readers.reading import Reading
from lamplight.models.loading import Models
from tests.outlook_file import write_msg

GATE = "The gate is painted zebrawood green and locked at dusk."
POND = "The pond of Netherby holds seventeen carp in this spring of the year."


@pytest.fixture
def reading(models: Models) -> Reading:
    return Reading(lambda: models.ocr)


def message(subject: str, plain: str = "", web: str = "", day: int = 3) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ann Müller <ann@example.org>"
    made["To"] = "bob@example.org"
    made["Subject"] = subject
    made["Date"] = f"Tue, {day:02} Jan 2023 10:00:00 +0000"
    made.set_content(plain)
    if web:
        made.add_alternative(web, subtype="html")
    return made


def written(path: Path, made: EmailMessage) -> Path:
    path.write_bytes(bytes(made))
    return path


def texts(document: ReadDocument) -> str:
    return "\n".join(page.text for page in document.pages)


def mailbox(path: Path, *messages: EmailMessage) -> Path:
    path.write_bytes(
        b"".join(b"From MAILER-DAEMON Fri Nov 27 20:01:36 2026\n" + bytes(one) + b"\n" for one in messages)
    )
    return path


@pytest.mark.parametrize("name", ["takeout.mbox", "Inbox"])
def test_every_message_of_a_mailbox_is_a_page_that_says_whose_it_is(
    tmp_path: Path, reading: Reading, name: str
) -> None:
    path = mailbox(
        tmp_path / name,
        message("Gate", GATE, f"<p>{GATE}</p>"),
        message("Pond", f"{POND}\n\n>From here on it is deep.\n", day=4),
    )
    document = read(path, reading)
    assert document.format == "mbox"
    assert [page.number for page in document.pages] == [1, 2]
    assert document.pages[0].text.count(GATE) == 1
    assert document.pages[1].blocks[-1].headings == ("Pond", "from Ann Müller, 04 Jan 2023")
    assert "From here on it is deep." in document.pages[1].text


def test_thunderbirds_mailbox_is_read_without_what_was_deleted(tmp_path: Path, reading: Reading) -> None:
    kept, deleted = bytes(message("Gate", GATE)), bytes(message("Pond", POND))
    (tmp_path / "Archive").write_bytes(
        b"From - Fri Nov 27 20:01:36 2026\nX-Mozilla-Status: 0009\n" + deleted + b"\nFrom \r\n" + kept
    )
    document = read(tmp_path / "Archive", reading)
    assert GATE in texts(document)
    assert POND not in texts(document)


def test_a_reply_does_not_repeat_what_it_quotes_but_keeps_what_only_it_has(tmp_path: Path, reading: Reading) -> None:
    reply = f"Seventeen is many.\n\n> {POND}\n>\n> It was nine when only this letter counted them.\n"
    web = f"<p>And in HTML, see below.</p><blockquote><p>{POND}</p></blockquote>"
    path = mailbox(
        tmp_path / "pond.mbox", message("Pond", POND), message("Re: Pond", reply), message("Re: Pond", "x", web)
    )
    document = read(path, reading)
    assert texts(document).count("seventeen carp") == 1
    assert "> It was nine" in document.pages[1].text
    assert "in HTML, see below" in document.pages[2].text


@pytest.mark.parametrize(
    ("plain", "web", "expected"),
    [
        pytest.param("Open this mail in a browser.", f"<p>{GATE}</p>", [GATE], id="a stub"),
        pytest.param(f"{GATE}\n\nPS: 36 euros.", f"<p>{GATE}</p>", [GATE, "PS: 36 euros."], id="more in the text"),
        pytest.param(GATE, f"<p>{GATE}</p><table><tr><th>Plot<th>Fee<tr><td>Half<td>36</table>", [GATE, "Half | 36"],
                     id="a table in the HTML"),
        pytest.param("", f"<div style='display:none'>preview</div><p>{GATE}</p>", [GATE], id="only HTML"),
    ],
)  # fmt: skip
def test_of_two_bodies_each_says_what_the_other_does_not(
    tmp_path: Path, reading: Reading, plain: str, web: str, expected: list[str]
) -> None:
    found = texts(read(written(tmp_path / "two.eml", message("Two", plain, web)), reading))
    assert [found.count(words) for words in expected] == [1] * len(expected)
    assert "preview" not in found


def test_an_invitation_is_read(tmp_path: Path, reading: Reading) -> None:
    made = message("Meeting", "You are invited.")
    fields = "SUMMARY:Gate\nDTSTART:20240503T140000Z\nLOCATION:Shed 9"
    event = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{fields}\nEND:VEVENT\nEND:VCALENDAR"
    made.add_alternative(event, subtype="calendar")
    found = texts(read(written(tmp_path / "meeting.eml", made), reading))
    assert "From: 2024-05-03 14:00 UTC" in found
    assert "Where: Shed 9" in found


def test_attachments_are_read_like_files_and_what_is_not_read_is_said(tmp_path: Path, reading: Reading) -> None:
    made = message("Fees", "See below.")
    made.add_attachment(GATE.encode(), maintype="text", subtype="plain", filename="gate.txt")
    inner = message("Pond", POND)
    inner.add_attachment(b"a,b\nHeron,1\n", maintype="text", subtype="csv", filename="birds.csv")
    made.add_attachment(inner)
    made.add_attachment(b"ID3\x04\0\0\0\0", maintype="audio", subtype="mpeg", filename="voice.mp3")
    document = read(written(tmp_path / "fees.eml", made), reading)
    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    assert document.pages[1].blocks[0].headings == ("from Ann Müller, 03 Jan 2023", "gate.txt")
    assert GATE in document.pages[1].text
    assert POND in document.pages[2].text
    assert "Heron" in document.pages[3].text
    assert document.tables[0].page == 4
    assert document.skipped == [
        "voice.mp3 is a sound recording, and speech is not read; have it transcribed and add the text."
    ]


def test_pictures_in_a_message_are_read(tmp_path: Path, reading: Reading) -> None:
    picture = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(picture).text((40, 80), "Salt works 4 miles", fill="black", font=ImageFont.load_default(56))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    made = message("Sign", "See below.", "<p>See below.</p><img src='cid:a'>")
    made.get_payload()[1].add_related(buffer.getvalue(), maintype="image", subtype="png", cid="<a>")
    document = read(written(tmp_path / "sign.eml", made), reading)
    assert document.images == 1
    assert "4 miles" in texts(document)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_headers_that_are_not_encoded_as_they_should_be_are_read(
    tmp_path: Path, reading: Reading, encoding: str
) -> None:
    source = "From: Jörg Öl <a@example.org>\nSubject: Größe der Säcke\nDate: Tue, 3 Jan 2023 10:00:00\n\n71 Säcke.\n"
    (tmp_path / "raw.eml").write_bytes(source.encode(encoding))
    document = read(tmp_path / "raw.eml", reading)
    assert document.title == "Größe der Säcke"
    assert document.pages[0].blocks[1].headings == ("from Jörg Öl, 03 Jan 2023",)
    assert document.pages[0].blocks[1].lines[0].text == "71 Säcke."


def test_apples_messages_are_read_without_what_is_around_them(tmp_path: Path, reading: Reading) -> None:
    source = bytes(message("Gate", GATE))
    (tmp_path / "1.emlx").write_bytes(b"%d      \n%b<?xml version='1.0'?><plist/>" % (len(source), source))
    document = read(tmp_path / "1.emlx", reading)
    assert (document.title, "plist" in texts(document)) == ("Gate", False)
    assert GATE in texts(document)


def test_a_message_without_words_and_a_text_that_is_no_mail_are_sentences(tmp_path: Path, reading: Reading) -> None:
    (tmp_path / "empty.eml").write_bytes(b"From: a@example.org\n\n\n")
    (tmp_path / "notes.eml").write_text(GATE)
    (tmp_path / "broken.msg").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "__properties_version1.0".encode("utf-16-le")
    )
    with pytest.raises(NothingToRead, match=r"empty.eml is a message without words"):
        read(tmp_path / "empty.eml", reading)
    with pytest.raises(ReadError, match=r"notes.eml is not an e-mail"):
        read(tmp_path / "notes.eml", reading)
    with pytest.raises(ReadError, match=r"broken.msg is damaged.* open it in Outlook"):
        read(tmp_path / "broken.msg", reading)


def test_a_message_that_outlook_kept_as_rich_text_alone_is_read(tmp_path: Path, reading: Reading) -> None:
    rich = rb"{\rtf1\ansi\ansicpg1252\fromtext {\fonttbl{\f0 Arial;}}\f0 The barn holds 33 bales.\par Gr\'fc\'dfe\par}"
    path = write_msg(tmp_path / "barn.msg", {0x0037: "The barn", 0x1009: compress(rich)}, [], [])
    assert read(path, reading).pages[0].text == "Subject: The barn\nThe barn holds 33 bales.\nGrüße"


def test_outlooks_messages_are_read_with_what_is_attached(tmp_path: Path, reading: Reading) -> None:
    path = write_msg(
        tmp_path / "gate.msg",
        {0x0037: "The gäte", 0x0C1A: "Ann Müller", 0x0C1F: "ann@example.org", 0x1000: GATE, 0x340D: 0x40000},
        [{0x3001: "Bob", 0x39FE: "bob@example.org"}],
        [
            {0x3705: 1, 0x3707: "pond.txt", 0x3701: POND.encode() * 99},
            {0x3705: 5, 0x3707: "A meeting"},
        ],
    )
    document = read(path, reading)
    assert document.title == "The gäte"
    assert [line.text for line in document.pages[0].blocks[0].lines] == [
        "From: Ann Müller <ann@example.org>", "To: Bob <bob@example.org>", "Subject: The gäte"
    ]  # fmt: skip
    assert GATE in document.pages[0].text
    assert POND in document.pages[1].text
    assert document.skipped == ["A meeting is kept in gate.msg as Outlook's own; save it and add that."]
