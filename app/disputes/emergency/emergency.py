"""What is done in an emergency: it is opened and people are paged; roles are taken and handed over; it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, object_session

from app import clock
from app.actor import ActorKind, acting
from app.alarms.alarm import alarm_over, raise_alarm
from app.alarms.kinds import AlarmKind
from app.alarms.letters import Aim, Content, owe_letter
from app.audit.trail import record
from app.bookings.model import Booking
from app.db import one_at_a_time
from app.desk.states import named
from app.disputes.emergency.again import looked_at_again
from app.disputes.emergency.duty import may_have, on_duty
from app.disputes.emergency.kinds import DutyRole, EmergencyKind, LogKind
from app.disputes.emergency.log import note
from app.disputes.emergency.model import Emergency, EmergencyMove, EmergencyPost, EmergencyState
from app.disputes.emergency.playbook import fitting
from app.disputes.emergency.signs import Found
from app.disputes.emergency.words import CARDS, PAGE, letter_of
from app.errors import Refusal
from app.people.model import User
from app.resident_number import NOT_KEPT, holds_resident_number, without_resident_numbers
from app.tickets.model import Ticket
from app.words import Words, say

ANSWER_WITHIN = timedelta(minutes=5)


def find_on(session: Session, ticket: Ticket, found: Found, text: str) -> Emergency | None:
    """An emergency that words of the ticket tell of, and the page; None where one of the ticket goes on. One statement
    decides that, so two that look at once page once.
    """
    about = {"sign": found.name, "words": list(found.words)}
    emergency = _claimed(session, ticket, found.kind, _short(without_resident_numbers(text)), about)
    if emergency is None:
        return None
    words = ", ".join(found.words)
    told = say("티켓 #{ticket}에서 「{words}」을(를) 찾았습니다.", "Ticket #{ticket} says “{words}”.")
    note(session, emergency, LogKind.found, told.fill(ticket=ticket.zendesk_id, words=words))
    _page(session, emergency)
    return emergency


def open_by_hand(
    session: Session, kind: EmergencyKind, summary: str, ticket: Ticket | None = None, booking: Booking | None = None,
    city: str | None = None,
) -> Emergency:  # fmt: skip
    """Somebody says that it is one: as after a call. Refuses a ticket of which one goes on."""
    acting().must("emergencies.edit")
    if not summary.strip():
        raise Refusal(say("무슨 일인지 적어 주세요.", "Say what has happened."), field="summary")
    if holds_resident_number(summary):
        raise Refusal(NOT_KEPT, field="summary")
    if ticket is not None:
        emergency = _claimed(session, ticket, kind, summary.strip(), {})
        if emergency is None:
            words = say("티켓 {ticket}은(는) 이미 긴급으로 열렸습니다.", "Ticket {ticket} is an emergency already.")
            raise Refusal(words.fill(ticket=ticket), field="ticket")
        looked_at_again(session, ticket)
    else:
        emergency = Emergency(**_row(session, kind, summary.strip(), {}))
        session.add(emergency)
        session.flush()
    if booking is not None:
        emergency.booking, emergency.city = booking, booking.city
    emergency.city = emergency.city or (city or "").strip() or None
    note(session, emergency, LogKind.found, say("사람이 긴급으로 열었습니다.", "Opened by a person."))
    _page(session, emergency)
    return emergency


def lock(emergency: Emergency) -> Session:
    """The row as it is now, with everyone else held back from it until this transaction ends."""
    session = object_session(emergency)
    if session is None:
        raise ValueError("the emergency is not in a session")
    session.flush()
    session.refresh(emergency, with_for_update={"of": Emergency})
    return session


def take(emergency: Emergency, role: DutyRole) -> None:
    """Whoever acts answers the page and has the role from now on, whoever was paged for it."""
    session = _going_on(emergency)
    person = acting().id
    if acting().kind is not ActorKind.person or person is None:
        raise Refusal(say("역할은 사람이 맡습니다.", "A role is taken by a person."))
    post = emergency.post_of(role)
    if post is not None and post.user_id == person and post.taken_at is not None:
        raise Refusal(say("이미 맡고 있습니다.", "You have it already."))
    if post is None or post.user_id != person:
        post = _put(session, emergency, role, session.get_one(User, person))
    post.taken_at = clock.now()
    words = say("{role}을(를) 맡았습니다.", "Took the role: {role}.").fill(role=named(role).words)
    note(session, emergency, LogKind.taken, words, role=role)
    if role is DutyRole.lead:
        if emergency.state is EmergencyState.paged:
            emergency.move_to(EmergencyState.led)
        alarm_over(session, AlarmKind.emergency, about(emergency), emergency.ref)
        alarm_over(session, AlarmKind.emergency_late, about(emergency), emergency.ref)


def hand_over(emergency: Emergency, role: DutyRole, to: User, why: str) -> None:
    """The role goes to somebody else, who is paged; says what they need to know. Refuses without a word, and whoever
    could not open the emergency.
    """
    session = _going_on(emergency)
    if not why.strip():
        words = say("다음 사람이 알아야 할 것을 적어 주세요.", "Write what the next person needs to know.")
        raise Refusal(words, field="why")
    if not may_have(to, emergency.city):
        words = say(
            "{name} 님은 이 긴급을 볼 수 없어 맡길 수 없습니다. 다른 사람을 골라 주세요.",
            "{name} cannot open this emergency, so it cannot be handed to them. Choose somebody else.",
        )
        raise Refusal(words.fill(name=to.name), field="to")
    post = emergency.post_of(role)
    if post is not None and post.user_id == to.id:
        raise Refusal(say("{name} 님이 이미 맡고 있습니다.", "{name} has it already.").fill(name=to.name), field="to")
    _put(session, emergency, role, to)
    words = say("{role}을(를) {name} 님에게 넘겼습니다. {why}", "Handed {role} over to {name}. {why}")
    note(
        session, emergency, LogKind.handed, words.fill(role=named(role).words, name=to.name, why=why.strip()), role=role
    )
    _write_to(session, emergency, role, to, why.strip())


def write(emergency: Emergency, text: str, *, said: bool = False) -> None:
    """A line of the log. `said`: what was told to the customer."""
    session = _going_on(emergency)
    if not text.strip():
        raise Refusal(say("내용을 적어 주세요.", "Write what happened."), field="text")
    kind = LogKind.said if said else LogKind.note
    note(session, emergency, kind, say(text.strip(), text.strip()), role=role_of(emergency))


def false_alarm(emergency: Emergency, why: str) -> None:
    """It was none. Refuses without a reason."""
    session = lock(emergency)
    emergency.move_to(EmergencyState.false_alarm, why)
    over(session, emergency, say("긴급이 아니었습니다: {why}", "It was no emergency: {why}").fill(why=why.strip()))


def over(session: Session, emergency: Emergency, words: Words) -> None:
    """The last line of its log; nobody is paged for it any more."""
    note(session, emergency, LogKind.ended, words, role=role_of(emergency))
    for post in emergency.posts:
        if post.ended_at is None:
            post.ended_at, post.open_key = clock.now(), None
    for kind in (AlarmKind.emergency, AlarmKind.emergency_late):
        alarm_over(session, kind, about(emergency), emergency.ref)


def role_of(emergency: Emergency) -> DutyRole | None:
    """What whoever acts is in it; a role that they took before one that they were only paged for."""
    mine = [one for one in emergency.posts if one.ended_at is None and one.user_id == acting().id]
    return next((one.role for one in sorted(mine, key=lambda each: each.taken_at is None)), None)


def about(emergency: Emergency) -> str:
    """What its alarms are about."""
    return f"emergency:{emergency.id}"


def _going_on(emergency: Emergency) -> Session:
    acting().must("emergencies.edit")
    session = lock(emergency)
    if emergency.is_over:
        words = say("{ref}은(는) 끝났습니다.", "{ref} is over.")
        raise Refusal(words.fill(ref=emergency.ref))
    return session


def _claimed(
    session: Session, ticket: Ticket, kind: EmergencyKind, summary: str, found: dict[str, Any]
) -> Emergency | None:
    """None where the ticket has one that goes on."""
    row = _row(session, kind, summary, found) | {
        "ticket_id": ticket.id,
        "open_key": ticket.id,
        "booking_id": ticket.booking_id,
        "city": ticket.booking.city if ticket.booking is not None else None,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    made = session.execute(
        dialect.insert(Emergency)
        .values(version=1, **row)
        .on_conflict_do_nothing(index_elements=[Emergency.open_key])
        .returning(Emergency.id)
    ).scalar()
    if made is None:
        return None
    # No mapper saw the statement, so the audit is told by hand.
    record(session, "create", "emergencies", made, {name: [None, row[name]] for name in ("ref", "kind", "state")})
    return session.get_one(Emergency, made)


def _row(session: Session, kind: EmergencyKind, summary: str, found: dict[str, Any]) -> dict[str, Any]:
    one_at_a_time(session, "emergencies.ref")
    session.flush()
    return {
        "ref": f"E-{(session.scalar(select(func.max(Emergency.id))) or 0) + 1:05d}",
        "kind": kind,
        "state": EmergencyState.paged,
        "summary": summary,
        "found": found,
        "opened_at": clock.now(),
    }


def _page(session: Session, emergency: Emergency) -> None:
    """Roles go to who is on duty, each is written to, and everybody who hears alarms is."""
    at = clock.now()
    emergency.moves.append(EmergencyMove(was=None, now=EmergencyState.paged, by=acting().name[:120], at=at))
    fits = fitting(session, emergency.kind)
    emergency.playbook_version_id = fits.id if fits is not None else None
    people = on_duty(session, emergency.city)
    named_people = {role: some[0] for role, some in people.items() if some}
    kind, where = named(emergency.kind).words, emergency.city or "–"
    told = PAGE.fill(ref=emergency.ref, kind=kind, city=where)
    raise_alarm(session, AlarmKind.emergency, told, about(emergency))
    for role, user in named_people.items():
        _put(session, emergency, role, user)
        _write_to(session, emergency, role, user, "")
    names = ", ".join(f"{named(role).words.ko} {user.name}" for role, user in named_people.items()) or "–"
    english = ", ".join(f"{named(role).words.en} {user.name}" for role, user in named_people.items()) or "–"
    note(session, emergency, LogKind.paged, say(f"호출했습니다: {names}", f"Paged: {english}"))


def _put(session: Session, emergency: Emergency, role: DutyRole, user: User) -> EmergencyPost:
    """The role is theirs, and nobody else's."""
    before = emergency.post_of(role)
    if before is not None:
        before.ended_at, before.open_key = clock.now(), None
        session.flush()
    post = EmergencyPost(
        emergency=emergency, role=role, user=user, open_key=f"{emergency.id}:{role.value}", paged_at=clock.now()
    )
    session.add(post)
    session.flush()
    return post


def _write_to(session: Session, emergency: Emergency, role: DutyRole, user: User, why: str) -> None:
    """An e-mail of their own, at once and in their language, with what their role is to do."""
    content: Content = letter_of(emergency, role, user.language, CARDS[role], why)
    key = f"emergency:{emergency.id}:{role.value}:{user.id}:{len(emergency.posts)}"
    owe_letter(session, key, Aim(user.email, user.language), content, clock.now())


def _short(text: str) -> str:
    return " ".join(text.split())[:400]
