"""A person decides in a real browser: between two values, and which of two customers a stranger is."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub.files.proposing.pinyin import spellings
from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from tests.browser.test_console import PHONE, sign_in
from tests.unit.web import deciding
from tests.unit.web.conftest import POLICIES, SCHEMAS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    bare = Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)
    return deciding.connect(replace(bare, spell=spellings), clock)


@pytest.fixture
def asked(page: Page, hub: Hub, clock: FakeClock) -> dict[str, str]:
    """One open question of each kind, and a dispatcher before them."""
    questions = deciding.fill(hub, clock)
    conflicts = hub.store.read(lambda tx: [one for one in tx.reviews.listing() if one.detail.get("field") == "email"])
    sign_in(page, "wang")
    return {**questions, "conflict": conflicts[0].id}


def test_a_value_is_chosen_and_both_sides_have_it(page: Page, hub: Hub, asked: dict[str, str]) -> None:
    page.goto("/reviews?kind=conflict")
    page.locator(f"a[href$='/reviews/{asked['conflict']}']").first.click()
    page.get_by_role("button", name="Take this one").last.click()
    expect(page.locator("body")).to_contain_text("It is settled.")
    deciding.run(hub)
    review = hub.store.read(lambda tx: tx.reviews.get(asked["conflict"]))
    assert review is not None
    assert review.state == "settled"
    ours = hub.store.read(lambda tx: tx.records.need("customer", review.record_id)).doc["email"]
    there = next(one.doc["mail"] for one in deciding.erp(hub).records("party") if one.doc.get("code") == "SH-1")
    assert ours == there == "finance@shjd.example"


def test_a_stranger_is_one_of_two_and_is_not_asked_about_again(page: Page, hub: Hub, asked: dict[str, str]) -> None:
    page.goto(f"/reviews/{asked['adoption']}")
    page.get_by_role("button", name="It is this one").first.click()
    expect(page.locator("body")).to_contain_text("It is settled.")
    deciding.run(hub)
    assert not hub.store.read(lambda tx: [one for one in tx.reviews.listing() if one.kind == "adoption"])


@pytest.mark.parametrize("kind", ["conflict", "adoption", "duplicate", "gone", "unknown"])
def test_no_question_is_wider_than_a_telephone(page: Page, asked: dict[str, str], kind: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dictionary is one
    page.goto(f"/reviews/{asked[kind]}")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
