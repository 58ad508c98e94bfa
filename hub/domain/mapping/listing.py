"""A keyed list, ready to run: which member of one side is which member of the other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.documents import Doc
from hub.domain.mapping.codecs.links import id_text
from hub.domain.mapping.ends import Node
from hub.domain.mapping.links import Refs
from hub.domain.mapping.paths import ListPath, fresh, satisfies
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.rules import ListRule, Members
from hub.domain.mapping.values import clone, is_nothing


@dataclass(frozen=True)
class Listing:
    """A list rule with its parts.

    Members are known by the hub's key. Where the remote assigns ids (``ids: remote``), ``entity`` names the crosswalk
    that tells which is which; a member that was born over there and is in no crosswalk is ``<system>:<its key>`` here.
    A list within a list has a crosswalk for each member around it: use it ``at`` the node that it stands in.
    """

    rule: ListRule
    parts: "tuple[Any, ...]"  # Leaf or Listing
    system: str
    entity: str
    partial: bool = False

    def at(self, parent: Node) -> "Listing":
        """The list in one member of the list around it: ``invoice.lines[A].parts``."""
        if not (parent.path and self.rule.remote_ids):
            return self
        return replace(self, entity=f"{self.entity.partition('.')[0]}.{parent.path}{self.rule.hub.path}")

    # --- who adds and removes

    @property
    def hub_decides(self) -> bool:
        """Whether the hub adds and removes members over there."""
        return self.rule.direction.pushes and self.rule.members is not Members.REMOTE

    @property
    def remote_decides(self) -> bool:
        """Whether the remote adds and removes members here."""
        return self.rule.direction.pulls and self.rule.members is not Members.HUB

    # --- finding members

    def hub_members(self, doc: Doc | None) -> dict[str, Doc]:
        """The hub's members by key; fails on one without key and on two with the same."""
        members = _members(doc, self.rule.hub)
        if any(_key(member, self.rule.hub) is None for member in members):
            raise UnfitError("a member has no {key}", key=", ".join(map(str, self.rule.hub.keys)))
        return _indexed((str(_key(member, self.rule.hub)), member) for member in members)

    def remote_members(self, doc: Doc | None, refs: Refs) -> dict[str, Doc]:
        """The remote's members by the hub's key; what has no key is not ours and is left alone; fails on doubles."""
        keyed = ((_key(member, self.rule.remote), member) for member in _members(doc, self.rule.remote))
        return _indexed((self._hub_key(key, refs), member) for key, member in keyed if key is not None)

    def keyless(self, doc: Doc | None) -> list[Doc]:
        """The remote's members that have no id yet."""
        return [member for member in _members(doc, self.rule.remote) if _key(member, self.rule.remote) is None]

    def remote_keys(self, doc: Doc | None) -> dict[str, Doc]:
        """The remote's members by their own key."""
        keyed = ((_key(member, self.rule.remote), member) for member in _members(doc, self.rule.remote))
        return _indexed((key, member) for key, member in keyed if key is not None)

    def _hub_key(self, key: str, refs: Refs) -> str:
        if not self.rule.remote_ids:
            return key
        return refs.to_hub(self.entity, key) or f"{self.system}:{key}"

    def unsaid(self, remote: Doc) -> bool:
        """Say whether a partial document of the remote does not mention the list."""
        return self.partial and is_nothing(self.rule.remote.path.read(remote))

    # --- adding and removing

    def add_remote(self, remote: Doc, hub_member: Doc) -> Doc:
        """Add a member over there, with the hub's key unless the remote assigns its own; the caller fills it."""
        member = fresh(self.rule.remote.where)
        if not self.rule.remote_ids:
            _copy_key(hub_member, self.rule.hub, member, self.rule.remote)
        return _append(remote, self.rule.remote, member)

    def add_hub(self, hub: Doc, key: str, remote_member: Doc) -> Doc:
        """Add a member here, with the remote's key, or the one that stands for it; the caller fills it."""
        member = fresh(self.rule.hub.where)
        if self.rule.remote_ids:
            self.rule.hub.keys[0].write(member, key)
        else:
            _copy_key(remote_member, self.rule.remote, member, self.rule.hub)
        return _append(hub, self.rule.hub, member)

    def mark_remote(self, remote: Doc, like: Doc) -> Doc:
        """Add a member over there that has the key of another one and nothing else."""
        member = fresh(self.rule.remote.where)
        _copy_key(like, self.rule.remote, member, self.rule.remote)
        return _append(remote, self.rule.remote, member)

    def put_hub(self, hub: Doc, member: Doc) -> None:
        """Set a whole member of a hub document, replacing the one with the same key."""
        self.drop_hub(hub, str(_key(member, self.rule.hub)))
        _append(hub, self.rule.hub, clone(member))

    def drop_hub(self, hub: Doc, key: str) -> None:
        """Take a member out of a hub document."""
        _drop(hub, self.rule.hub, self.hub_members(hub).get(key))

    def drop_remote(self, remote: Doc, member: Doc) -> None:
        """Take a member out of a remote document."""
        _drop(remote, self.rule.remote, member)

    # --- places for messages and changes

    def path(self, key: str) -> str:
        """The canonical path of a member: ``lines[L1]``."""
        return f"{self.rule.hub.path}[{key}]"

    def hub_node(self, parent: Node, key: str, member: Doc) -> Node:
        """The node of a hub member."""
        place = f"{parent.path}{self.path(key)}."
        return Node(member, parent.root, place, place)

    def remote_node(self, parent: Node, key: str, member: Doc) -> Node:
        """The node of a remote member."""
        place = f"{parent.where}{self.rule.remote.path}[{key}]."
        return Node(member, parent.root, place, f"{parent.path}{self.path(key)}.")


def _members(doc: Doc | None, at: ListPath) -> list[Doc]:
    found = None if doc is None else at.path.read(doc)
    if is_nothing(found):
        return []
    if not isinstance(found, list):
        raise UnfitError("{path} is {found}, which is no list", path=str(at.path), found=repr(found))
    return [member for member in found if satisfies(member, at.where)]


def _key(member: Doc, at: ListPath) -> str | None:
    values = [path.read(member) for path in at.keys]
    if any(is_nothing(value) or value == "" for value in values):
        return None
    if len(values) == 1:
        return id_text(values[0])
    return "|".join(id_text(value).replace("\\", "\\\\").replace("|", "\\|") for value in values)


def _indexed(members: Iterable[tuple[str, Doc]]) -> dict[str, Doc]:
    by_key: dict[str, Doc] = {}
    for key, member in members:
        if by_key.setdefault(key, member) is not member:
            raise UnfitError("two members have the key {key}", key=key)
    return by_key


def _copy_key(source: Doc, come: ListPath, target: Doc, go: ListPath) -> None:
    for read, write in zip(come.keys, go.keys, strict=True):
        write.write(target, read.read(source))


def _append(doc: Doc, at: ListPath, member: Doc) -> Doc:
    if is_nothing(at.path.read(doc)):
        at.path.write(doc, [])
    found: Any = at.path.read(doc)
    found.append(member)
    return member


def _drop(doc: Doc, at: ListPath, member: Doc | None) -> None:
    found: Any = at.path.read(doc)
    if member is not None:
        found[:] = [each for each in found if each is not member]
