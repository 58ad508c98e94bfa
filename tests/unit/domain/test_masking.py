"""What a sensitive rule carries is masked wherever a document is shown."""

from hub.domain.mapping.masking import masked
from hub.testing.mappings import make_mapping

MAPPING = make_mapping(
    "name <-> title:\nphone <-> contacts[type=phone, first].value: {sensitive: true}\n"
    "at <- day + time: {as: datetime, tz: Asia/Shanghai, sensitive: true}\n"
    "lines[id] <-> rows[id]:\n  who <-> person.name: {sensitive: true}\n  qty <-> qty:\n"
)


def test_sensitive_values_of_both_sides_are_masked_at_any_depth_and_others_stay() -> None:
    remote = {
        "title": "A",
        "contacts": [{"type": "phone", "value": "1"}, {"type": "fax", "value": "2"}],
        "day": "2026-01-31",
        "time": None,
        "rows": [{"id": 1, "person": {"name": "Li"}, "qty": 3}],
    }
    assert masked(MAPPING, remote, of_hub=False) == {
        "title": "A",
        "contacts": [{"type": "phone", "value": "***"}, {"type": "fax", "value": "2"}],
        "day": "***",
        "time": None,
        "rows": [{"id": 1, "person": {"name": "***"}, "qty": 3}],
    }
    hub = {"name": "A", "phone": "1", "lines": [{"id": "1", "who": "Li"}]}
    assert masked(MAPPING, hub, of_hub=True) == {"name": "A", "phone": "***", "lines": [{"id": "1", "who": "***"}]}
    assert hub["phone"] == "1"


def test_a_document_of_another_shape_is_shown_as_it_is() -> None:
    for odd in ({"contacts": 5, "rows": 5}, {"rows": [5, {"person": 5}]}, {"rows": {"a": 1}}, {}):
        assert masked(MAPPING, odd, of_hub=False) == odd
