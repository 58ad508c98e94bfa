"""Play seeds: ``python -m tests.flagship --seeds 0:20``, ``--seed 7 --shorten``, ``--plant NAME --seeds 0:40``."""

import argparse
import os
import sys
import time

from tests.flagship.histories import history
from tests.flagship.hub_child import Parts
from tests.flagship.planted import PLANTED, nothing
from tests.flagship.playing import Databases, Player, kind_of
from tests.flagship.steps import Step
from tests.odd.flagship import with_odd

HASHES = "PYTHONHASHSEED"
POSTGRES = "TICKETHUB_FLAGSHIP_POSTGRES"  # the address of a migrated database to copy


def main() -> int:
    """Play what is asked; 1 when something does not hold (with a planted bug: when everything does)."""
    parser = argparse.ArgumentParser(prog="python -m tests.flagship", description=__doc__)
    parser.add_argument("--seeds", default="0:20", help="first:behind")
    parser.add_argument("--seed", type=int, help="just one")
    parser.add_argument("--plant", choices=sorted(PLANTED), help="with this engine bug; ends at its first catch")
    parser.add_argument("--rest", action="store_true", help="the asset system is odd, and connected by YAML alone")
    parser.add_argument("--whole", action="store_true", help="do not shorten a history that fails")
    parser.add_argument("--shorten-planted", action="store_true", help="shorten what a planted bug breaks, too")
    parser.add_argument("--show", action="store_true", help="print the history of the seed, play nothing")
    parser.add_argument("--go-on", action="store_true", help="play on after a failure")
    asked = parser.parse_args()
    first, behind = (asked.seed, asked.seed + 1) if asked.seed is not None else map(int, asked.seeds.split(":"))
    if asked.show:
        sys.stdout.write(told(history(first)))
        return 0
    if os.environ.get(HASHES) != "0":  # the order of a set must be the same the next time
        os.execve(sys.executable, [sys.executable, "-m", "tests.flagship", *sys.argv[1:]], {**os.environ, HASHES: "0"})  # noqa: S606 - ourselves
    with Databases.open(os.environ.get(POSTGRES)) as databases:
        player = Player(
            databases,
            with_odd(Parts.load()) if asked.rest else Parts.load(),
            PLANTED[asked.plant].plant if asked.plant else nothing,
        )
        return run(player, range(first, behind), asked)


def run(player: Player, seeds: range, asked: argparse.Namespace) -> int:
    """Play seeds until one fails."""
    started, failed = time.monotonic(), 0
    for seed in seeds:
        steps = history(seed)
        found = player.play(steps)
        if not found:
            continue
        failed += 1
        sys.stdout.write(f"seed {seed} fails:\n" + "".join(f"  {each}\n" for each in found))
        if asked.plant and not asked.shorten_planted:
            return 0
        if not asked.whole:
            shorter = player.shorten(steps, kind_of(found[0]))
            again = player.play(shorter)
            sys.stdout.write(f"the shortest history that still fails ({len(shorter)} steps):\n{told(shorter)}")
            sys.stdout.write("".join(f"  {each}\n" for each in again))
        plant = (f" --plant {asked.plant}" if asked.plant else "") + (" --rest" if asked.rest else "")
        sys.stdout.write(f"again: python -m tests.flagship --seed {seed}{plant}\n")
        sys.stdout.flush()
        if asked.plant:
            return 0
        if not asked.go_on:
            return 1
    seconds = time.monotonic() - started
    sys.stdout.write(f"{len(seeds)} seeds, {player.deaths} kills, {seconds:.1f} s, {failed} failed\n")
    return int(bool(failed) or bool(asked.plant))


def told(steps: list[Step]) -> str:
    """A history, a step a line."""
    return "".join(f"    {step!r}\n" for step in steps)


if __name__ == "__main__":
    sys.exit(main())
