"""A small library to try Lamplight with: papers of an allotment society that does not exist.

The files in `files/` are drawn and written by `python -m lamplight.samples.draw`, from the modules and the Markdown
beside it. Importing this package loads none of them.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "files"

HANDBOOK = FOLDER / "fernhill-handbook.pdf"
FEES = FOLDER / "fernhill-fees.docx"
CHART = FOLDER / "fernhill-harvest.png"
PHOTO = FOLDER / "fernhill-tool-shed.jpg"

SAMPLES: list[Path] = [HANDBOOK, FEES, CHART, PHOTO]

QUESTIONS: list[str] = [
    "When are bonfires allowed?",
    "How much is a half plot in 2026?",
    "Where is the key of the tool shed?",
    "How many kilograms of potatoes were harvested in 2025?",
    "How large may a shed be?",
]
