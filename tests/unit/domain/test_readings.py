"""A person who looks on sees every value that a mapping carries, changed or not."""

from hub.domain.mapping.readings import readings
from hub.testing.mappings import FakeLinks, make_mapping

LINKS = FakeLinks()
MAPPING = make_mapping(
    "name <-> title:\nnumber -> no:\ntotal <- sum: {as: decimal(2)}\n"
    "lines[id] <-> rows[key]:\n  members: hub\n  qty <-> n: {as: number(3)}\n"
)


def told(old: object, new: object, *, of_hub: bool) -> list[tuple[str, str, object, object, bool]]:
    found = readings(MAPPING, old, new, LINKS, of_hub=of_hub)  # type: ignore[arg-type] # documents
    return [(r.value.path, r.value.remote_path, r.value.old, r.value.new, r.same) for r in found.values]


def test_a_push_tells_each_value_that_it_writes_whether_it_changed_or_not() -> None:
    old = {"title": "A", "no": "1", "sum": "9", "rows": [{"key": "L1", "n": 2}]}
    new = {"title": "B", "no": "1", "sum": "9", "rows": [{"key": "L1", "n": 2.0}]}
    assert told(old, new, of_hub=False) == [
        ("name", "title", "A", "B", False),
        ("number", "no", "1", "1", True),
        ("lines[L1].qty", "rows[L1].n", 2, 2.0, True),
    ]


def test_a_pull_tells_only_what_pulling_writes_and_equal_meanings_are_the_same() -> None:
    assert told({"total": "9.0"}, {"total": "9.00"}, of_hub=True) == [
        ("name", "title", None, None, True),
        ("total", "sum", "9.0", "9.00", True),
    ]


def test_members_that_come_and_go_are_told_and_those_that_come_with_their_values() -> None:
    assert told({"rows": [{"key": "L1", "n": 1}]}, {"rows": [{"key": "L2", "n": 2}]}, of_hub=False)[2:] == [
        ("lines[L1]", "rows[L1]", {"key": "L1", "n": 1}, None, False),
        ("lines[L2]", "rows[L2]", None, {"key": "L2", "n": 2}, False),
        ("lines[L2].qty", "rows[L2].n", None, 2, False),
    ]


def test_a_document_of_another_shape_is_a_problem_and_no_failure() -> None:
    found = readings(MAPPING, {"rows": 5}, {}, LINKS, of_hub=False)
    assert [(problem.path, problem.params["found"]) for problem in found.problems] == [("rows", "5")]
    assert len(found.values) == 2
