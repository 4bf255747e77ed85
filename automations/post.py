"""The post: e-mails and webhooks that are owed to people outside Zendesk.

As with pushes, a row is claimed, sent with no transaction open, and recorded under its token. Nobody outside can be
asked whether a letter has arrived. So a letter whose sending was not answered is sent again under the same Message-ID
(or X-Opsroom-Letter), by which the receiver knows the second copy; one that must not come twice (`once`: a customer's)
is left to a person instead.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.alarms.model import AlarmState, Letter, LetterKind, LetterState, WebhookForm
from app.bell import bell_of_now
from app.db import db, one_at_a_time
from app.errors import Refusal
from app.facts import Fact
from app.link.link import the_link
from app.outbox.stopping import HELD_WHY, is_run_stopped
from app.vault import unseal
from app.words import say
from automations.lease import LEASE, OUTAGE_TRIES, POISON_TRIES, Shift, back_off, new_token
from automations.outside import settings_of_app
from integrations.errors import Refused, Unavailable, Unknown
from integrations.mail import hook, smtp
from integrations.mail.hook import Call
from integrations.mail.letter import Mail
from integrations.mail.smtp import MailServer

log = logging.getLogger(__name__)

OLDEST = Letter.id + 0
FAILED = "it failed here; see the log"
NO_SERVER = "no mail server is set"
NOT_TOLD = "it was sent, and nobody said whether it arrived"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be sent, read from the rows before the transaction is closed. `call` is a webhook's, else `mail`."""

    letter_id: int
    token: str
    tries: int
    once: bool
    was_sent_before: bool
    mail: Mail | None = None
    call: Call | None = None


def due(now: datetime) -> ColumnElement[bool]:
    """What waits to be sent, or was left by a worker that died."""
    return or_(
        and_(Letter.state == LetterState.owed, Letter.due_at <= now),
        and_(Letter.state == LetterState.unknown, Letter.once.is_(False), Letter.due_at <= now),
        and_(Letter.state == LetterState.sending, Letter.lease_until <= now),
    )


def drain() -> None:
    """Works until nothing waits, or its shift is over: then it rings for whoever comes next."""
    shift = Shift()
    while shift.goes_on(1):
        claim = claim_one(db.session())
        if claim is None:
            return
        work(claim)
    bell_of_now().ring(Fact.letter_owed)


def claim_one(session: Session) -> Claim | None:
    """Takes the oldest due letter. Commits. On the way it closes those that are not to be sent (any more)."""
    one_at_a_time(session, "letters")
    while True:
        now = clock.now()
        # Locked, so that one somebody is dropping this very moment is not taken all the same.
        oldest = select(Letter).where(due(now)).order_by(OLDEST).limit(1).with_for_update(of=Letter, skip_locked=True)
        letter = session.scalars(oldest.execution_options(populate_existing=True)).first()
        if letter is None:
            session.commit()
            return None
        was_sent_before = letter.state is not LetterState.owed
        letter.deaths += letter.state is LetterState.sending
        if _set_aside(session, letter):
            continue
        letter.state, letter.token, letter.lease_until = LetterState.sending, new_token(), now + LEASE
        letter.tries += 1
        try:
            claim = _claim(letter, was_sent_before=was_sent_before)
        except (Refusal, Refused) as refusal:
            _close(letter, LetterState.refused, str(refusal))
            continue
        session.commit()
        return claim


def _set_aside(session: Session, letter: Letter) -> bool:
    """Closes a letter that is not to be sent now; True when it was."""
    if letter.deaths > POISON_TRIES:
        _bury(session, letter, "it stopped the worker every time")
    elif letter.state is LetterState.sending and letter.once:
        _close(letter, LetterState.unknown, NOT_TOLD)
    elif letter.alarm is not None and letter.alarm.state is not AlarmState.open:
        _close(letter, LetterState.dropped, "the alarm was seen or is over")
    elif letter.run_id is not None and not the_link(session).pushing:
        _close(letter, LetterState.held, "pushing is off")
    elif letter.run_id is not None and is_run_stopped(session, letter.run_id):
        _close(letter, LetterState.held, HELD_WHY)
    elif letter.kind is LetterKind.email and not settings_of_app().smtp_url:
        _close(letter, LetterState.held, NO_SERVER)
    elif letter.kind is LetterKind.webhook and (letter.webhook is None or not letter.webhook.is_enabled):
        _close(letter, LetterState.held, "its webhook is off")
    else:
        return False
    session.flush()
    return True


def _claim(letter: Letter, *, was_sent_before: bool) -> Claim:
    mail = call = None
    if letter.kind is LetterKind.email:
        mail = Mail(letter.to, letter.subject, letter.body, letter.message_id, letter.created_at)
    else:
        call = _call(letter)
    assert letter.token is not None  # noqa: S101  set a moment ago
    return Claim(letter.id, letter.token, letter.tries, letter.once, was_sent_before, mail, call)


