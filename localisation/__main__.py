"""`python -m localisation`: what the code says into every catalogue, and these compiled.

python -m localisation             renew and compile all; says how much of each is left to translate
python -m localisation --new it    begin a catalogue
python -m localisation --check     change nothing; fails where a catalogue is not as the code, or not complete
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from lamplight.languages import ABOUT_LANGUAGE, ENGLISH, FOLDER, OWN_NAME, THOUSANDS
from lamplight.models.language_identification import NAMES
from lamplight.rag.lexicon.language_names import LANGUAGE_NAMES
from lamplight.rag.messages import SENTENCES
from lamplight.rag.request_language import LETTERS, WORDS
from lamplight.rag.requests.two_parts import CONJUNCTIONS
from lamplight.rag.requests.unit_prices import PER_UNITS
from localisation.extraction import extract_html, extract_python

HOME = Path(__file__).resolve().parent.parent
PACKAGE = HOME / "lamplight"
KEYWORDS = {"gettext": None, "ngettext": (1, 2)}
METHODS: dict[str, Any] = {".py": extract_python, ".html": extract_html, ".js": "javascript"}
WIDTH = 120
PLURALS = "Plural-Forms"
UNDATED = datetime(2026, 1, 1, tzinfo=timezone.utc)  # the time of the run would change the compiled file each time
# Of a catalogue's head, of which nothing is known, or nothing that matters.
UNSAID = tuple(f'"{name}' for name in ("POT-", "PO-", "Project-", "Report-", "Last-", "Language-Team", "Generated-"))
ABOUT = {
    OWN_NAME: "The language's own name for itself.",
    THOUSANDS: "What stands between thousands: 1,000.",
    WORDS: "Words by which a question is known to be in this language; none where its letters are enough.",
    LETTERS: "Such letters, small ones.",
}


def main() -> int:
    """Renew, begin or check catalogues. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m localisation", description=__doc__)
    parser.add_argument("--new", metavar="CODE", help="begin the catalogue of a language")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    if options.new:
        write(begun(options.new), options.new)
    template = messages_of_code()
    faults = 0
    for path in sorted(FOLDER.glob("*.po")):
        renewed = renew(path, template)
        left = untranslated(renewed)
        print(f"{path.stem}: {len(renewed)} messages, {len(left)} left to translate, {len(wrong(renewed))} wrong")
        for message in wrong(renewed):
            print(f"  values or forms differ: {message.id!r}")
        if options.check:
            faults += len(left) + len(wrong(renewed)) + (not is_written(renewed, path))
        else:
            write(renewed, path.stem)
    if not options.check:
        write_language_names()
        write_conjunctions()
        write_per_units()
    return 1 if faults else 0


def write_language_names() -> None:
    """What each language is called in each, of those that documents are told to be in."""
    names = {
        code: {named: name for named in NAMES if (name := Locale.parse(code).languages.get(named))} for code in NAMES
    }
    LANGUAGE_NAMES.write_text(json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_conjunctions() -> None:
    """The word for "and" in each language, as it stands between two things."""
    patterns = {code: Locale.parse(code).list_patterns["standard"]["2"] for code in NAMES}
    words = {code: pattern.replace("{0}", "").replace("{1}", "").strip() for code, pattern in patterns.items()}
    CONJUNCTIONS.write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_per_units() -> None:
    """ "Per litre", "per hour" and the like in each language, written out and in small letters."""
    phrases = {code: sorted(_per_units(code)) for code in NAMES}
    phrases[ENGLISH] = sorted({*phrases[ENGLISH], *_per_units("en_GB")})  # "litre"
    PER_UNITS.write_text(json.dumps(phrases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _per_units(code: str) -> set[str]:
    written_out = [forms.get("long", {}) for forms in Locale.parse(code)._data["unit_patterns"].values()]
    patterns = [forms["per"] for forms in written_out if "per" in forms]
    phrases = {" ".join(pattern.replace("{0}", "").lower().split()) for pattern in patterns}
    return {phrase for phrase in phrases if " " in phrase or not phrase.isascii()}


def messages_of_code() -> Catalog:
    """Everything that the code says, in the order of its files."""
    found = Catalog(charset="utf-8")
    for entry, comment in ABOUT.items():
        found.add(entry, context=ABOUT_LANGUAGE, auto_comments=[comment])
    for message in SENTENCES.values():
        found.add(message, locations=[("lamplight/rag/messages.py", 0)])
    for path in sorted(path for path in PACKAGE.rglob("*") if path.suffix in METHODS):
        name = path.relative_to(HOME).as_posix()
        # Without its line, which would change with every line above it.
        for _, text, _, _ in extract_from_file(METHODS[path.suffix], path, keywords=KEYWORDS):
            found.add(text, locations=[(name, 0)])
    return found


def begun(code: str) -> Catalog:
    """An empty catalogue, with the plural forms that babel knows of the language."""
    name = Locale.parse(code).english_name
    head = f"# Lamplight in {name}."
    return Catalog(
        locale=code, header_comment=head, charset="utf-8", fuzzy=False, creation_date=UNDATED, revision_date=UNDATED
    )


def renew(path: Path, template: Catalog) -> Catalog:
    """A catalogue with the messages of the code, each as it is translated there, if it is."""
    with path.open("rb") as file:
        kept = read_po(file, locale=path.stem)
    renewed = begun(path.stem)
    renewed.mime_headers = [(name, value) for name, value in kept.mime_headers if name == PLURALS]
    for message in template:
        if message.id:
            known = kept.get(message.id, message.context)
            text = known.string if known is not None and not known.fuzzy else None
            renewed.add(
                message.id, text, message.locations, auto_comments=message.auto_comments, context=message.context
            )
    return renewed


def untranslated(catalogue: Catalog) -> list[Message]:
    """Messages of which a form is missing."""
    return [message for message in catalogue if message.id and not all(forms(message))]


def wrong(catalogue: Catalog) -> list[Message]:
    """Messages whose translation has other values than they have; a form for one may leave its count out."""
    return [message for message in catalogue if message.id and not _same_values(message)]


def forms(message: Message) -> list[str]:
    """The translation's, one or one for each kind of count."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def _same_values(message: Message) -> bool:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = set().union(*map(_values, ids))
    return all(_values(form) in (wanted, wanted - {"n"}) for form in forms(message) if form)


def _values(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def is_written(catalogue: Catalog, path: Path) -> bool:
    """Whether the catalogue and its compiled form say the same; another version of babel may lay them out otherwise."""
    with path.open("rb") as file:
        kept = read_po(file, locale=path.stem)
    compiled = read_mo(BytesIO(path.with_suffix(".mo").read_bytes()))
    return _said(kept) == _said(catalogue) == _said(compiled)


def _said(catalogue: Catalog) -> dict[tuple[str | None, str], list[str]]:
    """By context and message; of a message with forms by the first."""
    messages = [message for message in catalogue if message.id]
    return {(one.context, one.id if isinstance(one.id, str) else one.id[0]): forms(one) for one in messages}


def write(catalogue: Catalog, code: str) -> None:
    """The catalogue, and compiled beside it."""
    (FOLDER / f"{code}.po").write_bytes(_po(catalogue))
    (FOLDER / f"{code}.mo").write_bytes(_mo(catalogue))


def _po(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=WIDTH, include_lineno=False, omit_header=False)
    lines = buffer.getvalue().decode("utf-8").split("\n")
    return "\n".join(line for line in lines if not line.startswith(UNSAID)).encode("utf-8")


def _mo(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
