from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.business_hours import Calendar
from hub.domain.charge_basis import DoneWork, Goodwill
from hub.domain.charge_revisions import (
    Revision,
    credit_of,
    gross_of,
    is_active,
    move_charge,
    needs_approval,
    revise,
    waive_charge,
)
from hub.domain.charge_rules import ChargeRules
from hub.domain.charges import work_out
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError
from hub.domain.expression import parse
from hub.domain.labour import billed_time, labour_windows
from hub.domain.money import Money
from hub.domain.quantity import parse_quantity
from hub.domain.shifts import Window
from hub.files.policies import load_policies

ROOT = Path(__file__).parents[3]
SHIPPED = load_policies([ROOT / "config"], ROOT / "schemas")
TICKET: Doc = {"id": "T1", "type": "repair", "customer_id": "C1", "fault": {"cause": "wear"}}
PART: Doc = {"id": "P1", "sku": "SEAL-8", "name": "Seal", "list_price": "88.00", "currency": "CNY"}
COVERED: Doc = {
    "id": "A1",
    "warranty": {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "covers": ["labour", "part", "callout"]},
}


@pytest.fixture
def rules() -> ChargeRules:
    return SHIPPED.charges


@pytest.fixture
def calendar() -> Calendar:
    return SHIPPED.hours["standard"].calendar


def visit(start: str = "2026-03-03T14:00", end: str = "2026-03-03T15:10", **fields: Any) -> Doc:
    """Local time of Shanghai; the 3rd of March 2026 is a Tuesday."""
    entry = {"id": "1", "kind": "labour", "from": f"{start}:00+08:00", "to": f"{end}:00+08:00"}
    return {
        "id": "V1",
        "status": "finished",
        "sequence": 1,
        "checked_in_at": f"{start}:00+08:00",
        "finished_at": f"{end}:00+08:00",
        "travel_km": "32.5",
        "time_entries": [entry],
        **fields,
    }


def use(quantity: str = "1", **fields: Any) -> Doc:
    return {
        "id": "U1",
        "part_id": "P1",
        "quantity": quantity,
        "state": "done",
        "at": "2026-03-03T07:00:00+00:00",
        **fields,
    }


def done(**fields: Any) -> DoneWork:
    work = DoneWork(ticket=TICKET, visits=[visit()], consumptions=[use()], parts={"P1": PART})
    return replace(work, **fields)


def amounts(lines: tuple[Doc, ...]) -> dict[str, tuple[str, str]]:
    return {line["code"]: (line["quantity"], line["gross"]) for line in lines}


def test_a_repair_out_of_warranty_costs_callout_labour_travel_and_part(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(), rules, calendar)
    assert amounts(lines) == {
        "callout": ("1", "106.00"),
        "labour_normal": ("1.5", "381.60"),
        "travel": ("12.5", "33.13"),
        "part": ("1", "99.44"),
    }
    assert {line["coverage"]["by"] for line in lines} == {"none"}
    assert gross_of(lines, "CNY").text() == "620.17"


def test_each_line_says_which_rule_and_source_and_how_it_was_worked_out(rules: ChargeRules, calendar: Calendar) -> None:
    labour = next(line for line in work_out(done(), rules, calendar) if line["category"] == "labour")
    assert (labour["rule"], labour["rule_version"], labour["rate"]) == ("labour", rules.version, "240")
    assert labour["obligation"] == "T1/visit:V1/labour_normal"
    said = [reason["text"].format(**reason["params"]) for reason in labour["explanation"]]
    assert said == ["70 min worked, rounded up to 30 min, at least 60 min", "Working hours: rate x 1"]


def test_a_warranty_pays_what_it_covers_and_the_line_stays_with_its_full_price(
    rules: ChargeRules, calendar: Calendar
) -> None:
    lines = work_out(done(assets=[COVERED]), rules, calendar)
    assert amounts(lines)["part"] == ("1", "0.00")
    part = next(line for line in lines if line["code"] == "part")
    assert (part["coverage"]["by"], part["coverage"]["list_net"], part["unit_price"]) == ("warranty", "88.00", "0")
    assert amounts(lines)["travel"] == ("12.5", "33.13")


