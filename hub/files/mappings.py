"""Reads mapping files; every problem of every file is told at once."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.domain.errors import HubError, InvalidError
from hub.domain.expression import Expression, parse
from hub.domain.mapping.paths import Path as FieldPath
from hub.domain.mapping.rules import (
    Direction,
    Example,
    FieldRule,
    Guard,
    Identity,
    MappingSpec,
    Members,
    Owner,
    RemoteObject,
    SyncRules,
    Waiver,
)
from hub.domain.mapping.syntax import parse_path
from hub.files.compiling import CompiledMapping, compile_mapping
from hub.files.mapping_folders import MappingFolders
from hub.files.mapping_rules import RuleReader, is_rule
from hub.files.mapping_shape import check_shape, problem_at
from hub.files.mapping_tables import Include, of_unreadable, read_tables
from hub.files.problems import Problem, refuse
from hub.files.yaml import Document, Place, read_yaml

CONDITIONS = ("creates_when", "takes_when", "waits_when")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


def load_mappings(folder: Path) -> tuple[CompiledMapping, ...]:
    """Every mapping below a folder, in the order of their files; an InvalidError tells the problems of all of them."""
    folders = MappingFolders((folder,))
    return tuple(compile_mapping(spec) for spec in load_specs(folders, folders.files(), folder.name))


def load_mapping(path: Path, folder: Path | None = None) -> CompiledMapping:
    """One mapping file; messages name it relative to ``folder``, where its includes are looked for."""
    root = folder or path.parent
    file = path.relative_to(root).as_posix()
    (spec,) = load_specs(MappingFolders((root,)), (file,), file)
    return compile_mapping(spec)


def load_specs(folders: MappingFolders, files: tuple[str, ...], name: str) -> list[MappingSpec]:
    """The parsed mappings of some files, overlays laid on; an InvalidError tells the problems of all of them."""
    specs, problems = [], []
    for file in files:
        try:
            document, found = folders.read(file)
            spec, more = read_document(document, folders)
            found = [*found, *more]
        except InvalidError as error:
            spec, found = None, list(of_unreadable(error))
        specs.append(spec)
        problems.extend(found)
    if problems:
        raise refuse(name, problems)
    return [spec for spec in specs if spec is not None]


def parse_mapping(text: str, file: str) -> MappingSpec:
    """The mapping of a text; an InvalidError tells every problem with its line."""
    spec, problems = read_mapping(text, file)
    if problems or spec is None:
        raise refuse(file, problems)
    return spec


def read_mapping(text: str, file: str) -> tuple[MappingSpec | None, list[Problem]]:
    """The mapping as far as it can be read, and every problem; fails only on what is no YAML."""
    return read_document(read_yaml(text, file))


def read_document(
    document: Document, folders: MappingFolders | None = None
) -> tuple[MappingSpec | None, list[Problem]]:
    """The mapping of a document, with the value tables that it includes from the folders, and every problem."""
    shape = list(check_shape(document))
    problems = [problem for _, problem in shape]
    if not isinstance(document.data, dict) or not isinstance(document.data.get("fields"), dict):
        return None, problems
    return _read(document, folders, frozenset(_rule_of(place) for place, _ in shape), problems)


def _read(
    document: Document, folders: MappingFolders | None, skip: frozenset[Place], problems: list[Problem]
) -> tuple[MappingSpec | None, list[Problem]]:
    data = document.data
    include: Include | None = None if folders is None else folders.read
    tables = read_tables(document, include, () if folders is None else folders.tables())
    problems += tables.problems
    reader = RuleReader(document, tables.maps, skip)
    sync = data.get("sync") if isinstance(data.get("sync"), dict) else {}
    owner = sync.get("default_owner", "review")
    default_owner = Owner(owner) if owner in list(Owner) else Owner.REVIEW
    rules = tuple(reader.read(data["fields"], ("fields",), default_owner, Direction.BOTH))
    problems += [*reader.problems, *reader.too_many()]
    identity = _identity(document, problems)
    objects = tuple(_objects(document, problems))
    conditions = _conditions(document, problems)
    if problems:
        return None, problems
    own = () if identity.external_id is None else (_external_id_rule(identity.external_id, document),)
    spec = MappingSpec(
        file=document.file,
        name=data["map"],
        version=data["version"],
        entity=data["hub"]["entity"],
        system=data["remote"]["system"],
        object=data["remote"]["object"],
        hub_schema=data["hub"].get("schema"),
        remote_schema=data["remote"].get("schema"),
        partial=data["remote"].get("partial", False),
        identity=identity,
        sync=_sync(sync, default_owner, conditions),
        rules=(*own, *rules),
        examples=tuple(_examples(document)),
        waivers=tuple(_waivers(document)),
        unused_tables=tables.unused(reader.used_tables),
        objects=objects,
    )
    return spec, problems


def _rule_of(place: Place) -> Place:
    """The innermost rule that a place stands in; a rule with a problem of shape is not read further."""
    while place and not is_rule(place[-1]):
        place = place[:-1]
    return place


# --- the blocks around the rules


def _objects(document: Document, problems: list[Problem]) -> Iterator[RemoteObject]:
    """The further objects of a record that is made of several; one holds the other's id, or is a row of it."""
    remote = document.data.get("remote")
    given = remote.get("objects") if isinstance(remote, dict) else None
    known = {remote["object"]} if isinstance(remote, dict) and "object" in remote else set()
    for name, options in given.items() if isinstance(given, dict) else ():
        place = ("remote", "objects", str(name))
        if not isinstance(options, dict):
            continue
        try:
            path = parse_path(options["id"]) if "id" in options else None
        except HubError as error:
            problems.append(problem_at(document, place, error.template, None, **error.params))
            continue
        if name in known:
            problems.append(problem_at(document, place, "'{name}' is an object of this record already", name=name))
        elif path is not None and path.names[0] not in known:
            text = "'{path}' has to begin with one of the objects before it: {known}"
            problems.append(problem_at(document, place, text, path=str(path), known=", ".join(sorted(known))))
        known.add(str(name))
        yield RemoteObject(str(name), options.get("schema"), path, options.get("parent"), document.line(place))


