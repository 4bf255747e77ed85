"""The demo's refunds, each asked for, decided and paid by the refund desk's own functions, at its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking, Customer
from app.demo.booking_rows import case_ref
from app.demo.cases import CASES, Case
from app.demo.history import mirrored
from app.demo.past import PastTicket, Told, past_tickets
from app.demo.sign_ins import ADMIN, AGENT, FINANCE, GLOBAL_AGENT, MANAGER, SECOND_MANAGER
from app.ledger.bearers import Bearer, Bearing, Share
from app.ledger.model import Clawback, ClawbackState
from app.people.model import User
from app.people.rights import RIGHTS
from app.refunds.bearing import lay_on
from app.refunds.both import as_kept
from app.refunds.by_hand import confirm, take, write_down
from app.refunds.model import Refund, RefundState
from app.refunds.reasons import Reason
from app.refunds.refund import approve, cancel, quote_for, reject, request_refund
from app.tickets.model import Ticket
from app.words import say

TICKET_SEED = "tickets of 20260615"
PAYING = Actor(ActorKind.system, "opsroom")
DECLINED = as_kept(say("결제사가 환불을 거절했습니다.", "The payment provider declined the refund."))
NO_ANSWER = as_kept(say("결제사의 답을 기다립니다.", "The provider has not answered yet."))
# Where neither side bears it alone.
SHARED = {
    Reason.poor_quality: Bearing((Share(Bearer.partner, 7000), Share(Bearer.platform, 3000))),
    Reason.facility_fault: Bearing((Share(Bearer.partner, 4000), Share(Bearer.insurer, 6000, "DB-2026-118204"))),
}
WHY_NOT = "정책상 환불 대상이 아님"


def the_past(session: Session, moment: datetime) -> list[PastTicket]:
    """The tickets that this office's bookings and refunds tell of."""
    bought = session.scalars(select(Booking).options(joinedload(Booking.customer)).order_by(Booking.ref)).all()
    by_ref = {booking.ref: booking for booking in bought}
    told = [_told(moment, case, by_ref[case_ref(place)]) for place, case in enumerate(CASES)]
    plain = [booking for booking in bought if booking.ref < case_ref(0)]
    people = session.scalars(select(Customer).where(Customer.zendesk_id.is_not(None)).order_by(Customer.zendesk_id))
    return past_tickets(Random(TICKET_SEED), moment, plain, people.all(), told)


def mirror_the_past(session: Session, moment: datetime) -> int:
    """The mirror's rows of every ticket of the past, with its conversation. Does not commit."""
    booked = {booking.ref: booking for booking in session.scalars(select(Booking))}
    past = the_past(session, moment)
    session.add_all(mirrored(ticket, booked.get(ticket.booking or ""), moment) for ticket in past)
    session.flush()
    return len(past)


def refunds(session: Session, moment: datetime, users: Mapping[str, User]) -> int:
    """On the tickets that asked for them. Does not commit."""
    asked = select(Ticket).join(Ticket.booking).where(Booking.ref >= case_ref(0)).options(joinedload(Ticket.booking))
    tickets = {ticket.booking.ref: ticket for ticket in session.scalars(asked) if ticket.booking}
    payers = users[ADMIN.key], users[FINANCE.key]
    for place, case in enumerate(CASES):
        booking = session.scalars(select(Booking).where(Booking.ref == case_ref(place))).one()
        ticket = tickets[booking.ref]
        asker = users[(GLOBAL_AGENT if case.language == "en" else AGENT).key]
        decider = users[(MANAGER if place % 2 else SECOND_MANAGER).key]
        deciders = (decider, users[FINANCE.key])
        _go_through(session, _told(moment, case, booking), (asker, *deciders), payers, ticket)
    session.flush()
    _end_clawbacks(session, users)
    return len(CASES)


def _end_clawbacks(session: Session, users: Mapping[str, User]) -> None:
    """The oldest was deducted from a payout, the next one let go; the rest is still owed."""
    ends = (
        (FINANCE, ClawbackState.settled, "지난달 정산에서 차감"),
        (MANAGER, ClawbackState.waived, "태풍 다음 날이라 지각을 파트너 책임으로 보지 않음"),
    )
    for clawback, (person, state, why) in zip(
        session.scalars(select(Clawback).order_by(Clawback.owed_at).limit(len(ends))), ends, strict=False
    ):
        with clock.stopped(clawback.owed_at + timedelta(days=6)), acting_as(_person(users[person.key])):
            clawback.move_to(state, why)
            session.flush()


