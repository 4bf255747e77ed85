"""Raising an alarm, seeing it, and its end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.alarms.escalation import begin
from app.alarms.kinds import AlarmKind
from app.alarms.letters import drop_unsent
from app.alarms.model import Alarm, AlarmState
from app.audit.trail import record
from app.words import Words

ACKNOWLEDGE = "alarms.acknowledge"


def raise_alarm(session: Session, kind: AlarmKind, words: Words, about: str, rules: Sequence[int] = ()) -> Alarm:
    """Tells people of a trouble, in the caller's transaction; nothing is heard if that is rolled back.

    `about` tells what it is about, such as "rules" or "push:17": of one kind and subject one alarm is open at a time. A
    repeat counts up, takes the newer words, adds its rules to those named, and sends no second letter.
    """
    now = clock.now()
    session.flush()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = dialect.insert(Alarm).values(
        kind=kind,
        about=about,
        open_key=f"{kind.value}:{about}",
        state=AlarmState.open,
        count=1,
        rules=sorted(rules),
        words_ko=words.ko,
        words_en=words.en,
        raised_at=now,
        last_at=now,
    )
    # One statement, so that two workers cannot both find none and both ring.
    counted = made.on_conflict_do_update(
        index_elements=[Alarm.open_key],
        set_={"count": Alarm.count + 1, "last_at": now, "words_ko": words.ko, "words_en": words.en},
    )
    alarm_id = session.execute(counted.returning(Alarm.id)).scalar_one()
    alarm = session.get_one(Alarm, alarm_id, populate_existing=True)
    if alarm.count == 1:
        begin(session, alarm)
    elif missing := set(rules) - set(alarm.rules):
        alarm.rules = sorted({*alarm.rules, *missing})
    return alarm


def acknowledge(session: Session, alarm: Alarm, note: str = "") -> None:
    """Somebody has seen it and looks after it: whoever would have heard next is left in peace."""
    acting().must(ACKNOWLEDGE)
    alarm.move_to(AlarmState.acknowledged, note[:500])
    drop_unsent(session, alarm)
    record(session, "acknowledge", "alarms", alarm.id, {"note": note[:500]} if note else {})


def alarm_over(session: Session, kind: AlarmKind, about: str, why: str = "") -> bool:
    """The cause is gone: ends the alarm that was open or seen. False when there was none; costs one query then."""
    alarm = session.scalar(select(Alarm).where(Alarm.open_key == f"{kind.value}:{about}"))
    if alarm is None:
        return False
    alarm.move_to(AlarmState.over, why)
    drop_unsent(session, alarm)
    return True


def open_alarms(session: Session) -> Sequence[Alarm]:
    """Those that nobody has seen yet, newest first."""
    return session.scalars(select(Alarm).where(Alarm.state == AlarmState.open).order_by(Alarm.last_at.desc())).all()
