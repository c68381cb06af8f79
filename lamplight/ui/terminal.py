"""What a person sees in a terminal: records as sentences, with a progress bar where something takes long."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

from lamplight import PROGRAM
from lamplight.languages import gettext, ngettext, number, sentence, translated
from lamplight.ui.commands import Record
from lamplight.ui.opening import Opening, cells_of, is_row, taken_apart
from lamplight.ui.terminal_lines import aside, clear_line, problem, progress_bar, say

SNIPPET = 160
INDENT = "    "
OTHERS = sentence("Start Lamplight with `{program} --host 0.0.0.0` to let other devices in.")
# What became of a file, and what a passage is: words that the records hold and `translated` shows.
STATUSES = (sentence("added"), sentence("unchanged"), sentence("updated"), sentence("failed"), sentence("skipped"))
KINDS = (sentence("text"), sentence("table"), sentence("image"))
ESCAPED = re.compile(r"\\([\\`*_|~<>#])")  # a document's words in Markdown, where they are no markup


def show(records: Iterable[Record], command: str, as_json: bool) -> int:
    """Print a command's records. Returns the exit code: 1 if something failed, else 0."""
    failed = False
    render = _JSON[command] if as_json else _PLAIN[command]
    for record in records:
        if "problem" in record:
            problem(record["problem"])
            failed = True
            continue
        render(record)
        file = record.get("file")
        if file and (file["status"] == "failed" or (file["status"] == "skipped" and record.get("named"))):
            failed = True
    clear_line()
    return int(failed)


def _add(record: Record) -> None:
    if "progress" in record:
        progress = record["progress"]
        name = progress["path"].rsplit("/", 1)[-1]
        progress_bar(f"{name}: {translated(progress['status'])}", progress["fraction"])
        return
    file = record["file"]
    if file["error"]:
        say(f"{translated(file['status'])}: {translated(file['error'])}")
        return
    ocr, chunks = file["ocr_pages"], file["chunks"]
    found = [_pages(file["pages"])]
    if ocr:
        found.append(ngettext("{n} by text recognition", "{n} by text recognition", ocr).format(n=number(ocr)))
    found.append(ngettext("{n} passage", "{n} passages", chunks).format(n=number(chunks)))
    say(f"{translated(file['status'])}: {file['path']} ({', '.join(found)}, {file['seconds']:.1f} s)")


def _search(record: Record) -> None:
    if not record["passages"]:
        say(gettext("Nothing found."))
    for passage in record["passages"]:
        text = " ".join(passage["text"].split())
        shortened = text if len(text) <= SNIPPET else text[:SNIPPET] + "…"
        place = _place(passage["document"], passage["page"])
        say(f"{passage['rank']:>2}. {place} ({translated(passage['kind'])})\n    {shortened}")


def _ask(record: Record) -> None:
    if "reading" in record:
        progress_bar(gettext("reading the passages"), record["reading"])
    elif "answer" in record:
        _answer(record["answer"])
    elif "searching" in record:
        progress_bar(gettext("searching"), 0.0)
    elif "evidence" in record:  # the pages, before any line of them is known to answer
        places = _places(record["evidence"])
        found = gettext("found {places}").format(places=places) if places else gettext("nothing close was found")
        progress_bar(found, 0.0)
    elif "respelled" in record:
        say(gettext("Searched for “{words}”").format(words=record["respelled"]))


def _answer(answer: dict[str, Any]) -> None:
    quoted = [answer["quotation"], *answer["candidates"]] if answer["quotation"] else []
    opening = taken_apart(answer["answer"], answer["short_answer"], [citation["text"] for citation in quoted])
    seen: set[tuple[int, str]] = set()
    if opening.blocks:
        _opening(opening, [_place(citation["document"], citation["page"]) for citation in quoted])
        seen.update((citation["marker"], citation["text"]) for citation in quoted)
    if opening.prose:
        say(ESCAPED.sub(r"\1", opening.prose))
    for citation in answer["citations"]:
        key = (citation["marker"], citation["text"])
        if key not in seen:
            seen.add(key)
            place = _place(citation["document"], citation["page"])
            say(f"  [{citation['marker']}] {place}: “{citation['text']}”")
    if answer["nearest"]:
        aside(gettext("Nearest: {places}").format(places=_places(answer["nearest"])))
    if answer["unread"]:
        aside(gettext("Still being read: {names}").format(names=", ".join(answer["unread"])))
    for said in answer["unsupported"]:
        aside(gettext("Said by the model, stated by no document: “{text}”").format(text=said))
    if answer["notice"]:
        aside(translated(answer["notice"]))
    if answer["sql"]:
        aside(gettext("Computed: {sql}").format(sql=answer["sql"]))


