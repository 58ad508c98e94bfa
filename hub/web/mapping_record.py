"""One record, or one sample pair, run through a mapping: which there are to choose from, and what came of the one."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from hub.bootstrap.mapping_book import Pair
from hub.domain.mapping import Mapping
from hub.ports.records import Record
from hub.ports.store import UnitOfWork
from hub.services import mapping_trial
from hub.services.context import System
from hub.services.mapping_trial import Trial, Way
from hub.services.visibility import Rows, need
from hub.web.api.records import find, viewer
from hub.web.auth import may
from hub.web.entities import ENTITIES
from hub.web.mapping_trees import Atlas
from hub.web.mapping_view import Value, values_of
from hub.web.problems import field_errors, sentence
from hub.web.state import caller, hub, options

GENERATED = "generated"
LOOKED_AT = 100  # records that a search looks at for linked ones
OFFERED = 12  # of which so many are offered


@dataclass(frozen=True)
class Told:
    """One direction as it is shown."""

    values: list[Value]
    changed: int
    refused: str
    problems: list[dict[str, str]]


@dataclass(frozen=True)
class Choice:
    """What can be run, and what was."""

    may_read: bool
    asked: str
    found: list[tuple[Record, str]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    record: Record | None = None
    pair: Pair | None = None
    trial: Trial | None = None
    away: str = ""
    push: Told | None = None
    pull: Told | None = None


def choice(system: System, mapping: Mapping, drawn: Atlas) -> Choice:
    """What the query string asks for: ``record`` names a linked record, ``pair`` a sample, ``q`` searches.

    Fails with a NotFoundError on a record that is not there, not linked, or not for the caller to see.
    """
    may_read = may(ENTITIES[mapping.entity].reads) if mapping.entity in ENTITIES else False
    asked = request.args.get("q", "").strip()[:200]
    found = linked(system, mapping, asked) if may_read else []
    facts: dict[str, Any] = {"found": found, "pairs": options().mappings.recorded(mapping.spec)}
    wanted = request.args.get("record", "")
    if wanted and may_read:
        only = viewer()
        record = hub().store.read(lambda tx: need(tx, mapping.entity, wanted, only(tx)))
        facts |= {"record": record} | shown(mapping_trial.of_record(hub(), system, record), drawn)
    elif (pair := _pair(mapping, facts["pairs"], by_itself=not found and not asked)) is not None:
        facts |= {"pair": pair} | shown(mapping_trial.of_pair(mapping, pair.hub, pair.remote, pair.refs), drawn)
    return Choice(may_read, asked, **facts)


def _pair(mapping: Mapping, recorded: list[Pair], *, by_itself: bool) -> Pair | None:
    """The sample that is asked for; the first one where there is nothing else to show."""
    name = request.args.get("pair", "")
    if not name and not by_itself:
        return None
    known = next((each for each in recorded if name in (each.name, "")), None)
    return known if known is not None else options().mappings.generated(mapping.spec)


def linked(system: System, mapping: Mapping, asked: str) -> list[tuple[Record, str]]:
    """Linked records that the caller may see, with their ids over there: by an id, by words, else the newest."""
    only = viewer()

    def work(tx: UnitOfWork) -> list[tuple[Record, str]]:
        rows = only(tx)
        ours = _by_id(tx, system, mapping, asked, rows) if asked else None
        records = [ours] if ours is not None else _by_words(tx, mapping.entity, asked, rows)
        return mapping_trial.linked(tx, system, mapping.entity, records)[:OFFERED]

    return hub().store.read(work)


def _by_id(tx: UnitOfWork, system: System, mapping: Mapping, asked: str, rows: Rows | None) -> Record | None:
    link = tx.links.of_remote(system.name, mapping.object, asked)
    record = tx.records.get(mapping.entity, asked if link is None else link.record_id)
    return record if record is not None and (rows is None or rows.sees(record)) else None


def _by_words(tx: UnitOfWork, entity: str, asked: str, rows: Rows | None) -> list[Record]:
    schemas = hub().schemas
    if asked and not schemas.searched(entity):
        return []
    words: Table[str, str] = {"q": asked} if asked else {}
    query: MultiDict[str, str] = MultiDict({"sort": "-id", "limit": str(LOOKED_AT), **words})
    return list(find(tx, entity, schemas.schema(entity), query, rows).records)


def shown(trial: Trial, drawn: Atlas) -> dict[str, Any]:
    """A trial as the page shows it."""
    return {
        "trial": trial,
        "away": sentence(trial.away) if trial.away is not None else "",
        "push": _told(trial.push, drawn),
        "pull": _told(trial.pull, drawn),
    }


def _told(way: Way | None, drawn: Atlas) -> Told | None:
    """One direction; those who see nothing personal are told where a value is wrong, and not which."""
    if way is None:
        return None
    known = caller()
    sees = known is not None and known.sees_personal
    error = way.refused
    problems = [{"field": each.path, "detail": str(each)} for each in way.problems]
    problems += field_errors(error) if error is not None else []
    told = problems if sees else [{**each, "detail": "•••"} for each in problems]
    return Told(values_of(way.values, drawn, sees_personal=sees), way.changed, sentence(error) if error else "", told)
