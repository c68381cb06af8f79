"""A vision model describes pictures: real llama.cpp and libmtmd, on a model of random weights built here."""

from __future__ import annotations

import base64
import io
import weakref
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from lamplight.errors import WeightsError
from lamplight.ingest.captions import REQUESTS
from lamplight.ingest.pipeline import index_file
from lamplight.ingest.recaption import recaption
from lamplight.library.store import Library
from lamplight.models import installed_vision
from lamplight.models.installed_vision import InstalledVision
from lamplight.models.loading import Models
from lamplight.models.vision import VisionFiles, VisionModel, find_vision
from tests.tiny_vision import IMAGE_TOKENS, WORDS, build

REQUEST = "What is this?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def vision(folder: Path) -> Iterator[VisionModel]:
    files = find_vision(folder)
    assert files is not None
    model = VisionModel(files)
    yield model
    model.close()


def sign(words: str, color: str = "white") -> Image.Image:
    picture = Image.new("RGB", (900, 240), color)
    ImageDraw.Draw(picture).text((40, 80), words, fill="black", font=ImageFont.load_default(56))
    return picture


def test_what_it_says_depends_on_the_picture(vision: VisionModel) -> None:
    red, blue = (vision.describe(Image.new("RGB", (80, 60), color), REQUEST) for color in ("red", "blue"))
    assert red != blue
    assert set(red.split()) | set(blue.split()) <= set(WORDS)
    assert vision.describe(Image.new("RGB", (80, 60), "red"), REQUEST) == red  # the last picture leaves nothing behind


def test_a_picture_is_as_many_tokens_as_the_encoder_makes_of_it(vision: VisionModel) -> None:
    picture = Image.new("RGB", (300, 2000), "red")
    longer = vision.count_tokens(picture, REQUEST + REQUEST) - vision.count_tokens(picture, REQUEST)
    assert longer >= len(REQUEST)  # it spells: nearly a token for a byte
    assert IMAGE_TOKENS < vision.count_tokens(picture, "!") < IMAGE_TOKENS + 10


def test_it_begins_as_llama_cpps_own_handler_begins(folder: Path, vision: VisionModel) -> None:
    from llama_cpp import Llama
    from llama_cpp.llama_chat_format import MTMDChatHandler

    picture = Image.new("RGB", (80, 60), "green")
    buffer = io.BytesIO()
    picture.resize((80, 60)).save(buffer, "PNG")
    files = find_vision(folder)
    assert files is not None
    handler = MTMDChatHandler(clip_model_path=str(files.projector), verbose=False, use_gpu=False)
    llama = Llama(str(files.model), chat_handler=handler, n_ctx=512, verbose=False)
    address = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    content = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": REQUEST}]
    answer = llama.create_chat_completion(
        messages=[{"role": "user", "content": content}], max_tokens=4, temperature=0.0, repeat_penalty=1.1
    )
    theirs = answer["choices"][0]["message"]["content"].split()
    llama.close()
    assert vision.describe(picture, REQUEST).split()[: len(theirs)] == theirs


def test_a_stop_is_obeyed(vision: VisionModel) -> None:
    assert vision.describe(Image.new("RGB", (80, 60), "red"), REQUEST, lambda: True) == ""


def test_a_pair_is_found_by_its_names(tmp_path: Path) -> None:
    names = ["qwen3vl-2b-q4.gguf", "smolvlm-500m-q8.gguf", "mmproj-smolvlm-500m-f16.gguf"]
    assert find_vision(tmp_path) is None
    for name in names:
        (tmp_path / name).touch()
    files = find_vision(tmp_path)
    assert files is not None
    assert (files.model.name, files.projector.name) == (names[1], names[2])


def test_files_that_are_no_models_are_a_sentence(tmp_path: Path, folder: Path) -> None:
    files = find_vision(folder)
    assert files is not None
    (tmp_path / "model.gguf").write_bytes(b"GGUF and then nothing")
    with pytest.raises(WeightsError, match=r"model\.gguf can't be loaded"):
        VisionModel(VisionFiles(tmp_path / "model.gguf", files.projector))
    with pytest.raises(WeightsError, match=r"does not show pictures"):
        VisionModel(VisionFiles(files.model, tmp_path / "model.gguf"))


def in_memory(path: Path) -> bool:
    return str(path.resolve()) in {one.path for one in psutil.Process().memory_maps()}


