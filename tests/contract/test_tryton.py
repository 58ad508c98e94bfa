"""The connector against real Trytons: the contract that every connector keeps, and Tryton's own ways.

The contract, and what the series do in different ways, runs on both.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ulid import ULID

from connectors.tryton import connect, feed
from connectors.tryton.wire import Wire
from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, StaleError, UnknownOutcomeError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.lossy_proxy import LossyProxy
from hub.testing.tryton.fixture import BOTH, RunningErp
from hub.testing.tryton.seed.people import ADMIN, FINANCE, STORES
from hub.testing.tryton.server import TrytonServer

pytestmark = [pytest.mark.tryton, pytest.mark.proves(product="tryton", against="real", version="8.0")]

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "tryton.yaml")
PART, VAN, MAIN = "P-CTRL-01", "VAN-LI", "STO"


def connected(settings: Mapping[str, str], **other: str) -> Connector:
    return connect(Setup("erp", {**settings, **other}, DECLARED.objects, DECLARED.remote, DECLARED.connection))


@pytest.fixture(scope="session")
def erp(tryton: RunningErp) -> Connector:
    """One connector for the whole session, as in the hub."""
    return connected(tryton.settings())


@pytest.fixture
def own(tryton: RunningErp, tmp_path: Path) -> Iterator[RunningErp]:
    """A Tryton of the test's own, to be killed."""
    server = tryton.seeded.serve(tmp_path / "erp")
    server.start()
    yield RunningErp(server, tryton.seeded)
    server.stop()


@pytest.fixture
def key() -> str:
    return str(ULID())


@pytest.fixture
def customer(erp: Connector, key: str) -> Remote:
    return erp.create("customer", party(f"{key}C"))


def party(key: str) -> Doc:
    return {
        "reference": key,
        "name": "Dongfang Clinic 东方诊所",
        "lang": "zh_CN",
        "customer_payment_term": "30 days 月结30天",
        "addresses": [
            {"street": "12 Renmin Road 人民路12号", "city": "Nanjing 南京", "country": "CN", "postal_code": "210000"}
        ],
        "contact_mechanisms": [
            {"type": "mobile", "value": "+86 135 1111 2222", "name": "Li Na 李娜"},
            {"type": "email", "value": "desk@dongfang.example"},
        ],
    }


def bill(key: str, party: str) -> Doc:
    return {
        "reference": key,
        "party": party,
        "currency": "CNY",
        "description": "Visit 上门服务",
        "lines": [
            {"product": "CALL-OUT", "quantity": "1", "unit": "u", "unit_price": "150.00"},
            {"product": "LABOUR", "quantity": "1.5", "unit": "h", "unit_price": "180.00"},
            {"product": PART, "quantity": "1", "unit": "u", "unit_price": "560.00", "tax_rate": "0.13"},
        ],
    }


def product_id(erp: Connector, code: str) -> str:
    (found,) = erp.find("product", "code", code)
    return found.id


def reach(erp: Connector, name: str, remote_id: str, goal: str) -> str:
    """Step after step as declared; the state in which it ends."""
    spec = erp.objects()[name]
    for _ in spec.goals[goal]:
        state = state_of(erp, name, remote_id)
        step = next((step for step in spec.goals[goal] if step.when == state), None)
        if step is None:
            break
        erp.act(name, remote_id, step.action)
    return state_of(erp, name, remote_id)


def state_of(erp: Connector, name: str, remote_id: str) -> str:
    there = erp.get(name, remote_id)
    assert there is not None
    return str(there.doc["state"])


def doc_of(erp: Connector, name: str, remote_id: str) -> Doc:
    there = erp.get(name, remote_id)
    assert there is not None
    return there.doc


def changed_since(erp: Connector, name: str, since: datetime) -> dict[str, Remote]:
    records: dict[str, Remote] = {}
    after: str | None = None
    while True:
        page = erp.changes(name, since=since, until=datetime.now(UTC) + timedelta(seconds=5), after=after)
        records |= {record.id: record for record in page.records}
        if (after := page.after) is None:
            return records


