"""How often the answer that a person reads is right, refused or wrong, set by set.

    python -m bench.answers [--set NAME ...] [--documents DIR --questions FILE] [--split tune|look|all]
                            [--library DIR] [--count QUESTIONS] [--transcript FILE] [--json]

Sets: filings, receipts, squad, wikitables, household and household-de, -fr, -es, -zh, refusal, xquad. What is judged
is what is shown as the answer (`bench.shown`): the short one where there is one, else the quoted line;
`answer_contains` judges the whole text, which `--without-model` leaves without the model's own words (much faster;
the other measures stay). On squad the baseline is the same pipeline given the gold passage alone: what is lost to it
was lost in finding the passage. Shares come with their 95 % interval as `NAME_low` and `NAME_high`. With `--library`
what was read is kept.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.asking import Outcome, ask, library_of, measured, outcomes, transcript
from bench.claims import claims
from bench.claims import measured as measured_claims
from bench.measuring import Measures, options, progress, rate, report
from bench.near_misses import receipt_near_misses, squad_near_misses
from bench.questions import (
    SETS,
    Asked,
    Question,
    QuestionSet,
    articles,
    from_files,
    household,
    passages,
    receipts,
    squad_question,
)
from bench.splits import split_of
from bench.xquad import LANGUAGES, measure_language, measure_together, paragraphs
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.finding import Finder
from lamplight.rag.retriever import Scope

NAMES = (*SETS, "squad", "refusal", "xquad")
QUESTIONS = 60  # of squad and of tables, unless told otherwise; all of the other sets
REFUSALS = 100  # answerable and as many unanswerable questions; no answer is generated for them
SEED = 7
HELD_OUT = 2  # the third article


@dataclass(frozen=True, slots=True)
class Run:
    """What all sets share. `folder` holds a library for each; `told` takes the lines of the transcript."""

    data: Path
    folder: Path
    models: Models
    split: str
    count: int
    told: Callable[[str], object]
    without_model: bool = False

    def sample(self, questions: Sequence[Question], most: int = 0) -> list[Question]:
        """`--count` of them, else `most`; all when neither says anything. The same ones every time."""
        wanted = min(self.count or most or len(questions), len(questions))
        return random.Random(SEED).sample(list(questions), wanted)

    def half(self, asked: Sequence[Asked]) -> list[Asked]:
        """Those whose paragraph is in the run's half; all of them when the split is `all`."""
        return [one for one in asked if self.split in ("all", split_of(one.passage))]

    def ask(self, name: str, library: Library, questions: Sequence[Question]) -> list[Outcome]:
        """The questions' outcomes, each in the transcript."""

        def told(outcome: Outcome) -> None:
            self.told(transcript(name, outcome))

        return outcomes(library, self.models, questions, told, self.without_model)


def contains(answer: str, accepted: Sequence[str]) -> bool:
    """SQuAD's own normalisation, then containment."""
    return any(_normal(text) in _normal(answer) for text in accepted)


def _normal(text: str) -> str:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(word for word in bare.split() if word not in ("a", "an", "the"))


def plain(run: Run, questions: QuestionSet) -> Measures:
    """A set with nothing special about it."""
    part = questions.part(run.split)
    with library_of(run.folder / part.name, part.files, run.models) as library:
        return measured(part.name, run.ask(part.name, library, run.sample(part.questions)))


def receipts_set(run: Run) -> Measures:
    """The old names too: is the right receipt first, and does its total stand in the passage shown?"""
    part = receipts(run.data, run.folder).part(run.split)
    with library_of(run.folder / "receipts", part.files, run.models) as library:
        asked = run.ask("receipts", library, run.sample(part.questions))
    totals = [one for one in asked if one.question.kind == "total"]
    stated = [one.document_first and one.total_in_first for one in totals]
    first = rate("receipt_hit_at_1", [one.document_first for one in totals])
    return measured("receipts", asked) | first | rate("receipt_total_rate", stated) | {"receipts": len(totals)}


