"""Escalation: an alarm that nobody has acknowledged goes on to the next receivers, and again to whoever wants that.

Who hears next is read when it is due, so whoever became a receiver meanwhile hears it too. Each step leaves a row. When
nobody of the steps so far could be reached (no mail server, a webhook that is off, letters refused), the next one does
not wait for its minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, case, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app import clock
from app.alarms.kinds import URGENT
from app.alarms.letters import aims_of, heard_at, owe_letter, told
from app.alarms.model import Alarm, AlarmState, Letter, LetterState, Receiver
from app.db import Base, key_column, one_at_a_time
from app.people.model import Role
from app.words import Words, say

log = logging.getLogger(__name__)

FAILED = frozenset({LetterState.dead, LetterState.refused, LetterState.held})
MOST_ROUNDS = 48
A_LOOK = 200
GOES_ON = AlarmState.open


class AlarmStep(Base):
    """That a receiver's turn came: `round` 0 is the first time, later ones are repeats. `receiver` is the row's number,
    0 for the admins while none is set; its words are kept, since the row may be deleted.
    """

    __tablename__ = "alarm_steps"
    __table_args__ = (UniqueConstraint("alarm_id", "receiver", "round"),)

    id: Mapped[int] = key_column()
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"), index=True)
    receiver: Mapped[int]
    round: Mapped[int] = mapped_column(default=0)
    who_ko: Mapped[str] = mapped_column(String(300))
    who_en: Mapped[str] = mapped_column(String(300))
    letters: Mapped[int]
    at: Mapped[datetime]

    alarm: Mapped[Alarm] = relationship()

    @property
    def who(self) -> Words:
        return say(self.who_ko, self.who_en)


@dataclass(frozen=True, slots=True)
class Turn:
    """A receiver whose turn it is, or will be `at`."""

    receiver: Receiver
    round: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who had their turn, and who is next while nobody sees the alarm."""

    taken: Sequence[AlarmStep]
    ahead: Sequence[Turn]


def ladder_of(session: Session, alarm: Alarm) -> Ladder:
    ahead = next_turns(session, alarm, receivers_of(session)) if alarm.state is AlarmState.open else []
    return Ladder(steps_of(session, alarm), ahead)


def begin(session: Session, alarm: Alarm) -> None:
    """Tells those who hear at once, in the transaction that raises the alarm."""
    for turn in turns(alarm.raised_at, receivers_of(session), {}, unreached=False):
        if turn.at <= alarm.raised_at:
            _take(session, alarm, turn)


def escalate(session: Session) -> int:
    """Goes on with the open alarms whose next step is due, urgent ones first; how many steps were taken. One that fails
    is left for the next look. The caller commits.
    """
    one_at_a_time(session, "alarms")
    now, taken, receivers = clock.now(), 0, receivers_of(session)
    for alarm in session.scalars(
        select(Alarm)
        .where(Alarm.state == GOES_ON)
        .order_by(case((Alarm.kind.in_(URGENT), 0), else_=1), Alarm.raised_at, Alarm.id)
        .limit(A_LOOK)
        .with_for_update(of=Alarm)
        .execution_options(populate_existing=True)
    ).all():
        key = alarm.id
        try:
            with session.begin_nested():
                due = [turn for turn in next_turns(session, alarm, receivers) if turn.at <= now]
                for turn in due:
                    _take(session, alarm, turn)
        except Exception:
            log.exception("alarm_step_failed", extra={"alarm": key})
        else:
            taken += len(due)
    return taken


def next_turns(session: Session, alarm: Alarm, receivers: Sequence[Receiver]) -> list[Turn]:
    """What is still to come of an open alarm, soonest first."""
    steps = steps_of(session, alarm)
    last = {one.receiver: (one.round, one.at) for one in steps}
    return sorted(
        turns(alarm.raised_at, receivers, last, unreached=bool(steps) and _unreached(session, alarm)),
        key=lambda turn: turn.at,
    )


def turns(
    raised_at: datetime,
    receivers: Sequence[Receiver],
    last: Mapping[int, tuple[int, datetime]],
    *,
    unreached: bool,
) -> Iterator[Turn]:
    """Each receiver's next turn. `last`: by receiver, the round it had and when. `unreached`: nobody of those who had
    their turn could be told, so the soonest of the others is due at once, and nobody is told again in vain. Pure.
    """
    waiting = [one for one in receivers if _number(one) not in last]
    soonest = min((one.after_minutes for one in waiting), default=0)
    for one in waiting:
        at = raised_at + timedelta(minutes=one.after_minutes)
        yield Turn(one, 0, raised_at if unreached and one.after_minutes == soonest else at)
    for one in receivers:
        had = last.get(_number(one))
        if had is not None and one.again_minutes and had[0] < MOST_ROUNDS and not unreached:
            yield Turn(one, had[0] + 1, had[1] + timedelta(minutes=one.again_minutes))


def steps_of(session: Session, alarm: Alarm) -> Sequence[AlarmStep]:
    asked = select(AlarmStep).where(AlarmStep.alarm_id == alarm.id).order_by(AlarmStep.at, AlarmStep.id)
    return session.scalars(asked).all()


def receivers_of(session: Session) -> Sequence[Receiver]:
    """With none set, the admins hear everything: an alarm that nobody hears is none."""
    rows = session.scalars(
        select(Receiver)
        .where(Receiver.is_enabled)
        .options(joinedload(Receiver.webhook))
        .order_by(Receiver.after_minutes, Receiver.id)
    ).all()
    return rows or [Receiver(role=Role.admin, after_minutes=0, language="ko")]


def _take(session: Session, alarm: Alarm, turn: Turn) -> None:
    """A letter to everybody this receiver stands for; to each once a round, whatever leads to them."""
    now, receiver = clock.now(), turn.receiver
    known = set(session.scalars(select(Letter.key).where(Letter.alarm_id == alarm.id)))
    due_at = heard_at(now, receiver, urgent=alarm.kind in URGENT)
    minutes, written = int((now - alarm.raised_at).total_seconds()) // 60, 0
    for aim in aims_of(session, receiver):
        key = f"alarm:{alarm.id}:{aim.key}" + (f":{turn.round}" if turn.round else "")
        if key in known:
            continue
        known.add(key)
        late = minutes if turn.round or receiver.after_minutes else 0
        owe_letter(session, key, aim, told(alarm, aim, unseen_minutes=late), due_at, alarm_id=alarm.id)
        written += 1
    who = receiver.told_aim
    session.add(
        AlarmStep(
            alarm_id=alarm.id,
            receiver=_number(receiver),
            round=turn.round,
            who_ko=who.ko,
            who_en=who.en,
            letters=written,
            at=now,
        )
    )
    session.flush()


def _unreached(session: Session, alarm: Alarm) -> bool:
    states = session.scalars(select(Letter.state).where(Letter.alarm_id == alarm.id)).all()
    return all(state in FAILED for state in states)


def _number(receiver: Receiver) -> int:
    return receiver.id or 0