def test_of_several_assets_each_must_be_covered(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(assets=[COVERED, {"id": "A2"}]), rules, calendar)
    assert amounts(lines)["callout"] == ("1", "106.00")
    of_the_covered = work_out(done(assets=[COVERED, {"id": "A2"}], consumptions=[use(asset_id="A1")]), rules, calendar)
    assert amounts(of_the_covered)["part"] == ("1", "0.00")


def test_a_contract_brings_its_prices_and_its_discount(rules: ChargeRules, calendar: Calendar) -> None:
    contract = {"id": "K1", "number": "SC-1", "discount_percent": "10", "price_list": "gold"}
    special = replace(rules, price_lists={"gold": {"SEAL-8": Decimal("50.00")}})
    part = next(line for line in work_out(done(contracts=[contract]), special, calendar) if line["code"] == "part")
    assert (part["rate"], part["net"], part["discount_percent"], part["unit_price"]) == ("50", "45.00", "10", "45")
    assert part["explanation"][0] == {"text": "price list {name}", "params": {"name": "gold"}}


def test_goodwill_is_a_discount_or_the_whole(rules: ChargeRules, calendar: Calendar) -> None:
    half = work_out(done(goodwill=Goodwill(Decimal(50), "late")), rules, calendar)
    assert amounts(half)["callout"] == ("1", "53.00")
    whole = work_out(done(goodwill=Goodwill(Decimal(100), "late", frozenset({"callout"}))), rules, calendar)
    assert amounts(whole)["callout"] == ("1", "0.00")
    assert next(line for line in whole if line["code"] == "callout")["coverage"]["by"] == "goodwill"
    assert amounts(whole)["part"] == ("1", "99.44")
    given = work_out(done(consumptions=[use(issue_kind="goodwill")]), rules, calendar)
    assert amounts(given)["part"] == ("1", "0.00")


def test_a_second_trip_has_no_call_out(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(visits=[visit(), visit(id="V2", sequence=2)]), rules, calendar)
    assert [line["source"]["id"] for line in lines if line["code"] == "callout"] == ["V1"]


def test_a_zone_comes_before_the_distance(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(site={"travel_zone": "suburb"}), rules, calendar)
    assert amounts(lines)["travel"] == ("1", "63.60")
    near = work_out(done(visits=[visit(travel_km="20")]), rules, calendar)
    assert "travel" not in amounts(near)


def test_a_visit_that_never_arrived_costs_nothing(rules: ChargeRules, calendar: Calendar) -> None:
    absent = {name: value for name, value in visit().items() if name != "checked_in_at"}
    assert work_out(done(visits=[absent, visit(status="cancelled")], consumptions=[]), rules, calendar) == ()


def test_a_part_that_was_taken_back_is_not_charged(rules: ChargeRules, calendar: Calendar) -> None:
    counter = use("1", id="U2", corrects_id="U1")
    assert amounts(work_out(done(consumptions=[use("3"), counter]), rules, calendar))["part"] == ("2", "198.88")
    assert "part" not in amounts(work_out(done(consumptions=[use(), counter]), rules, calendar))
    assert "part" not in amounts(work_out(done(consumptions=[use(state="refused")]), rules, calendar))


@pytest.mark.parametrize(
    ("part", "problem"),
    [({"id": "P1"}, "Part P1 has no price"), ({**PART, "currency": "EUR"}, "priced in EUR, charges are in CNY")],
)
def test_a_part_without_a_price_in_our_currency_is_an_error_not_a_gift(
    rules: ChargeRules, calendar: Calendar, part: Doc, problem: str
) -> None:
    with pytest.raises(InvalidError, match=problem):
        work_out(done(parts={"P1": part}), rules, calendar)


