"""Each law, by a mapping or a back end that breaks it, and the message that a person reads."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.mapping import NO_LINKS, Mapping, Refs, compile_mapping
from hub.domain.mapping.rules import Waiver
from hub.laws.breaches import Law
from hub.laws.corpus import Corpora, Corpus, make_corpus
from hub.laws.laws import Trial
from hub.laws.running import Runner
from hub.laws.sides import Sides
from hub.testing.mappings import make_mapping
from tests.unit.laws.conftest import Told

TEXT: dict[str, Any] = {"type": "string"}
OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
ROWS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"type": {"enum": ["phone", "fax"]}, "value": OPTIONAL, "note": TEXT}},
}


def test_a_sound_mapping_keeps_every_law(told: Told) -> None:
    assert (
        told(
            "  a <-> x:\n  b <-> rows[type=phone, first].value:\n",
            {"a": TEXT, "b": TEXT},
            {"x": OPTIONAL, "rows": ROWS},
        )
        == []
    )


@pytest.mark.parametrize(("more", "laws"), [("", ["L5"]), ("sync: {takes_when: 'x != \"\"'}\n", [])])
def test_what_is_never_taken_in_breaks_no_law(told: Told, more: str, laws: list[str]) -> None:
    hub = {"a": {"type": "string", "minLength": 1}}
    found = told("  a <- expr 'coalesce(x, \"-\")': {create_only: pull}\n", hub, {"x": OPTIONAL}, more)
    assert [line.split(": ")[2] for line in found] == laws


def test_what_is_pushed_must_come_back(told: Told) -> None:
    assert told("  a <-> x: {null: keep}\n", {"a": TEXT}, {"x": OPTIONAL})[0] == (
        "thing.yaml:6: a <-> x: L1: a: nothing came back as ''"
    )


def test_a_law_is_told_once_for_each_rule_with_the_shortest_documents(told: Told) -> None:
    found = told(
        "  a <-> x: {null: keep}\n  b <-> y: {null: keep}\n", {"a": TEXT, "b": TEXT}, {"x": OPTIONAL, "y": OPTIONAL}
    )
    assert [line.split(": ")[2] for line in found] == ["L1", "L2", "L1", "L2"]


def test_pushing_twice_must_be_pushing_once(told: Told) -> None:
    found = told("  a -> rows[type=phone, first].type:\n", {"a": {"enum": ["fax"]}}, {"rows": ROWS})
    assert any("L3: rows: pushing a second time makes" in line for line in found)


def test_what_comes_out_must_fit_the_schema(told: Told) -> None:
    (found,) = told("  expr 'lower(\"SHUT\")' -> x:\n", {"a": TEXT}, {"x": {"enum": ["open"]}})
    assert found.endswith("""L5: x: pushed to the remote, it is not valid: "shut" is not one of "open\"""")


def test_a_rule_that_no_value_fits_is_told(told: Told) -> None:
    dated = {"x": {**TEXT, "pattern": "^[A-Z]{3}$"}}
    assert (
        "L0: a: no value that both schemas allow fits"
        in told("  a <-> x: {as: date}\n", {"a": {**TEXT, "format": "date"}}, dated)[0]
    )


def test_a_condition_that_never_holds_is_told(told: Told) -> None:
    hub = {"a": TEXT, "kind": {"enum": ["new", "old"]}}
    found = told("  a <-> x: {when: kind == 'odd'}\n", hub, {"x": OPTIONAL})
    assert found == [
        "thing.yaml:6: a <-> x: L0: a: its condition held in none of 60 documents: the rule was never put to the test"
    ]
    assert told("  a <-> x: {when: kind == 'old'}\n", hub, {"x": OPTIONAL}) == []


def test_a_mapping_that_refuses_what_both_schemas_allow_is_told(told: Told) -> None:
    found = told("  expr 'text(number(a))' -> x:\n", {"a": TEXT}, {"x": OPTIONAL})
    assert "thing.yaml:6: expr 'text(number(a))' -> x: L1: -> x: is refused: text(number(a)): " in found[0]


def test_a_rule_for_new_records_is_tried_on_new_records(told: Told) -> None:
    assert told("  a <-> x: {create_only: push}\n", {"a": TEXT}, {"x": OPTIONAL}) == []


