"""Views: what each asks in sentences, and which tickets are in it now, for whoever looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.errors import Forbidden
from app.language.conditions import Conditions
from app.people.model import Role
from app.rules import in_view
from app.rules.in_view import tickets_in
from app.tickets.model import ZendeskUser
from app.views.admin import Found
from app.views.definition import ViewRefused
from app.views.model import View
from app.views.view import save
from tests.marketplace import a_booking, a_ticket, kept
from tests.visit import a_person, a_visit, visit_as

UNSOLVED = {"field": "status", "operator": "less_than", "value": "solved"}
MINE = {"field": "assignee_id", "operator": "is", "value": "current_user"}


def a_view(*rows: dict[str, Any], any_of: tuple[dict[str, Any], ...] = (), **more: Any) -> View:
    with acting_as(Actor(ActorKind.system, "test")):
        raw = {"title": "열린 티켓", "conditions": {"all": list(rows), "any": list(any_of)}, "active": True, **more}
        view = save(db.session(), None, raw, more.get("id"))
    db.session.commit()
    return view


def asked(*rows: dict[str, Any], any_of: tuple[dict[str, Any], ...] = (), after: str = "") -> Found:
    return tickets_in(db.session(), Conditions.parse({"all": list(rows), "any": list(any_of)}), after)


def numbers(found: Found) -> list[int]:
    return [one.zendesk_id for one in found.tickets]


def test_a_view_holds_the_tickets_that_its_conditions_take(office: Flask) -> None:
    old = a_ticket(status="open", subject="환불 문의", tags=["vip"])
    new = a_ticket(
        status="pending", subject="hello", description="hello", updated_at=clock.now() + timedelta(minutes=1)
    )
    a_ticket(status="solved", subject="환불 문의", tags=["vip"])
    a_ticket(status="deleted", tags=["vip"])
    assert numbers(asked(UNSOLVED)) == [new.zendesk_id, old.zendesk_id]
    assert numbers(asked(UNSOLVED, {"field": "current_tags", "operator": "includes", "value": "vip"})) == [
        old.zendesk_id
    ]
    refund = {"field": "text.topic", "operator": "includes", "value": "refund"}
    assert numbers(asked(UNSOLVED, any_of=(refund,))) == [old.zendesk_id]
    assert numbers(asked({"field": "status", "operator": "is_not", "value": "open"}))[0] == new.zendesk_id
    assert numbers(asked({"field": "NEW", "operator": "greater_than", "value": "1000000"})) == []


NARROWINGS: list[dict[str, Any]] = [
    {"field": field, "operator": operator, "value": value}
    for field, values in {
        "status": ("new", "open", "pending", "hold", "solved", "closed"),
        "group_id": ("", "11", "12", "current_groups"),
        "assignee_id": ("", "21", "22", "current_user", "requester_id"),
        "requester_id": ("21", "current_user", "assignee_id"),
        "organization_id": ("", "31"),
        "type": ("", "question", "task"),
        "priority": ("", "low", "urgent"),
    }.items()
    for value in values
    for operator in (
        "is",
        "is_not",
        *(("less_than", "greater_than") if field in {"status", "priority"} and value else ()),
    )
]


def test_what_the_database_leaves_out_the_language_would_leave_out_too(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same tickets with and without the narrowing, whatever is asked and whatever the ticket is."""
    for index, status in enumerate(("new", "open", "pending", "hold", "solved", "closed")):
        for group, person in ((None, None), (11, 21), (12, 22)):
            a_ticket(
                status=status, group_id=group, assignee_id=person, requester_id=21,
                organization_id=31 if index % 2 else None,
                type="question" if index % 3 else None, priority=(None, "low", "urgent")[index % 3],
            )  # fmt: skip
    kept(ZendeskUser(zendesk_id=21, name="나", role="agent", tags=[]))
    me = a_person(Role.agent, zendesk_id=21)
    with acting_as(Actor(ActorKind.person, me.name, me.id)):
        narrowed = {str(row): numbers(asked(row)) for row in NARROWINGS}
        monkeypatch.setattr(in_view, "_narrowed", lambda *_asked: iter(()))
        whole = {str(row): numbers(asked(row)) for row in NARROWINGS}
    assert narrowed == whole
    assert any(whole.values())


