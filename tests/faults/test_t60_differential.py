"""T60: whatever is commanded, in whatever order, the hub and a model of plain dictionaries come to the same."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hub.domain.errors import ConflictError, StaleError
from hub.ports.records import Record
from hub.services import records
from hub.storage.cipher import Cipher, Keyring
from hub.storage.sqlite import SqliteStore, sqlite_engine
from hub.storage.unit_of_work import Vault
from hub.testing.clock import FakeClock
from tests.conftest import PRIVACY, START
from tests.sync_bench import bench

NAMES = st.sampled_from(["上海机电", "A", "B Ltd", "北京制冷"])
CODES = st.sampled_from(["a-1", "B-2", "c-3"])
FIELDS = st.sampled_from(["name", "code"])


class Hub(RuleBasedStateMachine):
    """Customers, edited on both sides; the ERP writes codes in capitals, and the hub owns both fields."""

    template: Path
    customers = Bundle("customers")

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tickethub-t60-"))
        shutil.copyfile(self.template, self.folder / "hub.db")
        self.clock = FakeClock(START)
        self.store = SqliteStore(
            sqlite_engine(self.folder / "hub.db"), Vault(Cipher(Keyring.fresh()), PRIVACY, self.clock.now)
        )
        self.b = bench(self.store, self.clock)
        self.model: dict[str, dict[str, Any]] = {}  # what the hub should hold
        self.theirs: dict[str, dict[str, Any]] = {}  # what was last told to or by the ERP

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(target=customers, name=NAMES, code=CODES)
    def add(self, name: str, code: str) -> str:
        record = self.b.add("customer", name=name, code=code)
        self.model[record.id] = {"name": name, "code": code}
        return record.id

    @rule(customer=customers, field=FIELDS, value=NAMES)
    def edit_here(self, customer: str, field: str, value: str) -> None:
        value = value if field == "name" else f"h{len(value)}"
        self.patch(customer, {field: value}, self.read(customer).version)
        self.model[customer][field] = value

    @rule(customer=customers, value=NAMES)
    def edit_with_an_old_version(self, customer: str, value: str) -> None:
        before = self.read(customer)
        with pytest.raises(StaleError):
            self.patch(customer, {"name": value + "?"}, before.version - 1)

    @rule(customer=customers)
    def add_again_under_the_same_id(self, customer: str) -> None:
        with pytest.raises(ConflictError):
            self.b.add("customer", id=customer, name="other")

    @rule(customer=customers, field=FIELDS, value=NAMES)
    def edit_there(self, customer: str, field: str, value: str) -> None:
        remote = self.remote(customer)
        if remote is None:
            return
        value = value if field == "name" else f"R{len(value)}"
        told = self.told(customer)
        if value == remote.doc.get(field):
            return
        self.b.erp.edit("party", remote.id, **{field: value})
        if self.model[customer][field] == told.get(field):  # else both sides changed it, and the hub's is the one
            self.model[customer][field] = value
            self.sync()

    @rule(
        how=st.sampled_from(["before", "after", "lost"]), operation=st.sampled_from(["create", "update", "get", "find"])
    )
    def something_fails(self, how: str, operation: str) -> None:
        self.b.erp.fail(operation, "before" if operation in {"get", "find"} else how)

    @rule()
    def sync(self) -> None:
        self.b.settle()
        for customer, doc in self.model.items():
            remote = self.remote(customer)
            assert remote is not None
            assert (remote.doc["name"], remote.doc["code"]) == (doc["name"], doc["code"].upper())
            self.theirs[customer] = dict(doc)
        assert len(self.b.erp.records("party")) == len(self.model)
        assert self.b.open_count() == 0

    @invariant()
    def the_hub_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "b"):
            return
        held = self.store.read(lambda tx: tx.records.all("customer"))
        assert {each.id: (each.doc["name"], each.doc["code"]) for each in held} == {
            customer: (doc["name"], doc["code"]) for customer, doc in self.model.items()
        }

    def read(self, customer: str) -> Record:
        return self.store.read(lambda tx: tx.records.need("customer", customer))

    def patch(self, customer: str, values: dict[str, Any], version: int) -> None:
        records.patch(self.b.hub, self.b.hub.actor("li"), "customer", customer, values, version=version)

    def remote(self, customer: str) -> Any:
        return next((each for each in self.b.erp.records("party") if each.doc.get("hub_id") == customer), None)

    def told(self, customer: str) -> dict[str, Any]:
        return self.theirs.get(customer, {})


def test_the_hub_does_what_the_model_does(migrated: Path) -> None:
    class OnThisFile(Hub):
        template = migrated

    patient = settings(
        max_examples=12, stateful_step_count=16, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(OnThisFile, settings=patient)
