"""A parsed mapping: what the file says, checked word by word, not yet against the schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias

from hub.domain.expression import Expression
from hub.domain.mapping.codecs import Codec, Plain
from hub.domain.mapping.paths import ListPath, Path, Scalar


class Direction(StrEnum):
    """Which way a rule carries: ``<->``, ``->``, ``<-``."""

    BOTH = "<->"
    PUSH = "->"
    PULL = "<-"

    @property
    def pushes(self) -> bool:
        """Whether it carries from the hub to the remote."""
        return self is not Direction.PULL

    @property
    def pulls(self) -> bool:
        """Whether it carries from the remote to the hub."""
        return self is not Direction.PUSH


class Owner(StrEnum):
    """Whose value wins when both sides changed; used by the merge alone."""

    HUB = "hub"
    REMOTE = "remote"
    LATEST = "latest"
    REVIEW = "review"


class Members(StrEnum):
    """Who adds and removes the members of a list."""

    HUB = "hub"
    REMOTE = "remote"
    BOTH = "both"


class OnNull(StrEnum):
    """What nothing (absent or null) in the source does to the target: null it, leave it, or leave it out."""

    CLEAR = "clear"
    KEEP = "keep"
    OMIT = "omit"


class OnOther(StrEnum):
    """What becomes of a value without counterpart: an error, a review, or the target keeps its own."""

    ERROR = "error"
    REVIEW = "review"
    KEEP = "keep"


class CreateOnly(StrEnum):
    """In which directions a rule writes only records that it makes."""

    NO = "no"
    PUSH = "push"
    PULL = "pull"
    BOTH = "both"


@dataclass(frozen=True)
class Const:
    """A fixed value."""

    value: Scalar

    def __str__(self) -> str:
        return f"const {self.value}"


@dataclass(frozen=True)
class Formula:
    """A value worked out from the other fields of the same side."""

    expression: Expression

    def __str__(self) -> str:
        return f"expr '{self.expression.text}'"


@dataclass(frozen=True)
class Spread:
    """One value over several fields: ``posting_date + posting_time``."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return " + ".join(map(str, self.paths))


Operand: TypeAlias = Path | Spread | Const | Formula


@dataclass(frozen=True)
class FieldRule:
    """One line of ``fields``: what stands where on both sides, how it is carried, and who owns it."""

    hub: Operand
    remote: Operand
    direction: Direction
    owner: Owner
    codec: Codec = field(default_factory=Plain)
    null: OnNull = OnNull.CLEAR
    other: OnOther = OnOther.ERROR
    create_only: CreateOnly = CreateOnly.NO
    sensitive: bool = False
    when: Expression | None = None
    default: Any = None
    line: int = 0
    file: str = ""  # where it is not the mapping's own file: an overlay's
    given: frozenset[str] = frozenset()  # the options that the file names
    stated_owner: Owner | None = None  # what the file says, though a one-way rule is owned by its source

    @property
    def path(self) -> str:
        """The canonical path, or the remote one behind an arrow where the rule has none."""
        return str(self.hub) if isinstance(self.hub, Path | Spread) else f"-> {self.remote}"

    @property
    def is_plain(self) -> bool:
        """Whether a merge remembers nothing of it beside the documents: no condition, nothing fixed or computed."""
        stored = all(isinstance(operand, Path | Spread) for operand in (self.hub, self.remote))
        return stored and self.when is None and self.other is OnOther.ERROR

    def __str__(self) -> str:
        return f"{self.hub} {self.direction} {self.remote}"


