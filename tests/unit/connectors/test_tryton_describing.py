"""What Tryton says of its models, put together as the documents of an object are."""

from typing import Any

from connectors.tryton.describing import described
from connectors.tryton.models import Models
from connectors.tryton.shapes import shape_of

MODELS: dict[str, dict[str, dict[str, Any]]] = {
    "sale": {
        "party": {"type": "many2one", "relation": "party", "required": True, "string": "Party", "domain": []},
        "currency": {"type": "many2one", "relation": "currency", "required": True},
        "total": {"type": "numeric", "readonly": True, "digits": [16, 2]},
        "state": {"type": "selection", "selection": [["draft", "Draft"]]},
        "lines": {"type": "one2many", "relation": "line"},
    },
    "line": {
        "product": {"type": "many2one", "relation": "product"},
        "taxes": {"type": "many2many", "relation": "tax"},
        "quantity": {"type": "float", "required": True},
    },
    "currency": {"code": {"type": "char", "size": 3, "required": True}},
    "tax": {"rate": {"type": "numeric"}},
}
SALE: dict[str, Any] = {
    "model": "sale",
    "key": {"field": "reference", "child": "identifiers", "column": "code"},
    "fields": {"party": {}, "currency": {"by": "code"}, "total": {"computed": True}, "state": {}, "missing": {}},
    "children": {
        "lines": {
            "model": "line",
            "parent": "sale",
            "fields": {
                "quantity": {},
                "rate": {"from": "taxes.rate"},
                "tax_rate": {"from": "taxes.rate", "prepared": True},
            },
        }
    },
}


class Wire:
    """Answers fields_get alone."""

    system = "erp"

    def read(self, method: str) -> dict[str, dict[str, Any]]:
        return MODELS[method.removesuffix(".fields_get")]


def told(**more: object) -> dict[str, Any]:
    return described(Models(Wire()), shape_of("sale", {**SALE, **more}))  # type: ignore[arg-type] # it only reads


def test_a_field_has_the_form_of_where_its_value_stands_and_the_duties_of_where_it_is_written() -> None:
    currency = told()["currency"]
    assert (currency["type"], currency["size"], currency["required"]) == ("char", 3, True)
    assert told()["party"]["relation"] == "party"
    assert "domain" not in told()["party"]


def test_what_is_computed_or_reached_by_a_path_is_read_only_unless_it_is_written_in_a_way_of_its_own() -> None:
    lines = told()["lines"]["fields"]
    assert told()["total"]["readonly"] is True
    assert lines["rate"]["readonly"] is True
    assert lines["tax_rate"]["readonly"] is False


def test_our_key_is_a_field_and_a_field_that_is_gone_is_left_out() -> None:
    assert told()["reference"]["type"] == "char"
    assert "missing" not in told()


def test_nothing_of_an_object_that_is_only_read_can_be_written() -> None:
    fields = told(read_only=True)
    assert all(field["readonly"] for field in fields["lines"]["fields"].values())
    assert fields["state"]["readonly"] is True
