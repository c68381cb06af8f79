"""The terminal's commands as streams of JSON records, whoever carries them out.

`app.py` runs them itself, or asks the Lamplight that holds the library to (`ui.local_api`); what is shown
is the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplight.errors import LamplightError
from lamplight.languages import sentence
from lamplight.scheduling import CancelToken
from lamplight.ui.access_token import access_token, end_access, make_access_token
from lamplight.ui.data_commands import backup, erase, restore
from lamplight.ui.model_command import model

if TYPE_CHECKING:
    from lamplight.rag.events import Citation
    from lamplight.rag.retriever import Scope
    from lamplight.ui.services import Services

Record = dict[str, Any]


def run(services: Services, command: str, arguments: Record) -> Generator[Record, None, None]:
    """Records of one of `COMMANDS`; an error on purpose becomes a `problem` record."""
    try:
        yield from COMMANDS[command](services, arguments)
    except LamplightError as error:
        yield {"problem": str(error)}


def add(services: Services, arguments: Record) -> Iterator[Record]:
    """`progress` records while a file is read, one `file` record for each."""
    from lamplight.ingest.pipeline import FileStep, index_files
    from lamplight.ingest.walk import files_in

    named = {Path(path) for path in arguments["paths"]}
    for event in index_files(files_in(map(Path, arguments["paths"])), services.library, services.models):
        if isinstance(event, FileStep):
            yield {"progress": asdict(event)}
        else:
            yield {"file": event.to_json(), "named": Path(event.path) in named}


def search(services: Services, arguments: Record) -> Iterator[Record]:
    """One `passages` record."""
    from lamplight.rag.finding import Finder

    scope = _scope(services, arguments)
    services.models.load_reranker()
    selection = Finder(services.library, services.models).select(arguments["query"], arguments["top"], scope)
    yield {
        "passages": [
            {
                "rank": passage.marker,
                "document": passage.document,
                "page": passage.page,
                "kind": passage.kind,
                "text": passage.text,
                "score": passage.score,
                "boxes": passage.boxes,
            }
            for passage in selection.passages
        ]
    }


def _scope(services: Services, arguments: Record) -> Scope:
    """Where to look, from `--document` and `--kind`. Raises `LibraryError` for a document that isn't there."""
    from lamplight.library.errors import LibraryError
    from lamplight.rag.retriever import Scope

    name, documents = arguments.get("document"), None
    if name is not None:
        documents = frozenset(document.id for document in services.library.documents.named(name))
        if not documents:
            raise LibraryError(f"There is no document {name} here; `list` shows what there is.")
    return Scope(documents=documents, kind=arguments.get("kind"))


def ask(services: Services, arguments: Record) -> Iterator[Record]:
    """`searching`, `respelled`, `evidence`, `reading` and `token` records, then one `answer`."""
    from lamplight.rag.events import Evidence, Finished, PrefillProgress, ScanProgress, Searching, Token

    stop = CancelToken()
    services.models.load_reranker()
    try:
        for event in services.answerer.answer(
            arguments["question"], (), arguments["mode"], stop, _scope(services, arguments)
        ):
            if isinstance(event, Searching):
                yield {"searching": event.documents}
            elif isinstance(event, Evidence):
                if event.respelled:
                    yield {"respelled": event.respelled}
                yield {"evidence": [[passage.document, passage.page] for passage in event.passages]}
            elif isinstance(event, (ScanProgress, PrefillProgress)):
                yield {"reading": round(event.done / event.total, 3)}
            elif isinstance(event, Token):
                yield {"token": event.text}
            elif isinstance(event, Finished):
                yield {"answer": answer_to_json(event)}
    finally:
        stop.cancel()