def test_a_rule_may_have_a_condition(rules: ChargeRules, calendar: Calendar) -> None:
    first, *others = rules.rules
    conditional = replace(rules, rules=(replace(first, when=parse('ticket.priority == "p1"')), *others))
    assert "callout" not in amounts(work_out(done(), conditional, calendar))
    urgent = done(ticket={**TICKET, "priority": "p1"})
    assert "callout" in amounts(work_out(urgent, conditional, calendar))


def test_a_price_with_tax_keeps_its_gross(rules: ChargeRules, calendar: Calendar) -> None:
    first, *others = rules.rules
    gross = replace(rules, rules=(replace(first, tax_included=True), *others))
    line = work_out(done(), gross, calendar)[0]
    assert (line["net"], line["tax"], line["gross"], line["tax_included"]) == ("94.34", "5.66", "100.00", True)


def test_the_same_work_always_costs_the_same(rules: ChargeRules, calendar: Calendar) -> None:
    work = done(visits=[visit(id="V2"), visit()], consumptions=[use(id="U2"), use()])
    turned = replace(work, visits=work.visits[::-1], consumptions=work.consumptions[::-1])
    assert work_out(work, rules, calendar) == work_out(turned, rules, calendar)


def bands(rules: ChargeRules, calendar: Calendar, start: str, end: str) -> dict[str, timedelta]:
    window = Window(datetime.fromisoformat(start + ":00+08:00"), datetime.fromisoformat(end + ":00+08:00"))
    times = billed_time([window], rules.bands, calendar, step=timedelta(minutes=30), minimum=timedelta(hours=1))
    return {time.band.name: time.length for time in times}


@pytest.mark.parametrize(
    ("start", "end", "billed"),
    [
        ("2026-03-03T14:00", "2026-03-03T14:10", {"normal": 60}),
        ("2026-03-03T17:00", "2026-03-03T19:00", {"normal": 60, "evening": 60}),
        ("2026-03-03T17:10", "2026-03-03T18:50", {"normal": 60, "evening": 60}),
        ("2026-03-03T17:50", "2026-03-03T19:00", {"evening": 90}),
        ("2026-03-03T23:00", "2026-03-04T01:00", {"evening": 60, "night": 60}),
        ("2026-03-07T10:00", "2026-03-07T11:00", {"weekend": 60}),
        ("2026-02-14T10:00", "2026-02-14T11:00", {"normal": 60}),
        ("2026-02-17T10:00", "2026-02-17T11:00", {"holiday": 60}),
        ("2026-02-16T23:00", "2026-02-17T01:00", {"holiday": 120}),
    ],
    ids=[
        "minimum",
        "two-bands",
        "thirds",
        "nearly-one",
        "midnight",
        "saturday",
        "make-up-day",
        "holiday",
        "two-holidays",
    ],
)
def test_labour_is_cut_at_the_bands_and_rounded_once(
    rules: ChargeRules, calendar: Calendar, start: str, end: str, billed: dict[str, int]
) -> None:
    assert bands(rules, calendar, start, end) == {name: timedelta(minutes=each) for name, each in billed.items()}


def test_overlapping_entries_count_once_and_travel_is_no_labour() -> None:
    entries = [
        {"kind": "labour", "from": "2026-03-03T06:00:00+00:00", "to": "2026-03-03T07:00:00+00:00"},
        {"kind": "labour", "from": "2026-03-03T06:30:00+00:00", "to": "2026-03-03T07:30:00+00:00"},
        {"kind": "travel", "from": "2026-03-03T05:00:00+00:00", "to": "2026-03-03T06:00:00+00:00"},
    ]
    (window,) = labour_windows({"time_entries": entries})
    assert window.end - window.start == timedelta(minutes=90)


def test_without_entries_the_time_on_site_counts() -> None:
    (window,) = labour_windows(visit(time_entries=[]))
    assert window.end - window.start == timedelta(minutes=70)
    assert labour_windows({"checked_in_at": "2026-03-03T06:00:00+00:00"}) == []


