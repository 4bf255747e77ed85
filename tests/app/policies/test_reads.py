"""Who has read which version: said once, listed with who has not, and asked for on the home page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.actor import Actor, ActorKind
from app.db import db
from app.errors import Refusal
from app.insights.todo import todos
from app.people.model import Role, User
from app.people.rights import RIGHTS
from app.policies.model import PolicyRead, PolicyVersion, VersionState
from app.policies.reads import confirm, readers_of
from app.policies.versions import ask, draft_like, send_back
from tests.marketplace import PAID_AT, a_policy, a_user, a_version, acting_for
from tests.seat import Seat


def the_todos(user: User) -> list[str]:
    actor = Actor(ActorKind.person, user.name, user.id, RIGHTS[user.role])
    return [todo.sentence.ko for todo in todos(db.session(), actor, None)]


def test_it_is_confirmed_at_the_desk_once_and_the_list_tells_who(office: Flask) -> None:
    version = a_version()
    reader, other = a_user(Role.agent, name="읽은이"), a_user(Role.finance, name="안읽은이")
    a_user(Role.agent, name="떠난이", is_enabled=False)
    seat = Seat(office, reader)
    asked = {"id": version.policy_id, "version": 1}
    assert 'name="read"' in seat.read("/admin/policies/details/", id=version.policy_id)
    page = seat.press("/admin/policies/read/", asked)
    assert "읽음을 확인했습니다" in page
    assert 'name="read"' not in page
    seat.press("/admin/policies/read/", asked)
    assert db.session.scalar(select(func.count(PolicyRead.id))) == 1
    with acting_for(other):
        told = readers_of(db.session(), version.policy)[1]
    assert ([one.user.name for one in told.read], [one.name for one in told.missing]) == (["읽은이"], ["안읽은이"])
    assert (told.total, told.mine) == (2, False)
    assert "떠난이" not in page
    assert "안읽은이" in page


def test_the_database_keeps_one_receipt_of_a_person(office: Flask) -> None:
    version, reader = a_version(), a_user()
    for _ in range(2):
        db.session.add(PolicyRead(policy_version_id=version.id, user_id=reader.id, at=PAID_AT))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("state", [VersionState.draft, VersionState.asked, VersionState.withdrawn])
def test_what_may_still_change_is_not_confirmed(lone_office: Flask, state: VersionState) -> None:
    version = a_version(state=state)
    with acting_for(a_user(), "policies.view"), pytest.raises(Refusal, match="시행되지 않아"):
        confirm(db.session(), version)


def test_the_home_page_asks_for_what_is_in_force_or_to_come_and_unread(lone_office: Flask) -> None:
    now = clock.now()
    reader = a_user(Role.agent)
    policy = a_policy(name_ko="숙박")
    a_version(policy=policy, valid_until=now - timedelta(days=1))
    here = a_version(policy=policy, valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=1))
    ahead = a_version(policy=policy, valid_from=now + timedelta(days=1))
    assert the_todos(reader) == ["읽음을 확인하지 않은 정책이 2개 있습니다."]
    assert "숙박 v2" in Seat(lone_office, reader).read("/")
    with acting_for(reader, "policies.view"):
        confirm(db.session(), here)
        assert the_todos(reader) == ["읽음을 확인하지 않은 정책이 1개 있습니다."]
        confirm(db.session(), ahead)
    db.session.commit()
    assert the_todos(reader) == []


def test_whoever_may_publish_and_did_not_write_it_is_asked_to_approve(lone_office: Flask) -> None:
    writer, second, agent = a_user(), a_user(), a_user(Role.agent)
    policy = a_version().policy
    with acting_for(writer):
        draft = draft_like(policy)
        ask(draft)
        db.session.commit()
    read_all(writer, second, agent)
    assert the_todos(second) == ["정책 「중기 숙박 환불」 v2의 승인을 기다립니다."]
    assert (the_todos(writer), the_todos(agent)) == ([], [])
    with acting_for(second):
        send_back(draft, "3조를 고쳐 주세요")
        db.session.commit()
    assert the_todos(second) == []
    assert the_todos(writer) == ["정책 「중기 숙박 환불」 v2를 고쳐 달라고 합니다."]


def read_all(*people: User) -> None:
    for version in db.session.scalars(select(PolicyVersion).where(PolicyVersion.state == VersionState.published)):
        for person in people:
            db.session.add(PolicyRead(policy_version_id=version.id, user_id=person.id, at=PAID_AT))
    db.session.commit()


def test_an_approver_sends_back_at_the_desk_and_the_writer_sees_why(lone_office: Flask) -> None:
    writer, second = a_user(), a_user()
    policy = a_version().policy
    with acting_for(writer):
        ask(draft_like(policy))
        db.session.commit()
    page = Seat(lone_office, second).press(
        "/admin/policies/send-back/", {"id": policy.id, "version": 2, "why": "3조가 모호합니다"}
    )
    assert "돌려보냈습니다" in page
    assert "3조가 모호합니다" in Seat(lone_office, writer).read("/admin/policies/details/", id=policy.id)


def test_going_back_starts_from_the_old_version_at_the_desk(lone_office: Flask) -> None:
    policy = a_policy()
    a_version(policy=policy, valid_until=PAID_AT, text_ko="옛 조항")
    a_version(policy=policy, valid_from=PAID_AT, text_ko="새 조항")
    seat = Seat(lone_office, a_user())
    page = seat.read("/admin/policies/details/", id=policy.id)
    assert page.count('name="like"') == 1, "the one in force is no place to go back to"
    assert "옛 조항" in seat.press("/admin/policies/draft/", {"id": policy.id, "like": "1"})
    assert "v1에서 시작" in seat.read("/admin/policies/details/", id=policy.id)
