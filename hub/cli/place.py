"""Where the installation is that a command works on: its data directory and the environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from hub.files.settings import Settings, load


@dataclass(frozen=True)
class Place:
    """One installation."""

    directory: Path
    environment: Mapping[str, str]

    def settings(self) -> Settings:
        """Its settings; SettingsError has every problem."""
        return load(self.directory)


here = click.make_pass_decorator(Place)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for a program to read.")


def tell(answer: Any, *, as_json: bool, lines: list[str]) -> None:
    """Print an answer for a program or for people."""
    for line in [json.dumps(answer, ensure_ascii=False)] if as_json else lines:
        click.echo(line)
