"""Play the story again and again while hub and ERP are killed: ``python -m tests.soak --seeds 0:20``, ``--seed 7``."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import requests

from hub.testing.console_user import ConsoleError
from hub.testing.hub_server import HubError
from hub.testing.tryton.rpc import RpcError
from hub.testing.tryton.server import ErpError
from tests.soak.census import Row, differences
from tests.soak.rounds import Round
from tests.stages import furnish, impatient_copy

TROUBLES = (ConsoleError, HubError, ErpError, RpcError, LookupError, requests.RequestException)


def main() -> int:
    """Play the seeds; 1 when a round did not end as the undisturbed one."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", default="0:20", help="first:behind")
    parser.add_argument("--seed", type=int, help="just one")
    parser.add_argument("--keep", action="store_true", help="keep the directories of rounds that failed")
    asked = parser.parse_args()
    first, behind = (asked.seed, asked.seed + 1) if asked.seed is not None else map(int, asked.seeds.split(":"))
    folder = Path(tempfile.mkdtemp(prefix="tickethub-soak-"))
    failed = []
    try:
        furnished = furnish(folder / "furnished")
        expected, _ = play(furnished, folder / "undisturbed")
        for seed in range(first, behind):
            started = time.monotonic()
            found, played = play(furnished, folder / f"seed-{seed}", seed)
            wrong = differences(expected, found)
            tell(f"seed {seed}: {len(played.kills)} kills {dict(played.deaths)}, {time.monotonic() - started:.0f} s")
            if wrong:
                failed.append(seed)
                tell("\n".join(f"    {line}" for line in [*wrong, *map(str, played.kills)]))
            if not (wrong and asked.keep):
                shutil.rmtree(folder / f"seed-{seed}")
    finally:
        if not (failed and asked.keep):
            shutil.rmtree(folder)
    tell(f"{behind - first} rounds, {len(failed)} failed{f': seeds {failed}, kept in {folder}' if failed else ''}")
    return int(bool(failed))


def play(furnished: Path, directory: Path, seed: int | None = None) -> tuple[list[Row], Round]:
    """One round on a copy of its own; a trouble that ends the story is a row of the table."""
    stage = impatient_copy(furnished, directory)
    played = Round(stage, seed)
    try:
        stage.open()
        return played.play(), played
    except TROUBLES as trouble:
        return [("the story stopped", str(trouble), "")], played
    finally:
        stage.close()


def tell(text: str) -> None:
    """A line of the protocol."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
