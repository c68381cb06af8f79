"""Who a request is from: the person at the computer, or somebody signed in elsewhere in the house."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from lamplight.languages import gettext, sentence, translated
from lamplight.library.conversations import AT_THE_COMPUTER
from lamplight.models.folder import models_folder

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from lamplight.ui.household.sessions import Session

SESSION = "lamplight.session"  # in the scope, where the guard has put it
# What reaches beyond the shared library: the computer, everybody's conversations at once, or who may come in.
AT_THE_COMPUTER_ONLY = (
    "/access",
    "/backup",
    "/commands",
    "/erase",
    "/folders",
    "/household",
    "/models",
    "/remembered",
    "/restore",
)
# A path of the computer, as it stands in a sentence: of two names at least, as "and/or" and addresses are none.
REST = r"""[^\s'"“”(),;:]*[^\s'"“”(),;:.]"""  # of a path; the sentence may end behind it
PATH = re.compile(rf"""(?<![\w/:.])(?:[A-Za-z]:\\|/)[^\s/\\'"“”(),;:]+[/\\]{REST}""")
A_FOLDER = sentence("its folder")
NOT_YOURS = sentence("Only the person at the computer on which Lamplight runs can do this.")


def session_of(request: HTTPConnection) -> Session | None:
    """None for the person at the computer. Raises `KeyError` for a request that the guard hasn't seen."""
    session: Session | None = request.scope[SESSION]
    return session


def person_of(request: HTTPConnection) -> str:
    """As conversations carry it. Raises `KeyError` likewise."""
    session = session_of(request)
    return AT_THE_COMPUTER if session is None else session.person


def may_go(session: Session | None, path: str) -> bool:
    """Whether a path is open to who is signed in, or at the computer."""
    return session is None or not any(path == one or path.startswith(f"{one}/") for one in AT_THE_COMPUTER_ONLY)


def redacted(told: str, session: Session | None, library: Path) -> str:
    """What went wrong, as it is shown to who is signed in, or at the computer; `library` is the library's folder.

    The paths are taken out first: in another language they may stand before letters that would be taken for theirs.
    """
    return shown(told if session is None else without_paths(told, library))


def shown(told: str) -> str:
    """A sentence in the language that is spoken here, with what `without_paths` has put into it."""
    return translated(told).replace(A_FOLDER, gettext(A_FOLDER))


def without_paths(told: str, library: Path) -> str:
    """Without the paths in it: where things are on the computer is nobody's business elsewhere."""
    known = {str(one) for one in (library, library.resolve(), models_folder(), Path("~").expanduser()) if one.name}
    for folder in sorted(known, key=len, reverse=True):  # in which there may be blanks
        told = re.sub(rf"{re.escape(folder)}(?!\w)({re.escape(os.sep)}{REST})?", A_FOLDER, told)
    return PATH.sub(A_FOLDER, told)
