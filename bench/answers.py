"""How often answers are right, refused and flagged as they should be: SQuAD articles, receipts, labelled claims.

    python -m bench.answers [--count QUESTIONS] [--json]

Two articles go into a library, a passage a document; a third stays out, and its questions should be refused. The
baseline is the same pipeline given the gold passage alone: what is lost to it was lost in finding the passage.
"""

from __future__ import annotations

import json
import random
import re
import string
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.claims import claims, measured
from bench.measuring import Measures, options, progress, report
from ingest.pipeline import index_file
from library.store import Library
from models.loading import Models
from rag.answerer import Answerer
from rag.events import Evidence, Finished
from rag.passages import select_passages
from rag.refusal import support
from rag.retriever import EVERYWHERE, Retriever, Scope

QUESTIONS = 60  # that are answered, each twice
REFUSALS = 100  # answerable and as many unanswerable questions; no answer is generated for them
SEED = 7
HELD_OUT = 2  # the third article


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the name of its passage's document, the passage and the answers that count as right."""

    text: str
    document: str
    passage: str
    answers: list[str]


def articles(data: Path) -> list[list[Asked]]:
    """The answerable questions of each article."""
    content = json.loads((data / "squad" / "passages_and_questions.json").read_text(encoding="utf-8"))
    return [
        [
            Asked(
                question["question"],
                f"passage {number}-{index}.txt",
                paragraph["context"],
                [answer["text"] for answer in question["answers"]],
            )
            for index, paragraph in enumerate(article["paragraphs"])
            for question in paragraph["qas"]
            if not question["is_impossible"]
        ]
        for number, article in enumerate(content["data"])
    ]


def contains(answer: str, accepted: Sequence[str]) -> bool:
    """SQuAD's own normalisation, then containment."""
    return any(_normal(text) in _normal(answer) for text in accepted)


def _normal(text: str) -> str:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(word for word in bare.split() if word not in ("a", "an", "the"))


def ask(answerer: Answerer, question: str, scope: Scope = EVERYWHERE) -> Finished:
    for event in answerer.answer(question, scope=scope):
        if isinstance(event, Finished):
            return event
    raise AssertionError("an answer without an end")


def answers(library: Library, models: Models, inside: Sequence[Asked]) -> Measures:
    """Both sides answer each question before the next one is asked."""
    answerer = Answerer(library, models)
    documents = {document.name: document.id for document in library.documents()}
    right = right_gold = cited = 0
    for number, asked in enumerate(inside, start=1):
        finished = ask(answerer, asked.text)
        right += contains(finished.answer, asked.answers)
        cited += asked.document in {citation.document for citation in finished.citations}
        gold = Scope(documents=frozenset({documents[asked.document]}))
        right_gold += contains(ask(answerer, asked.text, gold).answer, asked.answers)
        progress(f"{number} of {len(inside)}: {right} right, {right_gold} from the gold passage")
    return {
        "contains_accuracy": round(right / len(inside), 3),
        "contains_accuracy_gold_passage": round(right_gold / len(inside), 3),
        "cites_gold_passage": round(cited / len(inside), 3),
        "questions": len(inside),
    }


def refusals(library: Library, models: Models, inside: Sequence[Asked], outside: Sequence[Asked]) -> Measures:
    """Decided before the model is asked, so no answer has to be generated; and which passage comes first."""
    retriever = Retriever(library, models.embedder)
    refused = invented = first = 0
    for asked in inside:
        selection = select_passages(retriever, models.embedder, asked.text)
        refused += support(selection) < 0
        first += bool(selection.passages) and selection.passages[0].document == asked.document
    for asked in outside:
        invented += support(select_passages(retriever, models.embedder, asked.text)) >= 0
    return {
        "false_refusal_rate": round(refused / len(inside), 3),
        "false_answer_rate": round(invented / len(outside), 3),
        "passage_hit_at_1": round(first / len(inside), 3),
        "passage_hit_at_1_dense": round(_dense_hits(library, models, inside) / len(inside), 3),
        "questions_inside": len(inside),
        "questions_outside": len(outside),
    }


def _dense_hits(library: Library, models: Models, inside: Sequence[Asked]) -> int:
    hits = 0
    for asked in inside:
        vector = models.embedder.encode([asked.text])[0]
        ((number, _),) = library.vectors(models.embedder).nearest(vector, 1)
        hits += library.chunks([number])[number].document == asked.document
    return hits


def receipts(data: Path, models: Models) -> Measures:
    """Is the right one of the photographed receipts first, and does its total stand in the passage shown?"""
    folder = data / "receipts"
    fields = json.loads((folder / "fields.json").read_text(encoding="utf-8"))
    first = stated = 0
    with tempfile.TemporaryDirectory() as place, Library(Path(place) / "library") as library:
        for name in fields:
            index_file(folder / name, library, models)
        answerer = Answerer(library, models)
        for name, values in fields.items():
            question = f"what is the total of the receipt from {values['company']} on date {values['date']}?"
            events = answerer.answer(question)
            passages = next(event.passages for event in events if isinstance(event, Evidence))
            first += bool(passages) and passages[0].document == name
            shown = passages[0].text if passages and passages[0].document == name else ""
            stated += _bare(str(values["total"])) in _bare(shown)
    return {
        "receipt_hit_at_1": round(first / len(fields), 3),
        "receipt_total_rate": round(stated / len(fields), 3),
        "receipts": len(fields),
    }


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", text.lower())


def main() -> int:
    parsed = options("How often answers are right, refused and flagged as they should be.").parse_args()
    groups = articles(parsed.data)
    outside = groups.pop(HELD_OUT)
    inside = [asked for group in groups for asked in group]
    generator = random.Random(SEED)
    models = Models()
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        for name, passage in dict.fromkeys((asked.document, asked.passage) for asked in inside):
            path = Path(folder) / name
            path.write_text(passage, encoding="utf-8")
            index_file(path, library, models)
        some, others = generator.sample(inside, REFUSALS), generator.sample(outside, REFUSALS)
        measures = refusals(library, models, some, others)
        measures |= answers(library, models, generator.sample(inside, parsed.count or QUESTIONS))
    progress("receipts")
    measures |= receipts(parsed.data, models) | measured(claims(), models.embedder)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
