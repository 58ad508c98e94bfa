"""Counterexamples become as short as they can be."""

from typing import Any

from hub.domain.mapping import NO_LINKS
from hub.laws.corpus import Case
from hub.laws.shrinking import Shrinker

LONG: dict[str, Any] = {
    "a": "a long text",
    "b": {"c": [1, 2, 3], "d": "x"},
    "lines": [{"id": "L1", "qty": "12.50", "note": "n"}, {"id": "L2", "qty": "7"}],
}


def test_what_the_breach_does_not_need_goes_and_what_it_needs_becomes_simple() -> None:
    def breaks(case: Case) -> bool:
        return any("qty" in line for line in case.hub.get("lines", []))

    short = Shrinker(breaks).shrink(Case(LONG, {"x": 1}, NO_LINKS))
    assert (short.hub, short.remote) == ({"lines": [{"qty": ""}]}, {})


def test_both_documents_are_kept_as_far_as_the_breach_is_between_them() -> None:
    def breaks(case: Case) -> bool:
        return bool(case.hub.get("a", "") > case.remote.get("a", "zz"))

    short = Shrinker(breaks).shrink(Case({"a": "long"}, {"a": "b", "c": 5}, NO_LINKS))
    assert breaks(short)
    assert (set(short.hub), set(short.remote)) == ({"a"}, {"a"})


def test_shrinking_ends_after_so_many_tries() -> None:
    tried = []

    def breaks(case: Case) -> bool:
        tried.append(case)
        return True

    Shrinker(breaks, left=5).shrink(Case(LONG, LONG, NO_LINKS))
    assert len(tried) == 5


def test_the_documents_that_were_given_stay_as_they_are() -> None:
    before = repr(LONG)
    Shrinker(lambda _: True).shrink(Case(LONG, LONG, NO_LINKS))
    assert repr(LONG) == before
