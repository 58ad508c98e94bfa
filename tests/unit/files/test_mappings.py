"""Mapping files: every problem at once, with file, line, path and suggestion."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.generate import RULES
from hub.domain.errors import InvalidError
from hub.domain.mapping.rules import FieldRule, ListRule
from hub.files.compiling import compile_mapping
from hub.files.data import data_dir
from hub.files.examples import run_examples
from hub.files.mappings import load_mapping, load_mappings, parse_mapping, read_mapping
from hub.testing.mappings import make_mapping

FOLDER = Path(__file__).parents[2] / "data" / "mapping" / "mappings"
FILES = ["acme_books/customer.yaml", "acme_books/invoice.yaml", "acme_erp/invoice.yaml", "tryton/customer.yaml"]
HEAD = "map: thing/sys.object\nversion: 1\nhub: {entity: thing}\nremote: {system: sys, object: object}\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_mapping(HEAD + text, "sys/thing.yaml")[1]]


def test_the_example_of_the_design_is_read_as_it_stands() -> None:
    mapping = load_mapping(FOLDER / "acme_erp" / "invoice.yaml", FOLDER)
    assert (mapping.name, mapping.version, mapping.entity) == ("invoice/acme_erp.sales_invoice", 3, "invoice")
    assert (mapping.system, mapping.object, mapping.spec.file) == ("acme_erp", "Sales Invoice", "acme_erp/invoice.yaml")
    assert str(mapping.identity.remote_id) == "name"
    assert [str(path) for path in mapping.identity.external_id or ()] == ["id", "custom_hub_id"]
    assert mapping.identity.adopt_if == (("customer.tax_id", "number"),)
    assert mapping.sync.fresh_within == timedelta(minutes=5)
    assert (mapping.sync.deletes_hub, mapping.sync.deletes_remote) == ("cancel", "review")
    assert (mapping.sync.guard.max_changed, mapping.sync.guard.max_deleted, mapping.sync.guard.floor) == (
        Decimal("0.2"),
        10,
        50,
    )
    assert mapping.rules["state"].line == 15
    assert run_examples(mapping) == []


def test_every_mapping_below_a_folder_is_loaded() -> None:
    assert [mapping.spec.file for mapping in load_mappings(FOLDER)] == FILES


def test_the_shipped_mappings_can_be_read_and_their_examples_hold() -> None:
    for mapping in load_mappings(data_dir("mappings")):
        assert run_examples(mapping) == []


def test_one_way_rules_are_owned_by_their_source_and_lists_lend_their_owner() -> None:
    spec = parse_mapping(
        HEAD + "fields:\n  a -> b:\n  c <- d:\n  l[id] -> m[id]:\n    owner: latest\n    e <-> f:\n    g -> h:\n"
        "  n[id] <-> o[id]:\n    owner: latest\n    p <-> q:\nsync: {default_owner: remote}\n",
        "f.yaml",
    )
    fields = [rule for rule in spec.rules if isinstance(rule, FieldRule)]
    first, second = (rule for rule in spec.rules if isinstance(rule, ListRule))
    inner = [rule for rule in (*first.rules, *second.rules) if isinstance(rule, FieldRule)]
    assert [rule.owner.value for rule in (*fields, *inner)] == ["hub", "remote", "hub", "hub", "latest"]
    assert [rule.direction.value for rule in inner] == ["->", "->", "<->"]
    assert (first.members.value, second.members.value) == ("hub", "both")


WRONG = """\
values:
  tab: {x: 1}
fields:
  a <-> b: {onwer: hub}
  c <> d:
  e <-> f[x]:
  g <-> h: {map: tabb}
  i <-> j: {as: decmal(2)}
  k <-> l: {owner: nobody}
  const 1 <-> m:
  n <-> o: {when: 'a.b('}
  l[id] -> m[id]:
    p <- q:
    r <-> s: {as: number(x)}
  t <-> u + v:
  w <-> x: {tz: UTC}
  expr '1' -> expr '2':
  y[id] <-> z[a, b]:
    c <-> d:
