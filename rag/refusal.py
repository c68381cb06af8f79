"""Whether what was found can answer the question at all. If not, an answer would be invented.

Decided by what the retriever found, not by the model's mood: a logistic regression on two features, fitted on 505
answerable and 955 unanswerable questions over six libraries (encyclopedia articles, annual reports, receipts, the
samples; questions about one library asked of another). At zero it refuses 1 % of what can be answered and answers
3 % of what can't; 12 % of general questions asked of annual reports, which hold a little of everything.
"""

from __future__ import annotations

from rag.passages import Selection
from rag.sentences import stems

COSINE_WEIGHT = 10.5  # of the nearest chunk or sentence
COVERAGE_WEIGHT = 6.0  # of the question's words that one passage holds, by inverse document frequency
THRESHOLD = 6.7


def support(selection: Selection) -> float:
    """Log-odds that the passages hold an answer; below zero they don't."""
    return COSINE_WEIGHT * selection.best_cosine + COVERAGE_WEIGHT * coverage(selection) - THRESHOLD


def coverage(selection: Selection) -> float:
    """From 0 to 1: how much of what the question asks about stands in the passage that holds the most of it."""
    weights: dict[str, float] = {}
    for word, weight in selection.search.weights.items():
        for stem in stems(word):
            weights[stem] = weight
    total = sum(weights.values())
    if total <= 0:
        return 1.0 if selection.passages else 0.0
    shares = [
        sum(weight for stem, weight in weights.items() if stem in held) / total
        for held in (stems(passage.searchable) for passage in selection.passages)
    ]
    return max(shares, default=0.0)
