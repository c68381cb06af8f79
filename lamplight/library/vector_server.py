"""Where a library's vectors are kept if not beside it: on a Chroma server, perhaps on another computer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.library.errors import LibraryError
from lamplight.network.address import Reachable, web_address

CHOICE = "vector-server.json"
EXAMPLE = "http://localhost:8000"
PORT = 8000  # of `chroma run`
HERE = "here"  # instead of an address: back beside the library


@dataclass(frozen=True, slots=True)
class VectorServer(Reachable):
    """A Chroma server at `address` (scheme, host and port). `permitted` is the host that a person has allowed.

    `library` is in the names of the collections, so that libraries don't mix; it is drawn anew for each server and
    after erasing, and no backup holds it. `embedders` are those that have a collection there.
    """

    address: str
    library: str
    permitted: str = ""
    embedders: tuple[str, ...] = ()

    @classmethod
    def at(cls, typed: str, permitted: bool = False) -> VectorServer:
        """From an address as people type it, perhaps with leave to connect there. Raises `ServerError`."""
        parts = web_address(typed, EXAMPLE)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = parts.port or (443 if parts.scheme == "https" else PORT)
        server = cls(f"{parts.scheme}://{host}:{port}", secrets.token_hex(6))
        return replace(server, permitted=server.host if permitted else "")

    @classmethod
    def saved(cls, content: object) -> VectorServer | None:
        """From what `asdict` made of one; None where it is something else."""
        match content:
            case {"address": str(address), "library": str(library), "permitted": str(permitted), "embedders": names}:
                return cls(address, library, permitted, tuple(map(str, names)) if isinstance(names, list) else ())
        return None

    @property
    def permission(self) -> str:
        """What a person is asked before the first connection to another computer."""
        return self.warned(
            sentence(
                f"{self.host} is not this computer. The vectors of all passages would be kept there, and those of your "
                "questions sent there; from a vector much of its text can be guessed. The texts stay here."
            )
        )

    def collection(self, embedder: str) -> str:
        """The name of the collection for the embedder called so."""
        return f"lamplight-{self.library}-{embedder}"


class VectorChoice:
    """What a library's folder says of it. `left` are servers that still hold vectors which are to be deleted there."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CHOICE
        content = _read(self._path)
        self.server = VectorServer.saved(content.get("server"))
        left = content.get("left")
        known = map(VectorServer.saved, left if isinstance(left, list) else [])
        self.left = [server for server in known if server is not None]

    def use(self, server: VectorServer | None) -> None:
        """From now on vectors are there, or beside the library. Raises `LibraryError` when that can't be kept."""
        old = self.server
        if old is not None and server is not None and old.address == server.address:
            server = replace(old, permitted=server.permitted or old.permitted)
        elif old is not None:
            self.left.append(old)
        self.server = server
        self._save()

    def begin_anew(self) -> None:
        """All that is on the server is to be deleted there, and what comes will be apart from it."""
        if self.server is not None:
            self.left.append(self.server)
            self.server = replace(self.server, library=secrets.token_hex(6), embedders=())
            self._save()

    def note_embedder(self, name: str) -> None:
        """A collection of this embedder's is about to be made."""
        if self.server is not None and name not in self.server.embedders:
            self.server = replace(self.server, embedders=(*self.server.embedders, name))
            self._save()

    def forget_embedder(self, name: str) -> None:
        """The collection of this embedder's is gone."""
        if self.server is not None:
            kept = tuple(one for one in self.server.embedders if one != name)
            self.server = replace(self.server, embedders=kept)
            self._save()

    def deleted(self, server: VectorServer) -> None:
        """A server holds nothing any more of what was left there."""
        self.left.remove(server)
        self._save()

    def _save(self) -> None:
        content = {"server": asdict(self.server) if self.server else None, "left": [asdict(one) for one in self.left]}
        try:
            write_atomically(self._path, json.dumps(content).encode())
        except OSError as error:
            raise LibraryError(f"{self._path} can’t be written ({error.strerror}).") from error


def _read(path: Path) -> Mapping[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{path} can’t be read, so where the vectors are is not known; say it again with --vectors after deleting "
            "that file."
        ) from error
    return content if isinstance(content, dict) else {}
