"""Odoo on its three wires: the contract of every connector, and Odoo's own ways; the same objects on each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError, RetryableError, UnknownOutcomeError
from hub.files.connectors import ConnectorFile, load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from hub.testing.twin.twin import serving
from hub.testing.twins.odoo import Odoo
from hub.testing.twins.odoo_xmlrpc import OdooBefore19

FILES = Path(__file__).parents[2] / "connectors"
JSON_RPC = Path(__file__).parent / "odoo_jsonrpc.yaml"


@dataclass(frozen=True)
class Wire:
    """One of the ways to speak to Odoo."""

    file: Path
    twin: type[Odoo]

    @property
    def declared(self) -> ConnectorFile:
        return load_connector(self.file)

    def connected(self, url: str, **other: Any) -> Connector:
        told = self.declared
        settings = {**self.twin.settings, **self.twin.secrets, "language": "en_US", "url": url, **other}
        setup = Setup("erp", settings, told.objects, told.remote, told.connection)
        made: Connector = import_module(told.module).connect(setup)
        return made


WIRES: Mapping[str, Wire] = {
    "json2": Wire(FILES / "odoo.yaml", Odoo),
    "xmlrpc": Wire(FILES / "odoo_xmlrpc.yaml", OdooBefore19),
    "jsonrpc": Wire(JSON_RPC, OdooBefore19),
}


PRODUCTS = {"json2": "odoo", "xmlrpc": "odoo_xmlrpc"}  # the third wire is of no shipped connector file
PARAMS = [
    pytest.param(name, marks=[pytest.mark.proves(product=PRODUCTS[name])] if name in PRODUCTS else []) for name in WIRES
]


@pytest.fixture(scope="module", params=PARAMS)
def wire(request: pytest.FixtureRequest) -> Wire:
    return WIRES[request.param]


@pytest.fixture
def twin(wire: Wire) -> Odoo:
    return wire.twin()


@pytest.fixture
def odoo(wire: Wire, url: str) -> Connector:
    return wire.connected(url)


def partner(key: str) -> Doc:
    return {
        "x_tickethub_ref": key,
        "name": "Dongfang Clinic <东方诊所> & Co",
        "vat": "91310115MA1K3XQ27V",
        "phone": "+86 135 1111 2222",
        "lang": "zh_CN",
        "email": None,
    }


def bill(key: str, partner_id: str, kind: str = "out_invoice") -> Doc:
    lines = (("L1", "CALL-OUT", "1", "150"), ("L2", "LABOUR", "1.5", "180.1"))
    return {
        "x_tickethub_ref": key,
        "move_type": kind,
        "partner_id": partner_id,
        "currency_id": "CNY",
        "invoice_line_ids": [
            {"x_tickethub_ref": line, "product_id": code, "name": code, "quantity": count, "price_unit": price}
            for line, code, count, price in lines
        ],
    }


class OdooContract(ConnectorContract):
    @pytest.fixture
    def connector(self, odoo: Connector) -> Connector:
        return odoo

    @pytest.fixture
    def unreachable(self, wire: Wire) -> Connector:
        return wire.connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, wire: Wire, url: str) -> Connector:
        return wire.connected(url, api_key="another")


class TestCustomer(OdooContract):
    name = "customer"

    def document(self, key: str) -> Doc:
        return partner(key)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "phone": None, "email": "desk@dongfang.example"}

    def refused(self, key: str) -> Doc:
        return {**partner(key), "lang": "tlh_KX"}


class TestInvoice(OdooContract):
    name = "invoice"

    @pytest.fixture(autouse=True)
    def customer(self, odoo: Connector, key: str) -> None:
        self.partner = odoo.create("customer", partner(f"{key}C")).id

    def document(self, key: str) -> Doc:
        return bill(key, self.partner)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "ref": "Visit, corrected 上门服务（更正）"}

    def refused(self, key: str) -> Doc:
        return {**bill(key, self.partner), "partner_id": "999999"}


class TestCreditNote(TestInvoice):
    def document(self, key: str) -> Doc:
        return bill(key, self.partner, "out_refund")


@pytest.fixture
def customer(odoo: Connector) -> Remote:
    return odoo.create("customer", partner("C1"))


def changed_since(odoo: Connector, name: str, since: datetime) -> dict[str, Remote]:
    found: dict[str, Remote] = {}
    after: str | None = None
    while True:
        page = odoo.changes(name, since=since, until=datetime.now(UTC) + timedelta(seconds=5), after=after)
        found |= {record.id: record for record in page.records}
        if (after := page.after) is None:
            return found


ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


def test_both_shipped_files_declare_the_same_objects_in_the_same_words() -> None:
    """One set of mappings serves both: what differs is how a call is made, and what only older ones ask for."""
    calls = ("create", "feeds", "get", "many", "find", "update", "act")
    told = [
        {
            name: {key: value for key, value in remote.items() if key not in calls or value is None}
            for name, remote in load_connector(FILES / f"{name}.yaml").remote.items()
        }
        for name in ("odoo", "odoo_xmlrpc")
    ]
    assert told[0] == told[1]
    specs = [load_connector(FILES / f"{name}.yaml").objects for name in ("odoo", "odoo_xmlrpc")]
    assert specs[0] == specs[1]


@pytest.mark.proves(reads=("customer", "contact"))
def test_a_contact_is_a_partner_below_a_customer_and_an_address_is_neither(odoo: Connector) -> None:
    customers = {one.doc["name"] for one in changed_since(odoo, "customer", ALWAYS).values()}
    contacts = changed_since(odoo, "contact", ALWAYS).values()
    assert customers == {"Huaxin Electronics 华信电子"}
    assert [one.doc["name"] for one in contacts] == ["Wang Fang 王芳"]


def test_nothing_is_none_and_a_reference_is_an_id(odoo: Connector) -> None:
    (huaxin,) = changed_since(odoo, "customer", ALWAYS).values()
    (contact,) = changed_since(odoo, "contact", ALWAYS).values()
    assert (huaxin.doc["phone"], huaxin.doc["is_company"]) == (None, True)
    assert contact.doc["parent_id"] == huaxin.id


def test_an_archived_customer_is_still_a_change(odoo: Connector, twin: Odoo, customer: Remote) -> None:
    twin.orm.call("res.partner", "write", [int(customer.id)], {"vals": {"active": False}})
    assert changed_since(odoo, "customer", ALWAYS)[customer.id].doc["active"] is False


def test_a_price_changed_on_the_template_is_a_change_of_the_product(odoo: Connector, twin: Odoo) -> None:
    (fan,) = odoo.find("part", "default_code", "P-FAN-01")
    (template,) = [row for row in twin.rows.of("product.template") if row.doc["name"].startswith("Fan")]
    assert fan.changed_at is not None
    twin.rows.clock = lambda: datetime.now(UTC) + timedelta(seconds=3)
    twin.orm.call("product.template", "write", [int(template.id)], {"vals": {"list_price": 333.3}})
    changed = changed_since(odoo, "part", fan.changed_at + timedelta(seconds=2))
    assert {one.doc["lst_price"] for one in changed.values()} == {"333.3"}


@pytest.mark.proves(reads=("part", "product"))
def test_services_are_products_and_no_parts(odoo: Connector) -> None:
    assert {one.doc["default_code"] for one in changed_since(odoo, "part", ALWAYS).values()} == {
        "P-CTRL-01",
        "P-FAN-01",
    }
    assert len(changed_since(odoo, "product", ALWAYS)) == 4


@pytest.mark.proves(reads="stock_level")
def test_stock_is_told_for_internal_locations_alone(odoo: Connector) -> None:
    levels = changed_since(odoo, "stock_level", ALWAYS).values()
    assert sorted(one.doc["quantity"] for one in levels) == ["12.0", "2.0"]
    assert {one.doc["reserved_quantity"] for one in levels} == {"1.0"}


@pytest.mark.proves(reads="sales_order")
def test_an_order_is_read_and_never_written(odoo: Connector) -> None:
    (order,) = changed_since(odoo, "sales_order", ALWAYS).values()
    assert (order.doc["amount_total"], order.doc["currency_id"]) == ("632.8", "CNY")
    assert order.doc["date_order"] == "2026-01-31"
    with pytest.raises(RejectedError):
        odoo.update("sales_order", order, {**order.doc, "state": "cancel"})


@pytest.mark.proves(reads=("invoice", "payment"), writes="invoice")
def test_an_invoice_is_made_in_one_call_and_posted_by_its_goal(odoo: Connector, twin: Odoo, customer: Remote) -> None:
    invoice = odoo.create("invoice", bill("B1", customer.id))
    assert (invoice.doc["state"], invoice.doc["name"], invoice.doc["amount_untaxed"]) == ("draft", None, "420.15")
    (step,) = odoo.objects()["invoice"].goals["posted"]
    odoo.act("invoice", invoice.id, step.action)
    posted = odoo.get("invoice", invoice.id)
    assert posted is not None
    assert (posted.doc["state"], posted.doc["payment_state"]) == ("posted", "not_paid")
    assert posted.doc["name"].startswith("INV/")
    twin.orm.pay(int(invoice.id), "20.15")
    (payment,) = changed_since(odoo, "payment", ALWAYS).values()
    assert (payment.doc["amount"], payment.doc["invoice_id"]) == ("20.15", invoice.id)
    part = changed_since(odoo, "invoice", ALWAYS)[invoice.id]
    assert part.doc["payment_state"] == "partial"


@pytest.mark.proves(reads="invoice", writes="invoice")
def test_a_credit_note_is_a_move_of_its_own_type_with_sums_above_nothing(odoo: Connector, customer: Remote) -> None:
    note = odoo.create("invoice", bill("N1", customer.id, "out_refund"))
    odoo.act("invoice", note.id, "action_post")
    posted = changed_since(odoo, "invoice", ALWAYS)[note.id]
    assert (posted.doc["move_type"], posted.doc["amount_untaxed"]) == ("out_refund", "420.15")
    assert posted.doc["name"].startswith("RINV/")
    assert [one.id for one in odoo.find("invoice", "x_tickethub_ref", "N1")] == [note.id]


def test_what_finance_has_beside_invoices_and_credit_notes_is_none(odoo: Connector, twin: Odoo) -> None:
    """Bills of suppliers and entries stand in the same table."""
    (entry,) = twin.orm.call("account.move", "create", [], {"vals_list": [{"move_type": "in_refund"}]})
    assert odoo.get("invoice", str(entry)) is None
    assert changed_since(odoo, "invoice", ALWAYS) == {}


@pytest.mark.parametrize("kind", ["out_invoice", "out_refund"])
def test_a_sum_below_nothing_is_not_posted(odoo: Connector, customer: Remote, kind: str) -> None:
    doc = bill("N2", customer.id, kind)
    for line in doc["invoice_line_ids"]:
        line["price_unit"] = f"-{line['price_unit']}"
    note = odoo.create("invoice", doc)
    with pytest.raises(RejectedError, match="negative total"):
        odoo.act("invoice", note.id, "action_post")


def test_a_posted_invoice_is_not_posted_again(odoo: Connector, customer: Remote) -> None:
    invoice = odoo.create("invoice", bill("B2", customer.id))
    odoo.act("invoice", invoice.id, "action_post")
    with pytest.raises(RejectedError, match="not in draft"):
        odoo.act("invoice", invoice.id, "action_post")


def test_a_product_that_nobody_knows_is_refused_before_anything_is_written(odoo: Connector, customer: Remote) -> None:
    doc = bill("B3", customer.id)
    doc["invoice_line_ids"][0]["product_id"] = "NO-SUCH"
    with pytest.raises(RejectedError):
        odoo.create("invoice", doc)
    assert odoo.find("invoice", "x_tickethub_ref", "B3") == []


def test_what_was_rolled_back_in_the_end_is_tried_again_later(odoo: Connector, twin: Odoo) -> None:
    """Odoo repeats a method by itself; when it gives up, nothing was done."""
    twin.rolled_back = 1
    with pytest.raises(RetryableError):
        odoo.create("customer", partner("R1"))
    assert odoo.find("customer", "x_tickethub_ref", "R1") == []
    assert odoo.create("customer", partner("R1")).doc["x_tickethub_ref"] == "R1"


@pytest.mark.parametrize("how", ["lost", "broken", "error", "late"])
def test_a_lost_answer_leaves_one_record_to_be_found(odoo: Connector, twin: Odoo, wire: Wire, how: str) -> None:
    odoo.get("customer", "1")  # logged in
    twin.faults.plan(how, path="create" if wire.file != JSON_RPC else "jsonrpc")
    with pytest.raises(UnknownOutcomeError):
        odoo.create("customer", partner("L1"))
    twin.faults.go_on()
    assert len(odoo.find("customer", "x_tickethub_ref", "L1")) == 1


def test_a_create_that_the_server_ran_twice_is_seen_as_two(odoo: Connector, twin: Odoo, wire: Wire) -> None:
    """odoo/odoo#65876: nothing over there makes our key unique, so the look-up tells both and a person decides."""
    odoo.get("customer", "1")
    twin.faults.plan("twice", path="create" if wire.file != JSON_RPC else "jsonrpc")
    made = odoo.create("customer", partner("T1"))
    found = [one.id for one in odoo.find("customer", "x_tickethub_ref", "T1")]
    assert len(found) == 2
    assert made.id in found


