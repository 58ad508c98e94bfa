"""Reads mapping files; every problem of every file is told at once."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hub.domain.errors import HubError
from hub.domain.mapping.codecs import ValueMap
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
    SyncRules,
)
from hub.domain.mapping.syntax import parse_path
from hub.files.compiling import CompiledMapping, compile_mapping
from hub.files.data import data_dir
from hub.files.mapping_rules import RuleReader, is_rule
from hub.files.problems import Problem, closest, refuse
from hub.files.yaml import Document, Place, key_text, read_yaml

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


def load_mappings(folder: Path) -> tuple[CompiledMapping, ...]:
    """Every mapping below a folder, in the order of their files; an InvalidError tells the problems of all of them."""
    specs, problems = [], []
    for path in sorted(folder.rglob("*.yaml")):
        file = path.relative_to(folder).as_posix()
        try:
            spec, found = read_mapping(path.read_text(encoding="utf-8"), file)
        except HubError as error:
            found, spec = [Problem(file, 1, "", "{reason}", {"reason": str(error)})], None
        specs.append(spec)
        problems.extend(found)
    if problems:
        raise refuse(folder.name, problems)
    return tuple(compile_mapping(spec) for spec in specs if spec is not None)


def load_mapping(path: Path, folder: Path | None = None) -> CompiledMapping:
    """One mapping file; messages name it relative to ``folder``."""
    file = path.relative_to(folder).as_posix() if folder else path.name
    return compile_mapping(parse_mapping(path.read_text(encoding="utf-8"), file))


def parse_mapping(text: str, file: str) -> MappingSpec:
    """The mapping of a text; an InvalidError tells every problem with its line."""
    spec, problems = read_mapping(text, file)
    if problems or spec is None:
        raise refuse(file, problems)
    return spec


def read_mapping(text: str, file: str) -> tuple[MappingSpec | None, list[Problem]]:
    """The mapping as far as it can be read, and every problem; fails only on what is no YAML."""
    document = read_yaml(text, file)
    shape = list(_check_shape(document))
    problems = [problem for _, problem in shape]
    if not isinstance(document.data, dict) or not isinstance(document.data.get("fields"), dict):
        return None, problems
    return _read(document, frozenset(_rule_of(place) for place, _ in shape), problems)


def _read(
    document: Document, skip: frozenset[Place], problems: list[Problem]
) -> tuple[MappingSpec | None, list[Problem]]:
    data = document.data
    tables = _tables(data.get("values"))
    reader = RuleReader(document, tables, skip)
    sync = data.get("sync") if isinstance(data.get("sync"), dict) else {}
    owner = sync.get("default_owner", "review")
    default_owner = Owner(owner) if owner in list(Owner) else Owner.REVIEW
    rules = tuple(reader.read(data["fields"], ("fields",), default_owner, Direction.BOTH))
    problems += reader.problems
    identity = _identity(document, problems)
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
        sync=_sync(sync, default_owner),
        rules=(*own, *rules),
        examples=tuple(_examples(document)),
        unused_tables=tuple(name for name in tables if name not in reader.used_tables),
    )
    return spec, problems


# --- the shape of the file, by its meta-schema


@cache
def _meta_schema() -> Draft202012Validator:
    schema = json.loads((data_dir("schemas") / "mapping.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _check_shape(document: Document) -> Iterator[tuple[Place, Problem]]:
    for error in _meta_schema().iter_errors(_with_text_keys(document.data)):
        for place, template, params, suggestion in _shape_problems(error):
            yield place, _problem(document, place, template, suggestion, **params)


def _with_text_keys(value: Any) -> Any:
    """The data as JSON can say it, for the meta-schema."""
    if isinstance(value, dict):
        return {key_text(key): _with_text_keys(member) for key, member in value.items()}
    return [_with_text_keys(member) for member in value] if isinstance(value, list) else value


def _shape_problems(error: ValidationError) -> Iterator[tuple[Place, str, dict[str, object], str | None]]:
    place: Place = tuple(error.absolute_path)
    if error.validator != "additionalProperties":
        yield place, "{reason}", {"reason": _reason(error)}, None
        return
    known = list(error.schema.get("properties", {}))
    for name in error.instance:
        if name in known or _matches(name, error):
            continue
        if known:
            yield (*place, name), "is not known here", {}, closest(name, known)
        else:
            yield (*place, name), "is no rule: write 'hub.path <-> remote.path', or -> or <-, between spaces", {}, None


def _matches(name: str, error: ValidationError) -> bool:
    return bool(error.schema.get("patternProperties")) and is_rule(name)


def _reason(error: ValidationError) -> str:
    message = str(error.message)
    return message if len(message) < 200 else f"does not fit the meta-schema ({error.validator})"  # noqa: PLR2004 - a line


def _problem(
    document: Document, place: Place, template: str, suggestion: str | None = None, **params: object
) -> Problem:
    path = ": ".join(str(part) for part in place) or "file"
    return Problem(document.file, document.line(place), path, template, params, suggestion)


def _rule_of(place: Place) -> Place:
    """The innermost rule that a place stands in; a rule with a problem of shape is not read further."""
    while place and not is_rule(place[-1]):
        place = place[:-1]
    return place


# --- the blocks around the rules


def _tables(values: Any) -> dict[str, ValueMap]:
    tables = values.items() if isinstance(values, dict) else ()
    return {name: ValueMap(name, tuple(_rows(table))) for name, table in tables if isinstance(table, dict)}


def _rows(table: Mapping[Any, Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    for hub, remote in table.items():
        yield hub, tuple(remote) if isinstance(remote, list) and remote else (remote,)


def _identity(document: Document, problems: list[Problem]) -> Identity:
    data = document.data.get("identity")
    if not isinstance(data, dict):
        return Identity()
    try:
        return Identity(
            remote_id=parse_path(data["remote_id"]) if "remote_id" in data else None,
            external_id=_pair(data["external_id"]) if "external_id" in data else None,
            adopt_if=tuple(tuple(rung) for rung in data.get("adopt_if", ())),
        )
    except (HubError, TypeError, ValueError) as error:
        problems.append(_problem(document, ("identity",), "{reason}", reason=str(error)))
        return Identity()


def _pair(text: str) -> tuple[FieldPath, FieldPath]:
    hub, remote = text.split(" -> ")
    return parse_path(hub), parse_path(remote)


def _external_id_rule(pair: tuple[FieldPath, FieldPath], document: Document) -> FieldRule:
    line = document.line(("identity", "external_id"))
    return FieldRule(pair[0], pair[1], Direction.PUSH, Owner.HUB, line=line)


def _sync(data: Mapping[str, Any], owner: Owner) -> SyncRules:
    deletes = data.get("deletes", {})
    return SyncRules(
        default_owner=owner,
        creates=Members(data.get("creates", "both")),
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
        yield Example(**example, line=document.line(("tests", index)))
