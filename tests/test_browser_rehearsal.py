"""From the editor to a rehearsal in a real browser: saved, rehearsed, watched, read, gone into, seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import db
from app.people.model import Role
from app.rules.model import Rule
from app.rules.rehearsal.run import claim, work
from app.rules.rehearsal.seen import seen_rehearsal
from tests.chromium import chromium
from tests.past import a_past_ticket, people
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser


def test_the_road_from_the_editor_to_the_reasons_of_a_ticket(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.rules.rehearsal.run.TICKETS_A_CHUNK", 2)
    people()
    wanted = a_past_ticket(subject="환불해 주세요")
    for _ in range(3):
        a_past_ticket(subject="시간을 바꾸고 싶어요")
    number = wanted.zendesk_id
    email = a_person(Role.ops_manager).email
    db.session.rollback()
    with chromium() as browser:
        page = browser.new_context(locale="ko-KR", viewport={"width": 390, "height": 844}).new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{address}/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit].go")
        page.wait_for_url(f"{address}/")
        rule_id = made_in_the_editor(page, address)
        page.locator("#rehearse button.go").click()
        page.wait_for_url("**/admin/rehearsals/details/**")
        watched = page.url
        worked(page)
        expect(page.locator('[data-count="differing"]')).to_have_text("1")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it fits a phone"
        expect(page.locator("form.seen-form")).to_have_attribute("data-seen", "yes")
        db.session.rollback()
        assert seen_rehearsal(db.session(), rule_id, 1) is not None
        page.locator("[data-all-tickets]").click()
        page.locator(f'[data-ticket="{number}"] a.row').click()
        expect(page.locator('[data-differs="yes"]')).to_have_count(1)
        expect(page.locator(f'details.fired.alone[data-rule="{rule_id}"] .why').first).to_contain_text("환불해")
        page.goto(watched)
        expect(page.locator('[data-count="tickets"]')).to_have_text("4")
        browser.close()
    assert said == []


def made_in_the_editor(page: Page, address: str) -> int:
    page.goto(f"{address}/admin/rules/new/")
    page.fill("input[name=title]", "환불 → 긴급")
    row = page.locator('.rule-row[data-group="all"]').first
    choose(row, "field", "subject_includes_word")
    choose(row, "operator", "includes")
    row.locator('[name$="-value"]').fill("환불해")
    row = page.locator('.rule-row[data-group="actions"]').first
    choose(row, "field", "priority")
    choose(row, "value", "urgent")
    page.click("form.rule-form button.go[type=submit]")
    page.wait_for_url("**/admin/rules/details/**")
    db.session.rollback()
    rule = db.session.scalars(select(Rule)).one()
    rule_id = rule.id
    db.session.rollback()
    return rule_id


def choose(row: object, part: str, value: str) -> None:
    control = row.locator(f'[name$="-{part}"]')  # type: ignore[attr-defined]
    control.fill(value) if control.evaluate("one => one.tagName") == "INPUT" else control.select_option(value)


def worked(page: Page) -> None:
    """Chunk by chunk: the page tells of each without being loaded anew, and shows the result by itself at the end."""
    expect(page.locator('[data-told="percent"]')).to_have_text("0")
    page.evaluate("window.stayed = true")
    mine = claim(db.session())
    assert mine is not None
    steps = work(db.session(), mine)
    next(steps)
    db.session.rollback()
    expect(page.locator('[data-told="percent"]')).to_have_text("50")
    assert page.evaluate("window.stayed")
    for _ in steps:
        db.session.rollback()
