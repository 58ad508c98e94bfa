"""Stored schemas that were written or edited by hand: what cannot be worked with is refused by the name of its file."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import InvalidError
from hub.files.schema_tree import SchemaFolder
from hub.files.validity import validator


def of_name(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"name": schema}}


def bomb() -> dict[str, Any]:
    steps = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 6} for n in range(18)}
    return {"$defs": {**steps, "d18": {"type": "string"}}, **of_name({"$ref": "#/$defs/d0"})}


REFUSED = {
    "a list": ([], "it is no object"),
    "true": (True, "it is no object"),
    "fields in a list": ({"properties": []}, "properties: "),
    "a field that is a number": (of_name(5), "properties/name: 5 is not of type"),
    "values that are no list": (of_name({"enum": 3}), "properties/name/enum: "),
    "required that is no list": ({"required": True}, "required: "),
    "an unknown type": (of_name({"type": "text"}), "properties/name/type: "),
    "a length that is a text": (of_name({"maxLength": "5"}), "properties/name/maxLength: "),
    "a length with a point": (of_name({"maxLength": 5.0}), "whole numbers without a point"),
    "a pattern that is none": (of_name({"pattern": "["}), r"the pattern '\[' cannot be used"),
    "a name's pattern that is none": ({"patternProperties": {"(": {}}}, r"the pattern '\(' cannot be used"),
    "a list of a billion": (of_name({"minItems": 10**9}), "too long to be tried"),
    "a reference to nothing": (of_name({"$ref": "#/$defs/none"}), "there is no schema #/\\$defs/none"),
    "a reference to the network": (of_name({"$ref": "http://127.0.0.1:9/x"}), "there is no schema http"),
    "a reference that is a number": (of_name({"$ref": 5}), "properties/name/\\$ref: "),
    "branches of branches": (bomb(), "more than 1000 branches"),
    "itself three times": ({"allOf": [{"$ref": "#"}] * 3}, "more than 1000 branches"),
}


def stored(folder: Path, name: str, schema: Any) -> SchemaFolder:
    (folder / name).write_text(json.dumps(schema), "utf-8")
    return SchemaFolder(folder)


@pytest.mark.parametrize("case", REFUSED)
def test_a_schema_that_cannot_be_worked_with_is_refused_with_the_reason(case: str, tmp_path: Path) -> None:
    schema, reason = REFUSED[case]
    with pytest.raises(InvalidError, match=rf"o\.json is no schema to work with: .*{reason}"):
        stored(tmp_path, "o.json", schema)


def test_one_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    schema: dict[str, Any] = {}
    for _ in range(110):
        schema = of_name(schema)
    with pytest.raises(InvalidError, match="nested deeper than 200 levels"):
        stored(tmp_path, "o.json", schema)


@pytest.mark.parametrize("content", [b"", b"{'a': 1}", b'{"a": NaN}', b"[" * 100_000, "{}".encode("utf-16")])
def test_what_is_no_json_is_told_with_its_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "o.json").write_bytes(content)
    with pytest.raises(InvalidError, match=r"o\.json is no JSON"):
        SchemaFolder(tmp_path)


def test_a_link_that_leads_to_itself_is_told_and_a_folder_that_ends_like_a_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    assert SchemaFolder(tmp_path).names == ()
    (tmp_path / "o.json").symlink_to(tmp_path / "o.json")
    with pytest.raises(InvalidError, match=r"o\.json is no schema to work with: it cannot be opened"):
        SchemaFolder(tmp_path)


def test_an_overlay_of_the_operator_is_looked_at_as_laid(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    stored(tmp_path, "o.json", of_name({"type": "string"}))
    (own / "o.json").write_text('{"properties": {"name": {"maxLength": -1}}}', "utf-8")
    with pytest.raises(InvalidError, match=r"own/o\.json is no schema to work with: properties/name/maxLength"):
        SchemaFolder(tmp_path, own)


@pytest.mark.parametrize("name", ["销售单.json", "sales invoice 1.json", "a%zz.json"])
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    folder = stored(tmp_path, name, {"$id": name, "$schema": "urn:other", **of_name({"type": "string"})})
    wrong = validator(folder, folder.files[name])
    assert wrong({"name": "x"}) == []
    assert [place for place, _ in wrong({"name": 1})] == [("name",)]


def test_true_says_nothing_of_a_field_and_a_type_may_hold_itself(tmp_path: Path) -> None:
    tree = stored(tmp_path, "o.json", {"properties": {"any": True, "child": {"$ref": "#"}}}).tree("o.json")
    assert tree.properties["any"].types == frozenset()
    assert set(tree.properties["child"].properties) == {"any", "child"}
