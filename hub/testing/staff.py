"""Who works with the hub in the demo, and what the desk keeps that the ERP does not: technicians, assets, faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.domain.documents import Doc
from hub.testing.console_user import ConsoleUser
from hub.testing.hub_server import HubServer

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = [{"id": day, "weekday": day, "from": "00:00", "to": "23:59"} for day in WEEK]
SYMPTOM = "no_cooling"
PART = "P-FILT-01"


@dataclass(frozen=True)
class Worker:
    """One account of the demo."""

    login: str
    name: str
    role: str
    language: str = "zh"


STAFF = (
    Worker("admin", "Administrator 管理员", "admin", "en"),
    Worker("agent", "Wang Min 王敏", "agent"),
    Worker("dispatcher", "Chen Bo 陈波", "dispatcher"),
    Worker("warehouse", "Sun Li 孙丽", "warehouse"),
    Worker("finance", "Zhao Qian 赵倩", "finance"),
    Worker("manager", "Wu Tao 吴涛", "manager"),
)
TECHNICIANS = (
    ("li.wei", "Li Wei 李伟", "VAN-LI", 3),
    ("zhang.min", "Zhang Min 张敏", "VAN-ZHANG", 1),
)


LOGINS = (*(worker.login for worker in STAFF), *(login for login, *_ in TECHNICIANS))


def hire(hub: HubServer, passwords: Mapping[str, str]) -> None:
    """Give the staff their accounts, while the hub is down; who has one keeps it."""
    known = logins_of(hub)
    for worker in (worker for worker in STAFF if worker.login not in known):
        add_user(hub, passwords, worker.login, worker.name, worker.role, worker.language)


def logins_of(hub: HubServer) -> list[str]:
    """Who has an account, among other words."""
    return hub.run("user", "list").split()


def add_user(
    hub: HubServer, passwords: Mapping[str, str], login: str, name: str, role: str, language: str, *more: str
) -> None:
    """One account."""
    facts = ["--name", name, "--role", role, "--language", language, *more]
    hub.run("user", "add", login, *facts, "--password-stdin", typed=passwords[login] + "\n")


def furnish(hub: HubServer, admin: ConsoleUser, passwords: Mapping[str, str]) -> None:
    """Technicians with their own stock and their accounts, the asset that will fail, the part that its fault needs.

    Each under a key of its own: done again after a death, there is one of each.
    """
    known = logins_of(hub)
    for login, name, van, level in TECHNICIANS:
        own = admin.wait(f"the warehouse {van}", lambda van=van: first(admin, "warehouses", code=van))  # type: ignore[misc]
        doc = technician_doc(login, name, own["id"], level)
        technician = admin.post("technicians", key=f"furnish-{login}", **doc)
        if login not in known:
            add_user(hub, passwords, login, name, "technician", "zh", "--technician", technician["id"])
    customer = admin.wait("the customer of the ERP", lambda: named(admin, "customers", "华信"))
    place = {"line1": "世纪大道1188号", "city": "上海", "country": "CN"}
    site = admin.post(
        "sites", key="furnish-site", customer_id=customer["id"], name="总部机房 Server room", address=place, lat=31.23,
        lon=121.53, territory="shanghai",
    )  # fmt: skip
    admin.post("assets", key="furnish-asset", **asset_doc(customer["id"], site["id"]))
    part = admin.wait(f"the part {PART}", lambda: first(admin, "parts", sku=PART))
    admin.patch(f"parts/{part['id']}", fault_codes=[SYMPTOM])


def technician_doc(login: str, name: str, warehouse_id: str, level: int) -> Doc:
    """A technician who works every day, so that the demo can be played at any hour."""
    expires = (datetime.now(UTC) + timedelta(days=700)).date().isoformat()  # noqa: TID251 - the demo lives today
    return {
        "name": name,
        "user_name": login,
        "active": True,
        "language": "zh",
        "time_zone": "Asia/Shanghai",
        "skills": [{"id": "1", "skill": "hvac", "level": level, "expires_on": expires}],
        "territories": ["shanghai"],
        "shifts": EVERY_DAY,
        "home": {"lat": 31.2, "lon": 121.5},
        "warehouse_id": warehouse_id,
    }


def asset_doc(customer_id: str, site_id: str) -> Doc:
    """The machine that will fail, out of warranty."""
    return {
        "serial": "AC-2021-0117",
        "name": "Precision air conditioner 机房精密空调",
        "customer_id": customer_id,
        "site_id": site_id,
        "status": "active",
        "installed_on": "2021-05-10",
        "warranty": {"starts_on": "2021-05-10", "ends_on": "2023-05-09", "given_by": "maker"},
    }


def first(user: ConsoleUser, plural: str, **query: str) -> Doc | None:
    """The first record that matches, None while there is none."""
    return next(iter(user.items(plural, **query)), None)


def named(user: ConsoleUser, plural: str, part: str) -> Doc | None:
    """The first record whose name holds a word."""
    return next((item for item in user.items(plural, limit="200") if part in item["name"]), None)
