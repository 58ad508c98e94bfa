"""The values of one rule on both sides: all that its codec can carry, its edges first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from hub.domain.errors import HubError
from hub.domain.mapping.codecs import Chain, Codec, Plain, Ref
from hub.domain.mapping.codecs.shapes import Cut, Join, Pair, Split
from hub.domain.mapping.codecs.texts import Email, Strip
from hub.domain.mapping.rules import FieldRule, Spread
from hub.domain.mapping.values import normal
from hub.laws.crosswalk import LINKED, Crosswalk
from hub.laws.numbers import numbers
from hub.laws.schema import Schema, fits, nullable
from hub.laws.strings import OF_FORMAT, texts

SHAPELESS: tuple[type[Codec], ...] = (Plain, Strip, Email, Cut, Join, Split, Pair)
"""Codecs that say nothing of what a value means, so that any text may come through them."""
MOST = 48  # values of one place: more do not find more, and each is tried in turn


@dataclass(frozen=True)
class Pools:
    """What may stand on both sides of a rule; a spread value is a tuple."""

    hub: tuple[Any, ...]
    remote: tuple[Any, ...]


def pools(
    rule: FieldRule,
    hub: Schema | None,
    remote: tuple[Schema | None, ...],
    links: Crosswalk,
    rng: Random,
    extra: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), ()),
    needed: tuple[bool, bool] = (False, False),
) -> Pools:
    """The values of a rule; ``remote`` has a schema for each field that the value is spread over.

    ``extra`` are further values to try here and there; ``needed`` says where a value must be one that means something.
    An empty pool means that the rule can carry nothing.
    """
    codecs = bound(rule.codec, links)
    here = [*rule.codec.hub_edges(), *_ids(rule.codec, links), *values(hub, rule.codec.hub, rng), *extra[0]]
    ours = [value for value in _distinct(here) if fits(hub, value) and _carried(codecs, value)]
    ours = [value for value in ours if not needed[0] or codecs[0].to_remote(value) is not None]
    images = [codecs[0].to_remote(value) for value in ours]
    if isinstance(rule.remote, Spread):
        theirs = [*images, *_open_ended(images, remote)]
    else:
        there = values(remote[0], rule.codec.remote, rng)
        theirs = [*rule.codec.remote_edges(), *images, *_as_numbers(rule.codec, images), *there, *extra[1]]
        theirs = [value for value in theirs if fits(remote[0], value)]
    kept = [value for value in _distinct(theirs) if _understood(codecs, value, hub)]
    kept = [value for value in kept if not needed[1] or codecs[0].to_hub(value) is not None]
    return Pools(tuple(ours[:MOST]), tuple(kept[:MOST]))


def bound(codec: Codec, links: Crosswalk) -> list[Codec]:
    """The codec with its crosswalk, once for each currency where it needs one."""
    companions = OF_FORMAT["currency"] if codec.companion else (None,)
    return [codec.at(links, companion) for companion in companions]


def values(schema: Schema | None, types: frozenset[str], rng: Random) -> list[Any]:
    """Values that a schema allows; ``types`` are asked where it says nothing."""
    if schema is None:
        return list(texts(None, rng)) if "string" in types else []
    if schema.choices is not None:
        return [choice for choice in schema.choices if choice is not None]
    return [value for kind in sorted(schema.types or types & {"string"}) for value in _of_type(kind, schema, rng)]


def _of_type(kind: str, schema: Schema, rng: Random) -> list[Any]:
    match kind:
        case "string":
            return list(texts(schema, rng))
        case "boolean":
            return [True, False]
        case "integer" | "number":
            return list(numbers(schema, whole=kind == "integer"))
        case "array":
            members = values(schema.items, frozenset(), rng) if schema.items is not None else []
            return [[], members[:1], members[1:3]]
        case _:
            return []


def _ids(codec: Codec, links: Crosswalk) -> Iterator[str]:
    first = codec.parts[0] if isinstance(codec, Chain) else codec
    if isinstance(first, Ref):
        yield from (links.hub_id(first.entity, number) for number in range(1, LINKED))


def _as_numbers(codec: Codec, images: Iterable[Any]) -> Iterator[int]:
    """Remote ids as the numbers that a system may tell them as: both are read alike."""
    first = codec.parts[0] if isinstance(codec, Chain) else codec
    if isinstance(first, Ref):
        yield from (int(image) for image in images if isinstance(image, str) and image.isdecimal())


def _carried(codecs: Iterable[Codec], value: Any) -> bool:
    try:
        for codec in codecs:
            codec.to_remote(value)
    except HubError:
        return False
    return True


def _understood(codecs: Iterable[Codec], value: Any, hub: Schema | None) -> bool:
    """Whether the value can be read; a codec that takes any text is not asked for what the hub would never take."""
    if value is None:
        return False
    try:
        decoded = [codec.to_hub(value) for codec in codecs]
    except HubError:
        return False
    parts = [part for codec in codecs for part in (codec.parts if isinstance(codec, Chain) else (codec,))]
    shapeless = all(isinstance(part, SHAPELESS) for part in parts)
    return not shapeless or all(each is None or fits(hub, each) for each in decoded)


def _open_ended(images: list[Any], remote: tuple[Schema | None, ...]) -> Iterator[Any]:
    """A spread value whose last part is missing, such as a date without a time."""
    if all(nullable(schema) for schema in remote[1:]):
        yield from ((image[0], *(None for _ in image[1:])) for image in images[:2] if isinstance(image, tuple))


def _distinct(values: Iterable[Any]) -> list[Any]:
    seen: set[Any] = set()
    kept = []
    for value in values:
        known = (type(value).__name__, normal(value))
        if known not in seen:
            seen.add(known)
            kept.append(value)
    return kept