@BOTH
def test_a_user_without_company_or_rights_is_a_problem_that_the_probe_names(tryton: RunningErp) -> None:
    admin = tryton.person(ADMIN)
    admin.rpc.create(
        "res.user", name="Nobody", login="nobody", password="only-for-this-test", company=None, companies=[]
    )
    told = connected(tryton.settings(), user="nobody", password="only-for-this-test").probe()
    problems = [str(one) for one in told.problems]
    assert "no company" in problems[0]
    assert any("not allowed" in problem for problem in problems[1:])


class TrytonContract(ConnectorContract):
    """The contract, on the session's Tryton."""

    @pytest.fixture
    def connector(self, erp: Connector) -> Connector:
        return erp

    @pytest.fixture
    def unreachable(self, tryton: RunningErp) -> Connector:
        return connected(tryton.settings(), url="http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, tryton: RunningErp) -> Connector:
        return connected(tryton.settings(), password="not the password")


@BOTH
class TestCustomer(TrytonContract):
    name = "customer"

    def document(self, key: str) -> Doc:
        return party(key)

    def changed(self, doc: Doc) -> Doc:
        first, *others = doc["contact_mechanisms"]
        return {**doc, "contact_mechanisms": [{**first, "value": "+86 135 9999 8888"}, *others]}

    def refused(self, key: str) -> Doc:
        return {**party(key), "identifiers": [{"type": "cn_vat", "code": "123"}]}


@BOTH
class TestInvoice(TrytonContract):
    name = "invoice"

    @pytest.fixture(autouse=True)
    def ids(self, erp: Connector, customer: Remote) -> None:
        self.party = customer.id

    def document(self, key: str) -> Doc:
        return bill(key, self.party)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "description": "Visit, corrected 上门服务（更正）"}

    def refused(self, key: str) -> Doc:
        doc = bill(key, self.party)
        return {**doc, "lines": [{**doc["lines"][0], "tax_rate": "0.99"}]}


# Customers


@BOTH
def test_a_telephone_that_a_person_changed_there_is_a_change_of_its_customer(
    erp: Connector, tryton: RunningErp, customer: Remote
) -> None:
    assert customer.changed_at is not None
    tryton.person(STORES).change_phone(int(customer.id), "+86 136 7777 6666")
    seen = changed_since(erp, "customer", customer.changed_at)[customer.id]
    assert seen.doc["contact_mechanisms"][0]["value"] == "+86 136 7777 6666"
    assert seen.version != customer.version


@BOTH
def test_an_update_over_a_changed_telephone_is_stale(erp: Connector, tryton: RunningErp, customer: Remote) -> None:
    tryton.person(STORES).change_phone(int(customer.id), "+86 136 7777 6666")
    with pytest.raises(StaleError):
        erp.update("customer", customer, {**customer.doc, "name": "Another name"})
    assert doc_of(erp, "customer", customer.id)["name"] == customer.doc["name"]


@BOTH
def test_somebody_who_writes_between_our_read_and_our_write_is_never_overwritten(
    erp: Connector, tryton: RunningErp, customer: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, write = tryton.person(STORES), Wire.write

    def late(wire: Wire, method: str, *arguments: object, **named: object) -> object:
        stores.rpc.call("party.party.write", [int(customer.id)], {"name": "Faster 更快"})
        return write(wire, method, *arguments, **named)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Wire, "write", late)
    with pytest.raises(StaleError):
        erp.update("customer", customer, {**customer.doc, "name": "Ours 我们"})
    assert doc_of(erp, "customer", customer.id)["name"] == "Faster 更快"


def test_rows_are_added_changed_and_removed_in_one_update(erp: Connector, customer: Remote) -> None:
    mobile, mail = customer.doc["contact_mechanisms"]
    rows = [{**mobile, "name": "Li Na 李娜 (boss)"}, {"type": "phone", "value": "+86 25 8888 7777"}]
    updated = erp.update("customer", customer, {**customer.doc, "contact_mechanisms": rows})
    told = updated.doc["contact_mechanisms"]
    assert [(row["type"], row["name"]) for row in told] == [("mobile", "Li Na 李娜 (boss)"), ("phone", None)]
    assert told[0]["id"] == mobile["id"]
    assert mail["id"] not in {row["id"] for row in told}


