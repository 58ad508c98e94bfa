"""The example alert rules ask for metrics and labels that exist, and speak both languages."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hub.ports.meter import HISTOGRAM, METRICS, PREFIX

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(ROOT / "docs/howto/alerts.yaml")["groups"][0]["rules"]
NAME = re.compile(rf"{PREFIX}(\w+)(?:\{{([^}}]*)\}})?")
ADDED = {"le"}
NAMES = [rule["alert"] for rule in RULES]


def metrics_of(expr: str) -> list[tuple[str, list[str]]]:
    """The metrics of an expression, without the suffixes of histograms, each with the labels it selects by."""
    found = []
    for name, selected in NAME.findall(expr):
        base = re.sub(r"_(bucket|count|sum)$", "", name)
        is_part = METRICS.get(base) is not None and METRICS[base].kind == HISTOGRAM and name not in METRICS
        found.append((base if is_part else name, re.findall(r"(\w+)\s*[=!]", selected)))
    return found


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    asked = metrics_of(rule["expr"])
    assert asked or rule["alert"] == "HubDown"
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in group.split(",")}
    for name, selected in asked:
        assert name in METRICS, f"{PREFIX}{name}"
        assert set(selected) | (grouped - ADDED) <= set(METRICS[name].labels)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_is_whole_and_its_words_name_labels_that_its_result_has(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert set(rule["annotations"]) == {"summary", "summary_zh"}
    assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary_zh"])
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in group.split(",")}
    used = {label for text in rule["annotations"].values() for label in re.findall(r"\$labels\.(\w+)", text)}
    assert used <= grouped


@pytest.mark.parametrize(
    "metric",
    ["lag_seconds", "oldest_waiting_seconds", "dead_letters", "breaker_open", "oldest_review_seconds", "drift_records",
     "unsealed_seconds", "polled_records_total", "held_mappings", "worker_trouble"],
)  # fmt: skip
def test_what_must_wake_somebody_has_a_rule(metric: str) -> None:
    assert any(metric == name for rule in RULES for name, _ in metrics_of(rule["expr"]))


def test_the_guide_says_what_to_do_about_each() -> None:
    guide = (ROOT / "docs/howto/watch-the-hub.md").read_text("utf-8")
    assert [name for name in NAMES if name not in guide] == []
    assert len(set(NAMES)) == len(NAMES) >= 15
