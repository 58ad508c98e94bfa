"""A reconciliation report in the words of its reader."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from hub.domain.books import Book, Cell, Sheet
from hub.domain.documents import Doc
from hub.ports.reports import Report
from hub.ports.schemas import Schemas
from hub.services.reconciliation import SIGNED
from hub.web.i18n import N_, catalog

COUNTS = {
    "hub": N_("In the hub"),
    "system": N_("In the system"),
    "linked": N_("Linked"),
    "only_hub": N_("Only in the hub"),
    "only_system": N_("Only in the system"),
    "records": N_("Records that differ"),
    "fields": N_("Fields that differ"),
    "unreadable": N_("Not comparable"),
    "conflicts": N_("Open conflicts"),
    "waiting": N_("To deliver"),
    "dead": N_("Given up"),
}
FIGURES = {
    "net": N_("Net"),
    "tax": N_("Tax"),
    "gross": N_("Gross"),
    "open": N_("Open amount"),
    "amount": N_("Amount"),
}
WHERE = {"hub": N_("only in the hub"), "system": N_("only in the system"), "both": N_("on both sides")}


NONE = "0.00"  # of a side that does not have the document
SIDES = (N_("In the hub"), N_("In the system"), N_("Difference"))
HEADS = {
    "money": (N_("Kind"), N_("Figure"), N_("Currency"), N_("Documents"), *SIDES),
    "documents": (N_("Kind"), N_("Number"), N_("Found"), N_("Figure"), N_("Currency"), *SIDES),
    "differences": (N_("Kind"), N_("Our id"), N_("Id over there"), N_("Fields that differ")),
}


class Words:
    """Says things in one language."""

    def __init__(self, language: str, schemas: Schemas) -> None:
        self.language = language
        self._schemas = schemas

    def say(self, template: str, **params: object) -> str:
        """A message."""
        found = catalog(self.language).get(template, template)
        return found.format(**params) if params else found

    def head(self, name: str) -> list[str]:
        """The head of a sheet."""
        return [self.say(title) for title in HEADS[name]]

    def entity(self, name: str) -> str:
        """What a kind of record is called."""
        title = self._schemas.schema(name).get("x-title", {})
        return str(title.get(self.language) or title.get("en") or name)

    def field(self, entity: str, path: str) -> str:
        """What a field is called: the words of its path, from the outermost."""
        node: Any = self._schemas.schema(entity)
        told = []
        for name in path.split("."):
            node = node.get("items", node).get("properties", {}).get(name.partition("[")[0], {})
            title = node.get("x-title", {})
            told.append(str(title.get(self.language) or title.get("en") or name))
        return " / ".join(told)


def book(run: Report, words: Words) -> Book:
    """The whole report."""
    say, figures = words.say, run.detail["figures"]
    title = say(N_("Reconciliation with {system}"), system=figures["system"])
    sheets = [counts(figures, words), money(figures, words), documents(figures, words), differences(figures, words)]
    return Book(title, list(facts(run, words)), sheets, last=signature(run, say), language=words.language)


def facts(run: Report, words: Words) -> Iterator[tuple[str, str]]:
    """What the report is about."""
    say, figures = words.say, run.detail["figures"]
    yield say(N_("System")), figures["system"]
    yield say(N_("Period")), say(N_("{first} to {last}, both included"), first=figures["from"], last=figures["to"])
    yield say(N_("Made")), say(N_("{at} UTC by {name}"), at=short(run.started_at.isoformat()), name=run.detail["by"])
    yield say(N_("Report")), run.id
    yield say(N_("Digest of the figures")), run.detail["digest"]


def signature(run: Report, say: Callable[..., str]) -> str:
    """Who signed it off, or that nobody did."""
    if run.state != SIGNED:
        return say(N_("Not signed off yet."))
    signed = run.detail["signed"]
    return say(N_("Signed off by {name} at {at} UTC."), name=signed["name"], at=short(signed["at"]))


def short(at: str) -> str:
    """An instant to the minute."""
    return at[:16].replace("T", " ")


def counts(figures: Doc, words: Words) -> Sheet:
    """What each side has."""
    head = [words.say(N_("Kind")), words.say(N_("Remote object")), *map(words.say, COUNTS.values())]
    rows = [[words.entity(one["entity"]), one["object"], *(one[name] for name in COUNTS)] for one in figures["objects"]]
    return Sheet(words.say(N_("What each side has")), head, rows, frozenset({1}), words.say(N_("Nothing is mapped.")))


def money(figures: Doc, words: Words) -> Sheet:
    """Sums by currency."""
    rows: list[list[Cell]] = [
        [words.entity(one["kind"]), words.say(FIGURES[one["figure"]]), one["currency"], one["documents"],
         *(Decimal(one[name]) for name in ("hub", "system", "difference"))]
        for one in figures["money"]
    ]  # fmt: skip
    return Sheet(words.say(N_("Money")), words.head("money"), rows, nothing=words.say(N_("No amounts.")))


def documents(figures: Doc, words: Words) -> Sheet:
    """Documents that are not the same, figure by figure."""
    rows = [row for one in figures["documents"] for row in lines_of(one, words)]
    nothing = words.say(N_("Every document is the same on both sides, to the cent."))
    return Sheet(words.say(N_("Documents that differ")), words.head("documents"), rows, nothing=nothing)


def lines_of(one: Doc, words: Words) -> Iterator[list[Cell]]:
    """The figures of a document that differ; both currencies where they are not the same."""
    currency = one["currency"] if one["remote_currency"] is None else f"{one['currency']} / {one['remote_currency']}"
    here, there = one["hub"] or {}, one["system"] or {}
    for name in dict.fromkeys((*here, *there)):
        mine, theirs = Decimal(here.get(name, NONE)), Decimal(there.get(name, NONE))
        if mine != theirs or one["remote_currency"] is not None:
            number = one["number"] or one["id"] or one["remote_id"]
            facts: list[Cell] = [words.entity(one["kind"]), number, words.say(WHERE[one["where"]])]
            yield [*facts, words.say(FIGURES[name]), currency, mine, theirs, mine - theirs]


def differences(figures: Doc, words: Words) -> Sheet:
    """Records with fields that differ: which, not what."""
    rows = [
        [words.entity(one["entity"]), one["record_id"], one["remote_id"],
         ", ".join(words.field(one["entity"], path) for path in one["paths"])]
        for one in figures["differences"]
    ]  # fmt: skip
    nothing = words.say(N_("No linked record differs."))
    return Sheet(words.say(N_("Records that differ")), words.head("differences"), rows, frozenset({3}), nothing)
