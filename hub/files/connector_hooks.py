"""The part of a connector file that says how a product's hooks are read."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hub.domain.documents import Doc
from hub.domain.errors import FieldError
from hub.domain.hooks import Challenge, Hooks, Signature, Told
from hub.domain.mapping.paths import Path
from hub.domain.mapping.syntax import parse_path


def hooks_of(told: Doc | None) -> Hooks | None:
    """How hooks are read; None where the product sends none. InvalidError when a path is none."""
    if told is None:
        return None
    paths = {name: path(told.get(name)) for name in ("id", "events", "event_id", "object", "kind")}
    return Hooks(
        objects=dict(names_of(told["objects"])),
        signature=signature_of(told.get("signature")),
        challenge=challenge_of(told.get("challenge")),
        **paths,
    )


def path(told: str | None) -> Path | None:
    """A path, where one is told."""
    return None if told is None else parse_path(told)


def names_of(objects: Mapping[str, Doc]) -> Iterator[tuple[str, Told]]:
    """What is told of each object, by every name that the sender has for it."""
    for name, told in objects.items():
        read = Told(name, told.get("carries") == "record", path(told.get("record")), path(told.get("newer_by")))
        yield from ((theirs, read) for theirs in told.get("names", [name]))


def signature_of(told: Any) -> Signature | None:
    """How the sender signs."""
    if told is None:
        return None
    return Signature() if told == "standard" else Signature(**told)


def challenge_of(told: Doc | None) -> Challenge | None:
    """How the sender asks for an echo."""
    return None if told is None else Challenge(told["in"], told["name"], told.get("answer", "json"))


def wrong_hooks(told: Doc, objects: Collection[str]) -> Iterator[FieldError]:
    """What the schema cannot see: objects that there are not, and records that nobody could fetch."""
    for name, node in told["objects"].items():
        if name not in objects:
            yield FieldError(f"hooks.objects.{name}", "there is no object {of}", {"of": name})
        if node.get("carries") != "record" and "id" not in told:
            yield FieldError("hooks.id", "is missing: where does the id of {of} stand?", {"of": name})
