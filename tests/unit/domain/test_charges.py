"""Charges: exact, explained, and the same every time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.business_hours import BusinessHours, Calendar, Interval
from hub.domain.charge_cover import Used
from hub.domain.charge_documents import line_of_doc, line_to_doc
from hub.domain.charge_lines import ChargeLine, sum_of
from hub.domain.charge_policy import ChargePolicy, ChargeRule, Discount, TaxRules, TimeKind
from hub.domain.charge_prices import rounded_tax, settle_taxes
from hub.domain.charge_revision import revise
from hub.domain.charges import Work, work_out
from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.expression import parse
from hub.domain.money import Money
from hub.domain.reasons import reason

DAY = (Interval(9 * 60, 18 * 60),)
HOURS = BusinessHours(
    Calendar("plain", "Asia/Shanghai", (DAY, DAY, DAY, DAY, DAY, (), ()), holidays={date(2026, 3, 3): "Founding Day"})
)
T = {"en": "x", "zh": "某"}
RATES = {"callout": Decimal("0.06"), "labour": Decimal("0.06"), "travel": Decimal("0.06"), "other": Decimal("0.06")}
LABOUR = ChargeRule(
    "labour",
    "labour",
    "labour",
    "hour",
    {"en": "Labour", "zh": "人工费"},
    rate=Decimal(180),
    step=Decimal("0.25"),
    least=Decimal("0.5"),
    kinds={
        "after_hours": TimeKind(Decimal("1.5"), {"en": "after hours", "zh": "非工作时间"}),
        "holiday": TimeKind(Decimal(3), {"en": "public holiday", "zh": "法定节假日"}),
    },
)
POLICY = ChargePolicy(
    version=7,
    currency="CNY",
    calendar="plain",
    tax=TaxRules(RATES | {"part": Decimal("0.13")}, ties="half_even"),
    rules=(
        ChargeRule("callout", "callout", "callout", "visit", {"en": "Call-out", "zh": "上门费"}, rate=Decimal(150)),
        LABOUR,
        ChargeRule("travel", "travel", "travel", "km", T, rate=Decimal("2.50"), step=Decimal("0.1")),
        ChargeRule("part", "part", "part", "each", T),
    ),
)
PART: Doc = {
    "id": "p1",
    "sku": "P-FILT-01",
    "name": "Air filter",
    "list_price": "68.00",
    "currency": "CNY",
    "uom": "each",
}
ASSET: Doc = {"id": "a1", "serial": "HX-1"}
CONTRACT: Doc = {"id": "k1", "number": "SC-7", "coverage": ["callout", "labour"], "state": "active"}


def visit(start: str = "2026-03-02T02:00:00", end: str = "2026-03-02T03:30:00", **more: Any) -> Doc:
    """A finished visit of Monday 2 March, 10:00 to 11:30 in Shanghai."""
    entry = {"id": "t1", "kind": "labour", "from": f"{start}+00:00", "to": f"{end}+00:00"}
    return {
        "id": "v1",
        "status": "finished",
        "checked_in_at": f"{start}+00:00",
        "time_entries": [entry],
        "travel_km": "37.33",
        **more,
    }


def used(quantity: str = "2", **more: Any) -> Doc:
    at = "2026-03-02T03:00:00+00:00"
    return {"id": "c1", "part_id": "p1", "quantity": quantity, "state": "done", "at": at, **more}


def work(**more: Any) -> Work:
    known: dict[str, Any] = {
        "ticket": {"id": "t1", "asset_ids": ["a1"], "completed_at": "2026-03-02T04:00:00+00:00"},
        "customer": {"id": "k", "name": "Huaxin"},
        "visits": [visit()],
        "parts": {"p1": PART},
        "assets": {"a1": ASSET},
    }
    return Work(**(known | more))


def out(policy: ChargePolicy = POLICY, **more: Any) -> tuple[ChargeLine, ...]:
    return work_out(work(**more), policy, HOURS)


def lines(policy: ChargePolicy = POLICY, **more: Any) -> dict[str, ChargeLine]:
    return {line.code: line for line in out(policy, **more)}


def changed(**more: Any) -> ChargePolicy:
    return replace(POLICY, **more)


def with_rule(name: str, **more: Any) -> ChargePolicy:
    return changed(rules=tuple(replace(each, **more) if each.name == name else each for each in POLICY.rules))


def test_a_visit_with_a_part_is_charged_line_by_line() -> None:
    found = lines(consumptions=[used()])
    assert {code: (line.quantity, line.net.text()) for code, line in found.items()} == {
        "callout": (Decimal(1), "150.00"),
        "labour": (Decimal("1.5"), "270.00"),
        "travel": (Decimal("37.4"), "93.50"),
        "part": (Decimal(2), "136.00"),
    }
    net, tax, gross = sum_of(found.values(), "CNY")
    assert (net.text(), tax.text(), gross.text()) == ("649.50", "48.49", "697.99")  # 513.50 x 6 % + 136.00 x 13 %


def test_each_line_names_its_rule_its_version_its_source_and_its_steps() -> None:
    line = lines()["labour"]
    assert (line.rule, line.rule_version, line.revision) == ("labour", 7, 1)
    assert line.obligation == "t1/visit:v1:working_hours/labour"
    assert [str(step) for step in line.explanation] == [
        "90 minutes of work (working_hours), billed as 1.5 hours in steps of 0.25.",
        "There is neither warranty nor contract.",
    ]


def test_the_same_work_gives_the_same_lines_with_the_same_ids() -> None:
    assert out(consumptions=[used()]) == out(consumptions=[used()])
    assert len({line.id for line in out(consumptions=[used()])}) == 4


def test_the_time_of_a_visit_is_rounded_as_a_whole_and_not_kind_by_kind() -> None:
    evening = visit("2026-03-02T09:40:00", "2026-03-02T10:20:00")  # 17:40 to 18:20: 20 + 20 minutes, 0.75 hours
    found = [(line.source.part, line.quantity, line.rate) for line in out(visits=[evening]) if line.code == "labour"]
    assert found == [
        ("working_hours", Decimal("0.5"), Decimal(180)),
        ("after_hours", Decimal("0.25"), Decimal(270)),
    ]


def test_a_holiday_costs_its_factor_and_the_line_says_so() -> None:
    line = lines(visits=[visit("2026-03-03T02:00:00", "2026-03-03T03:00:00")])["labour"]
    assert (line.rate, line.net.text(), line.description) == (Decimal(540), "540.00", "Labour (public holiday)")
    assert "The rate times 3 for holiday." in map(str, line.explanation)


def test_a_minute_is_never_charged_twice() -> None:
    """OCA/field-service#636: double time sheet lines on the invoice."""
    entry = visit()["time_entries"][0]
    assert lines(visits=[visit(time_entries=[entry, entry | {"id": "t2"}])])["labour"].quantity == Decimal("1.5")