@dataclass(frozen=True)
class ListRule:
    """A list whose members are aligned by key, with the rules of a member."""

    hub: ListPath
    remote: ListPath
    direction: Direction
    members: Members
    rules: "tuple[Rule, ...]"
    remote_ids: bool = False
    line: int = 0
    file: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether its members have keys that both sides know."""
        return not self.remote_ids

    @property
    def owner(self) -> Owner | None:
        """None: who adds and removes its members is another rule."""
        return None

    @property
    def sensitive(self) -> bool:
        """A member may be anything: it is masked wherever it is shown."""
        return True

    def __str__(self) -> str:
        return f"{self.hub} {self.direction} {self.remote}"


Rule: TypeAlias = FieldRule | ListRule


def rules_by_path(rules: tuple[Rule, ...], prefix: str = "") -> Iterator[tuple[str, Rule]]:
    """Every rule with its canonical path: ``lines[]`` for a list, ``lines[].qty`` for a value of its members."""
    for rule in rules:
        if isinstance(rule, ListRule):
            yield f"{prefix}{rule.hub.path}[]", rule
            yield from rules_by_path(rule.rules, f"{prefix}{rule.hub.path}[].")
        else:
            yield f"{prefix}{rule.path}", rule


@dataclass(frozen=True)
class Identity:
    """How a record is recognised over there.

    ``external_id`` is (hub path, remote path): written by us, unique over there. ``adopt_if`` are the ladders of first
    sync: the hub paths of one rung must all be equal; none or several hits go to review.
    """

    remote_id: Path | None = None
    external_id: tuple[Path, Path] | None = None
    adopt_if: tuple[tuple[str, ...], ...] = ()
    line: int = 1


@dataclass(frozen=True)
class Guard:
    """The brake of sweeps and loads: share of linked records (at least ``floor`` of them), and number of deletions."""

    max_changed: Decimal = Decimal("0.2")
    max_deleted: int = 10
    floor: int = 50


@dataclass(frozen=True)
class SyncRules:
    """How the engine treats records of this mapping.

    ``creates`` says on which side records come into being, ``creates_when`` which of ours do over there,
    ``takes_when`` which of theirs do here, ``waits_when`` which of theirs wait for what they refer to;
    ``deletes_hub`` what a deletion in the hub does there.
    """

    default_owner: Owner = Owner.REVIEW
    creates: Members = Members.BOTH
    creates_when: Expression | None = None
    takes_when: Expression | None = None
    waits_when: Expression | None = None
    fresh_within: timedelta | None = None
    deletes_hub: str = "review"
    deletes_remote: str = "review"
    guard: Guard = field(default_factory=Guard)

    def makes_there(self, doc: Mapping[str, Any]) -> bool:
        """Whether a record of ours that the other side does not know comes into being there."""
        if self.creates is Members.REMOTE:
            return False
        return self.creates_when is None or bool(self.creates_when.evaluate(doc))

    def makes_here(self, remote: Mapping[str, Any]) -> bool:
        """Whether a record of theirs that is unknown here comes into being here."""
        if self.creates is Members.HUB:
            return False
        return self.takes_when is None or bool(self.takes_when.evaluate(remote))

    def waits_here(self, remote: Mapping[str, Any]) -> bool:
        """Whether an unknown record of theirs waits for what it refers to; else it is left alone."""
        return self.waits_when is None or bool(self.waits_when.evaluate(remote))

    @property
    def leaves_some(self) -> bool:
        """Whether unknown records of theirs may be left alone, so that not each of them is worth a question."""
        return self.creates is Members.HUB or self.takes_when is not None or self.waits_when is not None


@dataclass(frozen=True)
class RemoteObject:
    """A further remote object that a record is made of, beside the one whose id identifies the whole.

    Either ``id`` says where the whole holds its id, or ``parent`` names the field of its rows that holds the id of the
    whole; then there are several, in a list.
    """

    name: str
    schema: str | None = None
    id: Path | None = None
    parent: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Table:
    """A value table, or a file of them, and where it stands."""

    name: str
    file: str
    line: int


@dataclass(frozen=True)
class Example:
    """A test that stands beside the mapping; exactly one of the expectations is given."""

    name: str
    hub: Any = None
    remote: Any = None
    expect_hub: Any = None
    expect_remote: Any = None
    expect_error: str | None = None
    direction: str | None = None
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Waiver:
    """A law, or a hint of the lint, that a rule breaks on purpose; ``path`` is the rule's canonical path."""

    law: str
    path: str
    reason: str
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class MappingSpec:
    """One mapping file.

    With ``objects`` a remote document has one key per object: ``{product: {...}, template: {...}, barcode: [...]}``.
    """

    file: str
    name: str
    version: int
    entity: str
    system: str
    object: str
    hub_schema: str | None = None
    remote_schema: str | None = None
    partial: bool = False
    identity: Identity = field(default_factory=Identity)
    sync: SyncRules = field(default_factory=SyncRules)
    rules: tuple[Rule, ...] = ()
    examples: tuple[Example, ...] = ()
    unused_tables: tuple[Table, ...] = ()
    objects: tuple[RemoteObject, ...] = ()
    waivers: tuple[Waiver, ...] = ()