def test_a_pair_that_cannot_be_used_is_tried_once_and_leaves_nothing_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path))
    model, projector = build(tmp_path)
    content = projector.read_bytes()
    projector.write_bytes(content[:1000])  # still being copied
    tried: list[VisionFiles] = []

    class Noted(VisionModel):
        def __init__(self, files: VisionFiles) -> None:
            tried.append(files)
            super().__init__(files)

    monkeypatch.setattr(installed_vision, "VisionModel", Noted)
    vision = InstalledVision()
    for _ in range(3):
        with pytest.raises(WeightsError, match="does not show pictures"):
            vision.get()
    assert len(tried) == 1
    assert not in_memory(model)
    projector.write_bytes(content)
    assert vision.get() is not None
    assert in_memory(model)
    model.unlink()
    assert vision.get() is None
    assert not in_memory(model)


def test_what_there_is_no_memory_for_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path))
    build(tmp_path)
    vision = InstalledVision()
    with monkeypatch.context() as full:
        full.setattr("lamplight.models.vision.CONTEXT_TOKENS", 1 << 31)
        with pytest.raises(WeightsError, match="more memory"):
            vision.get()
    assert vision.get() is not None


def test_a_vision_model_that_is_removed_does_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path / "models"))
    models = Models(tmp_path / "cache", as_shipped=True)
    folder = models.downloads.folder("Qwen3-VL-2B-Instruct")
    folder.mkdir(parents=True)
    model, _ = build(folder)
    assert models.vision is not None
    opened = weakref.ref(models.vision)
    assert in_memory(model)
    models.remove_download("Qwen3-VL-2B-Instruct")
    assert opened() is None
    assert not in_memory(model)
    assert models.vision is None


def test_a_vision_model_installed_later_describes_what_is_in_the_library(
    tmp_path: Path, folder: Path, library: Library, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path))
    sign("Platform 9 to Inverness").save(tmp_path / "sign.png")
    canvas = Canvas(str(tmp_path / "report.pdf"), pagesize=A4)
    canvas.drawString(72, 760, "The report of the year, with a picture of the platform.")
    canvas.drawImage(ImageReader(sign("Platform 7 to Aberdeen", "yellow")), 72, 500, 450, 120)
    canvas.save()
    for name in ("sign.png", "report.pdf"):
        assert index_file(tmp_path / name, library, models).status == "added"
    texts = {number: chunk.text for number, chunk in library.passages.by_id(library.passages.images()).items()}
    assert recaption(library, models) == 0  # nothing is installed yet

    monkeypatch.setenv("LAMPLIGHT_MODELS", str(folder))
    assert recaption(library, models, stopped=lambda: True) == 0
    assert recaption(library, models) == 2
    captions = {}
    for number, chunk in library.passages.by_id(library.passages.images()).items():
        captions[number], rest = chunk.text.split("\n", 1)
        assert rest == texts[number]  # what OCR found stays
        assert len(chunk.boxes) == chunk.text.count("\n") + 1
        assert number in dict(library.full_text.search([captions[number].split()[0]], 10))
        stored = library.vectors.store(models.embedder).vectors_of([number])[number]
        expected = models.embedder.encode([chunk.searchable])[0]
        assert float(stored @ expected) > 0.999
    assert len(set(captions.values())) == 2
    assert recaption(library, models) == 0  # and not twice


def test_another_vision_model_replaces_the_captions_of_the_last(
    tmp_path: Path, library: Library, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign("Platform 9 to Inverness").save(tmp_path / "sign.png")
    index_file(tmp_path / "sign.png", library, models)
    before = library.passages.by_id(library.passages.images()).popitem()[1]
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        model, projector = build(tmp_path / name)
        model.rename(model.with_name(f"{name}.gguf"))
        monkeypatch.setenv("LAMPLIGHT_MODELS", str(projector.parent))
        assert recaption(library, models) == 1
    chunk = library.passages.by_id(library.passages.images()).popitem()[1]
    assert chunk.text.split("\n")[1:] == before.text.split("\n")


@pytest.mark.parametrize("kind", REQUESTS)
def test_each_kind_of_picture_has_a_request_of_its_own(kind: str) -> None:
    assert sum(REQUESTS[kind] == request for request in REQUESTS.values()) == 1
