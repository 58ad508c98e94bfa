"""Revisions: what was issued is never edited; it is taken back by a credit and replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.charge_lines import ChargeLine
from hub.domain.charge_policy import TaxRules
from hub.domain.charge_prices import settle_taxes


@dataclass(frozen=True)
class Revision:
    """The lines of one more invoice: credits of what no longer holds, and what takes its place or is new."""

    credits: tuple[ChargeLine, ...] = ()
    replacements: tuple[ChargeLine, ...] = ()

    @property
    def lines(self) -> tuple[ChargeLine, ...]:
        """Both, credits first."""
        return (*self.credits, *self.replacements)


def revise(issued: Sequence[ChargeLine], wanted: Sequence[ChargeLine], tax: TaxRules, *, revision: int) -> Revision:
    """Compare what was issued and still stands with what is owed now.

    A line that still costs the same is left alone. The taxes of the new lines are settled together with the credits,
    because both stand on one invoice.
    """
    now = {line.obligation: line for line in wanted}
    before = {line.obligation: line for line in issued}
    credits_ = [line.credit(revision) for key, line in before.items() if not _stands(line, now.get(key))]
    new = [replace(line, revision=revision) for key, line in now.items() if not _stands(line, before.get(key))]
    return Revision(tuple(credits_), settle_taxes(new, tax, credits_))


def _stands(line: ChargeLine, other: ChargeLine | None) -> bool:
    return other is not None and line.same_money(other)