STOCKED = {"json2": "odoo", "xmlrpc": "odoo_xmlrpc"}  # the third wire declares no transfers
MOVEMENTS = ("reservation", "issue", "release", "consumption", "return")


@dataclass
class Yard:
    """A system whose main location has twelve boards, one of them promised, and a van with two, one promised."""

    odoo: Connector
    twin: Odoo

    def place(self, code: str) -> str:
        (found,) = [one for one in self.twin.rows.of("stock.location") if one.doc["barcode"] == code]
        return found.id

    def doc(self, key: str, quantity: str = "5", *, back: bool = False) -> Doc:
        (part,) = self.odoo.find("part", "default_code", "P-CTRL-01")
        main, van = self.place("STO"), self.place("VAN-LI")
        ends = {"from": van, "to": main} if back else {"from": main, "to": van}
        return {"key": key, "product": part.id, "product_uom_qty": quantity, **ends}

    def used(self, key: str, quantity: str, customer: str | None = None) -> Doc:
        doc = self.doc(key, quantity, back=True)
        del doc["to"]
        return {**doc, "customer": customer}

    def press(self, name: str, remote_id: str, goal: str) -> str:
        """Take the steps of a goal as the hub does, until there is none; gives the state in which that ends."""
        steps = {step.when: step for step in self.odoo.objects()[name].goals[goal]}
        while (step := steps.get(before := self.state(name, remote_id))) is not None:
            self.odoo.act(name, remote_id, step.action)
            if self.state(name, remote_id) == before or step.gives_back:
                break
        return self.state(name, remote_id)

    def state(self, name: str, remote_id: str) -> str:
        found = self.odoo.get(name, remote_id)
        assert found is not None
        return str(found.doc["state"])

    def level(self, code: str) -> tuple[float, float]:
        place = int(self.place(code))
        (quant,) = [one for one in self.twin.rows.of("stock.quant") if one.doc["location_id"] == place]
        return quant.doc["quantity"], quant.doc["reserved_quantity"]

    def manually(self) -> None:
        for one in self.twin.rows.of("stock.picking.type"):
            self.twin.rows.change("stock.picking.type", one.id, {"reservation_method": "manual"})


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.proves(product=product, reads=MOVEMENTS, writes=MOVEMENTS))
        for name, product in STOCKED.items()
    ]
)
def yard(request: pytest.FixtureRequest) -> Iterator[Yard]:
    wire = WIRES[request.param]
    twin = wire.twin()
    with serving(twin) as url:
        yield Yard(wire.connected(url), twin)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_part_is_reserved_drawn_used_and_brought_back(yard: Yard, *, by_hand: bool) -> None:
    """An operation type reserves when a transfer is confirmed, or when somebody asks for it."""
    if by_hand:
        yard.manually()
    reserved = yard.odoo.create("reservation", yard.doc("R1"))
    assert (reserved.doc["state"], reserved.doc["number"]) == ("draft", "R1")
    assert yard.press("reservation", reserved.id, "assigned") == "assigned"
    assert yard.level("STO") == (12.0, 6.0)
    assert yard.press("issue", reserved.id, "done") == "done"
    assert (yard.level("STO"), yard.level("VAN-LI")) == ((7.0, 1.0), (7.0, 1.0))

    used = yard.odoo.create("consumption", yard.used("C1", "3"))
    assert yard.press("consumption", used.id, "done") == "done"
    back = yard.odoo.create("return", yard.doc("B1", "2", back=True))
    assert yard.press("return", back.id, "done") == "done"
    assert (yard.level("STO"), yard.level("VAN-LI")) == ((9.0, 1.0), (2.0, 1.0))
    told = {name: set(changed_since(yard.odoo, name, ALWAYS)) for name in MOVEMENTS}
    assert told["reservation"] == told["issue"] == told["release"] == {reserved.id}
    assert (told["consumption"], told["return"]) == ({used.id}, {back.id})


