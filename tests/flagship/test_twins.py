"""The twins are strict: what their documentation does not allow is refused, as margince/margince#247 teaches."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.flagship.asset import Asset
from tests.flagship.crm import Crm
from tests.flagship.erp import Erp
from tests.flagship.twin import Clock, Request, Twin

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def ask(twin: Twin, op: str, name: str, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    request: Request = {"op": op, "object": name, "headers": {"Authorization": twin.credential(), **(headers or {})}}
    answer = twin.serve(request | more)
    assert answer is not None
    return answer


KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("twin", "op", "name", "headers", "body", "status"),
    [
        (Crm, "upsert", "account", {}, {"name": "A", "colour": "red"}, 400),
        (Crm, "upsert", "account", {}, {"name": 7}, 400),
        (Crm, "upsert", "account", {}, {"name": "A" * 81}, 422),
        (Crm, "upsert", "account", {}, {"phone": "1"}, 422),
        (Crm, "upsert", "account", {}, {"name": "A", "phone": "none"}, 422),
        (Crm, "upsert", "account", {}, {"name": "A", "tier": "gold"}, 422),
        (Crm, "upsert", "contact", {}, {"fullName": "A", "accountId": "account-9"}, 422),
        (Crm, "create", "account", {}, {"name": "A"}, 405),
        (Crm, "upsert", "account", {"Idempotency-Key": "k"}, {"name": "A"}, 400),
        (Crm, "upsert", "account", {"Authorization": "Bearer old"}, {"name": "A"}, 401),
        (Erp, "create", "partner", {}, {"title": "A"}, 400),
        (Erp, "create", "bill", KEY, {"partner": "1", "currency": "CNY", "hub_key": "h", "lines": []}, 400),
        (Erp, "create", "bill", KEY, {"partner": 1, "currency": "CNY", "hub_key": "h", "lines": []}, 422),
        (Erp, "create", "item", KEY, {"sku": "S", "label": "L", "unit": "EA", "price": "1,5"}, 422),
        (Erp, "create", "bill", KEY, {"state": "posted"}, 400),
        (Asset, "create", "unit", {}, {"serial": None}, 422),
        (Asset, "act", "unit", {}, {"action": "scrap"}, 405),
    ],
)
def test_what_is_not_allowed_is_refused(
    twin: type[Twin], op: str, name: str, headers: dict[str, str], body: dict[str, Any], status: int
) -> None:
    system = twin(Clock(NOW))
    assert ask(system, op, name, headers, body=body)["status"] == status
    assert not system.rows


@pytest.mark.parametrize(
    ("twin", "name", "right"),
    [
        (Crm, "account", "2026-03-02T01:00:00.000Z"),
        (Erp, "item", 1772413200000),
        (Asset, "unit", "2026-03-02T01:00:00Z"),
    ],
)
@pytest.mark.parametrize(
    "instant", ["2026-03-02T01:00:00.000Z", 1772413200000, "2026-03-02T01:00:00Z", "2026-03-02 01:00:00", 1.5]
)
def test_an_instant_in_another_format_is_refused(twin: type[Twin], name: str, right: object, instant: object) -> None:
    answer = ask(twin(Clock(NOW)), "list", name, query={"since": instant, "until": right})
    assert answer["status"] == (200 if instant == right and type(instant) is type(right) else 400)


def test_each_writes_values_down_in_its_own_way() -> None:
    crm, erp, asset = Crm(Clock(NOW)), Erp(Clock(NOW)), Asset(Clock(NOW))
    partner = ask(erp, "create", "partner", KEY, body={"title": "A", "code": " c-1 ", "mail": "Li@A.cn"})["body"]
    item = ask(
        erp, "create", "item", {"Idempotency-Key": "i"}, body={"sku": "s", "label": "L", "unit": "EA", "price": "1.125"}
    )
    owner = ask(asset, "create", "owner", body={"label": "A" * 30, "code": "C-1"})["body"]
    assert ask(crm, "upsert", "account", body={"name": " A "})["body"]["fields"] == {"name": "A"}
    assert (partner["id"], partner["fields"]) == (1, {"title": "A", "code": "C-1", "mail": "li@a.cn"})
    assert item["body"]["fields"]["price"] == "1.13"
    assert owner["fields"] == {"label": "A" * 24, "code": "c-1", "memo_key": None, "tel": None}


def test_a_key_answers_again_and_with_another_body_refuses() -> None:
    erp = Erp(Clock(NOW))
    first = ask(erp, "create", "partner", KEY, body={"title": "A"})
    assert ask(erp, "create", "partner", KEY, body={"title": "A"}) == first
    assert ask(erp, "create", "partner", KEY, body={"title": "B"})["status"] == 422
    assert len(erp.of("partner")) == 1


def test_a_stale_version_is_refused() -> None:
    crm = Crm(Clock(NOW))
    made = ask(crm, "upsert", "account", body={"name": "A"})["body"]
    locks = {"If-Match": str(made["revision"])}
    assert ask(crm, "update", "account", id=made["id"], body={"name": "B"})["status"] == 428
    assert ask(crm, "update", "account", locks, id=made["id"], body={"name": "B"})["status"] == 200
    assert ask(crm, "update", "account", locks, id=made["id"], body={"name": "C"})["status"] == 412
