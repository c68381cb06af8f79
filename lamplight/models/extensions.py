"""What other distributions add to Lamplight: readers, models and charts, found by the entry points of their packages.

Which there are is read from their metadata. An extension's code is loaded when it is first needed and never before
the guard is on: what it tries to reach from then on is judged like everything else (`network.connections`).
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from lamplight.errors import ExtensionError, LamplightError
from lamplight.languages import sentence
from lamplight.network.connections import block_connections

Group = Literal["lamplight.readers", "lamplight.models", "lamplight.charts"]
GROUPS: tuple[Group, ...] = get_args(Group)


@dataclass(frozen=True, slots=True)
class Extension:
    """One thing that a distribution adds; `name` is what its entry point is called."""

    name: str
    distribution: str
    version: str
    point: importlib.metadata.EntryPoint

    def load(self) -> Callable[..., Any]:
        """The function or class it names. Raises `ExtensionError`."""
        block_connections()
        with self.at_work():
            loaded: Callable[..., Any] = self.point.load()
        if not callable(loaded):
            raise self.error(TypeError(f"{self.point.value} can't be called"))
        return loaded

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Whatever its code raises in here becomes an `ExtensionError`, but for what is raised on purpose."""
        try:
            yield
        except (LamplightError, MemoryError):
            raise
        except (Exception, SystemExit) as error:  # of any type: it is somebody else's code
            raise self.error(error) from error

    def error(self, reason: BaseException) -> ExtensionError:
        """The sentence a person is told when it doesn't do what it should."""
        told = " ".join(f"{type(reason).__name__}: {reason}".split())
        return ExtensionError(sentence(f"{self} doesn’t work ({told}); {self.remedy}."))

    @property
    def remedy(self) -> str:
        """What a person can do about one that doesn't work."""
        return sentence(f"update it, or run `pip uninstall {self.distribution}`")

    def __str__(self) -> str:
        return sentence(f"{self.name} of the extension {self.distribution} {self.version}")


def extensions(group: Group) -> dict[str, Extension]:
    """By name. Of two that are called the same, the one of the earlier folder on `sys.path`."""
    return {one.name: one for one in reversed(_found(tuple(sys.path))) if one.point.group == group}


@lru_cache(maxsize=1)
def _found(path: tuple[str, ...]) -> list[Extension]:
    """Of all groups. Asked for each file, and reading the metadata of a hundred distributions takes 15 ms."""
    return [one for each in importlib.metadata.distributions(path=list(path)) for one in _of(each)]


def _of(distribution: importlib.metadata.Distribution) -> list[Extension]:
    try:
        name, version = distribution.metadata["Name"], distribution.version
        points = [point for point in distribution.entry_points if point.group in GROUPS]
    except Exception:  # of any type, by the standard library's parsers
        return []  # nobody can tell what a package with damaged metadata adds, and it may be none of ours
    return [Extension(point.name, name, version, point) for point in points]
