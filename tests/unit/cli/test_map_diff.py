"""One live record, both ways: what would change, by which line of which file, and what the merge makes of it."""

import json
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.domain.documents import Doc
from hub.files.settings import load
from hub.services import inbound
from hub.testing.fake_system import FakeSystem
from tests.unit.cli.conftest import Run
from tests.unit.cli.erp import connected


@pytest.fixture
def erp(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    system = connected(directory, monkeypatch)
    system.create("party", {"name": "华信", "mobile": "13812345678", "grade": "G", "vat": None, "remark": None})
    return system


def taken_in(directory: Path) -> str:
    """Take the customer in; gives our id."""
    with build(load(directory), {}) as container:
        inbound.poll(container.hub, container.hub.systems["erp"])
        inbound.process(container.hub)
        return container.hub.store.read(lambda tx: tx.records.all("customer"))[0].id


def changed(directory: Path, **values: object) -> None:
    """A person changes our customer."""
    with build(load(directory), {}, systems=()) as container:
        store = container.hub.store
        record = store.read(lambda tx: tx.records.all("customer"))[0]
        store.run(lambda tx: tx.records.put("customer", {**record.doc, **values}, version=record.version))


def state(directory: Path, erp: FakeSystem) -> tuple[list[Doc], int, list[tuple[str, str, str]]]:
    with build(load(directory), {}, writes=False, systems=()) as container:
        read = container.hub.store.read
        records = [record.doc for record in read(lambda tx: tx.records.all("customer"))]
        return records, read(lambda tx: tx.outbox.open_count()), list(erp.calls)


def test_a_record_that_is_not_here_yet_is_shown_as_it_would_be_made(run: Run, directory: Path, erp: FakeSystem) -> None:
    before = state(directory, erp)
    told = run("map", "diff", "--system", "erp", "--record", "1").output
    assert told.startswith("customer nothing yet - erp party 1\n")
    assert (
        'pull name: nothing -> "华信"\n    fake/customer.yaml:9: name <-> name; owner remote; the record is made'
        in told
    )
    assert "pull phone: nothing -> a value that is not shown\n" in told
    assert "13812345678" not in told
    assert state(directory, erp) == before


def test_both_sides_say_the_same(run: Run, directory: Path, erp: FakeSystem) -> None:
    ours = taken_in(directory)
    for record in (ours, "1"):
        told = run("map", "diff", "--system", "erp", "--record", record).output
        assert told == f"customer {ours} - erp party 1\nBoth sides say the same.\n"


def test_what_changed_over_there_is_pulled_and_what_is_ours_is_not(run: Run, directory: Path, erp: FakeSystem) -> None:
    taken_in(directory)
    erp.edit("party", "1", name="华信科技", mobile="13900000000")
    changed(directory, phone="+8613811111111")
    told = run("map", "diff", "--system", "erp", "--record", "1", "--direction", "pull").output
    assert 'pull name: "华信" -> "华信科技"\n' in told
    assert "owner remote; written: remote changed" in told
    assert "pull phone: a value that is not shown -> another\n" in told
    assert "***" not in told
    assert "owner hub; not written: hub owns" in told
    assert "push" not in told


def test_a_conflict_is_shown_as_a_person_s_to_decide(run: Run, directory: Path, erp: FakeSystem) -> None:
    taken_in(directory)
    erp.edit("party", "1", grade="S")
    changed(directory, level="platinum")
    told = run("map", "diff", "--system", "erp", "--record", "1").output
    assert 'push grade: "S" -> "P"' in told
    assert told.count("a person decides: both changed") == 2


def test_what_cannot_be_carried_over_is_said_and_hides_nothing_else(run: Run, directory: Path, erp: FakeSystem) -> None:
    taken_in(directory)
    erp.edit("party", "1", grade="X")
    told = run("map", "diff", "--system", "erp", "--record", "1").output
    assert "pull: cannot be worked out: " in told
    assert 'push grade: "X" -> "G"' in told


def test_a_program_reads_the_same_as_json(run: Run, directory: Path, erp: FakeSystem) -> None:
    taken_in(directory)
    erp.edit("party", "1", name="B")
    answer = json.loads(run("map", "diff", "--system", "erp", "--record", "1", "--direction", "pull", "--json").output)
    (one,) = answer["differences"]
    assert (one["old"], one["new"], one["place"]) == ("华信", "B", "fake/customer.yaml:9")


@pytest.mark.usefixtures("erp")
def test_what_is_unknown_is_said(run: Run) -> None:
    assert "There is no system crm" in run("map", "diff", "--system", "crm", "--record", "1", code=4).output
    assert "has a record 99" in run("map", "diff", "--system", "erp", "--record", "99", code=4).output
    entity = run("map", "diff", "--system", "erp", "--record", "1", "--entity", "part", code=4).output
    assert "erp has no mapping for part: there are customer." in entity
