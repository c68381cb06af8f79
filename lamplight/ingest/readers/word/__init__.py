"""Word documents (ECMA-376, part 1, WordprocessingML): the body with its numbers, notes, comments and pages."""

from lamplight.ingest.readers.word.document import read_docx

__all__ = ["read_docx"]
