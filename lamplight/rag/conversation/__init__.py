"""Making a follow-up stand alone, so that it finds something."""

from lamplight.rag.conversation.standalone import (
    accept_rewrite,
    rewrite_prompt,
    standalone_query,
    with_question_before,
)

__all__ = ["accept_rewrite", "rewrite_prompt", "standalone_query", "with_question_before"]