def test_a_very_short_visit_is_charged_the_least_time() -> None:
    assert lines(visits=[visit(end="2026-03-02T02:05:00")])["labour"].quantity == Decimal("0.5")


def test_a_visit_without_time_entries_counts_from_check_in_to_check_out() -> None:
    short = visit(time_entries=[], checked_out_at="2026-03-02T03:00:00+00:00")
    assert lines(visits=[short])["labour"].quantity == 1


def test_a_visit_that_was_never_made_costs_nothing() -> None:
    never = {"id": "v2", "status": "cancelled"}
    turned_back = {"id": "v3", "status": "unfinished"}
    assert out(visits=[never, turned_back, visit(status="on_site")]) == ()


def test_a_trip_in_vain_is_charged_when_the_rule_says_so() -> None:
    rule = parse('visit.status == "finished" or visit.unfinished_reason in ["no_access"]')
    policy = with_rule("callout", when=rule)
    assert "callout" in lines(policy, visits=[visit(status="unfinished", unfinished_reason="no_access")])
    assert "callout" not in lines(policy, visits=[visit(status="unfinished", unfinished_reason="parts")])


def test_a_rule_out_of_date_gives_way_to_the_next() -> None:
    old = replace(POLICY.rules[0], name="old", rate=Decimal(99), ends_on=date(2026, 3, 1))
    assert lines(changed(rules=(old, *POLICY.rules)))["callout"].rule == "callout"
    still = replace(old, ends_on=date(2026, 3, 2))
    assert lines(changed(rules=(still, *POLICY.rules)))["callout"].net.text() == "99.00"


