"""A reader for files that do harm: what they say, it does to the process it runs in. For `test_reading_process.py`."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import lamplight.ingest.readers
from lamplight.ingest.document import ReadDocument
from lamplight.ingest.readers import read as ordinary_read
from lamplight.ingest.readers.reading import Reading


def crash() -> None:
    ctypes.string_at(0)


def run_in_circles() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(3600)


def eat_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(16 << 20))


def eat_memory_and_hide_it() -> None:
    """As a library does that catches everything."""
    eaten = []
    while True:
        try:
            eaten.append(bytearray(16 << 20))
        except MemoryError:
            time.sleep(0.1)


def shout() -> None:
    print("Not a message at all", flush=True)


def raise_something() -> None:
    raise KeyError("a bug\nof the reader")


DEEDS = {
    deed.__name__: deed
    for deed in (crash, run_in_circles, sleep, eat_memory, eat_memory_and_hide_it, shout, raise_something)
}


def read_inside_too(path: Path, reading: Reading) -> ReadDocument:
    """The same for what is inside a file."""
    lamplight.ingest.readers.read = read
    return read(path, reading)


def read(path: Path, reading: Reading) -> ReadDocument:
    """Does what the file's first word says, if it is a deed; then reads it as always."""
    word = path.read_bytes()[:64].split(b" ")[0].decode("latin-1")
    if word in DEEDS:
        DEEDS[word]()
    return ordinary_read(path, reading)
