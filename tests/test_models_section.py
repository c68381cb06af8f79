"""The list of models in a real browser: what a person clicks there, and what is said of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect
from safetensors.numpy import load_file

from lamplight.models.catalogue import DOWNLOADABLE, EMBEDDER, ENGLISH, LANGUAGE_MODEL
from lamplight.models.embedder_graph import fill_graph, graph_of
from tests.hub import Hub, serving
from tests.model_servers import scripted
from tests.test_accessibility import assert_accessible
from tests.visits import NARROW, PATIENCE, Visit

OPEN = "() => import('/lamplight/settings.js').then((module) => module.openSettings('models'))"
MODEL = DOWNLOADABLE[0]
FILE = MODEL.files[0]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving({f"{FILE.repository}/{FILE.name}": b"GGUF but no model" * 40_000}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path / "models"))
        yield hub


@pytest.fixture
def page(hub: Hub, visit: Visit) -> Page:
    """The settings, opened at the models."""
    visit.page.evaluate(OPEN)
    expect(visit.page.locator(".model").first).to_be_visible()
    return visit.page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"{name} {MODEL.name}", exact=True)


def test_a_model_is_downloaded_paused_resumed_and_removed(page: Page, hub: Hub) -> None:
    row = page.locator(".model", has_text=MODEL.name)
    hub.hold_after = 300_000
    button(page, "Download").click()
    expect(row.get_by_role("progressbar")).to_be_visible()
    assert hub.held.wait(PATIENCE / 1000)
    expect(row).to_contain_text("of 680 KB")
    expect(button(page, "Pause")).to_be_focused()  # where Download was
    button(page, "Pause").click()
    expect(row).to_contain_text("Paused")
    hub.hold_after = -1
    hub.go.set()
    button(page, "Resume").click()
    expect(row).to_contain_text("is damaged, or of a kind that can’t answer")
    assert hub.sent_from[-1].startswith("bytes=")
    button(page, "Remove").click()
    button(page, "Keep").click()
    button(page, "Remove").click()
    button(page, "Delete").click()
    expect(button(page, "Download")).to_be_visible()


def test_a_path_that_leads_nowhere_is_said_beside_the_field(page: Page) -> None:
    field = page.get_by_label("Path of a GGUF file")
    field.fill("/no/such/model.gguf")
    field.press("Enter")
    expect(page.locator(".model-own").get_by_role("alert")).to_contain_text("There is no file /no/such/model.gguf")
    expect(field).to_have_value("/no/such/model.gguf")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".model.current").first).to_contain_text("in use")


@pytest.mark.long
def test_a_light_is_more_than_a_colour_and_nothing_is_too_wide(page: Page) -> None:
    page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    for light in page.locator(".model-light").all():
        assert light.inner_text() in ("Runs well", "Slow", "Tight", "Too slow", "Too large", "Not measured")
    for place in ("document.documentElement", "document.querySelector('dialog')"):
        assert page.evaluate(f"{place}.scrollWidth <= {place}.clientWidth")


def test_a_server_elsewhere_is_allowed_by_name_and_one_here_is_used(page: Page) -> None:
    form = page.locator(".model-server")
    field = page.get_by_label("Address", exact=True)
    field.fill("models.example:8000")
    field.press("Enter")
    expect(form).to_contain_text("models.example is not this computer")
    expect(form.get_by_role("button", name="Allow connections to models.example")).to_be_focused()
    with scripted() as script:
        script.models = [{"id": "one"}, {"id": "two"}]
        field.fill(script.address)
        expect(form).not_to_contain_text("is not this computer")
        page.get_by_label("Key, if it wants one").fill("secret")
        field.press("Enter")
        page.get_by_label("Model", exact=True).select_option("two")
        assert_accessible(page)
        form.get_by_role("button", name="Use this model").click()
        used = page.locator(".model.current", has_text="two on 127.0.0.1")
        expect(used).to_contain_text("It runs on this computer.")
        expect(page.locator(".model.current")).to_have_count(2)  # the other one searches
        assert set(script.keys) == {"Bearer secret"}
        assert "secret" not in page.content()
        page.get_by_role("button", name=f"Use {LANGUAGE_MODEL.name}").click()
        expect(used).to_have_count(0)
    field.fill("http://127.0.0.1:1/v1")
    field.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("can’t be reached")


def test_another_embedder_is_chosen_and_the_former_one_again(hub: Hub, visit: Visit, tmp_path: Path) -> None:
    place = tmp_path / "models" / "an embedder"
    shutil.copytree(EMBEDDER.path().parent, place)
    (place / "onnx").mkdir()
    fill_graph(graph_of(ENGLISH), load_file(place / "model.safetensors"), place / "onnx" / "model.onnx")
    visit.page.evaluate(OPEN)
    row = visit.page.locator(".model", has_text="an embedder")
    row.get_by_role("button", name="Use an embedder", exact=True).click()
    expect(row).to_contain_text("in use")  # there is nothing to be read
    assert_accessible(visit.page)
    row.scroll_into_view_if_needed()
    visit.photograph("embedders")
    shipped = visit.page.locator(".model", has_text="Comes with Lamplight: finds passages")
    shipped.get_by_role("button", name="Use").click()
    expect(shipped).to_contain_text("in use")
    expect(row).not_to_contain_text("in use")


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, hub: Hub, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    hub.wrong = True
    button(page, "Download").click()
    expect(page.locator(".model .models-trouble")).to_contain_text("it was deleted")
    page.get_by_role("button", name="Use this file").click()
    expect(page.locator(".model-own").get_by_role("alert")).to_contain_text("not the whole path")
    assert_accessible(page)
