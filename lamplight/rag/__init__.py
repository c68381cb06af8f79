"""A question's way out: retriever, passages, answerer, grounding, conversations."""
