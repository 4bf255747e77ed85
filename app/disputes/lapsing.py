"""What happens when a clock of a dispute runs out: the other side's account stands, and people hear of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.disputes.clocks import ClockEnd, DisputeClock
from app.disputes.deciding import over_to_us
from app.disputes.dispute import lock, weigh_if_heard
from app.disputes.entries import write
from app.disputes.model import Dispute, DisputeState
from app.disputes.notices import tell
from app.disputes.offers import ProposalEnd
from app.disputes.sides import EntryKind, Side, other
from app.disputes.texts import LATE, NAMES, OTHER_LATE
from app.words import say

_LATE = say(
    "{side}이(가) 기한({hours} 업무 시간)까지 답하지 않았습니다. 상대방의 설명을 기준으로 봅니다.",
    "{side} did not answer within {hours} business hours. The account of the other side stands.",
)
_ALARM = say(
    "분쟁 {ref}: {side}이(가) 기한까지 답하지 않았습니다. 상대방의 설명을 기준으로 제안하거나 결정해 주세요.",
    "Dispute {ref}: {side} did not answer in time. Propose or rule by the account of the other side.",
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
        raise_alarm(session, AlarmKind.dispute_late, _OURS.fill(ref=dispute.ref), f"dispute:{dispute.id}")
        return
    late.end(ClockEnd.lapsed)
    side = NAMES[late.side]
    write(session, dispute, late.side, EntryKind.lapsed, _LATE.fill(side=side, hours=late.hours))
    raise_alarm(session, AlarmKind.dispute_late, _ALARM.fill(ref=dispute.ref, side=side), f"dispute:{dispute.id}")
    tell(session, dispute, late.side, LATE.fill(ref=dispute.ref))
    tell(session, dispute, other(late.side), OTHER_LATE.fill(ref=dispute.ref))
    _go_on(session, dispute)


def _go_on(session: Session, dispute: Dispute) -> None:
    """A proposal that somebody left unanswered is over; a hearing is, once nobody is to answer."""
    if dispute.state is DisputeState.proposed:
        for one in dispute.proposals:
            one.end(ProposalEnd.lapsed)
        over_to_us(session, dispute)
    elif dispute.state is DisputeState.hearing:
        weigh_if_heard(session, dispute)
