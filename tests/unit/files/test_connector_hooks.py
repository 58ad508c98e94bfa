"""The hooks of a connector file."""

from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.domain.hooks import Challenge, Signature, rank
from hub.files.connectors import load_connector

FILE = """
connector: acme
title: {en: Acme, zh: 艾克米}
product: Acme 3
module: connectors.acme
settings: {}
hooks:
  signature: {header: X-Acme, over: "v0:{timestamp}:{body}", encoding: base64, timestamp: X-Time}
  challenge: {in: query, name: token, answer: text}
  events: events
  event_id: uid
  object: about.type
  id: about.id
  objects:
    bill: {names: [BILL, bill.paid]}
    alarm: {carries: record, record: alarm, newer_by: alarm.at}
objects:
  bill: {title: {en: Bill, zh: 账单}, cursor: {tz: UTC, granularity: 1 s}, remote: {model: acme.bill}}
  alarm: {title: {en: Alarm, zh: 报警}, cursor: {tz: UTC, granularity: 1 s}, remote: {model: acme.alarm}}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "acme.yaml").write_text(text, "utf-8")
    return folder / "acme.yaml"


def test_hooks_are_read_by_the_senders_names(tmp_path: Path) -> None:
    hooks = load_connector(write(tmp_path, FILE)).hooks
    assert hooks is not None
    assert {name: told.object for name, told in hooks.objects.items()} == {
        "BILL": "bill",
        "bill.paid": "bill",
        "alarm": "alarm",
    }
    assert hooks.objects["alarm"].carries_record
    assert hooks.signature == Signature("v0:{timestamp}:{body}", "X-Acme", encoding="base64", timestamp="X-Time")
    assert hooks.challenge == Challenge("query", "token", "text")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("    bill: {names: [BILL, bill.paid]}\n", "    ghost: {}\n", "hooks.objects.ghost"),
        ("  id: about.id\n", "", "hooks.id"),
        ("carries: record, record: alarm, ", "record: alarm, ", "hooks.objects.alarm"),
        ("  object: about.type\n", "", "hooks.objects"),
        ("v0:{timestamp}:{body}", "v0", "hooks.signature"),
        ("in: query", "in: path", "hooks.challenge.in"),
    ],
)
def test_a_mistake_is_found_where_it_stands(tmp_path: Path, old: str, new: str, path: str) -> None:
    assert old in FILE
    with pytest.raises(InvalidError) as error:
        load_connector(write(tmp_path, FILE.replace(old, new)))
    assert path in {field.path for field in error.value.fields}


def test_versions_and_times_sort_as_they_follow_one_another() -> None:
    assert rank("9") < rank("10") < rank("100")
    assert rank("2026-01-31T09:00:00+01:00") == rank("2026-01-31T08:00:00Z") < rank("2026-01-31T08:00:00.5+00:00")
    with pytest.raises(InvalidError):
        rank("yesterday")
