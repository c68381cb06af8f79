"""Small talk, and what Lamplight is: a sentence, and something to try that this library can answer."""

from __future__ import annotations

from rag.requests.request import Materials, Request, Told, plain

HELLO = "Hello! Ask me anything about your documents; every answer points at the page it comes from."
WELCOME = "You are welcome."
ABILITIES = (
    "I answer from your own documents and pictures, on this computer, and every answer points at its page: facts, "
    "sums over tables, summaries, lists, comparisons, and what is in your library."
)
PRIVACY = (
    "No. Your documents are read on this computer and never leave it, nor do your questions; Lamplight needs no "
    "internet. Only a model that you choose to download is fetched from elsewhere, and nothing is sent with that."
)
MODEL = "{name} answers, on this computer. Under “Models” you can choose or download a larger one."
TRY = "You could ask:"
ADD = "Add some documents or pictures to begin."


def talk(request: Request, materials: Materials) -> Told:
    """Hello, thanks."""
    thanks = request.intent.detail == "thanks"
    return Told(WELCOME if thanks else f"{HELLO}\n\n{things_to_try(request, materials)}")


def lamplight(request: Request, materials: Materials) -> Told:
    """What it can do, whether anything leaves the computer, which model answers."""
    if request.intent.detail == "privacy":
        return Told(PRIVACY)
    if request.intent.detail == "model":
        return Told(MODEL.format(name=plain(materials.models.language_model.name)))
    return Told(f"{ABILITIES}\n\n{things_to_try(request, materials)}")


def things_to_try(request: Request, materials: Materials) -> str:
    """A few requests that the library in scope can answer, as a list."""
    documents = materials.documents(request.scope)
    if not documents:
        return ADD
    longest = max(documents, key=lambda document: document.chunks)
    asked = [f"Summarise {longest.name}", *materials.suggestions.of(documents, 1), "Which documents do I have?"]
    return "\n".join([TRY, "", *(f"- {plain(question)}" for question in asked)])
