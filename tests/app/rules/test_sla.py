"""Which promise binds, when it is due, and whether it was kept: by the clock and by business hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app import clock
from app.db import db
from app.demo.slas import POLICIES
from app.errors import Refusal
from app.language.account import Account, Calendar
from app.language.facts_of_ticket import Comment, Person, TicketFacts
from app.people.model import Role
from app.rules.facts_of import facts_at, facts_at_time, read_record
from app.rules.sla import (
    Metric,
    SlaPolicy,
    dues,
    first_reply_at,
    first_reply_due,
    last_breach,
    next_breach,
    next_reply_due,
    policy_of,
)
from app.tickets.model import Comment as CommentRow
from app.tickets.model import TicketEvent, ZendeskUser
from app.tickets.sla import ZendeskSlaPolicy
from tests.marketplace import a_ticket, kept, number
from tests.visit import visit_as

SEOUL = ZoneInfo("Asia/Seoul")
ASKER, AGENT = Person("1", role="end_user"), Person("2", role="agent")
ACCOUNT = Account(calendar=Calendar(holidays={date(2026, 11, 24): "쉬는 날"}))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, where the 20th is a Friday and the 24th a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SEOUL)


def said(moment: datetime, by: Person, *, public: bool = True) -> Comment:
    return Comment("말", public, author=by, created_at=moment)


def a_policy(title: str = "모두", *, all_of: list[Any] | None = None, hours: bool = False, **targets: int) -> SlaPolicy:
    rows = [
        {"metric": metric, "priority": "normal", "target": minutes, "business_hours": hours}
        for metric, minutes in targets.items()
    ]
    return SlaPolicy.parse(title, {"all": all_of or [], "any": []}, rows)


def facts(*more: Comment, made: datetime | None = None, **change: Any) -> TicketFacts:
    made = made or at(20, 17)
    comments = (said(made, ASKER), *more)
    return TicketFacts(**{"status": "open", "priority": "normal", "created_at": made, "comments": comments, **change})


def test_the_first_policy_that_fits_binds() -> None:
    chat = a_policy("채팅", all_of=[{"field": "via_id", "operator": "is", "value": "29"}], first_reply_time=5)
    policies = (chat, a_policy(first_reply_time=60))
    for via, wanted in (("29", "채팅"), ("4", "모두")):
        found = policy_of(facts(via_id=via), policies, ACCOUNT, at(20, 18))
        assert found is not None
        assert found.title == wanted
    assert policy_of(facts(via_id="4"), policies[:1], ACCOUNT, at(20, 18)) is None
    assert first_reply_due(facts(via_id="29"), policies, ACCOUNT) == at(20, 17, 5)


@pytest.mark.parametrize(
    ("made", "minutes", "wanted"),
    [
        (at(20, 17), 30, at(20, 17, 30)),
        (at(20, 17), 60, at(20, 18)),
        (at(20, 17), 61, at(23, 9, 1)),  # over the weekend
        (at(20, 20), 60, at(23, 10)),  # made after hours
        (at(23, 17), 120, at(25, 10)),  # over the holiday
        (at(21, 10), 9 * 60, at(23, 18)),  # a whole day
    ],
)
def test_business_hours_pass_over_what_is_closed(made: datetime, minutes: int, wanted: datetime) -> None:
    policy = a_policy(hours=True, first_reply_time=minutes)
    assert first_reply_due(facts(made=made), (policy,), ACCOUNT) == wanted
    by_clock = a_policy(first_reply_time=minutes)
    assert first_reply_due(facts(made=made), (by_clock,), ACCOUNT) == made + timedelta(minutes=minutes)


def test_what_opens_never_is_due_all_the_same() -> None:
    shut = Account(calendar=Calendar(hours=((),) * 7))
    assert first_reply_due(facts(), (a_policy(hours=True, first_reply_time=60),), shut) == at(20, 18)
    late = Calendar(hours=(((time(9), time(0)),),) * 7)
    assert late.open_after(at(20, 23), timedelta(hours=2)) == at(21, 10)


def test_a_ticket_without_a_priority_has_no_target() -> None:
    policies = (a_policy(first_reply_time=60, next_reply_time=60, requester_wait_time=60),)
    for priority in ("", "high"):
        look = facts(priority=priority)
        assert first_reply_due(look, policies, ACCOUNT) is None
        assert dues(look, policies, ACCOUNT, at(21, 9), [(at(20, 17), "new")]) == []


def test_an_internal_note_and_the_customers_own_words_are_no_answer() -> None:
    policies = (a_policy(first_reply_time=60, next_reply_time=30),)
    note = facts(said(at(20, 17, 10), AGENT, public=False), said(at(20, 17, 20), ASKER))
    assert first_reply_at(note) is None
    assert next_reply_due(note, policies, ACCOUNT) is None  # the first answer is still owed
    (first,) = dues(note, policies, ACCOUNT, at(20, 17, 30))
    assert (first.due_at, first.met_at) == (at(20, 18), None)
    assert [first.breached_by(at(20, hour)) for hour in (18, 19)] == [False, True]


def test_replies_in_turn() -> None:
    policies = (a_policy(first_reply_time=60, next_reply_time=30),)
    look = facts(
        said(at(20, 17, 50), AGENT),
        said(at(20, 18), ASKER),
        said(at(20, 18, 10), ASKER),
        said(at(20, 19), AGENT),
        said(at(20, 20), ASKER),
    )
    assert next_reply_due(look, policies, ACCOUNT) == at(20, 20, 30)
    now = at(20, 20, 5)
    found = dues(look, policies, ACCOUNT, now)
    assert [(one.metric, one.due_at, one.met_at) for one in found] == [
        (Metric.first_reply_time, at(20, 18), at(20, 17, 50)),
        (Metric.next_reply_time, at(20, 18, 30), at(20, 19)),
        (Metric.next_reply_time, at(20, 20, 30), None),
    ]
    coming, missed = next_breach(found, now), last_breach(found, now)
    assert coming is not None
    assert missed is not None
    assert (coming.due_at, missed.due_at) == (at(20, 20, 30), at(20, 18, 30))
    assert last_breach(found[:1], now) is None


def test_a_waiting_clock_stands_still_while_pending() -> None:
    policies = (a_policy(requester_wait_time=120),)
    statuses = [(at(20, 17), "new"), (at(20, 18), "pending"), (at(21, 9), "open")]
    running = dues(facts(), policies, ACCOUNT, at(21, 9, 30), statuses)
    assert [one.due_at for one in running] == [at(21, 10)]
    assert dues(facts(), policies, ACCOUNT, at(20, 20), statuses[:2]) == []
    (late,) = dues(facts(), policies, ACCOUNT, at(22, 9), [*statuses, (at(21, 11), "solved")])
    assert late.breached_by(at(22, 9))
    solved = [*statuses, (at(21, 11), "solved")]
    assert dues(facts(), (a_policy(total_resolution_time=2000),), ACCOUNT, at(22, 9), solved) == []


def test_what_cannot_be_read_is_refused() -> None:
    wrong: tuple[Any, ...] = ({}, [{"metric": "first_reply_time", "priority": "normal"}])
    for targets in wrong:
        with pytest.raises(Refusal):
            SlaPolicy.parse("모두", {}, targets)
    unknown = SlaPolicy.parse("모두", {}, [{"metric": "periodic_update_time", "priority": "normal", "target": 5}])
    assert unknown.targets == ()
    newer = SlaPolicy.parse("모두", {}, [{"metric": "first_reply_time", "priority": "normal", "target_in_seconds": 90}])
    assert newer.targets[0].within == timedelta(seconds=90)


def test_the_facts_and_the_page_tell_what_is_next(office: Flask) -> None:
    kept(ZendeskUser(zendesk_id=7101, name="이서준", role="agent"))
    targets = [
        {"metric": metric, "priority": "normal", "target": minutes, "business_hours": False}
        for metric, minutes in (("first_reply_time", 60), ("next_reply_time", 60))
    ]
    kept(ZendeskSlaPolicy(zendesk_id=1, title="모두", position=1, conditions={"all": [], "any": []}, targets=targets))
    made = clock.now().replace(microsecond=0) - timedelta(minutes=30)
    ticket = a_ticket(priority="normal", created_at=made, updated_at=made)
    told = {"ticket": ticket, "audit_id": number(), "created_at": made}
    first = kept(TicketEvent(**told, is_creation=True, changes={"status": [None, "open"]}))
    kept(CommentRow(**told, zendesk_id=number(), is_public=True, body="말"))
    record = read_record(db.session(), ticket)
    assert facts_at(record, first).sla_next_breach_at == made + timedelta(hours=1)
    assert facts_at(record, None).sla_last_breach_at is None
    late = facts_at_time(record, made + timedelta(hours=2))
    assert (late.sla_next_breach_at, late.sla_last_breach_at) == (None, made + timedelta(hours=1))
    page = visit_as(office, Role.agent).open(f"/admin/tickets/details/?id={ticket.id}").text
    assert 'data-sla="next"' in page
    assert "첫 답변" in page
    ticket.status = "solved"
    db.session.commit()
    assert "data-sla" not in visit_as(office, Role.agent).open(f"/admin/tickets/details/?id={ticket.id}").text


def test_the_demos_policies_are_understood() -> None:
    policies = [SlaPolicy.parse(one["title"], one["filter"], one["policy_metrics"]) for one in POLICIES]
    assert [len(one.targets) for one in policies] == [12, 12]
    for via, wanted in (("29", "채팅·긴급"), ("4", "그 밖의 문의")):
        found = policy_of(facts(via_id=via), policies, ACCOUNT, at(20, 18))
        assert found is not None
        assert found.title == wanted
