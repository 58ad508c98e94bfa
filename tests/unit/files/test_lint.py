"""Lint: what is wrong with a mapping, found before any document is touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.files.data import data_dir
from hub.files.lint import lint, lint_set
from hub.files.mappings import load_mappings, parse_mapping
from hub.files.schema_tree import SchemaFolder

TEXT = {"type": "string"}
HUB: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "id"],
    "properties": {
        "id": {**TEXT, "readOnly": True},
        "name": {**TEXT, "maxLength": 100},
        "state": {"enum": ["open", "shut"]},
        "count": {"type": ["integer", "null"]},
        "amount": {**TEXT, "maxLength": 20},
        "currency": TEXT,
        "flag": {"type": "boolean"},
        "party": {"$ref": "parts.json#/$defs/party"},
        "lines": {"type": "array", "items": {"$ref": "parts.json#/$defs/line"}},
        "custom": {"type": "object", "additionalProperties": True},
    },
}
PARTS: dict[str, Any] = {
    "$defs": {
        "party": {"type": "object", "properties": {"phone": TEXT, "customer_id": TEXT}},
        "line": {"type": "object", "required": ["sku"], "properties": {"id": TEXT, "sku": TEXT, "qty": TEXT}},
    }
}
REMOTE: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": TEXT,
        "title": {**TEXT, "maxLength": 40},
        "status": {"enum": ["Open", "Closed", None]},
        "number": {"type": "number"},
        "total": {"type": ["number", "null"]},
        "made": {**TEXT, "readOnly": True},
        "contacts": {"type": "array", "items": {"type": "object", "properties": {"type": TEXT, "value": TEXT}}},
        "rows": {
            "allOf": [
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["code"],
                        "properties": {"id": TEXT, "idx": {"type": "integer"}, "code": TEXT},
                    },
                }
            ]
        },
        "anything": {},
        "extra": {"type": "object", "additionalProperties": TEXT},
    },
}
HEAD = "map: thing/sys.object\nversion: 1\nhub: {entity: thing, schema: canonical/thing.json}\n"
HEAD += "remote: {system: sys, object: object, schema: remote/sys/object.json}\n"
NAME = "  name <-> title: {max: 40}\n"


@pytest.fixture
def schemas(tmp_path: Path) -> SchemaFolder:
    for name, schema in {"canonical/thing": HUB, "canonical/parts": PARTS, "remote/sys/object": REMOTE}.items():
        (tmp_path / f"{name}.json").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.json").write_text(json.dumps(schema), "utf-8")
    return SchemaFolder(tmp_path)


def found(schemas: SchemaFolder, fields: str, more: str = "") -> list[str]:
    return [
        str(problem)
        for problem in lint(parse_mapping(f"{HEAD}{more}fields:\n{NAME}{fields}", "sys/thing.yaml"), schemas)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "  amount <-> number: {as: number(2)}\n",
        "  amount <- total: {as: decimal(2)}\n",
        "  party.phone <-> contacts[type=phone, first].value: {as: phone(CN)}\n",
        "  custom.whatever.deep <-> anything.at.all:\n",
        "  custom.a <-> extra.b:\n",
        "  lines[id] <-> rows[id]:\n    sku <-> code:\n",
        "  party.customer_id <-> extra.customer: {ref: customer}\n",
        "  expr 'name + record.name' -> extra.title:\n",
        "  count <-> number:\n",
        "  name -> extra.a: {when: flag}\n  currency -> extra.a: {when: not flag}\n",
        '  amount -> extra.amount: {as: "money(by: currency)"}\n',
    ],
)
def test_a_sound_mapping_has_no_problems(schemas: SchemaFolder, fields: str) -> None:
    assert found(schemas, fields) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("  nmae -> extra.x:\n", "nmae -> extra.x: 'nmae' is not in canonical/thing.json; did you mean 'name'?"),
        ("  currency -> titel:\n", "'titel' is not in remote/sys/object.json; did you mean 'title'?"),
        ("  party.fone -> extra.x:\n", "'fone' is not in canonical/thing.json; did you mean 'phone'?"),
        ("  party.phone -> contacts[tpye=a].value:\n", "'tpye' is not in remote/sys/object.json; did you mean 'type'?"),
        (
            "  party.phone -> contacts[type=a].vlaue:\n",
            "'vlaue' is not in remote/sys/object.json; did you mean 'value'?",
        ),
        ("  expr 'nam' -> extra.x:\n", "'nam' is not in canonical/thing.json; did you mean 'name'?"),
        ("  name -> extra.x: {when: flg}\n", "'flg' is not in canonical/thing.json; did you mean 'flag'?"),
        ("  lines[ix] <-> rows[id]:\n    sku <-> code:\n", "'ix' is not in canonical/thing.json"),
        (
            "  lines[id] <-> rows[id]:\n    sku <-> coed:\n",
            "'coed' is not in remote/sys/object.json; did you mean 'code'?",
        ),
        ("  name.first -> extra.x:\n", "'first' is not in canonical/thing.json"),
        ("  flag <-> number: {as: number}\n", "number carries string, but the hub has boolean"),
        ("  currency <-> number: {as: decimal(2)}\n", "carries string, but the remote has number"),
        ("  flag <-> extra.x:\n", "boolean in the hub is string in the remote: say how with 'as'"),
        ("  count <-> extra.x:\n", "integer in the hub is string in the remote: say how with 'as'"),
        ("  currency -> title:\n", "title is written by 'name <-> title' too"),
        ("  currency -> extra.a:\n  amount -> extra.a.b:\n", "extra.a is written by 'currency -> extra.a' too"),
        ("  name <- made:\n", "name is written by 'name <-> title' too"),
        ("  currency <-> extra.x: {default: CNY}\n", "a default on a two-way rule comes back as a value"),
        ("  currency -> made:\n", "the remote's field is read-only: use <-"),
        ("  lines[id] <-> rows[idx]:\n    sku <-> code:\n", "'idx' is the place of a line, which moves"),
        (
            "  lines[id] <-> rows[id]:\n    members: hub\n    qty <-> id:\n",
            "the remote requires 'code': no rule writes it",
        ),
        ("  lines[id] <-> rows[id]:\n    qty <-> code:\n", "the hub requires 'sku': no rule names it"),
    ],
)
def test_a_problem_is_told_with_line_and_rule(schemas: SchemaFolder, fields: str, problem: str) -> None:
    told = found(schemas, fields)
    assert all(each.startswith("sys/thing.yaml:") for each in told)
    assert any(problem in each for each in told)


TABLES = "values:\n  s: {open: Open, shut: Closed}\n"


@pytest.mark.parametrize(
    ("table", "rule", "problem"),
    [
        ("s: {open: Open, shut: Closed}", "state <-> status: {map: s}", None),
        (
            "s: {open: Open, shut: Open}",
            "state <-> status: {map: s}",
            "the value table 's' has 'Open' twice: it cannot be read back",
        ),
        ("s: {open: Open, shut: Open}", "state -> status: {map: s}", None),
        ("s: {open: [Open, Closed]}", "state <-> status: {map: s}", "the value table 's' leaves out shut of the hub"),
        ("s: {open: [Open, Closed]}", "state <- status: {map: s}", None),
        ("s: {open: Open, shut: Shut}", "state -> status: {map: s}", "has 'Shut', which the remote's schema lacks"),
        (
            "s: {open: Open, shutt: Closed}",
            "state <- status: {map: s}",
            "has 'shutt', which the hub's schema lacks; did you mean 'shut'?",
        ),
        ("s: {open: Open}", "state <- status: {map: s}", "the value table 's' leaves out Closed of the remote"),
        ("s: {open: Open}", "state <- status: {map: s, other: keep}", None),
        (
            "{s: {open: Open, shut: Closed}, u: {a: b}}",
            "state <-> status: {map: s}",
            "no rule uses the value table 'u'",
        ),
    ],
)
def test_a_value_table_is_checked_against_both_schemas(
    schemas: SchemaFolder, table: str, rule: str, problem: str | None
) -> None:
    told = found(schemas, f"  {rule}\n", f"values: {table if table.startswith('{') else '{' + table + '}'}\n")
    assert bool(told) == (problem is not None)
    assert problem is None or problem in told[0]


def test_a_text_that_may_be_too_long_over_there_wants_a_limit(schemas: SchemaFolder) -> None:
    text = HEAD + "fields:\n  name <-> title:\n"
    assert [problem.message for problem in lint(parse_mapping(text, "f.yaml"), schemas)] == [
        "the remote holds 40 characters and the hub more: add max: 40"
    ]


def test_what_the_remote_requires_must_be_written_unless_it_fills_it_itself(schemas: SchemaFolder) -> None:
    text = HEAD + "fields:\n  name -> extra.x:\n  flag <- anything:\n"
    assert [problem.message for problem in lint(parse_mapping(text, "f.yaml"), schemas)] == [
        "the remote requires 'title': no rule writes it"
    ]


def test_a_schema_that_is_not_there_is_told(schemas: SchemaFolder) -> None:
    text = HEAD.replace("sys/object.json", "sys/objekt.json") + "fields:\n  name <-> title:\n"
    (problem,) = lint(parse_mapping(text, "f.yaml"), schemas)
    assert (problem.line, problem.suggestion) == (1, "remote/sys/object.json")
    assert problem.message.startswith("there is no schema remote/sys/objekt.json")


def test_a_mapping_without_schemas_is_checked_as_far_as_possible(schemas: SchemaFolder) -> None:
    spec = parse_mapping(mapped("one", "  a <-> b:\n  c -> b:\n"), "f.yaml")
    assert [problem.message for problem in lint(spec, schemas)] == ["b is written by 'a <-> b' too"]


def test_a_reference_into_another_file_that_is_missing_is_told_with_the_file_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"properties": {"x": {"$ref": "b.json"}}}', "utf-8")
    with pytest.raises(InvalidError, match=r"a\.json is no schema to work with: there is no schema b\.json"):
        SchemaFolder(tmp_path)


def mapped(system: str, fields: str, entity: str = "thing") -> str:
    head = f"map: {entity}/{system}.{entity}\nversion: 1\nhub: {{entity: {entity}}}\n"
    return f"{head}remote: {{system: {system}, object: {entity}}}\nfields:\n{fields}"


def test_the_set_of_mappings_has_one_remote_owner_per_field_and_knows_every_reference() -> None:
    specs = [
        parse_mapping(mapped("one", "  a <-> b: {owner: remote}\n  c <-> d: {ref: custmer}\n"), "one.yaml"),
        parse_mapping(mapped("two", "  a <- b:\n  l[id] <-> m[id]:\n    c <-> d: {ref: thing}\n"), "two.yaml"),
        parse_mapping(mapped("one", "  a <-> b:\n", "customer"), "three.yaml"),
    ]
    assert [str(problem) for problem in lint_set(specs)] == [
        "one.yaml:7: c <-> d: no mapping of one is for the entity custmer; did you mean 'customer'?",
        (
            "two.yaml:6: a <- b: a is owned by one and by two: only one system can own a field; "
            "say which wins with precedence: {thing.a: [one, two]} in hub.yaml"
        ),
    ]


@pytest.mark.parametrize("product", sorted(path.name for path in data_dir("mappings").iterdir()))
def test_the_shipped_mappings_of_a_product_have_no_problems(product: str) -> None:
    schemas = SchemaFolder(data_dir("schemas"))
    shipped = [each.spec for each in load_mappings(data_dir("mappings"))]
    specs = [each for each in shipped if each.file.startswith(f"{product}/")]
    assert specs
    assert [str(problem) for spec in specs for problem in lint(spec, schemas)] == []
    instead = {each.entity for each in specs}  # a folder such as acme_other has what takes the place of some of acme's
    others = [
        each for each in shipped if product.startswith(f"{each.file.partition('/')[0]}_") and each.entity not in instead
    ]
    assert [str(problem) for problem in lint_set([*others, *specs])] == []
