"""One line of money owed: the key that makes it unique, its amounts, and the credit that takes it back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from hub.domain.documents import Doc
from hub.domain.money import Money, total
from hub.domain.quantity import EXACT
from hub.domain.reasons import Reason


@dataclass(frozen=True)
class Source:
    """What a line comes from: a visit, a consumption, the ticket; ``part`` tells entries of one source apart."""

    entity: str
    id: str
    part: str = ""


@dataclass(frozen=True)
class Cover:
    """Who pays (none, warranty, contract, goodwill), by which record, why, and the net without it."""

    by: str
    why: Reason
    list_net: Money
    record_id: str | None = None


@dataclass(frozen=True)
class ChargeLine:
    """A charge, or the credit that takes one back. ``rate`` is the list price, ``unit_price`` what remains of it."""

    ticket_id: str
    source: Source
    code: str
    category: str
    description: str
    rule: str
    rule_version: int
    quantity: Decimal
    unit: str
    rate: Decimal
    discount_percent: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    net: Money
    tax: Money
    gross: Money
    cover: Cover
    explanation: tuple[Reason, ...]
    at: datetime
    customer_id: str | None = None
    part_id: str | None = None
    revision: int = 1
    kind: str = "charge"

    @property
    def obligation(self) -> str:
        """The key of what makes it due: ticket, source and code."""
        source = ":".join(filter(None, (self.source.entity, self.source.id, self.source.part)))
        return f"{self.ticket_id}/{source}/{self.code}"

    @property
    def id(self) -> str:
        """The id that its key makes: a second insert of the same line collides."""
        return line_id(self.obligation, self.revision, self.kind)

    def same_money(self, other: "ChargeLine") -> bool:
        """Whether both charge the same; how tax of a whole invoice was shared among its lines does not count."""
        return (self.quantity, self.unit_price, self.tax_rate, self.net) == (
            other.quantity,
            other.unit_price,
            other.tax_rate,
            other.net,
        )

    def credit(self, revision: int) -> "ChargeLine":
        """The line that takes this one back, to the cent."""
        return replace(
            self,
            kind="credit",
            revision=revision,
            rate=EXACT.minus(self.rate),
            unit_price=EXACT.minus(self.unit_price),
            net=-self.net,
            tax=-self.tax,
            gross=-self.gross,
            cover=replace(self.cover, list_net=-self.cover.list_net),
        )


def line_id(obligation: str, revision: int, kind: str) -> str:
    """The id of a charge, from its key."""
    return sha256(f"{obligation}#{revision}#{kind}".encode()).hexdigest()[:32]


ENDED = frozenset({"credited", "withdrawn"})


def is_active(charge: Doc) -> bool:
    """Whether a charge document counts: neither withdrawn nor taken back, and no credit itself."""
    return charge["state"] not in ENDED and charge.get("kind") != "credit"


def sum_of(lines: Iterable[ChargeLine], currency: str) -> tuple[Money, Money, Money]:
    """Net, tax and gross of lines together."""
    found = list(lines)
    return (
        total((line.net for line in found), currency),
        total((line.tax for line in found), currency),
        total((line.gross for line in found), currency),
    )