def test_lists_are_tried_with_members_of_both_sides_and_strangers(told: Told) -> None:
    hub = {
        "l": {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "a": TEXT}}}
    }
    remote = {
        "m": {"type": "array", "items": {"type": "object", "properties": {"k": OPTIONAL, "x": OPTIONAL, "y": TEXT}}}
    }
    assert told("  l[id] <-> m[k]:\n    members: hub\n    a <-> x:\n", hub, remote) == []
    found = told("  l[id] <-> m[k]:\n    members: hub\n    a <-> x: {null: keep}\n", hub, remote)
    assert found[0].startswith("thing.yaml:8: a <-> x: L1: l[L")


def test_members_whose_ids_the_remote_assigns_are_named_by_it(told: Told) -> None:
    hub = {
        "l": {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "a": TEXT}}}
    }
    remote = {
        "m": {"type": "array", "items": {"type": "object", "properties": {"k": {"type": "integer"}, "x": OPTIONAL}}}
    }
    assert told("  l[id] <-> m[k]:\n    members: both\n    ids: remote\n    a <-> x:\n", hub, remote) == []


def test_members_of_members_and_members_with_several_keys_are_named_too(told: Told) -> None:
    inner = {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {"id": TEXT, "b": TEXT}}}
    outer = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "a": TEXT, "parts": inner}}
    there = {"k": {"type": "integer"}, "k2": {"type": "integer"}, "y": OPTIONAL}
    rows = {"type": "array", "items": {"type": "object", "properties": there}}
    around = {"type": "object", "properties": {"k": {"type": "integer"}, "x": OPTIONAL, "rows": rows}}
    fields = (
        "  l[id] <-> m[k]:\n    members: both\n    ids: remote\n    a <-> x:\n"
        "    parts[id] <-> rows[k, k2]:\n      members: both\n      ids: remote\n      b <-> y:\n"
    )
    assert told(fields, {"l": {"type": "array", "items": outer}}, {"m": {"type": "array", "items": around}}) == []


