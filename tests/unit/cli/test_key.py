"""API keys are shown once, listed without their text, and revoked."""

import json

from tests.unit.cli.conftest import Run


def test_a_key_is_shown_once(run: Run) -> None:
    text = run("key", "add", "reports", "--scope", "tickets:read").output.strip()
    assert text.startswith("th_")
    assert text not in run("key", "list").output
    assert "reports" in run("key", "list").output


def test_a_revoked_key_stays_listed_as_revoked(run: Run) -> None:
    key = json.loads(run("key", "add", "reports", "--scope", "tickets:read", "--json").output)
    run("key", "revoke", key["id"])
    assert "revoked" in run("key", "list").output


def test_an_unknown_key_is_named(run: Run) -> None:
    assert "There is no API key k9" in run("key", "revoke", "k9", code=4).output
