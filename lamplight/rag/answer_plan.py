"""What is asked of a language model, by what it and the machine can do: one row of a table for each kind."""

from __future__ import annotations

from dataclasses import dataclass

from lamplight.models.answer_model import AnswerModel
from lamplight.models.server_model import ServerModel

QUICK_TOKENS = 1500  # of passages that a machine reads before a person loses patience: then whole sections are read
BRIEF = (
    "You answer questions using only the passages the user gives. "
    "Answer in one or two short sentences. Copy numbers and names exactly."
)
STRUCTURED = (
    "You answer questions using only the passages the user gives. Answer completely and to the point, in the language "
    "of the question, in Markdown: a list or numbered steps for several points, a table for a comparison, else plain "
    "sentences. Copy numbers, names and dates exactly. Say nothing that the passages do not say."
)
NO_ANSWER = "NONE"  # what a model that cites writes where no passage answers
CITED = (
    f"{STRUCTURED} Each passage begins with its number: put it after each sentence that rests on it, like [2]. "
    f"If the passages do not answer the question, write only {NO_ANSWER}."
)
KNOWLEDGE = "You are a helpful assistant. Answer briefly and truthfully. Use the passages where they help."


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """`instruction` is for answers from documents alone; tokens are the model's own."""

    instruction: str
    answer_tokens: int  # at most
    passages: int  # read together at most; how many are read each apart is `APART` in `rag.reading`
    passage_tokens: int  # of all of these; 0: as many as this machine reads before a person loses patience
    sections: bool = False  # reads the sections around what was found, not only that
    structured: bool = False  # writes Markdown, whose lines and sentences are checked as they come
    cites: bool = False  # writes the numbers of passages, which are tried first when a sentence is checked
    rewrites: bool = False  # makes a follow-up stand alone
    judges: bool = False  # says whether passages answer which the reader takes for none that do
    queries: bool = False  # writes the query over a table where no program of ours is surely meant


# In order: instruction, answer tokens, passages, passage tokens.
# Three passages: each costs its reading, and 2 answer as well as 4.
SMALL = AnswerPlan(BRIEF, 120, 3, 0)
LARGE = AnswerPlan(STRUCTURED, 500, 4, 0, structured=True, rewrites=True)
QUICK = AnswerPlan(
    CITED, 700, 6, 2000, sections=True, structured=True, cites=True, rewrites=True, judges=True, queries=True
)
SERVER = AnswerPlan(
    CITED, 1000, 8, 5000, sections=True, structured=True, cites=True, rewrites=True, judges=True, queries=True
)


def plan_of(model: AnswerModel) -> AnswerPlan:
    """`SMALL` below a billion parameters, wherever it computes."""
    if not model.is_large:
        return SMALL
    if isinstance(model, ServerModel):
        return SERVER
    quick = model.calibration is not None and model.calibration.passage_tokens >= QUICK_TOKENS
    return QUICK if quick else LARGE
