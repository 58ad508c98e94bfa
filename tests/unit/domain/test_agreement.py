"""The fast way to say that both sides agree says nothing else than the merge does."""

from typing import Any

import pytest

from hub.domain.mapping.links import NO_LINKS
from hub.domain.sync import merge, merging, settle, settling
from hub.domain.sync.agreement import agreed
from hub.testing.mappings import make_mapping

RULES = """
name <-> title: {owner: hub}
price <-> cost: {as: decimal(2), owner: remote}
vip <-> key: {as: "bool(1, 0)"}
lines[id] <-> rows[no]:
  text <-> label:
"""
HERE = {"name": "A", "price": "1.5", "vip": True, "lines": [{"id": "1", "text": "x"}], "own": 1}
THERE = {"title": "A", "cost": "1.5", "key": 1, "rows": [{"no": "1", "label": "x"}], "other": [1]}


def outcome(here: dict[str, Any], there: dict[str, Any], base: tuple[dict[str, Any], dict[str, Any]]) -> Any:
    return merge(make_mapping(RULES), hub_base=base[0], remote_base=base[1], hub_now=here, remote_now=there)


@pytest.mark.parametrize("base", [({}, {}), (HERE, THERE), ({"name": "B"}, {"title": "C", "key": 0})])
def test_what_agrees_is_merged_to_itself_whatever_the_shadow_says(
    base: tuple[dict[str, Any], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = outcome(HERE, THERE, base)
    assert (fast.hub, fast.remote, fast.changes, fast.conflicts) == (HERE, THERE, (), ())
    monkeypatch.setattr(merging, "agreed", lambda *_: None)
    assert outcome(HERE, THERE, base) == fast


def test_what_was_sent_and_came_back_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    def settled() -> Any:
        return settle(
            make_mapping(RULES), hub_base={}, remote_base={}, hub_now=HERE, sent=THERE, read_back={**THERE, "no": 7}
        )

    fast = settled()
    monkeypatch.setattr(settling, "agreed", lambda *_: None)
    monkeypatch.setattr(merging, "agreed", lambda *_: None)
    assert settled() == fast


@pytest.mark.parametrize(
    ("here", "there"),
    [({"name": "B"}, {}), ({}, {"cost": "2"}), ({}, {"key": True}), ({}, {"rows": []}), ({"lines": []}, {})],
)
def test_a_difference_is_left_to_the_merge(here: dict[str, Any], there: dict[str, Any]) -> None:
    assert agreed(make_mapping(RULES), {}, {**HERE, **here}, {**THERE, **there}, NO_LINKS) is None


@pytest.mark.parametrize(
    "rules",
    [
        'const "x" -> kind:\nname <-> title:',
        'name <-> title: {when: "vip"}',
        "name <-> title: {other: keep, map: name}",
        "name <-> title:\nlines[id] <-> rows[id]:\n  ids: remote\n  text <-> label:",
    ],
)
def test_what_a_merge_remembers_elsewhere_is_left_to_it(rules: str) -> None:
    values = "name: {A: A}" if "map: name" in rules else ""
    mapping = make_mapping(rules, values=values)
    assert not mapping.is_plain
    assert agreed(mapping, {}, {"name": "A"}, {"title": "A"}, NO_LINKS) is None


def test_an_open_question_in_the_shadow_is_left_to_the_merge() -> None:
    assert agreed(make_mapping(RULES), {"$held": ["name"]}, HERE, THERE, NO_LINKS) is None
