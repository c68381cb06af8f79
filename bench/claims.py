"""Sentences labelled by hand: which of them does grounding flag as unsupported?

`claims.json` holds passages and, about them, sentences that are supported, half true (one clause, number, name or
direction is not theirs) or invented. Half and invented ones should be flagged.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.measuring import Measures
from lamplight.library.records import Passage
from lamplight.models.embedder import Embedder
from lamplight.rag.grounding import ground

LABELLED = Path(__file__).with_name("claims.json")


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A sentence as a model could write it about `passages`."""

    sentence: str
    label: Literal["supported", "half", "invented"]
    kind: str
    passages: list[Passage]

    @property
    def should_be_flagged(self) -> bool:
        """Whether grounding has to call it unsupported; true of a half true one, too."""
        return self.label != "supported"


def claims() -> list[LabelledClaim]:
    """All labelled sentences, each with the passages it would have been written from."""
    content = json.loads(LABELLED.read_text(encoding="utf-8"))
    passages = {
        group: [
            Passage(0, 0, part["document"], 1, part["kind"], part["section"], part["text"], [], marker)
            for marker, part in enumerate(parts, start=1)
        ]
        for group, parts in content["passages"].items()
    }
    return [
        LabelledClaim(claim["sentence"], claim["label"], claim["kind"], passages[claim["group"]])
        for claim in content["claims"]
    ]


def measured(labelled: Sequence[LabelledClaim], embedder: Embedder | None = None) -> Measures:
    """Precision and recall of "unsupported"."""
    flagged = [claim for claim in labelled if ground(claim.sentence, claim.passages, embedder).unsupported]
    right = sum(claim.should_be_flagged for claim in flagged)
    return {
        "unsupported_precision": round(right / len(flagged), 3) if flagged else 0.0,
        "unsupported_recall": round(right / sum(claim.should_be_flagged for claim in labelled), 3),
        "claims": len(labelled),
    }
