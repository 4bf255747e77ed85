"""What happens when a clock of a dispute runs out: the account of the other side stands, where it gave one, and people
hear of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from app import clock
from app.disputes import clocks
from app.disputes.clocks import ClockEnd, DisputeClock
from app.disputes.deciding import over_to_us
from app.disputes.dispute import lock, weigh_if_heard
from app.disputes.entries import write
from app.disputes.late import alarm_late
from app.disputes.model import Dispute, DisputeState
from app.disputes.notices import tell
from app.disputes.offers import ProposalEnd
from app.disputes.sides import EntryKind, Side, other
from app.disputes.texts import LATE, NAMES, NO_ANSWER, OTHER_LATE, OVER_OFFER
from app.words import say

_LATE = say(
    "{side}이(가) 기한({hours} 업무 시간)까지 답하지 않았습니다.",
    "{side} did not answer within {hours} business hours.",
)
_STANDS = say(" 상대방의 설명을 기준으로 봅니다.", " The account of the other side stands.")
_ALARM = say(
    "분쟁 {ref}: {side}이(가) 기한까지 답하지 않았습니다. 기록을 보고 제안하거나 결정해 주세요.",
    "Dispute {ref}: {side} did not answer in time. Propose or rule by what the record holds.",
)
_OURS = say(
    "분쟁 {ref}이(가) 우리의 기한을 넘겼습니다. 당사자에게 묻거나, 제안하거나, 결정해 주세요.",
    "Dispute {ref} is past our own deadline. Ask the sides, propose, or rule.",
)


def run_out(now: datetime) -> ColumnElement[bool]:
    """Clocks that have run out and were not dealt with."""
    ours = and_(DisputeClock.side == Side.us, DisputeClock.alarmed_at.is_(None))
    return and_(DisputeClock.ended.is_(None), DisputeClock.due_at <= now, or_(DisputeClock.side != Side.us, ours))


def lapse(session: Session, late: DisputeClock) -> None:
    """Deals with one clock that has run out, in the caller's transaction; one that was stopped meanwhile is left."""
    dispute = late.dispute
    lock(dispute)
    session.refresh(late)
    if not late.is_late:
        return
    if late.side is Side.us:
        late.alarmed_at = clock.now()
        alarm_late(session, dispute, _OURS.fill(ref=dispute.ref))
        return
    late.end(ClockEnd.lapsed)
    side, across, stands = NAMES[late.side], other(late.side), _has_told(dispute, other(late.side))
    words = _LATE.fill(side=side, hours=late.hours)
    write(session, dispute, late.side, EntryKind.lapsed, words + _STANDS if stands else words)
    alarm_late(session, dispute, _ALARM.fill(ref=dispute.ref, side=side))
    tell(session, dispute, late.side, (LATE if stands else NO_ANSWER).fill(ref=dispute.ref))
    if stands:
        tell(session, dispute, across, OTHER_LATE.fill(ref=dispute.ref))
    elif dispute.state is DisputeState.proposed:
        tell(session, dispute, across, OVER_OFFER.fill(ref=dispute.ref))
    _go_on(session, dispute)


def _has_told(dispute: Dispute, side: Side) -> bool:
    """Whether this side's account can stand: it has a word of its own, and is not late itself."""
    words = [one.kind for one in dispute.entries if one.side is side]
    asked = clocks.running(dispute, side)
    return bool(words) and words[-1] is not EntryKind.lapsed and not (asked is not None and asked.is_late)


def _go_on(session: Session, dispute: Dispute) -> None:
    """A proposal that somebody left unanswered is over; a hearing is, once nobody is to answer."""
    if dispute.state is DisputeState.proposed:
        for one in dispute.proposals:
            one.end(ProposalEnd.lapsed)
        over_to_us(session, dispute)
    elif dispute.state is DisputeState.hearing:
        weigh_if_heard(session, dispute)
