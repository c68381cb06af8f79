"""One follow-up made into a question that stands alone, by rules.

Each rule takes the follow-up and the turn before it, and returns nothing when it doesn't apply; the first that
applies decides. What no rule knows is a new subject and stays as it is."""

from __future__ import annotations

import re

from lamplight.rag.conversation.ellipsis import fragment
from lamplight.rag.conversation.reference import pointing_back
from lamplight.rag.conversation.turn import LEAD_IN, Turn, content_words
from lamplight.rag.lexicon.phrases import (
    AUXILIARIES,
    QUESTION_WORDS,
    WORD,
    YEAR,
    names_of,
    opening_name,
    phrases_of,
    without_markers,
)
from lamplight.rag.sentences import split_sentences

COURTESY = re.compile(
    r"^\W*(?:(?:thanks?|thank you|thx|ok(?:ay)?|great|good|perfect|cool|hello|hi|bye|goodbye|nice|no|yes|very much|"
    r"a lot)\W*)+$",
    re.I,
)
MORE = re.compile(
    r"^\W*(?:(?:please|can you|could you|and|ok(?:ay)?)\W+)*"
    r"(?:tell me more|say more|more(?: details?| information| please)?|go on|continue|"
    r"anything else|what else|(?:any|are there (?:any )?) ?(?:others?|more)|which others?|elaborate|"
    r"(?:give|show|tell)(?: me)? (?:some |any )?more(?: details?| information)?|"
    r"explain(?: (?:it|that|this))?(?: in (?:more )?details?| further| more)?|in more detail|why is that|"
    r"are you (?:really )?sure(?: about (?:it|that))?|how do you know(?: (?:it|that|this))?|quote (?:it|that|this)|"
    r"where (?:does|do) (?:it|they) say (?:so|that|this)|(?:on )?(?:which|what) page(?: is (?:it|that|this)(?: on)?)?|"
    r"show (?:me )?(?:the |your )?(?:passage|source|page|evidence)s?)"
    r"(?: (?:about|on) (?:it|that|this|them))?(?: please)?\W*$",
    re.I,
)
ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "5th": 4, "last": -1, "latter": -1,
}  # fmt: skip
ORDINAL = re.compile(
    rf"\bthe ({'|'.join(ORDINALS)})(?: (?:one|option|item|point))?\b(?! \w*(?:year|month|week|quarter))", re.I
)
LIST_ITEM = re.compile(r"(?:^|\n|(?<=[;:.] ))\s*(?:\d{1,2}[.)]|[-•*])\s+([^\n;]+)")
SERIES_VERB = re.compile(r"\s(?:is|are|was|were|has|have|had|can|may|covers?|apply|applies)\b.*$", re.I)
COMPARISON = re.compile(
    r"\b(?:how (?:does|do|did|is) (?:that|this|it|they|those) compare|compared? (?:to|with)|"
    r"(?:that|this|it|they) (?:more|less|better|worse|higher|lower|larger|smaller|bigger|\w+er) than)\b",
    re.I,
)
BARE = frozenset(
    {
        "exactly",
        "else",
        "not",
        "date",
        "day",
        "time",
        "year",
        "whom",
        "so",
        "is",
        "that",
        "was",
        "it",
        "and",
        "but",
        "come",
        "on",
        "what",
        "amount",
        "reason",
        "price",
        "cost",
        "for",
        "by",
        "from",
        "in",
        "at",
        "to",
        "since",
        "until",
        "much",
        "many",
        "long",
        "often",
        "far",
        "which",
        "page",
    }
)  # fmt: skip; with a question word, these ask about the whole of what was asked before


def follow_up(question: str, turn: Turn) -> str:
    """`question` with what it leaves out or points back to, from the turn before; unchanged when it stands alone."""
    if is_courtesy(question) or not content_words(turn.question):
        return question
    for rule in (_more, _ordinal, _question_word, _comparison, fragment, pointing_back, _continued):
        rewritten = rule(question, turn)
        if rewritten is not None:
            return _tidy(rewritten)
    return question


def is_courtesy(question: str) -> bool:
    """ "Thanks!": asks nothing."""
    return COURTESY.match(question) is not None or not WORD.search(question)


