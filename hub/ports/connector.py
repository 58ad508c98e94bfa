"""What the sync engine asks of a connected system, in that system's own words.

Documents are plain JSON values: decimals as strings, dates ``2026-01-31``, instants ``2026-01-31T08:00:00+00:00``.
``object`` is the alias under which the connector file declares a remote object. A connector keeps no state of ours,
never retries a write by itself, and raises nothing but the errors of ``hub.domain.errors``: RetryableError and its
kin before a write reached the system, UnknownOutcomeError when a write may have happened, RejectedError when the
system refused it (its reason in the message), StaleError when the record moved since it was read, AuthError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable

from hub.domain.documents import Doc
from hub.domain.errors import HubError
from hub.ports.grants import Grants, GrantsInMemory


class Remote(NamedTuple):
    """One record as a system tells it; ``version`` is its optimistic lock, where it has one.

    ``merged_into`` names the record that took its place, where the system tells; there is no document then.
    """

    id: str
    doc: Doc
    version: str | None = None
    changed_at: datetime | None = None
    merged_into: str | None = None


@dataclass(frozen=True)
class Page:
    """Records in the order of their change; ``after`` continues the listing, None ends it.

    ``gone`` are ids that the system tells as deleted, ``at`` is its own clock when it answered, where it tells them.
    """

    records: tuple[Remote, ...]
    after: str | None = None
    gone: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class Ids:
    """Some ids of all records there are; ``after`` continues the listing, None ends it."""

    ids: tuple[str, ...]
    after: str | None = None


@dataclass(frozen=True)
class Lack:
    """Something that is missing for our work, as a template with parameters; ``object`` where it is of one."""

    template: str
    params: Mapping[str, object] = field(default_factory=dict)
    object: str = ""

    @classmethod
    def of(cls, refused: HubError, name: str = "") -> "Lack":
        """What a refusal says, of an object."""
        return cls(refused.template, refused.params, name)

    def __str__(self) -> str:
        return f"{self.object}: ".removeprefix(": ") + self.template.format(**self.params)


@dataclass(frozen=True)
class Probe:
    """What a system says of itself: product version, its clock, and what is missing for our work."""

    version: str
    now: datetime | None = None
    problems: tuple[Lack, ...] = ()


@dataclass(frozen=True)
class Step:
    """One call of a saga: in remote state ``when`` call ``action``; the state must then be ``then``.

    ``refused`` says to a person what it means when the state did not move. A step that ``gives_back`` undoes what was
    done in part, after which the document is refused in these words.
    """

    when: str
    action: str
    then: str
    refused: str = ""
    gives_back: bool = False


class Idempotency(StrEnum):
    """What keeps a repeated call from taking effect twice."""

    NATIVE = "native"  # the system knows our key from the document
    HEADER = "header"  # the system knows our key, which goes with the call
    EXTERNAL_ID = "external_id"  # a create is an upsert under our id
    LOOKUP = "lookup"  # nothing over there does: we look first
    NONE = "none"  # nothing does, and nothing can be looked up: a person decides

    @property
    def may_repeat(self) -> bool:
        """Whether the same call may simply be made again while the system remembers our key."""
        return self in {Idempotency.NATIVE, Idempotency.HEADER, Idempotency.EXTERNAL_ID}


@dataclass(frozen=True)
class Item:
    """One record of a batch: ``seen`` is None where it is new; ``key`` tells its outcome apart."""

    key: str
    doc: Doc
    seen: Remote | None = None


@dataclass(frozen=True)
class Feed:
    """How a system dates changes: the zone of its values, their granularity, and the rows that one listing may have."""

    zone: str = "UTC"
    granularity: timedelta = timedelta(seconds=1)
    cap: int | None = None


@dataclass(frozen=True)
class ObjectSpec:
    """What a connector file declares of one remote object."""

    name: str
    idempotency: str | Mapping[str, str] = "none"  # of a create, or by operation: see ``idempotency_of``
    key_expires: timedelta | None = None  # how long the system remembers our keys; None: for ever
    lookup_by: str | None = None  # the remote field that carries our key
    lookup_alike: tuple[str, ...] = ()  # where none does: what it was written with, the first of which is asked for
    settle: timedelta = timedelta(seconds=30)  # how long a lost call may still be running over there
    state: str | None = None  # the remote field that tells the state of a document
    goals: Mapping[str, Sequence[Step]] = field(default_factory=dict)  # goal state -> its steps
    reached: Mapping[str, Sequence[str]] = field(default_factory=dict)  # goal state -> states beyond it
    compensate: Sequence[Step] = ()  # what takes a document back that is withdrawn before it reached its goal
    feed: Feed = field(default_factory=Feed)
    of: str | None = None  # acts on the remote record of another object, never creates one of its own
    sweep: bool = True  # whether it can list all that there is, so that what is missing tells something
    batch: int = 1  # how many records one call may write, where the connector can

    @property
    def can_be_found(self) -> bool:
        """Whether a record of ours can be found again after a call that gave no answer."""
        return self.lookup_by is not None or bool(self.lookup_alike)

    def idempotency_of(self, operation: str) -> Idempotency:
        """What keeps a repeated create, update or act from happening twice.

        An update or act that the file says nothing of is looked up: the record is read again before it is repeated.
        """
        if isinstance(self.idempotency, str):
            return Idempotency(self.idempotency if operation == "create" else "lookup")
        return Idempotency(self.idempotency.get(operation, "none" if operation == "create" else "lookup"))


def computer_time() -> datetime:
    """The present instant by the computer's clock, for a connector that no hub gives one."""
    return datetime.now(UTC)  # noqa: TID251 - see above


