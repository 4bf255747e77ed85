"""The alarm of a dispute that is late: one for each, until we have done what is ours."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.kinds import AlarmKind
from app.disputes.model import Dispute
from app.words import Words


def alarm_late(session: Session, dispute: Dispute, words: Words) -> None:
    raise_alarm(session, AlarmKind.dispute_late, words, _about(dispute))


def late_no_more(session: Session, dispute: Dispute) -> None:
    """It is somebody else's turn, or over."""
    alarm_over(session, AlarmKind.dispute_late, _about(dispute), dispute.ref)


def _about(dispute: Dispute) -> str:
    return f"dispute:{dispute.id}"
