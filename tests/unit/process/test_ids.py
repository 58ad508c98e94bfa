"""Identifiers sort by the time of their making."""

from ulid import ULID

from hub.process.ids import Ulids, text_of


def test_ids_made_in_one_millisecond_still_sort_in_their_order() -> None:
    ids = Ulids()
    made = [ids.new() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert {len(one) for one in made} == {26}


def test_they_are_written_as_ulids_are() -> None:
    made = Ulids().new()
    assert str(ULID.from_str(made)) == made
    for number in (0, 1, 31, 32, 2**128 - 1, int(ULID())):
        assert text_of(number) == str(ULID.from_int(number))