@dataclass(frozen=True)
class Setup:
    """What one system is made of; the module of a connector has a ``connect(setup)`` that calls nobody yet.

    ``settings`` are the operator's, secrets among them in the clear; ``objects``, ``remote`` and ``connection``
    are the connector file's.
    """

    system: str
    settings: Mapping[str, Any]
    objects: Mapping[str, ObjectSpec]
    remote: Mapping[str, Doc]  # by object
    connection: Doc = field(default_factory=dict)
    private_hosts: frozenset[str] = frozenset()  # HOST or HOST:PORT in private networks that the operator allows
    grants: Grants = field(default_factory=GrantsInMemory)
    now: Callable[[], datetime] = computer_time
    folder: str = ""  # of the connector file: what it names lies beside it


class Connector(Protocol):
    """One configured system."""

    def probe(self) -> Probe:
        """Say version and problems; raises AuthError or RetryableError when it cannot be asked."""
        ...

    def objects(self) -> Mapping[str, ObjectSpec]:
        """What the connector file declares, by alias."""
        ...

    def changes(self, name: str, *, since: datetime, until: datetime, after: str | None = None) -> Page:
        """Records changed within the closed interval, own or through a child feed; pages by ``after``.

        PositionLostError when the system can no longer tell what changed since then, or does not know ``after``.
        """
        ...

    def get(self, name: str, remote_id: str) -> Remote | None:
        """The record, or None when the system says that there is none."""
        ...

    def find(self, name: str, field: str, value: str) -> Sequence[Remote]:
        """The records whose field equals the value, for look-ups and adoption."""
        ...

    def create(self, name: str, doc: Doc, *, key: str = "") -> Remote:
        """Write a new record and read it back.

        ``key`` is the same whenever this is repeated; it is given where the file declares header or native keys.
        """
        ...

    def update(self, name: str, seen: Remote, doc: Doc, *, key: str = "") -> Remote:
        """Bring the seen record to ``doc``, sending only what differs; read it back. StaleError when it moved."""
        ...

    def act(self, name: str, remote_id: str, action: str, *, key: str = "") -> None:
        """Call a workflow action of the record; the caller reads the state again to see whether it worked."""
        ...


@runtime_checkable
class Batching(Protocol):
    """A connector whose system takes several records in one call."""

    def write_many(self, name: str, items: Sequence[Item]) -> Mapping[str, Remote | HubError]:
        """Write them; gives what became of each, by its key. Fails as a whole only where nothing is known of any."""
        ...


@runtime_checkable
class Listing(Protocol):
    """A connector that can list the ids of all records more cheaply than the records."""

    def ids(self, name: str, after: str | None = None) -> Ids:
        """Every id that there is; records that somebody adds or removes meanwhile may be among them or not."""
        ...


@runtime_checkable
class Keyset(Protocol):
    """A connector whose listings have a cap, and that can go on by id within one instant."""

    def within(self, name: str, at: datetime, *, beyond: str | None, after: str | None = None) -> Page:
        """Records changed at just this instant with ids beyond the given one, in the order of their ids."""
        ...
