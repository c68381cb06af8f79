"""Lamplight's front door: the browser app by default, or one command in the terminal."""

from __future__ import annotations

import argparse
import json
import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import platformdirs

from lamplight import PROGRAM
from lamplight.errors import LamplightError
from lamplight.languages import ENGLISH, gettext, speaking, translated
from lamplight.library.errors import LibraryBusy, LibraryError
from lamplight.network.connections import CONNECTIONS, block_connections
from lamplight.ui.command_line import parser

if TYPE_CHECKING:
    from lamplight.library.store import Library
    from lamplight.models.loading import Models
    from lamplight.ui.commands import Record
    from lamplight.ui.services import Services

INTERRUPTED = 130  # what shells expect after Ctrl-C


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code; errors on purpose are one sentence on stderr."""
    options = parser().parse_args(arguments)
    block_connections()
    folder = (options.library or Path(platformdirs.user_data_dir("lamplight", appauthor=False))).absolute()
    for_programs = options.command == "mcp" or vars(options).get("json")
    try:
        with speaking(ENGLISH) if for_programs else nullcontext():
            return run(folder, options)
    except LamplightError as error:
        from lamplight.ui.terminal_lines import problem

        problem(str(error))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{gettext('Stopped; what was finished before is kept.')}\n")
        return INTERRUPTED
    except BrokenPipeError:
        return 0


def run(folder: Path, options: argparse.Namespace) -> int:
    """What was asked for on the library in `folder`. Returns the exit code; raises `LamplightError`."""
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


def serve_or_open(folder: Path, options: argparse.Namespace) -> int:
    """The browser app; one that is open already is shown instead."""
    try:
        serve(folder, options)
    except LibraryBusy as busy:
        if options.no_browser or not busy.address:
            raise
        sys.stdout.write(gettext("Lamplight is open already, at {address}").format(address=busy.address) + "\n")
        webbrowser.open(f"{busy.address}?key={busy.key}")
        return 0


def serve(folder: Path, options: argparse.Namespace) -> NoReturn:
    """The browser app, until interrupted; with it the process ends. Raises `LibraryBusy`."""
    with ExitStack() as open_things:
        library = open_things.enter_context(open_library(folder, PROGRAM))
        # These take seconds, for which one that is busy need not wait.
        from lamplight.ingest.reading_process import shared_processes
        from lamplight.ui.household.opening import certificate_for_others
        from lamplight.ui.server import Address, listen
        from lamplight.ui.server import serve as serve_app

        services = services_of(library)
        given = options.certificate and (options.certificate, options.certificate_key or options.certificate)
        certificate = certificate_for_others(services.household, options.host, given)
        listeners = [open_things.enter_context(one) for one in listen(options.host, options.port)]
        CONNECTIONS.keep_looking()
        address = Address.of(listeners[0], options.host, folder)
        library.database.lock.announce(address.plain, address.key)
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
            services.running_answers.close()  # while there is a library to keep what was said
            services.queue.close()
            shared_processes().close()
            services.models.downloads.close()
            services.models.native.close()
    leave()


def leave() -> NoReturn:
    """End the process with exit code 0, at once: everything that has to be closed is closed.

    The thread that loads models may be inside C++ just now. Python would end it on its own way out, and C++ answers
    that by aborting the process.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):  # there are none without a terminal on Windows
        with suppress(OSError):
            stream.flush()
    os._exit(0)


def open_vectors(library: Library, models: Models) -> None:
    """Of both embedders, before the first question and before idle work describes pictures anew.

    With them what tells a question's language.
    """
    from lamplight.models.language_identification import prepare

    prepare()
    library.vectors.store(models.embedder)
    if (second := models.prepared_second(library.vector_places.second)) is not None:
        library.vectors.store(second, complete=False)
    with suppress(LibraryError):  # of a server that may be gone for good; the next start tries again
        library.vector_places.delete_left()


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

    said = gettext("Made {path}. Closing the window that it opens ends Lamplight.")
    sys.stdout.write(said.format(path=make_shortcut()) + "\n")
    return 0


def doctor(folder: Path, as_json: bool, quick: bool) -> int:
    """Exit code 1 if something would not work."""
    from lamplight.ui.doctor import examine, to_json
    from lamplight.ui.model_checks import Check
    from lamplight.ui.terminal_lines import clear_line, progress_bar, say

    checks = []
    for step in examine(folder, not quick):
        if isinstance(step, Check):
            checks.append(step)
        else:
            progress_bar(gettext("comparing files"), step.done / max(step.total, 1))
    clear_line()
    if as_json:
        sys.stdout.write(json.dumps(to_json(checks), ensure_ascii=False) + "\n")
    else:
        good, bad = gettext("ok"), gettext("BAD")
        width = max(len(good), len(bad))
        for check in checks:
            mark = (good if check.works else bad).ljust(width)
            say(f"{mark}  {translated(check.name)}: {translated(check.finding)}")
            if check.fix:
                fix = gettext("to mend it: {fix}").format(fix=translated(check.fix))
                say(f"{' ' * width}  {fix}")
    return int(not all(check.works for check in checks))


def open_library(folder: Path, purpose: str) -> Library:
    """`purpose` is what another process is told. Raises `LibraryBusy` when another process holds the library."""
    from lamplight.library.store import Library
    from lamplight.ui.terminal_lines import notice

    library = Library(folder, purpose)
    library.vector_places.noticed = notice
    return library


def services_of(library: Library, models: Models | None = None) -> Services:
    """Everything below the user interface, wired together; loads no model yet. `models` are those of before, if any."""
    from lamplight.idle_works import idle_works
    from lamplight.ingest.queue import IngestQueue
    from lamplight.models.loading import Models
    from lamplight.rag.answerer import Answerer
    from lamplight.scheduling import IdleJob
    from lamplight.ui.services import Services

    models = models or Models()
    models.remember_for(library.folder)
    if library.purged_on_opening:  # removed, and then the app ended before it was gone for good
        models.forget()
    queue, answerer = IngestQueue(library, models), Answerer(library, models)
    works = idle_works(library, models, answerer)
    idle = tuple(IdleJob(models.scheduler, name, work, LamplightError) for name, work in works.items())
    library.database.changed = models.scheduler.wake

    def forget() -> None:
        """What is computed ahead just now is of a document that may be gone."""
        with models.scheduler.paused():
            answerer.stop_prefill()
            models.forget()

    library.documents.purged = forget
    return Services(library, models, queue, answerer, idle)


if __name__ == "__main__":
    sys.exit(main())
