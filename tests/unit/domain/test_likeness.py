"""How likely two records are one: what counts, and what does not."""

import pytest

from hub.domain.leaves import leaves
from hub.domain.likeness import LIKELY, core, likeness

READINGS = {"上海机电": ("shanghaijidian",), "上海机店": ("shanghaijidian",)}


def spell(name: str) -> tuple[str, ...]:
    return READINGS.get(name, ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("上海机电有限公司", "上海机电"),
        ("上海机电 股份有限公司", "上海机电"),
        ("Acme Co., Ltd.", "acme"),
        ("ACME GmbH", "acme"),
        ("公司", "公司"),
        (None, ""),
    ],
)
def test_a_name_is_compared_without_its_legal_form(name: str | None, expected: str) -> None:
    assert core(name) == expected


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"name": "上海机电有限公司"}, {"name": "上海机电设备"}, ("name",)),
        ({"name": "上海机电"}, {"name": "Shanghai Jidian Co Ltd"}, ("name",)),
        ({"name": "上海机电"}, {"name": "上海机店"}, ("name",)),
        ({"name": "A", "tax_id": "9131"}, {"name": "B", "tax_id": "9131"}, ("tax_id",)),
        ({"name": "A", "phone": "+861"}, {"name": "B", "phone": "+861"}, ("phone",)),
    ],
)
def test_what_reads_alike_is_likely(one: dict[str, str], other: dict[str, str], why: tuple[str, ...]) -> None:
    told = likeness(one, other, spell)
    assert told.why == why
    assert LIKELY <= told.share < 1
    assert likeness(other, one, spell).share == told.share


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "上海机电"}, {"name": "广州泵业"}),
        ({"name": "A"}, {"name": "A1"}),
        ({}, {}),
        ({"phone": ""}, {"phone": ""}),
    ],
)
def test_what_has_nothing_in_common_is_not(one: dict[str, str], other: dict[str, str]) -> None:
    assert likeness(one, other, spell).share < LIKELY


def test_each_sign_makes_it_likelier() -> None:
    address = [{"id": "m", "city": "上海", "line1": "南京东路100号"}]
    few = {"name": "上海机电", "addresses": address}
    more = {**few, "phone": "+861"}
    assert likeness(few, few).share < likeness(more, more).share
    assert likeness(few, {**few, "name": "Other"}).why == ("addresses",)


def test_the_values_of_a_document_are_told_by_path() -> None:
    doc = {
        "a": 1,
        "b": {"c": None},
        "rows": [{"id": "x", "n": 1}, {"id": "y", "n": 2}],
        "tags": ["p", "q"],
        "empty": [],
    }
    assert leaves(doc) == {"a": 1, "b.c": None, "rows[x].n": 1, "rows[y].n": 2, "tags": ["p", "q"], "empty": []}
