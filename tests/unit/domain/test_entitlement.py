from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.documents import Doc
from hub.domain.entitlement import Usage, Work, coverage, issue_kind

ASSET: Doc = {
    "id": "A1",
    "warranty": {
        "starts_on": "2025-03-02",
        "ends_on": "2026-03-01",
        "covers": ["labour", "part"],
        "excluded_causes": ["misuse"],
    },
}
CONTRACT: Doc = {
    "id": "K1",
    "number": "SC-1",
    "state": "active",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "coverage": ["callout", "labour"],
    "included": {"visits": 2, "hours": "10"},
}
LAST_COVERED = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
FIRST_UNCOVERED = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def work(category: str = "part", at: datetime = LAST_COVERED, **more: Any) -> Work:
    return Work(category, at, "Asia/Shanghai", **{"asset": ASSET, **more})


def test_a_warranty_ends_with_its_last_local_day() -> None:
    assert coverage(work()).by == "warranty"
    assert coverage(work(at=FIRST_UNCOVERED)).by == "none"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (work(asset=None), "no warranty is known"),
        (work(at=FIRST_UNCOVERED), "out of warranty (2025-03-02 to 2026-03-01)"),
        (work("travel"), "the warranty does not cover travel"),
        (work(cause="misuse"), "the warranty excludes the cause misuse"),
    ],
)
def test_who_must_pay_is_told_why(question: Work, reason: str) -> None:
    verdict = coverage(question)
    assert not verdict.is_covered
    assert [str(each) for each in verdict.reasons] == [reason]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "ended"}, "is not active"),
        ({"ends_on": "2026-02-01"}, "is not in force on that day"),
        ({"starts_on": "2026-04-01"}, "is not in force on that day"),
        ({"asset_ids": ["A2"]}, "does not cover this asset"),
        ({"coverage": ["travel"]}, "does not cover callout"),
        ({"included": {"visits": 1}}, "all 1 visits are used"),
    ],
)
def test_a_contract_that_does_not_cover_says_why(change: Doc, reason: str) -> None:
    verdict = coverage(work("callout"), [{**CONTRACT, **change}], {"K1": Usage(visits=1)})
    assert verdict.by == "none"
    assert reason in str(verdict.reasons[-1])


def test_a_contract_covers_what_it_includes() -> None:
    assert coverage(work("callout"), [CONTRACT], {"K1": Usage(visits=1)}).by == "contract"
    assert coverage(work("callout"), [{**CONTRACT, "asset_ids": ["A1"]}]).record_id == "K1"


def test_included_hours_cover_what_fits_whole() -> None:
    used = {"K1": Usage(hours=Decimal(8))}
    late = work("labour", FIRST_UNCOVERED, hours=Decimal(2))
    assert coverage(late, [CONTRACT], used).by == "contract"
    assert coverage(work("labour", FIRST_UNCOVERED, hours=Decimal("2.5")), [CONTRACT], used).by == "none"


def test_the_warranty_comes_before_the_contract() -> None:
    assert coverage(work("labour"), [CONTRACT]).by == "warranty"


def test_the_kind_of_issue_follows_the_cover() -> None:
    assert issue_kind(work()) == "warranty"
    assert issue_kind(work(at=FIRST_UNCOVERED)) == "billable"
    assert issue_kind(work("callout"), [CONTRACT]) == "contract"


def test_coverage_is_stored_with_its_reasons() -> None:
    assert coverage(work()).document() == {
        "by": "warranty",
        "reasons": [{"text": "in warranty from {from} to {to}", "params": {"from": "2025-03-02", "to": "2026-03-01"}}],
        "record_id": "A1",
    }
