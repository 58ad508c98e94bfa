"""An operator's mapping file is laid over the shipped one by the path of the rule; messages name the right file."""

from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.domain.mapping import compile_mapping
from hub.domain.mapping.rules import FieldRule, ListRule, MappingSpec
from hub.files.examples import run_examples
from hub.files.lint import lint
from hub.files.mapping_folders import MappingFolders
from hub.files.mappings import load_specs
from hub.files.schema_tree import SchemaFolder

SHIPPED = """\
map: thing/sys.object
version: 1
hub: {entity: thing}
remote: {system: sys, object: object}
values:
  state: {open: Open, shut: [Shut, Closed]}
fields:
  name <-> title: {max: 40, owner: remote}
  code <- code:
  state <-> status: {map: state}
  lines[id] <-> rows[id]:
    members: hub
    sku <-> code:
    qty <-> qty: {as: number(3)}
sync: {default_owner: hub, fresh_within: 5 min}
tests:
  - {name: one, hub: {name: a}, expect_remote: {title: a}}
  - {name: two, hub: {state: shut}, expect_remote: {status: Shut}}
"""


@pytest.fixture
def folders(tmp_path: Path) -> MappingFolders:
    for name, text in {"shipped": SHIPPED, "own": ""}.items():
        (tmp_path / name / "sys").mkdir(parents=True)
        if text:
            (tmp_path / name / "sys" / "thing.yaml").write_text(text, "utf-8")
    return MappingFolders((tmp_path / "shipped", tmp_path / "own"))


def laid_over(folders: MappingFolders, text: str) -> MappingSpec:
    (folders.roots[1] / "sys" / "thing.yaml").write_text(text, "utf-8")
    (spec,) = load_specs(folders, ("sys/thing.yaml",), "sys")
    return spec


def rules(spec: MappingSpec) -> list[str]:
    return [str(rule) for rule in spec.rules]


def refused(folders: MappingFolders, text: str) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        laid_over(folders, text)
    return [str(field) for field in caught.value.fields]


def test_a_rule_without_options_stays_when_another_is_changed(folders: MappingFolders) -> None:
    """A shipped rule such as 'code <- code:' has the value null, which once was taken for a removal."""
    spec = laid_over(folders, "fields:\n  name <-> title: {max: 20}\n")
    assert rules(spec) == ["name <-> title", "code <- code", "state <-> status", "lines[id] <-> rows[id]"]
    (name, *_) = (rule for rule in spec.rules if isinstance(rule, FieldRule))
    assert (str(name.codec), name.owner.value) == ("cut", "remote")


def test_the_same_paths_are_the_same_rule_whatever_arrow_and_spaces(folders: MappingFolders) -> None:
    spec = laid_over(folders, "fields:\n  name   ->  title:\n  code <-> code:\n")
    assert rules(spec)[:2] == ["name -> title", "code <-> code"]
    assert [rule.line for rule in spec.rules] == [2, 3, 10, 11]
    assert [rule.file for rule in spec.rules] == ["own/sys/thing.yaml", "own/sys/thing.yaml", "", ""]


def test_a_new_rule_is_added_and_one_is_removed_also_within_a_list(folders: MappingFolders) -> None:
    text = "fields:\n  state <-> status: remove\n  vip <-> x_vip:\n"
    text += "  lines[id] <-> rows[id]:\n    members:\n    sku <-> code: remove\n    lot <-> x_lot:\n"
    text += "values: {state: null}\ntests: [{name: two, hub: {}, expect_remote: {}}]\n"
    spec = laid_over(folders, text)
    assert rules(spec) == ["name <-> title", "code <- code", "lines[id] <-> rows[id]", "vip <-> x_vip"]
    (listed,) = (rule for rule in spec.rules if isinstance(rule, ListRule))
    assert (list(map(str, listed.rules)), listed.members.value) == (["qty <-> qty", "lot <-> x_lot"], "both")


def test_what_is_to_be_removed_must_be_there(folders: MappingFolders) -> None:
    assert refused(folders, "fields:\n  nmae <-> title: remove\n") == [
        "own/sys/thing.yaml:2: fields: nmae <-> title: there is no such rule to remove; did you mean 'name <-> title'?"
    ]


def test_options_tables_and_settings_are_merged_and_null_takes_away(folders: MappingFolders) -> None:
    text = (
        "fields:\n  name <-> title: {max: null}\nvalues:\n  state: {shut: [], gone: Gone}\nsync: {fresh_within: null}\n"
    )
    spec = laid_over(folders, text + "tests: [{name: two, hub: {state: gone}, expect_remote: {status: Gone}}]\n")
    assert spec.sync.fresh_within is None
    assert spec.sync.default_owner.value == "hub"
    assert run_examples(compile_mapping(spec)) == []
    (name, _, state, _) = (rule for rule in spec.rules if isinstance(rule, FieldRule | ListRule))
    assert isinstance(name, FieldRule)
    assert str(name.codec) == "plain"
    assert isinstance(state, FieldRule)
    assert state.codec.hub_edges() == ("open", "gone")


def test_an_example_of_the_same_name_is_replaced_and_knows_its_file(folders: MappingFolders) -> None:
    spec = laid_over(folders, "tests:\n  - {name: two, hub: {state: shut}, expect_remote: {status: Wrong}}\n")
    assert [example.name for example in spec.examples] == ["one", "two"]
    assert [str(problem) for problem in run_examples(compile_mapping(spec))] == [
        "own/sys/thing.yaml:2: test 'two': status is 'Shut', expected 'Wrong'"
    ]


