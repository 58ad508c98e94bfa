"""Generated mappings: readable text, nothing of the file in it but literals, and the reference for what is refused."""

import ast
import traceback
from copy import deepcopy
from dataclasses import replace
from pathlib import Path as File
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.domain.expression import parse
from hub.domain.mapping import MissingLinkError, UnsettledError, compile_mapping
from hub.domain.mapping.codecs import Ref, ValueMap
from hub.domain.mapping.paths import Condition, Key, Path, Select
from hub.domain.mapping.rules import Const, Direction, FieldRule, Owner
from hub.files.compiling import CompiledMapping
from hub.files.compiling import compile_mapping as generate
from hub.files.data import data_dir
from hub.files.mappings import load_mapping
from hub.testing.mappings import FakeLinks, make_mapping

SHIPPED = sorted(data_dir("mappings").rglob("*.yaml"))
HOSTILE = """x"]'); import os; os.system("true") #"""


def reference(mapping: CompiledMapping) -> Any:
    return compile_mapping(mapping.spec)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_mapping_compiles_and_tells_its_source(path: File) -> None:
    mapping = load_mapping(path)
    assert mapping.quick_push.__code__.co_filename == f"<mapping {mapping.name}>"
    functions = {node.name for node in ast.parse(mapping.source).body if isinstance(node, ast.FunctionDef)}
    assert {"push", "pull"} <= functions


def test_the_source_of_a_mapping_is_the_same_every_time() -> None:
    mapping = make_mapping("n.a <-> b.c.d:\nn.b <-> b.c.e:\no.a <-> b.f:\nl[id] <-> m[key]:\n  a.b <-> c.d:\n")
    assert generate(mapping.spec).source == mapping.source


