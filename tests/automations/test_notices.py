"""What rules notify people of leaves as letters: once, to those that Zendesk means, and held where all is held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.model import Letter, LetterState, OutgoingWebhook
from app.db import db
from app.link.link import the_link
from app.outbox.stopping import stop_rule
from app.people.model import Role
from app.routing.model import RoutingAgent
from app.rules.model import RuleRun
from app.settings import Settings
from app.tickets.model import ZendeskUser
from automations import mirror, post
from integrations.mail.mailbox import Mailbox, serving
from tests.automations.acts import NEW, a_rule
from tests.automations.conftest import AGENT, EMAIL, GROUP, TOKEN, Stage, keep_reason
from tests.conftest import settings_for
from tests.marketplace import a_user
from tests.seat import Seat

MANAGER = Actor(ActorKind.person, "매니저", 1, frozenset({"rules.publish"}))


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[str, str, Mailbox]]:
    with serving(tmp_path / "mailbox") as box:
        yield box


@pytest.fixture
def settings(tmp_path: Path, database_url: str, box: tuple[object, str], mailbox: tuple[str, str, Mailbox]) -> Settings:
    plain = settings_for(tmp_path, database_url)
    joined = replace(plain, zendesk_url=box[1], zendesk_email=EMAIL, zendesk_token=TOKEN)
    return replace(joined, smtp_url=mailbox[1], mail_from="ops@example.com")


def action(field: str, *value: str) -> dict[str, Any]:
    return {"field": field, "value": list(value)}


def decided(stage: Stage) -> None:
    number = stage.write("물이 새요", "도와주세요")
    keep_reason(number, f"test:{number}")
    mirror.drain()
    db.session.remove()


def letters() -> Sequence[Letter]:
    db.session.rollback()
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def test_people_groups_and_webhooks_hear_and_the_run_says_so(stage: Stage, mailbox: tuple[str, str, Mailbox]) -> None:
    url, _, box = mailbox
    db.session.add(RoutingAgent(zendesk_id=AGENT, groups=[str(GROUP)], created_at=clock.now()))
    hook = {"name": "정산", "url": f"{url}/hooks/in", "zendesk_id": "01HOOK", "created_at": clock.now()}
    db.session.add(OutgoingWebhook(**hook))
    db.session.commit()
    a_rule(
        "알림",
        NEW,
        [
            action("notification_user", "requester_id", "접수 {{ticket.title}}", "곧 답하겠습니다."),
            action("notification_group", str(GROUP), "새 티켓", "봐 주세요."),
            action("notification_webhook", "01HOOK", '{"id": "{{ticket.id}}"}'),
            action("notification_sms_user", "requester_id", "1", "문자"),
        ],
    )
    decided(stage)
    post.drain()
    told = {(one.kind, one.to): one for one in box.arrived()}
    assert set(told) == {("email", "jiwoo@example.com"), ("email", "seojun@example.com"), ("webhook", "in")}
    assert told["email", "jiwoo@example.com"].subject == "접수 물이 새요"
    assert told["webhook", "in"].body.startswith('{"id": "')
    assert [(one.once, one.run_id is not None, one.state.value) for one in letters()] == [
        (True, True, "sent"),
        (False, True, "sent"),
        (False, True, "sent"),
    ]
    [run] = db.session.scalars(select(RuleRun)).all()
    assert [row["held"] for row in run.actions] == [False, False, False, True]
    run_id = run.id
    page = Seat(stage.app, a_user(Role.ops_manager)).read("/admin/runs/details/", id=run_id)
    assert page.count("나가지 않음") == 1
    assert "보낼 수 없는 알림" in page
    post.drain()
    assert len(box.arrived()) == 3


def test_a_group_is_whom_zendesk_has_in_it(stage: Stage, mailbox: tuple[str, str, Mailbox]) -> None:
    db.session.add(RoutingAgent(zendesk_id=AGENT, created_at=clock.now()))
    people = {one.zendesk_id: one for one in db.session.scalars(select(ZendeskUser))}
    people[AGENT].group_ids = [GROUP]
    db.session.commit()
    (routed,) = db.session.scalars(select(RoutingAgent))
    assert routed.in_groups == [str(GROUP)]
    a_rule("그룹에", NEW, [action("notification_group", str(GROUP), "새 티켓", "봐 주세요.")])
    decided(stage)
    assert [one.to for one in letters()] == ["seojun@example.com"]


def test_two_agents_of_one_address_are_one_reader(stage: Stage, mailbox: tuple[str, str, Mailbox]) -> None:
    """A shared mailbox, or an account whose addresses were made unreadable."""
    people = db.session.scalars(select(ZendeskUser).where(ZendeskUser.role.in_(("agent", "admin")))).all()
    assert len(people) > 1
    for upper, one in enumerate(people):
        one.email = "Shared@example.com" if upper % 2 else "shared@example.com"
    db.session.commit()
    a_rule("모두에게", NEW, [action("notification_user", "all_agents", "새 티켓", "봐 주세요.")])
    decided(stage)
    post.drain()
    assert [one.to.lower() for one in mailbox[2].arrived()] == ["shared@example.com"]
    assert db.session.scalar(select(RuleRun.id)) is not None


def test_a_customer_gets_one_mail_for_one_update_however_many_rules_write(
    stage: Stage, mailbox: tuple[str, str, Mailbox]
) -> None:
    for number in range(3):
        a_rule(
            f"r{number}", NEW, [action("notification_user", "requester_id", "제목", f"본문 {number}")], position=number
        )
    decided(stage)
    post.drain()
    assert [one.body.strip() for one in mailbox[2].arrived()] == ["본문 0"]
    rows = db.session.scalars(select(RuleRun.actions).order_by(RuleRun.id)).all()
    assert [one[0]["held"] for one in rows] == [False, True, True]
    assert "이미" in rows[1][0]["why"]["ko"]


@pytest.mark.parametrize("field", ["notification_group", "notification_webhook"])
def test_what_leads_nowhere_is_shown_with_its_reason(stage: Stage, field: str) -> None:
    aim = str(GROUP) if field == "notification_group" else "01NOBODY"
    a_rule("알림", NEW, [action(field, aim, *(["제목"] if field == "notification_group" else []), "본문")])
    decided(stage)
    assert letters() == []
    [run] = db.session.scalars(select(RuleRun)).all()
    assert (run.actions[0]["held"], bool(run.actions[0]["why"]["en"])) == (True, True)


def test_while_pushing_is_off_notices_are_held_and_leave_by_a_person_alone(
    stage: Stage, mailbox: tuple[str, str, Mailbox]
) -> None:
    the_link(db.session()).pushing = False
    db.session.commit()
    a_rule("알림", NEW, [action("notification_user", "requester_id", "제목", "본문")])
    decided(stage)
    post.drain()
    [held] = letters()
    assert (held.state, mailbox[2].arrived()) == (LetterState.held, [])
    letter_id = held.id
    the_link(db.session()).pushing = True
    db.session.commit()
    post.drain()
    assert mailbox[2].arrived() == []
    Seat(stage.app, a_user(Role.ops_manager)).press("/admin/letters/hand/", {"id": str(letter_id), "hand": "send"})
    post.drain()
    assert len(mailbox[2].arrived()) == 1


def test_a_stopped_rules_letters_stay(stage: Stage, mailbox: tuple[str, str, Mailbox]) -> None:
    rule = a_rule("알림", NEW, [action("notification_user", "requester_id", "제목", "본문")])
    rule_id = rule.id
    decided(stage)
    with acting_as(MANAGER):
        stop_rule(db.session(), db.session.get_one(type(rule), rule_id))
        db.session.commit()
    post.drain()
    assert ([one.state for one in letters()], mailbox[2].arrived()) == ([LetterState.held], [])
