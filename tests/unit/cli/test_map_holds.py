"""A mapping whose fields changed over there is held: nothing is lost, nothing is sent, the others go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.bootstrap import Container, build
from hub.bootstrap.mapping_hold import watch
from hub.domain.errors import RetryableError
from hub.files.settings import load
from hub.services import inbound, outbound, records
from hub.services.context import Hub
from hub.services.holds import Holds
from tests.unit.cli.conftest import Run
from tests.unit.cli.erp import Telling, connected


@pytest.fixture
def erp(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Telling:
    system = Telling()
    connected(directory, monkeypatch, system)
    system.create("party", {"name": "华信", "mobile": None, "grade": "G", "vat": None, "remark": None})
    return system


@pytest.fixture
def hub(erp: Telling, directory: Path) -> Iterator[Hub]:
    container: Container
    with build(load(directory), {}) as container:
        yield container.hub


def customers(hub: Hub) -> list[str]:
    return [str(record.doc["name"]) for record in hub.store.read(lambda tx: tx.records.all("customer"))]


def ours(hub: Hub) -> None:
    hub.store.run(lambda tx: records.create(hub, tx, hub.actor("test"), "customer", {"name": "Ours"}, action="made"))


def test_a_held_mapping_takes_nothing_in_and_sends_nothing_until_it_is_mended(
    hub: Hub, erp: Telling, directory: Path
) -> None:
    erp.told["properties"]["mobile"]["readOnly"] = True
    assert watch(hub, directory) == 1
    assert hub.holds.of("erp") == {"customer": ("mobile",)}
    assert inbound.poll(hub, hub.systems["erp"]) == 0
    ours(hub)
    outbound.deliver(hub, "erp")
    (waiting,) = hub.store.read(lambda tx: tx.outbox.listing(system="erp"))
    assert waiting.state == "ready"
    assert "erp changed mobile, on which the mapping of customer relies" in str(waiting.error)
    assert len(erp.calls) == 1
    del erp.told["properties"]["mobile"]["readOnly"]
    assert watch(hub, directory) == 0
    assert inbound.poll(hub, hub.systems["erp"]) == 1
    inbound.process(hub)
    assert "华信" in customers(hub)


def test_a_message_that_is_there_already_waits(hub: Hub, erp: Telling, directory: Path) -> None:
    hub.store.run(lambda tx: inbound.hint(hub, tx, "erp", "party", "1"))
    del erp.told["properties"]["grade"]
    watch(hub, directory)
    inbound.process(hub)
    assert customers(hub) == []
    (message,) = hub.store.read(lambda tx: tx.inbox.listing())
    assert message.state == "new"


def test_notes_hold_nothing(hub: Hub, erp: Telling, directory: Path) -> None:
    erp.told["properties"]["fax"] = {"type": "string"}
    assert watch(hub, directory) == 0


def test_a_system_that_is_down_changes_nothing_of_what_is_held(hub: Hub, erp: Telling, directory: Path) -> None:
    del erp.told["properties"]["grade"]
    watch(hub, directory)
    erp.down = True
    assert watch(hub, directory) == 1
    assert hub.holds.of("erp") == {"customer": ("grade",)}


def test_the_doctor_says_which_mapping_is_held(run: Run, erp: Telling) -> None:
    del erp.told["properties"]["grade"]
    told = run("doctor", code=1).output
    assert "systems.erp: party: grade" in told
    assert "is not there any more: the mapping fake/customer.yaml is held" in told


def test_other_mappings_of_the_system_go_on() -> None:
    holds = Holds()
    holds.replace("erp", {"customer": ("grade",), "part": ()})
    holds.refuse("erp", "part")
    holds.refuse("crm", "customer")
    with pytest.raises(RetryableError, match="erp changed grade"):
        holds.refuse("erp", "customer")