def names_of(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def worded(word: str) -> CompiledMapping:
    """A mapping that has a word wherever a file may have one."""
    row = Path((Key("l"), Select((Condition(word, (word, 1)),), first=True), Key(word)))
    told = parse(f"a == {word!r}" if word.isprintable() else "a != b")
    rules = (
        FieldRule(Path((Key(word), Key(word))), row, Direction.BOTH, Owner.HUB),
        FieldRule(Path((Key("a"),)), Path((Key("b"),)), Direction.BOTH, Owner.HUB, ValueMap(word, ((word, (word,)),))),
        FieldRule(Path((Key("c"),)), Path((Key("d"),)), Direction.BOTH, Owner.HUB, Ref(word), when=told),
        FieldRule(Const(word), Path((Key("e"),)), Direction.PUSH, Owner.HUB, default=word),
    )
    return generate(replace(make_mapping("a <-> b:").spec, name=word, rules=rules))


@pytest.mark.parametrize("word", HOSTILE)
def test_text_of_the_file_reaches_the_source_as_literals_alone(word: str) -> None:
    assert names_of(worded(word).source) == names_of(worded("word").source)
    doc = {word: {word: "v"}, "a": word, "c": "C1"}
    pushed = worded(word).quick_push(doc, None, FakeLinks({word: {"C1": "R1"}}))
    assert pushed == {"l": [{word: "v"}], "b": word, "d": "R1", "e": word}


def test_a_comment_cannot_be_left() -> None:
    mapping = make_mapping('? "a <-> \\"b\\nimport os\\nc\\""\n:\n')
    assert not any(isinstance(node, ast.Import) for node in ast.walk(ast.parse(mapping.source)))
    assert mapping.push({"a": "1"}, None) == {"b\nimport os\nc": "1"}


def test_a_traceback_shows_the_generated_line() -> None:
    mapping = make_mapping("n.a <-> b:")
    with pytest.raises(AttributeError) as caught:
        mapping.quick_push({"n": 5}, None, FakeLinks())
    assert "value = hub_" in "".join(traceback.format_exception(caught.value))


def test_a_refusal_tells_everything_as_the_reference_does() -> None:
    rules = "a <-> a: {as: number}\nl[id] <-> m[key]:\n  w <-> w: {map: t}\n  d <-> d: {as: date}\n"
    mapping = make_mapping(rules, values="t: {open: Open}")
    doc = {"a": "x", "l": [{"id": "L1", "w": "shut", "d": "32"}, {"id": "L2", "w": "open"}]}
    with pytest.raises(InvalidError) as caught:
        mapping.push(doc, None)
    with pytest.raises(InvalidError) as expected:
        reference(mapping).push(doc, None)
    assert str(caught.value) == str(expected.value)
    assert [error.path for error in caught.value.fields] == ["a", "l[L1].w", "l[L1].d"]


def test_a_record_without_link_is_said_to_have_none() -> None:
    with pytest.raises(MissingLinkError, match="C7"):
        make_mapping("customer <-> party: {ref: customer}").push({"customer": "C7"}, None, FakeLinks())


def test_what_is_given_stays_as_it_is() -> None:
    mapping = make_mapping("a <-> n.a:\nb <-> rows[t=x, first].v:\nl[id] <-> n.m[key]:\n  a <-> o.a:\n")
    hub = {"a": "1", "b": "2", "l": [{"id": "L1", "a": "3"}]}
    remote = {"n": {"a": "0", "m": [{"key": "L1", "o": {"a": "0"}}, {"key": "L2"}]}, "rows": [{"t": "x", "v": "0"}]}
    before = deepcopy((hub, remote))
    pushed, pulled = mapping.push(hub, remote), mapping.pull(remote, hub)
    assert (hub, remote) == before
    assert pushed == reference(mapping).push(hub, remote)
    assert pulled == reference(mapping).pull(remote, hub)


@pytest.mark.parametrize("keys", [["L1", "L2"], [1, 2], [1, "2"]])
def test_lines_are_aligned_by_texts_and_by_numbers(keys: list[Any]) -> None:
    mapping = make_mapping("l[id] <-> m[key]:\n  a <-> b:\n")
    hub = {"l": [{"id": str(key), "a": f"new {key}"} for key in keys]}
    remote = {"m": [{"key": key, "b": "old"} for key in reversed(keys)] + [{"b": "not ours"}]}
    pushed = mapping.quick_push(hub, remote, FakeLinks())
    assert [row["b"] for row in pushed["m"]] == [*(f"new {key}" for key in reversed(keys)), "not ours"]


def test_rules_that_write_within_each_other_run_as_in_the_reference() -> None:
    mapping = make_mapping("a -> n:\nb -> n.x:\n")
    doc = {"a": {"y": "1"}, "b": "2"}
    assert mapping.quick_push(doc, {"n": {"z": "3"}}, FakeLinks()) == reference(mapping).push(doc, {"n": {"z": "3"}})


@pytest.mark.parametrize(
    ("condition", "doc", "holds"),
    [
        ("a == 'x'", {"a": "x"}, True),
        ("a != 'x'", {"a": "x"}, False),
        ("a in ['x', 'y'] and not b", {"a": "y"}, True),
        ("a not in ['x']", {"a": "y"}, True),
        ("a in ['x']", {"a": None}, False),
        ("number(n.a) * 2 + 1 > 6.5", {"n": {"a": "3"}}, True),
        ("1 < a <= 5", {"a": 6}, False),
        ("-a < 0 or false", {"a": 1}, True),
        ("a == null", {}, True),
        ("(a if b else c) == d", {"a": 1, "b": True, "d": 1.0}, True),
        ("starts_with(lower(a), 'x') == true", {"a": "XY"}, True),
        ("coalesce(a, b) == 'z'", {"b": "z"}, True),
    ],
)
def test_conditions_are_written_out_with_the_meaning_that_they_have(
    condition: str,
    doc: dict[str, Any],
    holds: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    mapping = make_mapping(f'v <-> w: {{when: "{condition}"}}')
    assert mapping.quick_push({"v": "1", **doc}, None, FakeLinks()) == ({"w": "1"} if holds else {})


def test_a_member_sees_its_record() -> None:
    mapping = make_mapping('l[id] -> m[key]:\n  a -> b: {when: "record.kind == a"}\n')
    doc = {"kind": "x", "l": [{"id": "1", "a": "x"}, {"id": "2", "a": "y"}]}
    assert mapping.quick_push(doc, None, FakeLinks()) == {"m": [{"key": "1", "b": "x"}, {"key": "2"}]}


def test_a_value_that_a_person_decides_about_is_left_to_the_reference() -> None:
    """Generated code must not leave it out in silence: nobody would be asked."""
    mapping = generate(
        make_mapping("kind <-> type: {map: kind, other: review}\nname <-> name:\n", values="kind: {a: A}\n").spec
    )
    with pytest.raises(UnsettledError):
        mapping.pull({"type": "X", "name": "n"}, None)
    with pytest.raises(UnsettledError):
        mapping.push({"kind": "x"}, None)
    assert mapping.pull({"type": "A", "name": "n"}, None) == {"kind": "a", "name": "n"}
