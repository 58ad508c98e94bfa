# ruff: noqa: E501 - a table of mistakes reads best with one line each
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.domain.policies import Policies
from hub.domain.roles import may, sees_all_rows, sees_personal
from hub.files.policies import load_policies

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "schemas"
Edit = Callable[[str, str, str], list[str]]


@pytest.fixture(scope="module")
def shipped() -> Policies:
    return load_policies([ROOT / "config"], SCHEMAS)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path / "config"


@pytest.fixture
def edited(config: Path) -> Edit:
    """Replace a text of one file by another and give the problems that loading then finds."""

    def edit(name: str, old: str, new: str) -> list[str]:
        path = config / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return problems(config)

    return edit


def problems(*directories: Path) -> list[str]:
    try:
        load_policies(directories, SCHEMAS)
    except InvalidError as error:
        return [str(field) for field in error.fields]
    return []


def test_the_shipped_policies_load(shipped: Policies) -> None:
    assert set(shipped.workflows) == {"repair", "install", "enquiry"}
    assert set(shipped.sla.policies) == {"standard", "gold", "enquiry"}
    assert sum(shipped.dispatch.weights.values()) == 100
    assert [sop.name for sop in shipped.sops] == ["repair"]
    assert shipped.charges.currency == "CNY"


def test_the_example_holidays_of_china_carry_their_make_up_days(shipped: Policies) -> None:
    calendar = shipped.hours["standard"].calendar
    assert calendar.holidays[date(2026, 2, 17)] == "Spring Festival"
    assert calendar.intervals(date(2026, 2, 14)) == calendar.make_up_hours
    assert calendar.intervals(date(2026, 10, 10)) == calendar.make_up_hours
    assert all(day.weekday() >= 5 for day in calendar.make_up_days)
    assert len(calendar.holidays) == 33


