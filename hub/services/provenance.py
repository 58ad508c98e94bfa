"""Where each value of a record came from, and how it stands in every connected system.

Read from the audit trail, newest entry first: the first one that made a value what it is now is its source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc
from hub.domain.leaves import leaves
from hub.domain.mapping import Mapping as FieldMapping
from hub.domain.mapping.changes import shown
from hub.domain.mapping.ends import record as node
from hub.domain.mapping.leaf import Leaf
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import Spread
from hub.domain.sync import HELD
from hub.ports.audit import Entry
from hub.ports.links import Link
from hub.ports.store import UnitOfWork
from hub.services.context import Hub
from hub.services.crosswalk import Crosswalk
from hub.services.verdicts import KEY as OVERRULED

MASK = "***"
ENTRIES = 20_000  # audit entries of one record that are read
STAMPS = frozenset({"id", "created_at", "updated_at"})
CHANGE = 2  # an audited change is the old value and the new one


@dataclass(frozen=True)
class Source:
    """Who made a value what it is: a person, a key, a system or the hub; by which act, under which correlation."""

    at: str
    by: str
    action: str
    correlation: str

    @property
    def system(self) -> str:
        """The connected system that it came from; empty when it came from nobody outside."""
        return self.by.removeprefix("system:") if self.by.startswith("system:") else ""


@dataclass(frozen=True)
class There:
    """A value in a connected system: as it was last agreed on, and how it stands to ours."""

    system: str
    object: str
    external_id: str
    path: str
    value: Any
    owner: str
    state: str  # agreed | normalised | to_send | disputed


@dataclass
class Told:
    """One value of a record."""

    path: str
    value: Any
    is_personal: bool
    source: Source | None = None  # None: it is older than what the trail still knows
    decisions: list[Doc] = field(default_factory=list)  # newest first: what was overruled or decided, and by whom
    there: list[There] = field(default_factory=list)


def of_record(hub: Hub, tx: UnitOfWork, entity: str, record_id: str) -> list[Told]:
    """Every value of a record with its source; NotFoundError when there is no such record."""
    doc = tx.records.need(entity, record_id).doc
    schema = hub.schemas.schema(entity)
    told = {
        path: Told(path, value, is_personal(schema, path)) for path, value in leaves(doc).items() if path not in STAMPS
    }
    entries = tx.audit.of_record(entity, record_id, limit=ENTRIES)
    find_sources(told, entries)
    for entry in reversed(entries):
        note_decisions(told, entry)
    for link in tx.links.all_of_record(entity, record_id):
        for path, there in standing(hub, tx, link, doc):
            if path in told:
                told[path].there.append(there)
    return [told[path] for path in sorted(told)]


def find_sources(told: Mapping[str, Told], entries: Sequence[Entry]) -> None:
    """Give each value the newest entry that made it what it is."""
    wanted = dict(told)
    for entry in reversed(entries):
        if not wanted:
            return
        old, new = changed(entry)
        for path in [path for path in wanted if path in new]:
            if new[path] == wanted[path].value and old.get(path) != new[path]:
                wanted.pop(path).source = Source(entry.at.isoformat(), entry.actor, entry.action, entry.correlation)


def changed(entry: Entry) -> tuple[Doc, Doc]:
    """The values before and after an audited change; nothing for an entry that was erased, or tells something else."""
    pairs = {
        name: pair
        for name, pair in (entry.payload or {}).items()
        if not name.startswith("$") and isinstance(pair, list) and len(pair) == CHANGE
    }
    return leaves({name: pair[0] for name, pair in pairs.items()}), leaves(
        {name: pair[1] for name, pair in pairs.items()}
    )


def note_decisions(told: Mapping[str, Told], entry: Entry) -> None:
    """Add what a merge or a person has decided about a value."""
    payload = entry.payload or {}
    facts = {"at": entry.at.isoformat(), "by": entry.actor}
    for one in payload.get(OVERRULED, ()):
        if one["path"] in told:
            told[one["path"]].decisions.append({**facts, **{name: one[name] for name in ("reason", "lost", "to")}})
    decided = payload.get("$decided", {})
    if decided.get("path") in told and "choice" in decided:
        lost = decided.get("lost")
        told[decided["path"]].decisions.append({**facts, "reason": "decided", "lost": lost, "to": decided["choice"]})


def is_personal(schema: Mapping[str, Any], path: str) -> bool:
    """Whether a value is shown only to those who may see personal data."""
    found: Mapping[str, Any] = schema
    for step in path.replace("]", "").split("."):
        name = step.partition("[")[0]
        found = found.get("items", found).get("properties", {}).get(name, {})
        if found.get("x-sensitive"):
            return True
    return False


# How it stands over there


def standing(hub: Hub, tx: UnitOfWork, link: Link, doc: Doc) -> Iterator[tuple[str, There]]:
    """The mapped values of a record in a system, as they were last agreed on."""
    system = hub.systems.get(link.system)
    mapping = system.mappings.get(link.entity) if system else None
    if system is None or mapping is None or link.state != "active":
        return
    refs = Crosswalk(tx, system, link.lines)
    held = link.hub_shadow.get(HELD, ())
    here, base, remote = node(doc), node(link.hub_shadow), node(link.remote_shadow)
    for leaf in plain_leaves(mapping):
        path = str(leaf.rule.hub)
        if path in held:
            state = "disputed"
        elif leaf.rule.direction.pushes and leaf.hub_meaning(here) != leaf.hub_meaning(base):
            state = "to_send"
        else:
            state = "agreed" if leaf.same(base, remote, refs) else "normalised"
        value = shown(leaf.remote.read(remote))
        where = str(leaf.rule.remote)
        yield path, There(system.name, link.object, link.external_id, where, value, leaf.rule.owner.value, state)


def plain_leaves(mapping: FieldMapping) -> Iterator[Leaf]:
    """The rules that stand for one field of the record itself."""
    for part in mapping.parts:
        if isinstance(part, Leaf) and isinstance(part.rule.hub, Path) and isinstance(part.rule.remote, Path | Spread):
            yield part


# As JSON


def document(told: Told, *, sees_personal: bool) -> Doc:
    """One value as the API and the command line tell it, personal values masked for who must not see them."""

    def veil(value: Any) -> Any:
        return value if sees_personal or not told.is_personal or value is None else MASK

    source = told.source
    return {
        "path": told.path,
        "value": veil(told.value),
        "at": source.at if source else None,
        "by": source.by if source else None,
        "system": source.system if source else None,
        "action": source.action if source else None,
        "correlation": source.correlation if source else None,
        "decisions": [{**one, "lost": veil(one["lost"])} for one in told.decisions],
        "there": [{**vars(one), "value": veil(one.value)} for one in told.there],
    }
