"""Call centres: how each speaks, and what its queues decide."""

from dataclasses import dataclass, field

from hub.domain.telephone import Number, read_number


@dataclass(frozen=True)
class CallSource:
    """One configured telephone system: how it speaks, where its numbers are local, and what its queues decide."""

    dialect: str = "zammad"  # zammad | generic
    region: str = "CN"
    privacy_prefixes: tuple[str, ...] = ()  # E.164 beginnings of numbers that a platform lends to callers
    ticket_type: str = "repair"
    priority: str = "p3"
    confirms_alone: frozenset[str] = field(default_factory=frozenset)  # queues that open tickets without an agent

    def number(self, shown: str) -> Number:
        """A number as this system shows it."""
        return read_number(shown, region=self.region, privacy_prefixes=self.privacy_prefixes)