def wikitables_set(run: Run) -> Measures:
    """Also by what is honest about tables: a value that is right, a value that is wrong, or only a passage."""
    part = SETS["wikitables"](run.data, run.folder / "wikitables files").part(run.split)
    questions = run.sample(part.questions, QUESTIONS)
    needed = {name for question in questions for name in question.documents}
    files = [path for path in part.files if path.name in needed]
    with library_of(run.folder / "wikitables", files, run.models) as library:
        asked = run.ask("wikitables", library, questions)
    measures = measured("wikitables", asked)
    measures |= rate("wikitables_value_right", [one.short and one.right for one in asked])
    measures |= rate("wikitables_value_wrong", [one.short and not one.right for one in asked])
    return measures | rate("wikitables_passage", [not one.short and not one.refused for one in asked])


def squad_set(run: Run) -> Measures:
    """Two articles in a library, a passage a document; a third stays out, and its questions should be refused."""
    groups = articles(run.data)
    outside = groups.pop(HELD_OUT)
    everything = [one for group in groups for one in group]
    inside, outside = run.half(everything), run.half(outside)
    generator = random.Random(SEED)
    some = generator.sample(inside, min(REFUSALS, len(inside)))
    others = generator.sample(outside, min(REFUSALS, len(outside)))
    asked = random.Random(SEED).sample(inside, min(run.count or QUESTIONS, len(inside)))
    files = passages(everything, run.folder / "squad files")
    with library_of(run.folder / "squad", files, run.models) as library:
        found = run.ask("squad", library, [squad_question(one) for one in asked])
        measures = measured("squad", found) | refusals(library, run.models, some, others)
        if not run.without_model:  # they judge what it says too
            measures |= old_names(library, run.models, asked, found)
    return measures | measured_claims(claims(), run.models.embedder)


def old_names(library: Library, models: Models, asked: Sequence[Asked], found: Sequence[Outcome]) -> Measures:
    """By SQuAD's own rule over the whole text; the first of them also from the gold passage alone."""
    answerer = Answerer(library, models)
    documents = {document.name: document.id for document in library.documents.all()}
    golds: list[bool] = []
    for one in asked[:QUESTIONS]:
        scope = Scope(documents=frozenset({documents[one.document]}))
        golds.append(contains(ask(answerer, one.text, scope).answer, one.answers))
    pairs = list(zip(asked, found, strict=True))
    measures = rate("contains_accuracy", [contains(outcome.text, one.answers) for one, outcome in pairs])
    measures |= rate("contains_accuracy_gold_passage", golds)
    measures |= rate("cites_gold_passage", [one.document in outcome.cited for one, outcome in pairs])
    return measures | {"questions": len(asked)}


def refusals(library: Library, models: Models, inside: Sequence[Asked], outside: Sequence[Asked]) -> Measures:
    """Decided before the model is asked, so no answer has to be generated; and which passage comes first."""
    finder = Finder(library, models)
    refused: list[bool] = []
    first: list[bool] = []
    for asked in inside:
        selection = finder.select(asked.text)
        refused.append(not selection.answerable)
        first.append(bool(selection.passages) and selection.passages[0].document == asked.document)
    invented = [finder.select(asked.text).answerable for asked in outside]
    return {
        **rate("false_refusal_rate", refused),
        **rate("false_answer_rate", invented),
        **rate("passage_hit_at_1", first),
        **rate("passage_hit_at_1_dense", [_dense_hit(library, models, asked) for asked in inside]),
        "questions_inside": len(inside),
        "questions_outside": len(outside),
    }


def _dense_hit(library: Library, models: Models, asked: Asked) -> bool:
    vector = models.embedder.encode([asked.text])[0]
    ((number, _),) = library.vectors.store(models.embedder).nearest(vector, 1)
    return library.passages.by_id([number])[number].document == asked.document


