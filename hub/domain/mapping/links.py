"""The crosswalk as mappings see it: our id to theirs and back."""

from typing import Protocol

from hub.domain.errors import RetryableError


class Refs(Protocol):
    """Looks up linked records of one system.

    For the members of a list whose ids the system assigns, the entity is ``<entity>.<list>``, such as
    ``customer.addresses``, and the pairs are those that the link of the record keeps.
    """

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """The remote id, or None where there is no link."""
        ...

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """The hub id, or None where there is no link."""
        ...


class MissingLinkError(RetryableError):
    """A record that is referred to has no link yet: link the parent first, then this works."""

    def __init__(self, entity: str, sought: str, *, side: str) -> None:
        """``side`` is where the id comes from: hub or remote."""
        template = (
            "{entity} {sought} is not linked yet: it is sent first, then this record"
            if side == "hub"
            else "{entity} {sought} of the other side is not linked yet: it is fetched first, then this record"
        )
        super().__init__(template, entity=entity, sought=sought)
        self.entity = entity
        self.sought = sought
        self.side = side


class NoLinks:
    """A crosswalk without any link."""

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        """None: nothing is linked."""

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        """None: nothing is linked."""


NO_LINKS = NoLinks()
