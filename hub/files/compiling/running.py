"""What generated code calls where it does not do the work itself."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from hub.domain.mapping.codecs import Codec
from hub.domain.mapping.ends import Node
from hub.domain.mapping.links import Refs
from hub.domain.mapping.parts import Part, Run
from hub.domain.mapping.pull import pull_parts
from hub.domain.mapping.push import push_parts
from hub.domain.mapping.refusal import UnfitError

EMPTY: Final = MappingProxyType[str, Any]({})
"""Stands for an object that is not there, in reading."""
NUMBERS: Final = frozenset({bool, int})


class GaveUpError(Exception):
    """Generated code leaves a record to the reference: it holds something unusual, or is to be refused."""


def push_part(part: Part, hub: Node, remote: Node, refs: Refs, *, creating: bool) -> None:
    """Push one part as the reference does; gives up where there is something to report."""
    run = Run(refs)
    push_parts((part,), hub, remote, run, creating=creating)
    if run.problems or run.held:
        raise GaveUpError


def pull_part(part: Part, remote: Node, hub: Node, refs: Refs, *, creating: bool) -> None:
    """Pull one part as the reference does; gives up where there is something to report."""
    run = Run(refs)
    pull_parts((part,), remote, hub, run, creating=creating)
    if run.problems or run.held:
        raise GaveUpError


def meaning_of(codec: Codec) -> Callable[[Any], Any]:
    """What a remote value means to a codec; what it does not understand means nothing else in the world."""

    def meaning(value: Any) -> Any:
        try:
            return codec.meaning(value)
        except UnfitError:
            return object()

    return meaning


def carried_by(carry: Callable[[Any], Any], meaning: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What a hub value would mean over there; what cannot be carried over means nothing else in the world."""

    def carried(value: Any) -> Any:
        try:
            return meaning(carry(value))
        except UnfitError:
            return object()

    return carried
