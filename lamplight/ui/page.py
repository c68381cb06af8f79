"""The page: library and conversations on the left, the chat, and the sources on the right.

Gradio lays it out and carries the chat, whose answers stream. Everything else is drawn by the scripts in `assets`,
which ask the routes of the app for what they show.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from lamplight.models.errors import LamplightError
from lamplight.ui.chat import Chat
from lamplight.ui.household.visitor import person_of
from lamplight.ui.turns import Question, points

if TYPE_CHECKING:
    from lamplight.rag.events import Breadth, Mode
    from lamplight.ui.services import Services

# Nothing is offered as a public API, and the page shows its own progress.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


def panel(name: str, events: list[str]) -> gr.HTML:
    """A part of the page drawn by `assets/<name>.js`, which may trigger the named events.

    (A function: Gradio writes a `.pyi` file next to each subclass.)
    """
    script = (
        f'import("/lamplight/{name}.js").then((panel) => panel.mount({{element, props, trigger, watch}}));\n'
        f"const events = {json.dumps(events)};"
    )
    return gr.HTML(
        None,
        html_template="<div class='panel'></div>",
        js_on_load=script,
        apply_default_css=False,
        elem_id=name,
    )


class ChatPage:
    """The components of the page and what happens to them. One instance serves every tab."""

    def __init__(self, services: Services) -> None:
        self._chat = Chat(services)

    def blocks(self) -> gr.Blocks:
        """The page as a Gradio app."""
        blocks: gr.Blocks = gr.Blocks(title="Lamplight", fill_height=True, fill_width=True, analytics_enabled=False)
        with blocks:
            self._lay_out()
            self._connect()
        return blocks

    def _lay_out(self) -> None:
        # What the tab shows, for following: kept here, as what a tab sends back may be older than what it was sent.
        self.shown = gr.State(None)
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="sidebar"):
                panel("library", [])
                panel("conversations", [])
            with gr.Column(elem_id="centre"):
                panel("topbar", [])
                panel("welcome", [])
                self.chatbot = gr.Chatbot(
                    elem_id="chat",
                    layout="bubble",
                    show_label=False,
                    container=False,
                    height="100%",
                    buttons=[],
                    latex_delimiters=[],
                    feedback_options=None,
                    placeholder=" ",
                )
                self.composer = panel("composer", ["show", "ask", "edit", "again", "back"])
            with gr.Column(elem_id="sources-column"):
                panel("sources", [])

    def _connect(self) -> None:
        """Each event shows a conversation, then follows the answer being written in it.

        Leaving a conversation ends the following; its answer is still written and kept.
        """
        shown = [self.composer, self.chatbot, self.shown]
        begun = [
            event(self._told(act), None, shown, **AT_ONCE)
            for event, act in (
                (self.composer.show, self._show),
                (self.composer.ask, self._ask),
                (self.composer.edit, self._edit),
                (self.composer.again, self._again),
                (self.composer.back, self._take_back),
            )
        ]
        followed = [event.then(self._follow, self.shown, shown[:2], concurrency_limit=None, **QUIET) for event in begun]
        for event in (self.composer.show, self.composer.back):
            event(None, None, None, cancels=followed, **AT_ONCE)

    def _told(self, act: Callable[[gr.EventData, gr.Request], tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
        """`act`, where what goes wrong is a sentence on the page; Gradio says nothing of other errors."""

        def acted(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
            try:
                return act(event, request)
            except LamplightError as error:
                raise gr.Error(self._chat.told(error, _person(request)), print_exception=False) from error

        return acted

    def _view(
        self, conversation_id: int | None, request: gr.Request, edit: int | None = None, untaken: str = ""
    ) -> tuple[Any, ...]:
        current = self._own(conversation_id, request)
        state = self._state(current, edit, untaken)
        return state, self._chat.messages(current), state

    def _own(self, conversation_id: int | None, request: gr.Request) -> int | None:
        return self._chat.known(conversation_id, _person(request))

    def _state(self, conversation_id: int | None, edit: int | None = None, untaken: str = "") -> dict[str, Any]:
        """For `assets/composer.js`: `edit` is what can be taken back, `untaken` a question that was not taken, `about`
        what alone is asked.

        `when` tells whether another tab went on.
        """
        conversation = self._chat.conversation(conversation_id)
        return {
            "conversation": conversation_id,
            "answering": self._chat.answering(conversation_id),
            "when": conversation.updated_at if conversation else 0.0,
            "collection": conversation.collection_id if conversation else None,
            "untaken": untaken,
            "about": self._chat.about(conversation_id),
            "edit": edit,
        }

    def _question(self, event: gr.EventData) -> Question:
        mode: Mode = "documents+knowledge" if event.mode == "documents+knowledge" else "documents"
        text, about = str(event.question).strip(), tuple(map(int, event.about))
        if event.open and not about and not event.attached and points(text):
            about = (int(event.open),)
        return Question(text, mode, self._chat.paths(event.attached), about)

    def _show(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        return self._view(event.conversation, request)

    def _ask(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        question = self._question(event)
        conversation_id, taken = self._chat.ask(question, event.conversation, event.collection, _person(request))
        return self._view(conversation_id, request, untaken="" if taken else question.text)

    def _edit(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        question, edit = self._question(event), None
        if (conversation_id := self._own(event.conversation, request)) is not None:
            edit = self._chat.edit(conversation_id, event.message, question)
        return self._view(conversation_id, request, edit, untaken=question.text if edit is None else "")

    def _again(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        breadth: Breadth = event.breadth if event.breadth in ("fewer", "more") else "usual"
        everywhere, edit = event.breadth == "everywhere", None
        if (conversation_id := self._own(event.conversation, request)) is not None:
            edit = self._chat.again(conversation_id, event.message, breadth, event.kind, everywhere)
        return self._view(conversation_id, request, edit)

    def _take_back(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        if (conversation_id := self._own(event.conversation, request)) is not None:
            self._chat.take_back(conversation_id, event.edit)
        return self._view(conversation_id, request)

    def _follow(self, state: dict[str, Any] | None, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        yield gr.skip(), gr.skip()  # without a step of its own Gradio would empty both
        shown = self._own(state["conversation"], request) if state and state["answering"] else None
        if state and shown is not None:
            for messages in self._chat.watch(shown):
                yield gr.skip(), messages
            yield self._state(shown, state["edit"]), self._chat.messages(shown)


def _person(request: gr.Request) -> str:
    """Whose event it is. Raises `KeyError` for one that didn't come by the guard."""
    if request.request is None:
        raise KeyError(request)
    return person_of(request.request)
