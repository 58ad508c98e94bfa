"""Values of OData on the wire: every type there and back, in both versions, and nothing that ends a literal."""

from typing import Any

import pytest

from connectors.odata.keys import joined, parted, predicate
from connectors.odata.metadata import Entity, Property
from connectors.odata.values import DAY, V2, V4, literal, read, write
from hub.domain.errors import RejectedError

BOTH_WAYS = [
    ("Edm.String", V2, "O'Neill 欧", "O'Neill 欧", "'O''Neill 欧'"),
    ("Edm.Decimal", V2, "12.50", "12.50", "12.50M"),
    ("Edm.Double", V2, "1.5", "1.5", "1.5d"),
    ("Edm.Int32", V2, 7, 7, "7"),
    ("Edm.Int64", V2, 7, "7", "7L"),
    ("Edm.Boolean", V2, True, True, "true"),
    (DAY, V2, "2026-01-31", "/Date(1769817600000)/", "datetime'2026-01-31T00:00:00'"),
    ("Edm.DateTime", V2, "2026-01-31T08:00:00", "/Date(1769846400000)/", "datetime'2026-01-31T08:00:00'"),
    (
        "Edm.DateTimeOffset", V2, "2026-01-31T08:00:00+00:00", "/Date(1769846400000+0000)/",
        "datetimeoffset'2026-01-31T08:00:00Z'",
    ),
    ("Edm.Time", V2, "08:05:09", "PT08H05M09S", "time'PT08H05M09S'"),
    (
        "Edm.Guid", V2, "01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef",
        "guid'01234567-89ab-cdef-0123-456789abcdef'",
    ),
    ("Edm.String", V4, "O'Neill", "O'Neill", "'O''Neill'"),
    ("Edm.Decimal", V4, "12.50", "12.50", "12.50"),
    ("Edm.Date", V4, "2026-01-31", "2026-01-31", "2026-01-31"),
    ("Edm.DateTimeOffset", V4, "2026-01-31T08:00:00+00:00", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
    ("Edm.TimeOfDay", V4, "08:05:09", "08:05:09", "08:05:09"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "version", "ours", "theirs", "address"), BOTH_WAYS)
def test_a_value_crosses_both_ways(kind: str, version: int, ours: Any, theirs: Any, address: str) -> None:
    assert write(kind, ours, version, where="X") == theirs
    assert read(kind, theirs) == ours
    assert literal(kind, ours, version, where="X") == address


@pytest.mark.parametrize(
    ("kind", "told", "meant"),
    [
        ("Edm.DateTimeOffset", "/Date(1769846400123+0000)/", "2026-01-31T08:00:00.123000+00:00"),
        ("Edm.DateTimeOffset", "2026-01-31T16:00:00.1234567+08:00", "2026-01-31T08:00:00.123456+00:00"),
        ("Edm.DateTimeOffset", "/Date(-1000)/", "1969-12-31T23:59:59+00:00"),
        ("Edm.TimeOfDay", "08:05:09.1234567", "08:05:09"),
        ("Edm.Time", "PT0S", "00:00:00"),
        ("Edm.Decimal", 5, "5"),
        ("Edm.Decimal", "1E2", "100"),
    ],
)
def test_other_notations_are_understood(kind: str, told: Any, meant: str) -> None:
    assert read(kind, told) == meant


WRONG = [
    ("Edm.Decimal", "1M or 1 eq 1"),
    ("Edm.Decimal", "NaN"),
    ("Edm.Int32", "1 or true"),
    ("Edm.Int32", True),
    ("Edm.Boolean", "true"),
    ("Edm.Guid", "x' or '1' eq '1"),
    (DAY, "2026-01-31' or 1 eq 1"),
    ("Edm.DateTimeOffset", "2026-01-31T08:00:00"),
    ("Edm.Time", "8"),
    ("Edm.String", 5),
    ("Edm.String", ["a"]),
]
OF_BOTH = [(*wrong, version) for version in (V2, V4) for wrong in WRONG]
ONLY_V2 = {DAY, "Edm.Time"}  # version 4 has no such types


@pytest.mark.parametrize(
    ("kind", "value", "version"), [one for one in OF_BOTH if one[2] == V2 or one[0] not in ONLY_V2]
)
def test_what_is_not_of_the_type_is_refused_and_not_repeated(kind: str, value: Any, version: int) -> None:
    for turn in (write, literal):
        with pytest.raises(RejectedError) as refused:
            turn(kind, value, version, where="Colour")
        assert "Colour" in str(refused.value)
        assert str(value) not in str(refused.value)


@pytest.mark.parametrize("values", [("a",), ("a,b",), ("a", "b"), ("a,b", "c%d'e"), ("", "x"), ("欧/罗", "2026")])
def test_an_id_of_several_parts_comes_apart_again(values: tuple[str, ...]) -> None:
    assert parted(joined(values), len(values)) == values


def test_a_key_predicate_holds_whatever_its_values_are() -> None:
    one = Entity("T", ("A",), {"A": Property("A", "Edm.String")})
    two = Entity("T", ("A", "B"), {"A": Property("A", "Edm.String"), "B": Property("B", "Edm.Int32")})
    assert predicate(one, {"A": "x')/to_Other('y"}, V2) == "('x'')%2Fto_Other(''y')"
    assert predicate(two, {"A": "a/b?c#d&e", "B": 5}, V2) == "(A='a%2Fb%3Fc%23d%26e',B=5)"
