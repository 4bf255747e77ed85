"""What a dispute leaves on the partner's record: an incident, and where one was ruled, a formal warning."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting, acting_as
from app.disputes.model import Dispute
from app.disputes.offers import Remedy
from app.money import shown
from app.partners.incidents import IncidentKind, PartnerIncident, Severity, Told, enter
from app.refunds.both import as_kept
from app.words import Words, say

NO_POINTS = 0
_DECIDED_AGAIN = say(
    "분쟁 {ref}을(를) 다시 결정해, 새 결정이 이 기록을 대신합니다.",
    "Dispute {ref} was decided again; the new decision stands in place of this record.",
)


def partner_record(session: Session, dispute: Dispute, remedy: Remedy, reasons: Words, *, warns: bool) -> None:
    """An incident of the day it was decided, with what is to be claimed back. It weighs in no score unless it warns.
    Decided again, it stands in place of the earlier one, which is withdrawn; a warning that is repeated is as old as
    the first. Whoever may decide the dispute may write it, without the right to partners' records.
    """
    actor = acting()
    with acting_as(replace(actor, rights=actor.rights | {"partners.edit"})):
        earlier = _withdrawn(session, dispute)
        if not remedy.partner_minor and not warns:
            return
        booking = dispute.booking
        claim = f" · 회수할 금액 {shown(remedy.partner_minor, booking.currency)}" if remedy.partner_minor else ""
        warned = [one.happened_on for one in earlier if one.is_warning and warns]
        told = Told(
            IncidentKind.other,
            Severity.major if warns else Severity.minor,
            f"분쟁 {dispute.ref} · 예약 {booking.ref}{claim} · {reasons.ko.strip()[:500]}",
            min(warned, default=clock.in_seoul(clock.now()).date()),
            is_warning=warns,
            points=None if warns else NO_POINTS,
            booking_id=booking.id,
            origin=_origin(dispute),
        )
        enter(dispute.partner, told)


def _withdrawn(session: Session, dispute: Dispute) -> list[PartnerIncident]:
    """What an earlier decision left, taken back now."""
    asked = select(PartnerIncident).where(
        PartnerIncident.origin == _origin(dispute), PartnerIncident.withdrawn_at.is_(None)
    )
    found = list(session.scalars(asked.order_by(PartnerIncident.id)).all())
    for one in found:
        one.withdraw(as_kept(_DECIDED_AGAIN.fill(ref=dispute.ref)))
    return found


def _origin(dispute: Dispute) -> str:
    return f"dispute:{dispute.ref}"
