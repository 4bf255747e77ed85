"""The gate moves by dated facts alone: at Seoul's midnight, back when renewed, and never against a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.db import db
from app.errors import Refusal
from app.partners import gate
from app.partners.fitness import Finding, Fit
from app.partners.model import Insurance, Partner, PartnerMove, PartnerState, Vendor
from app.words import say
from automations import partners as job
from tests.app.partners.papers import a_criterion, a_paper, a_partner, checked, today
from tests.marketplace import PAID_AT, a_user, acting_for, kept

LAST_DAY = date(2026, 12, 1)
# 23:59:59 on the last day in Seoul, and the second after it.
BEFORE = datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC)
MIDNIGHT = BEFORE + timedelta(seconds=1)


def insured_to(day: date, state: PartnerState = PartnerState.active, **change: object) -> Partner:
    partner = a_partner(state, days=None, **change)
    add_insurance(partner, date(2026, 1, 1), day)
    return partner


def add_insurance(partner: Partner, starts: date, ends: date) -> None:
    partner.insurances.append(Insurance(insurer="한빛", policy_number="1", starts_on=starts, ends_on=ends))
    db.session.commit()


def run_at(at: datetime) -> None:
    with clock.stopped(at):
        job.run()
    db.session.expire_all()


def state_of(partner: Partner) -> PartnerState:
    return partner.state


def alarms(kind: AlarmKind) -> list[str]:
    db.session.rollback()
    return [one.words_ko for one in db.session.scalars(select(Alarm).where(Alarm.kind == kind).order_by(Alarm.id))]


@pytest.mark.parametrize("state", [PartnerState.active, PartnerState.warned])
def test_the_gate_shuts_at_midnight_in_seoul_and_opens_when_renewed(office: Flask, state: PartnerState) -> None:
    partner = insured_to(LAST_DAY, state)
    run_at(BEFORE)
    assert (partner.state, partner.gated_from) == (state, None)
    run_at(MIDNIGHT)
    assert (partner.state, partner.gated_from) == (PartnerState.suspended, state)
    move = partner.moves[-1]
    assert (move.was, move.by, move.by_gate, move.effective_on) == (state, "opsroom", True, date(2026, 12, 2))
    assert "2026-12-01에 끝났습니다" in move.told.ko
    assert "it ended on 2026-12-01" in move.told.en
    run_at(MIDNIGHT + timedelta(minutes=5))
    assert len(partner.moves) == 1
    add_insurance(partner, date(2026, 12, 2), date(2027, 12, 1))
    run_at(MIDNIGHT + timedelta(days=2))
    assert (partner.state, partner.gated_from, partner.moves[-1].by_gate) == (state, None, True)


def test_a_job_that_slept_still_tells_from_which_day_it_holds(lone_office: Flask) -> None:
    partner = insured_to(LAST_DAY)
    run_at(MIDNIGHT + timedelta(days=3))
    assert partner.moves[-1].effective_on == date(2026, 12, 2)


def test_the_gate_never_undoes_what_a_person_decided(lone_office: Flask) -> None:
    by_hand = insured_to(LAST_DAY)
    with acting_for(a_user()), clock.stopped(BEFORE):
        by_hand.move_to(PartnerState.suspended, "고객 물품 파손")
        db.session.commit()
    taken_over = insured_to(LAST_DAY)
    run_at(MIDNIGHT)
    with acting_for(a_user()):
        taken_over.stay_suspended("조사 중")
        with pytest.raises(Refusal, match="사람이 정한"):
            taken_over.stay_suspended("또")
        db.session.commit()
    for partner in (by_hand, taken_over):
        add_insurance(partner, date(2026, 12, 2), date(2027, 12, 1))
    run_at(MIDNIGHT + timedelta(days=1))
    assert [one.state for one in (by_hand, taken_over)] == [PartnerState.suspended] * 2
    assert not by_hand.moves[-1].by_gate


def test_without_the_mark_of_the_gate_it_would_undo_a_persons_decision(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: what keeps a person's suspension is `gated_from` and nothing else."""
    partner = insured_to(date(2027, 1, 1), PartnerState.suspended)
    run_at(MIDNIGHT)
    assert state_of(partner) is PartnerState.suspended
    partner.gated_from = PartnerState.active
    db.session.commit()
    run_at(MIDNIGHT)
    assert state_of(partner) is PartnerState.active


def test_a_person_cannot_bring_back_who_still_lacks_something(lone_office: Flask) -> None:
    partner = a_partner(days=-1)
    job.run()
    with acting_for(a_user()):
        with pytest.raises(Refusal, match="보험"):
            partner.move_to(PartnerState.active)
        partner.move_to(PartnerState.left, "그만둠")
        db.session.commit()
    assert partner.gated_from is None


