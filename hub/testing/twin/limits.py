"""How often a product lets itself be asked."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class RateLimit:
    """So many calls of one kind within a sliding window."""

    calls: int
    within: timedelta
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def wait(self, kind: str, now: datetime) -> timedelta | None:
        """Count a call; how long to wait where it is one too many, None where it may go on."""
        seen = self._recent(kind, now)
        if len(seen) >= self.calls:
            return seen[0] + self.within - now
        seen.append(now)
        return None

    def used(self, kind: str, now: datetime) -> int:
        """How many calls were counted within the window."""
        return len(self._recent(kind, now))

    def _recent(self, kind: str, now: datetime) -> deque[datetime]:
        seen = self._seen.setdefault(kind, deque())
        while seen and seen[0] <= now - self.within:
            seen.popleft()
        return seen
