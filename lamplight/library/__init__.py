"""What is kept: documents, passages, conversations and jobs in SQLite, vectors in Chroma."""
