"""Where several systems own a field, an explicit list says which wins."""

from hub.domain.mapping import compile_mapping
from hub.domain.mapping.precedence import with_precedence
from hub.domain.sync import merge
from hub.testing.mappings import make_mapping

RANKED = {"thing.phone": ("crm", "erp"), "thing.lines[].rate": ("crm", "erp"), "thing.level": ("crm", "erp")}
MAPPING = make_mapping(
    "phone <-> tel: {owner: remote}\nname <-> title: {owner: remote}\nlevel <- grade:\n"
    "lines[id] <-> rows[id]:\n  rate <-> price: {owner: remote}\n"
)


def winner(system: str) -> str:
    mapping = compile_mapping(with_precedence(MAPPING.spec, system, RANKED))
    merged = merge(
        mapping,
        hub_base={"phone": "1"},
        remote_base={"tel": "1"},
        hub_now={"phone": "hub"},
        remote_now={"tel": "remote"},
    )
    return str(merged.hub["phone"])


def test_the_first_of_the_list_owns_the_field_and_the_others_give_way() -> None:
    assert [winner(system) for system in ("crm", "erp", "third")] == ["remote", "hub", "remote"]


def test_one_that_stands_behind_still_fills_what_nobody_else_changed() -> None:
    mapping = compile_mapping(with_precedence(MAPPING.spec, "erp", RANKED))
    agreed = {"phone": "1"}, {"tel": "1"}
    merged = merge(mapping, hub_base=agreed[0], remote_base=agreed[1], hub_now=agreed[0], remote_now={"tel": "2"})
    assert merged.hub == {"phone": "2"}


def test_one_that_only_reads_counts_for_records_that_it_makes() -> None:
    mapping = compile_mapping(with_precedence(MAPPING.spec, "erp", RANKED))
    assert mapping.pull({"grade": "gold"}, None) == {"level": "gold"}
    assert mapping.pull({"grade": "gold"}, {"level": "iron"}) == {"level": "iron"}


def test_fields_of_list_members_are_ranked_too_and_others_stay_as_they_are() -> None:
    mapping = compile_mapping(with_precedence(MAPPING.spec, "erp", RANKED))
    owners = {path: rule.owner.value for path, rule in mapping.rules.items()}
    assert owners == {"phone": "hub", "name": "remote", "level": "hub", "lines[].rate": "hub"}
    assert with_precedence(MAPPING.spec, "crm", RANKED) is MAPPING.spec
