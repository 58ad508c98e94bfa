"""What is not documented does not exist: the reference is what the code says now."""

import re
from pathlib import Path

import orjson
import pytest

from docs.compatibility import READMES
from docs.generate import HERE, PAGES, Fields, with_table

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_what_the_code_says(name: str) -> None:
    written = (HERE / name).read_text("utf-8")
    assert written == PAGES[name](), f"docs/reference/{name} is behind the code: run make docs"


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_what_is_connected_is_what_the_tests_prove(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == with_table(name), f"{name} is behind the tests: run make docs"


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_start() -> None:
    start = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md"]
    reached: set[Path] = set()
    while start:
        page = start.pop().resolve()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        start += [page.parent / link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    every = {page.resolve() for page in ROOT.glob("docs/**/*.md")}
    assert sorted(str(page.relative_to(ROOT)) for page in every - reached) == []


def test_every_setting_has_words_in_both_languages_and_a_meaning() -> None:
    schema = orjson.loads((ROOT / "schemas" / "hub.json").read_bytes())
    rows = list(Fields(schema).below(schema, ""))
    assert len(rows) > 40
    assert [path for path, word, _, _, meaning in rows if not word or not meaning] == []
