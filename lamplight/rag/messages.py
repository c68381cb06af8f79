"""The sentences that Lamplight itself says in an answer, in the language in which it was asked.

They are translated in the catalogues of `lamplight.languages`; in which language is told by `rag.request_language`. A
pair is one and many; `count` decides, and is written as {n}.
"""

from __future__ import annotations

from lamplight.languages import THOUSANDS, about, catalogue

SENTENCES: dict[str, str | tuple[str, str]] = {
    "hello": "Hello! Ask me anything about your documents; every answer points at the page it comes from.",
    "welcome": "You are welcome.",
    "abilities": "I answer from your own documents and pictures, on this computer, and every answer points at its "
    "page: facts, sums over tables, summaries, lists, comparisons, and what is in your library.",
    "privacy": "No. Your documents are read on this computer and never leave it, nor do your questions; Lamplight "
    "needs no internet. Only a model that you choose to download is fetched from elsewhere, and nothing is sent with "
    "that.",
    "model": "{name} answers, on this computer. Under “Models” you can choose or download a larger one.",
    "privacy elsewhere": "Yes: you have chosen a model on {place}. Your questions and the passages that answers need, "
    "for a summary the whole document, are sent there. Nothing else leaves this computer: documents are kept, read and "
    "searched here. Under “Models” you can choose one that answers on this computer.",
    "model elsewhere": "{name} answers, on another computer. Under “Models” you can choose one on this computer.",
    "try": "You could ask:",
    "try summary": "Summarise {name}",
    "ask section of": "What does {title} say about {what}?",
    "ask section": "What is said about {what}?",
    "try documents": "Which documents do I have?",
    "add": "Add some documents or pictures to begin.",
    "empty library": "Your library is empty. Add some documents or pictures, then ask again.",
    "empty collection": "This collection is empty. Add some documents to it, or ask all your documents.",
    "nothing read yet": "None of your files has been read yet.",
    "other places": "Other places that may answer:",
    "nearest": "These lines come nearest:",
    "unsure": "I am not sure. Closest in your documents:",
    "hardly said": "Your documents may not say this. Closest in them:",
    "name unheard": "None of your documents says {what}. Closest in them:",
    "no other places": "No other place seems to answer this.",
    # A refusal: the first where passages were found and none of them answers, else the second.
    "not said": "Your documents don’t say.",
    "nothing found": "I found nothing about this in your documents.",
    "needs larger": "Writing, explaining and translating need a larger language model than the one that comes with "
    "Lamplight; under “Models” you can get one.",
    "rests on": "These lines of your documents are what it would rest on:",
    "document": ("{n} document", "{n} documents"),
    "page": ("{n} page", "{n} pages"),
    "picture": ("{n} picture", "{n} pictures"),
    "passage": ("{n} passage", "{n} passages"),
    "place": ("{n} place", "{n} places"),
    "row": ("{n} row", "{n} rows"),
    "difference": ("{n} difference:", "{n} differences:"),
    "in": "{what} in {where}:",
    "silent": (", {n} of which does not say everything", ", {n} of which do not say everything"),
    "only first": "Only the first {n} are shown.",
    "documents unseen": ("{n} document could not be looked at.", "{n} documents could not be looked at."),
    "none of the time": (
        "The only document whose date could be read is not from then.",
        "None of the {n} documents whose dates could be read is from then.",
    ),
    "undated": (
        "The date of {n} document could not be read.",
        "The dates of {n} documents could not be read.",
    ),
    "sum": "Sum",
    "column document": "Document",
    "column item": "Item",
    "column pages": "Pages",
    "column added": "Added",
    "field shop": "Shop",
    "field date": "Date",
    "field total": "Total",
    "field currency": "Currency",
    "field items": "Items",
    "same": "{one} and {other} say the same, line for line.",
    "larger value": "{name} has the larger value: {working} = **{difference}**.",
    "largest value": "{name} has the largest value: **{value}**.",
    "same value": "Both have the same value: **{value}**.",
    "own words": "{name}, {pages}, in its own words:",
    "written": "{name}, {pages}:",
    "page number": "page {page}",
    "page range": "pages {first} to {last}",
    "page title": "Page {page}",
    "quoted": "“{words}”",
    "on topic": "on “{words}”",
    "all own words": "{documents}, in their own words:",
    "no text": "no text was read.",
    "more documents": ("and {n} more document.", "and {n} more documents."),
    "more by name": (
        "and {n} more document; ask for one of them by its name.",
        "and {n} more documents; ask for one of them by its name.",
    ),
    "yes": "Yes",
    "no": "No",
    "in thousand": "in thousands",
    "points": "percentage points",
    "in million": "in millions",
    "in billion": "in billions",
    "in all": "There are **{documents}**, **{pages}** in all{pictures}: {kinds}.",
    "with": " with {pictures}",
    "of kind": ("**{n}** of {all} documents: {words}.", "**{n}** of {all} documents: {words}."),
    "in languages": ("{documents}, in {n} language:", "{documents}, in {n} languages:"),
    "language untold": ("{n} with too few words to tell", "{n} with too few words to tell"),
    "newest first": "{documents}, the newest first:",
    "oldest first": "{documents}, what was added first comes first:",
    "longest first": "{documents}, the longest first:",
    "shortest first": "{documents}, the shortest first:",
    "of time": (
        "{n} document of {all} is of that time, by its name or else the first date in it:",
        "{n} documents of {all} are of that time, by their names or else the first date in them:",
    ),
    "none of time": "None of your {documents} is of that time, by their names or else the first date in them.",
    "added": "added on {when}",
    "mentions": (
        "{n} document of {all} mentions “{words}”:",
        "{n} documents of {all} mention “{words}”:",
    ),
    "none mentions": "None of your {documents} mentions “{words}”.",
    "failed": ("{n} file could not be read:", "{n} files could not be read:"),
    "waiting": ("{n} file is still being read: {names}.", "{n} files are still being read: {names}."),
    "not failed": "Everything that was added has been read.",
    "left out": "Left out of what was read:",
    "nothing like it": "Nothing in what was shown fits that.",
    "fitting": "{n} of {all} fit:",
    "sorted": "Sorted by {column}:",
    "number": "Number {n}:",
    "in short": "In short",
    "stopped after": "Stopped after part {done} of {total}; ask again to go on from there.",
}


def say(language: str, key: str, count: int = 1, **values: object) -> str:
    """A sentence with its values put in, and `count` as {n}."""
    message, known = SENTENCES[key], catalogue(language)
    said = known.gettext(message) if isinstance(message, str) else known.ngettext(*message, count)
    return said.format(n=f"{count:,}".replace(",", about(language, THOUSANDS)), **values)
