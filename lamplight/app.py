"""Lamplight's front door: the browser app by default, or one command in the terminal."""

from __future__ import annotations

import argparse
import json
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from lamplight import PROGRAM
from lamplight.library.errors import LibraryBusy, LibraryError
from lamplight.models.connections import CONNECTIONS, block_connections
from lamplight.models.errors import LamplightError

if TYPE_CHECKING:
    from lamplight.library.store import Library
    from lamplight.models.loading import Models
    from lamplight.ui.commands import Record
    from lamplight.ui.services import Services

SHORTCUT = "Put an icon into the menu and on the desktop that starts Lamplight and opens its page."
HOST, PORT = "127.0.0.1", 7860
TOP = 10
INTERRUPTED = 130  # what shells expect after Ctrl-C


def parser() -> argparse.ArgumentParser:
    """The contract with people who script Lamplight; see docs/architecture.md."""
    main = argparse.ArgumentParser(prog=PROGRAM, description="Chat with your own documents, on this computer only.")
    main.add_argument("--library", type=Path, metavar="DIR", help="the library's folder")
    main.add_argument(
        "--host", default=HOST, help=f"address to serve on (default {HOST}; 0.0.0.0 lets other devices in)"
    )
    main.add_argument(
        "--port", type=int, default=PORT, help=f"port to serve on (default {PORT}; 0 for any that is free)"
    )
    main.add_argument("--certificate", type=Path, metavar="FILE", help="for other devices, instead of one made here")
    main.add_argument("--certificate-key", type=Path, metavar="FILE", help="its key (default: in the same file)")
    main.add_argument(
        "--vectors", metavar="URL", help="keep vectors on this Chroma server from now on, or `here` again"
    )
    main.add_argument("--allow", dest="allow_vectors", action="store_true", help="it is another computer")
    main.add_argument("--no-browser", action="store_true", help="don't open the browser")
    commands = main.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.add_argument("--library", type=Path, metavar="DIR", default=argparse.SUPPRESS)
        sub.add_argument("--json", action="store_true", help="print JSON alone")
        return sub

    command("add", "Index files or folders.").add_argument("paths", nargs="+", metavar="PATH")
    search = command("search", "Show the passages nearest to a query.")
    search.add_argument("query")
    search.add_argument("--top", type=int, default=TOP, metavar="N")
    ask = command("ask", "Answer a question from the library.")
    ask.add_argument("question")
    ask.add_argument("--mode", choices=("documents", "documents+knowledge"), default="documents")
    ask.add_argument("--csv", type=Path, metavar="FILE", help="save the answer’s table or list here too")
    for sub in (search, ask):
        sub.add_argument("--document", metavar="NAME", help="look only in this one: its name, path or number")
        sub.add_argument("--kind", choices=("text", "table", "image"), help="look only at passages of this kind")
    command("list", "List the documents.")
    command("remove", "Remove a document for good.").add_argument("document", help="its name, path or number")
    watch = command("watch", "Index a folder and follow its changes, or list the watched folders.")
    watch.add_argument("folder", nargs="?", metavar="DIR")
    command("unwatch", "Follow a folder no longer; its documents stay.").add_argument("folder", metavar="DIR")
    command("backup", "Pack the library into one file.").add_argument(
        "file", nargs="?", metavar="FILE", default=".", help="where to (default: a dated name in this folder)"
    )
    command("restore", "Fill an empty or new library from a backup.").add_argument("file", metavar="FILE")
    erase = command("erase", "Erase the whole library for good; your own files elsewhere stay.")
    erase.add_argument("--yes", action="store_true", help="do it; without this it is only said what would be erased")
    doctor_command = command("doctor", "Say what would not work here, and what mends it.")
    doctor_command.add_argument("--quick", action="store_true", help="don't read all files again to compare them")
    commands.add_parser("shortcut", help=SHORTCUT, description=SHORTCUT)
    model_command = command("model", "Say which language model answers, or let one on a server answer.")
    model_command.add_argument("--server", metavar="URL", help="an OpenAI-compatible server")
    model_command.add_argument("--name", metavar="MODEL", help="which of the models it offers")
    model_command.add_argument("--key", action="store_true", help="it wants a key: asked for, or read from stdin")
    model_command.add_argument("--allow", action="store_true", help="send questions and passages to another computer")
    model_command.add_argument("--no-fallback", action="store_true", help="nobody answers in its place when it is down")
    model_command.add_argument("--bundled", action="store_true", help="back to the one that comes with Lamplight")
    token = command("token", "Show the token with which other programs may ask here, or make one.")
    token.add_argument("--new", action="store_true", help="another one; the old one is of no use any more")
    token.add_argument("--end", action="store_true", help="let no program ask any more")
    command("password", "Set the password with which other devices in your network sign in (see --host).")
    command("mcp", "Serve search and answers to other programs on this computer (Model Context Protocol, over stdio).")
    return main


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code; errors on purpose are one sentence on stderr."""
    options = parser().parse_args(arguments)
    block_connections()
    folder = (options.library or Path(platformdirs.user_data_dir("lamplight", appauthor=False))).absolute()
    try:
        if options.vectors is not None:
            from lamplight.ui.data_commands import choose_vectors

            choose_vectors(folder, options.vectors, options.allow_vectors)
        if options.command is None:
            return serve_or_open(folder, options)
        if options.command == "doctor":
            return doctor(folder, options.json, options.quick)
        if options.command == "mcp":
            return mcp(folder)
        if options.command == "shortcut":
            return shortcut()
        return command(folder, options)
    except LamplightError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; what was finished before is kept.\n")
        return INTERRUPTED
    except BrokenPipeError:
        return 0


def serve_or_open(folder: Path, options: argparse.Namespace) -> int:
    """The browser app; one that is open already is shown instead."""
    try:
        return serve(folder, options)
    except LibraryBusy as busy:
        if options.no_browser or not busy.address:
            raise
        sys.stdout.write(f"Lamplight is open already, at {busy.address}\n")
        webbrowser.open(f"{busy.address}?key={busy.key}")
        return 0


def serve(folder: Path, options: argparse.Namespace) -> int:
    """The browser app, until interrupted."""
    with ExitStack() as open_things:
        library = open_things.enter_context(open_library(folder, PROGRAM))
        from lamplight.ui.household.opening import certificate_for_others
        from lamplight.ui.server import Address, listen  # takes seconds, for which one that is busy need not wait
        from lamplight.ui.server import serve as serve_app

        services = services_of(library)
        given = options.certificate and (options.certificate, options.certificate_key or options.certificate)
        certificate = certificate_for_others(services.household, options.host, given)
        listeners = [open_things.enter_context(one) for one in listen(options.host, options.port)]
        CONNECTIONS.keep_looking()
        address = Address.of(listeners[0], options.host, folder)
        library.lock.announce(address.plain, address.key)
        services.queue.start()
        for work in services.idle:
            work.start()
        services.models.start_loading(lambda: open_vectors(library, services.models))
        try:
            with suppress(KeyboardInterrupt):  # the usual way to end it
                serve_app(services, listeners, address, not options.no_browser, certificate)
        finally:
            for work in services.idle:
                work.close()
            services.queue.close()
            services.models.downloads.close()
    return 0


def open_vectors(library: Library, models: Models) -> None:
    """Of both embedders, before the first question and before idle work describes pictures anew."""
    library.vectors(models.embedder)
    if models.multilingual_is_prepared and models.multilingual is not None:
        library.vectors(models.multilingual, complete=False)
    with suppress(LibraryError):  # of a server that may be gone for good; the next start tries again
        library.delete_left_vectors()


def command(folder: Path, options: argparse.Namespace) -> int:
    """One of the commands that work on the library: here, or in the process that has it open."""
    from lamplight.ui.table_file import saving
    from lamplight.ui.terminal import show

    arguments = vars(options) | {"library": None}
    if options.command == "add":
        arguments["paths"] = [str(Path(path).resolve()) for path in options.paths]
    for name in {"folder", "file"} & arguments.keys():
        arguments[name] = arguments[name] and str(Path(arguments[name]).resolve())
    if options.command == "restore":
        from lamplight.library.backup import read_manifest

        read_manifest(Path(arguments["file"]))  # what is no backup makes no new library either

    if options.command == "password":
        from lamplight.ui.household.opening import read_password

        arguments["password"] = read_password()
    if options.command == "model":
        from lamplight.ui.model_command import read_key

        arguments["key"] = read_key() if options.key else None
    table = arguments.pop("csv", None)
    records = carry_out(folder, options.command, arguments)
    return show(saving(records, table) if table else records, options.command, options.json)


def carry_out(folder: Path, command: str, arguments: Record, models: Models | None = None) -> Iterator[Record]:
    """A command's records, made here or by the process that has the library open. Raises `LibraryBusy`."""
    from lamplight.ui.commands import run

    try:
        library = open_library(folder, f"{PROGRAM} {command}")
    except LibraryBusy as busy:
        if not busy.address:
            raise
        from lamplight.ui.local_api import run_elsewhere

        yield from run_elsewhere(busy, command, arguments)
        return
    with library:
        yield from run(services_of(library, models), command, arguments)


