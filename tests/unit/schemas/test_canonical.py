"""The canonical schemas themselves: valid, bilingual, and consistent with each other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

FOLDER = Path(__file__).parents[3] / "schemas" / "canonical"
FILES = sorted(FOLDER.glob("*.json"))
NAMES = {path.stem for path in FILES}
CHINESE = re.compile(r"[\u4e00-\u9fff]|SLA")
ASCII_ONLY_NAMES = {"SKU", "SOP"}


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def properties(schema: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of the schema, however deep, with its path."""
    for name, child in schema.get("properties", {}).items():
        yield f"{at}.{name}", child
        yield from properties(child, f"{at}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from properties(schema["items"], f"{at}[]")


ALL = [(path, prop) for file in FILES for path, prop in properties(load(file), file.stem)]


def test_the_story_has_all_its_records() -> None:
    story = """asset call charge comment consumption contact contract customer evidence follow_up interaction invoice
        issue lead notification part part_request payment product release reservation return sales_order service_record
        site stock_level technician ticket visit warehouse"""
    assert set(story.split()) == NAMES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_schema_is_valid_2020_12_and_bears_its_own_name(path: Path) -> None:
    schema = load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"canonical/{path.name}"
    assert set(schema["required"]) <= set(schema["properties"])


def test_every_property_is_titled_in_english_and_chinese_and_described() -> None:
    wrong = [
        path
        for path, prop in ALL
        if prop.get("title") != prop.get("x-title", {}).get("en")
        or not (CHINESE.search(prop["x-title"].get("zh", "")) or prop["title"] in ASCII_ONLY_NAMES)
        or not prop.get("description", "").endswith(".")
    ]
    assert wrong == []


def test_every_choice_has_an_english_and_a_chinese_word() -> None:
    wrong = [
        path
        for path, prop in ALL
        if "enum" in prop
        and (
            prop.get("x-enum", {}).keys() != set(prop["enum"])
            or not all(word["en"] and word["zh"] for word in prop["x-enum"].values())
        )
    ]
    assert wrong == []


def test_every_object_is_closed_and_every_text_bounded() -> None:
    def is_open(prop: dict[str, Any]) -> bool:
        return prop.get("type") == "object" and "properties" in prop and prop.get("additionalProperties") is not False

    def is_boundless(prop: dict[str, Any]) -> bool:
        return "string" in prop["type"] and "enum" not in prop and "maxLength" not in prop

    assert [path for path, prop in ALL if is_open(prop) or is_boundless(prop)] == []
    assert all(load(file)["additionalProperties"] is False for file in FILES)


def test_a_custom_field_is_allowed_and_an_unknown_one_is_not() -> None:
    validator = jsonschema.Draft202012Validator(load(FOLDER / "customer.json"))
    assert validator.is_valid({"name": "Bolt", "x_sector": "steel"})
    assert not validator.is_valid({"name": "Bolt", "sector": "steel"})


def test_references_name_records_that_exist_and_keyed_lists_have_their_key() -> None:
    def targets(prop: dict[str, Any]) -> list[str]:
        found = [prop.get("x-ref"), prop.get("items", {}).get("x-ref") if prop.get("type") == "array" else None]
        return [name for name in found if name]

    assert [path for path, prop in ALL if set(targets(prop)) - NAMES] == []
    assert [path for path, prop in ALL if "x-key" in prop and prop["x-key"] not in prop["items"]["required"]] == []


def test_personal_identifiers_are_marked_for_encryption() -> None:
    sensitive = {path for path, prop in ALL if prop.get("x-sensitive")}
    personal = re.compile(r"\.(phone|email|tax_id|line1|line2|postal_code|bank_account)$")
    assert {path for path, _ in ALL if personal.search(path)} <= sensitive
    looked_up = {path for path, prop in ALL if prop.get("x-blind")}
    assert {"customer.phone", "customer.email", "customer.tax_id", "contact.phone", "contact.email"} <= looked_up
    assert looked_up <= sensitive


def test_money_and_quantities_are_decimal_strings_never_numbers() -> None:
    numbers = {path for path, prop in ALL if prop.get("type") == "number"}
    assert {path.rsplit(".", 1)[1] for path in numbers} == {"lat", "lon", "accuracy_m"}
