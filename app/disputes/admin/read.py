"""What the page of a dispute shows, and what its forms say."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeVar

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.desk.fields import id_in
from app.disputes import clocks
from app.disputes.admin.posted import text
from app.disputes.dispute import booking_facts, side_of
from app.disputes.entries import DisputeEntry
from app.disputes.model import OVER, Dispute, DisputeSeat, DisputeState
from app.disputes.offers import AnswerKind, Proposal, Remedy, Ruling
from app.disputes.sides import PARTIES, EntryKind, Side
from app.disputes.texts import DEFAULT_ASK
from app.errors import Refusal
from app.money import read_amount
from app.refunds.model import Refund
from app.tickets.model import Comment, Ticket
from app.tickets.scope import seen_ticket
from app.words import say

Choice = TypeVar("Choice", bound=StrEnum)
MOST_COMMENTS = 60


def page_of(session: Session, dispute: Dispute) -> dict[str, Any]:
    """Everything on it, in a fixed number of queries."""
    entries = session.scalars(
        select(DisputeEntry)
        .where(DisputeEntry.dispute_id == dispute.id)
        .options(joinedload(DisputeEntry.refund), joinedload(DisputeEntry.comment).joinedload(Comment.ticket))
        .order_by(DisputeEntry.number)
    ).all()
    proposals = session.scalars(
        select(Proposal)
        .where(Proposal.dispute_id == dispute.id)
        .options(selectinload(Proposal.answers), joinedload(Proposal.by))
        .order_by(Proposal.number)
    ).all()
    brought = {one.comment_id for one in entries}
    refunds = session.scalars(select(Refund).where(Refund.booking_id == dispute.booking_id).order_by(Refund.id)).all()
    open_one = next((one for one in proposals if one.ended is None), None)
    return {
        "dispute": dispute,
        "entries": entries,
        "proposals": proposals,
        "proposal": open_one,
        "unanswered": [side for side in PARTIES if open_one is not None and open_one.answer_of(side) is None],
        "rulings": session.scalars(
            select(Ruling)
            .where(Ruling.dispute_id == dispute.id)
            .options(joinedload(Ruling.by), joinedload(Ruling.refund))
            .order_by(Ruling.id)
        ).all(),
        "seats": session.scalars(
            select(DisputeSeat)
            .where(DisputeSeat.dispute_id == dispute.id)
            .options(joinedload(DisputeSeat.user))
            .order_by(DisputeSeat.id)
        ).all(),
        "comments": [one for one in comments_of(session, dispute) if one.id not in brought],
        "side_of": lambda comment: side_of(dispute, comment),
        "facts": booking_facts(dispute.booking),
        "refunds": refunds,
        "running": {side: clocks.running(dispute, side) for side in Side},
        "parties": PARTIES,
        "tickets": {Side.customer: dispute.customer_ticket, Side.partner: dispute.partner_ticket},
        "states": DisputeState,
        "is_over": dispute.state in OVER,
        "kinds": (EntryKind.statement, EntryKind.message),
        "answers": list(AnswerKind),
        "asked": DEFAULT_ASK,
        "hours": clocks.HOURS,
    }


def comments_of(session: Session, dispute: Dispute) -> Sequence[Comment]:
    """The newest of both tickets."""
    tickets = [one for one in (dispute.customer_ticket_id, dispute.partner_ticket_id) if one is not None]
    if not tickets:
        return []
    rows = select(Comment).where(Comment.ticket_id.in_(tickets)).options(joinedload(Comment.author))
    return session.scalars(rows.order_by(Comment.zendesk_id.desc()).limit(MOST_COMMENTS)).all()


def remedy_of(dispute: Dispute) -> Remedy:
    """The amounts of the form, as people write them; an empty one is nothing."""
    currency = dispute.booking.currency
    read = {name: read_amount(text(name) or "0", currency, field=name) for name in ("refund", "partner", "insurer")}
    return Remedy(read["refund"], read["partner"], read["insurer"], re_clean="re_clean" in request.form)


def choice_of(choices: type[Choice], name: str) -> Choice:
    """Refuses in words what is none of them."""
    try:
        return choices(text(name))
    except ValueError:
        raise Refusal(say("하나를 골라 주세요.", "Choose one."), field=name) from None


def ticket_of(session: Session, name: str) -> Ticket:
    """The ticket of this number in Zendesk, among those that one may see."""
    typed = id_in(text(name).removeprefix("#"))
    found = seen_ticket(session, typed) if typed is not None else None
    if found is None:
        raise Refusal(say("그 번호의 티켓이 없습니다.", "There is no ticket of that number."), field=name)
    return found
