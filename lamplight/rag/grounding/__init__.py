"""Tying each sentence of an answer to what a passage states, or saying that nothing does."""

from lamplight.rag.grounding.sentences import VAGUE, GroundedAnswer, cite, ground, split_answer, unit_note

__all__ = ["VAGUE", "GroundedAnswer", "cite", "ground", "split_answer", "unit_note"]