def _call(letter: Letter) -> Call:
    """A rule's own body as it is, else our JSON; Slack takes the text alone."""
    webhook = letter.webhook
    assert webhook is not None  # noqa: S101  set aside otherwise
    secret = unseal(webhook.sealed_secret, settings_of_app().secret_key) if webhook.sealed_secret else ""
    raw = letter.payload.get("raw")
    if raw is not None:
        is_json = str(raw).lstrip().startswith(("{", "["))
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        return Call(webhook.url, str(raw).encode(), letter.message_id, secret, kind)
    told = {"text": _for_slack(letter)} if webhook.form is WebhookForm.slack else letter.payload
    return Call(webhook.url, json.dumps(told, ensure_ascii=False).encode(), letter.message_id, secret)


def _for_slack(letter: Letter) -> str:
    """Its text as text: to Slack, <!channel> in a rule's title would be a call to everybody, and <…|…> a link."""
    return escape(str(letter.payload.get("text", "")), quote=False)


def work(claim: Claim) -> None:
    """Brings one letter to an end, or to its next try. Never raises: what goes wrong is on the row."""
    session = db.session()
    try:
        carry_out(claim)
    except Unknown as trouble:
        log.warning("letter_unanswered", extra={"letter": claim.letter_id})
        _wait(session, claim, LetterState.unknown, str(trouble), None)
    except Unavailable as trouble:
        # With an earlier try that was not answered, it may still have arrived by that one.
        state = LetterState.unknown if claim.was_sent_before else LetterState.owed
        _wait(session, claim, state, str(trouble), trouble.retry_after)
    except Refused as refused:
        log.warning("letter_refused", extra={"letter": claim.letter_id, "status": refused.status})
        _end(session, claim, LetterState.refused, f"{refused} {refused.words}".strip())
    except Exception:
        log.exception("letter_failed", extra={"letter": claim.letter_id})
        state = LetterState.unknown if claim.tries < POISON_TRIES else LetterState.dead
        _wait(session, claim, state, FAILED, None)
    else:
        _end(session, claim, LetterState.sent, None)
        log.info("letter_sent", extra={"letter": claim.letter_id, "tries": claim.tries})


def carry_out(claim: Claim) -> None:
    """Sends it; with no transaction open."""
    settings = settings_of_app()
    if claim.call is not None:
        hook.post(claim.call, private=settings.demo)
    elif claim.mail is not None:
        smtp.send(MailServer.of(settings.smtp_url or ""), claim.mail, settings.mail_from)


def _bury(session: Session, letter: Letter, why: str) -> None:
    _close(letter, LetterState.dead, why)
    words = say(
        "보내지 못한 편지가 있습니다. 「편지함」에서 이유를 보고 다시 보내거나 버려 주세요.",
        "A letter could not be sent. See why on the page “Letters”, then send it again or drop it.",
    )
    raise_alarm(session, AlarmKind.letter_dead, words, "letters")


def _close(letter: Letter, state: LetterState, why: str | None) -> None:
    letter.state, letter.why, letter.token, letter.lease_until = state, why[:500] if why else None, None, None


def _wait(session: Session, claim: Claim, state: LetterState, why: str, retry_after: float | None) -> None:
    """Leaves it for a later try, or gives it up after too many."""
    letter = _own(session, claim)
    if letter is None:
        return
    if state is LetterState.dead or claim.tries >= OUTAGE_TRIES:
        _bury(session, letter, why if state is LetterState.dead else f"gave up after {claim.tries} tries: {why}")
    else:
        _close(letter, state, NOT_TOLD if claim.once and state is LetterState.unknown else why)
        letter.due_at = back_off(clock.now(), claim.tries, retry_after)
        _spare_the_others(session, letter)
    session.commit()


def _spare_the_others(session: Session, letter: Letter) -> None:
    """Whoever did not answer this letter would keep the next one waiting, too: all that go there wait with it."""
    session.execute(
        update(Letter)
        .where(
            Letter.kind == letter.kind,
            Letter.webhook_id == letter.webhook_id if letter.webhook_id else Letter.webhook_id.is_(None),
            Letter.state == LetterState.owed,
            Letter.due_at < letter.due_at,
        )
        .values(due_at=letter.due_at)
        .execution_options(synchronize_session=False)
    )


def _end(session: Session, claim: Claim, state: LetterState, why: str | None) -> None:
    letter = _own(session, claim)
    if letter is None:
        return
    _close(letter, state, why)
    letter.sent_at = clock.now() if state is LetterState.sent else None
    session.commit()


def _own(session: Session, claim: Claim) -> Letter | None:
    """The row, locked, as long as it is still ours."""
    wanted = select(Letter).where(
        Letter.id == claim.letter_id, Letter.token == claim.token, Letter.state == LetterState.sending
    )
    letter = session.scalars(wanted.with_for_update(of=Letter).execution_options(populate_existing=True)).first()
    if letter is None:
        session.rollback()
        log.warning("letter_fenced", extra={"letter": claim.letter_id})
    return letter
