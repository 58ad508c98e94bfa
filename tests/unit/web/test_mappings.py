"""The mapping pages: what is shown of each mapping, to whom, and how little of what is sensitive."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.bootstrap.mapping_book import MappingBook
from hub.domain.search import tokens_for_index
from hub.ports.accounts import User
from hub.services import accounts
from hub.services.context import Hub
from hub.storage.blobs import FileBlobs
from hub.storage.sqlite import SqliteStore
from hub.testing.clock import FakeClock, SerialIds
from hub.web.options import Options
from tests.unit.web import erp, world
from tests.unit.web.clients import HOOKS, Browser, Calls
from tests.unit.web.conftest import POLICIES, SCHEMAS
from tests.unit.web.test_pages import checked

Open = Callable[[str], Browser]
BOOK = MappingBook()
"""One for all tests: what was proved once is proved."""


@pytest.fixture
def options(calls: Calls) -> Options:
    return Options(hooks=HOOKS, receive_call=calls, mappings=BOOK)


@pytest.fixture
def hub(sqlite_store: SqliteStore, clock: FakeClock, tmp_path: Path) -> Hub:
    bare = Hub(sqlite_store, clock, SerialIds(), SCHEMAS, FileBlobs(tmp_path / "blobs"), POLICIES)
    return erp.connect(bare, clock)


@pytest.fixture
def boss(hub: Hub, people: dict[str, User], browser: Open) -> Browser:
    """An administrator, who sees everything; a customer and an invoice are linked."""
    world.fill(hub)
    erp.link(hub)
    return browser("boss")


def rows(page: str, part: str) -> list[str]:
    """The rows of the first table behind a heading, as plain text."""
    body = page.partition(part)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.sub(r"<[^>]+>", " ", row) for row in body.split("<tr")[1:]]
    return [" ".join(cell.partition(">")[2].split()) for cell in cells]


def rule_row(page: str, number: int) -> str:
    """The opening tag of a rule's row."""
    return page.partition(f'<tr id="rule-{number}"')[2].partition(">")[0]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["", "/erp/customer?record=c1", "/erp/invoice?record=i1", "/erp/part", "/erp/site"])
def test_a_page_is_sound_in_both_languages(
    hub: Hub, people: dict[str, User], boss: Browser, path: str, language: str
) -> None:
    accounts.set_language(hub, hub.actor("setup"), people["boss"].id, language)
    answer = boss.get(f"/mappings{path}")
    assert answer.status_code == 200
    checked(answer.text)
    tags = "".join(re.findall(r"<[^>]*>", answer.text))
    assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=|javascript:", tags)


def test_the_list_tells_what_each_mapping_is_and_what_went_wrong_last(boss: Browser) -> None:
    told = {row.split(" ")[0]: row for row in rows(boss.get("/mappings").text, "<h2>ERP")}
    assert len(told) == 12
    assert "conflict: phone" in told["Customer"]
    assert "RejectedError 409" in told["Consumption"]
    assert re.search(r"to the hub only.* 6 .*the other system 6 1", told["Part"])


def test_only_those_who_may_see_systems_see_mappings(hub: Hub, people: dict[str, User], browser: Open) -> None:
    for login in ("li", "wang", "zhao"):
        person = browser(login)
        assert 'href="/mappings"' not in person.get("/tickets").text
        for path in ("/mappings", "/mappings/erp/part", "/mappings/erp/part/laws"):
            assert person.get(path).status_code == 403
    assert 'href="/mappings"' in browser("boss").get("/tickets").text


@pytest.mark.parametrize("path", ["/crm/customer", "/erp/ticket", "/erp/ticket/laws", "/erp/%3Cb%3E"])
def test_a_mapping_that_is_not_there_is_not_found(boss: Browser, path: str) -> None:
    assert boss.get(f"/mappings{path}").status_code == 404


def test_a_rule_names_its_ends_its_owner_and_its_place_in_the_file(boss: Browser) -> None:
    page = boss.get("/mappings/erp/customer").text
    facts = rule_row(page, 6)
    ours, theirs = (re.findall(rf'data-{side}="(\w+)"', facts)[0] for side in ("ours", "theirs"))
    assert f'id="{ours}"' in page
    assert f'id="{theirs}"' in page
    assert 'data-way="both" data-owner="latest" data-letter="L"' in facts
    row = rows(page, 'id="rules"')[5]
    assert "Telephone phone" in row
    assert "contact_mechanisms[type=mobile, first].value" in row
    assert "phone(CN)" in row
    assert "Sensitive: masked wherever it is shown." in row
    assert re.search(r"tryton/customer\.yaml:\d+", row)


def test_titles_of_the_schema_are_in_the_language_of_the_reader(
    hub: Hub, people: dict[str, User], boss: Browser
) -> None:
    accounts.set_language(hub, hub.actor("setup"), people["boss"].id, "zh")
    page = boss.get("/mappings/erp/invoice").text
    assert "价税合计" in page
    assert "明细" in page
    assert "字段映射" in page


def test_a_conditional_rule_is_dashed_and_what_nothing_writes_is_told(boss: Browser) -> None:
    page = boss.get("/mappings/erp/site").text
    assert [("data-dashed" in rule_row(page, number)) for number in (1, 2, 3)] == [True, False, True]
    needed = re.findall(r'class="spot needed.*?</span>\s*</span>', page, re.DOTALL)
    assert ["customer_id" in each for each in needed] == [True]


