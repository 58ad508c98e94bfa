"""Which of our records a person should look at beside another one: suggestions, never decisions."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import orjson

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError
from hub.domain.likeness import LIKELY, STRONG, Likeness, core, likeness
from hub.domain.search import tokens_for_query
from hub.ports.records import Record
from hub.ports.reviews import Review, Wanted
from hub.ports.runs import Run
from hub.ports.store import UnitOfWork
from hub.services.context import Actor, Hub
from hub.services.runs import DUPLICATES, begin, ended

PAGE = 500
MOST = 5  # suggestions beside one record
CROWD = 50  # records under one key say that it is no key: a switchboard, a placeholder


@dataclass(frozen=True)
class Suggestion:
    """A record, and how alike it is."""

    record: Record
    likeness: Likeness


def alike(hub: Hub, tx: UnitOfWork, entity: str, doc: Doc, *, but: str = "") -> list[Suggestion]:
    """The records most like a document, likeliest first."""
    found = {record.id: record for record in near(hub, tx, entity, doc) if record.id != but}
    told = [Suggestion(record, likeness(doc, record.doc, hub.spell)) for record in found.values()]
    likely = [one for one in told if one.likeness.share >= LIKELY]
    return sorted(likely, key=lambda one: (-one.likeness.share, one.record.id))[:MOST]


def near(hub: Hub, tx: UnitOfWork, entity: str, doc: Doc) -> Iterator[Record]:
    """Records that share an identifying value with a document, or the words of its name."""
    fields = hub.schemas.schema(entity)["properties"]
    for name in STRONG:
        value = doc.get(name)
        if value and fields.get(name, {}).get("x-blind"):
            yield from tx.records.by_secret(entity, name, str(value))[:CROWD]
        elif value and fields.get(name, {}).get("x-index"):
            yield from tx.records.page(entity, {name: str(value)}, limit=CROWD).records
    words = tokens_for_query(core(doc.get("name"))) if hub.schemas.searched(entity) else []
    if words:
        yield from tx.records.page(entity, words=words, limit=CROWD).records


def find_duplicates(hub: Hub, actor: Actor, entity: str = "customer") -> int:
    """Ask about each pair of records that is likely one, once; says how many questions are new."""
    docs = dict(everything(hub, entity))
    pairs = {pair for group in groups(hub, docs) for pair in within(group)}
    likely = [(pair, likeness(docs[pair[0]], docs[pair[1]], hub.spell)) for pair in sorted(pairs)]
    return sum(ask(hub, actor, entity, pair, told) for pair, told in likely if told.share >= LIKELY)


def begin_search(hub: Hub, actor: Actor) -> Run:
    """Have a worker look for duplicates; the search that is under way where there is one."""
    return begin(hub, DUPLICATES, "", "", {"by": actor.name}, force=False)


def search(hub: Hub) -> int:
    """Make the search that was asked for, from the start where one broke off: no pair is asked about twice."""
    run = next(iter(hub.store.read(lambda tx: tx.runs.open(DUPLICATES, ""))), None)
    if run is None:
        return 0
    asked = find_duplicates(hub, Actor(orjson.loads(run.position or "{}").get("by", "hub"), hub.ids.new()))
    hub.store.run(lambda tx: ended(hub, tx, replace(run, counts={"done": asked}), "complete", None))
    return 1


def everything(hub: Hub, entity: str) -> Iterator[tuple[str, Doc]]:
    """All records that are in use, page by page."""
    after = None
    while True:
        page = hub.store.read(lambda tx, a=after: tx.records.page(entity, limit=PAGE, after=a))  # type: ignore[misc]
        yield from ((one.id, one.doc) for one in page.records if not one.doc.get("merged_into"))
        if (after := page.after) is None:
            return


def groups(hub: Hub, docs: dict[str, Doc]) -> Iterator[list[str]]:
    """Records that share a key: an identifying value, how the name begins, or how it is read."""
    by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record_id, doc in docs.items():
        for key in set(keys(hub, doc)):
            by_key[key].append(record_id)
    return (ids for ids in by_key.values() if 1 < len(ids) <= CROWD)


def keys(hub: Hub, doc: Doc) -> Iterator[tuple[str, str]]:
    """Under what a record is looked for."""
    yield from ((name, str(doc[name]).casefold()) for name in STRONG if doc.get(name))
    name = core(doc.get("name"))
    if name:
        yield "name", name[:4]
        yield from (("pinyin", spelling[:12]) for spelling in ((name,) if name.isascii() else hub.spell(name)))


def within(ids: list[str]) -> Iterator[tuple[str, str]]:
    """Every pair of a group, the older record first."""
    ordered = sorted(ids)
    return ((one, other) for at, one in enumerate(ordered) for other in ordered[at + 1 :])


def compare(hub: Hub, actor: Actor, one: str, other: str, entity: str = "customer") -> str:
    """Ask by hand whether two records are one; gives the open question."""
    older, newer = sorted((one, other))

    def work(tx: UnitOfWork) -> str:
        first, second = (tx.records.need(entity, each).doc for each in (older, newer))
        if older == newer:
            raise ConflictError("A customer cannot be merged into itself: choose another one.")
        told = likeness(first, second, hub.spell)
        detail = {"path": older, "other": older, "share": told.share, "seen_by": list(told.why)}
        now = hub.clock.now()
        tx.reviews.open(Review(hub.ids.new(), "duplicate", entity, newer, "", detail, actor.correlation, now))
        open_ones = tx.reviews.listing(Wanted(kind="duplicate", entity=entity, record_id=newer))
        return next(review.id for review in open_ones if review.detail["other"] == older)

    return hub.store.run(work)


def ask(hub: Hub, actor: Actor, entity: str, pair: tuple[str, str], told: Likeness) -> bool:
    """Ask whether two records are one, unless that was asked before; whatever was answered stands."""
    older, newer = pair

    def work(tx: UnitOfWork) -> bool:
        before = tx.reviews.listing(Wanted(state="", kind="duplicate", entity=entity, record_id=newer))
        if any(review.detail["other"] == older for review in before):
            return False
        detail = {"path": older, "other": older, "share": told.share, "seen_by": list(told.why)}
        now = hub.clock.now()
        tx.reviews.open(Review(hub.ids.new(), "duplicate", entity, newer, "", detail, actor.correlation, now))
        return True

    return hub.store.run(work)
