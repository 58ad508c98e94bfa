"""Snipe-IT against its strict twin: the contract of every connector, and Snipe-IT's own ways."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from connectors.rest import connect
from hub.domain.documents import Doc
from hub.domain.errors import RateLimitedError, RejectedError, RetryableError, UnknownOutcomeError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.twin.twin import serving
from hub.testing.twins.snipe_it import SnipeIt

pytestmark = pytest.mark.proves(product="snipe_it", against="twin")

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "snipe_it.yaml")
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


def connected(url: str, **other: Any) -> Connector:
    settings = {**SnipeIt.settings, **SnipeIt.secrets, "url": url, "request_seconds": 10, **other}
    return connect(Setup("assets", settings, DECLARED.objects, DECLARED.remote, DECLARED.connection))


@pytest.fixture
def twin() -> SnipeIt:
    return SnipeIt()


@pytest.fixture
def snipe(url: str) -> Connector:
    return connected(url)


def row_id(twin: SnipeIt, kind: str, name: str, value: str) -> str:
    return next(row.id for row in twin.rows.of(kind) if row.doc.get(name) == value)


def asset(twin: SnipeIt, tag: str) -> Doc:
    return {
        "asset_tag": tag,
        "serial": f"S{tag}",
        "name": "Li & Söhne <3> 'x' &amp; 冷水机",
        "model": row_id(twin, "models", "model_number", "CH-200"),
        "status": "Ready to Deploy",
        "location": row_id(twin, "locations", "city", "上海"),
        "purchased_on": "2026-01-31",
        "notes": None,
    }


class TestAsset(ConnectorContract):
    name: ClassVar[str] = "asset"

    @pytest.fixture(autouse=True)
    def known(self, twin: SnipeIt) -> None:
        self.twin = twin

    @pytest.fixture
    def connector(self, snipe: Connector) -> Connector:
        return snipe

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, token="another")

    def document(self, key: str) -> Doc:
        return asset(self.twin, key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "notes": "Visit: fan replaced & tested 已更换风扇", "name": None}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "model": "999999"}


class TestMaintenance(TestAsset):
    """Found by its name, which is the number of a service record."""

    name: ClassVar[str] = "maintenance"

    def document(self, key: str) -> Doc:
        return {
            "name": key,
            "asset": row_id(self.twin, "hardware", "asset_tag", "A-0001"),
            "type": "Repair <1> & more",
            "started_on": "2026-03-02",
            "finished_on": "2026-03-03",
            "is_warranty": True,
        }

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "finished_on": None, "is_warranty": False}

    def refused(self, key: str) -> Doc:
        return {**self.document(key), "finished_on": "2026-03-01"}


@pytest.fixture
def made(snipe: Connector, twin: SnipeIt) -> Remote:
    return snipe.create("asset", asset(twin, "T-1"))


def changed_since(snipe: Connector, name: str, since: datetime = ALWAYS) -> tuple[dict[str, Remote], set[str]]:
    found: dict[str, Remote] = {}
    gone: set[str] = set()
    after: str | None = None
    while True:
        page = snipe.changes(name, since=since, until=datetime.now(UTC) + timedelta(seconds=5), after=after)
        found |= {record.id: record for record in page.records}
        gone |= set(page.gone)
        if (after := page.after) is None:
            return found, gone


@pytest.mark.proves(reads=("asset", "model", "location", "company"))
@pytest.mark.parametrize(
    ("name", "count"), [("asset", 3), ("model", 2), ("location", 1), ("company", 2), ("status_label", 4)]
)
def test_every_record_is_a_change(snipe: Connector, name: str, count: int) -> None:
    """Archived assets too, which their listing leaves out."""
    assert len(changed_since(snipe, name)[0]) == count


def test_texts_come_without_escapes_and_references_are_ids(snipe: Connector, twin: SnipeIt) -> None:
    models = {one.doc["name"]: one.id for one in changed_since(snipe, "model")[0].values()}
    assert set(models) == {'Chiller <CH-200> 2"', "Pump P & S"}
    (chiller,) = snipe.find("asset", "serial", "CH-7001")
    assert (chiller.doc["name"], chiller.doc["model"]) == ("Chiller 1 & 2", models['Chiller <CH-200> 2"'])
    assert chiller.doc["company"] == row_id(twin, "companies", "phone", "+86 21 6888 0000")


def test_a_status_is_written_by_its_name(snipe: Connector, made: Remote) -> None:
    updated = snipe.update("asset", made, {**made.doc, "status": "Archived"})
    assert (updated.doc["status"], updated.doc["status_type"]) == ("Archived", "archived")
    assert made.id in changed_since(snipe, "asset", since=made.changed_at or ALWAYS)[0]


def test_a_status_that_nobody_knows_is_refused_before_anything_is_written(snipe: Connector, made: Remote) -> None:
    with pytest.raises(RejectedError):
        snipe.update("asset", made, {**made.doc, "status": "On the moon"})
    assert snipe.get("asset", made.id) == made


def test_a_deleted_asset_is_gone_although_its_record_stays(snipe: Connector, twin: SnipeIt, made: Remote) -> None:
    twin.delete("hardware", made.id)
    found, gone = changed_since(snipe, "asset")
    assert made.id not in found
    assert gone == {made.id}
    assert snipe.get("asset", made.id) is None


def test_a_restored_asset_is_a_change_again(snipe: Connector, twin: SnipeIt, made: Remote) -> None:
    twin.delete("hardware", made.id)
    twin.restore("hardware", made.id)
    found, gone = changed_since(snipe, "asset")
    assert made.id in found
    assert gone == set()


def test_a_tag_that_is_taken_is_refused_with_the_reason(snipe: Connector, twin: SnipeIt, made: Remote) -> None:
    with pytest.raises(RejectedError, match="unique"):
        snipe.create("asset", {**asset(twin, "T-1"), "serial": "another"})
    assert [one.id for one in snipe.find("asset", "asset_tag", "T-1")] == [made.id]


def test_listings_go_on_beyond_the_cap(twin: SnipeIt, snipe: Connector) -> None:
    model, status = (
        int(row_id(twin, *at)) for at in (("models", "model_number", "CH-200"), ("statuslabels", "name", "Pending"))
    )
    for number in range(1001):
        twin.rows.add("hardware", {"asset_tag": f"N{number}", "model_id": model, "status_id": status})
    assert len(changed_since(snipe, "asset")[0]) == 1004


def test_too_many_requests_wait_as_long_as_told() -> None:
    with serving(SnipeIt(per_minute=1)) as url:
        snipe = connected(url)
        snipe.get("model", "1")
        with pytest.raises(RateLimitedError) as refused:
            snipe.get("model", "1")
    assert refused.value.retry_after is not None


@pytest.mark.parametrize("how", ["lost", "broken", "error", "late"])
def test_a_lost_answer_leaves_one_asset_to_be_found(snipe: Connector, twin: SnipeIt, how: str) -> None:
    twin.faults.plan(how)
    with pytest.raises(UnknownOutcomeError):
        snipe.create("asset", asset(twin, "L-1"))
    twin.faults.go_on()
    assert len(snipe.find("asset", "asset_tag", "L-1")) == 1


def test_a_log_in_page_is_no_record(snipe: Connector, twin: SnipeIt) -> None:
    twin.faults.plan("page", "GET")
    with pytest.raises(RetryableError):
        snipe.get("asset", "1")
    assert snipe.find("asset", "serial", "CH-7001")


def test_the_notes_of_a_maintenance_are_written_and_not_read(snipe: Connector, twin: SnipeIt) -> None:
    chiller = row_id(twin, "hardware", "asset_tag", "A-0001")
    days = {"started_on": "2026-03-02", "finished_on": "2026-03-02", "is_warranty": False}
    doc = {"name": "T-1-1", "asset": chiller, "type": "Repair", **days, "notes": "Alarm\n更换 <压缩机>"}
    made = snipe.create("maintenance", doc)
    (row,) = twin.rows.of("maintenances")
    assert row.doc["notes"] == doc["notes"]
    assert made.doc.get("notes") is None


def test_a_maintenance_is_found_by_its_whole_name(snipe: Connector, twin: SnipeIt) -> None:
    """Snipe-IT searches for a part of any text."""
    chiller = row_id(twin, "hardware", "asset_tag", "A-0001")
    doc = {"asset": chiller, "type": "Repair", "started_on": "2026-03-02", "is_warranty": False}
    made = [snipe.create("maintenance", {**doc, "name": name}) for name in ("T-1-1", "T-1-11", "T-1-12")]
    assert [one.id for one in snipe.find("maintenance", "name", "T-1-1")] == [made[0].id]


def test_a_custom_field_is_kept_where_the_model_has_it_and_passed_over_elsewhere(snipe: Connector) -> None:
    (chiller,), (pump,) = snipe.find("asset", "serial", "CH-7001"), snipe.find("asset", "serial", "PU-1001")
    assert snipe.update("asset", chiller, {**chiller.doc, "pressure": "0.72"}).doc["pressure"] == "0.72"
    assert snipe.update("asset", pump, {**pump.doc, "pressure": "0.72"}).doc["pressure"] is None
