"""How a question and the lines of a passage are laid out for the reader; training and answering share it.

`[CLS] question [SEP] header [SEP] [unused0] line [unused0] line … [SEP]`, or with the names that XLM-R's vocabulary has
for these: the state at the mark before a line says whether that line answers, those of its word pieces where the answer
begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

MAX_TOKENS = 384  # of one window: a passage of 200 word pieces with its header and a long question
QUESTION_TOKENS = 72
HEADER_TOKENS = 40
LINE_TOKENS = 96  # a sentence of 70 words; of a longer line the rest is not read
# What begins a window, ends a part and stands before a line. The last means nothing before the training.
BERT_MARKS = ("[CLS]", "[SEP]", "[unused0]")
XLM_MARKS = ("<s>", "</s>", "<mask>")


@dataclass(frozen=True, slots=True)
class Window:
    """One input. `lines` are the indexes of the lines in it, `marks` the position of each one's mark.

    `offsets` holds for each line the characters (start, end) that each word piece after its mark covers.
    """

    ids: list[int]
    types: list[int]
    lines: list[int]
    marks: list[int]
    offsets: list[list[tuple[int, int]]]


class ReaderTokenizer:
    """Wraps a `tokenizers.Tokenizer`, of BERT's vocabulary or of XLM-R's, without truncation and padding.

    XLM-R tells capitals apart, which most of the examples of the training have lost: it gets small letters, as BERT's
    own tokenizer makes them. It knows one type of token.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.types = 2 if tokenizer.token_to_id(BERT_MARKS[0]) is not None else 1
        marks = BERT_MARKS if self.types == 2 else XLM_MARKS
        self._begin, self._separator, self._mark = (self._id(token) for token in marks)

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        assert number is not None, f"{token} is in the vocabulary"
        return int(number)

    def windows(self, question: str, header: str, lines: Sequence[str]) -> list[Window]:
        """As few windows as hold all the lines, in their order; each has the question and the header."""
        texts = [question, header, *lines]
        if self.types == 1:
            texts = [_in_small_letters(text) for text in texts]
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        second = self.types - 1
        asked = encoded[0].ids[:QUESTION_TOKENS]
        head = encoded[1].ids[-HEADER_TOKENS:]  # the nearest heading is last
        start = [self._begin, *asked, self._separator]
        types = [0] * len(start) + [second] * (len(head) + 1)
        start += [*head, self._separator]
        windows: list[Window] = []
        for number, line in enumerate(encoded[2:]):
            pieces = line.ids[:LINE_TOKENS]
            if not windows or len(windows[-1].ids) + len(pieces) + 2 > MAX_TOKENS:
                windows.append(Window(list(start), list(types), [], [], []))
            window = windows[-1]
            window.lines.append(number)
            window.marks.append(len(window.ids))
            window.offsets.append([_without_blank(lines[number], *place) for place in line.offsets[:LINE_TOKENS]])
            window.ids.extend([self._mark, *pieces])
            window.types.extend([second] * (1 + len(pieces)))
        for window in windows:
            window.ids.append(self._separator)
            window.types.append(second)
        return windows


def _without_blank(line: str, start: int, end: int) -> tuple[int, int]:
    """XLM-R's pieces begin with the blank before a word, which belongs to no answer."""
    while start < end and line[start].isspace():
        start += 1
    return start, end


def _in_small_letters(text: str) -> str:
    """Character by character, so that places stay: in Turkish and German some would become two."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(one.lower()[:1] for one in text)
