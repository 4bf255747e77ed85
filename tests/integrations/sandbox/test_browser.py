"""What people click on the sandbox's pages, in a real browser, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.world import bring_in
from tests.chromium import chromium
from tests.integrations.sandbox.client import TOKEN, Client

PATIENCE_MS = 30_000
PLACES = ("/", "/queue", "/tickets/1", "/rules", "/webhooks", "/faults", "/world")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    box = Sandbox(tmp_path_factory.mktemp("house"), token=TOKEN)
    bring_in(box.state, "demo")
    yield Client(box.start())
    box.stop()


def opened(browser: Browser, url: str, locale: str = "ko-KR", width: int = 1280) -> Page:
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 860})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


def test_a_customer_writes_and_an_agent_answers_by_a_macro(browser: Browser, house: Client) -> None:
    page = opened(browser, house.url)
    page.locator("[name=name]").fill("이서준")
    page.get_by_role("textbox", name="이메일").fill("seojun@customer.example")
    page.get_by_role("textbox", name="내용").fill("열쇠가 맞지 않아요")
    page.get_by_role("button", name="보내기").click()
    expect(page.locator(".comment")).to_have_count(1, timeout=PATIENCE_MS)
    page.locator("#macro button").click()
    expect(page.locator(".comment")).to_have_count(2, timeout=PATIENCE_MS)
    expect(page.locator(".comment").last).to_contain_text("이서준님")
    expect(page.locator("[data-field=status]")).to_have_attribute("data-value", "pending")
    page.get_by_role("textbox", name="상담사로 답하기").fill("내부에서 확인 중")
    page.get_by_label("누구에게").select_option(label="내부 메모")
    page.locator("#agent-reply button").click()
    expect(page.locator(".comment.internal")).to_have_count(1, timeout=PATIENCE_MS)
    page.get_by_role("link", name="고객이 보는 것").click()
    expect(page.locator(".comment.internal")).to_have_count(0, timeout=PATIENCE_MS)
    page.context.close()


def test_a_view_leads_to_its_tickets_by_the_keyboard(browser: Browser, house: Client) -> None:
    page = opened(browser, f"{house.url}/queue", "en-US")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.get_by_role("link", name="Unassigned").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Unassigned", timeout=PATIENCE_MS)
    assert page.locator("tr[data-ticket]").count() > 0
    page.context.close()


def test_a_fault_shows_only_its_own_fields_and_is_turned_on_and_off(browser: Browser, house: Client) -> None:
    page = opened(browser, f"{house.url}/faults", "en-US")
    expect(page.get_by_role("spinbutton", name="Status")).to_be_hidden()
    page.locator("[name=kind]").select_option("status")
    expect(page.get_by_role("spinbutton", name="Status")).to_be_visible()
    page.get_by_role("combobox", name="Method").select_option("DELETE")
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".fault")).to_have_count(1, timeout=PATIENCE_MS)
    assert house.ask("DELETE", "/tickets/1").status_code == 503
    page.get_by_role("button", name="Turn all off").click()
    expect(page.locator(".fault")).to_have_count(0, timeout=PATIENCE_MS)
    page.context.close()


def test_traffic_shows_itself_without_a_reload(browser: Browser, house: Client) -> None:
    page = opened(browser, f"{house.url}/world", "en-US")
    total = page.locator("[data-total]")
    before = int(total.get_attribute("data-total") or 0)
    house.door("POST", "/traffic", {"now": 30})
    page.wait_for_function("known => Number(document.querySelector('[data-total]').dataset.total) > known", arg=before)
    page.context.close()


@pytest.mark.parametrize(("locale", "places"), [("ko-KR", PLACES), ("en-US", ("/rules", "/faults"))])
def test_no_page_is_wider_than_a_phone_and_every_field_has_its_label(
    browser: Browser, house: Client, locale: str, places: tuple[str, ...]
) -> None:
    page = opened(browser, house.url, locale, width=390)
    for place in places:
        page.goto(f"{house.url}{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
        unnamed = "input:not([type=hidden]), select, textarea"
        named = "all => all.filter(one => !one.labels.length && !one.ariaLabel).map(one => one.name)"
        assert page.eval_on_selector_all(unnamed, named) == [], place
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        expect(page.locator(".top nav .on")).to_be_in_viewport(timeout=PATIENCE_MS)
    page.context.close()
