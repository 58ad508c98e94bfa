"""Demos of the tests' own: set up once, copied for each test, with less patience for a system that does not answer."""

import shutil
from pathlib import Path

from hub.testing.demo import Stage
from hub.testing.tryton.server import free_port

ROOT = Path(__file__).parent.parent


def furnish(directory: Path) -> Path:
    """Set up a demo and leave it at rest, to be copied."""
    stage = Stage(directory, port=free_port(), erp_port=free_port())
    try:
        stage.open()
    finally:
        stage.close()
    return directory


def patient_copy(furnished: Path, directory: Path) -> Stage:
    """A demo like the furnished one, not yet started, with the settings that it is shipped with."""
    shutil.copytree(furnished, directory)
    return Stage(directory, port=free_port(), erp_port=free_port())


def impatient_copy(furnished: Path, directory: Path) -> Stage:
    """A demo like the furnished one, not yet started, that gives up a request after 8 s and looks 2 s later."""
    shutil.copytree(furnished, directory)
    shipped = (ROOT / "connectors" / "tryton.yaml").read_text("utf-8")
    impatient = directory / "connectors" / "tryton.yaml"
    impatient.write_text(shipped.replace("settle: 60 s", "settle: 2 s"), "utf-8")
    return Stage(directory, port=free_port(), erp_port=free_port(), seconds=8)
