"""Owing the outside a letter: to whom, when, and in which words."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.alarms.model import Alarm, Letter, LetterKind, LetterState, Receiver
from app.desk.states import named
from app.facts import Fact, announce
from app.people.model import User
from app.words import Words, say

WAITING = (LetterState.owed, LetterState.sending, LetterState.unknown)
MAIL_DOMAIN = "opsroom.invalid"


@dataclass(frozen=True, slots=True)
class Aim:
    """One who is written to: an address and the language it reads, or a webhook by its row."""

    to: str
    language: str = "ko"
    webhook_id: int | None = None

    @property
    def kind(self) -> LetterKind:
        return LetterKind.email if self.webhook_id is None else LetterKind.webhook

    @property
    def key(self) -> str:
        """One for everybody who is written to, whatever leads to them."""
        return f"email:{self.to.lower()}" if self.webhook_id is None else f"webhook:{self.webhook_id}"


@dataclass(frozen=True, slots=True)
class Content:
    subject: str = ""
    body: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def owe_letter(session: Session, key: str, aim: Aim, content: Content, due_at: datetime, **about: Any) -> Letter:
    """Writes down a letter, in the caller's transaction; it leaves at `due_at` or soon after. `about`: what else the
    row is to know (alarm_id, run_id, ticket_id, once, state).
    """
    letter = Letter(
        kind=aim.kind,
        key=key,
        message_id=f"<{secrets.token_hex(16)}@{MAIL_DOMAIN}>",
        to=aim.to,
        webhook_id=aim.webhook_id,
        subject=content.subject,
        body=content.body,
        payload=content.payload,
        due_at=due_at,
        created_at=clock.now(),
        **about,
    )
    session.add(letter)
    session.flush()
    if letter.state is LetterState.owed and due_at <= clock.now():
        announce(session, Fact.letter_owed)
    return letter


def heard_at(at: datetime, receiver: Receiver, *, urgent: bool) -> datetime:
    """When a receiver hears what is told it `at`: not in its quiet hours, unless it is urgent."""
    start, end = receiver.quiet_from, receiver.quiet_until
    if urgent or start is None or end is None or start == end:
        return at
    here = clock.in_seoul(at)
    quiet = start <= here.hour < end if start < end else here.hour >= start or here.hour < end
    if not quiet:
        return at
    morning = here.replace(hour=end % 24, minute=0, second=0, microsecond=0)
    return (morning if morning > here else morning + timedelta(days=1)).astimezone(at.tzinfo)


def drop_unsent(session: Session, alarm: Alarm) -> None:
    """What nobody has heard yet is not told any more."""
    session.execute(
        update(Letter)
        .where(Letter.alarm_id == alarm.id, Letter.state.in_((LetterState.owed, LetterState.held)))
        .values(state=LetterState.dropped, why="the alarm was seen or is over")
        .execution_options(synchronize_session=False)
    )


def told(alarm: Alarm, aim: Aim, *, unseen_minutes: int = 0) -> Content:
    """The alarm in the receiver's language, with the address of its page; for how long nobody has seen it, where that
    is why it is told.
    """
    url = f"{current_app.extensions['opsroom.settings'].public_url}/admin/alarms/details/?id={alarm.id}"
    head = say("[Opsroom] {kind}", "[Opsroom] {kind}").fill(kind=named(alarm.kind).words).in_language(aim.language)
    words = alarm.words.in_language(aim.language)
    if unseen_minutes:
        head = UNSEEN_HEAD.fill(head=head, minutes=unseen_minutes).in_language(aim.language)
        words = f"{UNSEEN.fill(minutes=unseen_minutes).in_language(aim.language)}\n\n{words}"
    see = SEE.fill(url=url).in_language(aim.language)
    if aim.kind is LetterKind.email:
        return Content(head, f"{words}\n\n{see}\n")
    payload = {"text": f"{head}\n{words}\n{see}", "alarm": alarm.id, "kind": alarm.kind.value, "rules": alarm.rules}
    return Content(head, words, payload)


UNSEEN_HEAD: Words = say("{head} · {minutes}분째 확인 없음", "{head} · not seen for {minutes} min")
UNSEEN: Words = say(
    "{minutes}분이 지나도록 아무도 확인하지 않았습니다.", "Nobody has acknowledged this for {minutes} minutes."
)
SEE: Words = say("확인하고 「확인했습니다」를 눌러 주세요: {url}", "Look and press “I have seen it”: {url}")


def aims_of(session: Session, receiver: Receiver) -> list[Aim]:
    if receiver.role is not None:
        people = select(User).where(User.role == receiver.role, User.is_enabled).order_by(User.id)
        return [Aim(one.email, one.language) for one in session.scalars(people)]
    if receiver.email:
        return [Aim(receiver.email, receiver.language)]
    if receiver.webhook is None or not receiver.webhook.is_enabled:
        return []
    return [Aim(receiver.webhook.name, receiver.language, receiver.webhook.id)]
