"""What is asked for besides single facts: whole documents, lists, comparisons, the library itself, a conversation."""
