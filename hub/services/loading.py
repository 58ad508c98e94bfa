"""Load a system for the first time: in the order of what refers to what, page by page, and it goes on after a restart.

While a load is under way all else with the system waits. Where much is linked already, the load first compares, and
stops as a whole when it would change more of that than a mapping's guard allows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, PositionLostError
from hub.domain.instants import parse_instant, write_instant
from hub.domain.mapping import Mapping
from hub.domain.mapping.codecs import Chain, Codec, Ref
from hub.domain.sync import brake
from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Listing, Page
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Hub, System
from hub.services.gate import Purpose
from hub.services.pausing import refuse_paused
from hub.services.reconciling import remote_page
from hub.services.runs import LOAD, added, begin, ended, moved_on
from hub.services.taking import take_page

COUNT, COMPARE, TAKE = "count", "compare", "take"
UNMAPPED = "{entity} is mapped to nothing any more: load again."
BRAKED = (
    "It would change {changed} of {linked} linked {entity} records, more than the brake allows: read 'sync plan', "
    "then load with --force."
)


def start(hub: Hub, system: System, entities: Sequence[str] = (), *, force: bool = False) -> Run:
    """Begin a load of a system, or of some of its entities; takes up the one that was not finished."""
    loadable = [
        mapping
        for mapping in system.mappings.values()
        if mapping.pulls and system.objects[mapping.object].of is None and (not entities or mapping.entity in entities)
    ]
    if unknown := sorted(set(entities) - {mapping.entity for mapping in loadable}):
        raise InvalidError("{system} tells no {names}: nothing of that can be loaded.",
                           system=system.name, names=", ".join(unknown))  # fmt: skip
    order = [mapping.entity for mapping in in_order(loadable)]
    place = {"todo": order, "phase": COUNT, "after": None, "until": write_instant(hub.clock.now() - system.lag)}
    return begin(hub, LOAD, system.name, "", place, force=force)


def in_order(mappings: Iterable[Mapping]) -> list[Mapping]:
    """What is referred to first; a circle is broken where it is met: its children wait for their parents."""
    left = {mapping.entity: mapping for mapping in mappings}
    order: list[Mapping] = []
    while left:
        free = [each for each in left.values() if not (refers_to(each) - {each.entity}) & left.keys()]
        chosen = free or [next(iter(left.values()))]
        order += chosen
        for each in chosen:
            del left[each.entity]
    return order


def refers_to(mapping: Mapping) -> set[str]:
    """The entities whose records a mapping's documents refer to."""
    return {found for rule in mapping.rules.values() if (found := referred(rule.codec)) is not None}


def referred(codec: Codec) -> str | None:
    """The entity that a codec looks up."""
    first = codec.parts[0] if isinstance(codec, Chain) else codec
    return first.entity if isinstance(first, Ref) else None


def stop(hub: Hub, system: System) -> Run | None:
    """Give an unfinished load up: what it has taken in stays, and the system is synced again."""

    def work(tx: UnitOfWork) -> Run | None:
        run = next(iter(tx.runs.open(LOAD, system.name)), None)
        return None if run is None else ended(hub, tx, run, "stopped", None)

    return hub.store.run(work)


def advance(hub: Hub, system: System, run: Run) -> Run:
    """Do the next page of a load; gives the run as it is then. ConflictError while a person has paused the system."""
    hub.store.read(lambda tx: refuse_paused(tx, system.name))
    at = orjson.loads(run.position or "{}")
    if not at["todo"]:
        return hub.store.run(lambda tx: ended(hub, tx, run, "complete", None))
    mapping = system.mappings.get(at["todo"][0])
    if mapping is None:
        note = UNMAPPED.format(entity=at["todo"][0])
        return hub.store.run(lambda tx: ended(hub, tx, run, "failed", note))
    return Load(hub, system.wanted_for(Purpose.BULK), mapping, run, at).step()


@dataclass(frozen=True)
class Load:
    """One step of a load."""

    hub: Hub
    system: System
    mapping: Mapping
    run: Run
    at: Doc

    def step(self) -> Run:
        """Count, compare or take in a page; a listing that its system no longer knows is begun anew."""
        try:
            return {COUNT: self.count, COMPARE: self.compare, TAKE: self.take}[self.at["phase"]]()
        except PositionLostError:
            if self.at["after"] is None:
                raise
            return self.hub.store.run(lambda tx: self.go_on(tx, self.run, after=None))

    def count(self) -> Run:
        """Learn how many records there are, where their ids can be listed, so that the time left can be told."""
        connector = self.system.connector
        page = connector.ids(self.mapping.object, self.at["after"]) if isinstance(connector, Listing) else None

        def work(tx: UnitOfWork) -> Run:
            total = len(page.ids) if page else 0
            run = replace(self.run, counts=added(self.run.counts, total=total))
            if page is not None and page.after is not None:
                return self.go_on(tx, run, after=page.after)
            linked = tx.links.count(self.system.name, self.mapping.object)
            return self.go_on(tx, run, phase=COMPARE if linked and not run.forced else TAKE, after=None)

        return self.hub.store.run(work)

    def compare(self) -> Run:
        """Count what a page would change of that which is linked; more than the brake allows ends the run."""
        page = self.page()

        def work(tx: UnitOfWork) -> Run:
            items = remote_page(self.hub, tx, self.system, self.mapping, page.records)
            name = f"changes {self.mapping.entity}"
            counts = added(self.run.counts, **{name: sum(item.action == "update" for item in items)})
            run, linked = replace(self.run, counts=counts), tx.links.count(self.system.name, self.mapping.object)
            if brake(self.mapping.sync.guard, linked=linked, changed=counts[name], deleted=0) is not None:
                note = BRAKED.format(changed=counts[name], linked=linked, entity=self.mapping.entity)
                return ended(self.hub, tx, run, "braked", note)
            if page.after is not None:
                return self.go_on(tx, run, after=page.after)
            return self.go_on(tx, run, phase=TAKE, after=None)

        return self.hub.store.run(work)

    def take(self) -> Run:
        """Take in a page; after the last one polling goes on from where the load began."""
        revision = self.hub.store.read(lambda tx: tx.links.revision())
        page = self.page()
        news = take_page(self.hub, self.system, self.mapping, page.records, revision)
        self.hub.points.reach("load.page_taken")

        def work(tx: UnitOfWork) -> Run:
            run = replace(self.run, counts=added(self.run.counts, done=len(page.records), news=news))
            if page.after is not None:
                return self.go_on(tx, run, after=page.after)
            tx.cursors.save(self.system.name, self.mapping.object, parse_instant(self.at["until"]))
            return self.go_on(tx, run, todo=self.at["todo"][1:], phase=COUNT, after=None)

        return self.hub.store.run(work)

    def page(self) -> Page:
        """The next page of everything."""
        until = parse_instant(self.at["until"])
        return self.system.connector.changes(self.mapping.object, since=BEGINNING, until=until, after=self.at["after"])

    def go_on(self, tx: UnitOfWork, run: Run, **place: object) -> Run:
        """Keep the place from which the next step goes on."""
        return moved_on(self.hub, tx, run, {**self.at, **place}, run.counts)
