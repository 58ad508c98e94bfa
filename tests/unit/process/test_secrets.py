"""Secrets come from the environment or a file, and do not show themselves."""

import pickle
from pathlib import Path

import pytest

from hub.domain.errors import InvalidError
from hub.ports.secrets import Secret
from hub.process.secrets import resolve


def test_a_secret_of_the_environment(tmp_path: Path) -> None:
    assert resolve("env/ERP", directory=tmp_path, environment={"ERP": "geheim"}).reveal() == "geheim"


def test_a_secret_of_a_file_below_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "erp").write_text("geheim\n", "utf-8")
    assert resolve("file/erp", directory=tmp_path, environment={}).reveal() == "geheim"


def test_a_secret_of_an_absolute_file(tmp_path: Path) -> None:
    (tmp_path / "erp").write_text("geheim\n", "utf-8")
    assert resolve(f"file/{tmp_path}/erp", directory=Path("elsewhere"), environment={}).reveal() == "geheim"


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="environment variable ERP is not set"):
        resolve("env/ERP", directory=tmp_path, environment={})


def test_a_missing_or_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="cannot be read"):
        resolve("file/none", directory=tmp_path, environment={})
    (tmp_path / "empty").write_text("\n", "utf-8")
    with pytest.raises(InvalidError, match="is empty"):
        resolve("file/empty", directory=tmp_path, environment={})


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("geheim")
    shown = f"{secret} {secret!r} {secret!s} {[secret]} { ({'password': secret}) }"
    assert "geheim" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
