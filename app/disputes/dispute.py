"""What people do with a dispute before it is decided: open it, hear the sides, and lay evidence before it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from app import clock
from app.actor import acting
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.desk.shown import money, when
from app.desk.states import named
from app.disputes import clocks
from app.disputes.entries import LONGEST, DisputeEntry, write
from app.disputes.files import keep
from app.disputes.late import late_no_more
from app.disputes.model import Dispute, DisputeMove, DisputeSeat, DisputeState, Seat
from app.disputes.notices import tell, tell_again
from app.disputes.sides import PARTIES, DisputeKind, EntryKind, Side
from app.disputes.texts import ASK, by_when
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.refunds.model import Refund
from app.tickets.model import Comment, Ticket
from app.words import Words, say, spoken

BROUGHT = (EntryKind.statement, EntryKind.message)


def open_dispute(
    session: Session,
    booking: Booking,
    kind: DisputeKind,
    summary: str,
    customer_ticket: Ticket | None = None,
    partner_ticket: Ticket | None = None,
) -> Dispute:
    """A new dispute, ours to begin with. Refuses a booking without a partner, and one that has an open dispute."""
    acting().must("disputes.edit")
    if booking.partner_id is None:
        words = say(
            "{ref}에 파트너가 없어 양쪽의 분쟁을 열 수 없습니다. 예약에 파트너를 정해 주세요.",
            "{ref} has no partner, so there are no two sides. Set the partner in the booking.",
        )
        raise Refusal(words.fill(ref=booking.ref), field="booking")
    if not summary.strip():
        raise Refusal(say("무엇에 대한 분쟁인지 적어 주세요.", "Say what it is about."), field="summary")
    _check_tickets(customer_ticket, partner_ticket)
    one_at_a_time(session, "disputes.ref")
    there = session.scalar(select(Dispute).where(Dispute.open_key == booking.id))
    if there is not None:
        words = say("{booking}에는 이미 열린 분쟁 {ref}이(가) 있습니다.", "{booking} has an open dispute: {ref}.")
        raise Refusal(words.fill(booking=booking.ref, ref=there.ref), field="booking")
    now = clock.now()
    dispute = Dispute(
        ref=f"D-{(session.scalar(select(func.max(Dispute.id))) or 0) + 1:06d}",
        booking=booking,
        partner_id=booking.partner_id,
        customer_ticket=customer_ticket,
        partner_ticket=partner_ticket,
        kind=kind,
        state=DisputeState.opened,
        summary=summary.strip(),
        open_key=booking.id,
        opened_by_id=acting().id,
        opened_at=now,
    )
    dispute.moves.append(DisputeMove(was=None, now=DisputeState.opened, by=acting().name[:120], at=now))
    session.add(dispute)
    session.flush()
    for ticket in (customer_ticket, partner_ticket):
        if ticket is not None and ticket.booking_id is None:
            ticket.booking = booking
    clocks.start(session, dispute, Side.us, clocks.OUR_HOURS)
    return dispute


def lock(dispute: Dispute, *, seen: str | None = None) -> Session:
    """The row as it is now, with everyone else held back from it until this transaction ends. `seen`: the version that
    somebody decides upon; refuses when it is no longer that.
    """
    session = object_session(dispute)
    if session is None:
        raise ValueError("the dispute is not in a session")
    session.flush()
    session.refresh(dispute, with_for_update={"of": Dispute})
    if seen is not None and seen != str(dispute.version):
        words = say(
            "그사이 {ref}이(가) 바뀌었습니다. 지금 내용을 보고 다시 정해 주세요.",
            "{ref} has changed meanwhile. See it as it is now, and decide again.",
        )
        raise ChangedMeanwhile(words.fill(ref=dispute.ref))
    return session


def take_seat(session: Session, dispute: Dispute, seat: Seat) -> None:
    """Whoever acts has this seat from now on. Refuses one who has the other: who talks with a side does not rule."""
    person = acting().id
    if person is None:
        return
    mine = session.scalar(
        select(DisputeSeat).where(DisputeSeat.dispute_id == dispute.id, DisputeSeat.user_id == person)
    )
    if mine is None:
        session.add(DisputeSeat(dispute=dispute, user_id=person, seat=seat, at=clock.now()))
        session.flush()
    elif mine.seat is not seat:
        raise Forbidden(_OTHER_SEAT[mine.seat].fill(name=acting().name, ref=dispute.ref))


_OTHER_SEAT = {
    Seat.talks: say(
        "{name} 님은 {ref}에서 당사자와 이야기한 사람이라 결정할 수 없습니다. 다른 사람이 결정해야 합니다.",
        "{name} has spoken with the sides of {ref} and cannot rule on it. Another person must.",
    ),
    Seat.rules: say(
        "{name} 님은 {ref}을(를) 결정한 사람이라 당사자와 이야기할 수 없습니다. 다른 사람에게 맡겨 주세요.",
        "{name} has ruled on {ref} and cannot speak with its sides. Ask somebody else to.",
    ),
}


def hear(dispute: Dispute, asked: Words, hours: int, sides: tuple[Side, ...] = PARTIES) -> None:
    """Asks these sides for their account on their tickets, in their language, and starts their clocks."""
    session = lock(dispute)
    if not sides:
        raise Refusal(say("누구에게 물을지 골라 주세요.", "Choose whom to ask."), field="sides")
    if not asked.ko.strip() or not asked.en.strip():
        words = say("물을 말을 한국어와 영어로 적어 주세요.", "Write what is asked in Korean and in English.")
        raise Refusal(words, field="asked")
    if dispute.state is not DisputeState.hearing:
        dispute.move_to(DisputeState.hearing)
    acting().must("disputes.edit")
    take_seat(session, dispute, Seat.talks)
    clocks.stop(dispute, Side.us)
    late_no_more(session, dispute)
    for side in sides:
        due = clocks.start(session, dispute, side, hours).due_at
        words = ASK.fill(booking=dispute.booking.ref, ref=dispute.ref, asked=asked, due=by_when(due))
        tell(session, dispute, side, words)
    write(session, dispute, Side.us, EntryKind.asked, asked)


def bring(dispute: Dispute, side: Side, kind: EntryKind, text: str) -> DisputeEntry:
    """What a side says, or a message it wrote, as whoever talks with it writes it down."""
    if kind not in BROUGHT:
        raise Refusal(say("진술이나 메시지로 골라 주세요.", "Choose a statement or a message."), field="kind")
    if not text.strip():
        raise Refusal(say("내용을 적어 주세요.", "Write what was said."), field="text")
    session = _added_to(dispute, side)
    entry = write(session, dispute, side, kind, say(text.strip(), text.strip()))
    return _heard(session, dispute, entry)


def bring_file(dispute: Dispute, side: Side, name: str, content: bytes, told: str = "") -> DisputeEntry:
    """A photo or a document; see app/disputes/files.py for what is taken."""
    session = _added_to(dispute, side)
    kept = keep(name, content)
    entry = write(
        session, dispute, side, EntryKind.file, say(told.strip(), told.strip()),
        file_name=kept.name, file_type=kept.type, file_bytes=kept.bytes, sha256=kept.sha256,
    )  # fmt: skip
    return _heard(session, dispute, entry)


def bring_comment(dispute: Dispute, comment: Comment) -> DisputeEntry:
    """A comment of one of the two tickets, as far as a row holds it; see `side_of`. Refuses others, and one that was
    brought.
    """
    side = side_of(dispute, comment)
    if side is None:
        raise Refusal(
            say("이 분쟁의 티켓에 있는 댓글이 아닙니다.", "It is on none of the two tickets."), field="comment"
        )
    session = _added_to(dispute, side)
    if any(one.comment_id == comment.id for one in dispute.entries):
        raise Refusal(say("이미 올린 댓글입니다.", "This comment was brought before."), field="comment")
    body = comment.body if len(comment.body) <= LONGEST else f"{comment.body[: LONGEST - 1]}…"
    entry = write(session, dispute, side, EntryKind.comment, say(body, body), comment_id=comment.id)
    return _heard(session, dispute, entry)


def side_of(dispute: Dispute, comment: Comment) -> Side | None:
    """Whose word it is: the side's if its ticket's requester wrote it for all to read, else ours. None for a comment of
    another ticket.
    """
    sides = {dispute.customer_ticket_id: Side.customer, dispute.partner_ticket_id: Side.partner}
    side = sides.get(comment.ticket_id)
    ticket = dispute.customer_ticket if side is Side.customer else dispute.partner_ticket
    if side is None or ticket is None:
        return None
    is_theirs = comment.is_public and comment.author_id is not None and comment.author_id == ticket.requester_id
    return side if is_theirs else Side.us


def bring_refund(dispute: Dispute, refund: Refund) -> DisputeEntry:
    """A refund of the booking, as it stands now."""
    if refund.booking_id != dispute.booking_id:
        raise Refusal(say("이 예약의 환불이 아닙니다.", "It is no refund of this booking."), field="refund")
    session = _added_to(dispute, Side.us)
    state, amount = named(refund.state).words, money(refund.amount_minor, refund.currency)
    words = say("환불 {ref} · {amount} · {state}", "Refund {ref} · {amount} · {state}")
    told = words.fill(ref=refund.ref, amount=amount, state=state)
    return write(session, dispute, Side.us, EntryKind.refund, told, refund_id=refund.id)


def bring_booking(dispute: Dispute, fact: str) -> DisputeEntry:
    """One of `booking_facts`, as it stands now."""
    facts = booking_facts(dispute.booking)
    if fact not in facts:
        raise Refusal(say("예약의 사실을 골라 주세요.", "Choose a fact of the booking."), field="fact")
    return write(_added_to(dispute, Side.us), dispute, Side.us, EntryKind.booking, facts[fact])


def booking_facts(booking: Booking) -> dict[str, Words]:
    """What the booking itself tells, by name, in both languages."""
    version = booking.policy_version
    money_of = {
        "paid": (say("결제 금액", "Paid"), booking.paid_minor),
        "held": (say("환불·예정 금액", "Refunded or held"), booking.held_minor),
    }
    times = {
        "starts": (say("시작", "Starts"), booking.starts_at),
        "ends": (say("끝", "Ends"), booking.ends_at),
        "paid_at": (say("결제 시각", "Paid at"), booking.paid_at),
    }
    facts = {"state": say("예약 상태: ", "State: ") + named(booking.state).words}
    facts |= {key: label + f": {money(minor, booking.currency)}" for key, (label, minor) in money_of.items()}
    facts |= {key: label + ": " + _told_time(at) for key, (label, at) in times.items()}
    if version is not None:
        facts["policy"] = say("적용 정책: ", "Policy: ") + say(
            f"{version.policy.name_ko} v{version.number}", f"{version.policy.name_en} v{version.number}"
        )
    return facts


def _told_time(at: object) -> Words:
    with spoken("ko"):
        korean = when(at)  # type: ignore[arg-type]
    with spoken("en"):
        return say(korean, when(at))  # type: ignore[arg-type]


def link_ticket(dispute: Dispute, side: Side, ticket: Ticket) -> None:
    """The ticket on which a side is spoken with; what could not be told for want of one is told now."""
    acting().must("disputes.edit")
    session = lock(dispute)
    customer = ticket if side is Side.customer else dispute.customer_ticket
    partner = ticket if side is Side.partner else dispute.partner_ticket
    _check_tickets(customer, partner)
    dispute.customer_ticket, dispute.partner_ticket = customer, partner
    tell_again(session, dispute, side)


def _check_tickets(customer: Ticket | None, partner: Ticket | None) -> None:
    if customer is not None and customer is partner:
        words = say("고객과 파트너의 티켓은 서로 달라야 합니다.", "The two sides need two different tickets.")
        raise Refusal(words, field="partner_ticket")


def _added_to(dispute: Dispute, side: Side) -> Session:
    """Holds the dispute for one more row. Refuses what is over; who brings a side's word has talked with it."""
    acting().must("disputes.edit")
    session = lock(dispute)
    if dispute.is_over:
        words = say(
            "{ref}은(는) 끝나서 더 올릴 수 없습니다. 새로운 것이 나왔다면 다시 열어 주세요.",
            "{ref} is over, so nothing more is added. Reopen it if something new has come up.",
        )
        raise Refusal(words.fill(ref=dispute.ref))
    if side in PARTIES:
        take_seat(session, dispute, Seat.talks)
    return session


def _heard(session: Session, dispute: Dispute, entry: DisputeEntry) -> DisputeEntry:
    """While the sides are heard, what one brings is its answer; once nobody is to answer, it is for us to weigh."""
    if dispute.state is DisputeState.hearing and entry.side in PARTIES:
        clocks.stop(dispute, entry.side, how=clocks.ClockEnd.answered)
        weigh_if_heard(session, dispute)
    return entry


def weigh_if_heard(session: Session, dispute: Dispute) -> None:
    """Nobody is to answer any more: ours, with a clock."""
    if not any(clocks.running(dispute, side) for side in PARTIES):
        dispute.move_to(DisputeState.weighing)
        clocks.start(session, dispute, Side.us, clocks.OUR_HOURS)
