"""Reconciliation for people and programs: made, read in two languages, exported, signed off by a person."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from hub.domain.documents import Doc
from hub.files.compiling import compile_mapping
from hub.files.mappings import parse_mapping
from hub.ports.accounts import User
from hub.services import accounts, reconciliation, records
from hub.services.composing import composed
from hub.services.context import Hub, System
from hub.services.period import period_of
from hub.testing.clock import FakeClock
from hub.testing.fake_system import FakeSystem
from tests.sync_bench import CUSTOMER, SPECS
from tests.unit.web.clients import PASSWORD, Api, Browser

PERIOD = {"from": "2026-03-01", "to": "2026-03-31"}
AT = "/reconciliation/reports"


@pytest.fixture
def hub(hub: Hub, clock: FakeClock) -> Hub:
    mapping = compile_mapping(parse_mapping(CUSTOMER, "customer.yaml"))
    erp = FakeSystem(clock, SPECS)
    erp.create("party", {"name": "there"})
    system = System("erp", composed(erp, [mapping]), erp.objects(), {"customer": mapping})
    hub.store.run(lambda tx: records.create(hub, tx, hub.actor("li"), "customer", {"name": "here"}))
    return replace(hub, systems={"erp": system})


@pytest.fixture
def finance(hub: Hub, people: dict[str, User], browser: Callable[[str], Browser]) -> Browser:
    accounts.add_user(hub, hub.actor("s"), login="fin", name="范财务", password=PASSWORD, roles=("finance",))
    return browser("fin")


def made(hub: Hub) -> str:
    period = period_of(*PERIOD.values())
    return reconciliation.reconcile(hub, hub.actor("li"), "erp", period).id


def test_finance_makes_reads_and_signs_a_report(hub: Hub, finance: Browser) -> None:
    assert "There is no report yet." in finance.get("/reconciliation").text
    answer = finance.post("/reconciliation", {"system": "erp", **PERIOD})
    assert answer.status_code in {302, 303}
    page = finance.get(answer.location).text
    assert "Reconciliation with erp" in page
    assert "Not signed off yet." in page
    (run,) = reconciliation.listing(hub)
    assert finance.post(f"{answer.location}/sign", {"digest": "another"}).status_code == 409
    finance.post(f"{answer.location}/sign", {"digest": run.detail["digest"]})
    page = finance.get(answer.location).text
    assert "Signed off by 范财务" in page
    assert "Sign off these figures" not in page
    assert "范财务" in finance.get("/reconciliation").text


def test_the_same_figures_are_shown_as_signed_before_and_others_are_not(hub: Hub, finance: Browser) -> None:
    first = reconciliation.report(hub, made(hub))
    reconciliation.sign(hub, hub.actor("li"), first.id, first.detail["digest"], "Li Lei")
    assert "signed off before by Li Lei" in finance.get(f"/reconciliation/{made(hub)}").text
    hub.store.run(lambda tx: records.create(hub, tx, hub.actor("li"), "customer", {"name": "new"}))
    assert "signed off before" not in finance.get(f"/reconciliation/{made(hub)}").text


def test_the_page_and_the_files_speak_the_readers_language(hub: Hub, finance: Browser) -> None:
    run = made(hub)
    user = hub.store.read(lambda tx: tx.accounts.by_login("fin"))
    assert user is not None
    accounts.change_user(hub, hub.actor("s"), user.id, language="zh")
    assert "双方数据概况" in finance.get(f"/reconciliation/{run}").text
    file = finance.get(f"/reconciliation/{run}/export?format=xlsx")
    assert "双方数据概况" in load_workbook(io.BytesIO(file.data)).sheetnames
    assert file.headers["Content-Disposition"] == 'attachment; filename="reconciliation-erp-2026-03-31.xlsx"'


def test_a_wrong_period_names_the_field(finance: Browser) -> None:
    answer = finance.post("/reconciliation", {"system": "erp", "from": "2026-03-31", "to": "2026-03-01"})
    assert answer.status_code == 422
    assert "The last day lies before the first." in answer.text


def test_who_may_not_reconcile_sees_no_report(hub: Hub, browser: Callable[[str], Browser]) -> None:
    run = made(hub)
    stranger = browser("li")
    for path in ("/reconciliation", f"/reconciliation/{run}", f"/reconciliation/{run}/export"):
        assert stranger.get(path).status_code == 403
    assert stranger.post(f"/reconciliation/{run}/sign", {"digest": "x"}).status_code == 403


def test_a_program_makes_and_reads_reports_but_signs_none(hub: Hub, api: Callable[..., Api]) -> None:
    program = api("reconciliation:read", "reconciliation:run")
    answer = program.post(AT, {"system": "erp", **PERIOD})
    assert answer.status_code == 201
    report: Doc = answer.get_json()
    assert report["figures"]["objects"][0]["only_system"] == 1
    assert program.get(AT).get_json()["items"][0]["digest"] == report["digest"]
    assert program.get(f"{AT}/{report['id']}").get_json() == report
    assert program.get(f"{AT}/{report['id']}/export?format=csv").data.startswith(b"\xef\xbb\xbf")
    assert program.get(f"{AT}/{report['id']}/export?format=doc").status_code == 404
    assert program.post(f"{AT}/{report['id']}/sign", {"digest": report["digest"]}).status_code == 403
    assert program.get(f"{AT}/none").status_code == 404
    assert program.post(AT, {"system": "erp"}).status_code == 422
    assert program.post(AT, {"system": "crm", **PERIOD}).status_code == 404


def test_a_person_signs_over_the_api(hub: Hub, finance: Browser) -> None:
    run = reconciliation.report(hub, made(hub))
    headers = {"X-CSRF-Token": finance.csrf}
    answer = finance.client.post(f"/api/v1{AT}/{run.id}/sign", json={"digest": run.detail["digest"]}, headers=headers)
    assert answer.get_json()["signed"]["name"] == "范财务"


def test_the_page_of_systems_shows_the_drift_and_compares_on_demand(
    hub: Hub, browser: Callable[[str], Browser]
) -> None:
    boss = browser("boss")
    assert "not compared yet" in boss.get("/sync").text
    assert boss.post("/sync/drift/erp").status_code in {302, 303}
    assert boss.post("/sync/drift/crm").status_code == 404
