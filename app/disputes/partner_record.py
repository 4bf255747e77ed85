"""What a dispute leaves on the partner's record: the one place that knows where such a record is kept."""

from __future__ import annotations

from app import clock
from app.disputes.model import Dispute
from app.disputes.offers import Remedy
from app.money import shown
from app.partners.model import MOVES, PartnerState
from app.words import Words

LONGEST_NOTE = 5000


def partner_record(dispute: Dispute, remedy: Remedy, reasons: Words, *, warns: bool) -> None:
    """A dated line in the partner's note, with what is to be claimed back from them; and a warning where one was
    ruled. A partner who cannot be warned as things stand is left in their state, with the line to read.
    """
    partner, currency = dispute.partner, dispute.booking.currency
    if not remedy.partner_minor and not warns:
        return
    day = f"{clock.in_seoul(clock.now()):%Y-%m-%d}"
    claim = f" · 회수할 금액 {shown(remedy.partner_minor, currency)}" if remedy.partner_minor else ""
    line = f"[{day}] 분쟁 {dispute.ref} · 예약 {dispute.booking.ref}{claim} · {reasons.ko.strip()[:300]}"
    partner.note = f"{line}\n{partner.note or ''}".strip()[:LONGEST_NOTE]
    if warns and PartnerState.warned in MOVES[partner.state]:
        partner.move_to(PartnerState.warned, f"{dispute.ref}: {reasons.ko.strip()}"[:500])
