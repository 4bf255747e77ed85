"""The log of an emergency: only added to."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.disputes.emergency.kinds import DutyRole, LogKind
from app.disputes.emergency.model import Emergency, EmergencyLog
from app.errors import Refusal
from app.words import Words, say

LONGEST = 4000


def note(
    session: Session,
    emergency: Emergency,
    kind: LogKind,
    words: Words,
    *,
    role: DutyRole | None = None,
    step: int | None = None,
) -> EmergencyLog:
    """The next line, in the caller's transaction, which holds the emergency."""
    if max(len(words.ko), len(words.en)) > LONGEST:
        raise Refusal(say(f"{LONGEST:,}자까지 적을 수 있습니다.", f"{LONGEST:,} characters at most."), field="text")
    session.flush()
    newest = select(func.max(EmergencyLog.number)).where(EmergencyLog.emergency_id == emergency.id)
    line = EmergencyLog(
        emergency=emergency,
        number=(session.scalar(newest) or 0) + 1,
        kind=kind,
        role=role,
        step=step,
        words_ko=words.ko,
        words_en=words.en,
        by=acting().name[:120],
        at=clock.now(),
    )
    session.add(line)
    session.flush()
    return line
