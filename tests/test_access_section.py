"""The settings for other programs in a real browser: a token is made, replaced and ended there."""

from __future__ import annotations

from playwright.sync_api import expect

from lamplight.ui.access_token import access_token
from lamplight.ui.services import Services
from tests.test_accessibility import assert_accessible
from tests.visits import Visit

OPEN = "() => import('/lamplight/settings.js').then((module) => module.openSettings('access'))"


def test_a_person_makes_replaces_and_ends_the_token(visit: Visit, services: Services) -> None:
    page, folder = visit.page, services.library.folder
    page.evaluate(OPEN)
    expect(page.get_by_label("Address", exact=True)).to_have_value(f"{visit.address}/v1")
    page.get_by_role("button", name="Make a token").click()
    field = page.get_by_label("Token", exact=True)
    expect(field).to_be_visible()
    first = field.input_value()
    assert first == access_token(folder) != ""
    assert_accessible(page)
    page.get_by_role("button", name="Make another token").click()
    expect(field).not_to_have_value(first)
    assert field.input_value() == access_token(folder)
    page.get_by_role("button", name="End access").click()
    expect(field).to_have_count(0)
    assert access_token(folder) == ""
