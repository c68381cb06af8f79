"""What stands below an answer: the model's own words folded away, files still being read, ways on, how it was made."""

from __future__ import annotations

from html import escape

from lamplight.languages import gettext, ngettext, number, sentence
from lamplight.rag.events import Timings
from lamplight.ui.answers import Answer
from lamplight.ui.chat_markdown import MARKER, chat_text, flag, one_line

NAMED = 3  # files that are still being read; the others are counted
FEWER, MORE = sentence("Answer from fewer passages"), sentence("Look in more places")
EVERYWHERE = sentence("Ask all documents")
NEAREST = sentence("Show the nearest lines")
LARGER = sentence("Choose a larger model")
DRAFT = sentence("Draft, not checked against your documents yet")
OWN_WORDS = sentence("In the model’s own words")
OTHERWISE = {
    "fact": sentence("Answer it as a question"),
    "summary": sentence("Summarise instead"),
    "list": sentence("List them all instead"),
    "comparison": sentence("Compare instead"),
    "change": sentence("Show what changed instead"),
    "library": sentence("Ask about the library instead"),
    "writing": sentence("Write it instead"),
}
"""What offers the other reading of a request, by `rag.intent.RequestKind`."""


def draft_html(answer: Answer) -> str:
    """What the model writes, visibly unchecked; once checked, all of it folded away unless it is what is shown."""
    if not answer.draft:
        return ""
    said = chat_text(flag(answer.draft, answer.unsupported))
    if not answer.done:
        label = f'<p class="draft-label">{gettext(DRAFT)}</p>'
        return "" if answer.aside else f'<div class="draft streaming">{label}{said}</div>'
    shown = " ".join(MARKER.sub("", answer.opening.prose).split())
    if shown and " ".join(answer.draft.split()) in (shown, shown.replace(" .", ".")):
        return ""
    left_out = sum(stated not in answer.text for stated in answer.unsupported)
    told = ngettext("{n} sentence that no passage states", "{n} sentences that no passage states", left_out)
    count = f" · {told.format(n=number(left_out))}" if left_out else ""
    return f'<details class="draft"><summary>{gettext(OWN_WORDS)}{count}</summary>{said}</details>'


def unread_html(answer: Answer) -> str:
    """The files that were still being read, and what to do then."""
    if not answer.unread:
        return ""
    names = ", ".join(answer.unread[:NAMED]) + (" …" if len(answer.unread) > NAMED else "")
    told = ngettext(
        "{n} file was still being read: {names}. Ask again when they are ready.",
        "{n} files were still being read: {names}. Ask again when they are ready.",
        len(answer.unread),
    )
    return f'<p class="unread">{told.format(n=number(len(answer.unread)), names=escape(names))}</p>'


def foot_html(answer: Answer, reference: str, last: bool, larger: bool) -> str:
    """What can be done with the answer. `larger`: a large model answers already."""
    actions = [("copy", sentence("Copy"))] if answer.text else []
    if last:
        actions += _ways_on(answer, larger)
    links = "".join(f'<a class="{name}" href="#{name}-{reference}">{gettext(label)}</a>' for name, label in actions)
    notes = [gettext("stopped")] if answer.stopped else []
    if shown := sum(stated in answer.text for stated in answer.unsupported):
        missing = ngettext(
            "{n} sentence not found in your documents", "{n} sentences not found in your documents", shown
        )
        notes.append(f'<span class="unsupported-note">{missing.format(n=number(shown))}</span>')
    told = f'<span class="notes">{" · ".join(notes)}</span>' if notes else ""
    return f'<div class="foot"><span class="actions">{links}</span>{told}{_how(answer)}</div>'


def _ways_on(answer: Answer, larger: bool) -> list[tuple[str, str]]:
    """What could say something else: the same model reads the same passages in the same words."""
    ways = [("again", sentence("Answer again"))] if answer.stopped or answer.error or answer.unread else []
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
        query = f"<code>{one_line(escape(answer.sql))}</code>"
        told += f'<p class="query">{gettext("Computed over the table: {query}").format(query=query)}</p>'
    return f'<details class="how"><summary>{gettext("How")}</summary>{told}</details>' if told else ""


def _timing_notes(timings: Timings, model: str) -> list[str]:
    notes = []
    if timings.first_token_ms:
        notes.append(gettext("first word after {time}").format(time=_seconds(timings.first_token_ms)))
    if timings.total_ms:
        notes.append(gettext("{time} in all").format(time=_seconds(timings.total_ms)))
    if model:
        notes.append(model.split(" (")[0])  # how its weights are stored is for `doctor`
    return notes


def _seconds(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
