"""The mapping page in a real browser: lines that are drawn, a rule that is shown, a page that fits a telephone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from tests.browser.test_console import PHONE, sign_in
from tests.unit.web import erp
from tests.unit.web.conftest import POLICIES, SCHEMAS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    bare = Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)
    return erp.connect(bare, clock)


@pytest.fixture
def linked(page: Page, hub: Hub) -> Page:
    """Signed in, with a customer and an invoice that the ERP knows."""
    erp.link(hub)
    sign_in(page, "boss")
    return page


def test_shots(linked: Page) -> None:
    out = Path(os.environ["SHOTS"])
    page = linked
    for language in ("en", "zh"):
        if language == "zh":
            page.locator(".side").get_by_role("button", name="简体中文").click()
        page.goto("/mappings")
        page.wait_for_timeout(3500)
        page.screenshot(path=out / f"list-{language}.png", full_page=True)
        for entity in ("customer", "invoice", "part", "site"):
            record = {"customer": "?record=c1", "invoice": "?record=i1"}.get(entity, "")
            page.goto(f"/mappings/erp/{entity}{record}")
            page.wait_for_timeout(1500)
            page.screenshot(path=out / f"{entity}-{language}.png", full_page=True)
            for part in ("fields", "rules", "record", "proofs"):
                page.locator(f"#{part}").screenshot(path=out / f"{entity}-{language}-{part}.png")
    page.set_viewport_size(PHONE)
    page.goto("/mappings/erp/invoice?record=i1")
    page.wait_for_timeout(1000)
    page.screenshot(path=out / "invoice-phone.png", full_page=True)
    page.goto("/mappings")
    page.wait_for_timeout(1000)
    page.screenshot(path=out / "list-phone.png", full_page=True)
