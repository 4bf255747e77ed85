"""Words of an emergency on a ticket whose emergency is over: nobody is paged by them, but somebody has to look."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.tickets.model import Comment, Ticket
from app.words import say

_WORDS = say(
    "티켓 #{ticket}: 긴급이 끝난 뒤에 다시 긴급을 알리는 글이 왔습니다. 티켓을 보고, 긴급이면 거기서 다시 열어 주세요.",
    "Ticket #{ticket} tells of an emergency again, after one that is over. Look at it; if it is one, open it there.",
)


def alarm_again(session: Session, ticket: Ticket, comment: Comment) -> bool:
    """Once for each comment, however often it is looked at and whether or not the alarm was seen; False later on."""
    about = f"{_of(ticket)}{comment.zendesk_id}"
    if session.scalar(select(exists().where(Alarm.kind == AlarmKind.emergency, Alarm.about == about))):
        return False
    raise_alarm(session, AlarmKind.emergency, _WORDS.fill(ticket=ticket.zendesk_id), about)
    return True


def looked_at_again(session: Session, ticket: Ticket) -> None:
    """It was opened once more: nobody needs to look any longer."""
    still = Alarm.about.startswith(_of(ticket)), Alarm.open_key.is_not(None)
    for about in session.scalars(select(Alarm.about).where(Alarm.kind == AlarmKind.emergency, *still)).all():
        alarm_over(session, AlarmKind.emergency, about, f"#{ticket.zendesk_id}")


def _of(ticket: Ticket) -> str:
    return f"ticket:{ticket.id}:"
