"""How tokens are chosen: as a file or the catalogue recommends for a large model, greedily for a small one."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader, GGUFWriter

from lamplight.models.catalogue import DOWNLOADABLE, LANGUAGE_MODEL, sampling_of
from lamplight.models.llama_build import load_llama
from lamplight.models.sampling import GREEDY, Sampling, recommended


def recommended_by(path: Path, otherwise: Sampling = GREEDY) -> Sampling:
    llama = load_llama()
    parameters = llama.llama_model_default_params()
    parameters.vocab_only = True
    model = llama.llama_model_load_from_file(str(path).encode(), parameters)
    try:
        return recommended(llama, model, otherwise)
    finally:
        llama.llama_model_free(model)


def with_sampling(path: Path, **values: float) -> Path:
    """The bundled model's head, with a recommendation."""
    reader = GGUFReader(LANGUAGE_MODEL.path())
    writer = GGUFWriter(path, "llama")
    for field in reader.fields.values():
        if field.name.startswith(("llama.", "tokenizer.")):
            kinds = [*field.types, None]
            writer.add_key_value(field.name, field.contents(), kinds[0], sub_type=kinds[1])
    for name, value in values.items():
        if isinstance(value, int):
            writer.add_int32(f"general.sampling.{name}", value)
        else:
            writer.add_float32(f"general.sampling.{name}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_file_that_recommends_nothing_is_read_as_the_catalogue_says() -> None:
    assert recommended_by(LANGUAGE_MODEL.path()) == GREEDY
    assert recommended_by(LANGUAGE_MODEL.path(), Sampling(0.7)) == Sampling(0.7)


@pytest.mark.long
def test_what_a_file_recommends_counts(tmp_path: Path) -> None:
    path = with_sampling(tmp_path / "own.gguf", temp=0.5, top_k=20, top_p=0.75, min_p=0.25, penalty_repeat=1.5)
    assert recommended_by(path, Sampling(0.7)) == Sampling(0.5, 20, 0.75, 0.25, 1.5)


def test_the_catalogue_knows_its_files() -> None:
    assert sampling_of(Path("/any/where") / DOWNLOADABLE[0].files[0].name).temperature == 0.7
    assert sampling_of(LANGUAGE_MODEL.path()) == GREEDY


def test_a_chain_is_made_of_what_is_recommended() -> None:
    llama = load_llama()
    for sampling, steps in ((GREEDY, 2), (Sampling(0.7, 20, 0.8, 0.1), 6)):
        chain = sampling.sampler(llama, 100)
        assert llama.llama_sampler_chain_n(chain) == steps
        llama.llama_sampler_free(chain)
