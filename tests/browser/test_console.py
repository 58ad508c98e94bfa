"""The console in a real browser: what only a browser can tell (scripts, content policy, layout)."""

import re

import pytest
from playwright.sync_api import Page, expect

from hub.services.context import Hub
from tests.unit.web.clients import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PHONE = {"width": 390, "height": 800}


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_a_wrong_password_is_told_in_place_and_the_right_one_opens(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Login").fill("li")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Login or password is wrong")
    expect(page.get_by_label("Login")).to_have_value("li")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/desk$"))


def test_a_person_switches_to_chinese_and_looks_around(page: Page) -> None:
    sign_in(page, "boss")
    page.get_by_role("button", name="简体中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for entry, heading in (("工单", "工单"), ("派单", "派单"), ("客户", "客户"), ("外部系统", "外部系统")):
        page.locator(".side").get_by_role("link", name=entry, exact=True).click()
        expect(page.locator("h1")).to_contain_text(heading)
    page.goto("/tickets/tk1")
    for tab in ("上门", "费用", "备件", "SLA", "时间线"):
        page.get_by_label("工单内容").get_by_role("link", name=re.compile(f"^{tab}")).click()
    expect(page.get_by_text("等待外部系统")).to_be_visible()


def test_typing_searches_two_chinese_characters(page: Page, hub: Hub) -> None:
    ticket = hub.store.read(lambda tx: tx.records.need("ticket", "tk1"))
    hub.store.run(lambda tx: tx.search.index("ticket", ticket.id, ["漏油"]))
    sign_in(page, "li")
    page.goto("/tickets")
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_label("Search").press_sequentially("漏油")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q="))


def test_the_desk_shows_a_call_as_it_rings(page: Page, hub: Hub) -> None:
    sign_in(page, "li")
    expect(page.locator(".ringing")).to_have_count(2)
    call = hub.store.read(lambda tx: tx.records.need("call", "call2")).doc
    hub.store.run(lambda tx: tx.records.add("call", {**call, "id": "call9", "call_id": "new"}))
    expect(page.locator(".ringing")).to_have_count(3, timeout=8000)


def test_an_agent_chases_an_open_ticket_from_the_call(page: Page, hub: Hub) -> None:
    sign_in(page, "li")
    page.goto("/tickets/tk1")
    page.locator("summary", has_text="Chase").click()
    page.locator("details[open]").get_by_label("Note").fill("The customer asks when.")
    page.locator("details[open]").get_by_role("button", name="Chase").click()
    expect(page.get_by_role("status").first).to_contain_text("Done.")
    assert hub.store.read(lambda tx: tx.records.need("ticket", "tk1")).doc["chase_count"] == 2


def test_a_refusal_stands_above_the_form_which_keeps_what_was_typed(page: Page) -> None:
    sign_in(page, "boss")
    page.goto("/tickets/tk1")
    page.locator("summary", has_text="Ask for a part").click()
    form = page.locator("details[open]")
    form.get_by_label("Part").select_option(index=1)
    form.get_by_label("Quantity").fill("half of it")
    form.get_by_role("button", name="Ask for a part").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong form")
    expect(form.get_by_label("Quantity")).to_have_value("half of it")


def test_dispatch_explains_who_could_go(page: Page) -> None:
    sign_in(page, "wang")
    page.goto("/dispatch")
    page.get_by_text("Who could go").first.click()
    expect(page.locator("article.step").first).to_be_visible()
    expect(page.locator("article.step")).to_have_count(2)


def test_a_technician_answers_and_has_the_customer_sign_on_a_telephone(page: Page, hub: Hub) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dictionary is one
    sign_in(page, "zhang")
    page.get_by_role("link", name="空压机漏油").click()
    page.locator("#step-before_photo input[type=file]").set_input_files(
        {"name": "before.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    page.get_by_role("button", name="Send the photo").first.click()
    expect(page.locator("#step-before_photo")).to_contain_text("done")
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 110, steps=8)
    page.mouse.up()
    page.locator("#step-signature").get_by_label("Signed by").fill("王建国")
    page.get_by_role("button", name="Take the signature").click()
    expect(page.locator("#step-signature")).to_contain_text("王建国")
    visit = hub.store.read(lambda tx: tx.records.need("visit", "v1")).doc
    assert visit["signed_by"] == "王建国"
    assert "signature_evidence_id" in visit


@pytest.mark.parametrize("login", ["li", "boss", "wang"])
def test_no_page_is_wider_than_a_telephone(page: Page, login: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dictionary is one
    sign_in(page, login)
    for path in (
        "/desk",
        "/tickets",
        "/tickets/tk1",
        "/tickets/tk1?tab=charges",
        "/customers/c1",
        "/leads",
        "/calls/call1",
    ):
        page.goto(path)
        if page.locator("h1").count():
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.locator(".top summary").click()
    expect(page.locator(".top").get_by_role("link", name="Tickets")).to_be_visible()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ffff3f0005fe02fe"
    "a7358c1d0000000049454e44ae426082"
)
