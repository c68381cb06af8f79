"""The page: library and conversations on the left, the chat, and the sources on the right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.chat import MODES, Chat, ChatMessage
from ui.conversations_panel import conversations_value, known_conversation
from ui.library_panel import library_value
from ui.removals import Removals
from ui.welcome import sample_files, welcome_value

if TYPE_CHECKING:
    from ui.services import Services

REFRESH_SECONDS = 0.7
PLACEHOLDER = "Ask about your documents…"
# Nothing is offered as a public API, and the page shows its own progress.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


def panel(name: str, events: list[str], value: Any = None) -> gr.HTML:
    """A part of the page drawn by `assets/<name>.js`, which may trigger the named events.

    The script gets `value` through the component and builds elements from it, never markup, so that a
    document's name is shown as it is. (A function: Gradio writes a `.pyi` file next to each subclass.)
    """
    script = (
        f'import("/lamplight/{name}.js").then((panel) => panel.mount({{element, props, trigger, watch}}));\n'
        f"const events = {json.dumps(events)};"
    )
    return gr.HTML(
        value,
        html_template="<div class='panel'></div>",
        js_on_load=script,
        apply_default_css=False,
        elem_id=name,
    )


class ChatPage:
    """The components of the page and what happens to them. One instance serves every tab."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._chat = Chat(services)
        self._removals = Removals(services.library)

    def blocks(self) -> gr.Blocks:
        """The page as a Gradio app."""
        blocks: gr.Blocks = gr.Blocks(title="Lamplight", fill_height=True, fill_width=True, analytics_enabled=False)
        with blocks:
            self._lay_out()
            self._connect_library()
            self._connect_conversations()
            self._connect_chat(blocks)
        return blocks

    def _lay_out(self) -> None:
        # Only the number of the open conversation is kept by the browser, nothing that was said.
        self.conversation = gr.BrowserState(None, storage_key="lamplight-conversation", secret="lamplight")
        with gr.Row(elem_id="stage"):
            with gr.Column(elem_id="sidebar"):
                self.library = panel(
                    "library", ["added", "remove", "restore", "cancel", "dismiss", "again", "pause", "resume"]
                )
                self.conversations = panel("conversations", ["open", "begin", "forget", "recall"])
            with gr.Column(elem_id="centre"):
                self.topbar = panel("topbar", [])
                self.welcome = panel("welcome", ["question", "samples"])
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
                with gr.Column(elem_id="composer"):
                    self.question = gr.Textbox(
                        elem_id="question",
                        label="Your question",
                        show_label=False,
                        container=False,
                        placeholder=PLACEHOLDER,
                        lines=1,
                        max_lines=8,
                        submit_btn=True,
                        autofocus=True,
                    )
                    self.mode = gr.Radio(
                        list(MODES),
                        value=next(iter(MODES)),
                        elem_id="mode",
                        label="Answer from",
                        show_label=False,
                        container=False,
                    )
            with gr.Column(elem_id="sources-column"):
                panel("sources", [])
        self.timer = gr.Timer(REFRESH_SECONDS, active=False)

    def _connect_library(self) -> None:
        shown = [self.library, self.welcome, self.topbar, self.timer]
        self.library.added(self._refresh, None, shown, **AT_ONCE)
        self.timer.tick(self._refresh, None, shown, **AT_ONCE)
        for event, action in (
            (self.library.remove, self._removals.remove),
            (self.library.restore, self._removals.restore),
            (self.library.cancel, self._services.queue.cancel),
            (self.library.dismiss, self._services.queue.dismiss),
            (self.library.again, self._services.queue.retry),
        ):
            event(self._then_refresh(action), None, shown, **AT_ONCE)
        self.library.pause(self._after(self._services.queue.pause), None, shown, **AT_ONCE)
        self.library.resume(self._after(self._services.queue.resume), None, shown, **AT_ONCE)
        self.welcome.samples(self._add_samples, None, shown, **AT_ONCE)

    def _connect_conversations(self) -> None:
        shown = [self.conversation, self.chatbot, self.conversations, self.question]
        self._opened = [
            self.conversations.open(self._open, None, shown, **AT_ONCE),
            self.conversations.begin(lambda: self._view(None), None, shown, **AT_ONCE),
            self.conversations.forget(self._forget, self.conversation, shown, **AT_ONCE),
        ]
        self.conversations.recall(self._recall, self.conversation, self.conversations, **AT_ONCE)

    def _connect_chat(self, blocks: gr.Blocks) -> None:
        shown = [self.conversation, self.chatbot, self.conversations, self.question]
        asked = [
            self.question.submit(self._ask, [self.question, self.mode, self.conversation], shown, **AT_ONCE),
            self.welcome.question(self._ask_example, [self.mode, self.conversation], shown, **AT_ONCE),
        ]
        loaded = blocks.load(self._view, self.conversation, shown, **AT_ONCE)
        blocks.load(self._refresh, None, [self.library, self.welcome, self.topbar, self.timer], **AT_ONCE)
        watching = [
            begun.then(self._watch, self.conversation, [self.chatbot, self.question], concurrency_limit=None, **QUIET)
            for begun in (*asked, *self._opened, loaded)
        ]
        # Leaving a conversation stops watching it; its answer is still written and kept.
        for panel_event in (self.conversations.open, self.conversations.begin, self.conversations.forget):
            panel_event(None, None, None, cancels=watching, **AT_ONCE)
        self.question.stop(self._chat.stop, self.conversation, None, **AT_ONCE)

    def _refresh(self) -> tuple[Any, Any, Any, gr.Timer]:
        models = self._services.models
        # A watched folder may bring something at any time.
        busy = self._services.queue.busy or not models.ready or bool(self._services.library.watched_folders())
        status = {"ready": models.ready, "status": "" if models.ready else models.status}
        return library_value(self._services), welcome_value(self._services), status, gr.Timer(active=busy)

    def _then_refresh(self, action: Any) -> Any:
        def act(event: gr.EventData) -> tuple[Any, Any, Any, gr.Timer]:
            action(int(event.id))
            return self._refresh()

        return act

    def _after(self, action: Callable[[], None]) -> Callable[[], tuple[Any, Any, Any, gr.Timer]]:
        def act() -> tuple[Any, Any, Any, gr.Timer]:
            action()
            return self._refresh()

        return act

    def _add_samples(self) -> tuple[Any, Any, Any, gr.Timer]:
        for path in sample_files():
            self._services.queue.submit(path, path.name)
        return self._refresh()

    def _view(self, conversation_id: int | None) -> tuple[Any, ...]:
        current = known_conversation(self._services.library, conversation_id)
        listed = conversations_value(self._services.library, current)
        return current, self._chat.messages(current), listed, self._composer(current)

    def _open(self, event: gr.EventData) -> tuple[Any, ...]:
        return self._view(int(event.id))

    def _forget(self, conversation_id: int | None, event: gr.EventData) -> tuple[Any, ...]:
        self._chat.stop(int(event.id))
        self._services.library.remove_conversation(int(event.id))
        return self._view(conversation_id)

    def _recall(self, conversation_id: int | None, event: gr.EventData) -> Any:
        self._services.library.restore_conversation(int(event.id))
        return conversations_value(self._services.library, conversation_id)

    def _ask(self, question: str, mode: str, conversation_id: int | None) -> tuple[Any, ...]:
        if not question.strip():
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        current = self._chat.ask(question.strip(), MODES[mode], conversation_id)
        listed = conversations_value(self._services.library, current)
        cleared = gr.Textbox(value="", submit_btn=False, stop_btn=True)
        return current, self._chat.messages(current), listed, cleared

    def _ask_example(self, mode: str, conversation_id: int | None, event: gr.EventData) -> tuple[Any, ...]:
        return self._ask(str(event.question), mode, conversation_id)

    def _watch(self, conversation_id: int | None) -> Iterator[tuple[list[ChatMessage], Any]]:
        for messages in self._chat.watch(conversation_id):
            yield messages, gr.skip()
        yield self._chat.messages(conversation_id), self._composer(None)

    def _composer(self, conversation_id: int | None) -> gr.Textbox:
        answering = self._chat.turns.running(conversation_id) is not None
        return gr.Textbox(submit_btn=not answering, stop_btn=answering)
