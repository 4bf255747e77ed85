"""The demo's disputes: one before each side, one that we are late with, one ruled on; by the room's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking
from app.demo import numbers
from app.demo.sign_ins import AGENT, GLOBAL_AGENT, SECOND_MANAGER, Person
from app.disputes.deciding import answer, propose, rule
from app.disputes.dispute import bring, bring_booking, bring_file, hear, open_dispute
from app.disputes.model import Dispute, DisputeState
from app.disputes.notices import DisputeNotice
from app.disputes.offers import AnswerKind, Remedy
from app.disputes.sides import DisputeKind, EntryKind, Side
from app.people.model import User
from app.people.rights import RIGHTS
from app.tickets.model import Ticket
from app.words import say

BROKEN, BATHROOM = "청소 중에 화분이 깨졌습니다", "욕실 청소가 제대로 안 됐어요"
WINDOWS, BOILER = "Cleaner did not do the windows", "온수가 나오지 않습니다"
ASKED = say(
    "무슨 일이 있었는지 겪으신 대로 알려 주세요. 사진이나 영수증이 있으면 함께 보내 주세요.",
    "Please tell us what happened as you saw it, with photos or receipts where you have any.",
)
NOTE = "구입 내역: 몬스테라 화분(중형) 32,000원, 2026년 3월 온라인 구입. 주문 번호 끝 4자리 8812.\n".encode()


def disputes(session: Session, moment: datetime, users: Mapping[str, User]) -> int:
    """On tickets of the past whose bookings have a partner. Does not commit."""
    made = [
        _ruled(session, moment - timedelta(hours=60), users),
        _proposed(session, moment - timedelta(hours=30), users),
        _late(session, moment - timedelta(days=6), users),
        _heard(session, moment - timedelta(hours=5), users),
    ]
    session.flush()
    for notice in session.scalars(select(DisputeNotice)):
        # What was said so long ago has reached its ticket.
        notice.told_at, notice.told_in = notice.created_at, "ko"
    return sum(one is not None for one in made)


def newest(session: Session, subject: str) -> Ticket | None:
    """The newest ticket of this subject whose booking has a partner and something left to refund."""
    return session.scalars(
        select(Ticket)
        .join(Ticket.booking)
        .where(Ticket.subject == subject, Booking.partner_id.is_not(None), Booking.held_minor < Booking.paid_minor)
        .options(joinedload(Ticket.booking))
        .order_by(Ticket.created_at.desc())
    ).first()


def _ruled(session: Session, at: datetime, users: Mapping[str, User]) -> Dispute | None:
    dispute = _opened(
        session, at, users, AGENT, BROKEN, DisputeKind.damage, "화분 파손. 클리너는 이미 금이 가 있었다고 함"
    )
    if dispute is None:
        return None
    with _by(users, AGENT, at + timedelta(minutes=10)):
        hear(dispute, ASKED, 18)
        bring(
            dispute,
            Side.customer,
            EntryKind.statement,
            "청소 전에는 멀쩡했고, 끝난 뒤 베란다에 조각이 모여 있었습니다.",
        )
        bring_file(dispute, Side.customer, "구입 내역.txt", NOTE, "화분 구입 내역입니다.")
    with _by(users, AGENT, at + timedelta(hours=4)):
        bring(
            dispute,
            Side.partner,
            EntryKind.statement,
            "들었을 때 이미 금이 가 있었고, 옮기다가 갈라졌습니다. 바로 말씀드렸습니다.",
        )
    with _by(users, AGENT, at + timedelta(hours=5)):
        text = say("화분값의 절반을 돌려드리는 것을 제안합니다.", "We propose to pay for half of the plant.")
        proposal = propose(dispute, Remedy(16_000, partner_minor=16_000), text, 18)
    with _by(users, AGENT, at + timedelta(hours=9)):
        answer(dispute, proposal, Side.customer, AnswerKind.refused, "새 화분값은 전액 받고 싶습니다.")
    with _by(users, SECOND_MANAGER, at + timedelta(days=1)):
        reasons = say(
            "옮긴 것은 클리너이고 옮기기 전에 고객에게 묻지 않았습니다. 오래 쓴 물건이 아니어서 전액으로 봅니다.",
            "The cleaner moved it without asking. It was nearly new, so the whole price is due.",
        )
        rule(dispute, Remedy(32_000, partner_minor=12_000, insurer_minor=20_000), "§4", reasons)
    return dispute


def _proposed(session: Session, at: datetime, users: Mapping[str, User]) -> Dispute | None:
    dispute = _opened(
        session, at, users, GLOBAL_AGENT, WINDOWS, DisputeKind.quality, "Windows were paid for and not done"
    )
    if dispute is None:
        return None
    with _by(users, GLOBAL_AGENT, at + timedelta(minutes=20)):
        hear(dispute, ASKED, 9)
        bring(dispute, Side.customer, EntryKind.statement, "None of the five windows were touched. I was at home.")
        bring_booking(dispute, "paid")
        bring(dispute, Side.partner, EntryKind.statement, "방충망이 고정되어 있어 창문을 열 수 없었습니다.")
    with _by(users, GLOBAL_AGENT, at + timedelta(hours=1)):
        text = say(
            "창문 청소를 이번 주에 다시 해 드리고, 불편을 드린 만큼 일부를 돌려드립니다.",
            "The windows are done this week at no cost, and a part goes back for the trouble.",
        )
        proposal = propose(dispute, Remedy(10_000, partner_minor=5_000, re_clean=True), text, 36)
    with _by(users, GLOBAL_AGENT, at + timedelta(hours=20)):
        answer(dispute, proposal, Side.customer, AnswerKind.accepted, "Fine with me, thank you.")
    return dispute


def _late(session: Session, at: datetime, users: Mapping[str, User]) -> Dispute | None:
    """Both have spoken; we were to decide, and people were alarmed of it."""
    dispute = _opened(
        session, at, users, AGENT, BOILER, DisputeKind.facility, "온수가 사흘 동안 안 나옴. 호스트는 하루라고 함"
    )
    if dispute is None:
        return None
    with _by(users, AGENT, at + timedelta(minutes=30)):
        hear(dispute, ASKED, 18)
        bring(dispute, Side.customer, EntryKind.statement, "월요일부터 수요일까지 찬물만 나왔습니다.")
        bring(dispute, Side.partner, EntryKind.statement, "화요일에 기사님이 다녀갔고 그 뒤로는 됐을 겁니다.")
    for one in dispute.clocks:
        if one.ended is None:
            one.alarmed_at = one.due_at
    return dispute


def _heard(session: Session, at: datetime, users: Mapping[str, User]) -> Dispute | None:
    dispute = _opened(
        session, at, users, AGENT, BATHROOM, DisputeKind.quality, "욕실 물때. 클리너는 시간이 모자랐다고 함"
    )
    if dispute is None:
        return None
    with _by(users, AGENT, at + timedelta(minutes=15)):
        hear(dispute, ASKED, 36)
        bring(dispute, Side.customer, EntryKind.statement, "타일 줄눈과 샤워기 주변에 물때가 그대로입니다.")
    return dispute


def _opened(
    session: Session,
    at: datetime,
    users: Mapping[str, User],
    by: Person,
    subject: str,
    kind: DisputeKind,
    summary: str,
) -> Dispute | None:
    ticket = newest(session, subject)
    if ticket is None or ticket.booking is None:
        return None
    taken = select(Dispute.partner_ticket_id).where(Dispute.partner_ticket_id.is_not(None))
    theirs = session.scalars(
        select(Ticket)
        .where(Ticket.group_id == numbers.PARTNERS, Ticket.id.not_in(taken))
        .order_by(Ticket.created_at.desc())
        .limit(1)
    ).first()
    with _by(users, by, at):
        dispute = open_dispute(session, ticket.booking, kind, summary, ticket, theirs)
    return dispute if dispute.state is DisputeState.opened else None


@contextmanager
def _by(users: Mapping[str, User], person: Person, at: datetime) -> Iterator[None]:
    user = users[person.key]
    with clock.stopped(at), acting_as(Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])):
        yield
