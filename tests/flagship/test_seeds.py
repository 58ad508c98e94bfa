"""T53: whatever persons, systems and sudden deaths do to one another, nothing is lost and nothing is doubled.

A failing seed prints the shortest history that still fails, and the command that plays it again. The parent of each
process here is single-threaded and has all imported before it forks, so that a kill and a start cost tens of
milliseconds.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import make_url

ROOT = Path(__file__).parents[2]
SEEDS, CHUNK = 200, 10
ON_POSTGRES, SHARE, FEW = 1000, 20, 5  # seeds of their own


WITH_REST = 24  # seeds with an asset system that is connected by YAML alone


def flagship(*args: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run ``python -m tests.flagship``; gives its code and what it said."""
    command = [sys.executable, "-m", "tests.flagship", *args]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_nothing_is_lost_and_nothing_is_doubled(first: int) -> None:
    code, told = flagship("--seeds", f"{first}:{first + CHUNK}")
    assert code == 0, told


@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(0, WITH_REST, 8))
def test_nor_where_a_system_is_connected_by_yaml_alone(first: int) -> None:
    code, told = flagship("--rest", "--seeds", f"{first}:{first + 8}")
    assert code == 0, told


@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_nor_by_yaml_alone_on_postgresql(postgres_server: str, postgres_template: str) -> None:
    url = make_url(postgres_server).set(database=postgres_template).render_as_string(hide_password=False)
    environment = {"TICKETHUB_FLAGSHIP_POSTGRES": url}
    code, told = flagship("--rest", "--seeds", f"{ON_POSTGRES}:{ON_POSTGRES + FEW}", environment=environment)
    assert code == 0, told


@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", range(ON_POSTGRES, ON_POSTGRES + SHARE, FEW))
def test_nor_on_postgresql(first: int, postgres_server: str, postgres_template: str) -> None:
    url = make_url(postgres_server).set(database=postgres_template).render_as_string(hide_password=False)
    environment = {"TICKETHUB_FLAGSHIP_POSTGRES": url}
    code, told = flagship("--seeds", f"{first}:{first + FEW}", environment=environment)
    assert code == 0, told
