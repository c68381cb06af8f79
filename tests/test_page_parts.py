"""Words are found where they stand, also in scripts that set no blanks between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.ui.page_parts import found_places

LEASE = "本合同的租金为每月九百欧元。付款期限为每月三日。房东是 Mina Okafor。"
NOTE = "The rent of the garage is 70 euros a month."


@pytest.fixture(scope="module")
def library(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("papers")
    with Library(folder / "library") as library:
        for name, text in (("合同.txt", LEASE), ("garage.txt", NOTE)):
            (folder / name).write_text(text, encoding="utf-8")
            assert index_file(folder / name, library, models).status == "added"
        yield library


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("租金", ["合同.txt"]),
        ("付款期限", ["合同.txt"]),
        ("押金", []),
        ("租金 okafor", ["合同.txt"]),
        ("租金 garage", []),
        ("rents", ["garage.txt"]),
        ("re", []),
        ("。", []),
    ],
)
def test_a_word_is_found_in_all_documents(library: Library, words: str, names: list[str]) -> None:
    assert [place["name"] for place in found_places(library, words)] == names


def test_what_is_shown_of_a_place_has_the_word(library: Library) -> None:
    (place,) = found_places(library, "付款期限")
    assert "付款期限" in place["text"]


def test_a_removed_document_is_not_found(library: Library) -> None:
    (document,) = library.documents.named("合同.txt")
    library.documents.remove(document.id)
    assert found_places(library, "租金") == []
    library.documents.restore(document.id)
