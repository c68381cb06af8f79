"""How a question and the lines of a passage are laid out for the reader; training and answering share it.

`[CLS] question [SEP] header [SEP] [unused0] line [unused0] line … [SEP]`: the state at the mark before a line says
whether that line answers, those of its word pieces where the answer begins and ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

MAX_TOKENS = 384  # of one window: a passage of 200 word pieces with its header and a long question
QUESTION_TOKENS = 72
HEADER_TOKENS = 40
LINE_TOKENS = 96  # a sentence of 70 words; of a longer line the rest is not read
LINE_MARK = "[unused0]"  # of BERT's vocabulary: means nothing before the training


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
    """Wraps a `tokenizers.Tokenizer` of BERT's vocabulary, without truncation and padding."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._begin, self._separator, self._mark = (self._id(token) for token in ("[CLS]", "[SEP]", LINE_MARK))

    def _id(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        assert number is not None, f"{token} is in BERT's vocabulary"
        return int(number)

    def windows(self, question: str, header: str, lines: Sequence[str]) -> list[Window]:
        """As few windows as hold all the lines, in their order; each has the question and the header."""
        encoded = self._tokenizer.encode_batch([question, header, *lines], add_special_tokens=False)
        asked = encoded[0].ids[:QUESTION_TOKENS]
        head = encoded[1].ids[-HEADER_TOKENS:]  # the nearest heading is last
        start = [self._begin, *asked, self._separator]
        types = [0] * len(start) + [1] * (len(head) + 1)
        start += [*head, self._separator]
        windows: list[Window] = []
        for number, line in enumerate(encoded[2:]):
            pieces = line.ids[:LINE_TOKENS]
            if not windows or len(windows[-1].ids) + len(pieces) + 2 > MAX_TOKENS:
                windows.append(Window(list(start), list(types), [], [], []))
            window = windows[-1]
            window.lines.append(number)
            window.marks.append(len(window.ids))
            window.offsets.append(line.offsets[:LINE_TOKENS])
            window.ids.extend([self._mark, *pieces])
            window.types.extend([1] * (1 + len(pieces)))
        for window in windows:
            window.ids.append(self._separator)
            window.types.append(1)
        return windows
