"""Partners move by one table, work only while insured, and give real business numbers."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from flask import Flask

from app import clock
from app.db import db
from app.errors import Forbidden, Refusal
from app.partners.business_number import read_business_number
from app.partners.model import MOVES, NEEDS_A_REASON, Insurance, Partner, PartnerKind, PartnerState
from tests.marketplace import PAID_AT, a_user, acting_for, kept


def a_partner(state: PartnerState = PartnerState.applied, *, insured: bool = True) -> Partner:
    today = clock.in_seoul(clock.now()).date()
    partner = Partner(name="김클린", kind=PartnerKind.cleaner, city="서울", state=state, created_at=PAID_AT)
    if insured:
        partner.insurances.append(
            Insurance(insurer="한빛", policy_number="1", starts_on=today, ends_on=today + timedelta(days=30))
        )
    return kept(partner)


def test_only_the_moves_of_the_table_are_made(lone_office: Flask) -> None:
    partner = a_partner()
    with acting_for(a_user()) as actor:
        for was, now in product(PartnerState, PartnerState):
            partner.state = was
            if now in MOVES[was]:
                partner.move_to(now, "까닭")
                move = partner.moves[-1]
                assert (move.was, move.now, move.by, move.why, partner.state) == (was, now, actor.name, "까닭", now)
            else:
                with pytest.raises(Refusal, match="김클린"):
                    partner.move_to(now, "까닭")
            db.session.rollback()


def test_without_insurance_in_force_nobody_starts_working(lone_office: Flask) -> None:
    partner = a_partner(PartnerState.checked, insured=False)
    with acting_for(a_user()), pytest.raises(Refusal, match="보험"):
        partner.move_to(PartnerState.active)


@pytest.mark.parametrize("now", sorted(NEEDS_A_REASON))
def test_what_hurts_a_partner_needs_a_reason(lone_office: Flask, now: PartnerState) -> None:
    partner = a_partner(PartnerState.active)
    with acting_for(a_user()), pytest.raises(Refusal) as refused:
        partner.move_to(now, " ")
    assert refused.value.field == "why"


def test_moving_a_partner_is_a_right(lone_office: Flask) -> None:
    partner = a_partner()
    with acting_for(a_user(), "partners.view"), pytest.raises(Forbidden):
        partner.move_to(PartnerState.checked)


def test_cover_lasts_from_its_first_to_its_last_day(lone_office: Flask) -> None:
    partner = a_partner(insured=False)
    partner.insurances = [
        Insurance(insurer="한빛", policy_number="1", starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)),
        Insurance(insurer="한빛", policy_number="2", starts_on=date(2026, 6, 1), ends_on=date(2026, 12, 31)),
    ]
    assert partner.insured_until(date(2025, 12, 31)) is None
    assert partner.insured_until(date(2026, 1, 1)) == date(2026, 6, 30)
    assert partner.insured_until(date(2026, 6, 30)) == date(2026, 12, 31)
    assert partner.insured_until(date(2027, 1, 1)) is None


@pytest.mark.parametrize("typed", ["220-81-62517", "2208162517", " 220 81 62517 "])
def test_a_business_number_is_read_as_people_write_it(typed: str) -> None:
    assert read_business_number(typed) == "220-81-62517"


def test_no_business_number_is_none() -> None:
    assert read_business_number("  ") is None


@pytest.mark.parametrize("typed", ["220-81-62518", "120-81-62517", "220-81-6251", "220-81-62517a", "٢٢٠٨١٦٢٥١٧"])
def test_a_wrong_business_number_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_business_number(typed)
    assert refused.value.field == "business_number"
