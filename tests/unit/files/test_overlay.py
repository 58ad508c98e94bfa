"""Overlays say only what differs."""

from hub.files.overlay import merge


def test_maps_are_merged_and_lists_replaced() -> None:
    assert merge({"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}}) == {"a": {"b": 1, "c": [3]}}


def test_null_removes_what_was_shipped() -> None:
    assert merge({"a": 1, "b": 2}, {"a": None}) == {"b": 2}
