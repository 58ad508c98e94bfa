"""The connected systems: connectors found by name, mappings compiled, call centres told apart."""

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hub.bootstrap.secrets import Environment, secret
from hub.domain.call_source import CallSource
from hub.domain.errors import FieldError, HubError, InvalidError
from hub.domain.mapping.precedence import with_precedence
from hub.domain.mapping.rules import MappingSpec
from hub.files.compiling import compile_mapping
from hub.files.connectors import ConnectorFile, load_connector
from hub.files.data import data_dir
from hub.files.lint import lint, lint_set, wrong_precedence
from hub.files.mapping_folders import MappingFolders
from hub.files.mappings import load_specs
from hub.files.problems import Problem as MappingProblem
from hub.files.schema_tree import SchemaFolder
from hub.files.settings import CallSettings, Settings, SystemSettings
from hub.ports.clock import Clock
from hub.ports.connector import Connector, Setup
from hub.ports.grants import Grants, GrantsInMemory
from hub.ports.store import Store
from hub.services.composing import composed
from hub.services.context import System
from hub.storage.shelf import SharedGrants

REQUEST_LIMIT = "request_seconds"  # set by us: a lease is reckoned from the same limit
MARGIN = timedelta(seconds=10)  # between a log-in that takes long and a lease that is over
Shelves = Callable[[SystemSettings], Grants]


def in_memory(_system: SystemSettings) -> Grants:
    """A shelf of tokens for who has no database, such as a check of the files."""
    return GrantsInMemory()


def shared_by(store: Store, clock: Clock) -> Shelves:
    """Shelves that all processes on the store's database share; a log-in may take two requests."""
    return lambda system: SharedGrants(store, clock.now, 2 * system.request_limit + MARGIN)


def systems_of(
    settings: Settings,
    environment: Environment,
    shelves: Shelves = in_memory,
    wanted: Collection[str] | None = None,
) -> dict[str, System]:
    """The connected systems that are wanted, every one without it, ready to be asked."""
    names = settings.systems if wanted is None else wanted
    return {name: system_of(settings, settings.systems[name], environment, shelves) for name in names}


def system_of(
    settings: Settings, system: SystemSettings, environment: Environment, shelves: Shelves = in_memory
) -> System:
    """One connected system: its connector found by name, its mappings compiled."""
    file = load_connector(connector_file(settings.directory, system.connector))
    ranked = (with_precedence(spec, system.name, settings.precedence) for spec in specs_of(settings, system))
    mappings = [compile_mapping(spec) for spec in ranked]
    return System(
        name=system.name,
        connector=composed(connect(settings, system, file, environment, shelves), mappings),
        objects=file.objects,
        mappings={mapping.entity: mapping for mapping in mappings},
        poll_every=system.poll_every,
        overlap=system.overlap,
        lag=system.lag,
        request_limit=system.request_limit,
        paused=system.paused,
        sweep_every=system.sweep_every,
        hooks=file.hooks,
        concurrency=system.concurrency,
        budget=system.budget,
    )


def call_source(call: CallSettings) -> CallSource:
    """How one call centre speaks, and what its queues decide."""
    return CallSource(
        dialect=call.dialect,
        region=call.region,
        privacy_prefixes=call.privacy_prefixes,
        ticket_type=call.ticket_type,
        priority=call.priority,
        confirms_alone=call.confirms_alone,
    )


def connector_file(directory: Path, name: str) -> Path:
    """The connector file: the operator's own, else the shipped one; InvalidError when there is none."""
    places = [folder / f"{name}.yaml" for folder in (directory / "connectors", shipped_connectors())]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise InvalidError(
            "There is no connector {name}: put {name}.yaml into {folder}, or correct systems.*.connector.",
            name=name,
            folder=directory / "connectors",
        )
    return found


def shipped_connectors() -> Path:
    """Where the shipped connector files lie: beside their code."""
    return Path(next(iter(importlib.import_module("connectors").__path__)))


