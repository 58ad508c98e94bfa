"""What people have to settle."""

from hub.cli.operations.operation import Operation, operator
from hub.domain.documents import Doc
from hub.ports.reviews import Wanted
from hub.services import reviewing, suggesting
from hub.services.context import Hub
from hub.services.decisions import Decision


def list_reviews(hub: Hub, arguments: Doc) -> Doc:
    """What a person has to settle."""
    wanted = Wanted(**{name: value for name, value in arguments.items() if name != "limit" and value})
    return {"items": reviewing.listing(hub, wanted, limit=arguments["limit"])}


def show_review(hub: Hub, arguments: Doc) -> Doc:
    """One review with both sides."""
    return hub.store.read(lambda tx: reviewing.show(hub, tx, arguments["id"], sees_personal=True))


def settle_review(hub: Hub, arguments: Doc) -> Doc:
    """Decide; StaleError when the values have changed since they were seen."""
    decision = Decision(**{**arguments["decision"], "fields": tuple(map(tuple, arguments["decision"]["fields"]))})
    outcome = hub.store.run(lambda tx: reviewing.settle(hub, tx, operator(hub), arguments["id"], decision))
    if outcome.moved:
        raise reviewing.asked_anew(outcome.review.id, outcome.review.state)
    return reviewing.row(outcome.review, sees_personal=True)


def find_duplicates(hub: Hub, _: Doc) -> Doc:
    """Ask about customers that are likely one."""
    return {"asked": suggesting.find_duplicates(hub, operator(hub))}


QUESTIONS: dict[str, Operation] = {
    "review.list": Operation(list_reviews, writes=False),
    "review.show": Operation(show_review, writes=False, systems=True),
    "review.settle": Operation(settle_review, systems=True),
    "review.suggest": Operation(find_duplicates),
}
