"""The editor of rules in a real browser: operators follow fields, values follow operators, rows come, go and move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import db
from app.people.model import Role
from app.rules.model import Rule
from app.tickets.model import ZendeskGroup
from tests.chromium import chromium
from tests.marketplace import kept
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """Signed in as an operations manager; fails on whatever the pages' scripts complain about."""
    kept(ZendeskGroup(zendesk_id=7, name="글로벌팀"))
    email = a_person(Role.ops_manager).email
    db.session.rollback()
    with chromium() as browser:
        page = browser.new_context(locale="ko-KR").new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit].go")
        page.wait_for_url(f"{address}/")
        yield page
    # Chromium also tells of a page that came with 422, which is how a refused form is answered.
    assert [words for words in said if "422" not in words] == []


def row(page: Page, group: str, number: int) -> str:
    return f'.rule-row[data-group="{group}"] >> nth={number}'


def choose(page: Page, group: str, number: int, part: str, value: str) -> None:
    control = page.locator(row(page, group, number)).locator(f'[name$="-{part}"]')
    control.fill(value) if control.evaluate("one => one.tagName") == "INPUT" else control.select_option(value)


def test_a_rule_is_put_together_saved_and_changed(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/rules/new/")
    page.fill("input[name=title]", "영어 환불 → 글로벌팀")
    choose(page, "all", 0, "field", "status")
    choose(page, "all", 0, "operator", "is")
    choose(page, "all", 0, "value", "new")
    page.click('[data-add="all"]')
    choose(page, "all", 1, "field", "assignee_id")
    choose(page, "all", 1, "operator", "changed")
    expect(page.locator(row(page, "all", 1)).locator('select[name$="value"]')).to_have_count(0)
    page.click('[data-add="any"]')
    choose(page, "any", 0, "field", "subject_includes_word")
    page.locator(row(page, "any", 0)).locator('[name$="value"]').fill("refund 환불")
    choose(page, "actions", 0, "field", "group_id")
    choose(page, "actions", 0, "value", "7")
    page.click('[data-add="actions"]')
    choose(page, "actions", 1, "field", "notification_user")
    choose(page, "actions", 1, "value", "requester_id")
    page.locator(row(page, "actions", 1)).locator('[name$="subject"]').fill("안내")
    page.locator(row(page, "actions", 1)).locator('[name$="body"]').fill("확인하고 있습니다")
    page.locator(row(page, "actions", 1)).locator('[data-row="up"]').click()
    page.click("button[type=submit].go")
    expect(page.locator('.chip[data-state="draft"]').first).to_be_visible()
    rule = db.session.scalars(select(Rule)).one()
    assert rule.definition["conditions"] == {
        "all": [
            {"field": "status", "operator": "is", "value": "new"},
            {"field": "assignee_id", "operator": "changed", "value": ""},
        ],
        "any": [{"field": "subject_includes_word", "operator": "includes", "value": "refund 환불"}],
    }
    assert rule.definition["actions"] == [
        {"field": "notification_user", "value": ["requester_id", "안내", "확인하고 있습니다"]},
        {"field": "group_id", "value": "7"},
    ]
    number = rule.id
    db.session.rollback()
    page.goto(f"{address}/admin/rules/edit/?id={number}")
    page.locator(row(page, "all", 1)).locator('[data-row="remove"]').click()
    page.locator(row(page, "actions", 0)).locator('[data-row="remove"]').click()
    page.click("button[type=submit].go")
    page.wait_for_url("**/admin/rules/details/**")
    rule = db.session.scalars(select(Rule)).one()
    assert (rule.number, len(rule.definition["conditions"]["all"]), len(rule.definition["actions"])) == (2, 1, 1)
    db.session.rollback()


def test_another_kind_of_rule_offers_its_own_fields_and_keeps_what_was_typed(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/rules/new/")
    page.fill("input[name=title]", "오래 기다린 티켓")
    page.select_option("select[name=kind]", "automation")
    expect(page.locator(row(page, "all", 0)).locator('option[value="PENDING"]')).to_have_count(1)
    expect(page.locator("input[name=title]")).to_have_value("오래 기다린 티켓")
    choose(page, "all", 0, "field", "PENDING")
    choose(page, "all", 0, "operator", "greater_than")
    page.locator(row(page, "all", 0)).locator('[name$="value"]').fill("한참")
    choose(page, "actions", 0, "field", "status")
    choose(page, "actions", 0, "value", "solved")
    page.click("button[type=submit].go")
    expect(page.locator(".rule-row.wrong")).to_have_count(1)
    expect(page.locator(".rule-row.wrong")).to_contain_text("시간 수여야")
    expect(page.locator(row(page, "all", 0)).locator('[name$="value"]')).to_have_value("한참")


def test_rows_are_moved_by_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/rules/new/")
    page.focus('[data-add="all"]')
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.closest('.rule-row').dataset.index")
    page.keyboard.press("Alt+ArrowUp")
    assert page.locator(row(page, "all", 0)).get_attribute("data-index") == focused
