"""Three scores from what can be looked at: the same sources give the same scores, and too few give none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.bookings.model import Booking, BookingState
from app.db import db
from app.insights.partner_sources import read_sources
from app.partners.incidents import IncidentKind, PartnerIncident
from app.partners.model import Partner
from app.partners.score_history import as_of, newest_then
from app.partners.scores import RULE, PaidBack, PartnerScore, Rated, ScoreRule, Sources, Weighed, scores
from app.refunds.model import Refund, RefundState
from app.refunds.reasons import Reason
from automations import partners as job
from tests.app.partners.papers import a_partner, today
from tests.marketplace import a_booking, a_refund, a_ticket, a_user, kept, number
from tests.seat import Seat


def rated(good: int, bad: int) -> tuple[Rated, ...]:
    return tuple(Rated(at, at, good=at < good) for at in range(good + bad))


def weighed(kind: IncidentKind, points: int = 1) -> Weighed:
    return Weighed(1, kind, points)


def paid_back(reason: str) -> PaidBack:
    return PaidBack(1, "R-1", reason)


@pytest.mark.parametrize(
    ("sources", "reply", "manner", "work"),
    [
        (Sources(), None, None, None),
        (Sources(rated=rated(4, 0), works=4), None, None, None),
        (Sources(rated=rated(5, 0), works=5), 100, 100, 100),
        (Sources(rated=rated(2, 1), works=3), None, None, None),
        (Sources(rated=rated(4, 2)), 67, None, None),
        (Sources(rated=rated(3, 5)), 38, None, None),  # 37.5
        (Sources(rated=rated(9, 1), incidents=(weighed(IncidentKind.unreachable, 3),)), 87, None, None),
        (Sources(works=20, incidents=(weighed(IncidentKind.late),)), None, 95, 100),
        (Sources(works=20, incidents=(weighed(IncidentKind.damage, 10),)), None, 100, 50),
        (Sources(works=20, refunds=(paid_back("partner_late"), paid_back("partner_no_show"))), None, 65, 100),
        (Sources(works=20, refunds=(paid_back("poor_quality"),)), None, 100, 90),
        (Sources(works=20, refunds=(paid_back("customer_cancelled"),)), None, 100, 100),
        (Sources(works=5, incidents=(weighed(IncidentKind.safety, 10),)), None, 100, 0),
    ],
)
def test_the_formula(sources: Sources, reply: int | None, manner: int | None, work: int | None) -> None:
    found = scores(sources)
    assert (found.reply.value, found.manner.value, found.work.value) == (reply, manner, work)
    assert scores(sources) == found


def test_a_score_tells_its_formula_with_its_own_numbers() -> None:
    told = scores(Sources(works=20, incidents=(weighed(IncidentKind.late, 3),), refunds=(paid_back("partner_late"),)))
    assert told.manner.how.ko == "100 × (끝난 예약 20건 − 벌점 5점) ÷ 20. 벌점: 사건 1건, 환불 1건"
    assert told.manner.how.en == "100 × (20 bookings done − 5 points) ÷ 20. Points: incidents 1, refunds 1"
    assert told.manner.sample == 20


def a_visit(partner: Partner, *, days_ago: int = 3, **change: Any) -> Booking:
    ended = clock.now() - timedelta(days=days_ago)
    times = {"starts_at": ended - timedelta(hours=3), "ends_at": ended}
    return a_booking(partner=partner, unbound=True, **{"state": BookingState.done, **times, **change})


def test_the_sources_are_of_the_last_half_year_and_of_this_partner(office: Flask) -> None:
    partner, other, now = a_partner(), a_partner(), clock.now()
    mine = [a_visit(partner) for _ in range(2)]
    a_visit(partner, days_ago=181)
    a_visit(partner, state=BookingState.cancelled)
    a_visit(other)
    for rating in ("good", "good_with_comment", "bad", "offered", None):
        a_ticket(booking=mine[0], satisfaction=rating, updated_at=now)
    a_ticket(booking=mine[0], satisfaction="bad", updated_at=now - timedelta(days=181))
    facts: dict[str, Any] = {"severity": "minor", "text": "x", "points": 1, "by": "시험", "at": now}
    for days, more in (
        (0, {}),
        (181, {}),
        (1, {"withdrawn_at": now}),
        (1, {"expires_on": today() - timedelta(days=1)}),
    ):
        on = today() - timedelta(days=days)
        kept(PartnerIncident(partner_id=partner.id, kind="late", happened_on=on, **facts, **more))
    found = read_sources(db.session(), [partner.id, other.id], now)[partner.id]
    assert sorted(one.good for one in found.rated) == [False, True, True]
    assert (found.works, [one.kind for one in found.incidents]) == (2, [IncidentKind.late])


def test_refunds_for_the_partners_fault_count_unless_they_were_never_paid(lone_office: Flask) -> None:
    partner, now = a_partner(), clock.now()
    states = [RefundState.paid, RefundState.rejected, RefundState.cancelled, RefundState.failed, RefundState.requested]
    for state in states:
        approver = a_user() if state is RefundState.paid else None
        refund = a_refund(booking=a_booking(partner=partner), approved_by=approver)
        db.session.execute(
            Refund.__table__.update()  # type: ignore[attr-defined]
            .where(Refund.id == refund.id)
            .values(state=state, reason=Reason.partner_late, requested_at=now)
        )
    db.session.commit()
    found = read_sources(db.session(), [partner.id], now)[partner.id]
    assert [one.reason for one in found.refunds] == ["partner_late", "partner_late"]


def test_the_job_keeps_scores_with_their_sources_and_the_page_and_the_list_show_them(lone_office: Flask) -> None:
    low, high, none = (a_partner(name=f"{name}{number()}") for name in ("낮음", "높음", "없음"))
    for partner in (low, high):
        for _ in range(6):
            a_visit(partner)
    facts: dict[str, Any] = {"severity": "major", "text": "x", "points": 3, "by": "시험", "at": clock.now()}
    kept(PartnerIncident(partner_id=low.id, kind="late", happened_on=today(), **facts))
    job.score()
    job.score()
    rows = {one.partner_id: one for one in db.session.scalars(select(PartnerScore))}
    assert [(rows[one.id].manner, rows[one.id].works) for one in (low, high, none)] == [(50, 6), (100, 6), (None, 0)]
    assert rows[low.id].read() == read_sources(db.session(), [low.id], clock.now())[low.id]
    seat = Seat(lone_office, a_user())
    page = seat.read("/admin/partners/details/", id=low.id)
    assert 'data-score="50"' in page
    assert "끝난 예약 6건 − 벌점 3점" in page
    filtered = seat.read("/admin/partners/", tab="all", **{"flt0_score-manner_max": "60"})
    assert low.name in filtered
    assert high.name not in filtered
    screen = next(one for one in lone_office.extensions["opsroom.screens"] if one.endpoint == "partners")
    columns = [name for name, _ in screen._list_columns]
    ordered = seat.read("/admin/partners/", tab="all", sort=str(columns.index("score.manner")), desc="1")
    assert ordered.index(high.name) < ordered.index(low.name)
    assert none.name in ordered


# ------------------------------------------------------------------------------------------------------- as they were


def test_scores_are_kept_as_they_become_and_told_as_of_a_day_by_the_rule_of_then(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = a_partner()
    for _ in range(6):
        a_visit(partner)
    first, later = clock.now(), clock.now() + timedelta(days=3)
    job.score()
    job.score()
    assert len(newest_then(db.session(), partner.id)) == 1, "what stays the same is one row"
    facts: dict[str, Any] = {"severity": "major", "text": "x", "points": 3, "by": "시험"}
    kept(PartnerIncident(partner_id=partner.id, kind="late", happened_on=today(), at=later, **facts))
    with clock.stopped(later):
        job.score()
    assert [one.values for one in newest_then(db.session(), partner.id)] == [(None, 50, 100), (None, 100, 100)]
    on = clock.in_seoul(first).date()
    monkeypatch.setattr("app.partners.scores.WORK", frozenset({IncidentKind.late}))
    for days, manner in ((0, 100), (2, 100), (3, 50), (400, 50)):
        row = as_of(db.session(), partner.id, on + timedelta(days=days)).row
        assert row is not None
        assert (row.values[1], row.told().manner.value) == (manner, manner)
        assert (row.told().work.value, row.told().reply.value) == (row.work, row.reply)
    assert as_of(db.session(), partner.id, on - timedelta(days=1)).row is None
    assert ScoreRule.from_json(RULE.to_json()) == RULE


@pytest.mark.parametrize(("language", "words"), [("ko", "그때의 규칙: 최근 180일"), ("en", "by the rule of then")])
def test_the_page_explains_a_score_of_a_day(lone_office: Flask, language: str, words: str) -> None:
    partner = a_partner()
    job.score()
    seat = Seat(lone_office, a_user(), language)
    day = clock.in_seoul(clock.now()).date()
    assert words in seat.read("/admin/partners/details/", id=partner.id, scores_on=day.isoformat())
    before = seat.read("/admin/partners/details/", id=partner.id, scores_on=(day - timedelta(days=9)).isoformat())
    assert 'data-as-of="none"' in before
    assert "data-as-of" not in seat.read("/admin/partners/details/", id=partner.id, scores_on="2026-13-99")
