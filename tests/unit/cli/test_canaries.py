"""FINDINGS sync 24, on the command line: no command prints a secret or a value that nobody asked for."""

import json
from pathlib import Path

import pytest

from hub.bootstrap import build
from hub.files.settings import load
from hub.services import records
from tests.unit.cli.conftest import Run

SECRET = "canary-of-the-database-4711"
PHONE = "+8613887650001"
CUSTOMER = {"name": "Canary AG", "phone": PHONE, "email": "canary@canary.example", "tax_id": "canary-tax"}


@pytest.fixture
def told(run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What each command prints on an installation with canaries in its secrets and its records."""
    with build(load(directory), {}) as container:
        hub = container.hub
        made = hub.store.run(lambda tx: records.create(hub, tx, hub.actor("li"), "customer", dict(CUSTOMER)))
    key = run("key", "add", "reader", "--scope", "metrics:read").stdout
    monkeypatch.setenv("CANARY_TOKEN", SECRET)
    calls = "calls: {pbx: {dialect: generic, token: env/CANARY_TOKEN, signing_keys: [env/CANARY_TOKEN]}}\n"
    (directory / "hub.yaml").write_text(calls, "utf-8")
    commands = (
        ("--verbose", "doctor"),
        ("key", "list"),
        ("key", "list", "--json"),
        ("user", "list", "--json"),
        ("queue", "list"),
        ("trace", made.id),
        ("audit", "verify"),
        ("map", "check"),
        ("sync", "plan", SECRET),
        ("trace", PHONE),
    )
    printed = {" ".join(one): run_any(run, *one) for one in commands}
    assert "th_" in key
    printed["key list"] += "" if key.split()[-1] not in printed["key list"] else SECRET
    return printed


def run_any(run: Run, *arguments: str) -> str:
    """What a command prints, however it ends."""
    for code in (0, 1, 3, 4, 5, 6, 7, 8):
        try:
            result = run(*arguments, code=code)
        except AssertionError:
            continue
        return str(result.output)
    pytest.fail(f"{arguments} ended in an unknown way")


def test_no_command_prints_a_secret_or_a_value_that_was_not_asked_for(told: dict[str, str]) -> None:
    assert len(told) == 10
    asked = {"sync plan " + SECRET, "trace " + PHONE}  # they repeat what was typed
    rest = json.dumps({name: text for name, text in told.items() if name not in asked}, ensure_ascii=False)
    assert [word for word in (SECRET, PHONE, *CUSTOMER.values()) if word in rest] == []