def mcp(folder: Path) -> int:
    """Serve other programs until stdin ends. The library is taken for each call alone, the models stay."""
    from lamplight.models.loading import Models
    from lamplight.ui.mcp_server import mcp_server

    models = Models()
    mcp_server(lambda command, arguments: carry_out(folder, command, arguments, models)).run()
    return 0


def shortcut() -> int:
    """Put an icon into the menu."""
    from lamplight.ui.shortcut import make_shortcut

    sys.stdout.write(f"Made {make_shortcut()}. Closing the window that it opens ends Lamplight.\n")
    return 0


def doctor(folder: Path, as_json: bool, quick: bool) -> int:
    """Exit code 1 if something would not work."""
    from lamplight.ui.doctor import Check, examine, to_json
    from lamplight.ui.terminal import clear_line, progress_bar

    checks = []
    for step in examine(folder, not quick):
        if isinstance(step, Check):
            checks.append(step)
        else:
            progress_bar("comparing files", step.done / max(step.total, 1))
    clear_line()
    if as_json:
        sys.stdout.write(json.dumps(to_json(checks), ensure_ascii=False) + "\n")
    else:
        for check in checks:
            sys.stdout.write(f"{'ok ' if check.works else 'BAD'}  {check.name}: {check.finding}\n")
            if check.fix:
                sys.stdout.write(f"     to mend it: {check.fix}\n")
    return int(not all(check.works for check in checks))


