"""Programs over a table: all that a question may want of it is run, and a trained ranker says which it means."""
