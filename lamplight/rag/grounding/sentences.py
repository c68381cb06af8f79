"""Tying each sentence of an answer to what a passage states, or saying that nothing does.

A sentence is tied to the sentence or row of a passage that holds its words, or means the same, and states each of
its numbers, dates and names without turning it into its opposite. Each clause needs this, so that a sentence that
is half true isn't passed as true.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamplight.library.records import Passage
from lamplight.models.embedder import Embedder
from lamplight.rag.events import Citation
from lamplight.rag.grounding.claims import Claim, claim_coverage, states
from lamplight.rag.grounding.segments import aligned
from lamplight.rag.grounding.source import Source, claim_stems, sources_of
from lamplight.rag.lexicon.english import without_markers
from lamplight.rag.lexicon.quantities import IN_UNITS, any_states, quantities_of
from lamplight.rag.request_language import any_language_of
from lamplight.rag.sentences import Sentence, overlap, split_sentences

LEAST_OVERLAP = 0.5  # of a sentence's meaning words must stand in what it is tied to
PROSE_CONTEXT = 0.8  # of the words with those of section and headings, when the numbers are stated
ROW_CONTEXT = 0.6  # a row has few words: the verb of a sentence about it is not among them
MORE_THAN_HALF = 0.6  # of two words, both
LEAST_CLAUSE = 0.33  # of a clause's meaning words, when the sentence as a whole is supported
WORTH_EMBEDDING = 0.2  # overlap: below it, the cosine of two sentences on one subject misleads
SURE_COSINE = 0.6  # means the same, in other words
EMBEDDED = 2  # candidates per undecided sentence
WRAPPED = re.compile(r"(?<![.!?:;])\n(?!\s*(?:\d{1,2}[.)]|[-*•])\s|\n)")
APART = re.compile(r"\n+|;\s+(?=\d{1,2}\.\s)")  # lines, and items that stand in one
UNIT_NAMED = re.compile(r"thousand|million|billion|trillion|%|per ?cent", re.I)
QUOTE = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
CLAUSES = re.compile(
    r"[;:]\s+|,\s+(?:and|but|or|while|whereas|(?:mainly )?because|which|who|although|provided that|so that|though)\s+|"
    r"\s+(?:and|but|while|whereas|because|which|although|so that)\s+|,\s+"
)
FULL_CLAUSE = re.compile(
    r"(?:the|a|an|it|they|he|she|there|its|their|his|her|each|every|no|[A-Z][\w’'-]*|\d+)\s.*"
    r"\b(?:is|are|was|were|has|have|had|can|may|must|will|shall|does|did|\w+ed|\w+s)\b"
)
SHOWN = "(?:given |provided )?(?:passages?|documents?|text|context)"
FRAME = re.compile(
    rf"^(?:(?:based on|according to|as (?:stated|mentioned) in|in) the {SHOWN}|"
    rf"the {SHOWN} (?:says?|states?|mentions?) that|the answer is|yes|so|therefore|thus)\b[,:]?\s*",
    re.I,
)
VAGUE = claim_stems("answer say says state states said according report document handbook text given following")


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """`parts` are the answer's sentences in order, each supported one with `[n]` after it."""

    parts: list[str]
    citations: list[Citation]
    unsupported: list[str]

    @property
    def text(self) -> str:
        """The parts as one paragraph, a blank between two: the line breaks of the answer are gone."""
        return " ".join(self.parts)


@dataclass(frozen=True, slots=True)
class _Match:
    """A possible source of a sentence. `overlap` is the share of its words that are held, `score` orders."""

    evidence: Source
    overlap: float
    score: float
    enough: bool


