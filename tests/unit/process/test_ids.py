"""Identifiers sort by the time of their making."""

from hub.process.ids import Ulids


def test_ids_made_in_one_millisecond_still_sort_in_their_order() -> None:
    ids = Ulids()
    made = [ids.new() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert {len(one) for one in made} == {26}
