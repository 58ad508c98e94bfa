"""A document is checked against its canonical schema, and every wrong field is named."""

import json
from pathlib import Path

import pytest

from hub.domain.errors import InvalidError, NotFoundError
from hub.files.data import data_dir
from hub.files.schemas import CanonicalSchemas


@pytest.fixture(scope="module")
def schemas() -> CanonicalSchemas:
    return CanonicalSchemas(data_dir("schemas") / "canonical")


def test_a_right_document_passes(schemas: CanonicalSchemas) -> None:
    schemas.check("notification", {"template": "x", "channel": "console", "state": "recorded"})


def test_every_wrong_field_is_named_at_once(schemas: CanonicalSchemas) -> None:
    with pytest.raises(InvalidError) as refused:
        schemas.check("ticket", {"status": "open", "bogus": 1, "priority": 5, "asset_ids": [7]})
    told = {error.path: str(error).partition(": ")[2] for error in refused.value.fields}
    assert told["status"].startswith("Choose one of new, triaged")
    assert told["bogus"] == "There is no such field here."
    assert told["subject"] == "This field is required."
    assert told["asset_ids.0"] == "This value has the wrong type."


def test_an_unknown_entity_is_named(schemas: CanonicalSchemas) -> None:
    with pytest.raises(NotFoundError, match="unicorn"):
        schemas.check("unicorn", {})


def test_the_entities_are_sorted(schemas: CanonicalSchemas) -> None:
    assert list(schemas.entities()) == sorted(schemas.entities())
    assert "customer" in schemas.entities()


def test_an_operator_adds_a_custom_field_to_a_record(tmp_path: Path) -> None:
    own = {"properties": {"custom": {"type": "object", "properties": {"vip": {"type": "boolean"}}}}}
    (tmp_path / "customer.json").write_text(json.dumps(own), "utf-8")
    schemas = CanonicalSchemas(data_dir("schemas") / "canonical", tmp_path)
    schemas.check("customer", {"name": "A", "custom": {"vip": True}})
    with pytest.raises(InvalidError, match=r"custom\.vip: This value has the wrong type"):
        schemas.check("customer", {"name": "A", "custom": {"vip": 5}})
    with pytest.raises(InvalidError, match="bogus"):
        schemas.check("customer", {"name": "A", "bogus": 1})


def test_a_schema_of_the_operator_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "customer.json").write_text("{", "utf-8")
    with pytest.raises(InvalidError, match=r"customer\.json is no JSON"):
        CanonicalSchemas(data_dir("schemas") / "canonical", tmp_path)
