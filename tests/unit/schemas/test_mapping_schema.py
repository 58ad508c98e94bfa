"""The meta-schema of mapping files is what editors complete and check by: whole, and in both languages."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from hub.domain.mapping.codecs import CODECS
from hub.domain.mapping.rules import CreateOnly, Members, OnNull, OnOther, Owner
from hub.files.data import data_dir

SCHEMA: dict[str, Any] = json.loads((data_dir("schemas") / "mapping.json").read_text("utf-8"))
FIELD, LIST = SCHEMA["$defs"]["field"]["properties"], SCHEMA["$defs"]["list"]["properties"]


def named(node: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every keyword of a mapping file, with its path."""
    if isinstance(node, dict):
        for name, child in node.get("properties", {}).items():
            yield f"{at}.{name}", child
        for key, child in node.items():
            if not key.startswith("x-"):
                yield from named(child, f"{at}.{key}")


KEYWORDS = [*named(SCHEMA), *((f"$defs.{name}", node) for name, node in SCHEMA["$defs"].items())]


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_keyword_is_titled_and_described_in_english_and_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = [
        path
        for path, node in KEYWORDS
        if node.get("title") != node.get("x-title", {}).get("en")
        or node.get("description") != node.get("x-description", {}).get("en")
        or not chinese.search(node["x-title"]["zh"])
        or not chinese.search(node["x-description"]["zh"])
    ]
    assert wrong == []


def test_every_choice_is_explained_in_both_languages() -> None:
    wrong = [path for path, node in KEYWORDS if "enum" in node and list(node.get("x-enum", {})) != node["enum"]]
    assert wrong == []


def test_the_choices_are_those_of_the_code() -> None:
    assert FIELD["owner"]["enum"] == LIST["owner"]["enum"] == [each.value for each in Owner]
    assert FIELD["null"]["enum"] == [each.value for each in OnNull]
    assert FIELD["other"]["enum"] == [each.value for each in OnOther]
    assert FIELD["create_only"]["enum"] == [each.value for each in CreateOnly if each is not CreateOnly.NO]
    assert LIST["members"]["enum"] == [each.value for each in Members]
    assert SCHEMA["properties"]["sync"]["properties"]["creates"]["enum"] == [each.value for each in Members]


def test_every_codec_is_offered_as_it_is_written() -> None:
    assert FIELD["as"]["examples"] == [call for kind in CODECS.values() for call in kind.calls]