def test_the_view_is_the_viewers_own(office: Flask) -> None:
    """`current_user` in a view is whoever looks at it."""
    kept(ZendeskUser(zendesk_id=21, name="나", role="agent", tags=[]))
    mine = a_ticket(status="open", assignee_id=21)
    a_ticket(status="open", assignee_id=22)
    me, stranger = a_person(Role.agent, zendesk_id=21), a_person(Role.agent, zendesk_id=None)
    with acting_as(Actor(ActorKind.person, me.name, me.id)):
        assert numbers(asked(UNSOLVED, MINE)) == [mine.zendesk_id]
    with acting_as(Actor(ActorKind.person, stranger.name, stranger.id)):
        assert numbers(asked(UNSOLVED, MINE)) == []


def test_nobody_sees_tickets_of_another_city(office: Flask) -> None:
    here, there = a_booking(city="서울"), a_booking(city="부산")
    mine, theirs = a_ticket(status="open", booking=here), a_ticket(status="open", booking=there)
    with acting_as(Actor(ActorKind.person, "나", 1, cities=frozenset({"서울"}))):
        assert numbers(asked(UNSOLVED)) == [mine.zendesk_id]
    assert set(numbers(asked(UNSOLVED))) == {mine.zendesk_id, theirs.zendesk_id}


def test_a_long_view_is_read_page_by_page_without_a_ticket_twice(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_view, "A_PAGE", 3)
    monkeypatch.setattr(in_view, "AT_ONCE", 4)
    at = clock.now()
    made = [a_ticket(status="open" if index % 2 else "new", updated_at=at).zendesk_id for index in range(11)]
    seen: list[int] = []
    found = asked(UNSOLVED)
    while True:
        assert len(found.tickets) <= 3
        seen += numbers(found)
        if not found.after:
            break
        found = asked(UNSOLVED, after=found.after)
    assert seen == sorted(made, reverse=True)
    assert numbers(asked(UNSOLVED, after="nonsense")) == seen[:3]


def test_a_rare_view_stops_looking_and_says_where_to_go_on(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_view, "AT_ONCE", 2)
    monkeypatch.setattr(in_view, "MOST_LOOKED_AT", 4)
    for _ in range(6):
        a_ticket(status="open")
    rare = {"field": "current_tags", "operator": "includes", "value": "rare"}
    found = asked(rare)
    assert (found.tickets, found.looked) == ([], 4)
    assert asked(rare, after=found.after) == Found([], "", 2)


def test_the_page_of_a_view_tells_its_conditions_and_its_tickets(office: Flask) -> None:
    view = a_view(UNSOLVED, {"field": "group_id", "operator": "is", "value": "404"}, any_of=(MINE,), id=9)
    ticket = a_ticket(status="open", subject="문이 안 열려요")
    other = a_view(UNSOLVED)
    visit = visit_as(office, Role.agent)
    assert "열린 티켓" in visit.open("/admin/views/").text
    page = visit.open(f"/admin/views/details/?id={view.id}").text
    assert "미만" in page
    assert "(지금 사용자)" in page
    assert "404" in page
    assert "여기에 없는 것을 가리킵니다" in page
    assert "지금은 해당하는 티켓이 없습니다." in page
    page = visit.open(f"/admin/views/details/?id={other.id}").text
    assert "문이 안 열려요" in page
    assert f"#{ticket.zendesk_id}" in page


def test_a_view_that_is_not_understood_any_more_still_opens(office: Flask) -> None:
    view = a_view(UNSOLVED)
    view.definition = {"title": "x", "conditions": {"all": [{"field": "weather", "operator": "is", "value": "1"}]}}
    db.session.commit()
    answer = visit_as(office, Role.ops_manager).open(f"/admin/views/details/?id={view.id}")
    assert answer.status_code == 200
    assert "weather" in answer.text


def test_who_may_not_change_views_does_not(office: Flask) -> None:
    with acting_as(Actor(ActorKind.person, "나", 1)), pytest.raises(Forbidden):
        save(db.session(), None, {"title": "x", "conditions": {"all": [UNSOLVED]}}, None)
    with acting_as(Actor(ActorKind.system, "test")), pytest.raises(ViewRefused):
        save(db.session(), None, {"title": "x", "conditions": {"all": []}}, None)


def test_strangers_see_no_view(office: Flask) -> None:
    a_view(UNSOLVED)
    assert a_visit(office).open("/admin/views/").status_code == 302


def test_a_topic_is_told_by_its_name(office: Flask) -> None:
    view = a_view(UNSOLVED, {"field": "text.topic", "operator": "includes", "value": "no_show"})
    page = visit_as(office, Role.agent).open(f"/admin/views/details/?id={view.id}").text
    assert '<span class="what">노쇼</span>' in page