def answer_to_json(finished: Any) -> Record:
    """The contract of `ask --json`, from a `rag.events.Finished`.

    `short_answer` is empty and `quotation` null where the answer doesn't begin with one. `candidates` are lines that
    may be the answer instead of `quotation`, where the answer is `unsure`.
    """
    return {
        "answer": finished.answer,
        "short_answer": finished.short,
        "quotation": _citation(finished.quote) if finished.quote else None,
        "candidates": [_citation(citation) for citation in finished.candidates],
        "citations": [_citation(citation) for citation in finished.citations],
        "unsupported": finished.unsupported,
        "refused": finished.refused,
        "unsure": finished.unsure,
        "unread": finished.unread,
        "timings": asdict(finished.timings),
        "model": finished.model,
        "sql": finished.sql,
        "kind": finished.kind,
        "other": finished.other,
        "rows": asdict(finished.rows) if finished.rows else None,
        "notice": finished.notice,
        "nearest": [[passage.document, passage.page] for passage in finished.passages] if finished.refused else [],
    }


def _citation(citation: Citation) -> Record:
    return {
        "marker": citation.marker,
        "document": citation.document,
        "page": citation.page,
        "boxes": citation.boxes,
        "text": citation.text,
    }


def list_documents(services: Services, arguments: Record) -> Iterator[Record]:
    """One `documents` record."""
    library = services.library
    yield {
        "documents": [
            asdict(document) | {"paths": library.paths.of(document.id)} for document in library.documents.all()
        ]
    }


def remove(services: Services, arguments: Record) -> Iterator[Record]:
    """One `removed` record, or a `problem` when the name fits none or several."""
    matches = services.library.documents.named(arguments["document"])
    if not matches:
        yield {"problem": sentence(f"There is no document {arguments['document']} here; `list` shows what there is.")}
    elif len(matches) > 1:
        choices = ", ".join(f"{match.id} ({match.path})" for match in matches)
        called = arguments["document"]
        yield {"problem": sentence(f"Several documents are called {called}; say which number: {choices}.")}
    elif arguments["document"] in (places := services.library.paths.of(matches[0].id)) and len(places) > 1:
        services.library.paths.remove(arguments["document"])  # the document stays for the other places
        yield {"removed": arguments["document"]}
    else:
        # With the vectors open, they go with the document and not at the next start.
        services.library.vectors.store(services.models.embedder)
        services.library.documents.remove(matches[0].id)
        services.library.documents.purge(matches[0].id)
        yield {"removed": matches[0].name}


def watch(services: Services, arguments: Record) -> Iterator[Record]:
    """With a folder, what `add` yields of it unless the app reads it in the background; then one `folders` record."""
    if arguments["folder"]:
        services.queue.watch(Path(arguments["folder"]))
        if not services.queue.started:
            yield from add(services, {"paths": [arguments["folder"]]})
    yield {"folders": [asdict(folder) for folder in services.queue.folders()]}


def unwatch(services: Services, arguments: Record) -> Iterator[Record]:
    """One `folders` record."""
    services.queue.unwatch(Path(arguments["folder"]))
    yield {"folders": [asdict(folder) for folder in services.queue.folders()]}


def token(services: Services, arguments: Record) -> Iterator[Record]:
    """One `token` record, empty once access has ended."""
    folder = services.library.folder
    try:
        if arguments["end"]:
            end_access(folder)
            yield {"token": ""}
        else:
            kept = "" if arguments["new"] else access_token(folder)
            yield {"token": kept or make_access_token(folder)}
    except OSError as error:
        yield {"problem": sentence(f"The token can’t be kept ({error.strerror}); look at {folder}.")}


def password(services: Services, arguments: Record) -> Iterator[Record]:
    """One `password` record: whether others can come in now. Who is signed in has to sign in again."""
    services.household.set_password(arguments["password"])
    yield {"password": {"set": True, "serving": services.household.serving}}


COMMANDS = {
    "add": add,
    "watch": watch,
    "unwatch": unwatch,
    "search": search,
    "ask": ask,
    "list": list_documents,
    "remove": remove,
    "backup": backup,
    "restore": restore,
    "erase": erase,
    "model": model,
    "token": token,
    "password": password,
}