def test_our_key_is_a_field_of_its_own_and_no_identifier(erp: Connector, customer: Remote, key: str) -> None:
    assert customer.doc["reference"] == f"{key}C"
    assert customer.doc["identifiers"] == []
    renamed = erp.update("customer", customer, {**customer.doc, "reference": f"{key}D"})
    assert renamed.doc["reference"] == f"{key}D"
    assert erp.find("customer", "reference", f"{key}C") == []


def test_a_customer_that_was_deactivated_is_still_a_change(
    erp: Connector, tryton: RunningErp, customer: Remote
) -> None:
    assert customer.changed_at is not None
    tryton.person(STORES).rpc.call("party.party.write", [int(customer.id)], {"active": False})
    later = customer.changed_at + timedelta(microseconds=1)  # its rows, which stay active, do not count
    assert changed_since(erp, "customer", later)[customer.id].doc["active"] is False


def test_the_company_itself_is_no_customer(erp: Connector, tryton: RunningErp) -> None:
    admin = tryton.person(ADMIN)
    (company,) = admin.rpc.call("company.company.search_read", [], 0, None, None, ["party"])
    assert erp.get("customer", str(company["party"])) is None


def test_a_code_that_nobody_has_is_refused_with_what_is_missing(erp: Connector, key: str) -> None:
    with pytest.raises(RejectedError, match=r"no records of country\.country have the code XX"):
        erp.create("customer", {"reference": key, "name": "X", "addresses": [{"country": "XX"}]})


