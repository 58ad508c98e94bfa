"""Reading one policy file: YAML 1.2, then its meta-schema; every problem with file and path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import orjson
from ruamel.yaml.error import YAMLError

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, HubError, InvalidError
from hub.domain.expression import Expression, parse
from hub.domain.sla_clock import ZERO
from hub.files.plain_yaml import plain_yaml

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}


@dataclass
class Problems:
    """All that is wrong in a set of files."""

    found: list[FieldError] = field(default_factory=list)

    def add(self, file: str, path: str, template: str, **params: object) -> None:
        """Note one problem at a path of a file."""
        where = f"{file}: {path}" if path else file
        self.found.append(FieldError(where, template, {name: str(value) for name, value in params.items()}))

    def add_error(self, file: str, path: str, error: HubError) -> None:
        """Note what a rule of the domain refused."""
        self.add(file, path, error.template, **error.params)

    def refuse(self) -> None:
        """InvalidError with all problems, when there are any."""
        if self.found:
            raise InvalidError("The policies cannot be used", fields=tuple(self.found))


@dataclass(frozen=True)
class Source:
    """One file that was read and fits its meta-schema; ``name`` is relative to the config directory."""

    name: str
    doc: Doc
    problems: Problems

    def wrong(self, path: str, template: str, **params: object) -> None:
        """Note a problem in this file."""
        self.problems.add(self.name, path, template, **params)

    def unknown(self, path: str, values: Iterable[str], known: Iterable[str]) -> None:
        """Note every value that is not among the known ones; where none is known, their own file says why."""
        choices = sorted(known)
        for value in values:
            if choices and value not in choices:
                self.wrong(path, "'{value}' is not known: there are {known}", value=value, known=", ".join(choices))

    def expression(self, doc: Mapping[str, Any], path: str) -> Expression | None:
        """Parse the ``when`` of a rule, where it has one."""
        if "when" not in doc:
            return None
        try:
            return parse(doc["when"])
        except InvalidError as error:
            self.problems.add_error(self.name, f"{path}.when", error)
            return None


class Folder:
    """The config directories, a later one replacing files of an earlier one, and the meta-schemas."""

    def __init__(self, directories: Iterable[Path], schemas: Path, problems: Problems) -> None:
        self.directories = tuple(directories)
        self.schemas = schemas
        self.problems = problems

    def one(self, name: str, schema: str) -> Source | None:
        """One file; None, with the problem noted, when it is missing or wrong."""
        paths = [directory / name for directory in self.directories if (directory / name).is_file()]
        if not paths:
            self.problems.add(name, "", "is missing: `tickethub init` writes it")
            return None
        return self._read(paths[-1], name, schema)

    def all(self, folder: str, schema: str) -> list[Source]:
        """Every file of a folder, by name."""
        paths: dict[str, Path] = {}
        for directory in self.directories:
            paths |= {path.name: path for path in sorted((directory / folder).glob("*.yaml"))}
        sources = (self._read(path, f"{folder}/{name}", schema) for name, path in sorted(paths.items()))
        return [source for source in sources if source]

    def _read(self, path: Path, name: str, schema: str) -> Source | None:
        try:
            doc = _plain(plain_yaml(path.read_text(encoding="utf-8")))
        except (YAMLError, ValueError) as unreadable:
            self.problems.add(name, "", "cannot be read: {problem}", problem=" ".join(str(unreadable).split()))
            return None
        validator = jsonschema.Draft202012Validator(orjson.loads((self.schemas / f"{schema}.json").read_bytes()))
        errors = sorted(validator.iter_errors(doc), key=lambda error: [str(step) for step in error.absolute_path])
        for error in errors:
            self.problems.add(name, _dotted(error.absolute_path), "{problem}", problem=error.message)
        return None if errors else Source(name, doc, self.problems)


def span(text: str | None) -> timedelta:
    """Read a duration such as ``30 min`` or ``4 h``; nothing is no time."""
    if text is None:
        return ZERO
    number, unit = text.split()
    return int(number) * _UNITS[unit]


def _plain(value: object) -> Any:
    """YAML's dates back to text: our files know dates as text alone."""
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _dotted(path: Iterable[str | int]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".")
