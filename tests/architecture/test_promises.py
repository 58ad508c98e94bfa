"""What the documents promise can be typed: every command and make target exists, and the tutorial runs."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hub.cli import main
from tests.conftest import need

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z.][a-z./-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
OPTION_WITH_VALUE = re.compile(r"--dir \S+ ")


def typed(program: str) -> list[tuple[str, str]]:
    """What the pages tell a reader to type, with the page."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text("utf-8")):
            for line in block.splitlines():
                found += [
                    (page.name, rest)
                    for rest in re.findall(rf"(?:^|[\s(/|]){program} ([^#|)&]+)", line.partition(" #")[0])
                ]
    return found


def test_every_make_target_in_the_documents_exists() -> None:
    missing = [(page, told) for page, told in typed("make") if told.split()[0] not in TARGETS]
    assert typed("make")
    assert missing == []


@pytest.mark.parametrize(("page", "told"), typed("tickethub"))
def test_every_command_in_the_documents_can_be_parsed(page: str, told: str) -> None:
    words = OPTION_WITH_VALUE.sub("", told).split()
    command: click.Command = main
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, f"{page}: tickethub {told}"
        command = found
    known = {name for parameter in command.params for name in parameter.opts}
    assert [word for word in words if word.startswith("--") and word not in known] == []


@pytest.mark.slow
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        need("curl", "install it")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    program = tmp_path / "bin" / "tickethub"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m hub.cli "$@"\n', "utf-8")
    program.chmod(0o755)
    text = (
        (ROOT / "docs" / "tutorial" / "first-hub.md").read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    )
    blocks = [block.replace("tickethub up &", UP.format(port=port)) for block in BLOCK.findall(text)]
    script = "set -eu\n" + "\n".join(blocks)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "NO_PROXY": "*"}
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is wrong." in done.stdout
    assert "Shanghai Pumps" in done.stdout
    assert "The audit trail is whole" in done.stdout


# The reader waits until the hub says that it is up; so does the test, on a port that nobody else has.
UP = """
echo 'listen: {{port: {port}}}' > my-hub/hub.yaml
tickethub up > up.log 2>&1 &
trap "kill $!" EXIT
until grep -q 'is up' up.log; do kill -0 $!; done
"""
