"""The demo's end is the program's exit code."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.cli.conftest import Run


def staged(monkeypatch: pytest.MonkeyPatch, *, agrees: bool) -> list[tuple[Path, bool]]:
    played: list[tuple[Path, bool]] = []

    def play(directory: Path, *, once: bool) -> bool:
        played.append((directory, once))
        return agrees

    module = ModuleType("hub.testing.demo")
    module.play = play  # type: ignore[attr-defined] # a stage without an ERP: the real story has a flow test
    monkeypatch.setitem(sys.modules, "hub.testing.demo", module)
    return played


def test_a_story_that_ends_well_is_a_success(bare: Run, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = staged(monkeypatch, agrees=True)
    bare("demo", "--once")
    bare("demo")
    assert played == [(directory, True), (directory, False)]


def test_a_story_that_does_not_is_a_failure(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    staged(monkeypatch, agrees=False)
    assert "the story did not end as it should" in bare("demo", "--once", code=1).output


def test_outside_a_checkout_it_says_what_is_missing(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hub.testing.demo", None)
    assert "run 'make demo' in a checkout" in bare("demo", code=3).output
