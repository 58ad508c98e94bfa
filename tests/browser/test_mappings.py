"""The mapping page in a real browser: lines that are drawn, a rule that is shown, a page that fits a telephone."""

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


def test_every_rule_has_its_line_and_a_chosen_one_tells_what_it_does(linked: Page) -> None:
    linked.goto("/mappings/erp/invoice")
    expect(linked.locator("#lines g")).to_have_count(18)
    expect(linked.locator("#lines g.members")).to_have_count(1)
    ends = linked.evaluate(
        """() => [...document.querySelectorAll("#lines g")].map((group) => {
            const row = document.getElementById(`rule-${group.dataset.rule}`);
            const field = document.getElementById(row.dataset.ours).getBoundingClientRect();
            const line = group.querySelector("path:not(.reach)");
            const start = line.getPointAtLength(0).y + document.getElementById("lines").getBoundingClientRect().top;
            return Math.abs(start - (field.top + field.height / 2));
        })"""
    )
    assert max(ends) < 2
    inspector = linked.locator("#inspector")
    expect(inspector).to_be_hidden()
    linked.locator("#lines g[data-rule='5'] text").click()
    expect(inspector).to_contain_text("state <- state")
    expect(inspector).to_contain_text("draft = draft, validated")
    linked.keyboard.press("Escape")
    expect(inspector).to_be_hidden()


def test_a_field_is_chosen_by_keyboard_and_shows_every_rule_that_reads_it(linked: Page) -> None:
    linked.goto("/mappings/erp/invoice")
    linked.get_by_role("link", name="total_amount", exact=True).focus()
    linked.keyboard.press("Enter")
    told = linked.locator("#inspector .facts-of-rule")
    expect(told).to_have_count(2)
    expect(told.nth(0)).to_contain_text("totals.gross <- total_amount")
    expect(told.nth(1)).to_contain_text("payment.status <- expr")
    expect(linked.locator("#lines g.lit")).to_have_count(2)


def test_lines_follow_when_a_fold_opens(linked: Page) -> None:
    linked.goto("/mappings/erp/invoice")
    line = linked.locator("#lines g[data-rule='12'] path.reach")
    expect(line).to_have_count(1)
    before = line.get_attribute("d")
    linked.locator(".ours .rest summary").first.click()
    expect(line).not_to_have_attribute("d", before or "")


def test_the_laws_come_by_themselves(linked: Page) -> None:
    linked.goto("/mappings/erp/part")
    expect(linked.locator("#laws")).to_contain_text("A negative list price is a mistake over there")
    linked.goto("/mappings")
    expect(linked.locator("tr", has_text="Site").locator(".badge.bad")).to_contain_text("problems", timeout=20_000)


def test_a_telephone_shows_it_without_lines_and_not_too_wide(linked: Page) -> None:
    linked.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dictionary is one
    for path in ("", "/erp/customer?record=c1", "/erp/invoice?record=i1", "/erp/site"):
        linked.goto(f"/mappings{path}")
        linked.wait_for_load_state("networkidle")
        assert linked.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        expect(linked.locator("#lines g:visible")).to_have_count(0)
