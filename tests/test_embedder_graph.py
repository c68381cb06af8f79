"""The graph that ships is what sentence-transformers exports, and the embedder made of it is the original's equal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from lamplight.models.catalogue import ENGLISH
from lamplight.models.embedder import Embedder
from lamplight.models.embedder_graph import REFERENCE, graph_of
from lamplight.models.prepare import CHECK_SENTENCES

ROOT = Path(__file__).parent.parent
MAKE = """
import os, sys
os.environ["HF_HUB_OFFLINE"] = "1"
from pathlib import Path
from lamplight.models.catalogue import ENGLISH
from training.graphs import make_graph
make_graph(ENGLISH, Path(sys.argv[1]))
"""


@pytest.mark.long
def test_sentence_transformers_exports_the_graph_that_ships(tmp_path: Path, embedder: Embedder) -> None:
    made = tmp_path / "made.onnx"
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(made)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    exported, shipped = onnx.load(made), onnx.load(graph_of(ENGLISH))
    assert exported.graph == shipped.graph
    vectors = [np.asarray(json.loads(one.metadata_props[0].value)) for one in (exported, shipped)]
    assert shipped.metadata_props[0].key == REFERENCE
    assert np.allclose(*vectors, atol=1e-4)
    ours = embedder.encode(CHECK_SENTENCES)
    assert (ours * vectors[0]).sum(axis=1).mean() >= 0.99
