"""What a batch of documents refers to is known before any of them is carried over."""

from hub.domain.mapping.references import references
from hub.testing.mappings import make_mapping

MAPPING = make_mapping(
    "a <-> b:\ncustomer <-> party.code: {ref: customer}\nowner <- rep: {ref: user, as: pair(0)}\n"
    "lines[id] <-> rows[id]:\n  part <-> product: {ref: part}\n  note <-> note:\n"
    "  lots[id] <-> lots[id]:\n    site <-> location: {ref: warehouse}\nplain[id] <-> plain[id]:\n  x <-> x:\n"
)


def test_the_ids_of_both_sides_are_found_by_entity_at_any_depth() -> None:
    hub = {"customer": "C1", "lines": [{"id": "1", "part": "P1", "lots": [{"id": "a", "site": "W1"}]}, {"id": "2"}]}
    other = {"customer": "C2", "owner": None, "lines": [{"id": "1", "part": "P1"}, {"id": "2", "part": "P2"}]}
    assert references(MAPPING, [hub, other], of_hub=True) == {
        "customer": {"C1", "C2"},
        "part": {"P1", "P2"},
        "warehouse": {"W1"},
    }
    remote = {"party": {"code": 7}, "rep": [5, "Li"], "rows": [{"id": 1, "product": "8", "lots": [{"location": 9}]}]}
    assert references(MAPPING, [remote], of_hub=False) == {
        "customer": {"7"},
        "user": {"5"},
        "part": {"8"},
        "warehouse": {"9"},
    }


def test_what_is_no_id_is_left_to_the_mapping() -> None:
    wrong = {"party": {"code": ""}, "rep": [[], []], "rows": [5, {"product": 1.5}, {"product": True}]}
    assert references(MAPPING, [wrong, {"rows": 5}, {"party": 5}, {}], of_hub=False) == {}
    assert references(make_mapping("a <-> b:\n"), [{"a": 1}], of_hub=True) == {}
