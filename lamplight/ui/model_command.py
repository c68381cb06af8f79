"""`app.py model`: which language model answers, and one on a server or of an extension instead, from the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lamplight.errors import ServerError, WeightsError
from lamplight.languages import gettext
from lamplight.models.choice import Source
from lamplight.models.server import Server
from lamplight.models.server_key import key_for
from lamplight.models.server_model import ServerModel

if TYPE_CHECKING:
    from lamplight.models.choice import LanguageModelChoice
    from lamplight.ui.services import Services

Record = dict[str, Any]
LOOK_SECONDS = 0.1  # between two looks whether the model is ready


def model(services: Services, arguments: Record) -> Iterator[Record]:
    """`loading` records while one is getting ready, then one `model` record. Raises `LamplightError`."""
    choice = services.models.choice
    if arguments["server"]:
        yield from _use_server(choice, arguments)
    elif arguments["extension"]:
        choice.choose_added(arguments["extension"])
    elif arguments["bundled"]:
        choice.choose(None)
    while choice.loading:
        yield {"loading": choice.loading}
        time.sleep(LOOK_SECONDS)
    if choice.trouble and (arguments["server"] or arguments["extension"] or arguments["bundled"]):
        raise WeightsError(choice.trouble)
    source = choice.source
    path = str(source.path) if isinstance(source, Source) and source.path else None
    server = source.address if isinstance(source, Server) else None
    yield {"model": {"name": source.name, "path": path, "server": server}}


def _use_server(choice: LanguageModelChoice, arguments: Record) -> Iterator[Record]:
    """Raises `ServerError` where something is missing that only a person can say."""
    server = Server.at(arguments["server"], arguments["allow"])
    if not server.may_connect:
        raise ServerError(f"{server.permission} Add --allow if you want that.")
    key = key_for(server.address, arguments["key"])
    yield {"loading": server.place}
    found = {one.model: one for one in ServerModel(server, key).models()}
    name = arguments["name"] or (next(iter(found)) if len(found) == 1 else "")
    if not name or (found and name not in found):
        names = ", ".join(found)
        raise ServerError(
            f"{server.place} offers {names}; say which one with --name."
            if names
            else f"{server.place} offers no models by name; say which one with --name."
        )
    size = found[name].parameters if name in found else 0.0
    choice.choose_server(replace(server, model=name, parameters=size, spare=not arguments["no_fallback"]), key)


def read_key() -> str:
    """Typed without being shown, or piped in: an argument would stand in the list of processes."""
    from getpass import getpass

    return getpass(f"{gettext('Key:')} ") if sys.stdin.isatty() else sys.stdin.readline().strip()
