"""Who may log in to the seeded ERP, and no right more than each needs."""

from hub.testing.tryton.logins import Login
from hub.testing.tryton.rpc import TrytonRpc

ADMIN, HUB, FINANCE, STORES = "admin", "tickethub", "finance", "stores"
GROUPS = {
    HUB: ("stock.group_stock", "account.group_account"),
    FINANCE: ("account.group_account",),
    STORES: ("stock.group_stock", "stock.group_stock_admin"),
}
NAMES = {HUB: "Service hub 服务中台", FINANCE: "Finance 财务", STORES: "Stores 仓库"}
ORDERS = ("sale.sale",)


def admit_people(erp: TrytonRpc, company: int, logins: list[Login]) -> None:
    """Create the users beside the administrator; the hub may read orders, which no shipped group allows alone."""
    readers = _create_readers_of_orders(erp)
    for login in logins:
        if login.user in GROUPS:
            own = [readers] if login.user == HUB else []
            _create_user(erp, company, login, [erp.xml_id(name) for name in GROUPS[login.user]] + own)


def _create_user(erp: TrytonRpc, company: int, login: Login, groups: list[int]) -> None:
    erp.create(
        "res.user",
        name=NAMES[login.user],
        login=login.user,
        password=login.password,
        language=erp.one("ir.lang", [["code", "=", "en"]]),
        companies=[["add", [company]]],
        company=company,
        groups=[["add", groups]],
    )


def _create_readers_of_orders(erp: TrytonRpc) -> int:
    may_read = {"perm_read": True, "perm_write": False, "perm_create": False, "perm_delete": False}
    access = [{"model": _model(erp, model), **may_read} for model in ORDERS]
    return erp.create("res.group", name="Reads sales orders", model_access=[["create", access]])


def _model(erp: TrytonRpc, name: str) -> int | str:
    """How a right names its model: in 7.0 by its record, later by its name."""
    by_name = erp.call("ir.model.access.fields_get", ["model"])["model"]["type"] != "many2one"
    return name if by_name else erp.one("ir.model", [["model", "=", name]])
