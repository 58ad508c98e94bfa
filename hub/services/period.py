"""The period that a report is about, and which documents are of it."""

from dataclasses import dataclass
from datetime import date

from hub.domain.documents import Doc
from hub.domain.errors import FieldError, InvalidError

DATES = ("issued_on", "received_at", "issued_at", "at", "created_at")  # the first that a document has is its day


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date

    def has(self, doc: Doc) -> bool:
        """Whether a document is of this period; one without a date is."""
        told = next((str(doc[name])[:10] for name in DATES if doc.get(name)), None)
        return told is None or self.first.isoformat() <= told <= self.last.isoformat()


def period_of(first: str, last: str) -> Period:
    """A period from two texts; InvalidError names the one that is wrong."""
    days: list[date] = []
    for name, text in (("from", first), ("to", last)):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            wrong = FieldError(name, "This is no date: write it like 2026-01-31.", {})
            raise InvalidError("The period is not clear.", fields=(wrong,)) from None
    if days[0] > days[1]:
        wrong = FieldError("to", "The last day lies before the first.", {})
        raise InvalidError("The period is not clear.", fields=(wrong,))
    return Period(*days)
