"""What a person sees in a terminal: records as sentences, with a progress bar where something takes long."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from lamplight import PROGRAM
from lamplight.ui.commands import Record
from lamplight.ui.opening import Opening, cells_of, is_row, taken_apart

BAR_WIDTH = 24
SNIPPET = 160
INDENT = "    "
OTHERS = f"Start Lamplight with `{PROGRAM} --host 0.0.0.0` to let other devices in."
ESCAPED = re.compile(r"\\([\\`*_|~<>#])")  # a document's words in Markdown, where they are no markup


def show(records: Iterable[Record], command: str, as_json: bool) -> int:
    """Print a command's records. Returns the exit code: 1 if something failed, else 0."""
    failed = False
    render = _JSON[command] if as_json else _PLAIN[command]
    for record in records:
        if "problem" in record:
            clear_line()
            sys.stderr.write(f"{record['problem']}\n")
            failed = True
            continue
        render(record)
        file = record.get("file")
        if file and (file["status"] == "failed" or (file["status"] == "skipped" and record.get("named"))):
            failed = True
    clear_line()
    return int(failed)


def clear_line() -> None:
    """Take the progress bar away, where there can be one."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def notice(sentence: str) -> None:
    """What the library mends by itself; where a line can't be written over, how it began and no progress."""
    clear_line()
    if sys.stderr.isatty():
        sys.stderr.write(sentence)
    elif sentence.endswith("."):
        sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def say(sentence: str) -> None:
    """Print a line to stdout at once, in place of the progress bar."""
    clear_line()
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def progress_bar(label: str, fraction: float) -> None:
    """Draw it on stderr, over the one before; nothing where that is no terminal. `fraction` is from 0 to 1."""
    if not sys.stderr.isatty():
        return
    full = round(fraction * BAR_WIDTH)
    line = f"{'█' * full}{'░' * (BAR_WIDTH - full)} {fraction:4.0%}  {label}"
    sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
    sys.stderr.flush()


def _add(record: Record) -> None:
    if "progress" in record:
        progress = record["progress"]
        name = progress["path"].rsplit("/", 1)[-1]
        progress_bar(f"{name}: {progress['status']}", progress["fraction"])
        return
    file = record["file"]
    if file["error"]:
        say(f"{file['status']}: {file['error']}")
        return
    pages = "1 page" if file["pages"] == 1 else f"{file['pages']} pages"
    ocr = f", {file['ocr_pages']} by text recognition" if file["ocr_pages"] else ""
    say(f"{file['status']}: {file['path']} ({pages}{ocr}, {file['chunks']} passages, {file['seconds']:.1f} s)")


def _search(record: Record) -> None:
    if not record["passages"]:
        say("Nothing found.")
    for passage in record["passages"]:
        text = " ".join(passage["text"].split())
        shortened = text if len(text) <= SNIPPET else text[:SNIPPET] + "…"
        say(f"{passage['rank']:>2}. {passage['document']}, page {passage['page']} ({passage['kind']})\n    {shortened}")


def _ask(record: Record) -> None:
    if "reading" in record:
        progress_bar("reading the passages", record["reading"])
    elif "answer" in record:
        _answer(record["answer"])
    elif "searching" in record:
        progress_bar("searching", 0.0)
    elif "evidence" in record:  # the pages, before any line of them is known to answer
        places = dict.fromkeys(f"{document}, page {page}" for document, page in record["evidence"])
        progress_bar(f"found {'; '.join(places)}" if places else "nothing close was found", 0.0)
    elif "respelled" in record:
        say(f"Searched for “{record['respelled']}”")


def _answer(answer: dict[str, Any]) -> None:
    quoted = [answer["quotation"], *answer["candidates"]] if answer["quotation"] else []
    opening = taken_apart(answer["answer"], answer["short_answer"], [citation["text"] for citation in quoted])
    seen: set[tuple[int, str]] = set()
    if opening.blocks:
        _opening(opening, [f"{citation['document']}, page {citation['page']}" for citation in quoted])
        seen.update((citation["marker"], citation["text"]) for citation in quoted)
    if opening.prose:
        say(ESCAPED.sub(r"\1", opening.prose))
    for citation in answer["citations"]:
        key = (citation["marker"], citation["text"])
        if key not in seen:
            seen.add(key)
            say(f"  [{citation['marker']}] {citation['document']}, page {citation['page']}: “{citation['text']}”")
    if answer["nearest"]:
        places = "; ".join(dict.fromkeys(f"{document}, page {page}" for document, page in answer["nearest"]))
        say(f"  Nearest: {places}")
    if answer["unread"]:
        say(f"  Still being read: {', '.join(answer['unread'])}")
    for sentence in answer["unsupported"]:
        say(f"  Said by the model, stated by no document: “{sentence}”")
    if answer["notice"]:
        say(f"  {answer['notice']}")
    if answer["sql"]:
        say(f"  Computed: {answer['sql']}")


