"""What is said of the products that we get on with is what the tests prove, neither more nor less."""

import subprocess
import sys
from pathlib import Path

import orjson

from tests.proving import FOLDER, Fact, proved

ROOT = Path(__file__).parents[2]
MEND = "run: .venv/bin/python -m pytest {files} --prove, then make docs"


def claimed(tmp_path: Path) -> list[Fact]:
    """What every test that has a mark would prove."""
    files = [path for path in sorted(ROOT.glob("tests/**/test_*.py")) if ".proves(" in path.read_text("utf-8")]
    asked = ["--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", f"--claims={tmp_path / 'claims'}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *asked, *map(str, files)], cwd=ROOT, check=True, capture_output=True
    )
    told: list[Fact] = orjson.loads((tmp_path / "claims").read_bytes())
    return told


def test_what_is_kept_is_what_the_tests_prove(tmp_path: Path) -> None:
    kept, told = ({tuple(sorted(fact.items())) for fact in facts} for facts in (proved(), claimed(tmp_path)))
    files = sorted({dict(fact)["test"] for fact in kept ^ told})
    assert kept == told, MEND.format(files=" ".join(files))


def test_a_kept_fact_is_of_an_object_that_the_product_declares() -> None:
    declared = {path.stem: path.read_text("utf-8") for path in ROOT.glob("connectors/*.yaml")}
    strange = [fact for fact in proved() if f"\n  {fact['object']}:" not in declared.get(fact["product"], "")]
    assert strange == []


def test_each_product_has_a_file_of_its_own() -> None:
    assert {fact["product"] for fact in proved()} == {path.stem for path in FOLDER.glob("*.json")}