sycn: {}
"""
TOLD = {
    8: "fields: a <-> b: onwer: is not known here; did you mean 'owner'?",
    9: "fields: c <> d: is no rule: write 'hub.path <-> remote.path', or -> or <-, between spaces",
    10: "e <-> f[x]: 'f[x]': 'x' is no condition such as type=phone",
    11: "g <-> h: there is no value table 'tabb'; did you mean 'tab'?",
    12: "i <-> j: 'decmal(2)' is no codec: there are bool, country, date",
    13: "fields: k <-> l: owner: 'nobody' is not one of hub, remote, latest, review",
    14: "const 1 <-> m: const 1 cannot be written: use ->",
    15: "n <-> o: expression 'a.b(' cannot be read",
    17: "p <- q: the rule goes <- in a list that goes ->",
    18: "r <-> s: 'number(x)': an argument is no number",
    19: "t <-> u + v: a value over several fields needs 'as', such as datetime with tz",
    20: "w <-> x: tz says the zone of 'as: datetime', which is missing",
    21: "expr '1' -> expr '2': expr '2' cannot be written: use <-",
    22: "y[id] <-> z[a, b]: both sides need as many key fields",
    24: "sycn: is not known here; did you mean 'sync'?",
}


def test_all_problems_are_told_at_once_with_line_path_and_suggestion() -> None:
    found = {int(problem.split(":")[1]): problem for problem in problems(WRONG)}
    assert sorted(found) == sorted(TOLD)
    for line, problem in found.items():
        assert problem.startswith(f"sys/thing.yaml:{line}: {TOLD[line]}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'fields' is missing"),
        ("fields: []\n", "stands where the type object is wanted"),
        ("fields: {a <-> b: 1}\n", "stands where the type object or null is wanted"),
        ("fields: {a <-> b: }\nsync: {fresh_within: soon}\n", "does not have the form"),
        ("fields: {a <-> b: }\nsync: {default_owner: nobody}\n", "is not one of"),
        ("fields: {a <-> b: }\nidentity: {external_id: 'a -> b..c'}\n", "is not a path"),
        ("fields: {a <-> b: }\nidentity: [a]\n", "stands where the type object is wanted"),
        ("fields: {a <-> b: }\ntests: [{name: x}]\n", "an example expects one of"),
        ("fields: {a + b <-> c: {as: datetime}}\n", "only the remote side may spread"),
        ("fields: {a <- const 1 + 2, const 1 <- a: }\n", "cannot be written|is no rule|is not a path|is known"),
    ],
)
def test_a_wrong_block_is_told(text: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        parse_mapping(HEAD + text, "f.yaml")


def test_the_problems_of_all_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(HEAD + "fields: {a <> b: }\n", "utf-8")
    (tmp_path / "two.yaml").write_text("a: 1\na: 2\n", "utf-8")
    with pytest.raises(InvalidError) as caught:
        load_mappings(tmp_path)
    assert [field.path.split(":")[0] for field in caught.value.fields] == ["one.yaml", "two.yaml"]


def test_a_failing_example_is_told_with_what_came_out() -> None:
    text = (
        HEAD + "fields:\n  a <-> b: {as: number}\n  l[id] <-> m[id]:\n    v <-> w:\n"
        "tests:\n"
        "  - {name: good, hub: {a: '1'}, expect_remote: {b: 1}}\n"
        "  - {name: other, hub: {a: '1'}, expect_remote: {b: 2}}\n"
        "  - {name: list, remote: {m: [{id: x, w: 1}]}, expect_hub: {l: []}}\n"
        "  - {name: error, remote: {b: 1}, expect_error: not a number}\n"
        "  - {name: fails, remote: {b: x}, expect_hub: {a: '1'}}\n"
        "  - {name: expected, remote: {b: x}, expect_error: \"b: 'x' is not a number\"}\n"
        "  - {name: pushed, hub: {a: x}, remote: {}, direction: push, expect_error: \"a: 'x' is not a number\"}\n"
    )
    found = [str(problem) for problem in run_examples(compile_mapping(parse_mapping(text, "f.yaml")))]
    assert found[:3] == [
        "f.yaml:11: test 'other': b is 1, expected 2",
        "f.yaml:12: test 'list': l is [{'id': 'x', 'v': 1}], expected []",
        "f.yaml:13: test 'error': gives {'a': '1'}, not the expected error",
    ]
    assert found[3].startswith("f.yaml:14: test 'fails': fails: f.yaml: thing has values")
    assert found[3].endswith("b: 'x' is not a number")
    assert len(found) == 4


def test_an_example_may_state_its_links() -> None:
    text = (
        HEAD + "fields:\n  c <-> p: {ref: customer}\n"
        "tests:\n  - {name: there, hub: {c: C1}, links: {customer: {C1: '7'}}, expect_remote: {p: '7'}}\n"
        "  - {name: back, remote: {p: '7'}, links: {customer: {C1: '7'}}, expect_hub: {c: C1}}\n"
    )
    assert run_examples(compile_mapping(parse_mapping(text, "f.yaml"))) == []


def test_a_mapping_for_tests_is_made_of_a_few_lines() -> None:
    assert make_mapping("a <-> b:").push({"a": 1}, None) == {"b": 1}


WORDS = st.sampled_from(
    [
        *(
            "a",
            "b.c",
            "l[id]",
            "m[x, first].y",
            "n[k=v|w, first].o",
            "const 1",
            "expr 'a + b'",
            'expr "a("',
            "p + q",
            '"A B".c',
            "",
        ),
        *(
            "{}",
            "null",
            "{as: number(2)}",
            "{as: 'scale(0)'}",
            "{as: [1]}",
            "{map: t, null: omit}",
            "{when: 'a > 1'}",
            "{max: 3}",
        ),
        *("{ref: x, as: pair(0), tz: UTC}", "[1]", "{null: null}", "{as: 'join(\", \")'}", "{members: both}", "5"),
    ]
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["  ", "    "]), WORDS, st.sampled_from([" <-> ", " -> ", " <- ", "<->", ": "]), WORDS, WORDS
    ),
    max_size=6,
)


@given(LINES)
def test_any_file_is_a_mapping_or_has_its_problems_told(lines: list[tuple[str, ...]]) -> None:
    text = "".join(f"{margin}{left}{arrow}{right}: {options}\n" for margin, left, arrow, right, options in lines)
    try:
        spec, found = read_mapping(f"{HEAD}values: {{t: {{x: 1}}}}\nfields:\n{text}", "f.yaml")
    except InvalidError:
        return
    assert (spec is None) == bool(found)


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES])
def test_every_form_of_a_rule_that_the_reference_shows_is_read(rule: str) -> None:
    spec = parse_mapping(f"{HEAD}fields:\n  {rule}\n", "f.yaml")
    assert len(spec.rules) == 1
