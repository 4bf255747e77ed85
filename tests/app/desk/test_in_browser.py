"""The desk in a real browser: keys, the palette, cells edited where they stand, rows chosen, nothing complained of."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from werkzeug.serving import make_server

from app.db import db
from app.partners.model import PartnerKind, PartnerState
from tests.app.desk.shop import a_partner, a_shop, a_vendor, stored
from tests.chromium import chromium
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def address(lone_office: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, a_shop(lone_office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Signed in; fails on whatever the pages' scripts or their policy complain about."""
    email = a_person().email
    db.session.rollback()
    context = browser.new_context(locale="ko-KR", base_url=address)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto("/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit].go")
    page.wait_for_url(f"{address}/")
    yield page
    context.close()
    assert [words for words in said if "status of 4" not in words] == []


def test_a_list_is_walked_and_opened_by_keys(page: Page) -> None:
    names = ["가가", "나나", "다다"]
    partners = [a_partner(name=name) for name in names]
    page.goto("/admin/shop/")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("tr.at")).to_contain_text("가가")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-actions] [data-count]")).to_have_text("1건 고름")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/admin/shop/details/\?id={partners[1].id}&"))
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/admin/shop/edit/"))


def test_the_palette_finds_a_record_and_goes_there(page: Page) -> None:
    partner = a_partner(name="김찾음")
    db.session.rollback()
    page.keyboard.press("Control+k")
    page.keyboard.type("김찾")
    expect(page.locator("#find li").first).to_contain_text("김찾음")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/admin/shop/details/\?id={partner.id}$"))


def test_a_cell_is_edited_where_it_stands_and_a_refusal_is_told_beside_it(page: Page) -> None:
    partner = a_partner(name="가가")
    db.session.rollback()
    page.goto("/admin/shop/")
    cell = page.locator("tbody td[data-field=city]")
    cell.locator("button.inline").click()
    cell.locator("input").fill("부산")
    cell.locator("input").press("Enter")
    expect(cell.locator("button.inline")).to_have_text("부산")
    page.locator("td[data-field=kind] button.inline").click()
    page.locator("td[data-field=kind] select").select_option("host")
    expect(page.locator("td[data-field=kind] button.inline")).to_have_text("호스트")
    cell.locator("button.inline").click()
    cell.locator("input").fill("평양")
    cell.locator("input").press("Enter")
    expect(cell.locator(".inline-refused")).to_have_text("그 도시에서는 일하지 않습니다.")
    assert (stored(partner).city, stored(partner).kind) == ("부산", PartnerKind.host)


def test_a_bulk_action_asks_before_it_is_done(page: Page) -> None:
    partner = a_partner()
    db.session.rollback()
    page.goto("/admin/shop/")
    page.check("[data-all]")
    answers = [False, True]
    page.on("dialog", lambda dialog: dialog.accept() if answers.pop(0) else dialog.dismiss())
    page.click("button[value=praise]")
    assert stored(partner).note is None
    db.session.rollback()
    with page.expect_navigation():
        page.click("button[value=praise]")
    expect(page.locator(".flash")).to_have_text("1 praised")
    assert stored(partner).note == "praised"


def test_a_filter_is_put_together_and_taken_away(page: Page, address: str) -> None:
    a_partner(name="가가")
    a_partner(name="나나", kind=PartnerKind.host, state=PartnerState.active)
    db.session.rollback()
    page.goto("/admin/shop/?tab=all")
    page.click("details.pop > summary.f")
    page.select_option("select[name=q_kind_is]", "host")
    page.click("[data-filters] button.go")
    page.wait_for_url(f"{address}/admin/shop/?tab=all&flt0_kind_is=host")
    expect(page.locator("a.row")).to_have_text(["나나"])
    page.click("a.f.on")
    expect(page.locator("a.row")).to_have_text(["가가", "나나"])


def test_a_reference_is_looked_up_as_one_types(page: Page) -> None:
    vendor = a_vendor(name="깔끔컴퍼니")
    a_vendor(name="다른곳")
    partner = a_partner()
    edit, wanted = f"/admin/book/edit/?id={partner.id}", vendor.id
    db.session.rollback()
    page.goto(edit)
    page.locator(".combo input").fill("깔끔")
    page.locator(".combo li", has_text="깔끔컴퍼니").click()
    page.click("button[type=submit].go")
    expect(page).to_have_url(re.compile("/details/"))
    assert stored(partner).vendor_id == wanted


def test_what_was_typed_survives_somebody_elses_save(page: Page) -> None:
    partner = a_partner(city="서울")
    page.goto(f"/admin/shop/edit/?id={partner.id}")
    stored(partner).city = "인천"
    db.session.commit()
    page.fill("input[name=city]", "부산")
    page.click("button[type=submit].go")
    expect(page.locator("table.differences")).to_contain_text("인천")
    expect(page.locator("input[name=city]")).to_have_value("부산")
    page.click("button[type=submit].go")
    expect(page).to_have_url(re.compile("/details/"))
    assert stored(partner).city == "부산"


def test_every_screen_fits_a_phone(page: Page) -> None:
    a_partner(name="아주 긴 이름을 가진 파트너 " * 3)
    db.session.rollback()
    page.set_viewport_size(PHONE)
    hrefs = page.eval_on_selector_all(".rail .place", "places => places.map(place => place.getAttribute('href'))")
    assert len(hrefs) > 8
    for href in [*hrefs, "/admin/shop/", "/admin/shop/new/", "/password"]:
        page.goto(href)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{href} is {over} px too wide"
        page.click(".menu-door")
        expect(page.locator(".rail .places")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_their_ground(page: Page, scheme: str) -> None:
    """The contrast that WCAG 2.2 asks for (1.4.3, AA: 4.5 to 1), of the tokens that words are written in."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ratios = page.evaluate(CONTRAST)
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


CONTRAST = """() => {
  const pairs = [["ink","paper"],["ink-2","paper"],["ink-3","paper"],["ink-3","ground"],["accent","paper"],
    ["good","good-soft"],["warn","warn-soft"],["bad","bad-soft"],["violet","violet-soft"],["accent","accent-soft"],
    ["ink-2","quiet"],["on-accent","accent"],["rail-ink","rail"],["rail-dim","rail"],["bad","paper"],["good","paper"]];
  const spot = document.body.appendChild(document.createElement("i"));
  const light = (name) => {
    spot.style.setProperty("color", `var(--${name})`);
    const [r, g, b] = getComputedStyle(spot).color.match(/[\\d.]+/g).map(Number).map((one) => one / 255)
      .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return Object.fromEntries(pairs.map(([words, ground]) => {
    const [one, other] = [light(words), light(ground)].sort((a, b) => b - a);
    return [`${words} on ${ground}`, (one + 0.05) / (other + 0.05)];
  }));
}"""