def test_the_day_of_a_rule_is_the_local_day() -> None:
    night = visit("2026-03-01T16:30:00", "2026-03-01T17:30:00")  # already 2 March in Shanghai
    rule = replace(POLICY.rules[0], starts_on=date(2026, 3, 2))
    assert "callout" in lines(changed(rules=(rule,)), visits=[night])


def test_a_price_list_of_the_contract_comes_with_the_contract_only() -> None:
    special = replace(POLICY.rules[0], name="special", rate=Decimal(100), price_list="key")
    policy = changed(rules=(special, *POLICY.rules))
    assert lines(policy)["callout"].rule == "callout"
    terms = CONTRACT | {"price_list": "key", "coverage": []}
    assert lines(policy, contract=terms)["callout"].net.text() == "100.00"


def test_travel_is_charged_by_zone_or_refused_with_the_zone_named() -> None:
    policy = with_rule("travel", per="zone", zones={"outer": Decimal(60)})
    line = lines(policy, site={"travel_zone": "outer"})["travel"]
    assert (line.quantity, line.unit, line.net.text()) == (Decimal(1), "zone", "60.00")
    with pytest.raises(ConflictError, match="The travel zone - has no price in rule travel"):
        lines(policy)


def test_travel_without_a_distance_is_not_charged() -> None:
    trip = visit()
    del trip["travel_km"]
    assert "travel" not in lines(visits=[trip])


def test_a_part_that_was_taken_back_is_not_charged() -> None:
    taken = used("1", id="c2", corrects_id="c1")
    assert lines(consumptions=[used(), taken])["part"].quantity == 1
    assert "part" not in lines(consumptions=[used("1"), taken])


def test_a_part_that_the_erp_refused_is_still_in_the_machine_and_charged() -> None:
    assert "part" in lines(consumptions=[used(state="refused")])
    assert "part" not in lines(consumptions=[used(state="cancelled")])


def test_a_part_without_a_price_or_in_another_currency_is_refused_by_name() -> None:
    with pytest.raises(ConflictError, match="The part P-FILT-01 has no list price"):
        lines(consumptions=[used()], parts={"p1": {k: v for k, v in PART.items() if k != "list_price"}})
    with pytest.raises(ConflictError, match="The part P-FILT-01 is priced in EUR, the charge rules in CNY"):
        lines(consumptions=[used()], parts={"p1": PART | {"currency": "EUR"}})
    with pytest.raises(ConflictError, match="The customer Huaxin is priced in USD"):
        lines(customer={"id": "k", "name": "Huaxin", "invoicing": {"currency": "USD"}})


def test_the_warranty_makes_a_line_free_and_keeps_what_it_would_have_cost() -> None:
    warranty = ASSET | {"warranty": {"ends_on": "2027-01-01", "covers": ["part"]}}
    found = lines(consumptions=[used()], assets={"a1": warranty})
    part = found["part"]
    assert (part.net.text(), part.tax.text(), part.cover.by, part.cover.list_net.text()) == (
        "0.00",
        "0.00",
        "warranty",
        "136.00",
    )
    assert str(part.cover.why) == "The warranty of HX-1 covers part until 2027-01-01."
    assert str(found["labour"].cover.why) == "The warranty of HX-1 does not cover labour."
    assert found["labour"].net.text() == "270.00"


def test_an_excluded_cause_is_paid_by_the_customer() -> None:
    warranty = ASSET | {"warranty": {"ends_on": "2027-01-01", "excluded_causes": ["misuse"]}}
    ticket = {
        "id": "t1",
        "asset_ids": ["a1"],
        "completed_at": "2026-03-02T04:00:00+00:00",
        "fault": {"cause": "misuse"},
    }
    assert lines(assets={"a1": warranty}, ticket=ticket)["labour"].cover.by == "none"
    assert lines(assets={"a1": warranty})["labour"].cover.by == "warranty"


