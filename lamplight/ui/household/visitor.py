"""Who a request is from: the person at the computer, or somebody signed in elsewhere in the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamplight.library.conversations import AT_THE_COMPUTER

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
    "/gradio_api/dev",  # streams for ever, for whoever writes Gradio apps
    "/household",
    "/models",
    "/remembered",
    "/restore",
)
NOT_YOURS = "Only the person at the computer on which Lamplight runs can do this."


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
