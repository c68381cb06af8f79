"""What can be typed in a terminal: the contract with people who script Lamplight; see docs/architecture.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from lamplight import PROGRAM
from lamplight.languages import gettext, sentence

SHORTCUT = sentence("Put an icon into the menu and on the desktop that starts Lamplight and opens its page.")
HOST, PORT = "127.0.0.1", 7860
TOP = 10


def parser() -> argparse.ArgumentParser:
    """For the app itself, and a command below it for each thing that is done without the page."""
    main = argparse.ArgumentParser(
        prog=PROGRAM, description=gettext("Chat with your own documents, on this computer only.")
    )
    _add_app_options(main)
    commands = main.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.add_argument("--library", type=Path, metavar="DIR", default=argparse.SUPPRESS)
        sub.add_argument("--json", action="store_true", help=gettext("print JSON alone"))
        return sub

    command("add", gettext("Index files or folders.")).add_argument("paths", nargs="+", metavar="PATH")
    search = command("search", gettext("Show the passages nearest to a query."))
    ask = command("ask", gettext("Answer a question from the library."))
    _add_question_options(search, ask)
    command("list", gettext("List the documents."))
    command("remove", gettext("Remove a document for good.")).add_argument(
        "document", help=gettext("its name, path or number")
    )
    watch = command("watch", gettext("Index a folder and follow its changes, or list the watched folders."))
    watch.add_argument("folder", nargs="?", metavar="DIR")
    command("unwatch", gettext("Follow a folder no longer; its documents stay.")).add_argument("folder", metavar="DIR")
    command("backup", gettext("Pack the library into one file.")).add_argument(
        "file", nargs="?", metavar="FILE", default=".", help=gettext("where to (default: a dated name in this folder)")
    )
    command("restore", gettext("Fill an empty or new library from a backup.")).add_argument("file", metavar="FILE")
    erase = command("erase", gettext("Erase the whole library for good; your own files elsewhere stay."))
    erase.add_argument(
        "--yes", action="store_true", help=gettext("do it; without this it is only said what would be erased")
    )
    doctor_command = command("doctor", gettext("Say what would not work here, and what mends it."))
    doctor_command.add_argument(
        "--quick", action="store_true", help=gettext("don't read all files again to compare them")
    )
    commands.add_parser("shortcut", help=gettext(SHORTCUT), description=gettext(SHORTCUT))
    _add_model_options(command("model", gettext("Say which language model answers, or let another one answer.")))
    token = command("token", gettext("Show the token with which other programs may ask here, or make one."))
    token.add_argument("--new", action="store_true", help=gettext("another one; the old one is of no use any more"))
    token.add_argument("--end", action="store_true", help=gettext("let no program ask any more"))
    command("password", gettext("Set the password with which other devices in your network sign in (see --host)."))
    command(
        "mcp",
        gettext("Serve search and answers to other programs on this computer (Model Context Protocol, over stdio)."),
    )
    return main


def _add_app_options(main: argparse.ArgumentParser) -> None:
    main.add_argument("--library", type=Path, metavar="DIR", help=gettext("the library's folder"))
    main.add_argument(
        "--host",
        default=HOST,
        help=gettext("address to serve on (default {host}; 0.0.0.0 lets other devices in)").format(host=HOST),
    )
    main.add_argument(
        "--port",
        type=int,
        default=PORT,
        help=gettext("port to serve on (default {port}; 0 for any that is free)").format(port=PORT),
    )
    main.add_argument(
        "--certificate", type=Path, metavar="FILE", help=gettext("for other devices, instead of one made here")
    )
    main.add_argument(
        "--certificate-key", type=Path, metavar="FILE", help=gettext("its key (default: in the same file)")
    )
    main.add_argument(
        "--vectors", metavar="URL", help=gettext("keep vectors on this Chroma server from now on, or `here` again")
    )
    main.add_argument("--allow", dest="allow_vectors", action="store_true", help=gettext("it is another computer"))
    main.add_argument("--no-browser", action="store_true", help=gettext("don't open the browser"))


def _add_question_options(search: argparse.ArgumentParser, ask: argparse.ArgumentParser) -> None:
    search.add_argument("query")
    search.add_argument("--top", type=int, default=TOP, metavar="N")
    ask.add_argument("question")
    ask.add_argument("--mode", choices=("documents", "documents+knowledge"), default="documents")
    ask.add_argument("--csv", type=Path, metavar="FILE", help=gettext("save the answer’s table or list here too"))
    for sub in (search, ask):
        sub.add_argument("--document", metavar="NAME", help=gettext("look only in this one: its name, path or number"))
        sub.add_argument(
            "--kind", choices=("text", "table", "image"), help=gettext("look only at passages of this kind")
        )


def _add_model_options(model: argparse.ArgumentParser) -> None:
    model.add_argument("--server", metavar="URL", help=gettext("an OpenAI-compatible server"))
    model.add_argument("--name", metavar="MODEL", help=gettext("which of the models it offers"))
    model.add_argument("--key", action="store_true", help=gettext("it wants a key: asked for, or read from stdin"))
    model.add_argument("--allow", action="store_true", help=gettext("send questions and passages to another computer"))
    model.add_argument(
        "--no-fallback", action="store_true", help=gettext("nobody answers in its place when it is down")
    )
    model.add_argument("--extension", metavar="NAME", help=gettext("a model that an extension brings"))
    model.add_argument("--bundled", action="store_true", help=gettext("back to the one that comes with Lamplight"))