def test_included_hours_cover_a_part_of_the_work_and_the_rest_is_charged() -> None:
    terms = CONTRACT | {"included": {"hours": "10"}}
    found = [line for line in out(contract=terms, used=Used(hours=Decimal(9))) if line.code == "labour"]
    assert [(line.source.part, line.quantity, line.net.text()) for line in found] == [
        ("working_hours included", Decimal(1), "0.00"),
        ("working_hours", Decimal("0.5"), "90.00"),
    ]
    assert "The 10 hours included in the contract SC-7 are used up." in map(str, found[1].explanation)


def test_included_visits_cover_whole_visits_until_they_are_used_up() -> None:
    terms = CONTRACT | {"included": {"visits": 3}}
    second = visit("2026-03-04T02:00:00", "2026-03-04T03:00:00", id="v2")
    found = out(contract=terms, used=Used(visits=2), visits=[second, visit()])
    by = {(line.source.id, line.code): line.cover.by for line in found}
    assert by["v1", "callout"] == by["v1", "labour"] == "contract"
    assert by["v2", "callout"] == by["v2", "labour"] == "none"


def test_the_larger_of_contract_discount_and_customer_discount_applies() -> None:
    gold = Discount("gold", T, Decimal(5), frozenset({"labour"}), parse('customer.level == "gold"'))
    policy, customer = changed(discounts=(gold,)), {"id": "k", "name": "Huaxin", "level": "gold"}
    assert lines(policy, customer=customer)["labour"].net.text() == "256.50"
    assert lines(policy)["labour"].net.text() == "270.00"
    terms = CONTRACT | {"coverage": [], "discount_percent": "10"}
    line = lines(policy, customer=customer, contract=terms)["labour"]
    assert (line.net.text(), line.discount_percent, line.unit_price) == ("243.00", Decimal(10), Decimal(162))
    assert "10 % off by the contract SC-7." in map(str, line.explanation)
    ended = terms | {"ends_on": "2026-03-01"}
    assert lines(policy, customer=customer, contract=ended)["labour"].net.text() == "256.50"


def test_a_waived_line_is_free_and_says_why() -> None:
    why = reason("Waived by {by}: {reason}", by="mei", reason="we were late")
    line = lines(waivers={"t1/visit:v1/callout": why})["callout"]
    assert (line.net.text(), line.gross.text(), line.cover.by, line.cover.why) == ("0.00", "0.00", "goodwill", why)
    assert line.cover.list_net.text() == "150.00"


def test_a_part_given_as_goodwill_is_free() -> None:
    assert lines(consumptions=[used(issue_kind="goodwill")])["part"].cover.by == "goodwill"


def test_a_small_sum_is_raised_to_the_smallest_invoice_and_nothing_is_not() -> None:
    policy = changed(minimum_net=Decimal(600), minimum_title={"en": "Minimum", "zh": "最低"})
    found = lines(policy)
    assert found["minimum"].net.text() == "86.50"
    assert sum_of(found.values(), "CNY")[0].text() == "600.00"
    covered = ASSET | {"warranty": {"ends_on": "2027-01-01"}}
    assert "minimum" not in lines(policy, assets={"a1": covered})


def test_a_price_that_holds_the_tax_is_split_and_adds_up_again() -> None:
    policy = changed(tax=replace(POLICY.tax, included=True))
    line = lines(policy)["callout"]
    assert (line.net.text(), line.tax.text(), line.gross.text()) == ("141.51", "8.49", "150.00")


def test_a_text_of_the_line_is_in_the_customers_language() -> None:
    assert lines(customer={"id": "k", "name": "Huaxin", "language": "zh-CN"})["callout"].description == "上门费"


def test_a_line_survives_being_written_down() -> None:
    for line in out(consumptions=[used()], contract=CONTRACT):
        assert line_of_doc(line_to_doc(line)) == line


def test_an_invoice_rounds_the_tax_once_and_shares_it_among_its_lines() -> None:
    third = replace(lines()["callout"], net=Money.of("0.08", "CNY"))  # 6 % of it is 0.0048
    several = [replace(third, source=replace(third.source, id=f"v{n}")) for n in range(3)]
    document = settle_taxes(several, POLICY.tax)
    assert [line.tax.text() for line in document] == ["0.01", "0.00", "0.00"]  # 0.0144 is one cent
    by_line = settle_taxes(
        [replace(each, tax=Money.of("0.00", "CNY")) for each in several], replace(POLICY.tax, rounding="line")
    )
    assert [line.tax.text() for line in by_line] == ["0.00", "0.00", "0.00"]


