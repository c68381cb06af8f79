"""The address of a server as people type it, and whether it may be reached: here always, elsewhere once allowed."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from lamplight.errors import ServerError
from lamplight.languages import sentence
from lamplight.network.connections import is_here


def web_address(typed: str, example: str) -> SplitResult:
    """What a person typed or copied, `http` unless they said otherwise. Raises `ServerError`."""
    text = typed.strip().strip("\"'")
    address = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (raises when it is none)
    except ValueError as error:
        raise ServerError(f"{text} is no web address; it looks like {example}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", address):
        raise ServerError(
            f"{text} is no web address; it looks like {example}."
            if text
            else f"Nothing is no web address; it looks like {example}."
        )
    return parts


class Reachable:
    """Something at `address`. `permitted` is the host that a person has allowed, by name."""

    __slots__ = ()
    address: str
    permitted: str

    @property
    def host(self) -> str:
        """In lower case, without port, brackets and a dot at the end; empty where the address names none."""
        return (urlsplit(self.address).hostname or "").rstrip(".")

    @property
    def elsewhere(self) -> str:
        """The host if that is another computer, else empty."""
        return "" if is_here(self.host) else self.host

    @property
    def may_connect(self) -> bool:
        """This computer may always be; another one once a person has allowed it."""
        return not self.elsewhere or self.permitted == self.host

    @property
    def place(self) -> str:
        """Where it is, as people are told."""
        return urlsplit(self.address).netloc

    def warned(self, asked: str) -> str:
        """`asked`, and what without https has to be known before somebody agrees."""
        if self.address.startswith("https:"):
            return asked
        return sentence(f"{asked} Without https, others on the network can read along.")
