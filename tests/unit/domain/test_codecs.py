"""Codecs: each carries a value there and back, and says what it cannot carry."""

from decimal import Decimal
from typing import Any

import pytest
from babel.core import get_global

from hub.domain.errors import InvalidError
from hub.domain.mapping.codecs import CODECS, Chain, Codec, Cut, Ref, ValueMap
from hub.domain.mapping.codecs.countries import ALPHA3
from hub.domain.mapping.links import MissingLinkError
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.syntax import parse_codec
from hub.testing.mappings import FakeLinks

TABLE = ValueMap("t", (("unpaid", ("Unpaid", "Overdue", None)), ("paid", ("Paid", 2)), (True, (1,)), (False, (0,))))
LINKS = FakeLinks({"customer": {"C1": "42"}})
CALLS = [(name, call) for name, kind in CODECS.items() for call in kind.calls]


def for_currencies(codec: Codec) -> list[Codec]:
    """The codec, for one currency of each number of places where it needs one."""
    return [codec] if codec.companion is None else [codec.at(LINKS, currency) for currency in ("CNY", "JPY", "KWD")]


EVERY: list[Codec] = [
    *(codec for _, call in CALLS for codec in for_currencies(parse_codec(call))),
    parse_codec("datetime", tz="Asia/Shanghai").over(2),
    TABLE,
    Cut(5),
    Ref("customer").at(LINKS, None),
    Chain((parse_codec("strip"), Cut(5))),
    Chain((parse_codec("pair(0)"), Cut(5))),
]


@pytest.mark.parametrize("name", CODECS)
def test_a_codec_says_how_it_is_called_and_has_edges_on_both_sides(name: str) -> None:
    """What this asks for is what the law tests below are generated from: a new codec is under them at once."""
    kind = CODECS[name]
    assert kind.calls
    assert all(call.partition("(")[0] == name and isinstance(parse_codec(call), kind) for call in kind.calls)
    assert all(parse_codec(call).hub_edges() and parse_codec(call).remote_edges() for call in kind.calls)


@pytest.mark.parametrize("codec", EVERY, ids=str)
def test_what_the_hub_says_comes_back_with_the_same_meaning(codec: Codec) -> None:
    for value in codec.hub_edges():
        sent = codec.to_remote(value)
        back = codec.to_hub(sent)
        assert codec.meaning(codec.to_remote(back)) == codec.meaning(sent), value
        assert codec.hub_meaning(back) == codec.hub_meaning(value), value


@pytest.mark.parametrize("codec", EVERY, ids=str)
def test_what_the_remote_says_comes_back_with_the_same_meaning(codec: Codec) -> None:
    for value in codec.remote_edges():
        assert codec.meaning(codec.to_remote(codec.to_hub(value))) == codec.meaning(value), value


@pytest.mark.parametrize("codec", EVERY, ids=str)
def test_what_is_no_value_of_the_kind_is_refused_and_never_crashes(codec: Codec) -> None:
    for value in (
        "~?",
        [],
        {},
        [None],
        {"a": 1},
        True,
        1.5,
        float("nan"),
        "1e999999",
        "1_000",
        -(10**400),
        "\ud800",
        "99:99",
        (None, None),
    ):
        for carry in (codec.to_remote, codec.to_hub, codec.meaning, codec.hub_meaning):
            try:
                carry(value)
            except (UnfitError, MissingLinkError) as error:
                assert str(error)  # noqa: PT017 - most values are refused, some codecs take some