def test_a_record_is_run_both_ways_and_nothing_is_written(hub: Hub, boss: Browser) -> None:
    page = boss.get("/mappings/erp/invoice?record=i1").text
    assert "7 of 16 would change" in page
    pushed, pulled = rows(page, "Push: what"), rows(page, "Pull: what")
    assert any(row.startswith("lines[L2] no member a member 12") and "changed" in row for row in pushed)
    assert any(row.startswith("payment.open_amount 218.00 118.00 10") and "changed" in row for row in pulled)
    assert any(row.startswith("totals.gross 318.00 318.00") and "equal" in row for row in pulled)
    assert erp.fake_of(hub).calls == []


def test_sensitive_values_are_masked_although_the_reader_sees_personal_ones(boss: Browser) -> None:
    page = boss.get("/mappings/erp/customer?record=c1").text
    record = page.partition('id="record"')[2]
    for secret in ("13800138000", "0013 8000", "91310000MA1FL0", "service@example.com"):
        assert secret not in record
    assert "email *** – 8" in "\n".join(rows(page, "Pull: what"))


def test_what_was_last_agreed_stands_in_for_a_system_that_is_down(hub: Hub, boss: Browser) -> None:
    erp.fake_of(hub).down = True
    page = boss.get("/mappings/erp/customer?record=c1").text
    assert "Not the present record of ERP: shown is what both sides last agreed on." in page
    assert "lang en" in "\n".join(rows(page, "Push: what"))


def test_a_linked_record_is_found_by_words_and_by_the_id_of_either_side(hub: Hub, boss: Browser) -> None:
    for record_id, text in (("c1", "华星制造 C-1001"), ("c2", "Bolt C-1002")):
        words = tokens_for_index(text)
        hub.store.run(lambda tx, of=record_id, words=words: tx.search.index("customer", of, words))  # type: ignore[misc] # bound at once
    for asked in ("C-1001", "c1", "41", "华星"):
        page = boss.client.get("/mappings/erp/customer", query_string={"q": asked}).text
        assert "record=c1" in page, asked
        assert "record=c2" not in page
    for asked in ("C-1002", "c2", "nobody"):
        assert "No linked record matches." in boss.get(f"/mappings/erp/customer?q={asked}").text


def test_a_record_that_is_not_linked_or_not_there_cannot_be_run(boss: Browser) -> None:
    assert boss.get("/mappings/erp/customer?record=c2").status_code == 404
    assert boss.get("/mappings/erp/customer?record=nobody").status_code == 404


def test_without_links_a_sample_is_run(boss: Browser) -> None:
    assert "Recorded pair 1" in boss.get("/mappings/erp/part").text
    assert "Recorded pair 2" in boss.get("/mappings/erp/part?pair=2").text
    assert "A generated pair" in boss.get("/mappings/erp/part?pair=generated").text
    assert "A generated pair" in boss.get("/mappings/erp/site").text


def test_the_laws_that_a_mapping_breaks_are_told_with_the_documents_that_show_it(boss: Browser) -> None:
    page = boss.get("/mappings/erp/site/laws").text
    checked(page)
    assert re.search(r"came back as", page)
    assert "The shortest documents that show it" in page
    assert "L1 There and back" in page
    assert 'class="mark broken"' in page
    assert boss.get("/mappings/erp/customer/laws").text.count('class="mark broken"') == 0


def test_the_laws_are_told_in_chinese(hub: Hub, people: dict[str, User], boss: Browser) -> None:
    accounts.set_language(hub, hub.actor("setup"), people["boss"].id, "zh")
    page = boss.get("/mappings/erp/site/laws").text
    assert "送出后读回成了" in page
    assert "came back as" not in page


def test_waivers_have_their_reasons_and_examples_their_outcome(boss: Browser) -> None:
    page = boss.get("/mappings/erp/customer/laws").text
    assert "Tryton&#39;s kind phone is a landline" in page
    assert page.count(">holds<") == 2
    assert ">fails<" in boss.get("/mappings/erp/site/laws").text


def test_parts_of_pages_are_given_where_a_page_asks_for_them(boss: Browser) -> None:
    headers = {"HX-Request": "true"}
    part = boss.get("/mappings/erp/part/laws", **headers, **{"HX-Target": "laws"}).text
    assert "<html" not in part
    assert "Waivers" in part
    badge = boss.get("/mappings/erp/part/laws", **headers, **{"HX-Target": "verdict-erp-part"}).text
    assert re.sub(r"<[^>]+>", "", badge).strip() == "kept"


def test_what_stands_in_a_mapping_or_a_record_is_never_markup(hub: Hub, boss: Browser) -> None:
    customer = hub.store.read(lambda tx: tx.records.need("customer", "c1"))
    nasty = {**customer.doc, "name": "<script>alert(4)</script>"}
    hub.store.run(lambda tx: tx.records.put("customer", nasty, version=customer.version))
    for path in ("", "/erp/site", "/erp/site/laws", "/erp/customer?record=c1"):
        page = boss.get(f"/mappings{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>place" not in page
