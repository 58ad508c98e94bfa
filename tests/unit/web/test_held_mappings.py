"""The page of systems says which mappings are held, and because of which fields."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.files.mappings import load_mapping
from hub.ports.connector import ObjectSpec
from hub.services.context import Hub, System
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.unit.web.clients import Browser

MAPPING = Path(__file__).parents[3] / "mappings" / "tryton" / "customer.yaml"


@pytest.fixture
def hub(hub: Hub, clock: FakeClock) -> Hub:
    specs = [ObjectSpec("customer")]
    mapping = load_mapping(MAPPING)
    erp = System("erp", FakeSystem(clock, specs), {"customer": specs[0]}, {"customer": mapping})
    return replace(hub, systems={"erp": erp})


def test_a_held_mapping_is_named_with_the_fields_that_changed(hub: Hub, browser: Callable[[str], Browser]) -> None:
    boss = browser("boss")
    assert "partly held" not in boss.get("/sync").text
    hub.holds.replace("erp", {"customer": ("contact_mechanisms[].value",)})
    page = boss.get("/sync").text
    assert "partly held" in page
    assert "The other side changed contact_mechanisms[].value: nothing is sent or taken in" in page


def test_a_system_is_paused_and_resumed_on_its_page(hub: Hub, browser: Callable[[str], Browser]) -> None:
    boss = browser("boss")
    assert boss.post("/sync/pause/erp", {"reason": "they move"}).status_code == 302
    page = boss.get("/sync").text
    assert "they move" in page
    assert hub.store.read(lambda tx: tx.pauses.get("erp")) is not None
    assert boss.post("/sync/resume/erp", {}).status_code == 302
    assert "they move" not in boss.get("/sync").text
    assert browser("li").post("/sync/pause/erp", {"reason": "x"}).status_code == 403
