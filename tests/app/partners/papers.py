"""Criteria and partners for the tests of the gate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app import clock
from app.partners.criteria import Criterion
from app.partners.documents import PartnerDocument
from app.partners.kinds import QualificationState
from app.partners.model import Insurance, Partner, PartnerKind, PartnerState, Qualification
from tests.marketplace import PAID_AT, kept, number


def today() -> date:
    return clock.in_seoul(clock.now()).date()


def a_criterion(**change: Any) -> Criterion:
    """Binds every partner since 2020; a check of it holds for a year."""
    facts: dict[str, Any] = {
        "name_ko": "건강진단서",
        "name_en": "Health certificate",
        "proof_ko": "보건소 발급본",
        "proof_en": "Issued by a health centre",
        "months": 12,
        "binds_from": date(2020, 1, 1),
        "created_at": PAID_AT,
    }
    return kept(Criterion(**{**facts, **change}))


def a_partner(state: PartnerState = PartnerState.active, *, days: int | None = 365, **change: Any) -> Partner:
    """Insured since 2020 for so many more days; None: never."""
    facts: dict[str, Any] = {
        "name": f"파트너{number()}",
        "kind": PartnerKind.cleaner,
        "city": "서울",
        "created_at": PAID_AT,
    }
    partner = Partner(state=state, **{**facts, **change})
    if days is not None:
        ends = today() + timedelta(days=days)
        partner.insurances.append(
            Insurance(insurer="한빛", policy_number="1", starts_on=date(2020, 1, 1), ends_on=ends)
        )
    return kept(partner)


def checked(partner: Partner, criterion: Criterion, **change: Any) -> Qualification:
    """Passed today, unless told otherwise."""
    facts: dict[str, Any] = {"state": QualificationState.passed, "checked_on": today()}
    row = Qualification(partner_id=partner.id, criterion_id=criterion.id, name=criterion.name_ko, **{**facts, **change})
    return kept(row)


def a_paper(partner: Partner, criterion: Criterion | None = None, **change: Any) -> PartnerDocument:
    """The row of a document alone; there is no file."""
    facts: dict[str, Any] = {
        "name": "증빙.pdf",
        "media_type": "application/pdf",
        "size": 1,
        "sha256": "0" * 64,
        "key": f"{number():032x}",
        "by": "시험",
        "at": PAID_AT,
        "criterion_id": criterion.id if criterion else None,
    }
    return kept(PartnerDocument(partner_id=partner.id, **{**facts, **change}))
