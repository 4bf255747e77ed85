"""What if, in a browser: a version is chosen, the chart and the table tell who gains, on a wide page and on a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.db import db
from app.people.model import Role
from tests.app.refunds.test_what_if import a_draft, a_real_one
from tests.chromium import chromium
from tests.marketplace import FIRST_MONTH, WHOLE_RENT, a_version
from tests.visit import PASSWORD, a_person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_who_gains_is_seen_at_a_glance_and_by_city(address: str, lone_office: Flask) -> None:
    version = a_version(FIRST_MONTH)
    draft = a_draft(WHOLE_RENT, version)
    for days, city in ((40, "서울"), (20, "부산"), (20, "부산")):
        a_real_one(version, days, city)
    email = a_person(Role.ops_manager).email
    policy_id, draft_id, number = version.policy_id, draft.id, draft.number
    # An open transaction of ours would keep the page from writing that somebody signed in.
    db.session.remove()
    with chromium() as browser:
        page = browser.new_page(locale="ko-KR")
        page.set_default_timeout(60_000)
        page.goto(f"{address}/sign-in")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.goto(f"{address}/admin/policies/details/?id={policy_id}")
        page.click(f"[data-version='{number}'] a:has-text('바꾸면 어떻게 되나')")
        page.fill("[data-what-if] input[name=since]", "2026-01-01")
        page.fill("[data-what-if] input[name=until]", "2027-12-31")
        page.click("text=계산하기")
        expect(page.locator("[data-total]")).to_contain_text("+₩720,000")
        assert page.locator("[data-what-if] select[name=version]").first.input_value() == str(draft_id)
        page.click("nav.views a:has-text('도시')")
        expect(page.locator("[data-sums] tbody tr").first).to_contain_text("부산")
        was, now = (page.locator(f"[data-chart] rect.{name}").first.bounding_box() for name in ("was", "now"))
        assert was is not None
        assert now is not None
        assert now["width"] > was["width"] > 10
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