def refusal_set(run: Run) -> Measures:
    """Near misses of three kinds, and beside them questions that are answered in the same libraries."""
    kept, missing = squad_near_misses(articles(run.data), run.folder / "squad files")
    read, papers = receipts(run.data, run.folder), household(run.data, run.folder)
    fields = json.loads((run.data / "receipts" / "fields.json").read_text(encoding="utf-8"))
    found: list[Outcome] = []
    with library_of(run.folder / "refusal", kept.files, run.models) as library:
        part = QuestionSet("refusal", [], missing).part(run.split)
        found += run.ask("refusal", library, run.sample(part.questions, REFUSALS))
        found += run.ask("refusal", library, run.sample(kept.part(run.split).questions, QUESTIONS))
    with library_of(run.folder / "receipts", read.files, run.models) as library:
        part = QuestionSet("refusal", [], receipt_near_misses(library, fields)).part(run.split)
        found += run.ask("refusal", library, run.sample(part.questions, QUESTIONS))
    with library_of(run.folder / "household", papers.files, run.models) as library:
        silent = [one for one in papers.part(run.split).questions if not one.answers]
        found += run.ask("refusal", library, silent)
    measures = rate("refusal_false_answer", [not one.refused for one in found if not one.question.answers])
    measures |= rate("refusal_false_refusal", [one.refused for one in found if one.question.answers])
    for kind in sorted({one.question.kind or "household" for one in found if not one.question.answers}):
        of_kind = [one for one in found if not one.question.answers and (one.question.kind or "household") == kind]
        measures |= rate(f"refusal_false_answer_{kind}", [not one.refused for one in of_kind])
        measures[f"refusal_near_misses_{kind}"] = len(of_kind)
    return measures | {"refusal_questions": len(found)}


def xquad_set(run: Run) -> Measures:
    """Four languages, a library each and one of all, asked in its own language and in others. No model writes."""
    texts = {language: paragraphs(run.data, language) for language in LANGUAGES}
    english = texts["en"]
    # A paragraph is in the same half in each language: the reader was trained on all versions of those for tuning.
    wanted = [index for index, one in enumerate(english) if run.split in ("all", split_of(one.passage))]
    wanted = wanted[: run.count or None]
    measures = measure_together(texts, wanted, run.folder, run.models)
    for language, asked in texts.items():
        measures |= measure_language(language, asked, wanted, english, run.folder, run.models)
    return measures


def measure(run: Run, name: str) -> Measures:
    """The measures of one of `NAMES`."""
    special = {"receipts": receipts_set, "wikitables": wikitables_set, "squad": squad_set, "refusal": refusal_set}
    special["xquad"] = xquad_set
    progress(name)
    return special[name](run) if name in special else plain(run, SETS[name](run.data, run.folder))


def arguments() -> argparse.Namespace:
    """Of the command line. Exits with 2 when only one of `--documents` and `--questions` is given."""
    parser = options("How often the answer that a person reads is right, refused or wrong.")
    parser.add_argument("--set", nargs="+", choices=NAMES, default=None, help="default: all")
    parser.add_argument("--documents", type=Path, help="a folder of your own, instead of the sets")
    parser.add_argument("--questions", type=Path, help="JSON lines: question, answers, document?, evidence?, scoped?")
    parser.add_argument("--split", choices=("tune", "look", "all"), default="all")
    parser.add_argument("--library", type=Path, help="keep what was read in this folder")
    parser.add_argument("--transcript", type=Path, help="write a JSON line for each question")
    parser.add_argument("--without-model", action="store_true", help="what is shown before the model has read")
    parsed = parser.parse_args()
    if (parsed.documents is None) != (parsed.questions is None):
        parser.error("--documents and --questions go together")
    return parsed


def main() -> int:
    """Ask, print the measures and return 0; the transcript is flushed after each question."""
    parsed = arguments()
    models = Models()
    models.load_reranker()
    measures: Measures = {}
    with ExitStack() as stack:
        folder = parsed.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lines = stack.enter_context(parsed.transcript.open("w", encoding="utf-8")) if parsed.transcript else None

        def told(line: str) -> None:
            if lines is not None:
                lines.write(f"{line}\n")
                lines.flush()

        run = Run(parsed.data, folder, models, parsed.split, parsed.count, told, parsed.without_model)
        if parsed.documents:
            measures = plain(run, from_files(parsed.documents.name, parsed.documents, parsed.questions))
        for name in () if parsed.documents else parsed.set or NAMES:
            measures |= measure(run, name)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