def _more(question: str, turn: Turn) -> str | None:
    return f"{question.strip(' .?!')}: {turn.question}" if MORE.match(question) else None


def _ordinal(question: str, turn: Turn) -> str | None:
    match = ORDINAL.search(question)
    items = _listed(turn.answer)
    if match is None or len(items) < 2:
        return None
    position = ORDINALS[match[1].lower()]
    if position >= len(items):
        return None
    rest = LEAD_IN.sub("", question[: match.start()] + question[match.end() :]).strip(" ?.!")
    if not rest:
        return f"Tell me more about {items[position]}"
    return question[: match.start()] + items[position] + question[match.end() :]


def _listed(answer: str) -> list[str]:
    """The items of the last answer: numbered or bulleted, or "A, B and C"."""
    plain = without_markers(answer)
    items = [item.strip(" .") for item in LIST_ITEM.findall(plain)]
    if len(items) >= 2:
        return items
    for sentence in split_sentences(plain):
        names = names_of(sentence)
        first = opening_name(sentence)
        if re.search(r"\w(?:,| and| or) ", sentence):
            parts = re.split(r",\s*(?:and |or )?|\s+(?:and|or)\s+", sentence.strip(" ."))
            if len(parts) >= 2:
                items = [
                    _series_item(part, last=index == len(parts) - 1, first=index == 0)
                    for index, part in enumerate(parts)
                ]
                return [item for item in items if item]
        if len(names) + bool(first) >= 2:
            return [*([first] if first else []), *(name.text for name in names)]
    return []


def _series_item(part: str, last: bool, first: bool) -> str:
    if last:
        part = SERIES_VERB.sub("", part)
    if first:
        determined = re.findall(r"\b(?:a|an|the)\s+.+$", part)
        named = names_of(part)
        part = determined[-1] if determined else named[-1].text if named else part.split()[-1]
    return re.sub(r"^(?:a|an)\s+", "the ", part.strip())


def _question_word(question: str, turn: Turn) -> str | None:
    """ "Why?", "since when?", "on what date?": about the whole of what was asked before."""
    words = [match.lower() for match in WORD.findall(LEAD_IN.sub("", question))]
    asks = [word for word in words if word in QUESTION_WORDS or word == "whom"]
    if not asks or any(word not in BARE and word not in QUESTION_WORDS for word in words):
        return None
    bare = LEAD_IN.sub("", question).strip(" ?!.")
    first = WORD.match(turn.question)
    if first and first[0].lower() in AUXILIARIES and bare.lower() in {"why", "when", "where"}:
        return f"{bare} {_lowered(turn.question)}"
    return f"{bare}? {turn.question}"


def _comparison(question: str, turn: Turn) -> str | None:
    if not COMPARISON.search(question):
        return None
    compared = re.sub(r"^(?:and|but|so) ", "", question.strip(), flags=re.I)
    link = "" if compared.lower().startswith("compare") else "and "
    return f"{turn.question.rstrip(' ?.!')}, {link}{_lowered(compared)}"


def _continued(question: str, turn: Turn) -> str | None:
    """ "And who is the treasurer?": short, led by "and", no names of its own: in the setting of the one before."""
    bare = LEAD_IN.sub("", question)
    if bare == question or len(content_words(bare)) > 2 or names_of(bare) or ":" in bare:
        return None
    setting = [name.text for name in names_of(turn.question)] + [match[0] for match in YEAR.finditer(turn.question)]
    setting += [phrase.text for phrase in phrases_of(turn.question)] if not content_words(bare) else []
    return f"{bare.rstrip(' ?.!')} ({', '.join(setting)})?" if setting else bare


def _lowered(question: str) -> str:
    first = WORD.match(question)
    return (
        question[0].lower() + question[1:] if first and first[0].lower() in QUESTION_WORDS | AUXILIARIES else question
    )


def _tidy(question: str) -> str:
    text = re.sub(r"\s+", " ", question).strip()
    text = re.sub(r"\b(in|for|of|the) \1\b", r"\1", text)
    return text[:1].upper() + text[1:]