def test_half_a_cent_goes_as_the_erp_rounds_it() -> None:
    assert rounded_tax(Money.of("0.75", "CNY"), Decimal("0.06"), "half_even").text() == "0.04"
    assert rounded_tax(Money.of("0.75", "CNY"), Decimal("0.06"), "half_up").text() == "0.05"


MONEY = st.integers(0, 10**7).map(lambda cents: Money.of(Decimal(cents).scaleb(-2), "CNY"))
SHARE = st.sampled_from([Decimal("0.06"), Decimal("0.13"), Decimal("0.09"), Decimal(0)])


def some(nets: list[tuple[Money, Decimal]]) -> list[ChargeLine]:
    first = lines()["callout"]
    return [
        replace(first, source=replace(first.source, id=f"v{n}"), net=net, tax_rate=rate, tax=net * 0, gross=net)
        for n, (net, rate) in enumerate(nets)
    ]


@given(st.lists(st.tuples(MONEY, SHARE), max_size=12), st.sampled_from(["half_up", "half_even"]))
def test_the_taxes_of_an_invoice_are_exact_whatever_its_lines(nets: list[tuple[Money, Decimal]], ties: str) -> None:
    settled = settle_taxes(some(nets), replace(POLICY.tax, ties=ties))
    cent = Decimal("0.01")
    for rate in {rate for _, rate in nets}:
        group = [line for line in settled if line.tax_rate == rate]
        net, tax, gross = sum_of(group, "CNY")
        assert tax == rounded_tax(net, rate, ties)
        assert net + tax == gross
    assert all(line.net + line.tax == line.gross for line in settled)
    assert all(abs(line.tax.amount - line.net.amount * line.tax_rate) < cent for line in settled)
    assert all(line.tax.amount >= 0 for line in settled)


@given(st.lists(st.tuples(MONEY, SHARE), min_size=1, max_size=8), st.data())
def test_a_revision_brings_what_was_issued_to_what_is_owed(
    nets: list[tuple[Money, Decimal]], data: st.DataObject
) -> None:
    issued = settle_taxes(some(nets), POLICY.tax)
    kept = [line for line in issued if data.draw(st.booleans())]
    raised = [
        replace(line, net=line.net + Money.of("1.37", "CNY")) if data.draw(st.booleans()) else line for line in kept
    ]
    wanted = settle_taxes(raised, POLICY.tax)
    revision = revise(issued, wanted, POLICY.tax, revision=2)
    standing = [line for line in issued if line.obligation not in {each.obligation for each in revision.credits}]
    final = [*standing, *revision.replacements]
    assert sum_of(final, "CNY")[0] == sum_of(wanted, "CNY")[0]
    booked = [*issued, *revision.lines]
    for position, whole in enumerate(sum_of(final, "CNY")):
        assert sum_of(booked, "CNY")[position] == whole
    for rate in {line.tax_rate for line in revision.replacements if line.net}:
        invoice = sum_of([line for line in revision.lines if line.tax_rate == rate], "CNY")
        assert invoice[1] == rounded_tax(invoice[0], rate, "half_even")
    for credit in revision.credits:
        old = next(line for line in issued if line.obligation == credit.obligation)
        assert (credit.net, credit.tax, credit.gross) == (-old.net, -old.tax, -old.gross)
    assert all(line.revision == 2 for line in revision.lines)
    assert all(
        one.obligation != other.obligation for one, other in pairwise(sorted(final, key=lambda each: each.obligation))
    )


def test_a_revision_of_unchanged_work_is_empty() -> None:
    found = out(consumptions=[used()])
    assert revise(found, found, POLICY.tax, revision=2).lines == ()


def test_a_changed_line_is_credited_and_replaced_and_a_new_one_added() -> None:
    found = revise(out(), out(visits=[visit(travel_km="40")], consumptions=[used()]), POLICY.tax, revision=2)
    assert [(line.code, line.kind, line.net.text()) for line in found.lines] == [
        ("travel", "credit", "-93.50"),
        ("travel", "charge", "100.00"),
        ("part", "charge", "136.00"),
    ]
    assert len({line.id for line in (*out(), *found.lines)}) == 6
