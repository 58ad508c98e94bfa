"""Charges over time: unique obligations, revisions as credit plus replacement, review and approval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.domain.charge_rules import ChargeRules
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.money import Money, total
from hub.domain.quantity import parse_quantity, write_quantity
from hub.domain.reasons import Reason

OPEN = frozenset({"draft", "reviewed"})
ENDED = frozenset({"credited", "withdrawn"})
_COMPARED = (
    "code",
    "quantity",
    "unit",
    "rate",
    "tax_rate",
    "currency",
    "net",
    "tax",
    "gross",
    "customer_id",
    "part_id",
)
_COMPARED_OF_WAIVED = ("code", "quantity", "unit", "rate", "tax_rate", "currency")


@dataclass(frozen=True)
class Revision:
    """What to do so that the stored charges say what was worked out; documents to add have no ids yet.

    ``change`` are open lines by id with their new documents, ``withdraw`` the ids of open lines that are no longer due,
    ``credit`` the ids of approved or invoiced lines whose credits are among ``add``.
    """

    add: tuple[Doc, ...] = ()
    change: tuple[tuple[str, Doc], ...] = ()
    withdraw: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.add or self.change or self.withdraw or self.credit)


def revise(stored: Iterable[Doc], worked_out: Iterable[Doc]) -> Revision:
    """Compare the stored charges with what was worked out now.

    A line that nobody has approved is changed in place; what was approved or invoiced is never edited, but taken back
    by a credit and replaced by a new revision.
    """
    by_key: dict[str, list[Doc]] = {}
    for charge in stored:
        by_key.setdefault(charge["obligation"], []).append(charge)
    wanted = {line["obligation"]: line for line in worked_out}
    parts = [_revise_one(by_key.get(key, []), wanted.get(key)) for key in dict.fromkeys([*by_key, *wanted])]
    return Revision(
        add=tuple(line for part in parts for line in part.add),
        change=tuple(pair for part in parts for pair in part.change),
        withdraw=tuple(each for part in parts for each in part.withdraw),
        credit=tuple(each for part in parts for each in part.credit),
    )


def credit_of(charge: Doc, revision: int) -> Doc:
    """The credit that takes a charge back, to the cent."""
    kept = {name: value for name, value in charge.items() if name not in _NOT_COPIED}
    negated: Doc = {name: (-Money.of(charge[name], charge["currency"])).text() for name in ("net", "tax", "gross")}
    unit_price = write_quantity(-parse_quantity(charge["unit_price"]))
    made = {"kind": "credit", "revision": revision, "state": "draft", "credits_id": charge["id"]}
    return {**kept, **negated, "unit_price": unit_price, **made}


def waive_charge(charge: Doc, reason: str, *, by: str) -> Doc:
    """Give an open line away as goodwill; working it out again leaves it so. ConflictError once it is approved."""
    if charge["state"] not in OPEN:
        raise ConflictError(
            "Charge {obligation} is {state}: only an open line can be waived; credit it instead",
            obligation=charge["obligation"],
            state=charge["state"],
        )
    nothing = Money.zero(charge["currency"]).text()
    why = Reason("waived by {by}: {reason}", {"by": by, "reason": reason}).document()
    reasons = [*charge["coverage"]["reasons"], why]
    coverage = {**charge["coverage"], "by": "goodwill", "reasons": reasons, "waived_by": by}
    return {**charge, "unit_price": "0", "net": nothing, "tax": nothing, "gross": nothing, "coverage": coverage}


MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "review": (frozenset({"draft"}), "reviewed"),
    "approve": (frozenset({"draft", "reviewed"}), "approved"),
    "invoice": (frozenset({"approved"}), "invoiced"),
    "credit": (frozenset({"approved", "invoiced"}), "credited"),
    "withdraw": (OPEN, "withdrawn"),
}
"""The life of a charge: from which states, to which."""


def move_charge(charge: Doc, name: str, **more: object) -> Doc:
    """Move a charge on; ``more`` are fields that come with it, as ``invoice_id``. ConflictError from other states."""
    sources, target = MOVES[name]
    if charge["state"] not in sources:
        raise ConflictError(
            "Charge {obligation} is {state}: '{name}' is not possible now",
            obligation=charge["obligation"],
            state=charge["state"],
            name=name,
        )
    return {**charge, "state": target, **more}


def needs_approval(charges: Sequence[Doc], rules: ChargeRules) -> bool:
    """Whether the open lines sum up to more than one person may approve alone."""
    return abs(gross_of(charges, rules.currency).amount) > rules.approve_above


def is_active(charge: Doc) -> bool:
    """Whether a line counts: a charge that was neither withdrawn nor credited."""
    return charge["state"] not in ENDED and charge.get("kind") != "credit"


def gross_of(charges: Iterable[Doc], currency: str) -> Money:
    """The exact sum of the lines that count."""
    active = filter(is_active, charges)
    return total((Money.of(each["gross"], each["currency"]) for each in active), currency)


_NOT_COPIED = frozenset({"id", "version", "created_at", "updated_at", "invoice_id", "state"})


def _revise_one(stored: Sequence[Doc], wanted: Doc | None) -> Revision:
    """Bring one obligation up to date."""
    active = next(filter(is_active, stored), None)
    latest = max((each["revision"] for each in stored), default=0)
    if active is None:
        return Revision(add=({**wanted, "revision": latest + 1},)) if wanted else Revision()
    if wanted and _is_same(active, wanted):
        return Revision()
    if active["state"] in OPEN:
        if wanted is None:
            return Revision(withdraw=(active["id"],))
        return Revision(change=((active["id"], {**wanted, "revision": active["revision"]}),))
    replacement = ({**wanted, "revision": latest + 2},) if wanted else ()
    return Revision(add=(credit_of(active, latest + 1), *replacement), credit=(active["id"],))


def _is_same(stored: Doc, wanted: Doc) -> bool:
    if "waived_by" in stored["coverage"]:
        return all(stored.get(name) == wanted.get(name) for name in _COMPARED_OF_WAIVED)
    same_payer = stored["coverage"]["by"] == wanted["coverage"]["by"]
    return same_payer and all(stored.get(name) == wanted.get(name) for name in _COMPARED)
