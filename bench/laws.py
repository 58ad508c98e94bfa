"""How long it takes to prove a mapping: ``python -m bench.laws``. Figures are for people; nothing depends on them."""

from pathlib import Path
from time import perf_counter, process_time

from hub.bootstrap.mapping_check import Effort, Source, check, test
from hub.bootstrap.mapping_sources import selection

DATA = Path(__file__).parents[1] / "tests" / "data" / "mapping"
LARGE = DATA / "mappings" / "acme_books" / "invoice.yaml"  # 36 rules
RUNS = 5


def main() -> None:
    large = list(selection(Path("nowhere"), (str(LARGE),)).sources)
    shipped = list(selection(Path("nowhere"), ()).sources)
    print(f"{'what':<44} {'seconds':>8} {'CPU':>8}")
    for run in range(RUNS):
        timed(f"36 rules, 200 documents, all laws ({'cached' if run else 'first'})", large)
    timed(f"{len(shipped)} shipped mappings, 200 documents each", shipped)
    timed(f"{len(shipped)} shipped mappings, examples", shipped, examples=True)


def timed(what: str, wanted: list[Source], *, examples: bool = False) -> None:
    wall, cpu = perf_counter(), process_time()
    told = test(wanted) if examples else check(wanted, Effort())
    found = sum(len(each.findings) for each in told)
    print(f"{what:<44} {perf_counter() - wall:>8.2f} {process_time() - cpu:>8.2f}  {found} problems")


if __name__ == "__main__":
    main()