def test_what_is_kept_back_in_part_alone_is_given_back(yard: Yard) -> None:
    reserved = yard.odoo.create("reservation", yard.doc("R1", "12"))
    assert yard.press("reservation", reserved.id, "assigned") == "confirmed"
    assert yard.level("STO") == (12.0, 1.0)


def test_less_is_drawn_than_was_reserved_and_the_rest_is_free_at_once(yard: Yard) -> None:
    reserved = yard.odoo.create("reservation", yard.doc("R1"))
    yard.press("reservation", reserved.id, "assigned")
    issue = yard.odoo.get("issue", reserved.id)
    assert issue is not None
    drawn = yard.odoo.update("issue", issue, {**issue.doc, "quantity": "3"})
    assert (drawn.doc["quantity"], drawn.doc["state"]) == ("3.0", "partially_available")
    assert yard.press("issue", reserved.id, "done") == "done"
    assert (yard.level("STO"), yard.level("VAN-LI")) == ((9.0, 1.0), (5.0, 1.0))
    assert len(yard.twin.rows.of("stock.picking")) == 1
    assert [one.doc["state"] for one in changed_since(yard.odoo, "issue", ALWAYS).values()] == ["done"]
    assert [one.id for one in yard.odoo.find("reservation", "key", "R1")] == [reserved.id]