def test_an_installation_takes_over_what_it_does_not_say(shipped: Policies) -> None:
    repair, install = shipped.workflow("repair"), shipped.workflow("install")
    assert install.commands["assign"] == repair.commands["assign"]
    assert install.commands["confirm"].require == ("customer_id", "site_id")
    assert install.facts["work_finished"].require == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("calendars.yaml", "2026-01-01..2026-01-03", "2026-02-30", "calendars.yaml: cannot be read: day is out of range"),
        ("workflow/repair.yaml", "guards: [is_draft]", "guards: [is_daft]", "workflow/repair.yaml: commands.confirm.guards: 'is_daft' is not known: there are"),
        ("workflow/repair.yaml", "effects: [chase]", "effects: [chase_away]", "commands.chase.effects: 'chase_away' is not known"),
        ("workflow/repair.yaml", "who: [manager, admin]", "who: [boss]", "commands.waive_gate.who: 'boss' is not known"),
        ("workflow/repair.yaml", "event: triaged", "event: triagged", "commands.triage.event: 'triagged' is not known"),
        ("workflow/repair.yaml", "from: [new]", "from: [nwe]", "commands.confirm.from[0]: 'nwe' is not one of"),
        ("workflow/repair.yaml", "effects: [confirm]", "when: 'a ='", "commands.confirm.when: expression"),
        ("workflow/repair.yaml", "on_site: technician_arrived", "on_site: arrival", "roll_up: 'arrival' is not known"),
        ("workflow/repair.yaml", "gates: [evidence, settlement, follow_up]\n", "", "repair.yaml: gates: is missing"),
        ("workflow/install.yaml", "extends: repair", "extends: repairs", "install.yaml: extends: 'repairs' is not known"),
        ("sla.yaml", "calendar: extended", "calendar: endless", "sla.yaml: policies.gold.calendar: 'endless' is not known"),
        ("sla.yaml", "p1: 15 min", "p1: 1 d", "policies.standard.targets.first_response.allowed.p1"),
        ("sla.yaml", "{key: soon, before: 1 h,", "{key: warn, before: 1 h,", "alarms: the key 'warn' is there twice"),
        ("sla.yaml", "{key: soon, before: 1 h,", "{key: soon, before: 1 h, share: 5,", "is valid under each of"),
        ("sla.yaml", "tell: [agent]", "tell: [parrot]", "'parrot' is not known"),
        ("sla.yaml", "stop: {events: [appointment_agreed, arrived]", "stop: {events: [arived]", "'arived' is not known"),
        ("sla.yaml", "- {policy: standard}", "- {policy: standart}", "select: 'standart' is not known"),
        ("dispatch.yaml", "travel: 30", "travel: 31", "dispatch.yaml: weights: the weights sum up to 101, not to 100"),
        ("dispatch.yaml", "hard: [active,", "hard: [awake,", "hard: 'awake' is not known"),
        ("leads.yaml", "language: zh", "language: fr", "rules.asset_ages.title: 'fr' is not known: there are en, zh"),
        ("leads.yaml", "Contract {contract} ends", "Contract {asset} ends", "rules.contract_ends.title.en: 'asset' is not known"),
        ("leads.yaml", "days_before: 60", "days_before: 60 d", "leads.yaml: rules.warranty_ends.days_before: '60 d' is not of type"),
        ("calendars.yaml", "zone: Asia/Shanghai", "zone: Mars/Base", "calendars.standard.zone: 'Mars/Base' is not an IANA"),
        ("calendars.yaml", "holidays: [china_2026]", "holidays: [china_2027]", "'china_2027' is not known"),
        ("calendars.yaml", "2026-01-01..2026-01-03", "2026-01-03..2026-01-01", "ends before it begins"),
        ("calendars.yaml", "2026-01-01..2026-01-03", "2026-02-29..2026-02-30", "holds a day that is not in the calendar"),
        ("calendars.yaml", '    make_up: ["09:00-12:00", "13:00-18:00"]\n', "", "make_up: is missing"),
        ("calendars.yaml", '"09:00-12:00", "13:00-18:00"', '"09:00-14:00", "13:00-18:00"', "has intervals that overlap"),
        ("sop/repair.yaml", "when: {finding: [faulty]}", "when: {funding: [faulty]}", "steps[3].when: 'funding' is not known"),
        ("sop/repair.yaml", "when: {finding: [faulty]}", "when: {finding: [broken]}", "'broken' is not known: there are faulty, no_fault"),
        ("sop/repair.yaml", 'least: "0.60"', 'least: "0.90"', "no reading lies between 0.90 and 0.85"),
        ("sop/repair.yaml", "step: before_photo", "step: safety", "steps[1].step: 'safety' is there twice"),
        ("sop/repair.yaml", "kind: choice", "kind: text", "a choice has choices, and nothing else has"),
        ("sop/repair.yaml", "kind: reading", "kind: text", "only a reading has a range"),
        ("sop/repair.yaml", "kind: reading", "kind: text", "only a reading has a meter"),
        ("roles.yaml", "rows: own", "rows: some", "roles.technician.rows: 'some' is not one of"),
        ("roles.yaml", "zh: 坐席", "cn: 坐席", "roles.agent.title"),
        ("roles.yaml", "version: 1", "version: 1\nversion: 2", "roles.yaml: cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_path(edited: Edit, name: str, old: str, new: str, problem: str) -> None:
    found = edited(name, old, new)
    assert any(problem in each for each in found), found


def test_all_problems_of_all_files_come_at_once(config: Path, edited: Edit) -> None:
    edited("dispatch.yaml", "travel: 30", "travel: 31")
    edited("sla.yaml", "calendar: extended", "calendar: endless")
    (config / "charges.yaml").unlink()
    found = edited("sop/repair.yaml", "kind: choice", "kind: text")
    assert {each.split(":")[0] for each in found} == {"dispatch.yaml", "sla.yaml", "charges.yaml", "sop/repair.yaml"}
    assert any("charges.yaml: is missing: `tickethub init` writes it" in each for each in found)


def test_a_wrong_file_does_not_make_others_look_wrong(edited: Edit) -> None:
    found = edited("calendars.yaml", "version: 1", "version: one")
    assert found == ["calendars.yaml: version: 'one' is not of type 'integer'"]


def test_yaml_words_of_old_keep_their_letters(edited: Edit) -> None:
    """YAML 1.1 read NO, on and y as booleans."""
    assert edited("sop/repair.yaml", "no_fault: {en: No fault", "no: {en: No fault") == []


def test_a_later_directory_replaces_files_of_an_earlier_one(config: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "workflow").mkdir(parents=True)
    text = (config / "dispatch.yaml").read_text("utf-8")
    (overlay / "dispatch.yaml").write_text(text.replace("version: 1", "version: 7"), "utf-8")
    shutil.copy(config / "workflow" / "enquiry.yaml", overlay / "workflow" / "enquiry.yaml")
    policies = load_policies([config, overlay], SCHEMAS)
    assert policies.dispatch.version == 7
    assert set(policies.workflows) == {"repair", "install", "enquiry"}


@pytest.mark.parametrize(
    ("roles", "permission", "allowed"),
    [
        ({"admin"}, "invoices:write", True),
        ({"technician"}, "visits:check_in", True),
        ({"technician"}, "tickets:assign", False),
        ({"technician", "dispatcher"}, "tickets:assign", True),
        ({"finance"}, "charges:approve", True),
        ({"agent"}, "charges:approve", False),
        ({"ghost"}, "tickets:read", False),
        ({"agent"}, "desk", True),
        ({"agent"}, "accounts", False),
        (set(), "desk", False),
    ],
)
def test_who_may_do_what(shipped: Policies, roles: set[str], permission: str, allowed: bool) -> None:  # noqa: FBT001  # a case of the table
    assert may(shipped.roles, roles, permission) is allowed


def test_a_technician_sees_own_rows_and_a_warehouse_keeper_no_personal_data(shipped: Policies) -> None:
    assert not sees_all_rows(shipped.roles, {"technician"})
    assert sees_all_rows(shipped.roles, {"technician", "agent"})
    assert not sees_personal(shipped.roles, {"warehouse"})
    assert sees_personal(shipped.roles, {"agent"})


def test_every_ticket_command_is_within_reach_of_a_role_that_may_give_it(shipped: Policies) -> None:
    """The workflow and roles.yaml agree: whom a workflow names for a command, roles.yaml lets give it."""
    wrong = [
        (workflow.name, command.name, role)
        for workflow in shipped.workflows.values()
        for command in workflow.commands.values()
        for role in command.who - {"hub", "api"}
        if not may(shipped.roles, {role}, f"tickets:{command.name}")
    ]
    assert wrong == []
