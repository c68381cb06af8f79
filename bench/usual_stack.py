"""The baseline of `bench.ingest`: what most projects put together, with the settings of LangChain's own tutorial.

PyPDFLoader → RecursiveCharacterTextSplitter (1,000 characters, 200 of them twice) → HuggingFaceEmbeddings with the same
MiniLM on torch → Chroma on disk. Needs `pip install -r requirements-bench.txt`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from lamplight.models.catalogue import EMBEDDER

CHUNK_CHARACTERS, OVERLAP = 1000, 200


def usual_stack() -> Callable[[Path, Path], int]:
    """A function that indexes a PDF into a folder and returns the number of chunks; imports and model are loaded."""
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(EMBEDDER.verified_path().parent), model_kwargs={"device": "cpu"})
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP)

    def index(path: Path, folder: Path) -> int:
        chunks = splitter.split_documents(PyPDFLoader(str(path)).load())
        store = Chroma.from_documents(chunks, embeddings, persist_directory=tempfile.mkdtemp(dir=folder))
        assert store.similarity_search("revenue", k=1)
        return len(chunks)

    return index
