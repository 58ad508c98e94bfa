"""Checks of waivers: each names a law or a hint, and a rule, and something that the rule really breaks."""

from collections.abc import Iterable, Iterator

from hub.domain.mapping.rules import MappingSpec, Waiver, rules_by_path
from hub.files.problems import Problem, closest

LAWS = ("L0", "L1", "L2", "L3", "L4", "L5", "L6")


def wrong_waivers(spec: MappingSpec, hints: Iterable[str]) -> Iterator[Problem]:
    """A waiver of a law that is unknown, or for a rule that is not there."""
    known = (*LAWS, *hints)
    paths = frozenset(path for path, _ in rules_by_path(spec.rules))
    for waiver in spec.waivers:
        if waiver.law not in known:
            params = {"law": waiver.law, "laws": ", ".join(known)}
            yield problem(spec, waiver, "there is no law '{law}': {laws}", closest(waiver.law, known), **params)
        elif waiver.path not in paths:
            yield problem(spec, waiver, "no rule has the path '{path}'", closest(waiver.path, paths), path=waiver.path)


def idle_waiver(spec: MappingSpec, waiver: Waiver) -> Problem:
    """The problem of a waiver that waives nothing any more."""
    template = "{law} is kept by {path} without the waiver: take it away"
    return problem(spec, waiver, template, None, law=waiver.law, path=waiver.path)


def problem(spec: MappingSpec, waiver: Waiver, template: str, suggestion: str | None, **params: object) -> Problem:
    """A problem of a waiver."""
    return Problem(waiver.file or spec.file, waiver.line, "waivers", template, params, suggestion)