@BOTH
def test_many_records_of_one_instant_are_listed_over_pages_and_none_is_skipped(
    erp: Connector, tryton: RunningErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = tryton.person(STORES)
    phones = [["create", [{"type": "phone", "value": f"+86 21 5000 {place}"} for place in range(3)]]]
    made = stores.rpc.call("party.party.create", [{"name": "Branch 分店", "contact_mechanisms": phones}] * 12)
    now = erp.probe().now
    assert now is not None
    monkeypatch.setattr(feed, "PAGE", 7)
    listed = list(changed_since(erp, "customer", now - timedelta(seconds=5)))
    assert [record for record in listed if int(record) in made] == [str(record) for record in made]


# Products, orders, stock


@BOTH
@pytest.mark.proves(reads=("product", "part"))
def test_a_price_changed_on_the_template_is_a_change_of_the_product(erp: Connector, tryton: RunningErp) -> None:
    (fan,) = erp.find("product", "code", "P-FAN-01")
    since = erp.probe().now
    assert since is not None
    admin = tryton.person(ADMIN)
    template = admin.rpc.read("product.product", int(fan.id), "template")["template"]
    admin.rpc.call("product.template.write", [template], {"list_price": Decimal("333.00")})
    changed = [changed_since(erp, name, since - timedelta(seconds=1))[fan.id].doc for name in ("product", "part")]
    assert [(one["code"], one["list_price"]) for one in changed] == [("P-FAN-01", "333.00")] * 2


@pytest.mark.proves(reads="sales_order")
def test_orders_are_read_and_never_written(erp: Connector) -> None:
    (huaxin,) = erp.find("customer", "identifiers.code", "91310115MA1K3XQ27U")
    order, *_ = erp.find("sales_order", "party", huaxin.id)
    assert order.doc["total_amount"] == "3661.20"
    assert [line["quantity"] for line in order.doc["lines"]] == ["2", "10"]
    with pytest.raises(RejectedError, match="only read"):
        erp.update("sales_order", order, order.doc)


@BOTH
@pytest.mark.proves(reads="stock_level")
def test_a_counted_stock_is_a_change_of_its_level(erp: Connector, tryton: RunningErp) -> None:
    since = erp.probe().now
    assert since is not None
    tryton.person(STORES).take_stock_away("P-FAN-01", MAIN, left=5)
    levels = changed_since(erp, "stock_level", since - timedelta(seconds=1)).values()
    fan = product_id(erp, "P-FAN-01")
    assert [level.doc["quantity"] for level in levels if level.doc["product"] == fan] == ["5"]


# Invoices


@pytest.fixture
def posted(erp: Connector, key: str, customer: Remote) -> Remote:
    invoice = erp.create("invoice", bill(key, customer.id))
    assert reach(erp, "invoice", invoice.id, "posted") == "posted"
    there = erp.get("invoice", invoice.id)
    assert there is not None
    return there


@BOTH
def test_an_invoice_gets_what_the_form_would_fill_in(erp: Connector, key: str, customer: Remote) -> None:
    invoice = erp.create("invoice", bill(key, customer.id))
    assert invoice.doc["payment_term"] == "30 days 月结30天"
    assert [line["tax_rate"] for line in invoice.doc["lines"]] == ["0.06", "0.06", "0.13"]
    assert [line["sequence"] for line in invoice.doc["lines"]] == [1, 2, 3]
    amounts = ("untaxed_amount", "tax_amount", "total_amount")
    assert [invoice.doc[name] for name in amounts] == ["980.00", "98.00", "1078.00"]


def test_a_posted_invoice_has_a_number_and_is_owed(erp: Connector, posted: Remote) -> None:
    assert posted.doc["number"].startswith("INV-")
    assert posted.doc["amount_to_pay"] == "1078.00"
    with pytest.raises(RejectedError, match="You can not call"):
        erp.act("invoice", posted.id, "post")


@BOTH
def test_a_payment_in_parts_is_a_change_of_the_invoice_each_time(
    erp: Connector, tryton: RunningErp, posted: Remote
) -> None:
    finance = tryton.person(FINANCE)
    assert posted.changed_at is not None
    finance.pay_invoice(posted.doc["number"], Decimal("78.00"))
    part = changed_since(erp, "invoice", posted.changed_at)[posted.id]
    assert (part.doc["state"], part.doc["amount_to_pay"]) == ("posted", "1000.00")
    finance.pay_invoice(posted.doc["number"])
    assert part.changed_at is not None
    paid = changed_since(erp, "invoice", part.changed_at)[posted.id]
    assert (paid.doc["state"], paid.doc["amount_to_pay"]) == ("paid", "0")
    assert paid.doc["reconciled"] is not None


def test_a_tax_that_is_not_the_products_own_is_a_question_that_finance_answers(
    erp: Connector, key: str, customer: Remote
) -> None:
    doc = bill(key, customer.id)
    doc["lines"][0]["tax_rate"] = "0.13"
    invoice = erp.create("invoice", doc)
    with pytest.raises(RejectedError, match="does not have the default taxes"):
        erp.act("invoice", invoice.id, "validate_invoice")
    assert state_of(erp, "invoice", invoice.id) == "draft"


# Movements of parts


class Parts:
    """Movements of one part between the warehouse and a van, and what lies where."""

    def __init__(self, erp: Connector, key: str, code: str = PART) -> None:
        self.erp, self.key = erp, key
        self.product = product_id(erp, code)
        self.places = {row.doc["code"]: row.id for row in (*erp.find("location", "type", "storage"),)}
        self.before = self.levels()

    def levels(self) -> dict[str, tuple[int, int]]:
        """On hand and reserved, in the warehouse and in the van."""
        found = {place: self.erp.get("stock_level", f"{self.product}@{self.places[place]}") for place in (MAIN, VAN)}
        return {
            place: (int(level.doc["quantity"]), int(level.doc["reserved"])) for place, level in found.items() if level
        }

    def moved(self) -> dict[str, tuple[int, int]]:
        """What changed since the start."""
        now = self.levels()
        return {place: tuple(a - b for a, b in zip(now[place], self.before[place], strict=True)) for place in now}  # type: ignore[misc]  # two ints

    def between(self, name: str, quantity: str, source: str = MAIN, target: str = VAN) -> str:
        ends = {"from_location": self.places[source], "to_location": self.places[target]}
        doc = {**ends, "product": self.product, "quantity": quantity}
        return self.erp.create(name, {"reference": f"{self.key}{name}", "unit": "u", **doc}).id

    def draw(self, reservation: str, quantity: str) -> None:
        seen = self.erp.get("issue", reservation)
        assert seen is not None
        self.erp.update("issue", seen, {**seen.doc, "quantity": quantity})
        assert reach(self.erp, "issue", reservation, "done") == "done"


@pytest.fixture
def parts(erp: Connector, key: str) -> Parts:
    return Parts(erp, key)


MOVES = ("reservation", "issue", "consumption", "return", "release")


@pytest.mark.proves(reads=(*MOVES, "location"), writes=MOVES)
def test_a_part_is_reserved_drawn_consumed_returned_and_the_rest_released(
    erp: Connector, parts: Parts, customer: Remote
) -> None:
    reservation = parts.between("reservation", "3")
    assert reach(erp, "reservation", reservation, "assigned") == "assigned"
    assert parts.moved() == {MAIN: (0, 3), VAN: (0, 0)}
    parts.draw(reservation, "2")
    assert parts.moved() == {MAIN: (-2, 1), VAN: (2, 0)}
    used = erp.create(
        "consumption",
        {
            "reference": parts.key,
            "from_location": parts.places[VAN],
            "customer": customer.id,
            "product": parts.product,
            "quantity": "1",
        },
    )
    assert reach(erp, "consumption", used.id, "done") == "done"
    back = parts.between("return", "1", VAN, MAIN)
    assert reach(erp, "return", back, "done") == "done"
    assert reach(erp, "release", reservation, "cancelled") == "cancelled"
    assert parts.moved() == {MAIN: (-1, 0), VAN: (0, 0)}
    documents = [doc_of(erp, name, reservation)["quantity"] for name in ("reservation", "issue", "release")]
    assert documents == ["3", "2", "1"]


def test_an_issue_of_everything_leaves_nothing_to_release(erp: Connector, parts: Parts) -> None:
    reservation = parts.between("reservation", "2")
    reach(erp, "reservation", reservation, "assigned")
    assert reach(erp, "issue", reservation, "done") == "done"
    assert doc_of(erp, "release", reservation)["quantity"] == "0"
    assert state_of(erp, "release", reservation) == "cancelled"
    assert parts.moved() == {MAIN: (-2, 0), VAN: (2, 0)}


def test_a_reservation_that_nobody_drew_is_released_whole(erp: Connector, parts: Parts) -> None:
    reservation = parts.between("reservation", "2")
    reach(erp, "reservation", reservation, "assigned")
    assert reach(erp, "release", reservation, "cancelled") == "cancelled"
    assert state_of(erp, "reservation", reservation) == "cancelled"
    assert parts.moved() == {MAIN: (0, 0), VAN: (0, 0)}


@BOTH
def test_too_little_stock_leaves_the_reservation_waiting_and_holds_nothing_back(erp: Connector, parts: Parts) -> None:
    reservation = parts.between("reservation", "999")
    assert reach(erp, "reservation", reservation, "assigned") == "waiting"
    assert "too little stock" in erp.objects()["reservation"].goals["assigned"][-1].refused
    assert parts.moved() == {MAIN: (0, 0), VAN: (0, 0)}


@BOTH
def test_a_reservation_that_had_to_wait_is_drawn_in_part_all_the_same(
    erp: Connector, tryton: RunningErp, key: str
) -> None:
    parts, stores = Parts(erp, key, "P-VALV-01"), tryton.person(STORES)
    stores.take_stock_away("P-VALV-01", MAIN, left=2)
    reservation = parts.between("reservation", "4")
    assert reach(erp, "reservation", reservation, "assigned") == "waiting"
    stores.take_stock_away("P-VALV-01", MAIN, left=5)
    assert reach(erp, "reservation", reservation, "assigned") == "assigned"
    parts.draw(reservation, "3")
    assert parts.levels() == {MAIN: (2, 1), VAN: (parts.before[VAN][0] + 3, 0)}
    reach(erp, "release", reservation, "cancelled")
    stores.take_stock_away("P-VALV-01", MAIN, left=0)


def test_a_van_cannot_give_what_it_does_not_hold(erp: Connector, parts: Parts) -> None:
    back = parts.between("return", "500", VAN, MAIN)
    assert reach(erp, "return", back, "done") == "waiting"
    assert parts.moved() == {MAIN: (0, 0), VAN: (0, 0)}


@BOTH
def test_a_draw_that_was_cut_off_between_its_two_calls_goes_on_where_it_stopped(
    erp: Connector, tryton: RunningErp, parts: Parts
) -> None:
    reservation = parts.between("reservation", "3")
    reach(erp, "reservation", reservation, "assigned")
    stores = tryton.person(STORES)
    (move,) = stores.rpc.call("stock.move.search", [["shipment", "=", f"stock.shipment.internal,{reservation}"]])
    with stores.rpc.wizard("stock.move.split", "stock.move", move) as wizard:
        wizard.execute("split", start={**wizard.form("start"), "quantity": 2.0, "count": 1})
    parts.draw(reservation, "2")
    assert parts.moved() == {MAIN: (-2, 1), VAN: (2, 0)}
    assert reach(erp, "release", reservation, "cancelled") == "cancelled"


def test_a_movement_is_never_edited(erp: Connector, parts: Parts) -> None:
    reservation = erp.get("reservation", parts.between("reservation", "2"))
    assert reservation is not None
    with pytest.raises(RejectedError, match="another quantity"):
        erp.update("reservation", reservation, {**reservation.doc, "quantity": "1"})
    assert erp.update("reservation", reservation, {**reservation.doc, "quantity": "2.0"}) == reservation


def test_what_the_warehouse_does_by_hand_is_seen_as_the_issue(erp: Connector, tryton: RunningErp, parts: Parts) -> None:
    reservation = parts.between("reservation", "1")
    reach(erp, "reservation", reservation, "assigned")
    since = erp.probe().now
    assert since is not None
    tryton.person(STORES).rpc.press("stock.shipment.internal", "do", int(reservation))
    changed = changed_since(erp, "issue", since - timedelta(seconds=1))
    assert changed[reservation].doc["state"] == "done"


# Lost calls


@BOTH
def test_an_answer_that_was_lost_leaves_one_record_to_be_found(tryton: RunningErp, key: str) -> None:
    with LossyProxy(tryton.server.port) as proxy:
        erp = connected(tryton.settings(), url=f"http://127.0.0.1:{proxy.port}")
        erp.probe()
        proxy.lose_answer_to(b"model.party.party.create")
        with pytest.raises(UnknownOutcomeError):
            erp.create("customer", party(key))
        assert len(erp.find("customer", "reference", key)) == 1


def test_a_server_killed_in_the_middle_of_a_create_leaves_none_or_one(own: RunningErp, key: str) -> None:
    erp = connected(own.settings())
    erp.create("customer", party(f"{key}0"))  # so that the next call is the write itself
    signal_to(own.server, signal.SIGSTOP)
    failures: list[BaseException] = []
    sending = threading.Thread(target=lambda: failures.append(failing(lambda: erp.create("customer", party(key)))))
    sending.start()
    sending.join(0.5)  # it waits for a server that stands still: the request is on its way
    own.server.kill()
    sending.join()
    assert isinstance(failures[0], UnknownOutcomeError)
    own.server.start()
    assert erp.find("customer", "reference", key) == []
    assert erp.create("customer", party(key)).doc["reference"] == key


def test_a_session_that_ended_is_renewed_without_a_word(own: RunningErp) -> None:
    erp = connected(own.settings())
    before = erp.get("customer", "2")
    own.server.reset()  # the log-in was not in the seed
    assert erp.get("customer", "2") == before


def signal_to(server: TrytonServer, which: signal.Signals) -> None:
    os.kill(server.pid, which)


def failing(work: Callable[[], object]) -> BaseException:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return error
    raise AssertionError("it did not fail")


def test_several_threads_share_a_connector(erp: Connector, key: str) -> None:
    made: list[Remote] = []
    names = [f"{key[:-1]}{place}" for place in range(4)]
    threads = [threading.Thread(target=lambda n=name: made.append(erp.create("customer", party(n)))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: Sequence[Remote] = [one for name in names for one in erp.find("customer", "reference", name)]
    assert sorted(one.id for one in found) == sorted(one.id for one in made)
    assert len(found) == len(names)
