"""Alarms, who hears them, and the letters that are owed to the outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.alarms.kinds import LASTING, AlarmKind
from app.db import Base, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.people.model import Role
from app.words import Words, say


class AlarmState(StrEnum):
    """`over`: it ended, by its cause being gone or by somebody's having seen it."""

    open = "open"
    acknowledged = "acknowledged"
    over = "over"


MOVES: Mapping[AlarmState, frozenset[AlarmState]] = MappingProxyType({
    AlarmState.open: frozenset({AlarmState.acknowledged, AlarmState.over}),
    AlarmState.acknowledged: frozenset({AlarmState.over}),
    AlarmState.over: frozenset(),
})  # fmt: skip


class Alarm(Base):
    """One trouble that people must hear of. `open_key` is unique while it lasts, so that what repeats counts up here
    instead of ringing again; it is empty once a new one may be raised. `rules` are the ids of the rules it names.
    """

    __tablename__ = "alarms"
    __table_args__ = (Index("ix_alarms_state_last", "state", "last_at"),)

    id: Mapped[int] = key_column()
    kind: Mapped[AlarmKind] = mapped_column(choice(AlarmKind))
    about: Mapped[str] = mapped_column(String(120))
    open_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    state: Mapped[AlarmState] = mapped_column(choice(AlarmState), default=AlarmState.open)
    count: Mapped[int] = mapped_column(default=1)
    rules: Mapped[list[Any]] = mapped_column(default=list)
    words_ko: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]

    moves: Mapped[list[AlarmMove]] = relationship(back_populates="alarm", order_by="AlarmMove.id")
    letters: Mapped[list[Letter]] = relationship(back_populates="alarm", order_by="Letter.id")

    @property
    def words(self) -> Words:
        return say(self.words_ko, self.words_en)

    def move_to(self, now: AlarmState, why: str = "") -> None:
        """The only way an alarm's state changes; leaves an AlarmMove."""
        if now not in MOVES[self.state]:
            raise Refusal(
                say("이 알람은 이미 {was} 상태입니다.", "This alarm is {was} already.").fill(
                    was=named(self.state).words
                )
            )
        self.moves.append(AlarmMove(was=self.state, now=now, by=acting().name, at=clock.now(), why=why))
        self.state = now
        if now is AlarmState.over or self.kind not in LASTING:
            self.open_key = None

    def __str__(self) -> str:
        return str(named(self.kind).words)


class AlarmMove(Base):
    """Who saw an alarm, or what ended it; `why` is their note."""

    __tablename__ = "alarm_moves"

    id: Mapped[int] = key_column()
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"), index=True)
    was: Mapped[AlarmState] = mapped_column(choice(AlarmState))
    now: Mapped[AlarmState] = mapped_column(choice(AlarmState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    alarm: Mapped[Alarm] = relationship(back_populates="moves")


class WebhookForm(StrEnum):
    """`slack`: {"text"}; `signed`: our JSON, or a rule's own body, signed as Zendesk signs."""

    slack = "slack"
    signed = "signed"


class OutgoingWebhook(Base):
    """An address outside that letters are posted to. The secret it is signed with is sealed (app/vault.py).
    `zendesk_id`: the account's webhook that rules call by this id.
    """

    __tablename__ = "outgoing_webhooks"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    form: Mapped[WebhookForm] = mapped_column(choice(WebhookForm), default=WebhookForm.slack)
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    zendesk_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class Receiver(Base):
    """Who hears alarms: everybody of a role, one address, or a webhook; exactly one of the three. `after_minutes`:
    heard only when nobody has seen the alarm by then; `again_minutes`: and so often again until somebody has
    (escalation.py). From `quiet_from` to `quiet_until` (full hours in Seoul) what is not urgent waits.
    """

    __tablename__ = "alarm_receivers"
    __table_args__ = (
        CheckConstraint(
            "(role IS NOT NULL AND email IS NULL AND webhook_id IS NULL) OR "
            "(role IS NULL AND email IS NOT NULL AND webhook_id IS NULL) OR "
            "(role IS NULL AND email IS NULL AND webhook_id IS NOT NULL)",
            name="one_aim",
        ),
    )

    id: Mapped[int] = key_column()
    role: Mapped[Role | None] = mapped_column(choice(Role))
    email: Mapped[str | None] = mapped_column(String(254))
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_webhooks.id"))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    after_minutes: Mapped[int] = mapped_column(default=0)
    again_minutes: Mapped[int | None]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    webhook: Mapped[OutgoingWebhook | None] = relationship()

    @property
    def told_aim(self) -> Words:
        if self.role is not None:
            return say("{role} 모두", "Everybody who is {role}").fill(role=named(self.role).words)
        text = self.email or str(self.webhook)
        return say(text, text)

    def __str__(self) -> str:
        return str(self.told_aim)


class LetterKind(StrEnum):
    email = "email"
    webhook = "webhook"


class LetterState(StrEnum):
    """`held`: a person decides. `unknown`: sent without an answer."""

    owed = "owed"
    sending = "sending"
    unknown = "unknown"
    sent = "sent"
    held = "held"
    dropped = "dropped"
    refused = "refused"
    dead = "dead"


class Letter(Base):
    """An e-mail or a call of a webhook that is owed to the outside. `key` says what it is, and there is one of each.
    `to`: the address, or the name of the webhook; `payload`: what a webhook is posted. `once`: not sent again by itself
    after an unanswered try (a customer's mail); everything else is, under the same `message_id`. `deaths` counts the
    workers that never came back from it.
    """

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_waiting", "state", "due_at"),)

    id: Mapped[int] = key_column()
    kind: Mapped[LetterKind] = mapped_column(choice(LetterKind))
    key: Mapped[str] = mapped_column(String(300), unique=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    to: Mapped[str] = mapped_column(String(254))
    webhook_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_webhooks.id"), index=True)
    subject: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    once: Mapped[bool] = mapped_column(default=False)
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarms.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("rule_runs.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    state: Mapped[LetterState] = mapped_column(choice(LetterState), default=LetterState.owed)
    why: Mapped[str | None] = mapped_column(String(500))
    tries: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]

    alarm: Mapped[Alarm | None] = relationship(back_populates="letters")
    webhook: Mapped[OutgoingWebhook | None] = relationship()
    # By their names: rules and tickets stand above the alarms.
    run: Mapped[Any] = relationship("RuleRun", viewonly=True)
    ticket: Mapped[Any] = relationship("Ticket", viewonly=True)

    def __str__(self) -> str:
        return self.subject or self.to
