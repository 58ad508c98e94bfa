"""What is said of the products that we get on with is what the tests prove, neither more nor less."""

from pathlib import Path

from tests.proving import FOLDER, claimed, proved

ROOT = Path(__file__).parents[2]


def test_what_is_kept_is_what_the_tests_prove() -> None:
    kept, told = ({tuple(sorted(fact.items())) for fact in facts} for facts in (proved(), claimed()))
    assert kept == told, "run: make docs"


def test_a_kept_fact_is_of_an_object_that_the_product_declares() -> None:
    declared = {path.stem: path.read_text("utf-8") for path in ROOT.glob("connectors/*.yaml")}
    strange = [fact for fact in proved() if f"\n  {fact['object']}:" not in declared.get(fact["product"], "")]
    assert strange == []


def test_each_product_has_a_file_of_its_own() -> None:
    assert {fact["product"] for fact in proved()} == {path.stem for path in FOLDER.glob("*.json")}
