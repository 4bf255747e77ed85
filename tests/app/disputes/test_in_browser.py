"""One whole dispute and one whole emergency, as people do them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from app.db import db
from app.disputes.emergency.model import Emergency, EmergencyState
from app.disputes.emergency.playbook import PlaybookState, PlaybookVersion
from app.disputes.model import Dispute, DisputeState
from app.people.model import Role
from app.refunds.model import Refund
from tests.app.disputes.acts import a_partner
from tests.chromium import chromium
from tests.marketplace import a_booking, a_ticket
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@contextmanager
def seated(browser: Browser, address: str, name: str, size: ViewportSize = DESK) -> Iterator[Page]:
    """A manager at the desk; fails on whatever the pages' scripts or their policy complain about."""
    email = a_person(Role.ops_manager, name=name).email
    db.session.rollback()
    context = browser.new_context(locale="ko-KR", base_url=address, viewport=size)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit].go")
    page.wait_for_url(f"{address}/")
    yield page
    context.close()
    assert said == []


def opened(page: Page, route: str) -> str:
    """The form that posts to this route, with its drawer open; gives what its fields are found by."""
    form = f"form[action*='{route}']"
    drawer = page.locator(f"details:has(> {form})")
    if drawer.get_attribute("open") is None:
        drawer.locator("> summary").click()
    return form


def test_a_dispute_from_its_opening_to_the_refund_it_leads_to(
    lone_office: Flask, browser: Browser, address: str
) -> None:
    booking, ticket = a_booking(partner=a_partner(name="신은숙")), a_ticket(subject="화분이 깨졌어요")
    start = f"/admin/disputes/new/?booking={booking.id}&ticket={ticket.id}"
    with seated(browser, address, "말하는이") as page:
        page.goto(start)
        page.fill("[name=summary]", "화분 파손")
        page.click("main button.go")
        expect(page.locator("h1")).to_have_text("D-000001")
        page.click(f"{opened(page, '/hear/')} button.go")
        expect(page.locator(".side-head [data-clock]")).to_have_count(2)
        for side, words in (("customer", "깨져 있었습니다"), ("partner", "이미 금이 가 있었습니다")):
            form = opened(page, "/bring/")
            page.select_option(f"{form} [name=side]", side)
            page.fill(f"{form} [name=text]", words)
            page.click(f"{form} button.go")
            expect(page.locator(f".entry.{side} p")).to_have_text(words)
        form = opened(page, "/propose/")
        page.fill(f"{form} [name=refund]", "100,000")
        page.fill(f"{form} [name=partner]", "60,000")
        page.fill(f"{form} [name=text_ko]", "일부를 돌려드립니다")
        page.fill(f"{form} [name=text_en]", "A part goes back")
        page.click(f"{form} button.go")
        form = opened(page, "/answer/")
        page.check(f"{form} [name=side][value=customer]")
        page.check(f"{form} [name=answer][value=refused]")
        page.click(f"{form} > .ends button.go")
        expect(page.locator("aside")).to_contain_text("다른 매니저에게 부탁해 주세요")
        case = page.url
    with seated(browser, address, "정하는이", PHONE) as page:
        page.goto(case)
        both = [page.locator(f".entry.{side}").first.bounding_box() for side in ("customer", "partner")]
        assert all(one is not None and one["width"] > 300 for one in both)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        form = opened(page, "/rule/")
        page.fill(f"{form} [name=refund]", "150,000")
        page.fill(f"{form} [name=clause]", "§3.2")
        page.fill(f"{form} [name=reasons_ko]", "사진으로 확인")
        page.fill(f"{form} [name=reasons_en]", "Seen on the photos")
        page.click(f"{form} button.go")
        expect(page.locator("[data-ruling]")).to_contain_text("₩150,000")
    db.session.rollback()
    dispute, refund = db.session.scalars(select(Dispute)).one(), db.session.scalars(select(Refund)).one()
    assert (dispute.state, refund.amount_minor) == (DisputeState.ruled, 150_000)
    assert len(dispute.notices) == 8


def test_an_emergency_from_a_call_to_the_playbook_it_leaves(lone_office: Flask, browser: Browser, address: str) -> None:
    with seated(browser, address, "지휘하는이") as page:
        page.goto("/admin/emergencies/new/")
        page.select_option("[name=kind]", "gas")
        page.fill("[name=summary]", "전화: 부엌에서 가스 냄새가 남")
        page.click("main button.go")
        page.click("[data-role=lead] button.go")
        expect(page.locator("[data-role=lead] .name")).to_have_text("지휘하는이")
        page.fill("[data-log] textarea", "가스 회사에 전화함")
        page.click("[data-log] button.go")
        form = opened(page, "/send/")
        page.fill(f"{form} [name=who]", "박기사")
        page.fill(f"{form} [name=what]", "밸브를 잠금")
        page.click(f"{form} button.go")
        for now in ("left", "arrived", "done"):
            page.click(f"[data-site] button[value={now}]")
            page.wait_for_load_state()
        expect(page.locator("[data-log] .log li.task")).to_have_count(4)
        form = opened(page, "/close/")
        page.fill(f"{form} [name=outcome]", "밸브를 잠갔고 다친 사람 없음")
        page.click(f"{form} button.go")
        page.click("a[href*='/admin/playbooks/details/']")
        expect(page.locator(".steps-form .one")).to_have_count(9)
        for place in range(6):
            row = page.locator(".steps-form .one").nth(place)
            row.locator("[name=ko]").fill(f"{place}번째 할 일")
            row.locator("[name=en]").fill(f"Thing number {place}")
        page.click("form[action*='/rewrite/'] button.go")
        book = page.url
        expect(page.locator("form[action*='/publish/']")).to_have_count(0)
    with seated(browser, address, "게시하는이") as page:
        page.goto(book)
        page.click("form[action*='/publish/'] button.go")
        expect(page.locator("[data-version='1'] .chip[data-state=published]")).to_be_visible()
        page.goto("/admin/emergencies/new/")
        page.select_option("[name=kind]", "gas")
        page.fill("[name=summary]", "또 가스 냄새")
        page.click("main button.go")
        expect(page.locator("[data-playbook] li")).to_have_count(6)
        page.click("[data-playbook] li:first-child button")
        expect(page.locator("[data-playbook] li.done")).to_have_count(1)
        expect(page).to_have_url(re.compile("/admin/emergencies/details/"))
    db.session.rollback()
    assert db.session.scalars(select(Emergency.state).order_by(Emergency.id)).all() == [
        EmergencyState.ended, EmergencyState.paged,
    ]  # fmt: skip
    assert db.session.scalars(select(PlaybookVersion.state)).all() == [PlaybookState.published]
