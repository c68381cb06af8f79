"""Keeps the catalogues of `lamplight/languages` in step with what the code says: `python -m localisation`."""