def stored(lines: tuple[Doc, ...], state: str = "draft") -> list[Doc]:
    return [{**deepcopy(line), "id": f"H{number}", "state": state} for number, line in enumerate(lines)]


def test_nothing_changes_when_the_same_is_worked_out_again(rules: ChargeRules, calendar: Calendar) -> None:
    """BatchNepal/batch_projects#33: the same source rows were billed twice by two requests."""
    lines = work_out(done(), rules, calendar)
    assert revise([], lines) == Revision(add=lines)
    for state in ("draft", "approved", "invoiced"):
        assert revise(stored(lines, state), lines).is_empty


def test_an_open_line_is_changed_in_place_or_withdrawn(rules: ChargeRules, calendar: Calendar) -> None:
    before = stored(work_out(done(), rules, calendar))
    longer = work_out(done(visits=[visit(end="2026-03-03T16:10")], consumptions=[]), rules, calendar)
    revision = revise(before, longer)
    assert [(record_id, line["code"], line["revision"]) for record_id, line in revision.change] == [
        ("H1", "labour_normal", 1)
    ]
    assert (revision.withdraw, revision.add, revision.credit) == (("H3",), (), ())


def test_an_issued_line_is_credited_and_replaced_never_edited(rules: ChargeRules, calendar: Calendar) -> None:
    before = stored(work_out(done(), rules, calendar), "invoiced")
    longer = work_out(done(visits=[visit(end="2026-03-03T16:10")]), rules, calendar)
    revision = revise(before, longer)
    credit, replacement = revision.add
    assert revision.credit == ("H1",)
    assert (credit["kind"], credit["revision"], credit["credits_id"], credit["net"]) == ("credit", 2, "H1", "-360.00")
    assert (replacement["kind"], replacement["revision"], replacement["net"]) == ("charge", 3, "600.00")
    after = [
        *(move_charge(line, "credit") if line["id"] in revision.credit else line for line in before),
        {**credit, "id": "H8"},
        {**replacement, "id": "H9"},
    ]
    assert revise(after, longer).is_empty
    keys = [(line["obligation"], line["revision"]) for line in after]
    assert len(set(keys)) == len(keys)


def test_what_fell_away_after_invoicing_is_credited(rules: ChargeRules, calendar: Calendar) -> None:
    before = stored(work_out(done(), rules, calendar), "invoiced")
    revision = revise(before, work_out(done(consumptions=[]), rules, calendar))
    assert [line["kind"] for line in revision.add] == ["credit"]
    assert Money.of(revision.add[0]["gross"], "CNY") + Money.of(before[3]["gross"], "CNY") == Money.zero("CNY")


def test_a_waived_line_stays_waived_until_the_work_changes(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(), rules, calendar)
    before = stored(lines)
    before[0] = waive_charge(before[0], "late", by="bo")
    assert (before[0]["gross"], before[0]["coverage"]["by"]) == ("0.00", "goodwill")
    assert revise(before, lines).is_empty
    dearer = replace(rules, rules=(replace(rules.rules[0], rate=Decimal(200)), *rules.rules[1:]))
    assert len(revise(before, work_out(done(), dearer, calendar)).change) == 1
    with pytest.raises(ConflictError, match="only an open line"):
        waive_charge({**before[1], "state": "approved"}, "late", by="bo")


@pytest.mark.parametrize(
    ("state", "name", "target"),
    [
        ("draft", "review", "reviewed"),
        ("reviewed", "approve", "approved"),
        ("approved", "invoice", "invoiced"),
        ("invoiced", "credit", "credited"),
        ("draft", "withdraw", "withdrawn"),
    ],
)
def test_a_charge_moves_on(state: str, name: str, target: str) -> None:
    moved = move_charge({"state": state, "obligation": "x"}, name, invoice_id="I1")
    assert (moved["state"], moved["invoice_id"]) == (target, "I1")


def test_an_invoiced_charge_is_not_reviewed_again() -> None:
    with pytest.raises(ConflictError, match="is invoiced: 'review'"):
        move_charge({"state": "invoiced", "obligation": "x"}, "review")


