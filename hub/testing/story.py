"""The story of the README, played by HTTP against a running hub and a real ERP.

From a ringing telephone to a paid invoice: each step is done by the person whose work it is, and names the record on
both sides.
"""

import secrets
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.domain.documents import Doc
from hub.testing.console_user import ConsoleError, ConsoleUser
from hub.testing.staff import PART, SYMPTOM
from hub.testing.tryton.person import ErpPerson

CALLER, CALLED = "13812345678", "02158881188"
MAIN, VAN = "STO", "VAN-LI"
RESERVED, DRAWN, USED = "3", "2", "1"

Tell = Callable[[str, str], None]


@dataclass
class Story:
    """The people, and what the story has made so far; ``between`` is called before each step, for tests to disturb."""

    people: Mapping[str, ConsoleUser]
    hook: str
    stores: ErpPerson
    finance: ErpPerson
    tell: Tell
    between: Callable[[str], None] = lambda _step: None
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    ticket: Doc = field(default_factory=dict)
    visit: Doc = field(default_factory=dict)
    invoice: Doc = field(default_factory=dict)
    documents: dict[str, Doc] = field(default_factory=dict)
    stock_before: dict[str, int] = field(default_factory=dict)

    def play(self) -> bool:
        """Every step in its order; whether hub and ERP agree in the end."""
        for step in self.steps():
            self.between(step.__name__)
            step()
        return self.agrees()

    def steps(self) -> Iterator[Callable[[], None]]:
        """What happens, in order."""
        yield self.ring
        yield self.answer
        yield self.confirm
        yield self.dispatch
        yield self.reserve
        yield self.hand_out
        yield self.travel
        yield self.work
        yield self.use_parts
        yield self.finish
        yield self.charge
        yield self.bill
        yield self.follow_up
        yield self.close
        yield self.pay
        yield self.change_telephone_there
        yield self.change_telephone_here

    # The call

    def report(self, event: str, **more: str) -> None:
        """The telephone system reports; it reports everything twice, as real ones do."""
        facts = {"event": event, "callId": self.call_id, "from": CALLER, "to": CALLED, "direction": "in", **more}
        for _ in range(2):
            self.people["agent"].hook(self.hook, facts)

    def ring(self) -> None:
        """A call rings; the agent's screen shows the customer."""
        self.stock_before = {place: self.stores.stock_of(PART, place) for place in (MAIN, VAN)}
        self.report("newCall")
        call = self.people["agent"].one("calls", call_id=self.call_id)
        customer = self.people["agent"].get(f"customers/{call['customer_id']}")
        orders = self.people["agent"].items("sales_orders", customer_id=customer["id"])
        bills = self.people["agent"].items("invoices", customer_id=customer["id"])
        self.tell("ringing", f"{customer['name']}, {len(orders)} orders and {len(bills)} invoices from the ERP")

    def answer(self) -> None:
        """The agent answers: a draft ticket opens."""
        self.report("answer", answeringNumber="801")
        call = self.people["agent"].one("calls", call_id=self.call_id)
        self.ticket = self.people["agent"].get(f"tickets/{call['ticket_id']}")
        self.tell("answered", f"draft {self.ticket['number']}")

    def confirm(self) -> None:
        """The agent confirms asset and fault; the clocks start, from the first ring."""
        call = self.people["agent"].one("calls", call_id=self.call_id)
        asset = self.people["agent"].one("assets", customer_id=call["customer_id"])
        about = {"customer_id": call["customer_id"], "asset_ids": [asset["id"]], "site_id": asset["site_id"]}
        fault = {"symptom": SYMPTOM, "symptom_text": "机房空调不制冷，滤网报警"}
        self.ticket = self.people["agent"].post(
            f"calls/{call['id']}/confirm", **about, subject="机房空调不制冷 No cooling", priority="p2", fault=fault
        )
        self.report("hangup", cause="normalClearing")
        due = next(entry["due_at"] for entry in self.ticket["sla"]["targets"] if entry["target"] == "resolution")
        self.tell("confirmed", f"{self.ticket['number']} is {self.ticket['status']}, to be solved by {due}")

    # Dispatch and parts

    def dispatch(self) -> None:
        """The dispatcher sends the technician whom rules and scores put first."""
        technician = self.people["dispatcher"].one("technicians", user_name="li.wei")
        self.ticket = self.people["dispatcher"].post(
            f"tickets/{self.ticket['id']}/assign", technician_id=technician["id"]
        )
        self.visit = self.people["dispatcher"].get(f"visits/{self.ticket['assignment']['visit_id']}")
        told = self.ticket["assignment"]["explanation"]
        best = next(entry for entry in told if entry["technician_id"] == technician["id"])
        self.tell(
            "assigned", f"{technician['name']}, score {best.get('total', '-')} of {len(told)} candidates explained"
        )

    def reserve(self) -> None:
        """The part that the fault needs is requested, approved, and reserved in the ERP."""
        part = self.people["dispatcher"].one("parts", sku=PART)
        request = self.people["dispatcher"].post(
            f"tickets/{self.ticket['id']}/request_part", part_id=part["id"], quantity=RESERVED
        )
        made = self.people["warehouse"].post(f"part_requests/{request['id']}/approve")
        self.documents["reservation"] = self.done("reservations", made)
        self.tell("reserved", f"{RESERVED} x {PART}: ERP shipment {self.documents['reservation']['remote_number']}")

    def hand_out(self) -> None:
        """Before departure the warehouse hands out what is drawn."""
        made = self.people["warehouse"].post(
            f"reservations/{self.documents['reservation']['id']}/issue", quantity=DRAWN
        )
        self.documents["issue"] = self.done("issues", made)
        self.tell("issued", f"{DRAWN} of {RESERVED}: now {self.stores.stock_of(PART, VAN)} in {VAN} of the ERP")

    def done(self, plural: str, made: Doc) -> Doc:
        """Wait until the ERP has done a document; what it refuses is said."""
        told = self.people["warehouse"].until(
            "done in the ERP", f"{plural}/{made['id']}", lambda doc: doc["state"] in {"done", "refused"}
        )
        if told["state"] == "refused":
            raise ConsoleError(told["error"])
        return told

    # The visit

    def travel(self) -> None:
        """The technician accepts, travels and checks in."""
        for name in ("accept", "depart"):
            self.do(name)
        self.do("check_in", place={"lat": 31.2301, "lon": 121.5302, "accuracy_m": 12})
        self.tell("on site", f"{self.ticket_now()['number']} is {self.ticket['status']}")

    def work(self) -> None:
        """The procedure is followed: photo, reading, findings."""
        self.do("answer", step="safety", value=True)
        photo = self.evidence("photo", "before_photo")
        self.do("answer", step="before_photo", evidence_ids=[photo["id"]])
        for step, value in (("finding", "faulty"), ("finding_text", "滤芯堵塞"), ("pressure", "0.72")):
            self.do("answer", step=step, value=value)
        self.tell("procedure", f"6 steps answered, photo {photo['sha256'][:12]}, pressure 0.72 MPa")

    def use_parts(self) -> None:
        """One part is used, the other goes back, what was not drawn is released."""
        part = self.people["li.wei"].one("parts", sku=PART)
        used = self.do("consume_part", part_id=part["id"], quantity=USED)
        self.documents["consumption"] = self.done("consumptions", used)
        self.do("answer", step="used_part", value=PART)
        back = self.do("return_part", part_id=part["id"], quantity=str(int(DRAWN) - int(USED)))
        self.documents["return"] = self.done("returns", back)
        freed = self.people["warehouse"].post(f"reservations/{self.documents['reservation']['id']}/release")
        self.documents["release"] = self.done("releases", freed)
        numbers = ", ".join(f"{name} {doc.get('remote_number')}" for name, doc in self.documents.items())
        self.tell(
            "parts",
            f"ERP: {numbers}; {MAIN} {self.stores.stock_of(PART, MAIN)}, {VAN} {self.stores.stock_of(PART, VAN)}",
        )

    def finish(self) -> None:
        """The customer signs; the work is finished, the ticket completed."""
        signature = self.evidence("signature", "signature")
        self.do("sign", evidence_id=signature["id"], signed_by="王芳")
        fault = {"cause": "clogged_filter", "remedy": "replaced_part", "remedy_text": "更换滤芯"}
        self.do("finish", fault=fault, travel_km="18.5")
        self.tell("finished", f"{self.ticket_now()['number']} is {self.ticket['status']}")

    def do(self, name: str, **values: Any) -> Doc:
        """The technician moves the visit on."""
        return self.people["li.wei"].post(f"visits/{self.visit['id']}/{name}", **values)

    def evidence(self, kind: str, step: str) -> Doc:
        """A picture of its own, kept and put into the visit."""
        data = picture(secrets.randbelow(2**24))
        kept = self.people["li.wei"].upload(data)
        return self.do("add_evidence", kind=kind, step=step, **kept)

    def ticket_now(self) -> Doc:
        """The ticket as it is now."""
        self.ticket = self.people["dispatcher"].get(f"tickets/{self.ticket['id']}")
        return self.ticket

    # The money

    def charge(self) -> None:
        """The charges that the rules worked out are reviewed and confirmed."""
        lines = self.people["finance"].items("charges", ticket_id=self.ticket["id"])
        self.people["finance"].post(f"tickets/{self.ticket['id']}/confirm_charges")
        total = sum((Decimal(line["gross"]) for line in lines), Decimal(0))
        self.tell("charges", ", ".join(f"{line['code']} {line['net']}" for line in lines) + f": {total} CNY with tax")

    def bill(self) -> None:
        """The invoice is written, and posted by the ERP; number and state come back."""
        made = self.people["finance"].post(f"tickets/{self.ticket['id']}/invoice_charges")
        self.invoice = self.people["finance"].until(
            "issued by the ERP", f"invoices/{made['id']}", lambda doc: doc["state"] == "issued" and "number" in doc
        )
        self.tell("invoiced", f"ERP invoice {self.invoice['number']}, {self.invoice['totals']['gross']} CNY")

    def follow_up(self) -> None:
        """The agent asks how it went."""
        self.ticket = self.people["agent"].post(
            f"tickets/{self.ticket['id']}/record_follow_up", outcome="answered", channel="phone", score=5, solved=True
        )
        self.tell("follow-up", "answered, 5 of 5")

    def close(self) -> None:
        """Evidence, settlement and follow-up are there: the ticket closes."""
        self.ticket = self.people["agent"].post(f"tickets/{self.ticket['id']}/close")
        gates = ", ".join(f"{gate['gate']} {gate['state']}" for gate in self.ticket["gates"])
        self.tell("closed", f"{self.ticket['number']}: {gates}")

    def pay(self) -> None:
        """Finance pays in the ERP; the hub hears of it, and the loop is closed."""
        self.finance.rpc.refresh_context()
        self.finance.pay_rest(self.invoice["number"])
        self.ticket = self.people["finance"].until(
            "paid", f"tickets/{self.ticket['id']}", lambda doc: "loop_closed_at" in doc
        )
        self.tell(
            "paid", f"{self.invoice['number']} is paid in the ERP; loop closed at {self.ticket['loop_closed_at']}"
        )

    # Both directions

    def change_telephone_there(self) -> None:
        """A telephone number changed in the ERP arrives in the hub."""
        number = self.party_phone(f"+861380000{secrets.randbelow(10**4):04d}")
        self.tell("ERP to hub", f"mobile {number} arrived")

    def party_phone(self, number: str) -> str:
        """Change the number there and wait for it here."""
        self.stores.change_phone(self.party(), number)
        self.people["finance"].until(
            "told", f"customers/{self.ticket['customer_id']}", lambda doc: doc.get("phone") == number
        )
        return number

    def change_telephone_here(self) -> None:
        """One changed in the hub arrives in the ERP."""
        number = f"+86{CALLER}"
        self.people["agent"].patch(f"customers/{self.ticket['customer_id']}", phone=number)
        self.people["agent"].wait(
            "the ERP to know the number",
            lambda: {} if self.stores.phone_of(self.party()).replace(" ", "") == number else None,
        )
        self.tell("hub to ERP", f"mobile {number} arrived")

    def party(self) -> int:
        """The customer's id in the ERP, by its name."""
        name = self.people["finance"].get(f"customers/{self.ticket['customer_id']}")["name"]
        return self.stores.rpc.one("party.party", [["name", "=", name]])

    # The end

    def table(self) -> list[tuple[str, str, str]]:
        """What, in the hub, in the ERP."""
        bill = self.finance.rpc.read(
            "account.invoice",
            self.finance.rpc.one("account.invoice", [["reference", "=", self.invoice["id"]]]),
            "number", "state", "untaxed_amount", "tax_amount", "total_amount",
        )  # fmt: skip
        invoice = self.people["finance"].get(f"invoices/{self.invoice['id']}")
        lines = self.people["finance"].items("charges", ticket_id=self.ticket["id"])
        rows = [
            ("invoice number", invoice["number"], bill["number"]),
            ("invoice net", invoice["totals"]["net"], str(bill["untaxed_amount"])),
            ("invoice tax", invoice["totals"]["tax"], str(bill["tax_amount"])),
            ("invoice gross", invoice["totals"]["gross"], str(bill["total_amount"])),
            (
                "charges gross",
                str(sum((Decimal(line["gross"]) for line in lines), Decimal(0))),
                str(bill["total_amount"]),
            ),
            ("payment", invoice["payment"]["status"], bill["state"]),
        ]
        for place, moved in ((MAIN, -int(USED)), (VAN, 0)):
            there = self.stores.stock_of(PART, place)
            rows.append((f"stock {place}", str(self.stock_before[place] + moved), str(there)))
        rows += [(f"{name}s", "1", str(self.count(name))) for name in SHIPMENTS]
        return rows

    def count(self, name: str) -> int:
        """How many documents of the ERP carry our key."""
        prefix, model = SHIPMENTS[name]
        document = self.documents[OWNER.get(name, name)]
        found: list[int] = self.stores.rpc.call(f"{model}.search", [["reference", "=", f"{prefix}{document['id']}"]])
        return len(found)

    def agrees(self) -> bool:
        """Whether both sides say the same."""
        return all(here == there for _, here, there in self.table())


SHIPMENTS = {
    "reservation": ("RES-", "stock.shipment.internal"),
    "issue": ("RES-", "stock.shipment.internal"),
    "release": ("RES-", "stock.shipment.internal"),
    "consumption": ("CON-", "stock.shipment.out"),
    "return": ("RET-", "stock.shipment.internal"),
}
OWNER = {"issue": "reservation", "release": "reservation"}  # they act on the reservation's shipment


def picture(colour: int) -> bytes:
    """A small PNG of one colour."""
    width = height = 16
    row = b"\0" + colour.to_bytes(3, "big") * width
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
