"""Whether what was found answers the question at all, and how surely. If not, an answer would be invented.

Decided by what was found and what the reader says of it, not by the language model's mood: a logistic regression
fitted on 462 questions, of the `tune` halves of `bench.answers` (SQuAD, household) and what others asked of annual
reports and household papers. `python -m training.refusal` fits it to the benchmarks' own questions alone. The
threshold lets 3 % of what can be answered be refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lamplight.library.records import Passage
from lamplight.rag.passages import Selection
from lamplight.rag.query import WORD, stop_words_of
from lamplight.rag.reading import needs_several
from lamplight.rag.sentences import coverage, stem_weights, stems

READER_WEIGHT = 0.78  # of the log-odds of the line that answers likeliest
COSINE_WEIGHT = 2.3  # of the nearest chunk
COVERAGE_WEIGHT = 3.2  # of the question's words that one passage holds, by inverse document frequency
THRESHOLD = 1.4
# Of the reader's log-odds, where the first embedder can't read question or passage: how near they are to each other,
# and which words they share, tells nothing there. Of 171 questions about households' papers in German, French, Spanish
# and Chinese that can be answered this refuses 4 %; of 50 that can't it answers 58 %.
READER_ALONE = -1.3
# Likewise where the best passage is a scan, whose reader is another one. Of 154 questions about receipts on the `tune`
# half, 88 of them about anything but company, date and total, this refuses 10 (three of which would be right), of 50
# that can't be answered it answers 7.
READER_OF_SCAN = -1.6
# Whether the likeliest line is the answer, fitted on 328 questions and 109 near misses of annual reports, household
# papers in five languages and SQuAD: an area under the curve of .83 on the sets left out, .79 with the reader alone.
# How far the best passage is ahead of the next tells as much as what the reader says of the line.
SURE_READER_WEIGHT = 0.5
SURE_MARGIN_WEIGHT = 3.2
SURE = 0.6  # the probability from which on it is told as the answer
SURE_THRESHOLD = 2.0  # the sum of both at that; then 7 of the 109 near misses are said as if they were sure, at .4 15
# Of a passage that is alone: of 120 questions asked of the one paragraph that answers them 95 are then answered as sure
# (63 with the margin that is usual among many), 2 of them wrongly, and 2 of 36 that it doesn't answer.
MARGIN_ALONE = 0.47
# Of the question's words on the scan: of eleven questions to two libraries that scans answered as sure, five wrong ones
# had less and none of the right ones.
OF_THIS_SCAN = 0.3
# A line of another document contradicts one that surely answers if it answers so surely itself, and at most so much
# less: of 98 sure answers in a library of five households' papers, 28 of them wrong, 7 wrong and 6 right ones are.
SURE_ITSELF, AS_SURELY = 3.0, 1.5
# Of the likeliest line where none is sure. Of 72 questions with less 27 had the answer among the three lines shown, 29
# were about what no document says; of 87 with more 63 and 15 (household papers in five languages).
RATHER_SAID = 1.0
LISTED = 1.0  # log-odds of the reader at least, when several things are asked for: it judges single lines


def answerability(selection: Selection) -> float:
    """Log-odds that the passages hold an answer; below zero they don't."""
    if not selection.passages:
        return float("-inf")
    if asks_for_all(selection) or _shows_what_is_looked_for(selection):
        return 0.0
    reader, cosine, covered = features(selection)
    # Names and dates in a question find the right receipt whatever is asked of it, and a receipt's lines are what the
    # reader knows best: the three numbers together let 16 % of 50 near misses through, the reader alone 7 %.
    if selection.passages[0].picture_kind == "scan":
        return reader - READER_OF_SCAN
    if selection.passages[0].document_id in selection.search.unread:
        return reader - READER_ALONE
    if needs_several(selection.search.query.text):
        reader = max(reader, LISTED)
    return READER_WEIGHT * reader + COSINE_WEIGHT * cosine + COVERAGE_WEIGHT * covered - THRESHOLD


