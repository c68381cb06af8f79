"""A reading process: `python -m lamplight.ingest.worker BYTES READER`. What a hostile file breaks, it breaks in here.

Takes requests on stdin and answers on stdout (`ingest.worker_protocol`) until stdin ends. Only the app starts it
(`ingest.reading_process`, which holds the other end and the limits on time).
"""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from lamplight.errors import LamplightError
from lamplight.ingest.document import DocumentPage, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.worker_protocol import (
    MESSAGES,
    READY,
    REQUESTS,
    Entered,
    FileRead,
    Message,
    Opened,
    PageRead,
    ReadingProgress,
    Refused,
    Request,
    to_line,
)
from lamplight.languages import sentence
from lamplight.models.ocr import TextRecogniser
from lamplight.network.connections import block_connections

PR_SET_PDEATHSIG = 1  # of Linux's prctl.h

Reader = Callable[[Path, Reading], ReadDocument]
recogniser = functools.cache(TextRecogniser)


def main(most_memory: int, reader: str) -> None:
    """`most_memory` in bytes; `reader` is a function's dotted name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the app ends this one
    # What a library prints must not get between the messages.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    block_connections()
    _limit(most_memory)
    _end_with_parent()
    module, _, name = reader.rpartition(".")
    read: Reader = getattr(import_module(module), name)
    replies.write(READY)
    replies.flush()
    for line in sys.stdin.buffer:
        _serve(REQUESTS.validate_json(line), read, replies)


def _serve(request: Request, read: Reader, replies: BinaryIO) -> None:
    def send(message: Message) -> None:
        replies.write(to_line(MESSAGES, message))
        replies.flush()

    try:
        send(_read(request, read, send))
    except (ReadError, NothingToRead) as error:
        send(Refused(str(error), isinstance(error, NothingToRead)))
    except LamplightError as error:
        send(Refused(str(error), skipped=False))
    except MemoryError as error:
        error.__traceback__ = None  # and with it goes what the reader held
        told = sentence(f"{Path(request.path).name} needs too much memory to be read; split it or save it smaller.")
        send(Refused(told, skipped=False, spent=True))
    except Exception as error:  # a bug of ours must not end the others; the person is told
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        name = Path(request.path).name
        told = sentence(
            f"{name} could not be read ({reason}); it may be damaged: open it in its own program and save it anew."
        )
        send(Refused(told, skipped=False))


def _read(request: Request, read: Reader, send: Callable[[Message], None]) -> FileRead:
    sent: _Sent | None = None

    def begun(title: str, format_name: str) -> list[DocumentPage]:
        nonlocal sent
        send(Opened(title, format_name))
        sent = _Sent(send)
        return sent

    reading = Reading(
        recogniser, lambda status, fraction: send(ReadingProgress(status, fraction)), begun, request.earlier
    )
    reading.enter, reading.avoid = lambda number: send(Entered(number)), request.avoid
    document = read(Path(request.path), reading)
    if sent is None:
        send(Opened(document.title, document.format))
        for page in document.pages:
            if reading.wanted(page.number):
                send(PageRead(page))
    document.pages = []
    return FileRead(document)


class _Sent(list[DocumentPage]):
    """Sends what is appended and keeps none of it: a long document takes no more memory than a page."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        super().__init__()
        self._send = send

    def append(self, page: DocumentPage) -> None:
        self._send(PageRead(page))


def _limit(most_memory: int) -> None:
    """Elsewhere than on Unix only the watch on the memory in use (`ingest.reading_process`) limits it."""
    if sys.platform != "win32":
        import resource

        # Not RLIMIT_AS: ONNX Runtime reserves address space by the gigabyte and uses little of it.
        resource.setrlimit(resource.RLIMIT_DATA, (most_memory, most_memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """Also in the middle of an endless page, and while suspended. (A process that waits sees stdin end.)"""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
