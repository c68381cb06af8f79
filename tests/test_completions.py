"""What other programs are promised, asked by the official client: answers with sources, and only with the token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import openai
import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.models.server import Server
from lamplight.rag.events import Citation
from lamplight.samples import HANDBOOK
from lamplight.ui.access_token import access_token, end_access, make_access_token
from lamplight.ui.completions import Reply, cited_in
from lamplight.ui.services import Services
from tests.model_servers import free_to_choose, scripted
from tests.test_models_choice import until
from tests.visits import KEY

QUESTION = "When are bonfires allowed?"


@pytest.fixture(scope="module")
def asking(services: Services, address: str) -> Iterator[openai.OpenAI]:
    """The client, let in to a library that holds the handbook."""
    index_file(HANDBOOK, services.library, services.models)
    token = make_access_token(services.library.folder)
    with openai.OpenAI(base_url=f"{address}/v1", api_key=token, max_retries=0) as client:
        yield client


def test_the_models_are_listed(asking: openai.OpenAI) -> None:
    assert [model.id for model in asking.models.list()] == ["lamplight", "lamplight+knowledge"]


def test_an_answer_comes_with_its_sources(asking: openai.OpenAI) -> None:
    found = asking.chat.completions.create(model="lamplight", messages=[{"role": "user", "content": QUESTION}])
    message = found.choices[0].message
    assert message.content is not None
    assert "November" in message.content
    assert message.annotations
    for annotation in message.annotations:
        cited = annotation.url_citation
        assert message.content[cited.start_index : cited.end_index].startswith("[")
        assert cited.title.startswith(HANDBOOK.name)
        assert "/pages/" in cited.url
    assert found.usage is not None
    assert found.usage.prompt_tokens > 0


def test_a_streamed_answer_is_the_same_and_is_never_taken_back(asking: openai.OpenAI) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    whole = asking.chat.completions.create(model="lamplight", messages=messages)
    stream = asking.chat.completions.create(
        model="lamplight", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    last = next(chunk.choices[0] for chunk in reversed(chunks) if chunk.choices)
    assert last.finish_reason == "stop"
    cited = last.delta.model_extra["annotations"]
    assert [one["url_citation"]["page"] for one in cited]


@pytest.mark.long
def test_a_follow_up_is_understood(asking: openai.OpenAI) -> None:
    found = asking.chat.completions.create(
        model="lamplight",
        messages=[
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": "From 1 November [1]."},
            {"role": "user", "content": "Where are they allowed?"},
        ],
    )
    assert found.choices[0].message.annotations


def test_what_no_document_says_is_refused(asking: openai.OpenAI) -> None:
    question = "Which team won the world cup of 1974?"
    found = asking.chat.completions.create(model="lamplight", messages=[{"role": "user", "content": question}])
    assert found.choices[0].message.annotations == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": "gpt-4"}, "There is no model gpt-4 here, but lamplight and lamplight"),
        ({"n": 2}, "one answer"),
        ({"messages": []}, "user’s question"),
        ({"messages": [{"role": "assistant", "content": "Hello"}]}, "user’s question"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "not image_url",
        ),
        ({"messages": [{"role": "nobody", "content": "x"}]}, "no chat completion"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(asking: openai.OpenAI, change: dict[str, object], sentence: str) -> None:
    usual = {"model": "lamplight", "messages": [{"role": "user", "content": QUESTION}]}
    with pytest.raises(openai.BadRequestError, match=sentence):
        asking.chat.completions.create(**usual | change)


def test_only_the_token_lets_in_and_it_opens_nothing_else(
    asking: openai.OpenAI, services: Services, address: str
) -> None:
    for key in ("wrong", KEY, ""):
        answer = httpx.get(f"{address}/v1/models", headers={"Authorization": f"Bearer {key}"} if key else {})
        assert answer.status_code == 401
        assert "Make a token" in answer.json()["error"]["message"]
    headers = {"Authorization": f"Bearer {asking.api_key}"}
    assert httpx.get(f"{address}/documents/1", headers=headers).status_code == 401
    assert httpx.get(f"{address}/v1/models", headers=headers | {"Host": "evil.example"}).status_code == 421
    assert httpx.get(f"{address}/v1/models", headers=headers | {"Origin": "http://evil.example"}).status_code == 403


def test_access_ends_and_a_new_token_ends_the_old(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("library")
    assert access_token(folder) == ""
    first = make_access_token(folder)
    second = make_access_token(folder)
    assert first != second == access_token(folder)
    end_access(folder)
    assert access_token(folder) == ""


def test_who_hangs_up_is_not_answered_any_further(asking: openai.OpenAI, services: Services) -> None:
    stopped = threading.Event()
    answer = services.answerer.answer

    def watched(*arguments: object, **named: object) -> Iterator[object]:
        try:
            yield from answer(*arguments, **named)  # type: ignore[arg-type]
        finally:
            stopped.set()

    services.answerer.answer = watched  # type: ignore[method-assign, assignment]
    try:
        stream = asking.chat.completions.create(
            model="lamplight", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
        next(iter(stream))
        stream.close()
        assert stopped.wait(60)
    finally:
        services.answerer.answer = answer  # type: ignore[method-assign]


@pytest.mark.long
def test_ten_programs_ask_at_once_and_all_are_answered(
    asking: openai.OpenAI, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free_to_choose(services.models, tmp_path, monkeypatch)
    with scripted() as script, ThreadPoolExecutor(10) as programs:
        services.models.choice.choose_server(replace(Server.at(script.address), model="scripted"), "")
        until(lambda: not services.models.choice.loading)

        def ask(number: int) -> str:
            messages = [{"role": "user", "content": QUESTION}]
            found = asking.chat.completions.create(model="lamplight", messages=messages)
            return f"{found.choices[0].message.content} {len(found.choices[0].message.annotations)}"

        assert len(set(programs.map(ask, range(10)))) == 1
        assert len(script.requests) == 1 + 10  # asked for a word first


def test_each_sentence_of_a_passage_has_its_own_place() -> None:
    cited = [Citation(1, 7, "a.txt", page, [], f"Line {page}.") for page in (1, 2)]
    found = cited_in("One [1]. Two [1]. Nobody’s [3].", cited, "http://here/")
    assert [one["url_citation"]["page"] for one in found] == [1, 2]
    assert [one["url_citation"]["start_index"] for one in found] == [4, 13]


def test_a_reply_grows_and_is_never_taken_back() -> None:
    reply = Reply()
    reply.grow("One.")
    assert reply.further() == "One."
    reply.grow("One. Two.")
    assert reply.further() == " Two."
    reply.grow("Another.")
    assert reply.further() == "\n\nAnother."
    assert reply.further() == ""