def certainty(selection: Selection) -> float:
    """Log-odds that the likeliest line answers, less those of `SURE_THRESHOLD`: below zero it isn't sure."""
    if not selection.lines or _is_of_another_scan(selection):
        return float("-inf")
    scores = [passage.score for passage in selection.passages]
    margin = scores[0] - scores[1] if len(scores) > 1 else MARGIN_ALONE
    if len(scores) > 1 and _is_alone(selection):
        margin = min(margin, MARGIN_ALONE)
    return SURE_READER_WEIGHT * selection.lines[0].score + SURE_MARGIN_WEIGHT * margin - SURE_THRESHOLD


def is_rather_said(selection: Selection) -> bool:
    """Whether the lines that may answer are likelier to do so than not."""
    return max((line.score for line in selection.lines), default=0.0) >= RATHER_SAID


def is_contradicted(selection: Selection) -> bool:
    """Whether another document answers about as surely, and something else: the draft of a lease that was signed.

    Not where the likeliest line's document is named in the question.
    """
    first = selection.lines[0]
    document = first.sentence.passage.document_id
    if document in selection.search.named:
        return False
    words = first.sentence.text[first.reading.start : first.reading.end].lower()
    return any(
        line.score >= max(SURE_ITSELF, first.score - AS_SURELY) and words not in line.sentence.text.lower()
        for line in selection.lines
        if line.sentence.passage.document_id != document
    )


def _is_of_another_scan(selection: Selection) -> bool:
    """Whether the best passage is a scan, one of several documents, that has hardly a word of the question.

    A receipt has a total and a date, so the reader finds an answer on each.
    """
    first = selection.passages[0]
    others = any(passage.document_id != first.document_id for passage in selection.passages)
    return first.picture_kind == "scan" and others and _coverage(selection, [first]) < OF_THIS_SCAN


def _is_alone(selection: Selection) -> bool:
    """Whether the best passage is the only one of a document that is named: it is ahead of others by its name alone."""
    first, second = (passage.document_id for passage in selection.passages[:2])
    return first in selection.search.named and second not in selection.search.named


def likelihood(selection: Selection) -> float:
    """The probability that the likeliest line answers."""
    return 1 / (1 + math.exp(-certainty(selection) - math.log(SURE / (1 - SURE))))


def _shows_what_is_looked_for(selection: Selection) -> bool:
    """Whether a picture is asked about, and one that is more than its words comes first: a person looks at it."""
    first = selection.passages[0]
    return selection.search.query.wants_picture and first.kind == "image" and first.picture_kind != "scan"


def asks_for_all(selection: Selection) -> bool:
    """Whether a question names a document and nothing that stands in it: "What is the handbook about?"."""
    stop_words = stop_words_of(selection.search.query.text)
    return bool(selection.search.named) and all(
        word.lower() in stop_words for word in WORD.findall(selection.search.asked)
    )


def features(selection: Selection) -> tuple[float, float, float]:
    """What the decision rests on: the reader's log-odds, the best cosine, the coverage."""
    # That an amount is confirmed by others doesn't tell that an amount is asked for.
    reader = max((min(line.score, line.reading.score) for line in selection.lines), default=float("-inf"))
    return reader, selection.best_cosine, question_coverage(selection)


def question_coverage(selection: Selection) -> float:
    """From 0 to 1: how much of what the question asks about stands in the passage that holds the most of it."""
    return _coverage(selection, selection.passages)


def _coverage(selection: Selection, passages: Sequence[Passage]) -> float:
    """The same of some passages."""
    wanted = stem_weights(selection.search.weights)
    if sum(wanted.values()) <= 0:
        return 1.0 if passages else 0.0
    return max((coverage(wanted, stems(f"{one.about} {one.text}")) for one in passages), default=0.0)
