"""A document is checked against its canonical schema, and every wrong field is named."""

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
