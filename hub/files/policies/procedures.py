"""Procedure files into SOPs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hub.domain.sop import Range, Sop, SopStep
from hub.files.policies.reading import Source


def read_sop(source: Source) -> Sop:
    """Parse one procedure, noting every problem."""
    doc = source.doc
    earlier: dict[str, Mapping[str, Any]] = {}
    for number, step in enumerate(doc["steps"]):
        _check_step(source, f"steps[{number}]", step, earlier)
        earlier[step["step"]] = step
    match = {path: tuple(values) for path, values in doc["match"].items()}
    return Sop(doc["sop"], doc["version"], doc["title"], match, tuple(map(_step, doc["steps"])))


def _check_step(source: Source, path: str, step: Mapping[str, Any], earlier: Mapping[str, Mapping[str, Any]]) -> None:
    if step["step"] in earlier:
        source.wrong(f"{path}.step", "'{step}' is there twice", step=step["step"])
    if (step["kind"] == "choice") != ("choices" in step):
        source.wrong(f"{path}.choices", "a choice has choices, and nothing else has")
    if "range" in step and step["kind"] != "reading":
        source.wrong(f"{path}.range", "only a reading has a range")
    if "meter" in step and step["kind"] != "reading":
        source.wrong(f"{path}.meter", "only a reading has a meter")
    accepted = _range(step.get("range"))
    if accepted and accepted.least is not None and accepted.most is not None and accepted.least > accepted.most:
        source.wrong(f"{path}.range", "no reading lies between {least} and {most}", **step["range"])
    for name, values in step.get("when", {}).items():
        source.unknown(f"{path}.when", [name], earlier)
        source.unknown(f"{path}.when.{name}", values, _answers(earlier.get(name, {}), values))


def _answers(step: Mapping[str, Any], otherwise: list[str]) -> list[str]:
    """The answers that a step can have; all that are asked about when it has no fixed ones."""
    if step.get("kind") == "check":
        return ["yes", "no"]
    return list(step.get("choices", otherwise))


def _step(doc: Mapping[str, Any]) -> SopStep:
    return SopStep(
        step=doc["step"],
        title=doc["title"],
        kind=doc["kind"],
        is_required=doc.get("required", True),
        range=_range(doc.get("range")),
        choices=doc.get("choices", {}),
        photos=doc.get("photos", 1),
        when={name: tuple(values) for name, values in doc.get("when", {}).items()},
        meter=doc.get("meter"),
    )


def _range(doc: Mapping[str, str] | None) -> Range | None:
    if doc is None:
        return None
    least, most = (Decimal(doc[name]) if name in doc else None for name in ("least", "most"))
    return Range(least, most, doc.get("unit", ""))
