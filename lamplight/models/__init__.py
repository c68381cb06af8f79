"""Everything that has weights: the embedder, the language model, the text recogniser."""
