"""Make the data directory of a benchmark's installation out of its files."""

import os
from collections.abc import Mapping
from pathlib import Path
from string import Template

from hub.bootstrap import migrate
from hub.cli.init import FOLDERS
from hub.files.settings import Settings, load
from hub.storage.cipher import Keyring


def lay_out(directory: Path, files: Mapping[str, str], **facts: object) -> Settings:
    """Write the files, whose ``$names`` stand for the facts, a key and an empty database; gives the settings."""
    for folder in FOLDERS:
        (directory / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(Template(text).substitute(facts), "utf-8")
    Keyring.fresh().save(directory / "key.json")
    settings = load(directory)
    migrate(settings, os.environ)
    return settings
