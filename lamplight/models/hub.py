"""A model hub's protocol, as Hugging Face and its mirrors speak it: `{endpoint}/{repository}/resolve/main/{file}`.

`HEAD` there tells a large file's size and sha256 (`X-Linked-Size`, `X-Linked-Etag`) before the redirect to where its
bytes are: https://huggingface.co/docs/hub/storage-backends. huggingface_hub itself is not used to download, as it
neither checks that sha256 nor can be paused, and is told to stay offline.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from lamplight.errors import DownloadError
from lamplight.languages import sentence
from lamplight.models.catalogue import HubFile
from lamplight.network.connections import allowed

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0  # to connect, and between two pieces
MOST_REDIRECTS = 5
SHA256 = re.compile(r"[0-9a-f]{64}")
TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, HTTPStatus.TOO_MANY_REQUESTS)
SIGN_IN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class ConnectionLost(Exception):
    """The connection failed or broke off, or the hub is busy: worth another try."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What the hub says of a file before it sends it."""

    size: int
    sha256: str


def endpoint() -> str:
    """The hub's address without a slash at the end: `HF_ENDPOINT`, or the public one."""
    chosen = os.environ.get("HF_ENDPOINT")
    if not chosen:
        from huggingface_hub.constants import HUGGINGFACE_CO_URL_HOME

        chosen = HUGGINGFACE_CO_URL_HOME
    return chosen.rstrip("/")


def hub_name() -> str:
    """The hub as people are told of it."""
    return urlsplit(endpoint()).netloc


def address_of(file: HubFile) -> str:
    """Of its newest version at `endpoint()`, quoted."""
    return f"{endpoint()}/{quote(file.repository)}/resolve/main/{quote(file.name)}"


@contextmanager
def open_url(
    method: str, address: str, headers: Mapping[str, str] | None = None, follow: bool = True
) -> Iterator[httpx.Response]:
    """A response whose body is not read yet. Raises `ConnectionLost`, also while the body is read.

    Only because a person clicked Download. The one other place that connects to another computer is
    `models.server_requests`.
    The connection is open as long as the context, all of it in the calling thread.
    """
    import httpx  # not on the way to the first page

    try:
        with (
            allowed(
                sentence(f"download of {address.rpartition('/')[2]}")
            ),  # its bytes come from a host that the hub names
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=follow, max_redirects=MOST_REDIRECTS) as client,
            client.stream(method, address, headers=headers) as response,
        ):
            yield response
    except httpx.HTTPError as error:
        raise ConnectionLost(str(error) or type(error).__name__) from error
    except httpx.InvalidURL as error:
        raise DownloadError(f"{address} is no web address; correct HF_ENDPOINT.") from error


def look_up(file: HubFile) -> Announced:
    """Ask for a file's size and sha256. Raises `ConnectionLost` and `DownloadError`."""
    address = address_of(file)
    for _ in range(MOST_REDIRECTS):
        # Identity, as a compressed answer would tell another size.
        with open_url("HEAD", address, {"Accept-Encoding": "identity"}, follow=False) as response:
            # A repository that was renamed leads to its new name on the same hub; what leads elsewhere is the file.
            further = response.headers.get("location", "")
            if response.is_redirect and "x-linked-etag" not in response.headers and not urlsplit(further).netloc:
                address = urljoin(address, further)
                continue
            if not response.is_redirect:
                refuse(response, file)
            return _announced(response, file)
    raise DownloadError(f"{hub_name()} sends in circles for {file.name}; choose another model.")


def refuse(response: httpx.Response, file: HubFile) -> None:
    """Raises `DownloadError`, or `ConnectionLost` if trying again may help, unless the response brings the file."""
    status = response.status_code
    if status in MISSING:
        raise DownloadError(f"{hub_name()} has no {file.name} in {file.repository} any more; choose another model.")
    if status in SIGN_IN:
        raise DownloadError(
            f"{hub_name()} gives {file.repository} only to people who have signed in; fetch {file.name} in a browser "
            "and choose the file."
        )
    if status in TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ConnectionLost(f"it answered {status}")
    if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        raise DownloadError(f"{hub_name()} answered {status} for {file.name}; try again later.")


def _announced(response: httpx.Response, file: HubFile) -> Announced:
    headers = response.headers
    etag = headers.get("x-linked-etag") or headers.get("etag") or ""
    found = SHA256.fullmatch(etag.removeprefix("W/").strip('"').lower())
    sha256 = found.group() if found else ""
    if not sha256:
        raise DownloadError(
            f"{hub_name()} announces no sha256 for {file.name}, so what it sends could not be checked; "
            "set HF_ENDPOINT to another hub."
        )
    if file.sha256 and file.sha256 != sha256:
        raise DownloadError(
            f"{hub_name()} has another {file.name} than the one Lamplight knows; set HF_ENDPOINT to another hub."
        )
    size = headers.get("x-linked-size") or headers.get("content-length") or ""
    return Announced(int(size) if size.isdecimal() else file.size, sha256)
