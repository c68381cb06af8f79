"""What a GGUF file says of itself, without loading its weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lamplight.errors import WeightsError
from lamplight.models.llama_build import load_llama
from lamplight.models.metadata import cache_bytes_per_token, embedded_parameters, file_type

MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """`size` in bytes; `embedded` of the `parameters` are the table of words, in which a prompt's tokens are looked up.

    `cache_bytes_per_token` is what one token of context takes in memory.

    `file_type` is llama.cpp's number for the type of most weights (`llama_ftype`), -1 when the file doesn't say.
    """

    path: Path
    size: int
    parameters: float
    embedded: float
    cache_bytes_per_token: int
    file_type: int


def read_model_file(path: Path) -> ModelFile:
    """Milliseconds. Raises `WeightsError`, in a sentence, when the file is none that could answer."""
    if not path.is_absolute():
        raise WeightsError(f"{path} is not the whole path of a file; begin at the root of the disk.")
    try:
        status = path.stat()
        with path.open("rb") as file:
            begins_well = file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError as error:
        raise WeightsError(f"There is no file {path}; look at the path again.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise WeightsError(f"{path} can’t be read ({error}); choose a file you may read.") from error
    if not begins_well:
        raise WeightsError(f"{path.name} is not a GGUF file; choose a model in that format.")
    return _read(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, size: int, modified: int) -> ModelFile:
    llama = load_llama()
    parameters = llama.llama_model_default_params()
    parameters.vocab_only = True
    # The size of the file is in its tensors' places too: one that was cut off is refused here.
    model = llama.llama_model_load_from_file(str(path).encode(), parameters)
    if not model:
        raise WeightsError(
            f"{path.name} is damaged, or of a kind that can’t answer; choose another model or fetch it again."
        )
    try:
        if not llama.llama_model_chat_template(model, None):
            raise WeightsError(f"{path.name} has no chat template; choose an instruction-tuned model.")
        return ModelFile(
            path,
            size,
            float(llama.llama_model_n_params(model)),
            embedded_parameters(llama, model),
            cache_bytes_per_token(llama, model),
            file_type(llama, model),
        )
    finally:
        llama.llama_model_free(model)
