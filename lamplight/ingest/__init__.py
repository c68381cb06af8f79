"""A file's way in: readers, captions, chunks, pipeline, queue."""
