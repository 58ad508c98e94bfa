"""One rule for one value, ready to run: reads, compares, pushes and pulls."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hub.domain.errors import FieldError
from hub.domain.mapping.codecs import Codec
from hub.domain.mapping.ends import End, Node
from hub.domain.mapping.links import NO_LINKS, MissingLinkError, Refs
from hub.domain.mapping.paths import Path
from hub.domain.mapping.refusal import UnfitError
from hub.domain.mapping.rules import CreateOnly, FieldRule, OnNull, OnOther
from hub.domain.mapping.syntax import parse_path
from hub.domain.mapping.values import ABSENT, Read, are_identical, is_nothing, normal


@dataclass(frozen=True)
class Leaf:
    """A field rule with both its ends.

    ``partial`` says that the remote's documents may leave fields out: what is absent is unsaid, not empty.
    """

    rule: FieldRule
    hub: End
    remote: End
    partial: bool = False

    # --- reading

    def active(self, hub: Node) -> bool:
        """Say whether the rule's condition holds."""
        return self.rule.when is None or bool(self.rule.when.evaluate(hub.names))

    def hub_value(self, hub: Node) -> Read:
        """The hub's value, or the rule's default."""
        return self._or_default(self.hub.read(hub), applies=self.rule.direction.pushes)

    def remote_value(self, remote: Node) -> Read:
        """The remote's value, or the rule's default."""
        return self._or_default(self.remote.read(remote), applies=self.rule.direction.pulls)

    def _or_default(self, value: Read, *, applies: bool) -> Read:
        return self.rule.default if applies and self.rule.default is not None and is_nothing(value) else value

    def unsaid(self, remote: Node) -> bool:
        """Say whether a partial document of the remote does not mention the field."""
        return self.partial and self.remote.read(remote) is ABSENT

    # --- comparing

    def hub_meaning(self, hub: Node) -> Any:
        """What the hub's value means; equal for two hub documents that say the same."""
        value = self.hub_value(hub)
        try:
            return self._bound(hub).hub_meaning(value)
        except UnfitError:
            return ("unfit", normal(None if value is ABSENT else value))

    def remote_meaning(self, remote: Node) -> Any:
        """What the remote's value means; equal for two remote documents that say the same."""
        value = self.remote_value(remote)
        try:
            return self.rule.codec.meaning(value)
        except UnfitError:
            return ("unfit", normal(None if value is ABSENT else value))

    @cached_property
    def is_plain(self) -> bool:
        """Whether it stands for one field on each side, always, and nothing else decides what its values mean."""
        ends = (self.rule.hub, self.rule.remote)
        return self.rule.when is None and self._companion is None and all(isinstance(end, Path) for end in ends)

    def is_untouched(self, old: Node, new: Node, *, of_hub: bool) -> bool:
        """Whether two documents of one side say the same to the letter; where one cannot be read, that is left open."""
        end = self.hub if of_hub else self.remote
        try:
            return are_identical(end.read(old), end.read(new))
        except UnfitError:
            return False

    def hub_differs(self, one: Node, other: Node) -> bool:
        """Say whether two hub documents mean different things here."""
        if self._companion is None and are_identical(self.hub_value(one), self.hub_value(other)):
            return False
        return bool(self.hub_meaning(one) != self.hub_meaning(other))

    def remote_differs(self, one: Node, other: Node) -> bool:
        """Say whether two remote documents mean different things here."""
        if are_identical(self.remote_value(one), self.remote_value(other)):
            return False
        return bool(self.remote_meaning(one) != self.remote_meaning(other))

    def same(self, hub: Node, remote: Node, refs: Refs) -> bool:
        """Say whether both sides mean the same; a value without counterpart or link means nothing that is known."""
        codec = self._bound(hub, refs)
        try:
            value = self.hub_value(hub)
            silent = is_nothing(value) and not codec.writes_null
            ours = None if silent else codec.meaning(codec.to_remote(value))
            return bool(ours == codec.meaning(self.remote_value(remote)))
        except (UnfitError, MissingLinkError):
            return False

    def _bound(self, hub: Node, refs: Refs | None = None) -> Codec:
        codec = self.rule.codec
        companion = self._companion
        if companion is None:
            return codec.at(refs, None) if refs is not None else codec
        value = companion.read(hub.doc)
        return codec.at(refs or NO_LINKS, companion.read(hub.root) if is_nothing(value) else value)

    @cached_property
    def _companion(self) -> Path | None:
        name = self.rule.codec.companion
        return None if name is None else parse_path(name)

    # --- carrying over

    def can_push(self, *, creating: bool) -> bool:
        """Say whether the rule writes the remote, being made or being there."""
        return self.rule.direction.pushes and (creating or self.rule.create_only in (CreateOnly.NO, CreateOnly.PULL))

    def can_pull(self, *, creating: bool) -> bool:
        """Say whether the rule writes the hub's record, being made or being there."""
        return self.rule.direction.pulls and (creating or self.rule.create_only in (CreateOnly.NO, CreateOnly.PUSH))

    def push(self, hub: Node, remote: Node, refs: Refs) -> None:
        """Write the hub's value into the remote document, unless it means what stands there; fails when unfit."""
        value = self.hub_value(hub)
        if (is_nothing(value) and self.rule.null is OnNull.KEEP) or self.same(hub, remote, refs):
            return
        try:
            encoded = self._bound(hub, refs).to_remote(value)
        except UnfitError:
            if self.rule.other is OnOther.KEEP:
                return
            raise
        if encoded is not None:
            self.remote.write(remote.doc, encoded)
        elif self.rule.null is OnNull.OMIT:
            self.remote.omit(remote.doc)
        else:
            self.remote.null(remote.doc)

    def pull(self, remote: Node, hub: Node, refs: Refs) -> None:
        """Write the remote's value into the hub's document, unless it means what stands there; fails when unfit.

        A hub document says that there is no value by leaving it out.
        """
        value = self.remote_value(remote)
        if self.unsaid(remote) or (is_nothing(value) and self.rule.null is OnNull.KEEP):
            return
        if self.same(hub, remote, refs):
            return
        try:
            decoded = self._bound(hub, refs).to_hub(value)
        except UnfitError:
            if self.rule.other is OnOther.KEEP:
                return
            raise
        if decoded is not None:
            self.hub.write(hub.doc, decoded)
        else:
            self.hub.omit(hub.doc)

    def refused(self, error: UnfitError, path: str) -> FieldError:
        """The field error of an unfit value; a sensitive value is not shown."""
        params = {**error.params}
        if self.rule.sensitive:
            params.update({name: "***" for name in ("value", "found") if name in params})
        return FieldError(path, error.template, params)