def specs_of(settings: Settings, system: SystemSettings) -> list[MappingSpec]:
    """The mappings of a system, the operator's files laid over the shipped ones; InvalidError tells every problem."""
    own = settings.directory
    laid_over = ("mappings", f"overlays/{system.name}")
    folders = MappingFolders((data_dir("mappings"), *(own / name for name in laid_over)), laid_over)
    files = [file for name in system.mappings for file in files_of(folders, name, own)]
    return load_specs(folders, tuple(dict.fromkeys(files)), system.name)


def files_of(folders: MappingFolders, name: str, directory: Path) -> tuple[str, ...]:
    """The mapping files of ``FOLDER`` or ``FOLDER/ENTITY``; InvalidError when there are none."""
    files = folders.files(f"{name}.yaml" if "/" in name else f"{name}/*.yaml")
    if not files:
        raise InvalidError(
            "There is no mapping {name}: put it into {folder}, or correct systems.*.mappings.",
            name=name,
            folder=directory / "mappings",
        )
    return files


def lint_systems(settings: Settings) -> Iterator[tuple[str, MappingProblem]]:
    """What is wrong with the mappings of all systems, each by itself and all together, found from the files alone.

    Each problem with the system whose mapping has it. What cannot be read is left out.
    """
    schemas = SchemaFolder(data_dir("schemas"), settings.directory / "schemas")
    specs: list[MappingSpec] = []
    for system in settings.systems.values():
        with suppress(HubError):
            found = specs_of(settings, system)
            specs += [replace(spec, system=system.name) for spec in found]
            yield from ((system.name, problem) for spec in found for problem in lint(spec, schemas))
    owners = {spec.file: spec.system for spec in specs}
    for problem in lint_set(specs, settings.precedence):
        yield owners.get(problem.file, ""), problem
    for field, what, meant in wrong_precedence(specs, settings.precedence):
        yield "", MappingProblem("hub.yaml", 1, f"precedence: {field}", what, {}, meant)


def connect(
    settings: Settings,
    system: SystemSettings,
    file: ConnectorFile,
    environment: Environment,
    shelves: Shelves = in_memory,
) -> Connector:
    """A connector that is set up but has not called anybody yet; InvalidError names every setting that is wrong."""
    revealed = {name: secret(settings, environment, ref).reveal() for name, ref in system.secrets.items()}
    defaults = {name: node["default"] for name, node in file.settings.items() if "default" in node}
    given = {**defaults, **system.settings, **revealed}
    if wrong := (*wrong_settings(system, file, given), *wrong_hooks(system, file)):
        raise InvalidError("System {name} is not set up", name=system.name, fields=wrong)
    given[REQUEST_LIMIT] = system.request_limit.total_seconds()
    module = importlib.import_module(file.module)
    setup = Setup(
        system=system.name,
        settings=given,
        objects=file.objects,
        remote=file.remote,
        connection=file.connection,
        private_hosts=system.private_hosts,
        grants=shelves(system),
        folder=file.folder,
    )
    connector: Connector = module.connect(setup)
    return connector


def wrong_hooks(system: SystemSettings, file: ConnectorFile) -> Iterator[FieldError]:
    """Hooks that the product does not send, or that nobody could verify."""
    if system.hooks is not None and file.hooks is None:
        yield FieldError("hooks", "{connector} sends none: leave them out", {"connector": file.name})
    elif system.hooks and file.hooks and bool(file.hooks.signature) != bool(system.hooks.signing_keys):
        needs = "{connector} signs its hooks: say where the keys are"
        none = "{connector} does not sign its hooks: leave them out"
        told = needs if file.hooks.signature else none
        yield FieldError("hooks.signing_keys", told, {"connector": file.name})


def wrong_settings(system: SystemSettings, file: ConnectorFile, given: Mapping[str, object]) -> Iterator[FieldError]:
    """What the connector asks for and was not told, was told and does not know, or was told in the clear."""
    for name, node in file.settings.items():
        if name not in given and name != REQUEST_LIMIT:
            yield FieldError(name, "is missing: {title}", {"title": node["title"]["en"]})
        elif node.get("secret") and name in system.settings:
            yield FieldError(name, "is a secret: put env/NAME or file/PATH under secrets", {})
    for name in sorted(set(given) - set(file.settings)):
        yield FieldError(
            name,
            "is not a setting of {connector}: {known}",
            {"connector": file.name, "known": ", ".join(file.settings)},
        )
