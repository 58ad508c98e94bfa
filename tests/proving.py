"""Which tests prove that we get on with which product: one line in a test file, kept under version control.

A file of tests says ``pytestmark = pytest.mark.proves(product="acme", against="twin")``: each class that inherits
``ConnectorContract`` proves then that its object is read and written. Another test says what it proves by itself:
``@pytest.mark.proves(reads="order")``, ``writes=("order", "invoice")``. What is nearer to the test adds to what is
said of the file, such as the ``version`` of a real system.

``pytest tests/contract/test_acme.py --prove`` runs the file and keeps what passed in
tests/data/compatibility/acme.json. ``python -m tests.proving``, which ``make docs`` calls, keeps within seconds what
the tests say that they prove, without running them: CI runs every one of them, and passes only when all of them do.
"""

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson
import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data" / "compatibility"
KNOWN = {"product", "against", "version", "reads", "writes"}
AGAINST = {"twin", "real"}
MARK = "proves(product, against='twin'|'real', version, reads, writes): what a test proves of a product"
KEY = "proves"
CONTRACT = "ConnectorContract"  # by its name: imported here, pytest could no longer rewrite its asserts
if TYPE_CHECKING:
    from hub.testing.connector_contract import ConnectorContract
Fact = dict[str, str]


def facts_of(item: pytest.Item) -> list[Fact]:
    """What a test proves when it passes; a UsageError where its marks cannot be understood."""
    told: dict[str, object] = {}
    for mark in reversed(list(item.iter_markers(KEY))):  # the nearest last: it adds to the others
        if mark.args or not mark.kwargs.keys() <= KNOWN:
            raise pytest.UsageError(f"{item.nodeid}: proves takes {', '.join(sorted(KNOWN))} by name alone")
        told |= mark.kwargs
    if told.setdefault("against", "twin") not in AGAINST:
        raise pytest.UsageError(
            f"{item.nodeid}: proves takes against={told['against']!r}: say one of {sorted(AGAINST)}"
        )
    if "product" not in told:
        return []
    shown = {"product": told["product"], "against": told["against"], "version": told.get("version", "")}
    return [
        {name: str(value) for name, value in {**shown, "object": each, "direction": direction}.items()}
        for direction, each in _directions(item, told)
    ]


def _directions(item: pytest.Item, told: dict[str, object]) -> Iterator[tuple[str, object]]:
    kind = getattr(item, "cls", None)
    if isinstance(kind, type) and CONTRACT in {one.__name__ for one in kind.__mro__}:
        kind = cast("type[ConnectorContract]", kind)
        yield from (("read", kind.name), ("written", kind.name))
    for direction, name in (("read", "reads"), ("written", "writes")):
        objects = told.get(name, ())
        assert isinstance(objects, str | Sequence)
        yield from ((direction, each) for each in ([objects] if isinstance(objects, str) else objects))


def claimed() -> list[Fact]:
    """What every test that has a mark says that it proves; none is run."""
    files = [path for path in sorted(ROOT.glob("tests/**/test_*.py")) if ".proves(" in path.read_text("utf-8")]
    asked = ["--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "claims"
        command = [sys.executable, "-m", "pytest", *asked, f"--claims={kept}", *map(str, files)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        told: list[Fact] = orjson.loads(kept.read_bytes())
    return told


def proved() -> list[Fact]:
    """What the kept files say."""
    return [fact for path in sorted(FOLDER.glob("*.json")) for fact in orjson.loads(path.read_bytes())]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="Keep in tests/data/compatibility what the tests prove.")
    parser.addoption("--claims", help="Write to this file what the collected tests would prove.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)
    config.pluginmanager.register(Proof(config))


class Proof:
    """What the tests of one run prove."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reports: list[pytest.TestReport] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Hand the facts to the reports, which reach the first process from each worker."""
        for item in items:
            source = item.path.relative_to(self.config.rootpath).as_posix()
            item.user_properties += [(KEY, {**fact, "test": source}) for fact in facts_of(item)]
        if path := self.config.getoption("--claims"):
            Path(path).write_bytes(orjson.dumps([fact for item in items for _, fact in item.user_properties]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.reports.append(report)

    def pytest_sessionfinish(self) -> None:
        """Keep what passed; what the same files of tests proved before and prove no more is dropped."""
        if not self.config.getoption("--prove") or hasattr(self.config, "workerinput"):
            return
        files = {report.nodeid.partition("::")[0] for report in self.reports}
        passed = [report for report in self.reports if report.passed]
        facts = [fact for report in passed for name, fact in report.user_properties if name == KEY]
        kept = [fact for fact in proved() if fact["test"] not in files]
        write([*kept, *(fact for fact in facts if isinstance(fact, dict))])


def write(facts: list[Fact]) -> None:
    """Write a file for each product, in an order of its own."""
    products: dict[str, dict[bytes, Fact]] = defaultdict(dict)
    for fact in facts:
        key = orjson.dumps([fact[name] for name in ("object", "direction", "against", "version", "test")])
        products[fact["product"]][key] = fact
    for path in FOLDER.glob("*.json"):
        products.setdefault(path.stem, {})
    FOLDER.mkdir(exist_ok=True)
    for product, found in products.items():
        lines = [orjson.dumps(found[key], option=orjson.OPT_SORT_KEYS).decode() for key in sorted(found)]
        text = "[\n" + ",\n".join(lines) + "\n]\n"
        (FOLDER / f"{product}.json").write_text(text if lines else "[]\n", "utf-8")


if __name__ == "__main__":
    write(claimed())
