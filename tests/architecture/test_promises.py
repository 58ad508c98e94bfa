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


def follow(page: str, folder: Path, blocks: list[str]) -> str:
    """Type what a tutorial tells, in an empty folder; what is shown."""
    program = folder / "bin" / "tickethub"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m hub.cli "$@"\n', "utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", "-c", "set -eu\n" + "\n".join(blocks)],
        cwd=folder,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, page + done.stdout + done.stderr
    return done.stdout


def blocks_of(page: str) -> list[str]:
    return BLOCK.findall((ROOT / "docs" / "tutorial" / page).read_text("utf-8"))


@pytest.mark.slow
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        need("curl", "install it")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    here = [block.replace("127.0.0.1:8080", f"127.0.0.1:{port}") for block in blocks_of("first-hub.md")]
    shown = follow("first-hub.md", tmp_path, [each.replace("tickethub up &", UP.format(port=port)) for each in here])
    assert "Nothing is wrong." in shown
    assert "Shanghai Pumps" in shown
    assert "The audit trail is whole" in shown


@pytest.mark.slow
def test_a_system_is_connected_as_the_tutorial_tells_it(tmp_path: Path) -> None:
    shown = follow("connect-a-system.md", tmp_path, blocks_of("connect-a-system.md"))
    wrong, better, right = shown.index("did you mean 'mobile'?"), shown.index("L5: grade"), shown.index("is wrong.")
    assert wrong < better < right
    assert "leaves out platinum" in shown
    assert "3 examples of 1 mappings run: nothing is wrong." in shown


def test_both_languages_of_a_tutorial_tell_the_same_commands() -> None:
    assert blocks_of("connect-a-system.md") == blocks_of("connect-a-system.zh-CN.md")


# The reader waits until the hub says that it is up; so does the test, on a port that nobody else has.
UP = """
echo 'listen: {{port: {port}}}' > my-hub/hub.yaml
tickethub up > up.log 2>&1 &
trap "kill $!" EXIT
until grep -q 'is up' up.log; do kill -0 $!; done
"""