def ground(answer: str, passages: Sequence[Passage], embedder: Embedder | None = None) -> GroundedAnswer:
    """Check an answer sentence by sentence; markers that the model made up are replaced by checked ones.

    With `embedder`, a sentence in other words than its passage's is recognised too; only what words can't decide
    is embedded, in one batch (about 12 short texts for three sentences).
    """
    evidence = [item for passage in passages for item in sources_of(passage)]
    sentences = [part for sentence in split_answer(answer) for part in _standing(sentence, evidence)]
    found = [_matches(sentence, evidence) for sentence in sentences]
    sources = _decided(sentences, found, embedder)
    parts: list[str] = []
    citations: list[Citation] = []
    unsupported: list[str] = []
    for sentence, match in zip(sentences, sources, strict=True):
        if match is None:
            unsupported.append(sentence)
            parts.append(sentence)
            continue
        passage, source = match.passage, match.sentence
        citations.append(cite(passage, source))
        parts.append(f"{sentence}{unit_note(sentence, passage, source.text)} [{passage.marker}]")
    return GroundedAnswer(parts, citations, unsupported)


def unit_note(sentence: str, passage: Passage, source: str) -> str:
    """ "(The table is in millions.)" for a number taken from such a table without its unit, else empty."""
    units = IN_UNITS.search(passage.text)
    if units is None or UNIT_NAMED.search(sentence):
        return ""
    held = quantities_of(source)
    # Years and page numbers are written without a thousands separator.
    amounts = [
        item
        for item in quantities_of(sentence)
        if "," in sentence[item.start : item.end] and any_states(item, held, 1.0, False)
    ]
    return f" (The table is in {units[1].lower()}.)" if amounts else ""


def split_answer(answer: str) -> list[str]:
    """An answer's sentences and list items, without the markers the model wrote itself.

    A single line break inside a sentence is one the model copied from a page.
    """
    plain = WRAPPED.sub(" ", without_markers(answer))
    language = any_language_of(plain)
    return [part for line in APART.split(plain) for part in split_sentences(line, language) if re.search(r"\w", part)]


def cite(passage: Passage, sentence: Sentence) -> Citation:
    """Where `sentence` stands: in its own boxes, or in all of the passage's where it has none."""
    return Citation(
        passage.marker,
        passage.document_id,
        passage.document,
        passage.page,
        sentence.boxes or passage.boxes,
        sentence.text,
    )


def _decided(sentences: Sequence[str], found: Sequence[list[_Match]], embedder: Embedder | None) -> list[Source | None]:
    """The source of each sentence; what words leave open is decided by meaning, in one batch."""
    sources: list[Source | None] = [next((m.evidence for m in matches if m.enough), None) for matches in found]
    if embedder is None:
        return sources
    undecided = {
        index: [match for match in matches if match.overlap >= WORTH_EMBEDDING][:EMBEDDED]
        for index, matches in enumerate(found)
        if sources[index] is None
    }
    texts = [
        text
        for index, matches in undecided.items()
        if matches
        for text in (sentences[index], *(m.evidence.sentence.text for m in matches))
    ]
    if not texts:
        return sources
    vectors = iter(embedder.encode(texts))
    for index, matches in undecided.items():
        if not matches:
            continue
        own = next(vectors)
        cosines = [float(np.dot(own, next(vectors))) for _ in matches]
        best = int(np.argmax(cosines))
        if cosines[best] >= SURE_COSINE:
            sources[index] = matches[best].evidence
    return sources


def _matches(answer_sentence: str, evidence: Sequence[Source]) -> list[_Match]:
    """What may be the source of a sentence, best first: all of it, or clause by clause from several places."""
    sentence = FRAME.sub("", answer_sentence, count=1)
    if not re.search(r"\w", sentence):
        return []
    quotes = [one or other for one, other in QUOTE.findall(sentence)]
    if quotes:
        return _quoted(sentence, quotes, evidence)
    whole = _candidates(sentence, evidence)
    if any(match.enough for match in whole):
        return whole
    clauses = _full_clauses(sentence)
    if len(clauses) > 1:
        each = [next((m for m in _candidates(clause, evidence) if m.enough), None) for clause in clauses]
        sources = [match for match in each if match is not None]
        if len(sources) == len(clauses):
            return [max(sources, key=lambda match: match.score)]
    return whole


