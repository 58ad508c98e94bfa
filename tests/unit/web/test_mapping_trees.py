"""Both schemas as trees: what rules name, what an expression reads, what nobody writes, what lies folded away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.bootstrap.mapping_book import MappingBook, Trees
from hub.domain.mapping.rules import MappingSpec
from hub.files.mappings import parse_mapping
from hub.files.schema_tree import SchemaFolder, SchemaNode
from hub.web.mapping_trees import Atlas, Place, atlas

HEAD = """\
map: thing/sys.object
version: 1
hub: {entity: thing}
remote: {system: sys, object: object}
"""
TEXT = {"type": "string"}
HUB = {
    "type": "object",
    "required": ["id", "name", "must", "given"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "given": {"type": "string", "default": "x"},
        **dict.fromkeys(("name", "must", "may", "kind", "currency"), TEXT),
        "lines": {"type": "array", "items": {"required": ["key"], "properties": {"key": TEXT, "note": TEXT}}},
    },
}
REMOTE = {"required": ["title", "no"], "properties": {**dict.fromkeys(("title", "no", "sum"), TEXT), "rows": {}}}


def drawn(fields: str, more: str = "", *, bare: bool = False) -> Atlas:
    schemas = SchemaFolder(Path(__file__).parent)
    trees = Trees(None, None) if bare else Trees(schemas.of(HUB), schemas.of(REMOTE))
    return atlas(parse_mapping(f"{HEAD}{more}fields:\n{fields}", "thing.yaml"), trees)


def every(place: Place) -> Iterator[Place]:
    yield place
    for child in place.children:
        yield from every(child)


def named(root: Place, name: str) -> Place:
    return next(each for each in every(root) if each.name == name)


def needed(root: Place) -> list[str]:
    return [each.name for each in every(root) if each.is_needed]


def test_what_is_required_and_nothing_writes_is_needed_on_both_sides() -> None:
    found = drawn("  name <-> title:\n  may <- no:\n")
    assert needed(found.hub) == ["must"]
    assert needed(found.remote) == ["no"]


def test_nothing_is_needed_where_no_record_comes_into_being() -> None:
    assert needed(drawn("  name -> title:\n").hub) == []
    assert needed(drawn("  name <- title:\n").remote) == []
    assert needed(drawn("  name <-> title:\n", "sync: {creates: hub}\n").hub) == []


def test_what_no_rule_names_lies_folded_away() -> None:
    found = drawn("  name <-> title:\n")
    assert [each.name for each in found.hub.spare] == ["id", "given", "may", "kind", "currency", "lines"]
    assert [each.name for each in found.remote.spare] == ["sum", "rows"]


def test_expressions_and_conditions_read_fields_that_no_rule_ends_at() -> None:
    found = drawn("  name -> title: {when: kind == \"a\"}\n  expr 'may + name' -> no:\n  must <-> sum: {as: money}\n")
    assert (named(found.hub, "kind").rules, named(found.hub, "kind").reads) == ([], [1])
    assert (named(found.hub, "name").rules, named(found.hub, "name").reads) == ([1], [2])
    assert named(found.hub, "currency").reads == [3]
    assert named(found.hub, "expr 'may + name'").is_computed


def test_members_of_lists_are_groups_with_their_keys_and_read_the_record_around_them() -> None:
    rule = "  lines[key] <-> rows[id]:\n    note <-> text:\n    expr 'record.kind' -> kind:\n"
    found = drawn(rule)
    lines = named(found.hub, "lines")
    assert (lines.keys, lines.rules) == ("[key]", [1])
    assert named(lines, "key").is_key
    assert named(found.hub, "kind").reads == [3]
    assert [line.depth for line in found.lines] == [0, 1, 1]
    assert found.lines[1].path == "lines[].note"


def test_a_selector_is_a_group_and_a_value_over_two_fields_has_two_ends() -> None:
    found = drawn("  name <-> rows[kind=a, first].value:\n  may <-> no + sum: {as: datetime(UTC)}\n")
    assert named(found.remote, "[kind=a, first]").is_selector
    assert len(found.lines[1].remote) == 2
    assert set(found.lines[1].remote) == {named(found.remote, "no").id, named(found.remote, "sum").id}


def test_without_schemas_there_is_what_rules_name() -> None:
    found = drawn("  name <-> title:\n", bare=True)
    assert [each.name for each in found.hub.children] == ["name"]
    assert found.hub.spare == []


def test_of_thousands_of_fields_those_that_rules_name_are_drawn_and_the_rest_is_cut() -> None:
    fields = "".join(f"  f{number} <-> g{number}:\n" for number in range(400))
    node = {"properties": {f"{side}{number}": TEXT for number in range(3000) for side in "fg"}}
    tree: SchemaNode = SchemaFolder(Path(__file__).parent).of(node)
    spec: MappingSpec = parse_mapping(f"{HEAD}fields:\n{fields}", "thing.yaml")
    found = atlas(spec, Trees(tree, tree))
    assert len(found.lines) == 400
    assert len(found.hub.spare) <= 400


@pytest.mark.parametrize("schema", [None, "canonical/nothing.json"])
def test_a_schema_that_is_not_there_is_no_failure(schema: str | None) -> None:
    text = HEAD.replace("{entity: thing}", f"{{entity: thing, schema: {schema}}}") if schema else HEAD
    spec = parse_mapping(f"{text}fields:\n  name <-> title:\n", "thing.yaml")
    assert MappingBook().trees(spec) == Trees(None, None)
