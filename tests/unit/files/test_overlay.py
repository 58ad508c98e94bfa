"""Overlays say only what differs."""

from pathlib import Path

import orjson

from hub.files.overlay import merge, overlaid


def test_maps_are_merged_and_lists_replaced() -> None:
    assert merge({"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}}) == {"a": {"b": 1, "c": [3]}}


def test_null_removes_what_was_shipped() -> None:
    assert merge({"a": 1, "b": 2}, {"a": None}) == {"b": 2}


def test_a_file_that_stands_alone_keeps_its_text_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "customer.yaml"
    path.write_text("a: 1 # one\n", "utf-8")
    assert overlaid(path, None) == overlaid(None, path) == "a: 1 # one\n"


def test_two_files_become_one(tmp_path: Path) -> None:
    base, over = tmp_path / "base.yaml", tmp_path / "over.yaml"
    base.write_text("fields:\n  name <-> name: {owner: remote}\n  phone <-> phone: {as: phone(CN)}\n", "utf-8")
    over.write_text("fields:\n  phone <-> phone: {as: phone(DE)}\n", "utf-8")
    merged = orjson.loads(overlaid(base, over))
    assert merged == {"fields": {"name <-> name": {"owner": "remote"}, "phone <-> phone": {"as": "phone(DE)"}}}
