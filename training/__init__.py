"""How the weights that ship with Lamplight were made; nothing here is needed to run it."""
