"""Tickets on their screen: to look at, with everything that was done about each."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from app.outbox.model import Push, PushState
from app.people.model import Role
from app.rules.model import RuleKind, RuleRun
from app.rules.rule import save
from app.tickets.channels import told
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskField, ZendeskUser
from tests.marketplace import PAID_AT, a_booking, a_refund, a_ticket, a_user, kept
from tests.seat import Seat

RULE = {"conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}]},
        "actions": [{"field": "priority", "value": "high"}]}  # fmt: skip


def a_busy_ticket(comments: int = 2) -> Ticket:
    kept(ZendeskUser(zendesk_id=81, name="박지민", email="jimin@example.com"))
    kept(ZendeskField(zendesk_id=9, kind="text", title="출입 방법"))
    ticket = a_ticket(booking=a_booking(), requester_id=81, priority="high", custom_fields={"9": "비밀번호 <1234>"})
    for number in range(comments):
        public = number % 2 == 0
        kept(
            Comment(
                zendesk_id=500 + number, ticket_id=ticket.id, audit_id=number, author_id=81, is_public=public,
                body="<script>alert(1)</script> 안녕하세요", created_at=PAID_AT,
            )
        )  # fmt: skip
    changes = {"status": [None, "new"], "tags": [[], ["a", "b"]]}
    kept(TicketEvent(ticket_id=ticket.id, audit_id=1, is_creation=True, changes=changes, created_at=PAID_AT))
    rule = save(db.session(), None, title="높음으로", kind=RuleKind.trigger, definition=RULE)
    db.session.flush()
    push = kept(
        Push(
            ticket_id=ticket.id, origin="rules", change={"priority": "high"}, marker="m", state=PushState.sent,
            due_at=PAID_AT, created_at=PAID_AT, sent_at=PAID_AT,
        )
    )  # fmt: skip
    kept(
        RuleRun(
            ticket_id=ticket.id, rule_id=rule.id, rule_number=1, cause="audit:1", effect_hash="x", reasons=[],
            actions=[], push_id=push.id, at=PAID_AT,
        )
    )  # fmt: skip
    return ticket


def test_a_ticket_shows_what_was_said_and_what_was_done(office: Flask) -> None:
    ticket = a_busy_ticket()
    refund = a_refund(booking=ticket.booking, ticket=ticket)
    page = Seat(office, a_user(Role.ops_manager)).read("/admin/tickets/details/", id=ticket.id)
    for words in ("박지민", "내부 메모", "출입 방법", "비밀번호 &lt;1234&gt;", "높음으로", refund.ref, "보냄"):
        assert words in page
    assert "<script>alert" not in page
    assert f"ticket={ticket.id}" in page


@pytest.mark.parametrize(
    ("channel", "ko", "en"),
    [("web", "웹 양식", "Web form"), ("voice", "걸려 온 전화", "Phone call (incoming)"), ("kakao", "kakao", "kakao")],
)
def test_a_channel_is_called_as_people_call_it(lone_office: Flask, channel: str, ko: str, en: str) -> None:
    ticket, seat = a_ticket(channel=channel), Seat(lone_office, a_user(Role.ops_manager))
    assert f"<dd>{ko}</dd>" in seat.read("/admin/tickets/details/", id=ticket.id)
    assert told(channel).en == en


def test_the_page_of_a_ticket_asks_as_much_for_much_as_for_little(office: Flask) -> None:
    ticket_id, seat = a_busy_ticket().id, Seat(office, a_user(Role.ops_manager))
    little = questions(seat, ticket_id)
    for number in range(10):
        author = kept(ZendeskUser(zendesk_id=700 + number, name="상담원", role="agent"))
        kept(
            Comment(
                zendesk_id=900 + number, ticket_id=ticket_id, audit_id=9, author_id=author.zendesk_id,
                is_public=True, body="x", created_at=PAID_AT,
            )
        )  # fmt: skip
        rule = save(db.session(), None, title=f"규칙 {number}", kind=RuleKind.trigger, definition=RULE)
        db.session.flush()
        kept(
            RuleRun(
                ticket_id=ticket_id, rule_id=rule.id, rule_number=1, cause="audit:1", effect_hash="x", reasons=[],
                actions=[], at=PAID_AT,
            )
        )  # fmt: skip
    assert questions(seat, ticket_id) == little


def questions(seat: Seat, ticket_id: int) -> int:
    """How often the page asks the database."""
    asked: list[str] = []
    db.session.commit()
    db.session.expunge_all()

    def count(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        seat.read("/admin/tickets/details/", id=ticket_id)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return sum(one.startswith("SELECT") for one in asked)


def test_tabs_tell_open_mine_and_all(office: Flask) -> None:
    person = a_user(Role.agent, zendesk_id=42)
    mine = a_ticket(subject="내가 맡은 것", assignee_id=42)
    a_ticket(subject="남이 맡은 것", assignee_id=43)
    a_ticket(subject="끝난 것", status="closed")
    seat = Seat(office, person)
    opened = seat.read("/admin/tickets/")
    assert "내가 맡은 것" in opened
    assert "남이 맡은 것" in opened
    assert "끝난 것" not in opened
    only = seat.read("/admin/tickets/", tab="mine")
    assert "내가 맡은 것" in only
    assert "남이 맡은 것" not in only
    assert "끝난 것" in seat.read("/admin/tickets/", tab="all")
    assert "내가 맡은 것" in seat.read("/admin/tickets/", search=str(mine.zendesk_id))


def test_whoever_has_no_zendesk_number_has_no_tickets(lone_office: Flask) -> None:
    a_ticket(subject="아무도 맡지 않음")
    assert "아무도 맡지 않음" not in Seat(lone_office, a_user(Role.agent)).read("/admin/tickets/", tab="mine")


def test_a_ticket_is_fetched_again_through_the_inbox(office: Flask) -> None:
    ticket = a_ticket()
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press("/admin/inbox/look-again/", {"ticket": str(ticket.id)})
    row = db.session.query(WebhookEvent).one()
    assert (row.source, row.ticket_zendesk_id, row.state) == ("manual", ticket.zendesk_id, InboxState.new)
    assert "다시 가져옵니다" in page
    assert seat.send("/admin/inbox/look-again/", {"ticket": "99999"}).status_code == 422


def test_an_agent_has_not_the_right_to_fetch(lone_office: Flask) -> None:
    ticket = a_ticket()
    seat = Seat(lone_office, a_user(Role.agent))
    assert "look-again" not in seat.read("/admin/tickets/details/", id=ticket.id)
    assert seat.send("/admin/inbox/look-again/", {"ticket": str(ticket.id)}).status_code == 403


def test_nobody_edits_a_ticket_here(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user(Role.admin))
    ticket = a_ticket()
    for path in ("new", "edit"):
        answer = seat.send(f"/admin/tickets/{path}/", {"subject": "바꿈"}, id=ticket.id)
        assert answer.status_code in {302, 403, 404}
    assert ticket.subject == "예약을 취소하고 싶어요"


def test_a_person_of_one_city_sees_its_tickets_and_those_of_no_booking(office: Flask) -> None:
    a_ticket(subject="서울 예약", booking=a_booking(city="서울"))
    far = a_ticket(subject="부산 예약", booking=a_booking(city="부산"))
    a_ticket(subject="예약 없음")
    seat = Seat(office, a_user(Role.agent, cities=["서울"]))
    page = seat.read("/admin/tickets/")
    assert "서울 예약" in page
    assert "예약 없음" in page
    assert "부산 예약" not in page
    assert seat.see("/admin/tickets/details/", id=far.id).status_code == 404
    assert "그 번호의 티켓이 여기에 없습니다" in seat.read("/admin/rules/why/", ticket=far.zendesk_id)
