"""Everything that happened around bookings, in order: one list of moments that can be narrowed by kind.

Read in a fixed number of queries for any number of bookings. What somebody may not see elsewhere they do not see here:
rooms further up the house are not imported, their screens are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.audit.model import AuditEntry
from app.bookings.around import Around, screen_of
from app.bookings.happenings import BookingEvent, Happening
from app.bookings.model import Booking, BookingState
from app.desk.states import named
from app.money import shown
from app.partners.model import Partner
from app.words import Words, say

MOST_EVENTS = 1000


class MomentKind(StrEnum):
    booking = "booking"
    visit = "visit"
    ticket = "ticket"
    refund = "refund"
    contact = "contact"
    partner = "partner"


ICONS = {
    MomentKind.booking: "calendar-days",
    MomentKind.visit: "map-pin",
    MomentKind.ticket: "ticket",
    MomentKind.refund: "banknote",
    MomentKind.contact: "phone",
    MomentKind.partner: "handshake",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """`endpoint` and `id` lead to the record; `who` is who did or says it; `tone` "bad" stands out."""

    at: datetime
    kind: MomentKind
    words: Words
    endpoint: str = ""
    id: int = 0
    who: str = ""
    more: str = ""
    tone: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True, slots=True)
class Read:
    """What a timeline is made of, as it was read."""

    bookings: Sequence[Booking]
    tickets: Sequence[Any]
    refunds: Sequence[Any]
    goodwills: Sequence[Any]
    events: Sequence[BookingEvent]
    entries: Sequence[AuditEntry]
    partners: dict[int, str]


def read(session: Session, around: Around) -> Read:
    ids = [booking.id for booking in around.bookings]
    _bring_along(session, around)
    events = session.scalars(
        select(BookingEvent).where(BookingEvent.booking_id.in_(ids)).order_by(BookingEvent.at).limit(MOST_EVENTS)
    ).all()
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == "bookings", AuditEntry.subject_id.in_(ids), AuditEntry.verb == "update")
        .order_by(AuditEntry.id)
        .limit(MOST_EVENTS)
    ).all()
    partners = _partners(events, entries)
    return Read(around.bookings, around.tickets, around.refunds, around.goodwills, events, entries, partners)


def _bring_along(session: Session, around: Around) -> None:
    """The comments of all tickets (who and when, never a text) and the moves of all refunds: a query each."""
    if around.tickets:
        model = type(around.tickets[0])
        comment = model.comments.property.mapper.class_
        told = (comment.ticket_id, comment.author_id, comment.is_public, comment.created_at)
        _again(session, model, around.tickets, selectinload(model.comments).load_only(*told))
    if around.refunds:
        model = type(around.refunds[0])
        _again(session, model, around.refunds, selectinload(model.moves))


def _again(session: Session, model: Any, rows: Sequence[Any], option: Any) -> None:
    """Rows that are here already get what `option` asks for."""
    asked = select(model).where(model.id.in_([row.id for row in rows])).options(option)
    session.scalars(asked.execution_options(populate_existing=True)).all()


def _partners(events: Sequence[BookingEvent], entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Names, of those that may be seen on their own screen."""
    ids = {event.partner_id for event in events}
    ids |= {number for entry in entries for number in entry.changes.get("partner_id", ())}
    screen = screen_of("partners")
    if screen is None or not ids - {None}:
        return {}
    return {one.id: one.name for one in screen.seen().filter(Partner.id.in_(ids - {None}))}


def moments(found: Read) -> list[Moment]:
    """Newest first."""
    told: list[Moment] = []
    for tell in (_of_bookings, _of_entries, _of_events, _of_tickets, _of_refunds, _of_goodwills):
        told.extend(tell(found))
    return sorted(told, key=lambda moment: moment.at)[::-1]


def _of_bookings(found: Read) -> Iterator[Moment]:
    for booking in found.bookings:
        facts = {"ref": booking.ref, "product": named(booking.product).words,
                 "paid": shown(booking.paid_minor, booking.currency)}  # fmt: skip
        for at, words in (
            (booking.created_at, say("{ref} 예약 ({product})", "{ref} booked ({product})")),
            (booking.paid_at, say("{ref} {paid} 결제", "{ref}: {paid} paid")),
            (booking.starts_at, say("{ref} 시작 예정", "{ref} is to start")),
            (booking.ends_at, say("{ref} 끝 예정", "{ref} is to end")),
        ):
            yield Moment(at, MomentKind.booking, words.fill(**facts), "bookings.details_view", booking.id)


