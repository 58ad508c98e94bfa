"""A person of the ERP asks again what may be asked again, and looks before paying twice."""

import pytest
import requests
import responses

from hub.testing.tryton import person as people
from hub.testing.tryton import rpc as wire
from hub.testing.tryton.person import ErpPerson
from hub.testing.tryton.rpc import TrytonRpc

URL = "http://127.0.0.1:9"
AT = f"{URL}/erp/rpc/"
AWAY = requests.ConnectionError("away")
PATIENCE = 10.0


def answer(result: object) -> None:
    responses.post(AT, json={"id": 1, "result": result})


@pytest.fixture(autouse=True)
def logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "AGAIN", 0)
    monkeypatch.setattr(people, "AGAIN", 0)
    answer([7, "token"])
    answer({"company": 1})


@responses.activate
def test_reading_is_asked_again_until_the_erp_is_back() -> None:
    responses.post(AT, body=AWAY)
    answer([4, 5])
    rpc = TrytonRpc(URL, "stores", "secret", patience=PATIENCE)
    assert rpc.call("stock.location.search", []) == [4, 5]


@responses.activate
def test_creating_is_never_asked_twice() -> None:
    responses.post(AT, body=AWAY)
    rpc = TrytonRpc(URL, "stores", "secret", patience=PATIENCE)
    with pytest.raises(requests.ConnectionError):
        rpc.create("party.party", name="One")
    assert len(responses.calls) == 3


@responses.activate
def test_an_invoice_whose_payment_got_no_answer_is_looked_at_and_not_paid_again() -> None:
    person = ErpPerson(URL, "finance", "secret", patience=PATIENCE)
    answer([31])
    answer([{"amount_to_pay": {"__class__": "Decimal", "decimal": "475.67"}}])
    answer([31])
    answer([{"amount_to_pay": {"__class__": "Decimal", "decimal": "475.67"}}])
    responses.post(AT, body=AWAY)
    answer([{"amount_to_pay": {"__class__": "Decimal", "decimal": "0.00"}}])
    person.pay_rest("INV-1")
    assert sum("wizard" in str(call.request.body) for call in responses.calls) == 1
