"""Links: which remote record is which of ours, and what both sides last agreed on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.documents import Doc


@dataclass(frozen=True)
class Link:
    """The crosswalk row of one record in one system, with its shadow pair."""

    system: str
    object: str
    external_id: str
    entity: str
    record_id: str
    state: str = "active"  # active | merged | gone
    hub_shadow: Doc = field(default_factory=dict)
    remote_shadow: Doc = field(default_factory=dict)
    version: str | None = None
    lines: Doc = field(default_factory=dict)  # line crosswalk: list path -> {hub key: remote key}
    agreed_at: datetime | None = None  # when what the remote record says was last read and agreed on
    revision: int = 0  # grows with every write of any link; the store counts it
    missed: int = 0  # complete sweeps in a row that did not find the remote record
    merged_into: str | None = None  # the remote record that took this one's place over there


class Links(Protocol):
    """The crosswalk."""

    def of_remote(self, system: str, name: str, external_id: str) -> Link | None:
        """The link of a remote record."""
        ...

    def prefetch_remotes(self, system: str, name: str, external_ids: Collection[str]) -> dict[str, Link]:
        """The links of many remote records, asked at once; ``of_remote`` knows them from then on."""
        ...

    def revision(self) -> int:
        """The revision of the newest write of any link: what is written from now on has a higher one."""
        ...

    def of_record(self, system: str, entity: str, record_id: str, name: str | None = None) -> Link | None:
        """The active link of our record in a system (of one remote object, where an entity has several)."""
        ...

    def all_of_record(self, entity: str, record_id: str) -> list[Link]:
        """Every link of our record."""
        ...

    def of_external(self, external_id: str, *, limit: int = 20) -> list[Link]:
        """The links of any system whose remote record has this id: for a person who searches, not for a worker."""
        ...

    def prefetch(self, system: str, entity: str, record_ids: Sequence[str]) -> dict[str, str]:
        """External ids by our id."""
        ...

    def of_many_records(self, system: str, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
        """External ids by object and our id, of active links, for a batch: our ids by object; asked at once."""
        ...

    def of_many_remotes(self, system: str, wanted: Mapping[str, Collection[str]]) -> dict[tuple[str, str], str]:
        """Our ids by object and external id, of links that are not gone: external ids by object; asked at once."""
        ...

    def save(self, link: Link) -> None:
        """Insert or replace; ConflictError when the remote record is linked to another record of ours."""
        ...

    def page(self, system: str, name: str, *, after: str = "", limit: int = 100) -> list[Link]:
        """The active links of an object by external id, from the one after ``after``."""
        ...

    def move(self, link: Link, record_id: str, state: str) -> None:
        """Let a remote record mean another record of ours, its shadow unchanged; ConflictError when that is taken."""
        ...

    def count(self, system: str, name: str) -> int:
        """How many active links an object has, for the brake."""
        ...

    def unseen(self, system: str, name: str, run_id: str, *, before: int, after: str, limit: int) -> list[str]:
        """External ids, in order, of active links that a sweep did not see; of a revision up to ``before``."""
        ...

    def miss(self, system: str, name: str, external_ids: Collection[str]) -> None:
        """A complete sweep did not find these: count it."""
        ...

    def refind(self, system: str, name: str, run_id: str) -> None:
        """A complete sweep found these again: their count begins anew."""
        ...

    def missed(self, system: str, name: str, times: int, *, after: str, limit: int) -> list[str]:
        """External ids after one, in their order, of active links that so many complete sweeps in a row did not find.

        Those that a person is asked about already are left out.
        """
        ...
