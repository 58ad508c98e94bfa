"""What every service is given: the store, the clock, the policies, the connected systems; and who asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hub.domain.call_source import CallSource
from hub.domain.hooks import Hooks
from hub.domain.likeness import Spell
from hub.domain.mapping import Mapping as FieldMapping
from hub.domain.policies import Policies
from hub.domain.sync.budget import Budget
from hub.ports.blobs import Blobs
from hub.ports.clock import Clock
from hub.ports.connector import Connector, ObjectSpec
from hub.ports.crash import CrashPoints, NoCrash
from hub.ports.ids import Ids
from hub.ports.meter import Meter, NoMeter
from hub.ports.records import Record
from hub.ports.schemas import Schemas
from hub.ports.store import Store, UnitOfWork
from hub.services.breakers import Breakers
from hub.services.gate import Purpose
from hub.services.guarded import Guarded
from hub.services.holds import Holds


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a key, a system or the hub itself; and under which correlation."""

    name: str
    correlation: str
    roles: frozenset[str] = frozenset()
    system: str | None = None  # set when a connected system is the author: it is not told its own news
    technician_id: str | None = None

    def of(self, correlation: str) -> "Actor":
        """The same actor under another correlation."""
        return replace(self, correlation=correlation)


@dataclass(frozen=True)
class System:
    """A connected system: its connector, its mappings by entity, and how patient we are with it."""

    name: str
    connector: Connector
    objects: Mapping[str, ObjectSpec]
    mappings: Mapping[str, FieldMapping]  # by entity
    poll_every: timedelta = timedelta(seconds=30)
    overlap: timedelta = timedelta(seconds=120)
    lag: timedelta = timedelta(seconds=0)
    request_limit: timedelta = timedelta(seconds=30)
    paused: bool = False
    sweep_every: timedelta = timedelta(days=1)
    concurrency: int = 1  # deliveries at once
    budget: Budget = field(default_factory=Budget)
    hooks: Hooks | None = None

    def wanted_for(self, purpose: Purpose) -> "System":
        """The same system, asked for bulk work, which leaves a share of the budget, or by a person who waits."""
        connector = self.connector
        return replace(self, connector=connector.of(purpose)) if isinstance(connector, Guarded) else self

    def spec(self, entity: str) -> ObjectSpec:
        """What the connector file declares of the object that an entity is mapped to."""
        return self.objects[self.mappings[entity].object]

    def mapped(self, name: str) -> FieldMapping | None:
        """The mapping of a remote object; None where it has none."""
        return next((mapping for mapping in self.mappings.values() if mapping.object == name), None)

    def tells(self, name: str) -> bool:
        """Whether a remote object, or what it is a part of, is mapped to an entity."""
        specs = (mapping.spec for mapping in self.mappings.values())
        return any(name in (spec.object, *(part.name for part in spec.objects)) for spec in specs)

    def goal(self, entity: str) -> str | None:
        """The state that a document of this entity must reach over there; None for records synced by state."""
        return next(iter(self.spec(entity).goals), None)


Reaction = Callable[["Hub", UnitOfWork, Actor, Record | None, Record], None]


@dataclass(frozen=True)
class Hub:
    """The services' context."""

    store: Store
    clock: Clock
    ids: Ids
    schemas: Schemas
    blobs: Blobs
    policies: Policies
    systems: Mapping[str, System] = field(default_factory=dict)
    call_sources: Mapping[str, CallSource] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"  # where days begin, unless a site says otherwise
    reactions: Mapping[str, tuple[Reaction, ...]] = field(default_factory=dict)
    points: CrashPoints = field(default_factory=NoCrash)
    holds: Holds = field(default_factory=Holds)  # mappings that a change of the other side concerns
    meter: Meter = field(default_factory=NoMeter)
    breakers: Breakers = field(default_factory=Breakers)

    def __post_init__(self) -> None:
        """Put each system behind its gate: nobody reaches it past that."""
        guarded = {name: self._guarded(system) for name, system in self.systems.items()}
        object.__setattr__(self, "systems", guarded)

    def _guarded(self, system: System) -> System:
        connector = self.breakers.guard(
            system.name,
            system.connector,
            full=system.concurrency,
            budget=system.budget,
            clock=self.clock,
            store=self.store,
        )
        return system if connector is system.connector else replace(system, connector=connector)

    spell: Spell = field(default=lambda _: ())  # reads Chinese names in pinyin

    def actor(self, name: str, **facts: object) -> Actor:
        """An actor with a correlation of its own."""
        return Actor(name, self.ids.new(), **facts)  # type: ignore[arg-type] # the caller names Actor's fields