def open_library(folder: Path, purpose: str) -> Library:
    """`purpose` is what another process is told. Raises `LibraryBusy` when another process holds the library."""
    from lamplight.library.store import Library
    from lamplight.ui.terminal import notice

    library = Library(folder, purpose)
    library.noticed = notice
    return library


def services_of(library: Library, models: Models | None = None) -> Services:
    """Everything below the user interface, wired together; loads no model yet. `models` are those of before, if any."""
    from lamplight.ingest.queue import IngestQueue
    from lamplight.models.idle import IdleWork
    from lamplight.models.loading import Models
    from lamplight.rag.answerer import Answerer
    from lamplight.rag.digests import Digesting
    from lamplight.rag.guide import Guiding
    from lamplight.rag.remembering import Remembering
    from lamplight.ui.services import Services

    models = models or Models()
    models.remember_for(library.folder)
    if library.purged_on_opening:  # removed, and then the app ended before it was gone for good
        models.forget()
    queue, answerer = IngestQueue(library, models), Answerer(library, models)

    def describe(stopped: Callable[[], bool]) -> None:
        if models.vision is not None and not library.vectors_are_away:
            from lamplight.ingest.recaption import recaption  # heavy, and most people have no vision model

            recaption(library, models, stopped)

    def fill(stopped: Callable[[], bool]) -> None:
        if models.ready and library.vector_choice.server is not None:
            library.fill_vectors(models.embedder, stopped)
        if models.multilingual is not None:
            library.fill_vectors(models.multilingual, stopped)

    remembering = Remembering(library, models, answerer)
    guiding, digesting = Guiding(library, models), Digesting(library, models)
    idle = (
        IdleWork("remembering", remembering.remember, lambda: queue.busy),
        IdleWork("captions", describe, lambda: queue.busy),
        IdleWork("guides", guiding.make_missing, lambda: queue.busy),
        IdleWork("vectors", fill, lambda: queue.busy),
        IdleWork("digests", digesting.make_missing, lambda: queue.busy),
    )

    def forget() -> None:
        """What is being remembered just now is of a document that may be gone."""
        with ExitStack() as quiet:
            for work in idle:
                quiet.enter_context(work.paused())
            models.forget()

    library.purged = forget
    return Services(library, models, queue, answerer, idle)


if __name__ == "__main__":
    sys.exit(main())