def test_a_large_sum_needs_a_second_person(rules: ChargeRules, calendar: Calendar) -> None:
    lines = work_out(done(), rules, calendar)
    assert not needs_approval(lines, rules)
    assert needs_approval(lines, replace(rules, approve_above=Decimal("620.16")))
    assert not needs_approval(lines, replace(rules, approve_above=Decimal("620.17")))


Facts = tuple[int, int, int, int, int]
FACTS = st.tuples(
    st.integers(1, 3000), st.integers(0, 5000), st.integers(1, 999_999), st.integers(1, 9_999_999), st.integers(0, 100)
)


def made(facts: Facts) -> DoneWork:
    """Work of so many minutes, hectometres, thousandths of a part at so many cents, with so much goodwill."""
    minutes, hectometres, thousandths, cents, percent = facts
    end = datetime(2026, 3, 3, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    entry = {"kind": "labour", "from": "2026-03-03T09:00:00+00:00", "to": end.isoformat()}
    return done(
        visits=[visit(travel_km=str(Decimal(hectometres) / 10), time_entries=[entry], sequence=1 + percent % 2)],
        consumptions=[use(str(Decimal(thousandths) / 1000))],
        parts={"P1": {**PART, "list_price": str(Decimal(cents) / 100)}},
        goodwill=Goodwill(Decimal(percent), "test"),
    )


@given(FACTS)
def test_lines_sum_to_the_total_and_each_is_exact(facts: Facts) -> None:
    work = made(facts)
    lines = work_out(work, SHIPPED.charges, SHIPPED.hours["standard"].calendar)
    for line in lines:
        net, tax, gross = (Money.of(line[name], "CNY") for name in ("net", "tax", "gross"))
        assert net + tax == gross
        by_unit = Money.of(parse_quantity(line["quantity"]) * parse_quantity(line["unit_price"]), "CNY")
        assert by_unit.round() == net
        assert credit_of({**line, "id": "x"}, 2)["gross"] == (-gross).text()
    assert len({line["obligation"] for line in lines}) == len(lines)
    whole = sum((parse_quantity(line["gross"]) for line in lines), Decimal(0))
    assert gross_of(lines, "CNY").amount == whole
    labour = [parse_quantity(line["quantity"]) for line in lines if line["category"] == "labour"]
    (entry,) = work.visits[0]["time_entries"]
    worked = datetime.fromisoformat(entry["to"]) - datetime.fromisoformat(entry["from"])
    rounded = max(-(-worked // timedelta(minutes=30)), 2)
    assert sum(labour, Decimal(0)) == Decimal(rounded) / 2


@given(st.lists(st.tuples(FACTS, st.sampled_from(["draft", "approved", "invoiced"])), min_size=1, max_size=5))
def test_whatever_is_revised_the_active_lines_are_what_the_work_costs(rounds: list[tuple[Facts, str]]) -> None:
    charges: dict[str, Doc] = {}
    for number, (facts, state) in enumerate(rounds):
        wanted = work_out(made(facts), SHIPPED.charges, SHIPPED.hours["standard"].calendar)
        revision = revise(charges.values(), wanted)
        charges |= {record_id: {**line, "id": record_id} for record_id, line in revision.change}
        charges |= {record_id: move_charge(charges[record_id], "withdraw") for record_id in revision.withdraw}
        charges |= {record_id: move_charge(charges[record_id], "credit") for record_id in revision.credit}
        charges |= {f"{number}-{index}": {**line, "id": f"{number}-{index}"} for index, line in enumerate(revision.add)}
        assert gross_of(charges.values(), "CNY") == gross_of(wanted, "CNY")
        keys = [(line["obligation"], line["revision"]) for line in charges.values() if line["state"] != "withdrawn"]
        assert len(set(keys)) == len(keys)
        charges = {
            key: {**line, "state": state} if is_active(line) and line["state"] == "draft" else line
            for key, line in charges.items()
        }
