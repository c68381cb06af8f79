"""A server that speaks OpenAI's protocol: where it is, whether it may be reached, which models it offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lamplight.errors import ServerError
from lamplight.languages import sentence
from lamplight.network.address import Reachable, web_address

USUAL_PATH = "/v1"
ENDPOINTS = re.compile(r"/(chat/completions|completions|models)$")
NAMES = 60  # letters of a model's name that are shown
EXAMPLE = "http://localhost:11434/v1"


@dataclass(frozen=True, slots=True)
class Server(Reachable):
    """`address` ends before `/chat/completions`. `permitted` is the host that a person has allowed, by name.

    With `spare`, the model that comes with Lamplight answers while this one can't.
    """

    address: str
    model: str = ""
    permitted: str = ""
    spare: bool = True
    parameters: float = 0.0  # as the server says; few do

    @classmethod
    def at(cls, typed: str, permitted: bool = False) -> Server:
        """From an address as people type or copy it, perhaps with leave to connect there. Raises `ServerError`."""
        parts = web_address(typed, EXAMPLE)
        if "@" in parts.netloc:
            raise ServerError("Leave name and password out of the address; the key has a field of its own.")
        path = ENDPOINTS.sub("", parts.path.rstrip("/")) or USUAL_PATH
        server = cls(f"{parts.scheme}://{parts.netloc.lower()}{path}")
        return replace(server, permitted=server.host if permitted else "")

    @classmethod
    def saved(cls, content: object) -> Server | None:
        """From what `dict` made of one; None where it is something else."""
        if not isinstance(content, Mapping):
            return None
        match content:
            case {"address": str(address), "model": str(model)} if address and model:
                permitted, spare = content.get("permitted"), content.get("spare")
                size = content.get("parameters")
                return cls(
                    address,
                    model,
                    permitted if isinstance(permitted, str) else "",
                    spare is not False,
                    float(size) if isinstance(size, int | float) else 0.0,
                )
        return None

    @property
    def name(self) -> str:
        """The model and where it is. A model's name may be the path of its file."""
        short = re.split(r"[\\/]", self.model)[-1][:NAMES] if self.model.lower().endswith(".gguf") else self.model
        return f"{short[:NAMES]} on {self.place}" if short else self.place

    @property
    def permission(self) -> str:
        """What a person is asked before the first connection to another computer."""
        return self.warned(
            sentence(
                f"{self.host} is not this computer. Your questions with the conversation before them, and the passages "
                "that answers need (for a summary, the whole document), would be sent there; your documents stay here."
            )
        )


@dataclass(frozen=True, slots=True)
class Offered:
    """A model that a server lists; `parameters` 0 where it doesn't say."""

    model: str
    parameters: float


def offered(content: object) -> list[Offered]:
    """The models in a server's answer to `/models`, in its order; none when it answers something else."""
    entries = content.get("data") if isinstance(content, dict) else None
    found: list[Offered] = []
    for entry in entries if isinstance(entries, list) else []:
        name = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(name, str) and name.strip():
            about = entry.get("meta")  # llama.cpp's own server says more of a model there
            size = about.get("n_params") if isinstance(about, dict) else None
            found.append(Offered(name, float(size) if isinstance(size, int | float) else 0.0))
    return found
