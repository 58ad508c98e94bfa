"""The convergence of the merge, on documents of two mapping files; the laws themselves are tried by ``map check``."""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.mapping import FieldChange, Mapping
from hub.domain.mapping.rules import Direction, FieldRule
from hub.domain.sync import Merge, merge, settle
from hub.files.mappings import load_mapping

MAPPINGS = Path(__file__).parents[1] / "data" / "mapping" / "mappings"
FILES = {"invoice": "acme_erp/invoice.yaml", "customer": "tryton/customer.yaml"}
LOADED = {name: load_mapping(MAPPINGS / file) for name, file in FILES.items()}


class Bijection:
    """Every record is linked; members of lists as far as pairs are known."""

    def __init__(self, lines: dict[str, str] | None = None) -> None:
        self.lines = lines or {}

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        return self.lines.get(hub_id) if "." in entity else f"R{hub_id}"

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        if "." in entity:
            return next((mine for mine, theirs in self.lines.items() if theirs == remote_id), None)
        return remote_id.removeprefix("R")


LINKED = Bijection()
ONE_WAY = (Direction.PUSH, Direction.PULL)

# --- documents


def objects(required: dict[str, st.SearchStrategy[Any]] | None = None, **optional: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(required or {}, optional=optional)


def members(key: str, keys: Any, member: Any) -> st.SearchStrategy[list[Doc]]:
    """A list of members with unique keys."""
    listed = st.lists(keys, unique_by=str, max_size=4).flatmap(
        lambda chosen: st.tuples(*(member.map(lambda each, k=k: {key: k, **each}) for k in chosen))
    )
    return listed.map(list)


words = st.sampled_from(["", "Acme", " Acme ", "甲方公司", "a much longer name than fits", "x"])
phones = st.sampled_from(["+8613800138000", "138 0013 8000", "010 8888 6666", "+44 20 7946 0958"])
mails = st.sampled_from(["a@b.cn", "Info@Example.ORG", "x@y.z"])
decimals = st.sampled_from(["0", "0.13", "2.5", "2.50", "1.0004", "999999.999", "-3"])
numbers = st.sampled_from([0, 1, 2.5, 13, 6.25, 0.1, -3, None])
instants = st.sampled_from(["2026-01-31T08:00:00+00:00", "2026-12-31T16:00:00+00:00", "2024-02-29T00:00:00.5+00:00"])
extra = st.dictionaries(st.sampled_from(["x_note", "x_more"]), st.integers() | words | st.none(), max_size=1)

hub_invoices = objects(
    {"id": st.sampled_from(["I1", "I2"])},
    number=words | st.none(),
    state=st.sampled_from(["draft", "issued", "void"]),
    payment=objects(status=st.sampled_from(["unpaid", "partial", "paid"])),
    issued_at=instants,
    customer=objects(
        id=st.sampled_from(["C1", "C2"]), name=words.filter(bool), email=mails, phone=phones | st.none(), x_tag=words
    ),
    totals=objects(gross=decimals, net=decimals),
    lines=members(
        "id",
        st.sampled_from(["L1", "L2", "L3"]),
        objects(
            sku=words,
            qty=decimals,
            unit=st.sampled_from(["hour", "each", "km"]),
            tax_rate=decimals,
            x_note=st.integers(),
        ),
    ),
    x_note=words,
)
contacts = st.lists(
    objects({"type": st.sampled_from(["phone", "mail", "fax"])}, value=phones | st.none(), id=st.integers(1, 9)),
    max_size=4,
)
remote_invoices = objects(
    name=words,
    custom_hub_id=st.sampled_from(["I1", None]),
    po_no=words | st.none(),
    docstatus=st.sampled_from([0, 1, 2]),
    status=st.sampled_from(["Unpaid", "Overdue", "Partly Paid", "Paid", "Something new"]),
    posting_date=st.sampled_from(["2026-01-31", "2024-02-29"]),
    posting_time=st.sampled_from(["16:00:00", "9:05:03.25"]) | st.none(),
    party=objects(
        code=st.sampled_from(["RC1", "RC2"]), name=words.map(lambda name: name[:12]), mail=mails, contacts=contacts
    ),
    grand_total=numbers,
    items=members(
        "custom_hub_line_id",
        st.sampled_from(["L1", "L2", "L3", None]),
        objects(
            item_code=words,
            qty=numbers,
            uom=st.sampled_from(["Hour", "Nos", "Km"]),
            vat_percent=numbers,
            idx=st.integers(1, 3),
        ),
    ),
    x_unmapped=st.integers(),
)
hub_customers = objects(
    {"id": st.just("C1")},
    code=words,
    name=words | st.none(),
    tax_id=st.sampled_from(["91X", "92Y"]) | st.none(),
    phone=phones | st.none(),
    email=mails | st.none(),
    addresses=members(
        "id",
        st.sampled_from(["A1", "A2", "tryton:7", "tryton:8"]),
        objects(
            kind=st.sampled_from(["main", "invoice", "delivery"]),
            line1=words,
            city=words,
            country=st.sampled_from(["CN", "DE"]),
            x_note=words,
        ),
    ),
)
mechanisms = st.lists(
    st.one_of(
        objects({"type": st.sampled_from(["phone", "mobile"])}, value=phones | st.none(), id=st.integers(1, 9)),
        objects({"type": st.just("email")}, value=mails | st.none(), comment=words),
    ),
    max_size=4,
)
parties = objects(
    id=st.integers(1, 3),
    code=words,
    name=words,
    identifiers=st.lists(
        objects({"type": st.sampled_from(["cn_vat", "eu_vat"])}, code=st.sampled_from(["91X", "z"])), max_size=3
    ),
    contact_mechanisms=mechanisms,
    addresses=members(
        "id",
        st.sampled_from([7, 8, 9]),
        objects(
            street=words | st.none(),
            city=words,
            country=objects(code=st.sampled_from(["CN", "DE"])),
            usage=st.sampled_from(["invoice", "delivery", "contact"]),
            zip=words,
        ),
    ),
    x_unmapped=st.integers(),
)
pairs = st.one_of(
    st.tuples(st.just("invoice"), hub_invoices, remote_invoices), st.tuples(st.just("customer"), hub_customers, parties)
)


def carried(changes: list[FieldChange], *one_way: Direction) -> list[FieldChange]:
    """Changes of values that rules carry in the directions under test; who has which member is not a value."""
    return [
        change
        for change in changes
        if isinstance(change.rule, FieldRule)
        and change.rule.direction not in one_way
        and change.rule.create_only == "no"
        and change.rule.other == "error"
    ]


# --- the merge


@dataclass(frozen=True)
class Agreed:
    """A record that both sides agree on, with the pair that the link keeps."""

    hub: Doc
    hub_base: Doc
    remote: Doc


def agreed(mapping: Mapping, hub: Doc, remote: Doc) -> Agreed:
    """Bring two documents together."""
    both = mapping.push(mapping.pull(remote, hub, LINKED), remote, LINKED)
    ours = mapping.pull(both, hub, LINKED)
    merged = merge(mapping, hub_base=ours, remote_base=both, hub_now=ours, remote_now=both, refs=LINKED)
    assert not merged.changes
    return Agreed(ours, merged.hub_base, merged.remote_base)


def step(mapping: Mapping, merged: Merge, refs: Bijection) -> Merge:
    """Send what is due, as the remote answers when it takes everything, and names new members."""
    if not merged.push_due:
        return merged
    read_back = normalised(merged.remote)
    done = settle(
        mapping,
        hub_base=merged.hub_base,
        remote_base=merged.remote_base,
        hub_now=merged.hub,
        sent=merged.remote,
        read_back=read_back,
        refs=refs,
    )
    for new in done.lines.values():
        refs.lines.update(new)
    return done


def normalised(sent: Doc) -> Doc:
    """What the remote makes of a write: it names members, and rewrites texts."""
    doc = deepcopy(sent)
    for member in doc.get("addresses") or []:
        member.setdefault("id", 1 + max((each.get("id", 0) for each in doc["addresses"]), default=100))
        if member.get("street"):
            member["street"] = member["street"].upper()
    if isinstance(doc.get("po_no"), str):
        doc["po_no"] = doc["po_no"].strip()
    for member in doc.get("items") or []:
        if isinstance(member.get("item_code"), str):
            member["item_code"] = member["item_code"].upper()
    return doc


edited = st.one_of(
    st.tuples(st.just("invoice"), hub_invoices, remote_invoices, hub_invoices, remote_invoices),
    st.tuples(st.just("customer"), hub_customers, parties, hub_customers, parties),
)


@settings(max_examples=300)
@given(edited)
def test_after_both_sides_were_edited_the_sync_comes_to_rest_and_does_not_ping_pong(
    case: tuple[str, Doc, Doc, Doc, Doc],
) -> None:
    name, hub, remote, hub_edit, remote_edit = case
    mapping = LOADED[name]
    base = agreed(mapping, hub, remote)
    refs = Bijection()
    first = merge(
        mapping,
        hub_base=base.hub_base,
        remote_base=base.remote,
        hub_now={**hub_edit, "id": hub["id"]},
        remote_now=remote_edit,
        refs=refs,
    )
    settled = first
    for _ in range(3):  # a rewritten field may be part of a computed one, which is then sent too
        settled = step(mapping, settled, refs)
    assert not settled.push_due
    again = merge(
        mapping,
        hub_base=settled.hub_base,
        remote_base=settled.remote_base,
        hub_now=settled.hub,
        remote_now=settled.remote,
        refs=refs,
    )
    assert again.changes == ()
    assert [conflict.path for conflict in again.conflicts] == [conflict.path for conflict in first.conflicts]


@settings(max_examples=300)
@given(edited)
def test_an_edit_of_one_side_is_never_lost(case: tuple[str, Doc, Doc, Doc, Doc]) -> None:
    name, hub, remote, hub_edit, remote_edit = case
    mapping = LOADED[name]
    base = agreed(mapping, hub, remote)
    refs = Bijection()
    hub_now = {**hub_edit, "id": hub["id"]}
    merged = merge(
        mapping, hub_base=base.hub_base, remote_base=base.remote, hub_now=hub_now, remote_now=remote_edit, refs=refs
    )
    ours = {change.path for change in carried(mapping.changed_hub(base.hub, hub_now), *ONE_WAY)}
    theirs = {change.path for change in carried(mapping.changed_remote(base.remote, remote_edit, refs), *ONE_WAY)}
    kept = {change.path for change in carried(mapping.changed_hub(merged.hub, hub_now))}
    overruled = {change.path for change in carried(mapping.changed_remote(merged.remote, remote_edit, refs))}
    assert not (ours - theirs) & kept
    assert not (theirs - ours) & overruled


@given(edited)
def test_a_change_that_waits_to_be_sent_survives_a_later_change_of_the_remote(
    case: tuple[str, Doc, Doc, Doc, Doc],
) -> None:
    name, hub, remote, hub_edit, remote_edit = case
    mapping = LOADED[name]
    base = agreed(mapping, hub, remote)
    hub_now = {**hub_edit, "id": hub["id"]}
    at_once = merge(
        mapping, hub_base=base.hub_base, remote_base=base.remote, hub_now=hub_now, remote_now=remote_edit, refs=LINKED
    )
    waiting = merge(
        mapping, hub_base=base.hub_base, remote_base=base.remote, hub_now=hub_now, remote_now=base.remote, refs=LINKED
    )
    later = merge(
        mapping,
        hub_base=waiting.hub_base,
        remote_base=waiting.remote_base,
        hub_now=waiting.hub,
        remote_now=remote_edit,
        refs=LINKED,
    )
    assert mapping.same_hub(later.hub, at_once.hub)
    assert mapping.same_remote(later.remote, at_once.remote)


@given(pairs)
def test_our_own_echo_changes_nothing(case: tuple[str, Doc, Doc]) -> None:
    name, hub, remote = case
    mapping = LOADED[name]
    base = agreed(mapping, hub, remote)
    merged = merge(
        mapping, hub_base=base.hub_base, remote_base=base.remote, hub_now=base.hub, remote_now=base.remote, refs=LINKED
    )
    assert (merged.changes, merged.conflicts, merged.hub, merged.remote) == ((), (), base.hub, base.remote)
