"""The editors in a real browser: by the keyboard alone, tried on a ticket, as JSON, and rules dragged into order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from app.db import db
from app.macros.model import Macro
from app.people.model import Role
from app.rules.model import Rule, RuleKind
from app.tickets.model import TicketEvent, ZendeskGroup
from tests.chromium import chromium
from tests.marketplace import PAID_AT, a_ticket, kept
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser
DEFINITION = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}


@dataclass(slots=True)
class Desk:
    page: Page
    address: str

    def open(self, path: str) -> Page:
        db.session.rollback()  # what the test has read would keep the pages from writing
        self.page.goto(f"{self.address}{path}")
        return self.page


@pytest.fixture
def desk(lone_office: Flask) -> Iterator[Desk]:
    """Signed in as an operations manager; fails on whatever the pages' scripts complain about."""
    server = make_server("127.0.0.1", 0, lone_office, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    email = a_person(Role.ops_manager).email
    db.session.rollback()
    said: list[str] = []
    try:
        with chromium() as browser:
            page = browser.new_context(locale="ko-KR").new_page()
            page.on("pageerror", lambda error: said.append(str(error)))
            address = f"http://127.0.0.1:{server.server_port}"
            page.goto(f"{address}/sign-in")
            page.fill("input[name=email]", email)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit].go")
            page.wait_for_url(f"{address}/")
            yield Desk(page, address)
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
    assert said == []


def typed(page: Page, *keys: str) -> None:
    """Each is a key by its name in angle brackets, or a text."""
    for one in keys:
        page.keyboard.press(one[1:-1]) if one.startswith("<") else page.keyboard.type(one)


def test_a_rule_is_built_tried_on_a_ticket_and_saved_by_the_keyboard_alone(desk: Desk) -> None:
    kept(ZendeskGroup(zendesk_id=7, name="환불팀"))
    ticket = a_ticket(status="new", subject="환불 문의", tags=["vip"])
    kept(TicketEvent(ticket_id=ticket.id, audit_id=1, is_creation=True, changes={}, created_at=PAID_AT))
    page = desk.open("/admin/rules/new/")
    page.focus("input[name=title]")
    typed(page, "환불 → 환불팀")
    page.locator('.rule-row[data-group="all"] .of-field input').focus()
    typed(page, "ㅅㅌ", "<Enter>", "<Tab>", "<Tab>")
    expect(page.locator('.rule-row[data-group="all"] select[name$="-operator"]')).to_have_value("is")
    page.focus('[data-add="all"]')
    typed(page, "<Enter>", "tags", "<Enter>", "<Tab>", "<Tab>", "vip", "<Enter>", "late", "<Space>")
    expect(page.locator(".token")).to_have_count(2)
    typed(page, "<Backspace>")
    expect(page.locator(".token")).to_have_count(1)
    page.locator('.rule-row[data-group="actions"] .of-field input').focus()
    typed(page, "그룹", "<Enter>", "<Tab>")
    page.locator('.rule-row[data-group="actions"] select[name$="-value"]').select_option("7")

    page.focus("[data-ticket]")
    typed(page, "환불")
    expect(page.locator("[role=option]", has_text="환불 문의")).to_be_visible()
    typed(page, "<Enter>")
    expect(page.locator("[data-trial-told]")).to_contain_text("환불팀")
    expect(page.locator('.row-told [data-met="yes"]').last).to_contain_text("vip")

    # the last row of ALL goes down into ANY, and the rule is saved without a button
    page.locator('.rule-row[data-group="all"] .grip').last.focus()
    typed(page, "<ArrowDown>")
    expect(page.locator('.rule-row[data-group="any"]')).to_have_count(1)
    page.keyboard.press("Control+s")
    page.wait_for_url("**/admin/rules/details/**")
    rule = db.session.scalars(select(Rule)).one()
    assert rule.definition["conditions"]["all"][0]["field"] == "status"
    assert rule.definition["conditions"]["any"] == [{"field": "current_tags", "operator": "includes", "value": "vip"}]
    assert rule.definition["actions"] == [{"field": "group_id", "value": "7"}]


def test_json_shows_its_faults_by_line_and_leaving_asks(desk: Desk) -> None:
    page = desk.open("/admin/rules/new/")
    page.click('button[value="as:raw"]')
    page.fill("[name=raw]", '{\n "title": "x",\n "conditions": {"all": [\n  {"field": "gone"}]},\n "actions": []\n}')
    expect(page.locator('[data-raw-faults] [data-line="4"]')).to_contain_text("gone")
    expect(page.locator(".gutter li.error").first).to_have_text("4")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.click(".ends-of a")
    page.wait_for_timeout(100)
    assert asked == ["beforeunload"]
    assert page.input_value("[name=raw]").startswith("{\n")


def test_rules_are_dragged_past_many_and_a_macro_reads_in_both_languages(desk: Desk) -> None:
    for number in range(4):
        kept(
            Rule(
                title=f"규칙 {number}", kind=RuleKind.trigger, definition=DEFINITION, position=number + 1,
                created_at=PAID_AT, updated_at=PAID_AT,
            )
        )  # fmt: skip
    number = a_ticket(subject="인사").zendesk_id
    kept(Macro(title="인사", body_ko="#{{ticket.id}} 안녕하세요", body_en="", created_at=PAID_AT, updated_at=PAID_AT))
    page = desk.open("/admin/rules/?tab=all")
    grips = page.locator("td .grip")
    box, above = grips.nth(3).bounding_box(), grips.nth(0).bounding_box()
    assert box is not None
    assert above is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, above["y"] + 20, steps=4)
    with page.expect_response("**/admin/rules/order/") as moved:
        page.mouse.move(box["x"] + 10, above["y"] - 4, steps=4)
        page.mouse.up()
    assert moved.value.status == 200
    titles = db.session.scalars(select(Rule.title).order_by(Rule.position)).all()
    assert titles == ["규칙 3", "규칙 0", "규칙 1", "규칙 2"]

    page = desk.open("/admin/macros/edit/?id=1")
    expect(page.locator('[data-reads="en"]')).to_contain_text("영어 문구가 없습니다")
    page.focus("[data-ticket]")
    typed(page, str(number))
    expect(page.locator("[role=option]", has_text="인사")).to_be_visible()
    typed(page, "<Enter>")
    expect(page.locator('[data-reads="ko"] .reads')).to_have_text(f"#{number} 안녕하세요")
    page.focus("[name=body_en]")
    typed(page, "Hello ")
    page.focus("[data-placeholders]")
    typed(page, "ticket.id", "<Enter>")
    expect(page.locator("[name=body_en]")).to_have_value("Hello {{ticket.id}}")
    expect(page.locator('[data-reads="en"] .reads')).to_have_text(f"Hello {number}")
