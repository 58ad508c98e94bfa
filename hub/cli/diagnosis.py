"""Everything that can be wrong with an installation, found in one go: one failure hides no other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from hub.bootstrap import policies_of, shelves_of
from hub.bootstrap.database import check_database
from hub.bootstrap.mapping_drift import drift
from hub.bootstrap.secrets import Environment, secret
from hub.bootstrap.systems import Shelves, lint_systems, system_of
from hub.domain.errors import HubError, InvalidError
from hub.domain.problems import Problem
from hub.files.settings import Settings, SettingsError, load
from hub.services.lanes import side_by_side
from hub.storage.cipher import Keyring

Check = Callable[[Settings, Environment], Iterator[Problem]]


def problems(directory: Path, environment: Environment, *, ask: bool) -> Iterator[Problem]:
    """Every problem; ``ask``: also asks the connected systems."""
    try:
        settings = load(directory)
    except SettingsError as error:
        yield from error.problems
        return
    for check in CHECKS if ask else OFFLINE:
        yield from check(settings, environment)


def key_file(settings: Settings, _: Environment) -> Iterator[Problem]:
    """The key file is there, whole, and nobody else's to read."""
    yield from attempt("key file", lambda: Keyring.load(settings.key_file))
    if settings.key_file.exists() and settings.key_file.stat().st_mode & 0o077:
        yield Problem(str(settings.key_file), "can be read by others.", f"Run: chmod 600 {settings.key_file}")


def secrets(settings: Settings, environment: Environment) -> Iterator[Problem]:
    """Every secret that the settings name is there."""
    for where, reference in references(settings):
        yield from attempt(where, lambda ref=reference: secret(settings, environment, ref))  # type: ignore[misc] # a default binds the loop's value


def references(settings: Settings) -> Iterator[tuple[str, str]]:
    """Where each secret is named, and how."""
    if settings.database.password:
        yield "database.password", settings.database.password
    for system in settings.systems.values():
        for name, reference in system.secrets.items():
            yield f"systems.{system.name}.secrets.{name}", reference
        if system.hooks is not None:
            yield f"systems.{system.name}.hooks.token", system.hooks.token
            for number, reference in enumerate(system.hooks.signing_keys):
                yield f"systems.{system.name}.hooks.signing_keys[{number}]", reference
    for call in settings.calls.values():
        yield f"calls.{call.name}.token", call.token
        for number, reference in enumerate(call.signing_keys):
            yield f"calls.{call.name}.signing_keys[{number}]", reference
    if settings.mail and settings.mail.password:
        yield "mail.password", settings.mail.password


def database(settings: Settings, environment: Environment) -> Iterator[Problem]:
    """The database answers, has the present tables, and was sealed with these keys."""
    yield from attempt("database", lambda: check_database(settings, environment))


def policies(settings: Settings, _: Environment) -> Iterator[Problem]:
    """Every policy file can be read and fits the others."""
    yield from attempt("policies", lambda: policies_of(settings))


def connected(settings: Settings, environment: Environment) -> Iterator[Problem]:
    """Every connector file and mapping can be read and fits."""
    for system in settings.systems.values():
        where = f"systems.{system.name}"
        yield from attempt(where, lambda system=system: system_of(settings, system, environment))  # type: ignore[misc] # a default binds the loop's value


def mappings(settings: Settings, _: Environment) -> Iterator[Problem]:
    """Every mapping fits both schemas and the other mappings; what cannot be read is told by another check."""
    for system, found in lint_systems(settings):
        file = found.file if found.file.startswith(("mappings/", "overlays/", "hub.yaml")) else f"mappings/{found.file}"
        where = f"systems.{system}: {file}" if system else file
        yield Problem(f"{where}:{found.line}: {found.path}", found.message, "")


def reachable(settings: Settings, environment: Environment) -> Iterator[Problem]:
    """Every system that is not paused answers, and says what it lacks for our work; one that hangs delays no other."""
    names = [system.name for system in settings.systems.values() if not system.paused]
    found: dict[str, list[Problem]] = {}

    with shelves_of(settings, environment) as shelves:

        def ask(name: str) -> None:
            found[name] = list(probe(settings, environment, name, shelves))

        side_by_side(ask, names, len(names))
    for name in names:
        yield from found[name]


def drifted(settings: Settings, environment: Environment) -> Iterator[Problem]:
    """What systems changed that mappings rely on; what cannot be asked is told by another check."""
    live = replace(settings, systems={name: each for name, each in settings.systems.items() if not each.paused})
    for each in drift(live, environment, None):
        for found in each.problems:
            where = f"systems.{each.system}: {each.object}: {found.shift.path}"
            yield Problem(where, f"{found.shift.text}: the mapping {each.file} is held", "See 'tickethub map drift'.")


def probe(settings: Settings, environment: Environment, name: str, shelves: Shelves) -> Iterator[Problem]:
    """What one system says of itself; what keeps it from being asked is told by the other checks."""
    try:
        system = system_of(settings, settings.systems[name], environment, shelves)
    except HubError:
        return
    try:
        told = system.connector.probe()
    except HubError as error:
        yield Problem(f"systems.{name}", str(error), "")
        return
    for lack in told.problems:
        yield Problem(f"systems.{name}", str(lack), "")


def attempt(where: str, act: Callable[[], object]) -> Iterator[Problem]:
    """The problems that an act runs into; its messages say how to mend them."""
    try:
        act()
    except InvalidError as error:
        for field in error.fields:
            yield Problem(f"{where}: {field.path}", field.template.format(**field.params), "")
        if not error.fields:
            yield Problem(where, str(error), "")
    except HubError as error:
        yield Problem(where, str(error), "")


OFFLINE: tuple[Check, ...] = (key_file, secrets, database, policies, connected, mappings)
CHECKS: tuple[Check, ...] = (*OFFLINE, reachable, drifted)
