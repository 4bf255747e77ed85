"""A rehearsal tells what each past look would have done, by the rules in force and by the candidate set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.actor import acting_as
from app.db import db
from app.outbox.model import Push
from app.rules.model import RuleKind, RuleRun
from app.rules.rehearsal.ask import drafts
from app.rules.rehearsal.model import RehearsalState
from app.rules.rehearsal.tally import Tallies
from app.rules.rule import save
from tests.marketplace import a_booking, kept
from tests.past import AGENT, START, Was, a_definition, a_past_ticket, a_rule, at, people
from tests.rehearsing import MANAGER, NEW, listed, rehearsed, told

PENDING_A_DAY = [("status", "is", "pending"), ("PENDING", "greater_than", "23")]


@pytest.fixture(autouse=True)
def manager() -> Iterator[None]:
    with acting_as(MANAGER):
        yield


@pytest.fixture(autouse=True)
def here(office: Flask) -> None:
    people()


def test_an_added_rule_is_told_by_rule_and_effect(office: Flask) -> None:
    wanted = a_past_ticket(subject="환불해 주세요")
    a_past_ticket(subject="시간을 바꾸고 싶어요")
    rule = a_rule("환불 → 긴급", [NEW, ("subject_includes_word", "includes", "환불해")], [("priority", "urgent")])
    rehearsal = rehearsed(rule)
    tally = told(rehearsal)
    assert rehearsal.state is RehearsalState.done
    assert (rehearsal.total, rehearsal.done, tally.tickets, tally.looks, tally.differing) == (2, 2, 2, 2, 1)
    assert tally.rules == {str(rule.id): [0, 1]}
    assert tally.effects == {"priority": {"urgent": [0, 1]}}
    (row,) = listed(rehearsal)
    assert row.ticket_id == wanted.id
    assert row.marks == f" field:priority rule:{rule.id} "
    assert (row.effects[0]["gone"], row.effects[0]["come"]) == ([], [["priority", "urgent"]])


def test_nothing_is_written_but_the_rehearsal(office: Flask) -> None:
    a_past_ticket()
    rehearsed(a_rule("새 문의", [NEW], [("priority", "high")]))
    for table in (RuleRun, Push):
        assert db.session.scalar(select(func.count(table.id))) == 0


def test_a_changed_rule_stands_in_the_place_of_its_live_version(office: Flask) -> None:
    a_past_ticket()
    rule = a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    save(db.session(), rule, title=rule.title, kind=rule.kind, definition=a_definition([NEW], [("priority", "urgent")]))
    db.session.commit()
    assert drafts(db.session()) == [rule]
    tally = told(rehearsed(rule))
    assert tally.rules == {str(rule.id): [1, 1]}
    assert tally.effects == {"priority": {"high": [1, 0], "urgent": [0, 1]}}
    assert tally.differing == 1


def test_a_rule_that_is_left_out_is_told_with_what_would_be_gone(office: Flask) -> None:
    a_past_ticket()
    rule = a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    a_rule("높음 → 태그", [("priority", "is", "high")], [("current_tags", "seen")], is_live=True)
    tally = told(rehearsed(rule, without=True))
    assert tally.effects == {"priority": {"high": [1, 0]}, "current_tags": {"seen": [1, 0]}}


def test_rules_in_force_take_part_in_the_cascade_of_the_candidate(office: Flask) -> None:
    """A draft alone says nothing of what the live rules make of what it does."""
    a_past_ticket()
    a_rule("높음 → 태그", [("priority", "is", "high")], [("current_tags", "seen")], is_live=True)
    tally = told(rehearsed(a_rule("새 문의", [NEW], [("priority", "high")])))
    assert tally.effects == {"priority": {"high": [0, 1]}, "current_tags": {"seen": [0, 1]}}


def test_where_both_sets_do_the_same_there_is_no_difference(office: Flask) -> None:
    a_past_ticket()
    a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    tally = told(rehearsed(a_rule("또 새 문의", [NEW], [("priority", "high")])))
    assert (tally.differing, tally.effects) == (0, {"priority": {"high": [1, 1]}})


def test_a_look_sees_the_ticket_as_it_was(office: Flask) -> None:
    """Today it is solved, urgent and tagged; at its first look it was none of these."""
    a_past_ticket([Was(5, {"status": "solved", "priority": "urgent", "tags": ["vip"]}, by=AGENT)])
    seen_then = a_rule("새 문의", [NEW, ("update_type", "is", "Create")], [("current_tags", "hello")])
    hindsight = a_rule(
        "나중 일을 앎",
        [("update_type", "is", "Create"), ("current_tags", "includes", "vip")],
        [("priority", "low")],
    )
    tally = told(rehearsed(seen_then, hindsight))
    assert tally.rules == {str(seen_then.id): [0, 1]}


def test_a_past_of_incomplete_history_is_counted_and_left_out(office: Flask) -> None:
    a_past_ticket(whole=False)
    a_past_ticket()
    tally = told(rehearsed(a_rule("새 문의", [NEW], [("priority", "high")])))
    assert (tally.tickets, tally.left_out, tally.differing) == (1, 1, 1)


def test_our_own_updates_start_no_rule(office: Flask) -> None:
    ticket = a_past_ticket([Was(1, {"priority": "high"}, ours="ours-1"), Was(2, {"priority": "low"}, ours="not-ours")])
    kept(Push(ticket=ticket, origin="rules", change={}, marker="ours-1", due_at=START, created_at=START))
    rule = a_rule("바뀌면", [("priority", "changed", None), ("update_type", "is", "Change")], [("current_tags", "x")])
    tally = told(rehearsed(rule))
    assert (tally.looks, tally.rules) == (2, {str(rule.id): [0, 1]})


def test_only_looks_within_the_days_count(office: Flask) -> None:
    old = clock.now() - timedelta(days=60)
    a_past_ticket([Was(24 * 50, {"status": "open"})], start=old)
    a_past_ticket([Was(24, {"status": "open"})], start=old)
    rule = a_rule("모두", [("status", "is_not", "closed")], [("current_tags", "x")])
    rehearsal = rehearsed(rule, days=30)
    assert (rehearsal.total, told(rehearsal).looks) == (1, 1)


def test_an_automation_fires_at_the_hour_it_first_becomes_true_and_once_a_cause(office: Flask) -> None:
    a_past_ticket([Was(2, {"status": "pending"}, by=AGENT), Was(30, {}, says="네"), Was(33, {"status": "solved"})])
    rule = a_rule("하루 지난 대기", PENDING_A_DAY, [("current_tags", "stale")], kind=RuleKind.automation)
    rehearsal = rehearsed(rule)
    # From the 26th hour, and once more after the customer's word at the 30th, still pending.
    assert told(rehearsal).rules == {str(rule.id): [0, 2]}
    (row,) = listed(rehearsal)
    assert [one["at"] for one in row.effects] == [at(26).isoformat(), at(30).isoformat()]


@pytest.mark.parametrize(("status", "fires"), [("solved", 1), ("closed", 0)])
def test_an_automation_does_not_look_at_what_is_closed(office: Flask, status: str, fires: int) -> None:
    a_past_ticket([Was(2, {"status": status}, by=AGENT)])
    conditions = [("status", "is", status), (status.upper(), "greater_than", "1")]
    rule = a_rule("지난 일", conditions, [("current_tags", "x")], kind=RuleKind.automation)
    assert sum(pair[1] for pair in told(rehearsed(rule)).rules.values()) == fires


def test_refunds_are_counted_by_the_quote_of_that_time(office: Flask) -> None:
    """The month begins 50 days after the first ticket, and 20 days after the second: the same policy, other money."""
    for days in (50, 20):
        booking = a_booking(starts_at=START + timedelta(days=days), ends_at=START + timedelta(days=days + 30))
        a_past_ticket(subject="취소할게요", booking=booking)
    a_past_ticket(subject="취소할게요")
    rule = a_rule(
        "취소 → 환불", [("subject_includes_word", "includes", "취소할게요")], [("request_refund", "customer_cancelled")]
    )
    tally = told(rehearsed(rule))
    assert tally.wishes == {"KRW": [0, 2], "?": [0, 1]}
    assert tally.money == {"KRW": [0, 1_200_000 + 600_000]}


def test_a_city_has_its_own_count(office: Flask) -> None:
    a_past_ticket(booking=a_booking(city="부산"))
    a_past_ticket(booking=a_booking(city="서울"))
    a_past_ticket()
    rehearsal = rehearsed(a_rule("새 문의", [NEW], [("priority", "high")]))
    tallies = Tallies.from_json(rehearsal.tally)
    assert [tallies.seen_in(some).differing for some in ((), ("부산",), ("제주",))] == [3, 2, 1]


def test_no_tickets_at_all_is_a_result(office: Flask) -> None:
    rehearsal = rehearsed(a_rule("새 문의", [NEW], [("priority", "high")]))
    assert (rehearsal.state, rehearsal.total, told(rehearsal).tickets) == (RehearsalState.done, 0, 0)