@pytest.mark.parametrize(
    "state", [PartnerState.applied, PartnerState.checked, PartnerState.suspended, PartnerState.left]
)
def test_who_does_not_work_is_not_moved(lone_office: Flask, state: PartnerState) -> None:
    partner = a_partner(state, days=-1)
    job.run()
    assert (partner.state, partner.moves) == (state, [])


def test_a_criterion_binds_by_kind_service_and_city_from_its_day_on(lone_office: Flask) -> None:
    cleaner, elsewhere = a_partner(), a_partner(city="부산")
    criterion = a_criterion(city="서울", binds_from=today() + timedelta(days=1))
    job.run()
    assert state_of(cleaner) is PartnerState.active
    criterion.binds_from = today()
    db.session.commit()
    job.run()
    assert [one.state for one in (cleaner, elsewhere)] == [PartnerState.suspended, PartnerState.active]
    assert "확인한 기록이 없습니다" in cleaner.moves[-1].why
    checked(cleaner, criterion)
    job.run()
    assert state_of(cleaner) is PartnerState.active
    criterion.needs_document = True
    db.session.commit()
    job.run()
    assert state_of(cleaner) is PartnerState.suspended
    a_paper(cleaner, criterion)
    db.session.expire_all()
    job.run()
    assert state_of(cleaner) is PartnerState.active


def test_checked_asks_for_every_criterion_and_active_for_insurance_besides(lone_office: Flask) -> None:
    partner, criterion = a_partner(PartnerState.applied, days=None), a_criterion()
    a_criterion(name_ko="숙소 점검", kind="host")
    a_criterion(name_ko="옛 기준", is_active=False)
    with acting_for(a_user()):
        with pytest.raises(Refusal, match="건강진단서") as refused:
            partner.move_to(PartnerState.checked)
        assert "숙소 점검" not in str(refused.value)
        assert "옛 기준" not in str(refused.value)
        checked(partner, criterion)
        db.session.expire_all()
        partner.move_to(PartnerState.checked)
        with pytest.raises(Refusal, match="보험"):
            partner.move_to(PartnerState.active)


def test_partners_of_a_vendor_stop_with_its_contract(lone_office: Flask) -> None:
    vendor = kept(Vendor(name="말끔", contract_until=today() - timedelta(days=1), created_at=PAID_AT))
    partner = a_partner(vendor=vendor)
    job.run()
    assert state_of(partner) is PartnerState.suspended
    assert "말끔" in partner.moves[-1].why
    vendor.contract_until = today()
    db.session.commit()
    job.run()
    assert state_of(partner) is PartnerState.active


def test_each_end_is_told_once_also_late_and_not_after_it_was_renewed(office: Flask) -> None:
    partner = insured_to(LAST_DAY, city="서울")
    day = timedelta(days=1)
    run_at(BEFORE - day * 31)
    assert alarms(AlarmKind.partner_ending) == []
    for at in (BEFORE - day * 30, BEFORE - day * 29, BEFORE - day * 5, BEFORE - day * 4):
        run_at(at)
    told = alarms(AlarmKind.partner_ending)
    assert [text.split("일")[0] for text in told] == ["30", "7"]
    assert "서울 1" in told[0]
    assert partner.name not in "".join(told)
    add_insurance(partner, date(2026, 12, 2), date(2027, 12, 1))
    run_at(BEFORE)
    assert len(alarms(AlarmKind.partner_ending)) == 2
    assert partner.fit_until == date(2027, 12, 1)


def test_who_is_gated_is_told_of_in_one_alarm_without_names(lone_office: Flask) -> None:
    several = [a_partner(days=-1, city=city) for city in ("서울", "서울", "부산")]
    job.run()
    job.run()
    (words,) = alarms(AlarmKind.partner_gated)
    assert "3명 (서울 2 · 부산 1)" in words
    assert not any(one.name in words for one in several)


def test_what_was_worked_out_anew_makes_no_form_stale(lone_office: Flask) -> None:
    partner = a_partner(days=10)
    before = partner.version
    job.run()
    db.session.refresh(partner)
    assert (partner.fit_until, partner.version) == (today() + timedelta(days=10), before)


def test_many_partners_are_looked_at_in_chunks(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "A_CHUNK", 2)
    for _ in range(5):
        a_partner(days=-1)
    job.run()
    assert db.session.scalar(select(func.count(PartnerMove.id)).where(PartnerMove.by_gate)) == 5


def test_nothing_that_is_met_moves_anybody() -> None:
    partner = Partner(name="김", state=PartnerState.active)
    met = Finding("insurance", say("보험", "Insurance"), Fit.met, None, say("", ""))
    assert partner.pass_gate([met], LAST_DAY) is None