@pytest.mark.parametrize(
    ("codec", "hub", "remote"),
    [
        ("decimal(2)", "12.5", "12.50"),
        ("decimal(2)", "-0.001", "0.00"),
        ("decimal(2)", "2.345", "2.35"),
        ("number(3)", "2.5", 2.5),
        ("number(3)", "2.0", 2),
        ("scale(100, 2)", "0.13", 13),
        ("scale(100, 2)", "0.065", 6.5),
        ("epoch(ms)", "2026-01-31T08:00:00+00:00", 1769846400000),
        ("epoch(s)", "1969-12-31T23:59:59+00:00", -1),
        ("date(compact)", "2026-01-31", "20260131"),
        ("datetime(Asia/Shanghai)", "2026-01-31T08:00:00+00:00", "2026-01-31T16:00:00"),
        ('datetime(Asia/Shanghai, " ")', "2026-01-31T08:00:00+00:00", "2026-01-31 16:00:00"),
        ("datetime", "2026-01-31T08:00:00+00:00", "2026-01-31T08:00:00+00:00"),
        ("bool(Yes, No)", True, "Yes"),
        ("enum_case(upper)", "in_service", "IN_SERVICE"),
        ("enum_case(title)", "in_service", "In Service"),
        ("enum_case(camel)", "in_service", "inService"),
        ("country(alpha3)", "CN", "CHN"),
        ('join(", ")', ["a", "b"], "a, b"),
        ('split(", ")', "a, b", ["a", "b"]),
        ("phone(CN)", "+8613800138000", "+8613800138000"),
    ],
)
def test_a_value_is_written_as_the_remote_wants_it_and_read_back(codec: str, hub: object, remote: object) -> None:
    carrier = parse_codec(codec)
    assert carrier.to_remote(hub) == remote
    assert type(carrier.to_remote(hub)) is type(remote)
    assert carrier.hub_meaning(carrier.to_hub(remote)) == carrier.hub_meaning(hub)


@pytest.mark.parametrize(
    ("codec", "remote", "hub"),
    [
        ("phone(CN)", "010 8888-6666", "+861088886666"),
        ("phone(CN)", "138 0013 8000", "+8613800138000"),
        ("date", "2026-01-31T00:00:00", "2026-01-31"),
        ("datetime", "2026-01-31T16:00:00.123+08:00", "2026-01-31T08:00:00+00:00"),
        ("country", "chn", "CN"),
        ("pair(0)", [5, "Acme"], 5),
        ("pair(1)", [5, "Acme"], "Acme"),
        ("pair(0)", False, None),
        ("strip", "  ", None),
        ("phone(CN)", "", None),
        ("decimal(2)", "", None),
        ("email", " Info@Acme.CN ", "info@acme.cn"),
        ('join(", ")', "a,b ,, c", ["a", "b", "c"]),
    ],
)
def test_a_value_is_read_as_people_and_systems_write_it(codec: str, remote: object, hub: object) -> None:
    assert parse_codec(codec).to_hub(remote) == hub


def test_a_local_time_over_two_fields() -> None:
    codec = parse_codec("datetime", tz="Asia/Shanghai").over(2)
    assert codec.to_remote("2026-01-31T08:00:00+00:00") == ("2026-01-31", "16:00:00")
    assert codec.to_hub(("2026-01-31", "9:05:03.25")) == "2026-01-31T01:05:03+00:00"
    assert codec.to_hub(("2026-01-31", None)) == "2026-01-30T16:00:00+00:00"
    assert codec.to_hub((None, "09:00:00")) is None


def test_the_second_of_two_equal_hours_stays_when_the_hub_holds_it() -> None:
    codec = parse_codec("datetime(Europe/Berlin)")
    second = "2026-10-25T01:30:00+00:00"
    assert codec.to_remote(second) == "2026-10-25T02:30:00"
    assert codec.hub_meaning(second) == codec.meaning("2026-10-25T02:30:00")


def test_money_has_the_places_of_its_currency_and_is_never_rounded() -> None:
    money = parse_codec("money(by: currency)")
    assert money.at(LINKS, "JPY").to_remote("1234") == "1234"
    assert money.at(LINKS, "CNY").to_hub(12.5) == "12.50"
    with pytest.raises(UnfitError, match="more places than CNY allows"):
        money.at(LINKS, "CNY").to_remote("12.345")
    with pytest.raises(UnfitError, match="no currency: fill currency"):
        money.to_remote("1")
    minor = parse_codec("minor_units(by: totals.currency)")
    assert minor.companion == "totals.currency"
    assert [minor.at(LINKS, name).to_remote("12") for name in ("CNY", "JPY", "KWD")] == [1200, 12, 12000]
    assert minor.at(LINKS, "KWD").to_hub(12345) == "12.345"


