"""Field mappings: the list of those in force, and the page of one with its rules, a record run through it, its laws."""

from flask import Blueprint, render_template, request, url_for

from hub.domain.errors import NotFoundError
from hub.domain.mapping import Mapping
from hub.ports.outbox import Delivery
from hub.ports.reviews import Review
from hub.ports.store import UnitOfWork
from hub.services.context import System
from hub.web import mapping_view, mapping_words
from hub.web.auth import Rule, guarded
from hub.web.i18n import N_, translate
from hub.web.mapping_record import GENERATED, choice
from hub.web.mapping_trees import atlas
from hub.web.mapping_view import LastProblem, Summary
from hub.web.offers import name_of
from hub.web.state import hub, options
from hub.web.terms import word_of

pages = Blueprint("mappings", __name__, url_prefix="/mappings")
USES = Rule(permission="sync")
MOST = 200  # problems that are looked through for the newest one of each mapping


@pages.get("")
@guarded(USES)
def index() -> str:
    """All mappings in force, by system."""
    systems = hub().systems
    troubles = hub().store.read(lambda tx: newest_problems(tx, list(systems)))
    told = [
        Summary(name, mapping, *mapping_view.count_rules(mapping.spec), troubles.get((name, entity)))
        for name, system in systems.items()
        for entity, mapping in sorted(system.mappings.items())
    ]
    return render_template("mappings/list.html", told=told, known=options().mappings.known, words=mapping_words)


def newest_problems(tx: UnitOfWork, systems: list[str]) -> dict[tuple[str, str], LastProblem]:
    """The newest thing that was given up or is to be settled, by system and entity."""
    dead = [each for name in systems for each in tx.outbox.listing(system=name, state="dead", limit=MOST)]
    found: list[Delivery | Review] = [*dead, *tx.reviews.listing(limit=MOST)]
    oldest_first = sorted(found, key=lambda each: each.created_at)
    return {(each.system, each.entity): last_problem(each) for each in oldest_first}


def last_problem(found: Delivery | Review) -> LastProblem:
    """A problem in a few words, without the values that it is about."""
    if isinstance(found, Delivery):
        return LastProblem(found.error or translate(N_("given up")), url_for("sync.item", item_id=found.id))
    text = ": ".join(filter(None, (word_of("review", found.kind), str(found.detail.get("path", "")))))
    return LastProblem(text, url_for("trace.show", any_id=found.correlation))


def wanted(system: str, entity: str) -> tuple[System, Mapping]:
    """The mapping of an address; NotFoundError when there is none."""
    found = hub().systems.get(system)
    if found is None or entity not in found.mappings:
        raise NotFoundError("No mapping of {system} is for {entity}.", system=system, entity=entity)
    return found, found.mappings[entity]


@pages.get("/<system>/<entity>")
@guarded(USES)
def show(system: str, entity: str) -> str:
    """One mapping."""
    place, mapping = wanted(system, entity)
    book = options().mappings
    drawn = atlas(mapping.spec, book.trees(mapping.spec))
    return render_template(
        "mappings/mapping.html",
        system=place,
        mapping=mapping,
        spec=mapping.spec,
        drawn=drawn,
        held=hub().holds.of(system).get(entity, ()),
        at={each.id: each for root in (drawn.hub, drawn.remote) for each in mapping_view.places(root)},
        live=choice(place, mapping, drawn),
        generated=GENERATED,
        name_of=name_of,
        proof=book.known(mapping.spec),
        view=mapping_view,
        words=mapping_words,
    )


@pages.get("/<system>/<entity>/laws")
@guarded(USES)
def laws(system: str, entity: str) -> str:
    """How a mapping stands to the laws and its examples; a part of the page for a page that asks."""
    place, mapping = wanted(system, entity)
    book = options().mappings
    proof = book.proof(mapping.spec)
    target = request.headers.get("HX-Target", "")
    part = "mappings/laws.html" if target == "laws" else "mappings/laws_page.html"
    return render_template(
        "mappings/verdict.html" if target.startswith("verdict") else part,
        system=place,
        mapping=mapping,
        spec=mapping.spec,
        drawn=atlas(mapping.spec, book.trees(mapping.spec)),
        proof=proof,
        view=mapping_view,
        words=mapping_words,
    )
