"""What needs me now: only mine, most pressing first, each with the button that leads there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update

from app import clock
from app.actor import Actor, ActorKind
from app.db import db
from app.inbox.model import InboxState, WebhookEvent
from app.insights.todo import sync_told, todos
from app.insights.told import Todo
from app.insights.waiting import waiting
from app.link.link import the_link
from app.link.model import Link
from app.outbox.model import Push, PushState
from app.partners.model import Insurance, PartnerState
from app.people.model import Role, User
from app.people.rights import RIGHTS
from app.people.sessions import actor_of
from app.refunds.model import Refund, RefundState
from app.rules.model import Rule, RuleKind, RuleState, TwinState
from app.words import spoken
from tests.app.desk.shop import a_partner
from tests.marketplace import PAID_AT, a_booking, a_refund, a_ticket, a_user, kept, number
from tests.visit import visit_as


def told(actor: Actor | User, link: Link | None = None) -> list[Todo]:
    """Beside the policies to read, which every booking of a test brings along (tests/app/policies/test_reads.py)."""
    who = actor if isinstance(actor, Actor) else actor_of(actor)
    return [todo for todo in todos(db.session(), who, link) if todo.endpoint != "policies.details_view"]


def labels(actor: Actor | User, link: Link | None = None) -> list[str]:
    return [todo.label.ko for todo in told(actor, link)]


def an_insurance_until(days: int, **change: object) -> None:
    today = clock.in_seoul(clock.now()).date()
    partner = a_partner(**change)
    dates = {"starts_on": date(2020, 1, 1), "ends_on": today + timedelta(days=days)}
    kept(Insurance(partner_id=partner.id, insurer="한빛", policy_number=f"P{number()}", **dates))


def a_push(state: PushState) -> Push:
    ticket = a_ticket()
    facts = {"origin": "rule", "change": {}, "marker": f"m{number()}", "due_at": PAID_AT, "created_at": PAID_AT}
    return kept(Push(ticket_id=ticket.id, state=state, **facts))


def a_delivery(state: InboxState) -> WebhookEvent:
    facts = {"source": "webhook", "invocation_id": f"i{number()}", "due_at": PAID_AT, "received_at": PAID_AT}
    return kept(WebhookEvent(state=state, **facts))


def in_state(refund: Refund, state: RefundState, **more: object) -> None:
    db.session.execute(update(Refund).where(Refund.id == refund.id).values(state=state, **more))
    db.session.commit()


def test_a_calm_house_needs_nothing(office: Flask) -> None:
    assert told(a_user(Role.admin)) == []
    assert waiting(db.session(), actor_of(a_user(Role.admin))) == dict.fromkeys(
        (
            *("refunds", "goodwill", "partners", "rules", "inbox", "outbox", "alarms", "letters", "differences"),
            *("disputes", "emergencies", "imports"),
        ),
        0,
    )


def test_a_refund_waits_for_somebody_else_than_who_asked(office: Flask) -> None:
    asker, other = a_user(Role.ops_manager, name="이서준"), a_user(Role.ops_manager)
    refund = a_refund(by=asker, amount_minor=480_000)
    assert labels(asker) == []
    (todo,) = told(other)
    assert (todo.endpoint, todo.asked) == ("refunds.index_view", {"id": refund.id})
    assert f"환불 {refund.ref} · ₩480,000 · 정책보다 ₩720,000 적음" in todo.sentence.ko
    assert "₩720,000 below policy" in todo.sentence.en
    assert "이서준 요청" in (todo.detail or todo.sentence).ko
    assert waiting(db.session(), actor_of(other))["refunds"] == 1
    assert waiting(db.session(), actor_of(asker))["refunds"] == 0
    assert labels(a_user(Role.agent)) == []


def test_many_refunds_are_told_by_their_number(office: Flask) -> None:
    booking = a_booking()
    for _ in range(5):
        a_refund(booking=booking, amount_minor=1000)
    found = told(a_user(Role.finance))
    assert [list(todo.asked) for todo in found] == [["id"]] * 3 + [[]]
    assert "2건 더" in found[-1].sentence.ko


def test_refunds_that_are_stuck_come_first(office: Flask) -> None:
    booking = a_booking()
    a_refund(booking=booking, amount_minor=1000)
    failed = a_refund(booking=booking, amount_minor=2000)
    unknown = a_refund(booking=booking, amount_minor=3000, approved_by=a_user())
    in_state(failed, RefundState.failed, failure="계좌가 닫혀 있습니다")
    in_state(unknown, RefundState.unknown)
    found = told(a_user(Role.finance))
    assert [todo.label.ko for todo in found] == ["지급 실패", "결과 확인 중", "승인"]
    assert str(found[0].detail) == "계좌가 닫혀 있습니다"


def test_insurance_that_ends_soon_or_is_gone_is_told_for_who_works(office: Flask) -> None:
    an_insurance_until(31)
    an_insurance_until(29)
    an_insurance_until(-1, city="부산")
    an_insurance_until(-1, state=PartnerState.left)
    a_partner(city="부산")
    (todo,) = told(a_user(Role.ops_manager))
    assert "3명" in todo.sentence.ko
    assert str(todo.detail) == "부산 2 · 서울 1"
    assert waiting(db.session(), actor_of(a_user(Role.ops_manager)))["partners"] == 3
    seoul = actor_of(a_user(Role.ops_manager, cities=["서울"]))
    assert waiting(db.session(), seoul)["partners"] == 1
    assert "1명" in told(seoul)[0].sentence.ko


def test_what_did_not_go_out_or_come_in_is_told(office: Flask) -> None:
    for state in (PushState.dead, PushState.refused, PushState.held, PushState.sent, PushState.owed):
        a_push(state)
    a_delivery(InboxState.dead)
    a_delivery(InboxState.done)
    ops = a_user(Role.ops_manager)
    found = {todo.label.ko: todo for todo in told(ops)}
    assert list(found) == ["보낼함", "보류", "받은함"]
    assert "2건" in found["보낼함"].sentence.ko
    assert (found["보류"].asked, found["받은함"].asked) == ({"tab": "held"}, {"tab": "dead"})
    counts = waiting(db.session(), actor_of(ops))
    assert (counts["outbox"], counts["inbox"]) == (2, 1)
    assert labels(a_user(Role.agent)) == []


def test_a_draft_whose_twin_is_on_in_zendesk_is_told(office: Flask) -> None:
    facts = {"kind": RuleKind.trigger, "definition": {}, "created_at": PAID_AT, "updated_at": PAID_AT}
    kept(Rule(title="영어 문의", state=RuleState.draft, twin=TwinState.active, **facts))
    kept(Rule(title="꺼진 것", state=RuleState.draft, twin=TwinState.off, **facts))
    kept(Rule(title="받아들인 것", state=RuleState.live, twin=TwinState.accepted, **facts))
    (todo,) = told(a_user(Role.ops_manager))
    assert "「영어 문의」" in str(todo.detail)


@pytest.mark.parametrize(
    ("minutes", "trouble", "tone", "tells"),
    [(0, None, "good", False), (14, None, "good", False), (16, None, "bad", True), (0, "401", "bad", True)],
)
def test_a_sync_that_is_late_is_told(
    lone_office: Flask, minutes: int, trouble: str | None, tone: str, tells: bool
) -> None:
    link = the_link(db.session())
    link.connected_at = clock.now() - timedelta(days=1)
    link.synced_at, link.trouble = clock.now() - timedelta(minutes=minutes), trouble
    assert sync_told(link)[0] == tone
    assert ("연결" in labels(a_user(Role.admin), link)) is tells
    assert sync_told(None)[0] == "warn"


def test_a_vendors_person_is_told_nothing_of_others(office: Flask) -> None:
    a_refund()
    a_push(PushState.dead)
    an_insurance_until(-1)
    vendor_person = Actor(ActorKind.person, "협력사", 99, RIGHTS[Role.agent] | {"refunds.approve"}, vendor_id=1)
    assert labels(vendor_person) == []


@contextmanager
def counted() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_home_page_asks_a_fixed_number_of_questions(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    booking = a_booking()
    a_refund(booking=booking, amount_minor=1000)
    with counted() as few:
        visit.open("/")
    for _ in range(6):
        a_refund(booking=booking, amount_minor=1000)
        an_insurance_until(-1)
        a_push(PushState.dead)
    with counted() as many:
        visit.open("/")
    assert len(many) == len(few)
    assert len(many) <= 32


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("spoken_here", ["ko", "en"])
def test_everybody_has_a_home_page_in_both_languages(lone_office: Flask, role: Role, spoken_here: str) -> None:
    a_refund()
    a_push(PushState.held)
    link = the_link(db.session())
    link.connected_at = link.synced_at = clock.now()
    db.session.commit()
    page = visit_as(lone_office, role, language=spoken_here).open("/").text
    with spoken(spoken_here):
        assert ("보기만 하는 중입니다" in page) is (spoken_here == "ko")
        assert ("Watch only" in page) is (spoken_here == "en")


def test_every_button_leads_to_a_view_that_is_there(office: Flask) -> None:
    a_refund()
    an_insurance_until(-1)
    for state in (PushState.dead, PushState.held):
        a_push(state)
    a_delivery(InboxState.dead)
    facts = {"kind": RuleKind.trigger, "definition": {}, "created_at": PAID_AT, "updated_at": PAID_AT}
    kept(Rule(title="영어 문의", state=RuleState.draft, twin=TwinState.active, **facts))
    screens = {screen.endpoint: screen for screen in office.extensions["opsroom.screens"]}
    asked = [(todo.endpoint.split(".")[0], todo.asked.get("tab")) for todo in told(a_user(Role.admin))]
    assert len(asked) == 6
    tabs = {name: {tab.key for tab in screens[name].all_tabs()} for name, _ in asked}
    assert [(name, tab) for name, tab in asked if tab and tab not in tabs[name]] == []


def test_what_the_home_page_counts_is_what_the_list_shows(office: Flask) -> None:
    an_insurance_until(29)
    an_insurance_until(31)
    an_insurance_until(-1)
    a_partner()
    a_partner(state=PartnerState.left)
    page = visit_as(office).open("/admin/partners/?tab=insurance").text
    counted_there = int(re.findall(r'data-tab="insurance"[^>]*>[^<]*<i[^>]*>(\d+)<', page)[0])
    assert counted_there == waiting(db.session(), actor_of(a_user(Role.admin)))["partners"] == 3
