"""Checks a file against its meta-schema; every problem is told with its line."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError

from hub.files.data import data_dir
from hub.files.problems import Problem, closest
from hub.files.yaml import Document, Place


def shape_problems(document: Document, schema: str) -> list[Problem]:
    """What ``schemas/<schema>.json`` refuses in a file, in the order of its lines."""
    problems = [
        each for error in _validator(schema).iter_errors(document.data) for each in _told(document, schema, error)
    ]
    return sorted(problems, key=lambda each: each.line)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(_schema(schema))


@cache
def _schema(schema: str) -> Any:
    return orjson.loads((data_dir("schemas") / f"{schema}.json").read_bytes())


def _told(document: Document, schema: str, error: ValidationError) -> Iterator[Problem]:
    place: Place = tuple(error.instance_path)
    kind: Any = error.kind
    if kind.name != "additionalProperties":
        yield problem_at(document, place, "{reason}", reason=error.message)
        return
    for name in kind.unexpected:
        words = _words(_schema(schema))
        yield problem_at(document, (*place, name), "is not known here", suggestion=closest(name, words))


def _words(node: Any) -> set[str]:
    """Every key that a schema names anywhere."""
    if isinstance(node, list):
        return set().union(*map(_words, node))
    if not isinstance(node, dict):
        return set()
    own = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
    return own.union(*map(_words, node.values()))


def problem_at(
    document: Document, place: Place, template: str, *, suggestion: str | None = None, **params: object
) -> Problem:
    """A problem at a place of a file."""
    path = ".".join(map(str, place))
    return Problem(document.file, document.line(place), path, template, params, suggestion)
