"""What if: cancellations that were, under other terms, to the won; who gains, who loses, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.model import AuditEntry
from app.db import db
from app.desk.sheets import lines_of
from app.people.model import Role
from app.policies.model import PolicyVersion, VersionState
from app.policies.terms import Fault, read_terms
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.model import Refund
from app.refunds.quote import quote
from app.refunds.reasons import Reason
from app.refunds.refund import request_refund
from app.refunds.what_if import ALL, Cancellation, reprice, summed, sums
from app.refunds.what_if_chart import MOST_BARS, bars_of
from tests.app.desk.shop import a_partner
from tests.marketplace import (
    FIRST_MONTH,
    PAID_AT,
    STARTS_AT,
    WHOLE_RENT,
    a_booking,
    a_policy,
    a_user,
    a_version,
    acting_for,
)
from tests.visit import visit_as

DAYS = f"&since={PAID_AT:%Y-%m-%d}&until=2999-12-31"


def facts(terms: dict[str, Any], number: int = 1) -> VersionFacts:
    return VersionFacts(number, number, "정책", "Policy", read_terms(terms))


def a_cancellation(days_before: int, city: str = "서울", reason: Reason = Reason.customer_cancelled) -> Cancellation:
    booking = BookingFacts("B-1", "KRW", 2_000_000, 1_000_000, 0, 2_000_000, STARTS_AT)
    was = quote(booking, facts(FIRST_MONTH), reason, STARTS_AT - timedelta(days=days_before))
    return Cancellation("R-1", "B-1", city, "호스트", was)


def test_each_is_what_a_quote_under_the_other_terms_gives() -> None:
    past = [a_cancellation(days) for days in (70, 40, 20, 10, 5, 1)]
    rows = reprice(past, facts(WHOLE_RENT, 2))
    for one in rows:
        was = one.of.was
        assert one.now_minor == quote(was.booking, facts(WHOLE_RENT, 2), was.reason, was.at).amount_minor
    assert [(one.was_minor, one.now_minor) for one in rows][1:3] == [(1_900_000, 1_800_000), (1_500_000, 1_600_000)]
    assert [one.gap_minor for one in reprice(past, facts(FIRST_MONTH))] == [0] * 6


def test_the_sums_of_every_grouping_are_the_whole() -> None:
    past = [a_cancellation(days, city) for days in range(0, 80, 3) for city in ("서울", "부산")]
    past += [a_cancellation(3, reason=Reason.partner_cancelled), a_cancellation(3, reason=Reason.platform_error)]
    rows = reprice(past, facts(WHOLE_RENT, 2))
    whole = summed(ALL, rows)
    assert whole.gap_minor == whole.more_minor + whole.less_minor
    assert (whole.more > 0, whole.less > 0) == (True, True)
    for by in ("tier", "side", "city", "partner"):
        groups = sums(rows, by)
        for name in ("count", "was_minor", "now_minor", "more", "more_minor", "less", "less_minor"):
            assert sum(getattr(one, name) for one in groups) == getattr(whole, name), (by, name)
    assert {one.of.side for one in rows} == {Fault.customer, Fault.partner, Fault.platform}
    tiers = {str(one.words) for one in sums(rows, "tier")}
    assert {"§3.2 · 20% 공제", "– · 100% 환불"} <= tiers


def test_the_bars_are_no_longer_than_the_drawing_and_no_more_than_fit() -> None:
    rows = reprice([a_cancellation(20, f"도시{number}") for number in range(30)], facts(WHOLE_RENT, 2))
    bars = bars_of(sums(rows, "city"))
    assert len(bars) == MOST_BARS
    assert all(0 <= one.was <= 100 and 0 <= one.now <= 100 for one in bars)
    assert bars_of([]) == []


def a_draft(terms: dict[str, Any], policy_of: PolicyVersion) -> PolicyVersion:
    return a_version(
        terms, policy=policy_of.policy, state=VersionState.draft, valid_from=datetime(2030, 1, 1, tzinfo=UTC)
    )


def a_real_one(version: PolicyVersion, days_before: int, city: str = "서울", **change: Any) -> Refund:
    asker = a_user(Role.agent)
    booking = a_booking(bound=version, city=city, **change)
    with acting_for(asker):
        made = request_refund(
            db.session(), booking, Reason.customer_cancelled, at=STARTS_AT - timedelta(days=days_before), by_user=asker
        )
        db.session.commit()
    return made


def test_a_draft_is_tried_on_what_really_was_and_nothing_changes(office: Flask) -> None:
    version = a_version(FIRST_MONTH)
    draft = a_draft(WHOLE_RENT, version)
    a_real_one(version, 40, partner=a_partner(name="한강 호스트"))
    a_real_one(version, 20, "부산")
    a_real_one(a_version(FIRST_MONTH, policy=a_policy()), 20)
    visit = visit_as(office)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    page = visit.open(f"/admin/what_if/?version={draft.id}{DAYS}&by=city").text
    total = page.split("data-total", 1)[1].split("<nav", 1)[0]
    # 40 days before: 10 % kept of the same sum; 20 days before: 50 % kept becomes 20 %.
    assert "+₩360,000" in total
    assert "₩1,680,000 → ₩2,040,000" in total
    assert page.count("<rect") == 4
    assert "부산" in page.split("data-sums", 1)[1]
    assert "한강 호스트" in visit.open(f"/admin/what_if/?version={draft.id}{DAYS}&by=partner").text
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_drafts_of_several_policies_are_tried_together_each_on_its_own_past(lone_office: Flask) -> None:
    first, second = a_version(FIRST_MONTH), a_version(WHOLE_RENT, policy=a_policy(name_ko="전체 월세 정책"))
    drafts = a_draft(WHOLE_RENT, first), a_draft(FIRST_MONTH, second)
    for version, days in ((first, 20), (second, 20), (a_version(FIRST_MONTH, policy=a_policy()), 20)):
        a_real_one(version, days)
    visit = visit_as(lone_office)
    both = "&".join(f"version={one.id}" for one in drafts)
    page = visit.open(f"/admin/what_if/?{both}{DAYS}").text
    total = page.split("data-total", 1)[1].split("<nav", 1)[0]
    # What one gains the other loses: the two swap their terms.
    assert "₩1,560,000 → ₩1,560,000" in total
    summed_by = page.split("data-sums", 1)[1]
    assert "전체 월세 정책 v" in summed_by
    assert ("+₩360,000" in summed_by, "−₩360,000" in summed_by) == (True, True)
    form = {"version": [str(one.id) for one in drafts], "since": f"{PAID_AT:%Y-%m-%d}", "reason": "검토"}
    assert len(list(lines_of(visit.send("/admin/what_if/csv/", form).data))) == 3
    other = a_draft(FIRST_MONTH, first)
    refused = visit.open(f"/admin/what_if/?{both}&version={other.id}{DAYS}")
    assert (refused.status_code, "정책마다 버전을 하나씩만" in refused.text) == (422, True)


def test_the_file_has_each_of_them_and_is_told_to_the_audit(lone_office: Flask) -> None:
    version = a_version(FIRST_MONTH)
    draft = a_draft(WHOLE_RENT, version)
    refund = a_real_one(version, 20)
    visit = visit_as(lone_office)
    form = {"version": str(draft.id), "since": f"{PAID_AT:%Y-%m-%d}", "until": "2999-12-31", "reason": "검토"}
    sent = visit.send("/admin/what_if/csv/", form)
    _, row = (list(cells) for _, cells in lines_of(sent.data))
    assert (row[0], row[-3:]) == (refund.ref, ["600000", "960000", "360000"])
    assert db.session.scalars(select(AuditEntry.reason).where(AuditEntry.verb == "export")).all() == ["검토"]
    assert visit.send("/admin/what_if/csv/", {**form, "reason": ""}).status_code == 422


def test_what_one_may_not_see_is_not_counted(lone_office: Flask) -> None:
    version = a_version(FIRST_MONTH)
    draft = a_draft(WHOLE_RENT, version)
    a_real_one(version, 20)
    elsewhere = visit_as(lone_office, Role.ops_manager, cities=["부산"])
    assert "data-total" not in elsewhere.open(f"/admin/what_if/?version={draft.id}{DAYS}").text
    assert "data-total" in visit_as(lone_office, Role.auditor).open(f"/admin/what_if/?version={draft.id}{DAYS}").text


@pytest.mark.parametrize(
    "asked",
    ["version=0", "version=x", "version=99999999999999999999", "since=yesterday", "since=2026-09-02&until=2026-09-01"],
)
def test_what_cannot_be_computed_is_told_in_words(lone_office: Flask, asked: str) -> None:
    answer = visit_as(lone_office).open(f"/admin/what_if/?{asked}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_without_a_version_the_page_says_what_to_do(lone_office: Flask) -> None:
    version = a_version(FIRST_MONTH)
    page = visit_as(lone_office).open("/admin/what_if/").text
    assert "초안이나 버전을 고르면" in page
    assert str(version) in page
    assert "이 기간에" in visit_as(lone_office).open(f"/admin/what_if/?version={version.id}").text