def test_a_decimal_is_not_changed_by_the_wire() -> None:
    """rustledger/rustfava#205, #215: Decimals became floats on the way."""
    assert parse_codec("decimal(2)").to_hub(0.1 + 0.2) == "0.30"
    assert parse_codec("decimal(2)").to_remote("1234567890123456.78") == "1234567890123456.78"
    with pytest.raises(UnfitError, match="more digits than a JSON number keeps"):
        parse_codec("number(2)").to_remote("1234567890123456.78")
    assert isinstance(parse_codec("number(2)").meaning(0.1), str | Decimal)


def test_a_table_reads_many_values_and_writes_the_first() -> None:
    assert (TABLE.to_hub("Overdue"), TABLE.to_remote("unpaid")) == ("unpaid", "Unpaid")
    assert TABLE.to_hub(None) == "unpaid"
    assert TABLE.to_hub(1) is True
    with pytest.raises(UnfitError, match="'Furlong' is not one of Unpaid, Overdue, null, Paid, 2, 1, 0"):
        TABLE.to_hub("Furlong")
    with pytest.raises(UnfitError, match="True is not one of Unpaid"):
        TABLE.to_hub(value=True)


def test_a_reference_is_looked_up_and_one_without_link_names_the_record() -> None:
    ref = Ref("customer").at(LINKS, None)
    assert (ref.to_remote("C1"), ref.to_hub(42), ref.to_hub("42")) == ("42", "C1", "C1")
    with pytest.raises(Exception, match="customer 7 of the other side is not linked yet"):
        ref.to_hub(7)
    assert ref.hub_meaning("C9") == "C9"


def test_codecs_stand_in_a_chain() -> None:
    chain = Chain((Ref("customer"), parse_codec("number"))).at(LINKS, None)
    assert chain.to_remote("C1") == 42
    assert chain.to_hub(42) == "C1"
    assert chain.meaning(42.0) == "42"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("decmal(2)", "is no codec"),
        ("decimal(x)", "no number"),
        ("decimal(99)", "no number"),
        ("decimal(1, 2)", "takes no '2'"),
        ("scale", "missing"),
        ("scale(0)", "no number"),
        ("decimal(size: 2)", "takes no 'size'"),
        ("phone(XX)", "not a region"),
        ("datetime(Mars/Base)", "not a time zone"),
        ("datetime(../../etc/passwd)", "not a time zone"),
        ("epoch(h)", "epoch"),
        ("date(us)", "date"),
        ("country(name)", "country"),
        ("enum_case(kebab)", "enum_case"),
        ("bool(1)", "missing"),
        ("join(", "is no codec"),
        ('join("a"b)', "cannot be read"),
        ("money(currency: CNY)", "takes no"),
    ],
)
def test_a_wrong_codec_call_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        parse_codec(text)


def test_a_value_over_two_fields_needs_a_codec_that_can() -> None:
    for text in ("decimal", "datetime"):
        with pytest.raises(InvalidError, match="cannot be spread over 2"):
            parse_codec(text).over(2)


def test_the_country_table_is_iso_3166() -> None:
    aliases = get_global("territory_aliases")
    assert len(ALPHA3) == 249
    assert all(aliases[long] == [short] for short, long in ALPHA3.items())


def hashable(value: Any) -> bool:
    return isinstance(hash(value), int)


@pytest.mark.parametrize("codec", EVERY, ids=str)
def test_a_meaning_can_be_compared_and_hashed(codec: Codec) -> None:
    assert all(hashable(codec.hub_meaning(value)) for value in codec.hub_edges())