def _candidates(sentence: str, evidence: Sequence[Source]) -> list[_Match]:
    said = Claim.of(sentence)
    found = []
    for whole in evidence:
        if said.words and not said.words.keys() & whole.held and not said.facts:
            continue
        item = aligned(said, whole)
        if item is None or not states(said, item):
            continue
        if not (_clauses_held(sentence, item) and _beside_names(said, item)):
            continue
        inside = overlap(said.words, item.held) if said.words else float(bool(said.facts))
        context = item.around if item.is_row else item.held | claim_stems(item.names)
        around = sum(stem in context for stem in said.words) / len(said.words) if said.words else 1.0
        plain = claim_coverage(said.words, item.held)
        # The sentence decides; its passage may supply the words a table row leaves to its heading.
        least = LEAST_OVERLAP if said.facts or len(said.words) > 2 else MORE_THAN_HALF
        enough = plain >= least or (
            said.facts and (inside > 0 or said.dated) and around >= (ROW_CONTEXT if item.is_row else PROSE_CONTEXT)
        )
        found.append(_Match(whole, plain, inside + 0.5 * around, bool(enough)))
    return sorted(found, key=lambda match: (-match.enough, -match.score))


def _beside_names(said: Claim, item: Source) -> bool:
    """Whether evidence says something of what is said about the names in it, not only the names."""
    named = claim_stems(" ".join(said.names))
    others = [word for word in said.words if word not in named and word not in VAGUE]
    known = item.held | claim_stems(item.header_row) | (item.around if item.is_row else frozenset())
    return (
        not said.names
        or not others
        or (item.is_row and said.facts)
        or sum(word in known for word in others) >= LEAST_CLAUSE * len(others)
    )


def _clauses_held(sentence: str, item: Source) -> bool:
    """Whether no clause is made up: each holds some words or a number of the evidence, or of its passage's heads."""
    known = item.held | claim_stems(item.names) | claim_stems(item.header_row)
    for clause in CLAUSES.split(sentence):
        words = [stem for stem in claim_stems(clause) if not stem[0].isdigit() and stem not in VAGUE]
        if len(words) >= 2 and sum(word in known for word in words) < LEAST_CLAUSE * len(words):
            return False
    return True


def _standing(sentence: str, evidence: Sequence[Source]) -> list[str]:
    """A sentence as it is, or its clauses as sentences where some of them are stated and others aren't."""
    clauses = _full_clauses(sentence)
    if len(clauses) < 2 or any(match.enough for match in _matches(sentence, evidence)):
        return [sentence]
    if not any(match.enough for clause in clauses for match in _candidates(clause, evidence)):
        return [sentence]
    return [f"{clause[:1].upper()}{clause[1:].rstrip(' .,;')}." for clause in clauses]


def _full_clauses(sentence: str) -> list[str]:
    """The clauses that can stand alone: each with a subject and a verb of its own, else there is only one."""
    parts = re.split(r";\s+|,?\s+(?:and|but|while|whereas)\s+", sentence)
    return parts if all(FULL_CLAUSE.match(part) for part in parts) else [sentence]


def _quoted(sentence: str, quotes: Sequence[str], evidence: Sequence[Source]) -> list[_Match]:
    """What is in quotation marks must stand in a passage to the letter; what is around it must hold as well."""
    around = QUOTE.sub(" ", sentence)
    said = Claim.of(around)
    for item in evidence:
        text = _letters(item.passage.text)
        if not all(_letters(quote) in text for quote in quotes):
            continue
        own = _letters(item.sentence.text)
        if not any(_letters(quote) in own or own in _letters(quote) for quote in quotes):
            continue
        framing = [stem for stem in said.words if stem not in VAGUE and stem not in claim_stems(item.passage.about)]
        others = [other for other in evidence if other.passage is item.passage]
        held = not said.facts and not said.names and len(framing) <= 1
        if held or any(states(said, other) for other in others):
            return [_Match(item, 1.0, 1.0, True)]
    return []


def _letters(text: str) -> str:
    """Letters and digits alone: line breaks, hyphens at their ends and the shape of quotation marks don't count."""
    return re.sub(r"[\W_]+", "", text).lower()