def _told(moment: datetime, case: Case, booking: Booking) -> Told:
    asked_at = case.asked_at(moment)
    quoted = quote_for(booking, case.reason, asked_at, case.extent)
    waits = timedelta(hours=min(20, max(case.hours_ago // 3, 1)))
    return Told(case, booking, quoted.amount_minor + case.more_minor, asked_at, asked_at + waits)


def _go_through(
    session: Session, told: Told, people: tuple[User, User, User], payers: tuple[User, User], ticket: Ticket
) -> None:
    """The third of the people approves where the table of authority asks for two."""
    case = told.case
    asker, first, second = people
    with clock.stopped(told.asked_at), acting_as(_person(asker)):
        refund = request_refund(
            session,
            told.booking,
            case.reason,
            at=told.asked_at,
            by_user=asker,
            amount_minor=told.amount_minor,
            extent=case.extent,
            ticket=ticket,
            note=case.note,
        )
        session.flush()
        if case.reason in SHARED and told.booking.partner_id is not None:
            lay_on(refund, SHARED[case.reason])
            session.flush()
    with clock.stopped(told.decided_at), acting_as(_person(first)):
        if case.state is RefundState.rejected:
            reject(refund, WHY_NOT)
        elif case.state is RefundState.cancelled:
            cancel(refund, case.note)
        elif case.state is not RefundState.requested or case.approved_once:
            approve(refund, case.approved_once)
        session.flush()
    if refund.state is RefundState.requested is not case.state:
        with clock.stopped(told.decided_at + timedelta(minutes=11)), acting_as(_person(second)):
            approve(refund)
            session.flush()
    if case.gateway == "manual":
        _by_hand(session, refund, told, payers)
        return
    with clock.stopped(told.decided_at + timedelta(minutes=12)), acting_as(PAYING):
        _pay(refund, case.state)
        session.flush()


def _by_hand(session: Session, refund: Refund, told: Told, payers: tuple[User, User]) -> None:
    """Paid by bank transfer: one of finance has written it down, and where it is over, the other has confirmed it. What
    is only approved waits for somebody to take it.
    """
    writes, confirms = payers
    written_at = told.decided_at + timedelta(hours=2)
    if refund.state is not RefundState.approved or told.case.state is RefundState.approved:
        return
    with clock.stopped(written_at), acting_as(_person(writes)):
        take(refund, provider_pays=False, stopped=None)
        reference = f"이체 {written_at:%y%m%d}-{refund.ref[-4:]}"
        write_down(refund, paid=True, reference=reference, provider_pays=False)
        session.flush()
    if told.case.state is not RefundState.paid:
        return
    with clock.stopped(written_at + timedelta(minutes=25)), acting_as(_person(confirms)):
        confirm(refund, provider_pays=False)
        refund.told_at = clock.now() + timedelta(minutes=1)
        session.flush()


def _pay(refund: Refund, state: RefundState) -> None:
    """To where the case has come; what the provider knows of it is written into its books afterwards."""
    if refund.state is RefundState.approved:
        for step in _PAYING[state]:
            refund.move_to(step, {RefundState.failed: DECLINED, RefundState.unknown: NO_ANSWER}.get(step, ""))
        refund.tries = 1
    if state is RefundState.paid:
        refund.paid_at = clock.now()
    if state is RefundState.failed:
        refund.failure = DECLINED
    if state is RefundState.unknown:
        refund.failure = NO_ANSWER
    if state in {RefundState.paid, RefundState.failed, RefundState.rejected}:
        refund.told_at = clock.now() + timedelta(minutes=5)


_PAYING: Mapping[RefundState, Sequence[RefundState]] = {
    RefundState.paid: (RefundState.paying, RefundState.paid),
    RefundState.failed: (RefundState.paying, RefundState.failed),
    RefundState.unknown: (RefundState.paying, RefundState.unknown),
}


def _person(user: User) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])
