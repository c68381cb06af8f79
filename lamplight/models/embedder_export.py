"""Make an embedder of a person's choice as int8 ONNX that takes word pieces and gives a vector, and measure it.

A folder with an ONNX model needs neither torch nor sentence-transformers: what that leaves to do, pooling and unit
length, is put behind it. Else sentence-transformers exports it, as it did the embedders that come with Lamplight.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lamplight.errors import WeightsError
from lamplight.models.embedder import Embedder, Vectors
from lamplight.models.embedder_folder import DIRECTIONS_ENDING, TORCH_FILE, EmbedderFolder, EmbedderOfChoice, Measured
from lamplight.models.language_directions import language_directions
from lamplight.models.prepare import OPSET, quantise

VECTOR = "sentence_embedding"  # the output's name, in sentence-transformers' own exports, too
AXES_AS_INPUT = 18  # from this opset on ReduceMean takes its axes so
LEAST_COSINE = 0.97  # of the int8 model to the original; below, the original is used as it is
YARDSTICK = Path(__file__).with_name("yardstick.txt")
FEWEST_WORDS = 5  # of a sentence that is compared
LEAST_FOUND = 0.75  # of the sentences below by their translation
TRANSLATED = (
    (
        "The rent is due on the third working day of each month.",
        "Die Miete ist am dritten Werktag jedes Monats fällig.",
    ),
    ("Dogs have to be kept on a lead in the park.", "Les chiens doivent être tenus en laisse dans le parc."),
    ("The invoice was paid by card.", "La factura se pagó con tarjeta."),
    ("The heating is switched off in summer.", "夏天会关闭暖气。"),
    ("Visitors have to sign in at the reception.", "Goście muszą zapisać się w recepcji."),
    ("The train leaves at a quarter past seven.", "電車は七時十五分に出発します。"),
    ("Children under six travel free of charge.", "Дети до шести лет ездят бесплатно."),
    ("The warranty ends after two years.", "La garanzia scade dopo due anni."),
)


def export_folder(source: EmbedderFolder, target: Path, reference: Embedder) -> Measured:
    """Write the model to `target`, after its tokenizer and what was measured; `reference` is that for English.

    Raises `WeightsError` when it can't be used.
    """
    try:
        return _export(source, target, reference)
    except WeightsError:
        raise
    except Exception as error:  # those of a model's own code, of ONNX and of its runtime have no base in common
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"{source.title} can’t be used as an embedder ({reason}); take another one.") from error


def _export(source: EmbedderFolder, target: Path, reference: Embedder) -> Measured:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        exported, quantised = Path(scratch, "exported.onnx"), Path(scratch, "quantised.onnx")
        if source.weights.name == TORCH_FILE:
            _export_by_torch(source.folder, exported)
        else:
            _complete(source, exported)
        model = EmbedderOfChoice("trial", source.traits)
        for path in (exported, quantised):
            shutil.copy(source.tokenizer, path.with_suffix(".tokenizer.json"))
        best = _smaller(exported, quantised, model)
        embedder = Embedder(best, threads=1, model=model)
        languages = _knows_languages(embedder)
        if languages:
            np.save(directions := target.with_suffix(DIRECTIONS_ENDING), language_directions(embedder))
            embedder = Embedder(best, threads=1, model=replace(model, directions=directions))
        measured = Measured(*scale_of(embedder, reference), _rate(embedder), languages)
        measured.save(target)
        best.with_suffix(".tokenizer.json").replace(target.with_suffix(".tokenizer.json"))
        best.replace(target)
    return measured


def scale_of(embedder: Embedder, reference: Embedder) -> tuple[float, float]:
    """The slope and offset that give its cosines the mean and spread of the reference's.

    Over all pairs of sentences and paragraphs of a text that comes with Lamplight, so no question is needed.
    """
    from sentencex import segment

    paragraphs = [part for part in YARDSTICK.read_text(encoding="utf-8").split("\n\n") if part.strip()]
    found = [one.strip() for part in paragraphs for one in segment("en", part)]
    sentences = [one for one in found if len(one.split()) >= FEWEST_WORDS]
    texts = [*sentences, *paragraphs]
    own, wanted = (_cosines(one, sentences, texts) for one in (embedder, reference))
    slope = float(wanted.std() / own.std())
    return slope, float(wanted.mean() - slope * own.mean())


def _cosines(embedder: Embedder, questions: list[str], texts: list[str]) -> Vectors:
    """Of all pairs, but of each sentence with itself."""
    cosines = embedder.without_language(embedder.encode_queries(questions)) @ embedder.encode(texts).T
    pairs: Vectors = cosines[np.eye(*cosines.shape) == 0]
    return pairs


def _rate(embedder: Embedder) -> float:
    passage = YARDSTICK.read_text(encoding="utf-8")[:900]  # some 200 word pieces
    embedder.encode([passage])
    begin = time.perf_counter()
    embedder.encode([passage] * 3)
    return 3 / (time.perf_counter() - begin)


def _knows_languages(embedder: Embedder) -> bool:
    english, others = zip(*TRANSLATED, strict=True)
    nearest = (embedder.encode_queries(english) @ embedder.encode(others).T).argmax(axis=1)
    return float((nearest == np.arange(len(TRANSLATED))).mean()) >= LEAST_FOUND


def _smaller(exported: Path, quantised: Path, model: EmbedderOfChoice) -> Path:
    """The model in 8 bits, unless it already is, or strays too far that way."""
    import onnx

    kinds = {node.op_type for node in onnx.load(exported, load_external_data=False).graph.node}
    if kinds & {"DynamicQuantizeLinear", "QuantizeLinear", "MatMulInteger", "DynamicQuantizeMatMul", "MatMulNBits"}:
        return exported
    quantise(exported, quantised)
    texts = [text for pair in TRANSLATED for text in pair]
    before, after = (Embedder(path, threads=1, model=model).encode(texts) for path in (exported, quantised))
    return quantised if float((before * after).sum(axis=1).mean()) >= LEAST_COSINE else exported


def _complete(source: EmbedderFolder, target: Path) -> None:
    """The ONNX model with `input_ids` as its only input and a pooled vector of unit length as its only output.

    It reads one text at a time, so nothing is padded and every place counts. Raises `WeightsError`.
    """
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(source.weights)
    graph = model.graph
    inputs = {item.name for item in graph.input} - {item.name for item in graph.initializer}
    if not {"input_ids"} <= inputs <= {"input_ids", "attention_mask", "token_type_ids"}:
        raise WeightsError(f"{source.title} asks for {', '.join(sorted(inputs))}, which Lamplight can’t give.")
    made = [helper.make_node("Shape", ["input_ids"], ["lamplight_shape"])]
    for name, value in (("attention_mask", 1), ("token_type_ids", 0)):
        if name in inputs:
            filling = helper.make_tensor(f"{name}_value", TensorProto.INT64, [1], [value])
            made.append(helper.make_node("ConstantOfShape", ["lamplight_shape"], [name], value=filling))
    version = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    before = list(graph.node)
    pooled = _pooled(before, [item.name for item in graph.output], source.traits.pooling, version)
    del graph.node[:]
    graph.node.extend([*made, *before, *pooled])
    kept = next(item for item in graph.input if item.name == "input_ids")
    del graph.input[:]
    graph.input.append(kept)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(VECTOR, TensorProto.FLOAT, [1, None]))
    onnx.save(model, target)


def _pooled(nodes: list[Any], outputs: list[str], pooling: str, version: int) -> list[Any]:
    """What comes behind `nodes`: the model's own vector if it has one, else one of its word pieces' or their mean."""
    from onnx import TensorProto, helper

    if VECTOR in outputs:
        for node in nodes:
            for names in (node.input, node.output):
                names[:] = ["lamplight_pooled" if name == VECTOR else name for name in names]
        made = []
    elif pooling == "mean" and version < AXES_AS_INPUT:
        made = [helper.make_node("ReduceMean", [outputs[0]], ["lamplight_pooled"], axes=[1], keepdims=0)]
    elif pooling == "mean":
        axes = helper.make_tensor("axes_value", TensorProto.INT64, [1], [1])
        made = [
            helper.make_node("Constant", [], ["lamplight_axes"], value=axes),
            helper.make_node("ReduceMean", [outputs[0], "lamplight_axes"], ["lamplight_pooled"], keepdims=0),
        ]
    else:
        place = helper.make_tensor("place_value", TensorProto.INT64, [], [0 if pooling == "cls" else -1])
        made = [
            helper.make_node("Constant", [], ["lamplight_place"], value=place),
            helper.make_node("Gather", [outputs[0], "lamplight_place"], ["lamplight_pooled"], axis=1),
        ]
    return [*made, helper.make_node("LpNormalization", ["lamplight_pooled"], [VECTOR], axis=-1, p=2)]


def _export_by_torch(folder: Path, target: Path) -> None:
    """All modules of the folder. Raises `WeightsError`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Normalize
    except ImportError as error:
        raise WeightsError(
            f"{folder.name} has no onnx/model.onnx, so sentence-transformers has to export it, and that is not "
            "installed; run `python install.py --export`."
        ) from error
    eager = {"attn_implementation": "eager"}
    transformer = SentenceTransformer(str(folder), device="cpu", model_kwargs=eager, local_files_only=True)
    if not any(isinstance(module, Normalize) for module in transformer):
        transformer.append(Normalize())
    export_transformer(transformer, target)


def export_transformer(transformer: Any, target: Path) -> None:
    """Write a `SentenceTransformer`, all of its modules, to `target`: word pieces of one text in, its vector out."""
    import torch

    class Embedding(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = transformer

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            vector = self.model({"input_ids": input_ids})["sentence_embedding"]
            assert isinstance(vector, torch.Tensor)
            return vector

    example = transformer.tokenizer("a first example sentence", return_tensors="pt")
    torch.onnx.export(
        Embedding().eval(),
        (example["input_ids"],),
        str(target),
        input_names=["input_ids"],
        output_names=[VECTOR],
        dynamic_axes={"input_ids": {1: "tokens"}},
        opset_version=OPSET,
        dynamo=False,
    )
