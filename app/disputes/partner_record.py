"""What a dispute leaves on the partner's record: an incident, and where one was ruled, a formal warning."""

from __future__ import annotations

from dataclasses import replace

from app import clock
from app.actor import acting, acting_as
from app.disputes.model import Dispute
from app.disputes.offers import Remedy
from app.money import shown
from app.partners.incidents import IncidentKind, Severity, Told, enter
from app.words import Words

NO_POINTS = 0


def partner_record(dispute: Dispute, remedy: Remedy, reasons: Words, *, warns: bool) -> None:
    """An incident of the day it was decided, with what is to be claimed back. It weighs in no score unless it warns.
    Whoever may decide the dispute may write it, without the right to partners' records.
    """
    if not remedy.partner_minor and not warns:
        return
    booking = dispute.booking
    claim = f" · 회수할 금액 {shown(remedy.partner_minor, booking.currency)}" if remedy.partner_minor else ""
    told = Told(
        IncidentKind.other,
        Severity.major if warns else Severity.minor,
        f"분쟁 {dispute.ref} · 예약 {booking.ref}{claim} · {reasons.ko.strip()[:500]}",
        clock.in_seoul(clock.now()).date(),
        is_warning=warns,
        points=None if warns else NO_POINTS,
        booking_id=booking.id,
    )
    actor = acting()
    with acting_as(replace(actor, rights=actor.rights | {"partners.edit"})):
        enter(dispute.partner, told)
