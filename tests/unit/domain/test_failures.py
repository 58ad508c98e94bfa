"""One table says what is done about each kind of failure."""

import pytest

from hub.domain import errors
from hub.domain.mapping import MissingLinkError
from hub.domain.sync.failures import FAILURES, Health, Remedy, failure_of

CASES = (
    (errors.RateLimitedError("x", retry_after=1), "quota", Remedy.AGAIN, Health.BUSY),
    (errors.RetryableError("x"), "retryable", Remedy.AGAIN, Health.DOWN),
    (MissingLinkError("customer", "1", side="hub"), "missing_link", Remedy.PARK, Health.UNKNOWN),
    (errors.UnknownOutcomeError("x"), "unknown_outcome", Remedy.LOOK, Health.DOWN),
    (errors.AuthError("x"), "auth", Remedy.AGAIN, Health.LOCKED),
    (errors.StaleError("x"), "stale", Remedy.MERGE, Health.WELL),
    (errors.RejectedError("x"), "rejected", Remedy.PERSON, Health.WELL),
    (errors.ConflictError("x"), "conflict", Remedy.PERSON, Health.UNKNOWN),
    (errors.ForbiddenError("x"), "refused", Remedy.FEW, Health.UNKNOWN),
    (KeyError("x"), "unforeseen", Remedy.FEW, Health.UNKNOWN),
)


@pytest.mark.parametrize(("error", "name", "remedy", "health"), CASES)
def test_each_failure_has_its_line(error: Exception, name: str, remedy: Remedy, health: Health) -> None:
    line = failure_of(error)
    assert (line.name, line.remedy, line.health) == (name, remedy, health)


def test_no_line_hides_behind_a_wider_one() -> None:
    for place, line in enumerate(FAILURES):
        assert not any(issubclass(line.kind, earlier.kind) for earlier in FAILURES[:place])


def test_only_an_unknown_outcome_or_a_mistake_of_ours_leaves_doubt_about_a_call() -> None:
    sure = {line.name for line in FAILURES if line.nothing_happened}
    assert sure == {"quota", "retryable", "auth", "stale", "rejected"}
