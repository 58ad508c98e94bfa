"""The operator's policies: every YAML file of config/ parsed into the domain's rules, all problems at once."""

from collections.abc import Iterable
from pathlib import Path

from hub.domain.policies import Policies
from hub.domain.roles import Role
from hub.files.policies.calendars import read_calendars
from hub.files.policies.dispatching import read_dispatch
from hub.files.policies.leads import read_leads
from hub.files.policies.procedures import read_sop
from hub.files.policies.rates import read_charges
from hub.files.policies.reading import Folder, Problems, Source
from hub.files.policies.service_levels import read_sla
from hub.files.policies.workflows import read_workflows

__all__ = ["load_policies"]


def load_policies(config: Iterable[Path], schemas: Path) -> Policies:
    """Read config/ into policies. ``config`` are directories, of which a later one replaces files of an earlier one.

    ``schemas`` is the directory of the meta-schemas. InvalidError names every problem of every file with its path.
    """
    problems = Problems()
    folder = Folder(config, schemas, problems)
    roles_file, calendars_file = folder.one("roles.yaml", "roles"), folder.one("calendars.yaml", "calendars")
    roles = _read_roles(roles_file) if roles_file else {}
    hours = read_calendars(calendars_file) if calendars_file else {}
    workflows = read_workflows(folder.all("workflow", "workflow"), roles)
    sops = tuple(map(read_sop, folder.all("sop", "sop")))
    sla_file, dispatch_file = folder.one("sla.yaml", "sla"), folder.one("dispatch.yaml", "dispatch")
    charges_file, leads_file = folder.one("charges.yaml", "charges"), folder.one("leads.yaml", "leads")
    sla = read_sla(sla_file, hours, roles) if sla_file else None
    dispatch = read_dispatch(dispatch_file) if dispatch_file else None
    charges = read_charges(charges_file, hours) if charges_file else None
    leads = read_leads(leads_file) if leads_file else None
    problems.refuse()
    if (
        sla is None or dispatch is None or charges is None or leads is None
    ):  # a missing file is a problem, so that this is never reached
        raise AssertionError
    return Policies(workflows, sla, hours, dispatch, charges, leads, sops, roles)


def _read_roles(source: Source) -> dict[str, Role]:
    return {
        name: Role(name, doc["title"], frozenset(doc["permissions"]), doc["rows"], doc["sees_personal"])
        for name, doc in source.doc["roles"].items()
    }
