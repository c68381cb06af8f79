"""Small talk, and what Lamplight is: a sentence, and something to try that this library can answer."""

from __future__ import annotations

from lamplight.rag.composition import escape_markdown
from lamplight.rag.requests.request import DirectAnswer, Materials, Request


def talk(request: Request, materials: Materials) -> DirectAnswer:
    """Hello, thanks."""
    thanks = request.intent.detail == "thanks"
    return DirectAnswer(
        request.say("welcome") if thanks else f"{request.say('hello')}\n\n{things_to_try(request, materials)}"
    )


def lamplight(request: Request, materials: Materials) -> DirectAnswer:
    """What it can do, whether anything leaves the computer, which model answers."""
    model = materials.models.language_model
    place = escape_markdown(model.elsewhere)
    if request.intent.detail == "privacy":
        return DirectAnswer(request.say("privacy elsewhere", place=place) if place else request.say("privacy"))
    if request.intent.detail == "model":
        name = escape_markdown(model.name)
        return DirectAnswer(request.say("model elsewhere", name=name) if place else request.say("model", name=name))
    return DirectAnswer(f"{request.say('abilities')}\n\n{things_to_try(request, materials)}")


def things_to_try(request: Request, materials: Materials) -> str:
    """A few requests that the library in scope can answer, as a list."""
    documents = request.documents
    if not documents:
        return request.say("add")
    longest = max(documents, key=lambda document: document.chunks)
    asked = [
        request.say("try summary", name=longest.name),
        *materials.suggestions.of(documents, 1),
        request.say("try documents"),
    ]
    return "\n".join([request.say("try"), "", *(f"- {escape_markdown(question)}" for question in asked)])
