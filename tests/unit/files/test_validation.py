"""One function says whether a document fits a schema; it is held to the public JSON Schema Test Suite.

Left out of the suite's draft 2020-12 cases, besides the files that are not kept at all:

- what refers to a schema on another server (refRemote.json, some of dynamicRef.json and vocabulary.json): our schemas
  refer to themselves alone, and nothing is fetched;
- format.json, where formats are not to be checked: ours are; the optional cases of each format are run instead;
- the other optional cases, which are about what implementations may do beyond the standard (big numbers, other drafts).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.files.data import data_dir
from hub.files.validation import FORMATS, OWN_FORMATS, Refusal, validation

SUITE = Path(__file__).parents[2] / "data" / "json-schema-test-suite" / "draft2020-12"
FILES = sorted(path.relative_to(SUITE).as_posix() for path in SUITE.rglob("*.json"))


def groups(file: str) -> Iterator[Any]:
    """The groups of cases that apply."""
    for group in json.loads((SUITE / file).read_text("utf-8")):
        if "localhost:1234" not in json.dumps(group["schema"]):
            yield group


@pytest.mark.parametrize("file", FILES)
def test_both_validators_give_the_verdict_that_the_suite_wants(file: str) -> None:
    wrong = []
    for group in groups(file):
        checked = validation(group["schema"])
        for case in group["tests"]:
            fast, slow = checked.accepts(case["data"]), checked.report(case["data"]) == ()
            if not fast == slow == case["valid"]:
                wrong.append((group["description"], case["description"], fast, slow))
    assert wrong == []


def test_the_suite_is_there() -> None:
    cases = [case for file in FILES for group in groups(file) for case in group["tests"]]
    assert len(FILES) > 60
    assert len(cases) > 1500


@pytest.mark.parametrize("name", [*FORMATS, *OWN_FORMATS])
def test_a_format_is_checked_by_both(name: str) -> None:
    checked = validation({"format": name})
    dates = ["2026-02-30", "2026-01-31", "25:00:00Z", "08:00:00Z", "2026-01-31T08:00:00+00:00", "P1Y"]
    texts = ["", " ", "a@b.cn", "a b", "::1", "1.2.3.4", "[", "/a~2", "%zz", "例子.中国", "Asia/Shanghai"]
    values: list[Any] = [*dates, *texts, 1, None, []]
    for text in values:
        assert checked.accepts(text) == (checked.report(text) == ())
    assert checked.accepts(1)


def test_a_format_that_nobody_checks_refuses_nothing() -> None:
    assert validation({"format": "telephone"}).refusals("x") == ()


def test_a_pattern_means_the_same_to_both_also_where_python_would_read_it_otherwise() -> None:
    cases: list[tuple[Any, Any]] = [
        ({"pattern": "^a$"}, "a\n"),
        ({"pattern": r"^\d$"}, "٣"),
        ({"pattern": r"^\p{L}+$"}, "甲"),
        ({"patternProperties": {r"^\p{L}$": {"type": "string"}}}, {"甲": 1}),
    ]
    for schema, value in cases:
        checked = validation(schema)
        assert checked.accepts(value) == (checked.report(value) == ())


def test_a_pattern_that_python_cannot_read_does_not_hide_the_refusal() -> None:
    checked = validation({"patternProperties": {r"^\p{L}$": True}, "additionalProperties": False})
    assert checked.accepts({"甲": 1})
    assert checked.refusals({"1": 1})


def test_missing_and_surplus_names_are_told_once() -> None:
    schema = {"required": ["a", "b"], "properties": {"a": {}, "b": {}}, "patternProperties": {"^x_": {}}}
    found = validation({**schema, "additionalProperties": False}).refusals({"x_1": 1, "c": 1, "d": 2})
    assert sorted((each.keyword, each.names) for each in found) == [
        ("additionalProperties", ("c", "d")),
        ("required", ("a", "b")),
    ]


def test_a_refusal_names_place_keyword_and_what_is_asked() -> None:
    schema = {"properties": {"lines": {"items": {"properties": {"qty": {"maximum": 5}}}}}}
    assert validation(schema).refusals({"lines": [{"qty": 1}, {"qty": 9}]}) == (
        Refusal(("lines", 1, "qty"), "maximum", 5, "9 is greater than the maximum of 5"),
    )


def test_nothing_is_fetched() -> None:
    with pytest.raises(InvalidError, match="localhost"):
        validation({"$ref": "http://localhost:9/schema.json"})


def test_a_schema_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidError):
        validation({"type": "nonsense"})


SHIPPED = sorted(path for path in data_dir("schemas").rglob("*.json") if path.parent.name != "drivers")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_schema_of_ours_compiles(path: Path) -> None:
    assert validation(json.loads(path.read_text("utf-8"))).accepts([]) in (True, False)
