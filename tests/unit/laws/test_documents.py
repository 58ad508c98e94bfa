"""Generated documents: allowed by both schemas, the same for the same seed, and full of what breaks careless code."""

from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hub.domain.mapping.rules import ListRule
from hub.files.data import data_dir
from hub.files.lint.composed import composed_schema, remote_tree
from hub.files.mappings import load_mappings
from hub.files.schema_tree import SchemaFolder
from hub.files.validity import validator
from hub.laws.corpus import Corpus, make_corpus
from hub.laws.patterns import sample
from hub.laws.schema import compiled
from hub.laws.sides import Sides

DATA = Path(__file__).parents[2] / "data" / "mapping"
OURS, TESTS = SchemaFolder(data_dir("schemas")), SchemaFolder(DATA / "schemas")
MAPPINGS = [(mapping, OURS) for mapping in load_mappings(data_dir("mappings"))]
MAPPINGS += [(mapping, TESTS) for mapping in load_mappings(DATA / "mappings")]
BOOKS = next(mapping for mapping, _ in MAPPINGS if mapping.spec.file == "acme_books/invoice.yaml")


def corpus(mapping: Any, schemas: SchemaFolder, seed: int = 7) -> Corpus:
    spec = mapping.spec
    return make_corpus(spec, Sides(schemas.tree(spec.hub_schema), remote_tree(spec, schemas)), seed=seed, examples=80)


@pytest.mark.parametrize(("mapping", "schemas"), MAPPINGS, ids=[mapping.name for mapping, _ in MAPPINGS])
def test_every_document_is_one_that_its_schema_allows(mapping: Any, schemas: SchemaFolder) -> None:
    spec = mapping.spec
    over_there = composed_schema(spec) if spec.objects else {"$ref": spec.remote_schema}
    hub, remote = (validator(schemas, each) for each in ({"$ref": spec.hub_schema}, over_there))
    made = corpus(mapping, schemas)
    assert [wrong for case in made.cases for wrong in hub(case.hub)] == []
    assert [wrong for case in made.cases for wrong in remote(case.remote)] == []
    assert made.barren == ()


def test_the_same_seed_makes_the_same_documents_and_another_seed_others() -> None:
    first, again, other = (corpus(BOOKS, TESTS, seed).cases for seed in (1, 1, 2))
    assert [(case.hub, case.remote) for case in first] == [(case.hub, case.remote) for case in again]
    assert [case.hub for case in first] != [case.hub for case in other]


def lists(name: str, side: str) -> list[list[Any]]:
    found: list[list[Any]] = []
    for case in corpus(BOOKS, TESTS).cases:
        doc = getattr(case, side)
        found += [doc[name]] if name in doc else []
    return found


def test_lists_have_unique_keys_of_which_both_sides_share_some_and_strangers_without_key() -> None:
    (rule,) = (each for each in BOOKS.spec.rules if isinstance(each, ListRule))
    shared = []
    for case in corpus(BOOKS, TESTS).cases:
        ours = [line["id"] for line in case.hub.get("lines", [])]
        theirs = [item.get("custom_hub_line_id") for item in case.remote.get("items", [])]
        keyed = [key for key in theirs if key is not None]
        assert len(ours) == len(set(ours))
        assert len(keyed) == len(set(keyed))
        shared.append(bool(set(ours) & set(keyed)) and bool(set(ours) ^ set(keyed)))
    assert any(shared)
    assert any("custom_hub_line_id" not in item for item in chain(*lists("items", "remote")))
    assert str(rule.hub) == "lines[id]"


def test_selected_lists_have_no_one_several_and_other_members() -> None:
    contacts = [case.remote["party"].get("contacts", []) for case in corpus(BOOKS, TESTS).cases]
    phones = {sum(member["type"] == "phone" for member in listed) for listed in contacts}
    assert {0, 1, 2} <= phones
    assert any(member["type"] == "mail" for member in chain(*contacts))


def test_values_are_absent_null_empty_chinese_and_beyond_sixteen_bits() -> None:
    remarks = [case.remote.get("remarks", "absent") for case in corpus(BOOKS, TESTS).cases]
    assert {"absent", None, "", "甲方公司"} <= set(remarks)
    assert any(isinstance(text, str) and any(ord(letter) > 0xFFFF for letter in text) for text in remarks)
    assert max(len(text or "") for text in remarks) == 140


def test_fields_that_no_rule_names_are_there_too() -> None:
    cases = corpus(BOOKS, TESTS).cases
    assert any("modified" in case.remote for case in cases)
    assert any("number" in case.hub and any(name.startswith("x_") for name in case.hub) for case in cases)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[0-9a-f]{64}$",
        r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        r"^[a-z]{2}(-[A-Z]{2})?$",
        r"^\d+\.\w[^a]\S\s?x{2,}$",
        "^a|b.c$",
    ],
)
def test_a_pattern_is_turned_into_texts_that_fit_it(pattern: str) -> None:
    rng = Random(3)  # noqa: S311 - texts for a test are no secret
    assert all(compiled(pattern).search(sample(pattern, rng)) for _ in range(50))


def test_ids_that_no_rule_carries_are_those_of_linked_records() -> None:
    """An expression may read them: the first asset of a ticket is what it refers to over there."""
    desk, schemas = next(each for each in MAPPINGS if each[0].spec.file == "request_tracker/ticket.yaml")
    made = corpus(desk, schemas)
    ids = {one for case in made.cases for one in case.hub.get("asset_ids") or ()}
    assert len(ids) > 1
    assert {case.refs.to_remote("asset", one) is not None for case in made.cases for one in ids} == {True}
