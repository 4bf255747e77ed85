"""The switch of presence and the live board in a real browser, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.db import db
from app.people.model import Role
from app.routing.desk import PresenceState
from app.routing.model import RoutingAgent
from tests.app.routing.rows import a_plan_row, a_shift, an_agent_row
from tests.chromium import chromium
from tests.visit import PASSWORD, a_person

pytestmark = pytest.mark.browser


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    """Signed in as an agent of routing; fails on whatever the pages' scripts complain about."""
    a_plan_row()
    me = an_agent_row("이서준", zendesk_id=71, presence=PresenceState.offline)
    an_agent_row("박지호", zendesk_id=72, presence=PresenceState.offline)
    a_shift(me, 0)
    email = a_person(Role.agent, zendesk_id=71).email
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
    assert said == []


def test_the_switch_in_the_rail_shows_on_the_board_and_the_board_follows_others(page: Page, address: str) -> None:
    page.focus("[data-presence] button[data-state=online]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-presence] button[data-state=online]")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{address}/admin/routing/")
    expect(page.locator("[data-count=online]")).to_have_text("1")
    expect(page.locator(".agent-line").first).to_contain_text("이서준")
    assert page.locator(".agent-line form").count() == 1
    other = db.session.query(RoutingAgent).filter_by(zendesk_id=72).one()
    other.presence.move_to(PresenceState.online)
    db.session.commit()
    expect(page.locator("[data-count=online]")).to_have_text("2", timeout=15_000)


def test_board_and_week_fit_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for place in ("routing", "shifts", "holidays", "routing_agents", "routing_plans", "hours"):
        page.goto(f"{address}/admin/{place}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
