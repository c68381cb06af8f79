"""OpenDocument text, sheets and slides (OASIS ODF 1.3), in packages and as flat XML."""

from lamplight.ingest.readers.opendocument.document import read_opendocument

__all__ = ["read_opendocument"]