def _opening(opening: Opening, places: Sequence[str]) -> None:
    """The short answer, then what is quoted, a little to the right, and where it stands."""
    notes = [f" {block.note}" if block.note else "" for block in opening.blocks]
    if opening.short or opening.lead:
        say(f"{opening.short}{notes[0]}\n" if opening.short else f"{opening.lead}\n")
    for block, note, place in zip(opening.blocks, notes, places, strict=False):
        for line in _in_columns([block.header_row, *block.lines] if block.header_row else list(block.lines)):
            say(f"{INDENT}{line}")
        last = block is opening.blocks[-1]
        end = "\n" if opening.prose or not last else ""
        say(f"{INDENT}{block.marker} {place}{'' if opening.short else note}{end}")


def _in_columns(lines: list[str]) -> list[str]:
    """Rows with their cells under each other; other lines as they are."""
    if not all(map(is_row, lines)):
        return lines
    rows = [cells_of(line) for line in lines]
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    return [" | ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _list(record: Record) -> None:
    if not record["documents"]:
        say("The library is empty; `add` some files.")
    for document in record["documents"]:
        pages = "1 page" if document["pages"] == 1 else f"{document['pages']} pages"
        say(f"{document['id']:>4}  {document['name']}  ({document['format']}, {pages})  {document['path']}")
        if document["report"] and (found := _found(document["report"])):
            say(f"      {found}")


def _found(report: dict[str, Any]) -> str:
    """What is worth knowing about how a file was read, in one line; empty for a plain text."""
    counts = [
        (report["ocr_pages"], "page", "by text recognition"), (report["tables"], "table", ""),
        (report["images"], "picture", ""), (report["comments"], "comment", ""),
        (report["fields"], "form field", ""), (len(report["empty_pages"]), "empty page", ""),
    ]  # fmt: skip
    parts = [
        f"{count} {noun}{'' if count == 1 else 's'} {how}".strip() for count, noun, how in counts if count
    ]  # fmt: skip
    return " ".join([", ".join(parts) + "." if parts else "", *report["skipped"]]).strip()


def _watch(record: Record) -> None:
    if "folders" not in record:
        _add(record)
        return
    if not record["folders"]:
        say("No folder is watched; `watch FOLDER` reads one and follows its changes while Lamplight is open.")
    for folder in record["folders"]:
        documents = "1 document" if folder["documents"] == 1 else f"{folder['documents']} documents"
        say(f"{folder['path']}: {folder['problem'] or f'{documents}, followed while Lamplight is open'}")


def _remove(record: Record) -> None:
    say(f"Removed {record['removed']}.")


def _backup(record: Record) -> None:
    if "packed" in record:
        progress_bar("packing", record["packed"])
        return
    made = record["backup"]
    say(f"Backed up {_counted(made)} to {made['path']} ({made['bytes'] / 1e6:,.1f} MB).")
    if made["elsewhere"]:
        say(
            f"  The files of {_plural(made['elsewhere'], 'document')} lie outside the library: their text is in the "
            "backup, they themselves are not."
        )


def _restore(record: Record) -> None:
    if "unpacked" in record:
        progress_bar("unpacking", record["unpacked"])
        return
    restored = record["restored"]
    say(f"Restored {_counted(restored)} to {restored['library']}.")
    if restored["missing"]:
        say(f"  The files of {_plural(restored['missing'], 'document')} are not on this computer; their text is.")


def _erase(record: Record) -> None:
    say(f"Erased {_counted(record['erased'])}; the library in {record['erased']['library']} is empty.")


def _model(record: Record) -> None:
    if "loading" in record:
        progress_bar(f"{record['loading']} is getting ready", 0.0)
        return
    say(f"{record['model']['name']} answers.")


def _token(record: Record) -> None:
    say(record["token"] or "No program may ask any more; `token` makes a new one.")


def _password(record: Record) -> None:
    others = "Other devices sign in with it from now on." if record["password"]["serving"] else OTHERS
    say(f"The household’s password is set. {others}")


def _counted(found: dict[str, Any]) -> str:
    return f"{_plural(found['documents'], 'document')} and {_plural(found['conversations'], 'conversation')}"


def _plural(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def _json_of(*keys: str) -> Callable[[Record], None]:
    def render(record: Record) -> None:
        for key in keys:
            if key in record:
                sys.stdout.write(json.dumps(record[key], ensure_ascii=False) + "\n")
                sys.stdout.flush()

    return render


_PLAIN: dict[str, Callable[[Record], None]] = {
    "add": _add, "search": _search, "ask": _ask, "list": _list, "remove": _remove, "watch": _watch, "unwatch": _watch,
    "backup": _backup, "restore": _restore, "erase": _erase, "model": _model,
    "token": _token, "password": _password,
}  # fmt: skip
_JSON = {
    "add": _json_of("file"), "search": _json_of("passages"), "ask": _json_of("answer"),
    "list": _json_of("documents"), "remove": _json_of("removed"),
    "watch": _json_of("file", "folders"), "unwatch": _json_of("folders"),
    "backup": _json_of("backup"), "restore": _json_of("restored"), "erase": _json_of("erased"),
    "model": _json_of("model"), "token": _json_of("token"),
    "password": _json_of("password"),
}  # fmt: skip
