"""Play the story again and again while hub and ERP are killed: ``python -m tests.soak --seeds 0:20``, ``--seed 7``."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import requests

from hub.testing.console_user import ConsoleError
from hub.testing.demo import Stage
from hub.testing.hub_server import HubError
from hub.testing.tryton.rpc import RpcError
from hub.testing.tryton.server import ErpError
from tests.soak.census import Row, differences
from tests.soak.rounds import Round
from tests.soak.setting_up import set_up_and_kill, timed
from tests.stages import impatient_copy, patient_copy

TROUBLES = (ConsoleError, HubError, ErpError, RpcError, LookupError, requests.RequestException)


def main() -> int:
    """Play the seeds; 1 when a round did not end as the undisturbed one."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", default="0:20", help="first:behind")
    parser.add_argument("--seed", type=int, help="just one")
    parser.add_argument("--set-up", action="store_true", help="kill the set-up instead: all of it, and run it again")
    parser.add_argument("--patient", action="store_true", help="with the settings that are shipped: takes long")
    parser.add_argument("--keep", action="store_true", help="keep the directories of rounds that failed")
    asked = parser.parse_args()
    first, behind = (asked.seed, asked.seed + 1) if asked.seed is not None else map(int, asked.seeds.split(":"))
    folder = Path(tempfile.mkdtemp(prefix="tickethub-soak-"))
    failed = []
    try:
        furnished, copy = folder / "furnished", patient_copy if asked.patient else impatient_copy
        usual = timed(furnished)
        expected, _ = play(copy(furnished, folder / "undisturbed"))
        for seed in range(first, behind):
            started = time.monotonic()
            if asked.set_up:
                died = set_up_and_kill(folder / f"set-up-{seed}", seed, usual)
                tell(f"seed {seed}: the set-up died after {died} s of {usual:.0f}")
                found, played = play(copy(folder / f"set-up-{seed}", folder / f"seed-{seed}"))
            else:
                found, played = play(copy(furnished, folder / f"seed-{seed}"), seed)
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


def play(stage: Stage, seed: int | None = None) -> tuple[list[Row], Round]:
    """One round on a stage of its own; a trouble that ends the story is a row of the table."""
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
