"""Which linked records the documents of a batch refer to, so that their links are looked up together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.codecs import Chain, Codec, Ref
from hub.domain.mapping.codecs.links import id_text
from hub.domain.mapping.compiled import Mapping
from hub.domain.mapping.ends import Node, record
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.parts import Part
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.values import Read, is_nothing

References = dict[str, set[str]]
"""Ids by entity."""


def references(mapping: Mapping, docs: Iterable[Doc], *, of_hub: bool) -> References:
    """The ids that documents of one side hold of other records, by entity; what is no id is left to the mapping."""
    parts = tuple(_with_references(mapping.parts))
    found: References = {}
    for doc in docs if parts else ():
        for entity, known in _found(parts, record(doc), of_hub=of_hub):
            found.setdefault(entity, set()).add(known)
    return found


def _with_references(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts that hold references, lists with such parts included."""
    for part in parts:
        if _reference(part.rule.codec) is not None if isinstance(part, Leaf) else any(_with_references(part.parts)):
            yield part


def _reference(codec: Codec) -> Ref | None:
    """The reference of a codec: it stands nearest the hub."""
    first = codec.parts[0] if isinstance(codec, Chain) else codec
    return first if isinstance(first, Ref) else None


def _found(parts: Sequence[Part], node: Node, *, of_hub: bool) -> Iterator[tuple[str, str]]:
    for part in parts:
        if isinstance(part, Leaf):
            yield from _of_leaf(part, node, of_hub=of_hub)
        else:
            at = part.rule.hub if of_hub else part.rule.remote
            inner = tuple(_with_references(part.parts))
            for member in _members(at.path, node.doc):
                yield from _found(inner, Node(member, node.root), of_hub=of_hub)


def _of_leaf(leaf: Leaf, node: Node, *, of_hub: bool) -> Iterator[tuple[str, str]]:
    reference = _reference(leaf.rule.codec)
    try:
        value = leaf.hub_value(node) if of_hub else _nearest(leaf.rule.codec, leaf.remote_value(node))
        if reference is not None and not is_nothing(value) and value != "":
            yield reference.entity, id_text(value)
    except UnfitError:
        return  # the mapping tells it with its place


def _nearest(codec: Codec, value: Read) -> Read:
    """What the codecs between the remote and the reference make of a remote value."""
    return codec.inner(value) if isinstance(codec, Chain) and not is_nothing(value) else value


def _members(path: Any, doc: Doc) -> list[Doc]:
    try:
        found = path.read(doc)
    except UnfitError:
        return []
    return [member for member in found if isinstance(member, dict)] if isinstance(found, list) else []