@pytest.mark.parametrize("how", ["taken back", "handed out already"])
def test_nothing_is_drawn_by_force(yard: Yard, how: str) -> None:
    """Odoo would take a quantity that nobody kept back, and change one that has been moved."""
    reserved = yard.odoo.create("reservation", yard.doc("R1"))
    yard.press("reservation", reserved.id, "assigned")
    button = "do_unreserve" if how == "taken back" else "button_validate"
    yard.twin.orm.call("stock.picking", button, [int(reserved.id)], {})
    before = yard.level("STO")
    issue = yard.odoo.get("issue", reserved.id)
    assert issue is not None
    with pytest.raises(RejectedError, match="must not be changed"):
        yard.odoo.update("issue", issue, {**issue.doc, "quantity": "3"})
    assert yard.level("STO") == before


def test_a_release_gives_back_what_was_reserved(yard: Yard) -> None:
    reserved = yard.odoo.create("reservation", yard.doc("R1"))
    yard.press("reservation", reserved.id, "assigned")
    assert yard.press("release", reserved.id, "cancel") == "cancel"
    assert yard.level("STO") == (12.0, 1.0)


def test_no_question_to_people_keeps_a_used_part_from_being_delivered(yard: Yard) -> None:
    """Odoo asks about text messages to customers with a telephone, and does nothing until somebody answers."""
    customer = yard.odoo.create("customer", partner("C9"))
    used = yard.odoo.create("consumption", yard.used("C1", "1", customer.id))
    assert yard.press("consumption", used.id, "done") == "done"


def test_a_transfer_of_somebody_else_is_none_of_ours(yard: Yard) -> None:
    ends = {"location_id": int(yard.place("STO")), "location_dest_id": int(yard.place("VAN-LI"))}
    values = {"picking_type_id": 1, **ends, "move_ids": []}
    (other,) = yard.twin.orm.call("stock.picking", "create", [], {"vals_list": [values]})
    assert yard.odoo.get("reservation", str(other)) is None
    assert changed_since(yard.odoo, "reservation", ALWAYS) == {}


def test_a_create_that_the_server_ran_twice_is_one_transfer(yard: Yard) -> None:
    """A name is taken once, so that the second run is refused; what became of the first is looked up."""
    yard.odoo.get("customer", "1")
    yard.twin.faults.plan("twice", path="stock.picking/create")
    with pytest.raises(UnknownOutcomeError):
        yard.odoo.create("reservation", yard.doc("T1"))
    assert len(yard.odoo.find("reservation", "key", "T1")) == 1
    assert len(yard.twin.rows.of("stock.picking")) == 1