def _identity(document: Document, problems: list[Problem]) -> Identity:
    data = document.data.get("identity")
    if not isinstance(data, dict):
        return Identity()
    try:
        return Identity(
            remote_id=parse_path(data["remote_id"]) if "remote_id" in data else None,
            external_id=_pair(data["external_id"]) if "external_id" in data else None,
            adopt_if=tuple(tuple(rung) for rung in data.get("adopt_if", ())),
            line=document.line(("identity",)),
        )
    except HubError as error:
        problems.append(problem_at(document, ("identity",), error.template, None, **error.params))
        return Identity()
    except (TypeError, ValueError, AttributeError):  # a problem of shape, which is told already
        return Identity()


def _pair(text: str) -> tuple[FieldPath, FieldPath]:
    hub, remote = text.split(" -> ")
    return parse_path(hub), parse_path(remote)


def _external_id_rule(pair: tuple[FieldPath, FieldPath], document: Document) -> FieldRule:
    line = document.line(("identity", "external_id"))
    return FieldRule(pair[0], pair[1], Direction.PUSH, Owner.HUB, line=line)


def _conditions(document: Document, problems: list[Problem]) -> dict[str, Expression]:
    """The conditions of the sync block by name; what cannot be read is a problem of its line."""
    given = document.data.get("sync")
    texts = {name: given.get(name) for name in CONDITIONS} if isinstance(given, dict) else {}
    found: dict[str, Expression] = {}
    for name, text in texts.items():
        try:
            found |= {name: parse(text)} if isinstance(text, str) else {}
        except HubError as error:
            problems.append(problem_at(document, ("sync", name), error.template, None, **error.params))
    return found


def _sync(data: Mapping[str, Any], owner: Owner, conditions: Mapping[str, Expression]) -> SyncRules:
    deletes = data.get("deletes", {})
    return SyncRules(
        default_owner=owner,
        creates=Members(data.get("creates", "both")),
        **conditions,
        fresh_within=_duration(data["fresh_within"]) if "fresh_within" in data else None,
        deletes_hub=deletes.get("hub", "review"),
        deletes_remote=deletes.get("remote", "review"),
        guard=_guard(data.get("guard", {})),
    )


def _duration(text: str) -> timedelta:
    number = text.rstrip("smindh ")
    return timedelta(**{_UNITS[text[len(number) :].strip()]: int(number)})


def _guard(data: Mapping[str, Any]) -> Guard:
    usual = Guard()
    share = data.get("max_changed")
    return Guard(
        max_changed=usual.max_changed if share is None else Decimal(share.removesuffix("%")) / 100,
        max_deleted=data.get("max_deleted", usual.max_deleted),
        floor=data.get("floor", usual.floor),
    )


def _examples(document: Document) -> Iterator[Example]:
    for index, example in enumerate(document.data.get("tests", ())):
        file, line = document.where(("tests", index))
        yield Example(**example, line=line, file="" if file == document.file else file)


def _waivers(document: Document) -> Iterator[Waiver]:
    for index, waiver in enumerate(document.data.get("waivers", ())):
        file, line = document.where(("waivers", index))
        yield Waiver(**waiver, line=line, file="" if file == document.file else file)
