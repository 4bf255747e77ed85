"""Emergencies as tickets come in and time goes on: found by a customer's words, once for each ticket; and late ones."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.disputes.emergency.again import alarm_again
from app.disputes.emergency.emergency import ANSWER_WITHIN, about, find_on
from app.disputes.emergency.first_signs import read_signs
from app.disputes.emergency.kinds import DutyRole, LogKind
from app.disputes.emergency.log import note
from app.disputes.emergency.model import DONE, OVER, Emergency, EmergencyPost, EmergencyState, SiteTask
from app.disputes.emergency.signs import find
from app.disputes.emergency.site import too_late
from app.link.model import Link
from app.outbox.outbox import owe
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser
from app.words import Words, say
from automations.apart import each

log = logging.getLogger(__name__)

TAG = "emergency"
_NOBODY = say(
    "긴급 {ref}: 호출한 지 {minutes}분이 지났는데 이끄는 사람이 없습니다. 누구든 지금 맡아 주세요.",
    "Emergency {ref}: nobody leads it {minutes} minutes after the page. Whoever reads this, take it now.",
)
_HANDED = say(
    "긴급 {ref}: 지휘를 넘긴 지 {minutes}분이 지났는데 넘겨받은 사람이 답하지 않았습니다. 누구든 지금 맡아 주세요.",
    "Emergency {ref}: whoever it was handed to has not answered in {minutes} minutes. Whoever reads this, take it now.",
)


def look(session: Session, link: Link, ticket: Ticket, fresh: Sequence[TicketEvent]) -> Emergency | None:
    """Looks for an emergency in what the customer has newly written, and pages. The caller commits.

    Asked of updates that happened since we were connected alone: what is in an old ticket is long over. What our own
    people write tells of no emergency.
    """
    if link.connected_at is None or ticket.status == "closed":
        return None
    since = link.connected_at.replace(microsecond=0)
    events = [one for one in fresh if one.created_at >= since]
    if _was_paged(session, ticket):
        _look_again(session, ticket, events)
        return None
    text = "\n".join(_texts(session, ticket, events))
    if not text.strip():
        return None
    found = find(text, read_signs(session))
    if found is None:
        return None
    emergency = find_on(session, ticket, found, text)
    if emergency is not None:
        _mark(session, ticket, emergency)
        log.warning("emergency_found", extra={"ticket": ticket.zendesk_id, "emergency": emergency.id})
    return emergency


def _look_again(session: Session, ticket: Ticket, events: Sequence[TicketEvent]) -> None:
    """After an emergency that is over, people hear of each comment that tells of one; while it goes on they read it."""
    comments = _comments(session, ticket, events)
    if not comments or session.scalar(select(exists().where(Emergency.open_key == ticket.id))):
        return
    signs = read_signs(session)
    for comment in comments:
        if find(comment.body, signs) is not None and alarm_again(session, ticket, comment):
            log.warning("emergency_again", extra={"ticket": ticket.zendesk_id, "comment": comment.zendesk_id})


def _mark(session: Session, ticket: Ticket, emergency: Emergency) -> None:
    """Urgent in Zendesk and tagged, so that routing's lane of emergencies (app/routing) serves it first."""
    change = {"priority": "urgent", "additional_tags": [TAG]}
    owe(
        session, ticket=ticket, change=change, before={"priority": ticket.priority}, origin=f"emergency:{emergency.ref}"
    )


def watch(session: Session) -> None:
    """Alarms people of pages that nobody answered, also after a hand-over, and of tasks on site that are late; each
    once, each committed. One that fails keeps nobody from hearing of the others.
    """
    before = clock.now() - ANSWER_WITHIN
    unanswered = and_(
        Emergency.state == EmergencyState.paged, Emergency.late_at.is_(None), Emergency.opened_at <= before
    )
    _alarmed(session, unanswered, _NOBODY)
    handed = and_(
        EmergencyPost.role == DutyRole.lead,
        *(EmergencyPost.ended_at.is_(None), EmergencyPost.taken_at.is_(None), EmergencyPost.late_at.is_(None)),
        EmergencyPost.paged_at <= before,
    )
    _alarmed(session, and_(Emergency.state.not_in(OVER), Emergency.posts.any(handed)), _HANDED)
    late = select(SiteTask.id).where(
        SiteTask.state.not_in(DONE), SiteTask.late_at.is_(None), SiteTask.due_at <= clock.now()
    )
    ids = session.scalars(late.order_by(SiteTask.id)).all()
    session.rollback()
    each(session, ids, lambda one: too_late(session, session.get_one(SiteTask, one)), "site_watch_failed")


def _alarmed(session: Session, which: ColumnElement[bool], said: Words) -> None:
    ids = session.scalars(select(Emergency.id).where(which).order_by(Emergency.id)).all()
    session.rollback()

    def alarm(one: int) -> None:
        asked = select(Emergency).where(Emergency.id == one, which).with_for_update(skip_locked=True, of=Emergency)
        emergency = session.scalars(asked).first()
        if emergency is not None:
            if emergency.state is EmergencyState.paged:
                emergency.late_at = clock.now()
            _unanswered(session, emergency, said)

    each(session, ids, alarm, "emergency_watch_failed")


def _unanswered(session: Session, emergency: Emergency, said: Words) -> None:
    words = said.fill(ref=emergency.ref, minutes=int(ANSWER_WITHIN.total_seconds() // 60))
    post = emergency.post_of(DutyRole.lead)
    if post is not None:
        post.late_at = clock.now()
    raise_alarm(session, AlarmKind.emergency_late, words, about(emergency))
    note(session, emergency, LogKind.late, words)


def _was_paged(session: Session, ticket: Ticket) -> bool:
    """Also by one that is over. Spares the look; what decides is the one statement of find_on."""
    return bool(session.scalar(select(exists().where(Emergency.ticket_id == ticket.id))))


def _texts(session: Session, ticket: Ticket, events: Sequence[TicketEvent]) -> Iterator[str]:
    comments = _comments(session, ticket, events)
    if comments and any(one.is_creation for one in events):
        yield ticket.subject or ""
    yield from (one.body for one in comments)


def _comments(session: Session, ticket: Ticket, events: Sequence[TicketEvent]) -> Sequence[Comment]:
    """Those that came from outside."""
    ids = [one.comment_id for one in events if one.comment_id is not None]
    if not ids:
        return []
    # Whoever submitted a ticket wrote its first comment, whatever came in for them.
    first = [one.comment_id for one in events if one.is_creation and ticket.submitter_id == ticket.requester_id]
    outside = or_(
        Comment.author_id == ticket.requester_id,
        Comment.author.has(ZendeskUser.role == "end-user"),
        Comment.zendesk_id.in_([one for one in first if one is not None]),
    )
    rows = select(Comment).where(Comment.zendesk_id.in_(ids), Comment.is_public, outside)
    return session.scalars(rows.order_by(Comment.zendesk_id)).all()
