"""What vectors of the multilingual embedder tell of a text’s language: writes `catalogue.MULTILINGUAL.directions`.

    python -m training.language_directions

Prints the slope and offset that go into the catalogue: those of its cosines without these directions.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lamplight.models.catalogue import MULTILINGUAL
from lamplight.models.embedder import Embedder
from lamplight.models.embedder_export import scale_of
from lamplight.models.language_directions import language_directions
from lamplight.models.prepare import ensure_embedder


def main() -> None:
    """Learn and write them."""
    assert MULTILINGUAL.directions is not None
    prepared = ensure_embedder(MULTILINGUAL)
    directions = language_directions(Embedder(prepared, model=replace(MULTILINGUAL, directions=None)))
    np.save(MULTILINGUAL.directions, directions)
    slope, offset = scale_of(Embedder(prepared, model=MULTILINGUAL), Embedder(ensure_embedder()))
    print(f"{len(directions)} directions written; slope {slope:.2f}, offset {offset:.2f}")


if __name__ == "__main__":
    main()
