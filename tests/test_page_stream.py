"""What an open page is told: all that changes, and after a lost connection only what it missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from lamplight.ui.chat import Chat
from lamplight.ui.household.sessions import Session
from lamplight.ui.page_stream import PageStream
from lamplight.ui.running_answers import Question, RunningAnswer
from lamplight.ui.services import Services

QUESTION = "When are bonfires allowed?"


@dataclass(frozen=True)
class Told:
    """An event as a browser hears it."""

    name: str
    value: Any
    number: str


@pytest.fixture
def talk(services: Services) -> int:
    """A conversation of one question with its answer."""
    library = services.library
    talk = library.conversations.start(QUESTION)
    library.messages.add(talk, "user", QUESTION)
    library.messages.add(talk, "assistant", "In **November** <b>only</b>.", {"done": True})
    return talk


def stream(services: Services, talk: int | None, known: str = "", session: Session | None = None) -> PageStream:
    return PageStream(services, Chat(services), session, talk, known)


async def events(stream: PageStream) -> AsyncGenerator[Told, None]:
    async for piece in stream.pieces():
        for block in filter(str.strip, piece.split("\n\n")):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            yield Told(fields["event"], json.loads(fields["data"]), fields["id"])


async def until(telling: AsyncIterator[Told], name: str, fits: Callable[[Any], bool] = bool) -> Told:
    """The next event of this name that fits."""
    async for told in telling:
        if told.name == name and fits(told.value):
            return told
    raise AssertionError(f"The stream ended without {name}")


def run(work: Callable[[], Awaitable[None]]) -> None:
    """In a thread of its own: the browser's tests keep an event loop running in this one."""

    async def in_time() -> None:
        await asyncio.wait_for(work(), 60)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(in_time())).result()


def test_a_page_is_told_what_the_app_does_and_what_was_said(services: Services, talk: int) -> None:
    async def work() -> None:
        async with aclosing(events(stream(services, talk))) as telling:
            assert (await until(telling, "activity")).value["person"] is None
            view = (await until(telling, "conversation")).value
            assert (view["conversation"], view["answering"]) == (talk, None)
            asked, said = view["messages"]
            assert (asked["role"], QUESTION in asked["parts"][0]) == ("user", True)
            assert "<strong>November</strong> &lt;b&gt;only&lt;/b&gt;" in said["parts"][0]

    run(work)


def test_after_a_lost_connection_only_what_was_missed_is_told(services: Services, talk: int) -> None:
    async def work() -> None:
        async with aclosing(events(stream(services, talk))) as telling:
            known = (await until(telling, "conversation")).number
        services.library.conversations.rename(talk, "About fires")
        async with aclosing(stream(services, talk, known).pieces()) as pieces:
            await anext(pieces)
            news = await anext(pieces)
            assert "event: activity" in news
            assert "event: conversation" not in news
        services.library.messages.add(talk, "user", "And where?")
        async with aclosing(events(stream(services, talk, known))) as telling:
            view = (await until(telling, "conversation")).value
            assert [len(message["parts"]) for message in view["messages"]] == [1, 1, 1], "the page has none of them"

    run(work)


def test_what_was_told_before_is_not_told_again(services: Services, talk: int) -> None:
    async def work() -> None:
        async with aclosing(events(stream(services, talk))) as telling:
            await until(telling, "conversation")
            services.library.messages.add(talk, "user", "And where?")
            services.changed.give()
            view = (await until(telling, "conversation")).value
            assert ["parts" in message for message in view["messages"]] == [False, False, True]

    run(work)


def test_an_answer_is_told_as_it_grows_and_its_end_with_the_conversation(services: Services, talk: int) -> None:
    turns = services.running_answers

    async def work() -> None:
        async with aclosing(events(stream(services, talk))) as telling:
            await until(telling, "conversation")
            turn = RunningAnswer(
                services.library, services.answerer, talk, Question("And where?"), services.changed.give
            )
            turns._running[talk] = turn
            turn._tell("Thinking hard…")
            view = (await until(telling, "conversation")).value
            assert view["answering"] == turn.message_id
            assert view["messages"][-1] == {"id": turn.message_id, "role": "assistant", "parts": []}
            answer = (await until(telling, "answer", lambda value: "Thinking hard" in value["parts"][0])).value
            assert answer["message"] == turn.message_id
            turn._end("")
            turns._running.pop(talk)
            services.changed.give()
            view = (await until(telling, "conversation")).value
            assert view["answering"] is None
            assert 'class="foot"' in view["messages"][-1]["parts"][0]

    run(work)


def test_an_answer_that_begins_while_the_page_is_told_and_soon_ends_is_told_to_its_end(
    services: Services, talk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, begun = services.running_answers, []
    running = turns.running

    def running_until_now(conversation_id: int | None) -> RunningAnswer | None:
        found = running(conversation_id)
        if not begun:
            begun.append(RunningAnswer(services.library, services.answerer, talk, Question("And where?")))
            turns._running[talk] = begun[0]
        return found

    page = stream(services, talk)
    page._news()
    services.library.conversations.rename(talk, "Fires")  # so that it looks again
    monkeypatch.setattr(turns, "running", running_until_now)
    assert "And where?" in page._news()
    begun[0]._end("")
    turns._running.pop(talk)
    assert 'class=\\"foot\\"' in page._news()


def test_of_another_persons_conversation_it_tells_as_of_none(services: Services) -> None:
    talk = services.library.conversations.start("Anna’s", person="anna")

    async def work() -> None:
        for number in (talk, talk + 1000, None):
            async with aclosing(events(stream(services, number))) as telling:
                view = (await until(telling, "conversation")).value
                assert (view["conversation"], view["messages"]) == (None, [])

    run(work)


def test_a_stream_ends_with_its_session(services: Services) -> None:
    session = Session("1", "Anna", "Chrome on Android", "192.168.1.7", 0.0, 0.0)

    async def work() -> None:
        async with aclosing(events(stream(services, None, session=session))) as telling:
            await until(telling, "conversation")
            session.ended = True
            services.changed.give()
            assert [told async for told in telling] == []

    run(work)


def test_an_app_that_ends_lets_its_pages_go(services: Services) -> None:
    async def work() -> None:
        async with aclosing(events(stream(services, None))) as telling:
            await until(telling, "conversation")
            services.changed.end()
            assert [told async for told in telling] == []

    run(work)
