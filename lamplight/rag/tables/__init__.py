"""Questions over tables: cells with types, words with meanings, a plan, a query, a sentence."""
