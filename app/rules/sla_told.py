"""A ticket's next promise, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import db
from app.rules.facts_of import facts_at, read_record
from app.rules.sla import OVER, Due, Metric, last_breach, next_breach
from app.tickets.model import Ticket
from app.tickets.sla import ZendeskSlaPolicy
from app.words import Words, say

METRICS: dict[Metric, Words] = {
    Metric.first_reply_time: say("첫 답변", "First reply"),
    Metric.next_reply_time: say("다음 답변", "Next reply"),
    Metric.requester_wait_time: say("고객이 기다린 시간", "Requester wait"),
    Metric.agent_work_time: say("상담 시간", "Agent work"),
    Metric.total_resolution_time: say("해결", "Resolution"),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """`missed`: it was not kept in time; else it is what comes next."""

    metric: Words
    policy: str
    due_at: datetime
    missed: bool


def promise_of(ticket: Ticket) -> list[Promise]:
    """The next target and the one that was missed last, for a ticket that is not over; empty without a policy. What a
    template asks: see app/site.py.
    """
    session = db.session()
    if ticket.status in OVER or not _has_policies(session):
        return []
    record, now = read_record(session, ticket), clock.now()
    found = record.promises.of(facts_at(record, None), record.events, now)
    coming, missed = next_breach(found, now), last_breach(found, now)
    return [
        *([_told(coming, missed=False)] if coming else []),
        *([_told(missed, missed=True)] if missed else []),
    ]


def _has_policies(session: Session) -> bool:
    return session.scalar(select(ZendeskSlaPolicy.zendesk_id).limit(1)) is not None


def _told(due: Due, *, missed: bool) -> Promise:
    return Promise(METRICS[due.metric], due.policy, due.due_at, missed)
