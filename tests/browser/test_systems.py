"""A person looks after one system in a real browser: tests the connection, pauses it, and goes on with it."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from tests.browser.test_console import PHONE, sign_in
from tests.unit.web.conftest import POLICIES, SCHEMAS
from tests.unit.web.test_systems import connected, waiting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PICTURES = os.environ.get("TICKETHUB_PICTURES")  # a folder, for who wants to look


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    bare = Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)
    return connected(bare, clock)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_a_system_is_tested_paused_and_resumed(page: Page, hub: Hub) -> None:
    waiting(hub, 1)
    sign_in(page, "boss")
    page.goto("/sync")
    page.get_by_role("link", name="ERP").first.click()
    expect(page.locator("h1")).to_contain_text("needs a person")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_role("status").first).to_contain_text("nothing is missing")
    expect(page.locator("body")).to_contain_text("fake 1")
    picture(page, "tested")
    page.locator("summary", has_text="Pause").click()
    page.get_by_label("Reason").fill("They move to a new server.")
    page.locator("details[open]").get_by_role("button", name="Pause").click()
    expect(page.locator("h1")).to_contain_text("paused")
    picture(page, "paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("h1")).to_contain_text("needs a person")
    assert hub.store.read(lambda tx: tx.pauses.all()) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_no_part_of_the_page_is_wider_than_a_telephone(page: Page, tongue: str, scheme: str) -> None:
    sign_in(page, "boss")
    if tongue == "zh":
        page.get_by_role("button", name="简体中文").first.click()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of the two
    page.goto("/sync/systems/erp")
    picture(page, f"{tongue}-{scheme}")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dictionary is one
    page.goto("/sync/systems/erp")
    picture(page, f"{tongue}-{scheme}-narrow")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
