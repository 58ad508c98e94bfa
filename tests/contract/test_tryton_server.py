"""The ERP of the tests and the demo: started, killed, set back, and refused in one line."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from hub.testing.tryton.database import create_seeded
from hub.testing.tryton.fixture import RunningErp
from hub.testing.tryton.rpc import RpcError, TrytonRpc
from hub.testing.tryton.seed.people import FINANCE, HUB, STORES
from hub.testing.tryton.series import TRYTON_80
from hub.testing.tryton.server import ErpError, TrytonServer

pytestmark = pytest.mark.tryton


@pytest.fixture
def own_server(tryton: RunningErp, tmp_path: Path) -> Iterator[TrytonServer]:
    """A second server, for tests that stop it."""
    server = tryton.seeded.serve(tmp_path / "erp")
    server.start()
    yield server
    server.stop()


def log_in(server: TrytonServer) -> TrytonRpc:
    return TrytonRpc(server.url, HUB, server.login(HUB).password)


def test_what_was_written_survives_a_kill_and_a_reset_forgets_it(own_server: TrytonServer) -> None:
    party = log_in(own_server).create("party.party", name="Nanjing Foods 南京食品")
    own_server.kill()
    own_server.start()
    assert log_in(own_server).read("party.party", party, "name")["name"] == "Nanjing Foods 南京食品"
    own_server.reset()
    assert log_in(own_server).call("party.party.search", [["id", "=", party]]) == []


def test_a_taken_port_is_said_in_one_line(tryton: RunningErp, tmp_path: Path) -> None:
    second = tryton.seeded.serve(tmp_path / "erp", port=tryton.server.port)
    with pytest.raises(ErpError, match=f"port {tryton.server.port} is taken"):
        second.start()


def test_a_missing_environment_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ErpError, match="run make tryton"):
        create_seeded(tmp_path / "cache", 2026, series=replace(TRYTON_80, environment=tmp_path / "nowhere"))


def test_the_seed_has_stock_customers_an_order_and_an_open_invoice(
    tryton: RunningErp, own_server: TrytonServer
) -> None:
    own = RunningErp(own_server, tryton.seeded)
    hub, stores = own.person(HUB), own.person(STORES)
    assert [stores.stock_of("P-CTRL-01", place) for place in ("STO", "VAN-LI", "VAN-ZHANG")] == [20, 0, 0]
    customer = hub.rpc.one("party.party", [["name", "like", "Huaxin%"]])
    assert hub.rpc.call("sale.sale.search", [["party", "=", customer], ["state", "=", "processing"]])
    owed = hub.rpc.one("account.invoice", [["party", "=", customer], ["state", "=", "posted"]])
    assert hub.rpc.read("account.invoice", owed, "total_amount")["total_amount"] == Decimal("406.85")


def test_the_hub_may_read_orders_but_not_write_them(tryton: RunningErp) -> None:
    hub = tryton.person(HUB)
    order, *_ = hub.rpc.call("sale.sale.search", [])
    with pytest.raises(RpcError, match="not allowed"):
        hub.rpc.call("sale.sale.write", [order], {"reference": "ours"})


def test_finance_pays_in_parts_and_then_in_full(tryton: RunningErp, own_server: TrytonServer) -> None:
    hub = log_in(own_server)
    finance = RunningErp(own_server, tryton.seeded).person(FINANCE)
    invoice = hub.one("account.invoice", [["state", "=", "posted"]])
    number = hub.read("account.invoice", invoice, "number")["number"]
    finance.pay_invoice(number, Decimal("6.85"))
    assert hub.read("account.invoice", invoice, "amount_to_pay")["amount_to_pay"] == Decimal("400.00")
    finance.pay_invoice(number)
    assert hub.read("account.invoice", invoice, "state")["state"] == "paid"
