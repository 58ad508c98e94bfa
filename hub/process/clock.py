"""The real clock."""

from datetime import UTC, datetime


class SystemClock:
    """Reads the computer's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where time is taken
