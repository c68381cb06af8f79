"""What Gradio carries: asking, editing a question, answering again and taking an edit back, through its queue.

Each is called with one JSON object at `/gradio_api/call/NAME` and says in another what has come of it; the answer
itself comes by the stream of the page (`ui.page_stream`), or is read from the conversation once it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import Request
from gradio.events import api

from lamplight.errors import LamplightError
from lamplight.languages import speaking
from lamplight.ui.guard import wanted_language
from lamplight.ui.household.visitor import person_of
from lamplight.ui.running_answers import Question, points

if TYPE_CHECKING:
    from lamplight.rag.events import Breadth, Mode
    from lamplight.ui.chat import Chat

Sent = dict[str, Any]


class ChatApi:
    """The functions behind the names. `conversation` is the open one's number; another person's is none."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def blocks(self) -> gr.Blocks:
        """As Gradio's Server mode has it: functions with their queue, and no page."""
        blocks: gr.Blocks = gr.Blocks(mode="server", analytics_enabled=False)
        with blocks:
            for name, function in (
                ("ask", self._ask),
                ("edit", self._edit),
                ("again", self._again),
                ("back", self._back),
            ):
                api(self._told(function), api_name=name, concurrency_limit=None)
        return blocks

    def _told(self, act: Callable[[Sent, gr.Request], Sent]) -> Callable[[Sent, gr.Request], Sent]:
        """`act`, where what goes wrong is a sentence on the page; Gradio says nothing of other errors."""

        @wraps(act)
        def acted(sent: Sent, request: gr.Request) -> Sent:
            try:
                return act(sent, request)
            except LamplightError as error:
                # Gradio calls this in its queue, outside of the request whose language the guard has set.
                with speaking(wanted_language(_carried(request).headers)):
                    told = self._chat.redacted(error, _person(request))
                raise gr.Error(told, print_exception=False) from error

        return acted

    def _ask(self, sent: Sent, request: gr.Request) -> Sent:
        """Ask `question`; `taken` is false while another one is being answered in the conversation."""
        conversation, taken = self._chat.ask(
            self._question(sent), sent.get("conversation"), sent.get("collection"), _person(request)
        )
        return {"conversation": conversation, "taken": taken}

    def _edit(self, sent: Sent, request: gr.Request) -> Sent:
        """Ask `question` in place of `message` and all that followed; `edit` takes it back."""
        own = self._own(sent, request)
        edit = None if own is None else self._chat.edit(own, sent["message"], self._question(sent))
        return {"conversation": own, "taken": edit is not None, "edit": edit}

    def _again(self, sent: Sent, request: gr.Request) -> Sent:
        """Answer again what `message` answers, from fewer or more passages or as another `kind` of request."""
        own = self._own(sent, request)
        asked = sent.get("breadth")
        breadth: Breadth = asked if asked in ("fewer", "more") else "usual"
        edit = None
        if own is not None:
            edit = self._chat.again(own, sent["message"], breadth, sent.get("kind"), asked == "everywhere")
        return {"conversation": own, "taken": edit is not None, "edit": edit}

    def _back(self, sent: Sent, request: gr.Request) -> Sent:
        """Take back `edit`, if it is the last one."""
        own = self._own(sent, request)
        if own is not None:
            self._chat.take_back(own, sent["edit"])
        return {"conversation": own, "taken": own is not None}

    def _own(self, sent: Sent, request: gr.Request) -> int | None:
        return self._chat.known(sent.get("conversation"), _person(request))

    def _question(self, sent: Sent) -> Question:
        mode: Mode = "documents+knowledge" if sent.get("mode") == "documents+knowledge" else "documents"
        text, about = str(sent["question"]).strip(), tuple(map(int, sent.get("about") or ()))
        attached = self._chat.paths(sent.get("attached") or ())
        if sent.get("open") and not about and not attached and points(text):
            about = (int(sent["open"]),)
        return Question(text, mode, attached, about)


def _person(request: gr.Request) -> str:
    """Who sent it. Raises `KeyError` for what didn't come by the guard."""
    return person_of(_carried(request))


def _carried(request: gr.Request) -> Request:
    """The request inside Gradio's. Raises `KeyError` likewise."""
    if request.request is None:
        raise KeyError(request)
    return request.request
