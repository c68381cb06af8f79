"""What is asked for, understood before anything is searched. When unsure, it is a fact.

Decided by examples (`training/requests.txt`) in the embedding space and by the words that such requests share, so it
takes milliseconds and knows no patterns; where the multilingual embedder is there, in any language. With these
thresholds fewer than one question of fact in a hundred is taken for something else, of those in other languages than
English two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from lamplight.models.embedder import FOREIGN_SHARE_OF_FEW, Embedder
from lamplight.models.intent import WORD, IntentClassifier
from lamplight.rag.lookup import QuestionVectors
from lamplight.rag.names import words_of
from lamplight.rag.query import STOP_WORDS
from lamplight.rag.request_language import is_english

RequestKind = Literal["fact", "summary", "list", "comparison", "change", "library", "lamplight", "talk", "writing"]
KINDS: tuple[RequestKind, ...] = get_args(RequestKind)
SURE = 0.7  # from here on it is that kind of request
SURE_OF_BOTH = 0.6  # by the mean of two embedders, which err in different requests
SURE_OF_FIRST = 0.9  # by the first that it is no fact, whatever the other says
SURE_ALONE = 0.7  # by the multilingual one, where the other doesn't know the language
HARDLY = 0.05  # of a fact: it is the likeliest of the other kinds, however sure
LIST_SUM, FACT_SUM = "list sum", "fact sum"  # of papers, of a column
SURE_OF_SUM = 0.8  # that a question of fact asks for everything of a column
SURE_OF_ANY_SUM = 0.6  # that it asks for one or the other, and rather for that of papers
POSSIBLE = 0.2  # from here on it is offered as the other reading


@dataclass(frozen=True, slots=True)
class Intent:
    """`kind`, and of some kinds which one in `detail`; `other` is the next best reading, if it may be meant."""

    kind: RequestKind
    detail: str = ""
    other: RequestKind | None = None


FACT = Intent("fact")
DOCUMENT = "document"


def understand(
    text: str,
    classifier: IntentClassifier,
    embedder: Embedder | QuestionVectors,
    multilingual: Embedder | None = None,
) -> Intent:
    """The kind of a request that stands alone."""
    if classifier.embedder != embedder.name:
        return FACT
    shares, sure = classifier.probabilities(text, embedder.encode_queries([text])[0]), SURE
    is_sure = max(share for name, share in shares.items() if _kind(name) != FACT.kind) >= SURE_OF_FIRST
    if multilingual is not None and multilingual.name == classifier.multilingual_embedder and not is_sure:
        others = classifier.multilingual_probabilities(multilingual.encode_queries([text])[0])
        # "thx thats really helpfull" is English, and foreign to the first all the same.
        if is_english(text) and embedder.knows_language(text, FOREIGN_SHARE_OF_FEW):
            shares, sure = {name: (share + others[name]) / 2 for name, share in shares.items()}, SURE_OF_BOTH
        else:
            shares, sure = others, SURE_ALONE
    totals = dict.fromkeys(KINDS, 0.0)
    for name, share in shares.items():
        totals[_kind(name)] += share
    (first, share), (second, next_share) = sorted(totals.items(), key=lambda pair: -pair[1])[:2]
    if first != "fact" and share < sure and totals["fact"] > HARDLY:
        return Intent("fact", other=first)
    other = second if next_share >= POSSIBLE else None
    return Intent(first, _detail(first, shares), other if first == "fact" else "fact")


def without_names(text: str, names: frozenset[str]) -> str:
    """A request with "document" in place of the words that name one, in small letters: it asks for the same.

    The classifier has seen few names, and takes a request with one for a question of fact.
    """
    told: list[str] = []
    end = 0
    for word in words_of(text):
        if word.lower in names:
            between = text[end : word.start]
            told += [between] if told and not between.strip() else [between, DOCUMENT]
            end = word.end
    return "".join([*told, text[end:]])


def asked_as(
    kind: RequestKind, text: str, classifier: IntentClassifier, embedder: Embedder | QuestionVectors
) -> Intent:
    """The request read as a `kind` that the person chose."""
    shares = classifier.probabilities(text, embedder.encode_queries([text])[0])
    return Intent(kind, _detail(kind, shares))


def subject(text: str, kind: RequestKind, classifier: IntentClassifier) -> str:
    """The words of a request that say what it is about: those that requests of its kind don't share."""
    shared = classifier.frame(text, kind)
    return " ".join(
        match[0]
        for match, common in zip(WORD.finditer(text), shared, strict=True)
        if not common and match[0].lower() not in STOP_WORDS
    )


def asking(text: str, kind: RequestKind, classifier: IntentClassifier) -> str:
    """The word of a request that says the most that it is of a kind, as "summarise"; "" if there is none."""
    strengths = classifier.strengths(text, [name for name in classifier.kinds if _kind(name) == kind])
    told = {
        match[0]: strength
        for match, strength in zip(WORD.finditer(text), strengths, strict=True)
        if match[0].lower() not in STOP_WORDS
    }
    return max(told, key=lambda word: told[word], default="")


def _kind(name: str) -> RequestKind:
    return next(kind for kind in KINDS if kind == name.split()[0])


def _detail(kind: RequestKind, shares: dict[str, float]) -> str:
    rather_list = shares.get(LIST_SUM, 0.0) >= shares.get(FACT_SUM, 0.0)
    if kind == FACT.kind and rather_list and shares.get(LIST_SUM, 0.0) + shares.get(FACT_SUM, 0.0) >= SURE_OF_ANY_SUM:
        return FACT_SUM.partition(" ")[2]  # "what do the three receipts add up to?"
    least = SURE_OF_SUM if kind == FACT.kind else 0.0
    own = {name: share for name, share in shares.items() if _kind(name) == kind and (name == kind or share >= least)}
    return max(own, key=lambda name: own[name]).partition(" ")[2]
