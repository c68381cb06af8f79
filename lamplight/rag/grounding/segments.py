"""Which part of a passage's sentence a claim is about: "sales in Asia grew while sales in Europe fell" has two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lamplight.rag.grounding.claims import BEGINNING, WEEKDAY, Claim
from lamplight.rag.grounding.source import SUBJECT_PRONOUN, Source, claim_stems
from lamplight.rag.lexicon.dates import dates_of
from lamplight.rag.lexicon.english import AUXILIARIES, WORD, is_verb
from lamplight.rag.lexicon.quantities import any_states, quantities_of

DEFINITE = re.compile(r"(?:the|this|that|these)\b", re.I)
UNKNOWN_SUBJECT = 3  # words, when no verb is known that ends it
SEGMENTS = re.compile(
    r";\s+|,?\s+(?:while|whereas|but|until|although|because|if)\s+|,\s+(?:and|or)\s+|"
    r"\s+and\s+(?=[a-z]+\s+(?:for|by|in|on|at|to|from|with)\b)|"
    r"\s+and\s+(?=(?:the|a|an|it|they|he|she|there|no)\s(?:[\w-]+\s){0,4}?(?:is|are|was|were|has|have|had|may|must|will|can)\b)",
)


def aligned(said: Claim, item: Source) -> Source | None:
    """The part of an evidence sentence that a sentence is about; nothing if it mixes what two parts say.

    "Sales in Asia grew by 3 while sales in Europe fell by 7" says nothing of Europe and 3.
    """
    parts = SEGMENTS.split(item.sentence.text)
    own = [part for part in SEGMENTS.split(said.text) if part.strip()]
    if len(parts) < 2 or item.is_row:
        return item
    subject = _opening(parts[0]) or " ".join(parts[0].split()[:UNKNOWN_SUBJECT])
    texts = [parts[0], *(_with_subject(part, subject, parts[0]) for part in parts[1:])]
    chosen = [_best_part(Claim.of(part), texts, subject, item) for part in own]
    if None in chosen:
        return None
    order = sorted({index for index in chosen if index is not None})
    text = "; ".join(texts[index] for index in order)
    return replace(item, sentence=replace(item.sentence, text=text), held=claim_stems(text))


def _with_subject(part: str, subject: str, first: str) -> str:
    """A part with what it leaves to the first one, or points back to ("the proposal was rejected")."""
    opening = _opening(part)
    if not opening or SUBJECT_PRONOUN.match(part):
        return f"{subject} {part}"
    beginnings = {word[:BEGINNING] for word in claim_stems(first)}
    again = DEFINITE.match(opening) and all(word[:BEGINNING] in beginnings for word in claim_stems(opening))
    return f"{first}; {part}" if again else part


def _opening(part: str) -> str:
    """The words before the first verb, at least one of them meaning something; else empty: the subject is left out."""
    for match in WORD.finditer(part):
        if match[0].lower() in AUXILIARIES or is_verb(match[0]):
            opening = part[: match.start()].strip()
            return opening if claim_stems(opening) or SUBJECT_PRONOUN.match(opening) else ""
    return ""


def _best_part(said: Claim, parts: Sequence[str], subject: str, item: Source) -> int | None:
    """The part with all facts that one clause says and no less of its words than another; nothing if none has."""
    facts = [part for part in parts if _facts_stated(said, part, item) == _facts_stated(said, item.sentence.text, item)]
    if not facts:
        return None
    best = max(facts, key=lambda part: len(said.words.keys() & claim_stems(part)))
    held = claim_stems(best) | claim_stems(subject)
    borrowed = [word for word in said.words if word in item.held and word not in held]
    parallel = any(claim_stems(part) & claim_stems(best) - claim_stems(subject) for part in parts if part is not best)
    if borrowed and (said.facts or said.names or parallel):
        return None
    return parts.index(best)


def _facts_stated(said: Claim, text: str, item: Source) -> int:
    held, lower = quantities_of(text), text.lower()
    days = {match[0].lower() for match in WEEKDAY.finditer(text)}
    return (
        sum(bool(any_states(quantity, held, item.scale, said.hedged)) for quantity in said.quantities)
        + sum(any(other.states(date) for other in dates_of(text)) for date in dates_of(said.text))
        + sum(match[0].lower() in days for match in WEEKDAY.finditer(said.text))
        + sum(name.lower() in lower for name in said.names)
    )
