"""Lint, item by item: a minimal wrong file for each, and the sound file beside it that has no problem."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.domain.mapping.rules import MappingSpec
from hub.files.lint import lint, lint_set, wrong_precedence
from hub.files.mappings import parse_mapping
from hub.files.schema_tree import SchemaFolder

TEXT = {"type": "string"}
HUB: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "id": {**TEXT, "readOnly": True},
        "name": {**TEXT, "x-index": True},
        "tax_id": {**TEXT, "x-blind": True},
        "note": TEXT,
        "count": {"type": "integer"},
        "flag": {"type": "boolean"},
        "tags": {"type": "array", "items": TEXT},
        "currency": TEXT,
        "amount": {**TEXT, "x-money": "currency"},
        "totals": {"type": "object", "required": ["net"], "properties": {"net": TEXT, "gross": TEXT}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"id": TEXT, "price": TEXT}}},
    },
}
REMOTE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": TEXT,
        "other": TEXT,
        "kind": {"enum": ["a", "b"]},
        "number": {"type": "integer"},
        "yes": {"type": "boolean"},
        "price": {"type": "number"},
        "money": TEXT,
        "sums": {"type": "object", "required": ["net"], "properties": {"net": TEXT, "gross": TEXT}},
        "made": {"type": "object", "readOnly": True, "properties": {"by": TEXT}},
        "function": {**TEXT, "x-computed": True},
        "contacts": {"type": "array", "items": {"type": "object", "properties": {"type": TEXT, "value": TEXT}}},
        "rows": {"type": "array", "items": {"type": "object", "properties": {"id": TEXT, "price": TEXT}}},
    },
}
PRODUCT = {"type": "object", "additionalProperties": False, "properties": {"code": TEXT, "template": TEXT}}
TEMPLATE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": TEXT, "list_price": {"type": "number"}},
}
BARCODE = {"type": "object", "additionalProperties": False, "properties": {"id": TEXT, "number": TEXT, "product": TEXT}}
HEAD = "map: thing/sys.object\nversion: 1\nhub: {entity: thing, schema: canonical/thing.json}\n"
ONE = HEAD + "remote: {system: sys, object: object, schema: remote/object.json}\n"

Found = Callable[[str], list[str]]


@pytest.fixture
def schemas(tmp_path: Path) -> SchemaFolder:
    files = {
        "canonical/thing": HUB,
        "remote/object": REMOTE,
        "remote/product": PRODUCT,
        "remote/template": TEMPLATE,
        "remote/barcode": BARCODE,
    }
    for name, schema in files.items():
        (tmp_path / f"{name}.json").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.json").write_text(json.dumps(schema), "utf-8")
    return SchemaFolder(tmp_path)


@pytest.fixture
def found(schemas: SchemaFolder) -> Found:
    return lambda text: [str(problem) for problem in lint(parse_mapping(text, "f.yaml"), schemas)]


SOUND = [
    "name <-> contacts[type=mobile, first].value:\n  note <-> contacts[type=fax, first].value:",
    "name -> title: {when: flag}\n  note -> title: {when: not flag}",
    "totals.net <-> sums.net:\n  totals.gross <-> sums.gross:",
    "expr 'name + text(count)' -> title:",
    "expr 'count + 1' -> title:",
    "expr 'count + 1' -> price: {as: number(2)}",
    "expr 'count > 3 and name == \"x\"' -> yes:",
    "expr 'name if flag else note' -> title:",
    "name -> title: {when: 'count in [1, 2]'}",
    "expr 'coalesce(name, count)' -> title:",
    "expr '-count' -> title:",
    "expr 'upper(name) + lower(note)' -> title:",
    "expr 'null == name' -> yes:",
    "const a -> kind:",
    "const 5 -> number:",
    "const 5 -> price:",
    "const true -> yes:",
    "flag <- const true:",
    "amount <-> money: {as: 'money(by: currency)'}\n  currency <-> title:",
    "amount <-> number: {as: 'minor_units(by: currency)'}\n  currency <-> title:",
    "amount -> money: {as: money}",
    "name <- title: {owner: remote}\n  note -> other: {owner: hub}",
    "name -> title: {create_only: push}",
    "lines[id] -> rows[id]:\n    members: hub\n    price -> price:",
]


@pytest.mark.parametrize("rules", SOUND)
def test_a_sound_file_has_no_problems(found: Found, rules: str) -> None:
    assert found(f"{ONE}fields:\n  {rules}\n") == []


WRONG = [
    # two rules that write the same, by selectors that may mean one member
    (
        "name <-> contacts[type=mobile|phone, first].value:\n  note <-> contacts[type=phone, first].value:",
        "contacts[type=mobile|phone, first].value is written by 'name <-> contacts[type=mobile|phone, first].value'",
    ),
    ("name -> title: {when: flag}\n  note -> title: {when: flag}", "title is written by 'name -> title' too"),
    ("lines[id] -> rows[id]:\n    price -> price:\n  name -> rows[id=1].price:", "is written by"),
    # a required field within an object that is written
    ("totals.gross -> sums.gross:", "the remote requires 'sums.net': no rule writes it"),
    ("totals.gross <- sums.gross:", "the hub requires 'totals.net': no rule names it"),
    # read-only and computed
    ("name -> made.by:", "the remote's field is read-only: use <-"),
    ("name -> function:", "the remote's field is read-only: use <-"),
    # types in expressions
    ("expr 'name + count' -> title:", "'name + count' puts a text and a number together: use number() or text()"),
    ("expr 'name * 2' -> title:", "'name * 2' is given a text and wants a number"),
    ("expr 'upper(count)' -> title:", "'upper(count)' is given a number and wants a text"),
    ("expr 'first(count)' -> title:", "'first(count)' is given a number and wants a list"),
    ("expr 'length(count)' -> title:", "'length(count)' is given a number and wants a text or list"),
    ("name -> title: {when: 'count > name'}", "'count > name' puts a number and a text together"),
    ("name -> title: {when: 'count == \"1\"'}", "puts a number and a text together"),
    ("name -> title: {when: 'flag > true or name < tags'}", "'name < tags' puts a text and a list together"),
    ("name -> title: {when: 'count in name'}", "'count in name' is given a text and wants a list"),
    ("name -> title: {when: 'not -name'}", "'-name' is given a text and wants a number"),
    ("note <- expr 'number + title':", "'number + title' puts a number and a text together"),
    ("expr 'count + 1' -> price:", "the expression gives a number and the field holds number: use 'as'"),
    ("expr 'name' -> yes:", "the expression gives a text and the field holds boolean: use 'as'"),
    ("flag <- expr 'title':", "the expression gives a text and the field holds boolean"),
    ("const c -> kind:", "'c' is not one of a, b"),
    ("const x -> number:", "'x' is fixed and the field holds integer"),
    ("count <- const x:", "'x' is fixed and the field holds integer"),
    # currency without scale
    (
        "amount <-> number: {as: 'scale(100)'}",
        "the smallest unit has 0, 2 or 3 places by its currency: use minor_units",
    ),
    ("amount <-> price: {as: 'scale(100, 0)'}", "use minor_units(by: currency)"),
    ("amount <-> number: {as: number}", "use minor_units(by: currency)"),
    ("amount <-> money: {as: 'money(by: currency)'}", "the amount needs 'currency', which no rule brings along"),
    # options without effect
    ("name <- title: {owner: hub}", "owner: hub on a rule that goes <-: its source owns it, remote"),
    ("name -> title: {owner: latest}", "owner: latest on a rule that goes ->: its source owns it, hub"),
    ("name <- title: {create_only: push}", "create_only: push on a rule that goes <- has no effect"),
    ("name -> title: {create_only: pull}", "create_only: pull on a rule that goes -> has no effect"),
    ("name <- title: {max: 5}", "max limits what is written over there, and the rule only reads"),
    ("name <-> title: {other: keep}", "other is for values without counterpart, and every value has one here"),
    ("name -> title: {default: x, null: keep}", "null and default both say what nothing does"),
    (
        "lines[id] -> rows[id]:\n    members: remote\n    price -> price:",
        "members: remote in a list that goes ->: nobody",
    ),
    ("lines[id] <- rows[id]:\n    members: hub\n    price <- price:", "members: hub in a list that goes <-: nobody"),
]


@pytest.mark.parametrize(("rules", "problem"), WRONG, ids=[rules for rules, _ in WRONG])
def test_a_problem_is_told_with_file_line_and_rule(found: Found, rules: str, problem: str) -> None:
    told = found(f"{ONE}fields:\n  {rules}\n")
    assert any(problem in each for each in told), told
    assert all(each.startswith("f.yaml:") for each in told)


@pytest.mark.parametrize(
    ("table", "rule", "problem"),
    [
        ("{x: '1'}", "note <-> number: {map: t}", "has '1', and the remote's field holds integer"),
        ("{1: a}", "note -> other: {map: t}", "has 1, and the hub's field holds string"),
        ("{x: 1, y: [2, null]}", "note <-> number: {map: t}", None),
        ("{x: 1.5}", "note <-> price: {map: t}", None),
        ("{true: X}", "flag <-> other: {map: t}", None),
    ],
)
def test_a_value_table_has_the_types_of_both_fields(found: Found, table: str, rule: str, problem: str | None) -> None:
    told = found(f"{ONE}values: {{t: {table}}}\nfields:\n  {rule}\n")
    assert (problem is None and told == []) or (problem is not None and problem in told[0])


@pytest.mark.parametrize(
    ("identity", "problem"),
    [
        ("{adopt_if: [[tax_id], [name, note]]}", None),
        (
            "{adopt_if: [[tax_di]]}",
            "f.yaml:5: identity: adopt_if: 'tax_di' is not in the schema; did you mean 'tax_id'?",
        ),
        (
            "{adopt_if: [[note]]}",
            "no record can be found by note: one of them has to be a field with x-index or x-blind",
        ),
        ("{adopt_if: [[totals.net, name]]}", None),
        ("{adopt_if: [['a[']]}", "is not a path"),
    ],
)
def test_the_adoption_ladder_names_fields_by_which_records_are_found(
    found: Found, identity: str, problem: str | None
) -> None:
    told = found(f"{ONE}identity: {identity}\nfields:\n  name <-> title:\n")
    assert (problem is None and told == []) or (problem is not None and problem in told[0])


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("length(tags) > 0 and name == 'x'", None),
        ("nmae == 'x'", "sync: creates_when: 'nmae' is not in the schema; did you mean 'name'?"),
        ("count > 'x'", "sync: creates_when: "),
    ],
)
def test_what_comes_into_being_over_there_is_said_in_fields_of_the_hub(
    found: Found, condition: str, problem: str | None
) -> None:
    told = found(f'{ONE}fields:\n  name <-> title:\nsync:\n  creates_when: "{condition}"\n')
    assert (problem is None and told == []) or (problem is not None and problem in told[0])


@pytest.mark.parametrize(
    ("name", "condition", "problem"),
    [
        ("takes_when", "title == 'x'", None),
        ("waits_when", "title in ['x', 'y']", None),
        ("takes_when", "titel == 'x'", "sync: takes_when: 'titel' is not in the schema; did you mean 'title'?"),
        ("waits_when", "titel == 'x'", "sync: waits_when: 'titel' is not in the schema; did you mean 'title'?"),
        ("takes_when", "title > 3", "sync: takes_when: "),
    ],
)
def test_what_comes_into_being_here_is_said_in_fields_of_the_other_side(
    found: Found, name: str, condition: str, problem: str | None
) -> None:
    told = found(f'{ONE}fields:\n  name <-> title:\nsync:\n  {name}: "{condition}"\n')
    assert (problem is None and told == []) or (problem is not None and problem in told[0])


def test_what_is_taken_where_nothing_comes_into_being_here_is_a_problem(found: Found) -> None:
    told = found(f"{ONE}fields:\n  name <-> title:\nsync:\n  creates: hub\n  takes_when: title == 'x'\n")
    assert told[0].endswith("sync: takes_when: nothing comes into being here, as 'creates' says")


@pytest.mark.parametrize("name", ["creates_when", "takes_when", "waits_when"])
def test_a_condition_that_is_no_expression_is_a_problem_of_its_line(name: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_mapping(f"{ONE}fields:\n  name <-> title:\nsync:\n  {name}: open(name)\n", "f.yaml")
    assert f"f.yaml:8: sync: {name}: " in str(refused.value)


# --- records of several objects

WHOLE = HEAD + (
    "remote:\n  system: sys\n  object: product\n  schema: remote/product.json\n  objects:\n"
    "    template: {schema: remote/template.json, id: product.template}\n"
    "    barcode: {schema: remote/barcode.json, parent: product}\n"
)
RULES = (
    "fields:\n  note <-> product.code:\n  name <-> template.name:\n  lines[id] <- barcode[id]:\n    price <- number:\n"
)


def test_a_sound_record_of_several_objects_has_no_problems(found: Found) -> None:
    assert found(WHOLE + RULES) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("product.code", "product.cdoe", "'cdoe' is not in product + template + barcode; did you mean 'code'?"),
        ("product.code", "code", "'code' is not in product + template + barcode"),
        ("  name <-> template.name:\n", "  name <- template.name:\n", None),
        ("template.name", "template.list_price", "the remote requires 'template.name': no rule writes it"),
        ("  name <-> template.name:\n", "", "f.yaml:9: remote: objects: template: no rule names the object template"),
        ("id: product.template", "id: product.tmeplate", "'tmeplate' is not in its schema; did you mean 'template'?"),
        (
            "id: product.template",
            "id: product.a.b",
            "'product.a.b' has to be a field of an object, such as product.template",
        ),
        ("parent: product", "parent: prodcut", "'prodcut' is not in its schema; did you mean 'product'?"),
        ("<- barcode[id]", "<-> barcode[id]", "the rows of barcode are only read: use <-"),
        ("remote/template.json", "remote/tempalte.json", "there is no schema remote/tempalte.json; did you mean"),
    ],
)
def test_a_wrong_record_of_several_objects_is_told(found: Found, old: str, new: str, problem: str | None) -> None:
    assert old in WHOLE + RULES
    told = found((WHOLE + RULES).replace(old, new))
    assert (problem is None and told == []) or any(problem in each for each in told if problem), told


@pytest.mark.parametrize(
    ("objects", "problem"),
    [
        (
            "{template: {id: barcode.template}}",
            "'barcode.template' has to begin with one of the objects before it: product",
        ),
        ("{product: {id: product.x}}", "'product' is an object of this record already"),
        ("{template: {id: 'a['}}", "is not a path"),
        ("{template: {}}", "an object says either id or parent"),
        ("{template: {id: product.a, parent: b}}", "an object says either id or parent"),
        ("{template: {idd: product.a}}", "is not known here; did you mean 'id'?"),
    ],
)
def test_objects_that_cannot_be_put_together_are_refused(objects: str, problem: str) -> None:
    text = HEAD + f"remote: {{system: s, object: product, objects: {objects}}}\nfields:\n  name <-> product.a:\n"
    with pytest.raises(Exception, match="problems to mend") as caught:
        parse_mapping(text, "f.yaml")
    assert problem in str(caught.value)


# --- over the whole set


def spec(system: str, fields: str, entity: str = "thing", obj: str = "o") -> MappingSpec:
    head = f"map: {entity}/{system}.o\nversion: 1\nhub: {{entity: {entity}}}\n"
    remote = f"remote: {{system: {system}, object: {obj}}}\n"
    return parse_mapping(f"{head}{remote}fields:\n  {fields}\n", f"{system}/{entity}.yaml")


def test_two_remote_owners_need_a_precedence() -> None:
    both = [spec("crm", "phone <-> a: {owner: remote}"), spec("erp", "phone <-> b: {owner: remote}")]
    assert len(lint_set(both)) == 1
    assert lint_set(both, {"thing.phone": ("crm", "erp")}) == []
    assert len(lint_set(both, {"thing.phone": ("crm", "other")})) == 1


def test_a_precedence_that_names_nothing_is_told() -> None:
    both = [spec("crm", "phone <-> a:"), spec("erp", "phone <-> b:")]
    assert list(wrong_precedence(both, {"thing.phone": ("crm", "erp")})) == []
    assert list(wrong_precedence(both, {"thing.fone": ("crm", "erp")})) == [
        ("thing.fone", "no mapping has this field", "thing.phone")
    ]
    assert list(wrong_precedence(both, {"thing.phone": ("crm", "epr")})) == [
        ("thing.phone", "no mapping of epr has this field", "erp")
    ]


def test_one_object_and_one_entity_of_a_system_have_one_mapping() -> None:
    told = [
        str(problem)
        for problem in lint_set(
            [spec("erp", "a <-> b:"), spec("erp", "a <-> b:", "other"), spec("erp", "a <-> b:", obj="x")]
        )
    ]
    assert told == [
        "erp/other.yaml:1: other/erp.o: erp/thing.yaml is for the object o too",
        "erp/thing.yaml:1: thing/erp.o: erp/thing.yaml is for the entity thing too",
    ]


@pytest.mark.parametrize(
    ("specs", "way"),
    [
        ([spec("erp", "expr 'name + \"!\"' -> title:\n  name <- title:")], "thing.name -> erp.o.title -> thing.name"),
        (
            [spec("crm", "a <-> x:\n  b <- x:"), spec("erp", "b -> y:\n  a <- y:")],
            "crm.o.x -> thing.b -> erp.o.y -> thing.a -> crm.o.x",
        ),
        (
            [spec("erp", "lines[id] <-> rows[id]:\n    members: hub\n    a -> b:\n    a <- b:")],
            "thing.lines.a -> erp.o.rows.b -> thing.lines.a",
        ),
    ],
)
def test_a_value_that_would_travel_in_a_circle_is_told_once(specs: list[MappingSpec], way: str) -> None:
    told = [str(problem) for problem in lint_set(specs) if "circle" in problem.template]
    assert len(told) == 1
    assert f"the value goes in a circle: {way}; use one two-way rule, or create_only" in told[0]


@pytest.mark.parametrize(
    "specs",
    [
        [spec("crm", "a <-> x:"), spec("erp", "a <-> y:")],
        [spec("erp", "a -> x: {create_only: push}\n  a <- x:")],
        [spec("erp", "a -> x:\n  a <- x: {create_only: pull}")],
        [spec("erp", "a -> x:\n  b <- x:\n  c -> y:")],
        [spec("erp", "a -> c[type=p].v:\n  a <- c[type=q].v:")],
    ],
)
def test_what_comes_to_rest_is_no_circle(specs: list[MappingSpec]) -> None:
    assert [problem for problem in lint_set(specs) if "circle" in problem.template] == []
