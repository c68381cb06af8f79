"""The fees of Fernhill by year, a Word document with a table."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt, RGBColor

WRITTEN = datetime(2026, 1, 10)  # fixed, so that writing it again gives the same file
GREEN = RGBColor(0x26, 0x5E, 0x46)

HEADINGS = ("Year", "Full plot", "Half plot", "Water", "Key deposit", "Late payment")
FEES = (
    ("2022", "£48", "£27", "£9", "£10", "£5"),
    ("2023", "£52", "£29", "£10", "£10", "£5"),
    ("2024", "£56", "£31", "£12", "£15", "£5"),
    ("2025", "£60", "£33", "£14", "£15", "£8"),
    ("2026", "£64", "£36", "£15", "£20", "£8"),
)
NOTES = (
    "Rent and water are due by 31 January. After that the late payment fee is added.",
    "The key deposit is paid once and returned when the gate key is handed back.",
    "Members over 70 and members in full-time education pay half the rent.",
    "The water charge is the same for full and half plots.",
)


def write() -> bytes:
    """The document's bytes, the same on every call with the same python-docx."""
    document = Document()
    document.core_properties.title = "Fernhill fees by year"
    document.core_properties.author = "Fernhill Allotment Society"
    document.core_properties.created = document.core_properties.modified = WRITTEN
    document.styles["Normal"].font.size = Pt(11)
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = GREEN

    document.add_heading("Fernhill fees by year", level=1)
    document.add_paragraph(
        "What members of the Fernhill Allotment Society pay for one year, in pounds. "
        "The fees for 2026 were agreed at the general meeting on 8 November 2025."
    )
    table = document.add_table(rows=1, cols=len(HEADINGS), style="Light Grid Accent 3")
    for row in (HEADINGS, *FEES):
        cells = table.rows[0].cells if row is HEADINGS else table.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words
            if words.startswith("£"):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_heading("Notes", level=2)
    for note in NOTES:
        document.add_paragraph(note, style="List Bullet")

    written = io.BytesIO()
    document.save(written)
    return without_times(written.getvalue())


def without_times(archive: bytes) -> bytes:
    """The same ZIP archive with every entry dated 1980, as the time of writing would make each one differ."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