def _place(document: str, page: int) -> str:
    return gettext("{document}, page {page}").format(document=document, page=page)


def _places(pages: Iterable[Sequence[Any]]) -> str:
    return "; ".join(dict.fromkeys(_place(document, page) for document, page in pages))


def _pages(count: int) -> str:
    return ngettext("{n} page", "{n} pages", count).format(n=number(count))


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
        say(gettext("The library is empty; `add` some files."))
    for document in record["documents"]:
        pages = _pages(document["pages"])
        say(f"{document['id']:>4}  {document['name']}  ({document['format']}, {pages})  {document['path']}")
        if document["report"] and (found := _found(document["report"])):
            say(f"      {found}")


def _found(report: dict[str, Any]) -> str:
    """What is worth knowing about how a file was read, in one line; empty for a plain text."""
    ocr, tables, images = report["ocr_pages"], report["tables"], report["images"]
    comments, fields, empty = report["comments"], report["fields"], len(report["empty_pages"])
    counts = [
        (ocr, ngettext("{n} page by text recognition", "{n} pages by text recognition", ocr)),
        (tables, ngettext("{n} table", "{n} tables", tables)),
        (images, ngettext("{n} picture", "{n} pictures", images)),
        (comments, ngettext("{n} comment", "{n} comments", comments)),
        (fields, ngettext("{n} form field", "{n} form fields", fields)),
        (empty, ngettext("{n} empty page", "{n} empty pages", empty)),
    ]
    parts = [form.format(n=number(count)) for count, form in counts if count]
    return " ".join([", ".join(parts) + "." if parts else "", *map(translated, report["skipped"])]).strip()


def _watch(record: Record) -> None:
    if "folders" not in record:
        _add(record)
        return
    if not record["folders"]:
        say(gettext("No folder is watched; `watch FOLDER` reads one and follows its changes while Lamplight is open."))
    for folder in record["folders"]:
        count = folder["documents"]
        followed = ngettext(
            "{n} document, followed while Lamplight is open", "{n} documents, followed while Lamplight is open", count
        ).format(n=number(count))
        say(f"{folder['path']}: {translated(folder['problem']) or followed}")


def _remove(record: Record) -> None:
    say(gettext("Removed {name}.").format(name=record["removed"]))


def _backup(record: Record) -> None:
    if "packed" in record:
        progress_bar(gettext("packing"), record["packed"])
        return
    made = record["backup"]
    size = f"{made['bytes'] / 1e6:,.1f}"
    said = gettext("Backed up {documents} and {conversations} to {path} ({size} MB).")
    say(said.format(**_counted(made), path=made["path"], size=size))
    if elsewhere := made["elsewhere"]:
        said = ngettext(
            "The files of {n} document lie outside the library: their text is in the backup, they themselves are not.",
            "The files of {n} documents lie outside the library: their text is in the backup, they themselves are not.",
            elsewhere,
        )
        aside(said.format(n=number(elsewhere)))


def _restore(record: Record) -> None:
    if "unpacked" in record:
        progress_bar(gettext("unpacking"), record["unpacked"])
        return
    restored = record["restored"]
    said = gettext("Restored {documents} and {conversations} to {library}.")
    say(said.format(**_counted(restored), library=restored["library"]))
    if missing := restored["missing"]:
        said = ngettext(
            "The files of {n} document are not on this computer; their text is.",
            "The files of {n} documents are not on this computer; their text is.",
            missing,
        )
        aside(said.format(n=number(missing)))


def _erase(record: Record) -> None:
    erased = record["erased"]
    said = gettext("Erased {documents} and {conversations}; the library in {library} is empty.")
    say(said.format(**_counted(erased), library=erased["library"]))


def _model(record: Record) -> None:
    if "loading" in record:
        progress_bar(gettext("{name} is getting ready").format(name=record["loading"]), 0.0)
        return
    say(gettext("{name} answers.").format(name=record["model"]["name"]))


def _token(record: Record) -> None:
    say(record["token"] or gettext("No program may ask any more; `token` makes a new one."))


def _password(record: Record) -> None:
    others = gettext("Other devices sign in with it from now on.")
    if not record["password"]["serving"]:
        others = gettext(OTHERS).format(program=PROGRAM)
    say(f"{gettext('The household’s password is set.')} {others}")


def _counted(found: dict[str, Any]) -> dict[str, str]:
    """What a library holds, as values of a message."""
    documents, conversations = found["documents"], found["conversations"]
    talked = ngettext("{n} conversation", "{n} conversations", conversations)
    return {
        "documents": ngettext("{n} document", "{n} documents", documents).format(n=number(documents)),
        "conversations": talked.format(n=number(conversations)),
    }


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
