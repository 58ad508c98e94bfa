"""Fields: what a record says, and what is written of a document."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.transport.declared.forms import pair_of
from hub.transport.declared.instants import Instants
from hub.transport.declared.paths import reader
from tests.unit.connectors.rest_system import Shop

SHANGHAI = Instants("text", "%Y-%m-%d %H:%M:%S", "Asia/Shanghai")
DAY = datetime(2026, 3, 2, 1, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", 1),
        ("b.c", 2),
        ("rows.0.x", "p"),
        ("rows[x=q].y", 5),
        ("rows[x=none].y", None),
        ("d.e", "with a dot"),
        ("b.c.d", None),
        ("rows.9.x", None),
    ],
)
def test_a_path_reads(path: str, value: Any) -> None:
    record = {"a": 1, "b": {"c": 2}, "rows": [{"x": "p"}, {"x": "q", "y": 5}], "d.e": "with a dot"}
    assert reader(path)(record) == value


@pytest.mark.parametrize(
    ("told", "there", "here"),
    [
        ({"as": "text"}, 12, "12"),
        ({"as": "integer"}, "12", 12),
        ({"as": "html"}, "Li &amp; S&ouml;hne &lt;A&gt; &#039;&amp;amp;&#039;", "Li & Söhne <A> '&amp;'"),
        ({"as": "number"}, "12.50", "12.50"),
        ({"as": "number"}, 12, "12"),
        ({"as": "boolean"}, 1, True),
        ({"as": "date"}, "2026-03-02", "2026-03-02"),
        ({"as": "date", "pattern": "%d.%m.%Y"}, "02.03.2026", "2026-03-02"),
        ({"as": "date", "instants": {"form": "epoch_ms", "zone": "Asia/Shanghai"}}, 1772380800000, "2026-03-02"),
        ({"as": "instant"}, "2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00+00:00"),
        ({"as": "instant", "instants": {"form": "epoch_s"}}, "1772413200.25", "2026-03-02T01:00:00.250000+00:00"),
    ],
)
def test_values_are_plain_json_with_us(told: dict[str, Any], there: Any, here: Any) -> None:
    decode, _ = pair_of(told, Instants())
    assert decode(there) == here


@pytest.mark.parametrize(
    ("told", "here", "there"),
    [
        ({"as": "date", "pattern": "%d.%m.%Y"}, "2026-03-02", "02.03.2026"),
        ({"as": "date", "instants": {"form": "epoch_ms", "zone": "Asia/Shanghai"}}, "2026-03-02", 1772380800000),
        ({"as": "instant"}, "2026-03-02T09:00:00+08:00", "2026-03-02T01:00:00.000Z"),
        ({"as": "boolean"}, True, True),
    ],
)
def test_values_are_theirs_over_there(told: dict[str, Any], here: Any, there: Any) -> None:
    _, encode = pair_of(told, Instants())
    assert encode(here) == there


@pytest.mark.parametrize(
    ("instants", "down", "up"),
    [
        (Instants(), "2026-03-02T01:00:00.250Z", "2026-03-02T01:00:00.250Z"),
        (Instants(places=0), "2026-03-02T01:00:00Z", "2026-03-02T01:00:01Z"),
        (Instants(places=0, offset="numeric", zone="Asia/Shanghai"), "2026-03-02T09:00:00+08:00",
         "2026-03-02T09:00:01+08:00"),
        (Instants(places=6, offset="none"), "2026-03-02T01:00:00.250000", "2026-03-02T01:00:00.250000"),
        (Instants("epoch_s"), 1772413200, 1772413201),
        (Instants("epoch_ms"), 1772413200250, 1772413200250),
        (SHANGHAI, "2026-03-02 09:00:00", "2026-03-02 09:00:01"),
    ],
)  # fmt: skip
def test_a_time_is_written_to_the_steps_of_the_product(instants: Instants, down: Any, up: Any) -> None:
    assert [instants.write(DAY), instants.write(DAY, up=True)] == [down, up]


@pytest.mark.parametrize(
    ("instants", "told"),
    [
        (Instants(), "2026-03-02T01:00:00.250+0000"),
        (Instants(), "2026-03-02T01:00:00.25Z"),
        (Instants("epoch_ms"), "1772413200250"),
        (Instants(zone="Asia/Shanghai"), "2026-03-02T09:00:00.25"),
    ],
)
def test_a_time_is_read_in_utc(instants: Instants, told: Any) -> None:
    assert instants.read(told) == DAY


FIELDS = {
    "name": {},
    "status": {"from": "status.name", "to": "status_id", "as": "text"},
    "partner": {"from": "partner_id.0", "to": "partner_id", "as": "integer", "empty": [False], "clear": False},
    "serial": {"from": "custom[name=SN].value", "to": "custom.SN"},
    "price": {"as": "number"},
    "total": {"computed": True},
    "code": {"create_only": True},
}


def test_a_document_is_read_and_written_as_declared() -> None:
    record = {
        "id": 7, "name": "a", "status": {"name": "new"}, "partner_id": False, "price": "2.50", "total": 3, "code": "c",
        "custom": [{"name": "SN", "value": "S1"}],
    }  # fmt: skip
    shop = Shop(
        {"fields": FIELDS, "get": {"path": "/items/{id}"}, "create": {"path": "/items"}, "update": {"path": "/{id}"}},
        lambda asked: record if asked.method == "GET" else {"id": 7},
    )
    seen = shop.connector.get("item", "7")
    assert seen is not None
    assert seen.doc == {
        "name": "a", "status": "new", "partner": None, "serial": "S1", "price": "2.50", "total": 3, "code": "c",
    }  # fmt: skip
    shop.connector.create("item", {**seen.doc, "partner": 5})
    assert shop.asked[-2].text == (
        '{"name":"a","status_id":"new","partner_id":5,"custom":{"SN":"S1"},"price":2.50,"code":"c"}'
    )
    shop.connector.update("item", seen, {**seen.doc, "serial": "S2", "price": None, "code": "other", "total": 9})
    assert shop.asked[-2].doc == {"custom": {"SN": "S2"}, "price": None}


def test_a_value_that_is_not_as_declared_is_refused_by_its_field() -> None:
    shop = Shop({"fields": {"price": {"as": "number"}}, "get": {"path": "/{id}"}}, lambda _: {"id": "1", "price": "x"})
    with pytest.raises(Exception, match="price"):
        shop.connector.get("item", "1")
