"""The demo's emergencies: signs and duty, one that is over and became a playbook, one that goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.model import Letter, LetterState
from app.demo.dispute_rows import newest
from app.demo.sign_ins import AGENT, GLOBAL_AGENT, MANAGER, SECOND_MANAGER, Person
from app.disputes.emergency.closing import close, tick
from app.disputes.emergency.duty import EmergencyDuty
from app.disputes.emergency.emergency import find_on, open_by_hand, take, write
from app.disputes.emergency.first_signs import bring_in, read_signs
from app.disputes.emergency.kinds import DutyRole, EmergencyKind
from app.disputes.emergency.model import Emergency, SiteState
from app.disputes.emergency.playbook import Step, publish, rewrite
from app.disputes.emergency.signs import find
from app.disputes.emergency.site import send_somebody, step
from app.people.model import User
from app.people.rights import RIGHTS
from app.tickets.model import Ticket

LEAK = "화장실 천장에서 물이 떨어져요"
DUTY = (
    (DutyRole.lead, MANAGER, 1), (DutyRole.lead, SECOND_MANAGER, 2), (DutyRole.site, AGENT, 1),
    (DutyRole.voice, GLOBAL_AGENT, 1), (DutyRole.voice, AGENT, 2),
)  # fmt: skip
_VOICE, _LEAD, _SITE = DutyRole.voice, DutyRole.lead, DutyRole.site
LEAK_STEPS = (
    Step(
        _VOICE, "다친 사람이 없는지 묻고, 전기 차단기에서 떨어지시게 합니다.",
        "Ask whether anybody is hurt, and have them keep away from the fuse box.", 3,
    ),
    Step(_VOICE, "세대 수도 밸브를 잠그는 방법을 안내합니다.", "Tell them how to close the valve of the flat.", 5),
    Step(_LEAD, "호스트와 관리사무소에 알립니다.", "Call the host and the building's office.", 10),
    Step(
        _SITE, "기사를 보내고 도착 시각을 고객에게 알립니다.",
        "Send a plumber, and tell the customer when to expect them.", 15,
    ),
    Step(
        _LEAD, "젖은 물건의 사진을 받아 보험 접수를 준비합니다.",
        "Collect photos of what got wet, for the insurance.", 60,
    ),
    Step(_VOICE, "오늘 밤 머물 곳이 필요한지 묻습니다.", "Ask whether they need another place for the night.", 60),
)  # fmt: skip


def emergencies(session: Session, moment: datetime, users: Mapping[str, User]) -> int:
    """Does not commit. What was written to people meanwhile has been sent."""
    bring_in(session)
    session.add_all(
        EmergencyDuty(role=role, user_id=users[person.key].id, position=place, created_at=moment - timedelta(days=90))
        for role, person, place in DUTY
    )
    session.flush()
    ticket = newest(session, LEAK) or session.scalars(select(Ticket).where(Ticket.subject == LEAK)).first()
    if ticket is not None:
        _over(session, moment - timedelta(days=19), users, ticket)
    _going_on(session, moment - timedelta(minutes=26), users)
    session.flush()
    for letter in session.scalars(select(Letter).where(Letter.state == LetterState.owed)):
        letter.state, letter.sent_at = LetterState.sent, letter.created_at
    return 1 + (ticket is not None)


def _over(session: Session, at: datetime, users: Mapping[str, User], ticket: Ticket) -> None:
    text = f"{ticket.subject}\n{ticket.description or ''}"
    found = find(text, read_signs(session))
    with clock.stopped(at):
        emergency = find_on(session, ticket, found, text) if found is not None else None
    if emergency is None:
        return
    with _by(users, MANAGER, at + timedelta(minutes=2)):
        take(emergency, DutyRole.lead)
        write(emergency, "호스트와 관리사무소에 전화함. 윗집 배관으로 보임")
    with _by(users, GLOBAL_AGENT, at + timedelta(minutes=3)):
        take(emergency, DutyRole.voice)
        write(emergency, "밸브를 잠그고 차단기에서 떨어져 달라고 말씀드림. 다친 사람 없음", said=True)
    with _by(users, MANAGER, at + timedelta(minutes=6)):
        task = send_somebody(emergency, "박기사 (누수)", "배관 확인과 임시 조치", "", "010-0000-1234", 40)
    for minutes, now in ((12, SiteState.left), (44, SiteState.arrived), (95, SiteState.done)):
        with _by(users, AGENT, at + timedelta(minutes=minutes)):
            step(task, now)
    with _by(users, MANAGER, at + timedelta(minutes=110)):
        made = close(emergency, "윗집 배관을 막았고, 젖은 이불은 보험으로 접수함")
    with _by(users, MANAGER, at + timedelta(days=1)):
        rewrite(made, LEAK_STEPS)
    with _by(users, SECOND_MANAGER, at + timedelta(days=2)):
        publish(session, made)


def _going_on(session: Session, at: datetime, users: Mapping[str, User]) -> Emergency:
    summary = "고객 전화: 아래층에서 천장에 물이 샌다고 올라옴. 우리 숙소 세탁실 배관이 터진 듯하고 물이 계속 나옴."
    with _by(users, AGENT, at):
        emergency = open_by_hand(session, EmergencyKind.water, summary, city="마포")
    with _by(users, MANAGER, at + timedelta(minutes=2)):
        take(emergency, DutyRole.lead)
    with _by(users, GLOBAL_AGENT, at + timedelta(minutes=3)):
        take(emergency, DutyRole.voice)
        tick(emergency, 1)
        tick(emergency, 2)
        write(emergency, "10분 안에 다시 전화드리기로 함", said=True)
    with _by(users, MANAGER, at + timedelta(minutes=8)):
        tick(emergency, 3)
        task = send_somebody(emergency, "정설비 김기사", "세탁실 배관을 막음", "마포구 연남동", "010-0000-5678", 90)
    with _by(users, MANAGER, at + timedelta(minutes=15)):
        step(task, SiteState.left)
    return emergency


@contextmanager
def _by(users: Mapping[str, User], person: Person, at: datetime) -> Iterator[None]:
    user = users[person.key]
    with clock.stopped(at), acting_as(Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])):
        yield
