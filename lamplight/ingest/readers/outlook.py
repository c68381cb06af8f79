"""Outlook's messages (MS-OXMSG), by python-oxmsg, as messages like those of other programs."""

from __future__ import annotations

import email.utils
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from lamplight.ingest.readers.rtf import text_of_rtf
from lamplight.languages import sentence

RTF_COMPRESSED = 0x1009
OCTETS = "application/octet-stream"


def message_of(path: Path) -> tuple[EmailMessage, list[str]]:
    """The message, and in sentences what of it was not read."""
    from oxmsg import Message

    found = Message.load(str(path))
    message = EmailMessage()
    _add_headers(found, message)
    _add_bodies(found, message)
    left_out = [name for attachment in found.attachments if (name := _attach(attachment, message))]
    return message, [
        sentence(f"{name} is kept in {path.name} as Outlook's own; save it and add that.") for name in left_out
    ]


def _add_headers(found: Any, message: EmailMessage) -> None:
    to = ", ".join(f"{one.name} <{one.email_address}>" if one.email_address else one.name for one in found.recipients)
    date = email.utils.format_datetime(found.sent_date) if found.sent_date else ""
    values = {"From": found.sender, "To": to, "Date": date, "Subject": found.subject}
    for name, value in values.items():
        if value:
            message[name] = " ".join(str(value).replace("\0", "").split())


def _add_bodies(found: Any, message: EmailMessage) -> None:
    plain = found.body or ""
    try:
        web = found.html_body or ""
    except (ValueError, LookupError):  # its encoding is not what the message says: the plain text has the words
        web = ""
    if not plain.strip() and not web.strip():
        plain = _rich_text(found)
    message.set_content(plain.replace("\0", ""), charset="utf-8")
    if web:
        message.add_alternative(web.replace("\0", ""), subtype="html", charset="utf-8")


def _rich_text(found: Any) -> str:
    """The words of a body that Outlook kept as compressed RTF alone (MS-OXRTFCP)."""
    from compressed_rtf import decompress

    packed = found.properties.binary_prop_value(RTF_COMPRESSED)
    return text_of_rtf(decompress(packed).decode("latin-1").rstrip("\0")) if packed else ""


def _attach(attachment: Any, message: EmailMessage) -> str:
    """The name of what can't be taken out: a message, an appointment or a drawing inside, or a link to a file."""
    name = str(attachment.file_name or "An attachment").replace("\0", "")
    if not attachment.attached_by_value or attachment.file_bytes is None:
        return name
    maintype, _, subtype = (attachment.mime_type or OCTETS).partition("/")
    if maintype in ("message", "multipart", "text") or not subtype:  # the bytes are a file's, not a body's
        maintype, subtype = OCTETS.split("/")
    message.add_attachment(attachment.file_bytes, maintype=maintype, subtype=subtype, filename=name)
    return ""