def _of_entries(found: Read) -> Iterator[Moment]:
    """A booking's state and partner move by nothing but their records in the audit."""
    refs = {booking.id: booking.ref for booking in found.bookings}
    for entry in found.entries:
        ref, number = refs[entry.subject_id or 0], entry.subject_id or 0
        if "state" in entry.changes:
            state = BookingState(entry.changes["state"][1])
            words = say("{ref}: {state}", "{ref}: {state}").fill(ref=ref, state=named(state).words)
            tone = "bad" if state is BookingState.cancelled else ""
            yield Moment(
                entry.at, MomentKind.booking, words, "bookings.details_view", number, entry.actor_name, tone=tone
            )
        if "partner_id" in entry.changes:
            was, now = (_partner(found, one) for one in entry.changes["partner_id"])
            words = say("{ref} 파트너: {was} → {now}", "{ref}, partner: {was} → {now}").fill(ref=ref, was=was, now=now)
            yield Moment(entry.at, MomentKind.partner, words, "bookings.details_view", number, entry.actor_name)


def _partner(found: Read, number: int | None) -> Words:
    if number is None:
        return say("없음", "none")
    name = found.partners.get(number)
    return say(name, name) if name else say("다른 파트너", "another partner")


LATE = say(" ({minutes}분 늦음)", " ({minutes} min late)")


def _of_events(found: Read) -> Iterator[Moment]:
    bookings = {booking.id: booking for booking in found.bookings}
    for event in found.events:
        booking = bookings[event.booking_id]
        words = say("{ref} {what}", "{ref}: {what}").fill(ref=booking.ref, what=named(event.kind).words)
        late = _late(booking, event)
        if event.visit > 1:
            words += say(" · {number}번째 방문", " · visit {number}").fill(number=event.visit)
        if late:
            words += LATE.fill(minutes=late)
        is_bad = bool(late) or event.kind in {Happening.partner_no_show, Happening.customer_no_show}
        kind = MomentKind.contact if event.kind is Happening.contacted else MomentKind.visit
        who = found.partners.get(event.partner_id or 0, "") if kind is MomentKind.visit else ""
        yield Moment(
            event.at,
            kind,
            words,
            "bookings.details_view",
            booking.id,
            " · ".join(one for one in (who, event.channel, event.by) if one),
            event.note,
            "bad" if is_bad else "",
        )


def _late(booking: Booking, event: BookingEvent) -> int:
    planned = event.planned_at or (booking.starts_at if event.visit == 1 else None)
    if event.kind is not Happening.arrived or planned is None:
        return 0
    return max(0, int((event.at - planned).total_seconds() // 60))


def _of_tickets(found: Read) -> Iterator[Moment]:
    for ticket in found.tickets:
        words = say("티켓 {ticket}: {subject}", "Ticket {ticket}: {subject}")
        told = words.fill(ticket=str(ticket), subject=ticket.subject or "")
        yield Moment(ticket.created_at, MomentKind.ticket, told, "tickets.details_view", ticket.id, ticket.channel)
        for comment in ticket.comments:
            if not comment.is_public or comment.created_at <= ticket.created_at:
                continue
            is_theirs = comment.author_id == ticket.requester_id
            said = say("{ticket} 고객의 글", "{ticket}: the customer wrote") if is_theirs else say(
                "{ticket}에 답변", "{ticket} was answered"
            )  # fmt: skip
            yield Moment(
                comment.created_at, MomentKind.ticket, said.fill(ticket=str(ticket)), "tickets.details_view", ticket.id
            )


def _of_refunds(found: Read) -> Iterator[Moment]:
    for refund in found.refunds:
        amount, quoted = (shown(minor, refund.currency) for minor in (refund.amount_minor, refund.quoted_minor))
        asked = say("{ref} 계산: 정책대로 {quoted} ({reason})", "{ref} quoted: {quoted} by the policy ({reason})")
        facts = {"ref": refund.ref, "amount": amount, "quoted": quoted, "reason": named(refund.reason).words}
        yield Moment(
            refund.requested_at, MomentKind.refund, asked.fill(**facts), "refunds.details_view", refund.id
        )  # fmt: skip
        for move in refund.moves:
            words = say("환불 {ref} {amount}: {state}", "Refund {ref}, {amount}: {state}")
            told = words.fill(**facts, state=named(move.now).words)
            tone = "bad" if move.now.value in {"failed", "rejected"} else ""
            yield Moment(move.at, MomentKind.refund, told, "refunds.details_view", refund.id, move.by, move.why, tone)


def _of_goodwills(found: Read) -> Iterator[Moment]:
    words = say("보상 {ref} {name}: {state}", "Goodwill {ref}, {name}: {state}")
    for one in found.goodwills:
        told = words.fill(ref=one.ref, name=one.words, state=named(one.state).words)
        yield Moment(one.given_at, MomentKind.refund, told, "goodwill.details_view", one.id)
