"""What stands below an answer: the model's own words folded away, files still being read, ways on, how it was made."""

from __future__ import annotations

from html import escape

from lamplight.rag.events import Timings
from lamplight.ui.answers import Answer
from lamplight.ui.chat_markdown import MARKER, chat_text, flag, one_line

NAMED = 3  # files that are still being read; the others are counted
FEWER, MORE = "Answer from fewer passages", "Look in more places"
EVERYWHERE = "Ask all documents"
NEAREST = "Show the nearest lines"
LARGER = "Choose a larger model"
DRAFT = "Draft, not checked against your documents yet"
OWN_WORDS = "In the model’s own words"
OTHERWISE = {
    "fact": "Answer it as a question",
    "summary": "Summarise instead",
    "list": "List them all instead",
    "comparison": "Compare instead",
    "change": "Show what changed instead",
    "library": "Ask about the library instead",
    "writing": "Write it instead",
}
"""What offers the other reading of a request, by `rag.intent.RequestKind`."""


def draft_html(answer: Answer) -> str:
    """What the model writes, visibly unchecked; once checked, all of it folded away unless it is what is shown."""
    if not answer.draft:
        return ""
    said = chat_text(flag(answer.draft, answer.unsupported))
    if not answer.done:
        label = f'<p class="draft-label">{DRAFT}</p>'
        return "" if answer.aside else f'<div class="draft streaming">{label}{said}</div>'
    shown = " ".join(MARKER.sub("", answer.opening.prose).split())
    if shown and " ".join(answer.draft.split()) in (shown, shown.replace(" .", ".")):
        return ""
    left_out = sum(sentence not in answer.text for sentence in answer.unsupported)
    count = f" · {left_out} {'sentence' if left_out == 1 else 'sentences'} that no passage states" if left_out else ""
    return f'<details class="draft"><summary>{OWN_WORDS}{count}</summary>{said}</details>'


def unread_html(answer: Answer) -> str:
    """The files that were still being read, and what to do then."""
    if not answer.unread:
        return ""
    names = ", ".join(answer.unread[:NAMED]) + (" …" if len(answer.unread) > NAMED else "")
    files = "1 file was" if len(answer.unread) == 1 else f"{len(answer.unread)} files were"
    return f'<p class="unread">{files} still being read: {escape(names)}. Ask again when they are ready.</p>'


def foot_html(answer: Answer, reference: str, last: bool, larger: bool) -> str:
    """What can be done with the answer. `larger`: a large model answers already."""
    actions = [("copy", "Copy")] if answer.text else []
    if last:
        actions += _ways_on(answer, larger)
    links = "".join(f'<a class="{name}" href="#{name}-{reference}">{label}</a>' for name, label in actions)
    notes = ["stopped"] if answer.stopped else []
    shown = [sentence for sentence in answer.unsupported if sentence in answer.text]
    if shown:
        noun = "sentence" if len(shown) == 1 else "sentences"
        notes.append(f'<span class="unsupported-note">{len(shown)} {noun} not found in your documents</span>')
    told = f'<span class="notes">{" · ".join(notes)}</span>' if notes else ""
    return f'<div class="foot"><span class="actions">{links}</span>{told}{_how(answer)}</div>'


def _ways_on(answer: Answer, larger: bool) -> list[tuple[str, str]]:
    """What could say something else: the same model reads the same passages in the same words."""
    ways = [("again", "Answer again")] if answer.stopped or answer.error or answer.unread else []
    if answer.refused and answer.passages and answer.breadth != "more":
        ways += [("more", NEAREST)]
    ways += [("everywhere", EVERYWHERE)] if answer.alone else []
    several = len(answer.passages) > 1
    if answer.timings.context_tokens:
        ways += [("fewer", FEWER)] if several and answer.opening.prose and answer.breadth != "fewer" else []
        ways += [("more", MORE)] if several and answer.breadth != "more" else []
        ways += [("larger", LARGER)] if not larger else []
    return ways + ([(f"as-{answer.other}", OTHERWISE[answer.other])] if answer.other in OTHERWISE else [])


def _how(answer: Answer) -> str:
    """How the answer was made, folded away: numbers for whoever wants them."""
    notes = _timing_notes(answer.timings, answer.model)
    told = f"<p>{escape(' · '.join(notes))}</p>" if notes else ""
    if answer.sql:
        told += f'<p class="query">Computed over the table: <code>{one_line(escape(answer.sql))}</code></p>'
    return f'<details class="how"><summary>How</summary>{told}</details>' if told else ""


def _timing_notes(timings: Timings, model: str) -> list[str]:
    notes = []
    if timings.first_token_ms:
        notes.append(f"first word after {_seconds(timings.first_token_ms)}")
    if timings.total_ms:
        notes.append(f"{_seconds(timings.total_ms)} in all")
    if model:
        notes.append(model.split(" (")[0])  # how its weights are stored is for `doctor`
    return notes


def _seconds(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
