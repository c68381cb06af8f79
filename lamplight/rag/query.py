"""What a question looks for: its words, what it spells short, what has to stand there letter for letter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lamplight.languages import ENGLISH
from lamplight.languages.parallel_text import usual_words
from lamplight.rag.periods import YEAR
from lamplight.rag.request_language import any_language_of

WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
# What must not be cut through: 2 218 940, 38,900, 16:30, AB-12/7.
TOKEN = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\w+(?:[.,:'’/-]\w+)*")
QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{2,80})[\"”“»]")
CODE = re.compile(r"(?<![\w/-])(?=[\w./-]*\d)[A-Za-z0-9]+(?:[./-][A-Za-z0-9]+)*(?![\w/-])")
FORMER = re.compile(r" \(.+\)[?\uff1f]$")  # the question before a follow-up, as `rag.conversation` puts it there
SHORTEST_CODE = 4  # characters: years and small numbers stand everywhere
FISCAL_YEAR = re.compile(r"\bFY\s?['’]?(?:(\d{4})|(\d\d))\b", re.IGNORECASE)
PICTURE_WORDS = frozenset(
    {
        "photo",
        "photos",
        "photograph",
        "photographs",
        "picture",
        "pictures",
        "image",
        "images",
        "screenshot",
        "screenshots",
        "chart",
        "charts",
        "graph",
        "graphs",
        "diagram",
        "diagrams",
        "scan",
        "scans",
        "scanned",
        "receipt",
        "drawing",
    }
)  # fmt: skip; not plot and figure, which are as often a piece of land and a number
STOP_WORDS = frozenset({
    "a", "about", "above", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "could", "did", "do",
    "does", "doing", "down", "during", "each", "few", "for", "from", "further", "had", "has", "have", "having",
    "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself",
    "just", "me", "more", "most", "much", "my", "no", "nor", "not", "now", "of", "off", "on", "once", "only",
    "or", "other", "our", "ours", "out", "over", "own", "please", "same", "say", "says", "she", "should", "so",
    "some", "such", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "through", "to", "too", "under", "until", "up", "us", "very", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you", "your", "yours", "many",
    "give", "show", "find", "list", "explain", "describe",
})  # fmt: skip

# What people write short and documents spell out. Neither search can know that they mean the same.
ABBREVIATIONS = {
    "capex": "capital expenditures, purchases of property, plant and equipment",
    "cogs": "cost of goods sold, cost of sales",
    "d&a": "depreciation and amortization",
    "dob": "date of birth",
    "dpo": "days payable outstanding, accounts payable",
    "dso": "days sales outstanding, accounts receivable",
    "ebit": "operating income",
    "ebitda": "operating income, depreciation and amortization",
    "eps": "earnings per share",
    "fcf": "free cash flow, net cash provided by operating activities",
    "gdp": "gross domestic product",
    "hq": "headquarters",
    "hr": "human resources",
    "ip": "intellectual property",
    "jv": "joint venture",
    "nda": "non-disclosure agreement, confidentiality",
    "opex": "operating expenses",
    "p&l": "profit and loss, income statement",
    "phd": "doctoral thesis",
    "ppe": "property, plant and equipment",
    "pp&e": "property, plant and equipment",
    "ppne": "property, plant and equipment, net",
    "r&d": "research and development",
    "roa": "return on assets",
    "roe": "return on equity",
    "sg&a": "selling, general and administrative expenses",
    "topline": "revenue, net sales",
    "vat": "value added tax",
    "wc": "working capital",
    "yoy": "year over year",
}
SHORT_WORD = re.compile(r"[A-Za-z]+(?:&[A-Za-z]+)?")


@dataclass(frozen=True, slots=True)
class Query:
    """`expanded` is the text with its abbreviations spelled out behind it; `exact` are quoted phrases and codes."""

    text: str
    expanded: str
    terms: list[str]
    exact: list[str]

    @property
    def wants_picture(self) -> bool:
        """Whether one of `terms` is an English word for a picture: photo, chart, scan, receipt."""
        return not PICTURE_WORDS.isdisjoint(self.terms)


def understand(text: str) -> Query:
    """Words only; nothing is looked up."""
    expanded = _expanded(text)
    return Query(text, expanded, terms_of(expanded), exact_phrases(text))


def without_former(text: str) -> str:
    """A follow-up without the question before it; as it is where it stands alone."""
    found = FORMER.search(text)
    return text[: found.start()] if found else text


def stop_words_of(question: str) -> frozenset[str]:
    """Words that say nothing of what is asked, in the question's language."""
    language = any_language_of(question)
    return STOP_WORDS if language == ENGLISH else STOP_WORDS | usual_words(language)


def terms_of(text: str) -> list[str]:
    """The words that carry meaning, in lower case and once each; all words when every one is a stop word."""
    words = list(dict.fromkeys(word.lower() for word in WORD.findall(text)))
    stop_words = stop_words_of(text)
    return [word for word in words if word not in stop_words] or words


def exact_phrases(text: str) -> list[str]:
    """What has to be found letter for letter: what stands in quotes, and numbers or codes longer than a year."""
    quoted = [match[1].strip() for match in QUOTED.finditer(text)]
    codes = [
        match[0]
        for match in CODE.finditer(QUOTED.sub(" ", text))
        if len(match[0]) >= SHORTEST_CODE and not YEAR.fullmatch(match[0]) and not FISCAL_YEAR.fullmatch(match[0])
    ]
    return list(dict.fromkeys(quoted + codes))


def _expanded(text: str) -> str:
    spelled = FISCAL_YEAR.sub(lambda match: f"fiscal year {match[1] or f'20{match[2]}'}", text)
    meant = [ABBREVIATIONS[word] for word in map(str.lower, SHORT_WORD.findall(text)) if word in ABBREVIATIONS]
    return " ".join([spelled, *dict.fromkeys(meant)])