def test_a_record_of_several_objects_is_tried_as_a_whole(told: Told, tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    (tmp_path / "remote" / "more.json").write_text(json.dumps({"type": "object", "properties": {"y": TEXT}}), "utf-8")
    fields = "  a <-> object.x:\n  b <-> more.y:\n"
    part = "remote:\n  {system: sys, object: object, schema: remote/thing.json, objects: {more: {id: object.y, "
    head = f"{part}schema: remote/more.json}}}}}}\n"
    found = told(fields, {"a": TEXT, "b": TEXT}, {"x": OPTIONAL, "y": OPTIONAL}, head=head)
    assert [line.partition("L5: ")[2] for line in found] == [
        'more.y: pushed to the remote, it is not valid: null is not of type "string"'
    ]


def test_references_are_looked_up_in_a_crosswalk_of_pairs(told: Told) -> None:
    assert told("  a <-> x: {ref: customer}\n", {"a": TEXT}, {"x": OPTIONAL}) == []


def test_a_reference_may_be_told_as_a_number(told: Told) -> None:
    number = {"type": ["integer", "null"], "readOnly": True}
    assert told("  a <- x: {ref: customer}\n", {"a": OPTIONAL}, {"x": number}) == []


def test_without_schemas_the_laws_are_tried_as_far_as_possible() -> None:
    corpus = make_corpus(make_mapping("a <-> b:").spec, Sides(None, None), examples=30)
    trial = Trial(make_mapping("a <-> b: {null: keep}"))
    assert {breach.law for case in corpus.cases for breach in trial.breaches(case)} == {
        Law.PUSHED_COMES_BACK,
        Law.PULLED_GOES_BACK,
    }


# --- laws that a mapping of ours cannot break, on back ends that do


class Careless(Mapping):
    """Loses on every push what no rule names."""

    def push(self, hub: Doc, remote_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        made = super().push(hub, remote_old, refs)
        return {"b": made["b"]} if "b" in made else {}


class Counting(Mapping):
    """Makes something else on every pull."""

    def pull(self, remote: Doc, hub_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        made = super().pull(remote, hub_old, refs)
        return {**made, "a": f"{(hub_old or {}).get('a', '')}!"}


class Greedy(Mapping):
    """Writes into the document that it reads."""

    def pull(self, remote: Doc, hub_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        made = super().pull(remote, hub_old, refs)
        remote["seen"] = True
        return made


class Thorough(Mapping):
    """Writes into every member that a selector fits, not only into the first one."""

    def push(self, hub: Doc, remote_old: Doc | None, refs: Refs = NO_LINKS) -> Doc:
        made = super().push(hub, remote_old, refs)
        for member in made.get("rows", []):
            member["value"] = made["rows"][0].get("value")
        return made


def verdict(kind: type[Mapping]) -> set[tuple[str, str]]:
    spec = make_mapping("a <-> b:").spec
    found = Runner(Corpora()).run(Trial(kind(spec)), Sides(None, None), examples=40)
    return {breach.key for breach in found.breaches}


def test_what_no_rule_names_must_stay_as_it_is() -> None:
    assert (Law.LEAVES_ALONE, "x_unmapped") in verdict(Careless)


def test_pulling_twice_must_be_pulling_once() -> None:
    assert (Law.COMES_TO_REST, "a") in verdict(Counting)


def test_members_that_no_selector_means_must_stay_as_they_are() -> None:
    spec = make_mapping("a <-> rows[type=phone, first].value:").spec
    found = Runner(Corpora()).run(Trial(Thorough(spec)), Sides(None, None), examples=40)
    assert any(breach.law is Law.LEAVES_ALONE and breach.place.startswith("rows") for breach in found.breaches)


def test_the_documents_that_are_given_must_stay_as_they_are() -> None:
    assert (Law.LEAVES_ALONE, "") in verdict(Greedy)


# --- waivers


def test_a_waived_law_is_not_told_and_is_shown() -> None:
    mapping = make_mapping("a <-> b: {null: keep}")
    waivers = tuple(_waiver(law) for law in ("L1", "L2", "L3"))
    spec = replace(mapping.spec, waivers=waivers)
    found = Runner(Corpora()).run(Trial(compile_mapping(spec)), Sides(None, None), examples=40)
    assert (found.breaches, found.waived, found.idle) == ((), waivers[:2], waivers[2:])


def _waiver(law: str) -> Waiver:
    return Waiver(law, "a", "it is meant so")


# --- recorded pairs


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("  a <-> x: {as: number(2)}\n", None),
        ("  a <-> x: {as: number(1)}\n", "L6: first: a: recorded as '2.25', pulled as '2.3'"),
        ("  a <- x: {as: number(1)}\n", "L6: first: a: recorded as '2.25', pulled as '2.3'"),
        ("  a -> x: {as: number(1)}\n", "L6: first: x: recorded as 2.25, pushed as 2.3"),
        ("  a <-> x: {as: 'scale(10, 2)'}\n", "L6: first: a: recorded as '2.25', pulled as '0.225'"),
    ],
)
def test_a_recorded_pair_gives_nothing_to_do(told: Told, tmp_path: Path, fields: str, message: str | None) -> None:
    folder = tmp_path / "records" / "thing"
    folder.mkdir(parents=True)
    (folder / "first.json").write_text(json.dumps({"hub": {"a": "2.25"}, "remote": {"x": 2.25}}), "utf-8")
    found = told(fields, {"a": {**TEXT, "format": "decimal"}}, {"x": {"type": ["number", "null"]}})
    assert bool(found) == (message is not None)
    assert message is None or message in found[0]


def test_a_recorded_file_that_is_no_pair_is_told(told: Told, tmp_path: Path) -> None:
    folder = tmp_path / "records" / "thing"
    folder.mkdir(parents=True)
    (folder / "odd.json").write_text('{"remote": {}}', "utf-8")
    assert told("  a <-> x:\n", {"a": TEXT}, {"x": OPTIONAL}) == [
        "thing.yaml:1: laws: odd.json holds no recorded pair: write hub, remote, and links"
    ]


def test_the_same_file_is_generated_for_once() -> None:
    corpora, spec = Corpora(), make_mapping("a <-> b:").spec
    first = corpora.corpus("k", spec, Sides(None, None), seed=1, examples=5)
    assert corpora.corpus("k", spec, Sides(None, None), seed=1, examples=5) is first
    assert isinstance(corpora.corpus("k", spec, Sides(None, None), seed=2, examples=5), Corpus)
    assert len(corpora.made) == 2