def test_a_problem_is_told_with_the_file_that_has_it(folders: MappingFolders, tmp_path: Path) -> None:
    told = refused(folders, "version: x\nfields:\n  name <-> title: {onwer: hub}\n  vip <-> x_vip: {as: nunber}\n")
    assert [each.split(": ")[0] for each in told] == [f"own/sys/thing.yaml:{line}" for line in (1, 3, 4)]
    spec = laid_over(folders, "fields:\n  name <- other:\n")
    (problem,) = lint(spec, SchemaFolder(tmp_path))
    assert str(problem) == "own/sys/thing.yaml:2: name <- other: name is written by 'name <-> title' too"


def test_an_overlay_of_another_kind_replaces_and_is_then_refused(folders: MappingFolders) -> None:
    for text in (
        "fields: 5\n",
        "fields: {name <-> title: 5}\n",
        "[]\n",
        "values: 5\n",
        "tests: {}\n",
        "values: {state: 5}\n",
    ):
        assert refused(folders, text), text


def test_three_folders_are_laid_on_one_after_the_other(folders: MappingFolders, tmp_path: Path) -> None:
    (tmp_path / "third" / "sys").mkdir(parents=True)
    (tmp_path / "third" / "sys" / "thing.yaml").write_text("version: 3\nfields:\n  a <-> b:\n", "utf-8")
    three = MappingFolders((*folders.roots, tmp_path / "third"))
    (folders.roots[1] / "sys" / "thing.yaml").write_text("version: 2\nfields:\n  code <- code: remove\n", "utf-8")
    (spec,) = load_specs(three, three.files(), "sys")
    assert (spec.version, rules(spec)[-1], len(spec.rules)) == (3, "a <-> b", 4)


def test_a_file_that_only_the_operator_has_is_read_too(folders: MappingFolders) -> None:
    (folders.roots[1] / "sys" / "other.yaml").write_text(SHIPPED, "utf-8")
    assert folders.files("sys/*.yaml") == ("sys/other.yaml", "sys/thing.yaml")
    assert [spec.file for spec in load_specs(folders, folders.files(), "sys")] == ["sys/other.yaml", "sys/thing.yaml"]


# --- shared value tables


TABLES = "unit: {hour: Hour, each: [Nos, Stk]}\nspare: {a: b}\n"
USING = SHIPPED.replace("values:\n", "values:\n  include: [tables/units.yaml]\n").replace(
    "  code <- code:\n", "  unit <-> uom: {map: unit}\n"
)


def shared(folders: MappingFolders, text: str, tables: str = TABLES) -> list[MappingSpec]:
    (folders.roots[0] / "tables").mkdir(exist_ok=True)
    (folders.roots[0] / "tables" / "units.yaml").write_text(tables, "utf-8")
    (folders.roots[0] / "sys" / "thing.yaml").write_text(text, "utf-8")
    return load_specs(folders, folders.files(), "sys")


def test_a_shared_table_is_used_like_one_of_the_file(folders: MappingFolders) -> None:
    (spec,) = shared(folders, USING)
    mapping = compile_mapping(spec)
    assert mapping.push({"unit": "each"}, {"uom": "Stk"})["uom"] == "Stk"
    assert mapping.pull({"uom": "Hour"}, None)["unit"] == "hour"
    assert spec.unused_tables == ()


def test_a_shared_table_is_laid_over_too(folders: MappingFolders) -> None:
    (folders.roots[1] / "tables").mkdir()
    (folders.roots[1] / "tables" / "units.yaml").write_text("unit: {hour: H}\n", "utf-8")
    (spec,) = shared(folders, USING)
    assert compile_mapping(spec).push({"unit": "hour"}, None)["uom"] == "H"


def test_an_included_file_that_no_rule_uses_is_told(folders: MappingFolders, tmp_path: Path) -> None:
    (spec,) = shared(folders, USING.replace("  unit <-> uom: {map: unit}\n", ""))
    (problem,) = lint(spec, SchemaFolder(tmp_path))
    assert str(problem) == "sys/thing.yaml:6: values: no rule uses tables/units.yaml"


@pytest.mark.parametrize(
    ("include", "tables", "told"),
    [
        (
            "tables/unit.yaml",
            TABLES,
            "there is no file of value tables tables/unit.yaml; did you mean 'tables/units.yaml'?",
        ),
        ("tables/../../secret.yaml", TABLES, "does not have the form"),
        ("/etc/passwd.yaml", TABLES, "does not have the form"),
        ("sys/thing.yaml", TABLES, "there is no file of value tables sys/thing.yaml"),
        ("tables/units.yaml", "unit: 5\n", "tables/units.yaml:1: unit: 5 stands where the type object is wanted"),
        ("tables/units.yaml", "a: 1\na: 2\n", "tables/units.yaml:2: file: the key 'a' stands here a second time"),
        ("tables/units.yaml", "state: {a: b}\n", "the value table 'state' of tables/units.yaml is there already"),
    ],
)
def test_an_include_that_cannot_be_used_is_told(folders: MappingFolders, include: str, tables: str, told: str) -> None:
    with pytest.raises(InvalidError) as caught:
        shared(folders, USING.replace("tables/units.yaml", include), tables)
    assert any(told in str(field) for field in caught.value.fields), caught.value


def test_a_link_out_of_the_folder_is_not_followed(folders: MappingFolders, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(TABLES, "utf-8")
    (folders.roots[0] / "tables").mkdir()
    (folders.roots[0] / "tables" / "units.yaml").symlink_to(tmp_path / "secret.yaml")
    (folders.roots[0] / "sys" / "thing.yaml").write_text(USING, "utf-8")
    with pytest.raises(InvalidError, match="There is no mapping file tables/units"):
        load_specs(folders, folders.files(), "sys")
