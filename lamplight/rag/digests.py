"""What a larger model says of each section of a document (map), and of all of them together (reduce).

Every sentence is tied to a sentence of the section, or left out. A section that was read is kept with its document and
not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lamplight.errors import ServerError
from lamplight.library.records import DigestStatement, Document, Passage
from lamplight.library.store import Library
from lamplight.models.answer_model import AnswerModel
from lamplight.models.chat import ChatMessage
from lamplight.models.embedder import Embedder
from lamplight.models.loading import Models
from lamplight.models.server_model import ServerModel
from lamplight.rag.completion import complete
from lamplight.rag.events import ScanProgress
from lamplight.rag.grounding import ground
from lamplight.rag.outline import sections_of
from lamplight.rag.sentences import Sentence, sentences_of

SECTION_TOKENS = 1400  # that are read at once: a third of the smallest context
DIGEST_TOKENS = 140
IN_SHORT_TOKENS = 300
MOST_STATEMENTS = 60  # of which the whole is put in short
SECTION_PROMPT = (
    "Summarise the passages in two or three short sentences, in their own language. Say only what they say, and copy "
    "numbers and names exactly."
)
IN_SHORT_PROMPT = (
    "Here is what each section of a document says. Write the {count} most important points, one sentence each, in the "
    "same language. Say only what stands here, and copy numbers and names exactly."
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence that the model wrote, and the one of the document that it rests on."""

    text: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Section:
    """What the model says of one, whose `title` may be empty."""

    title: str
    page: int
    sayings: list[Saying]


def make_missing(library: Library, models: Models, stopped: Callable[[], bool]) -> None:
    """Of all documents, newest first, while nobody asks; nothing with a small model.

    Nor with one on a server, which is sent only what a person asks for. Ends when another model is chosen meanwhile.
    """
    if not models.ready or isinstance(model := models.language_model, ServerModel) or not model.is_large:
        return

    def ended() -> bool:
        return stopped() or models.language_model is not model

    builder = DigestBuilder(library, model, models.embedder)
    for document in library.documents.all():
        for _ in builder.read(document, library.passages.of(document.id), ended):
            if ended():
                return


class DigestBuilder:
    """Reads documents section by section with one language model. Not for use by two threads."""

    def __init__(self, library: Library, model: AnswerModel, embedder: Embedder) -> None:
        self._library, self._model, self._embedder = library, model, embedder

    def pieces(self, chunks: Sequence[Passage]) -> list[tuple[str, list[Passage]]]:
        """The sections with their titles, long ones in several parts that the model can read at once."""
        count, made = self._model.count_tokens, []
        for section in sections_of(chunks):
            room, part = 0, list[Passage]()
            for chunk in section.chunks:
                room -= count(chunk.text)
                if room < 0:
                    part = []
                    made.append((section.title, part))
                    room = SECTION_TOKENS - count(chunk.text)
                part.append(chunk)
        return made

    def read(
        self, document: Document, chunks: Sequence[Passage], stopped: Callable[[], bool]
    ) -> Iterator[ScanProgress | Section]:
        """Progress with an estimate before each section, then the section; ends early when `stopped`.

        Raises `LibraryError`, `WeightsError`.
        """
        model, pieces = self._model.cache_key, self.pieces(chunks)
        known = self._library.digests.of(document.id, model)
        for place, (title, part) in enumerate(pieces):
            key = part[0].id  # a chunk has its number for ever, sections may be cut otherwise one day
            if key not in known:
                missing = [own for _, own in pieces[place:] if own[0].id not in known]
                yield ScanProgress(place, len(pieces), sections=True, seconds=self._seconds(missing))
                statements = self._digest(part, stopped)
                if stopped():
                    return
                self._library.digests.keep(document.id, model, key, statements)
                known[key] = statements
            yield Section(title, part[0].page, _sayings(known[key], part))

    def in_short(self, sayings: Sequence[Saying], count: int, stopped: Callable[[], bool]) -> list[Saying]:
        """The most important of what the sections say; each rests on a sentence of the document too."""
        told = sayings[:: max(1, len(sayings) // MOST_STATEMENTS)]
        text = "\n".join(f"- {one.text}" for one in told)
        written = self._write(IN_SHORT_PROMPT.format(count=count), text, IN_SHORT_TOKENS, stopped)
        return self._grounded(written, [one.sentence.passage for one in told])[:count]

    def _seconds(self, parts: Sequence[Sequence[Passage]]) -> float | None:
        """What reading and writing about them takes on this machine; None before it was measured."""
        calibration = self._model.calibration
        if calibration is None:
            return None
        tokens = sum(self._model.count_tokens(chunk.text) for part in parts for chunk in part)
        writing = len(parts) * DIGEST_TOKENS / calibration.decode_rate
        return round(calibration.seconds_to_read(tokens) + writing, 1)

    def _digest(self, part: Sequence[Passage], stopped: Callable[[], bool]) -> list[DigestStatement]:
        text = "\n\n".join(chunk.text for chunk in part)
        written = self._write(SECTION_PROMPT, text, DIGEST_TOKENS, stopped)
        return [
            DigestStatement(one.text, one.sentence.passage.id, one.sentence.text)
            for one in self._grounded(written, part)
        ]

    def _write(self, system: str, text: str, most: int, stopped: Callable[[], bool]) -> str:
        messages = [ChatMessage("system", system), ChatMessage("user", text)]
        written, usage = complete(self._model, messages, most, stopped)
        if usage.cut:
            raise ServerError(usage.cut)  # half of it is not kept
        return written

    def _grounded(self, written: str, passages: Sequence[Passage]) -> list[Saying]:
        """The sentences that a passage states, without their markers."""
        numbered = {passage.id: passage for passage in passages}
        marked = [replace(passage, marker=number) for number, passage in enumerate(numbered.values(), start=1)]
        found = ground(written, marked, self._embedder)
        supported = [part for part in found.parts if part not in found.unsupported]
        made = []
        for part, citation in zip(supported, found.citations, strict=True):
            passage = list(numbered.values())[citation.marker - 1]
            text = part.removesuffix(f" [{citation.marker}]").lstrip("-•* ")
            made.append(Saying(text, Sentence(passage, citation.text, citation.boxes)))
        return made


def _sayings(statements: Sequence[DigestStatement], part: Sequence[Passage]) -> list[Saying]:
    """As they were kept, on the chunks that are there."""
    chunks = {chunk.id: chunk for chunk in part}
    made = []
    for one in statements:
        if (chunk := chunks.get(one.chunk_id)) is not None:
            units = [unit for unit in sentences_of(chunk) if unit.text == one.quoted]
            made.append(Saying(one.text, units[0] if units else Sentence(chunk, one.quoted, chunk.boxes)))
    return made
