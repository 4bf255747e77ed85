"""A rehearsal as a job: resumed, cancelled, taken in turns, given up in words; and how it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.errors import Forbidden, Refusal
from app.rules.model import Rule
from app.rules.rehearsal.ask import ask, cancel
from app.rules.rehearsal.model import Rehearsal, RehearsalState
from app.rules.rehearsal.run import LEASE, claim, let_go, work
from app.rules.rule import save
from automations import rehearse
from automations.sweep import waiting
from tests.past import a_definition, a_past_ticket, a_rule, people
from tests.rehearsing import MANAGER, NEW, again, asked, listed, rehearsed, told

PENDING_A_DAY = [("status", "is", "pending"), ("PENDING", "greater_than", "23")]


@pytest.fixture(autouse=True)
def manager() -> Iterator[None]:
    with acting_as(MANAGER):
        yield


@pytest.fixture(autouse=True)
def here(office: Flask) -> None:
    people()


# ------------------------------------------------------------------------------------------------------- as a job


def some_tickets(count: int, monkeypatch: pytest.MonkeyPatch) -> Rule:
    monkeypatch.setattr("app.rules.rehearsal.run.TICKETS_A_CHUNK", 2)
    for _ in range(count):
        a_past_ticket()
    return a_rule("새 문의", [NEW], [("priority", "high")])


def test_a_killed_run_goes_on_from_its_last_chunk_without_doubles(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal = asked(some_tickets(5, monkeypatch))
    first = claim(db.session())
    assert first is not None
    assert next(work(db.session(), first)) == 2  # and is never heard of again
    assert claim(db.session()) is None
    db.session.execute(update(Rehearsal).values(lease_until=clock.now()))
    db.session.commit()
    assert [fact.value for fact in waiting()] == ["rehearsal_asked"]
    rehearse.run()
    done = again(rehearsal.id)
    assert (done.state, done.done, told(done).differing, len(listed(done))) == (RehearsalState.done, 5, 5, 5)


def test_whoever_lost_the_lease_records_nothing(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = asked(some_tickets(5, monkeypatch))
    slow = claim(db.session())
    assert slow is not None
    steps = work(db.session(), slow)
    next(steps)
    db.session.execute(update(Rehearsal).values(lease_until=clock.now() - LEASE))
    db.session.commit()
    quick = claim(db.session())
    assert quick is not None
    assert quick.cursor > 0
    assert list(steps) == []
    assert list(work(db.session(), quick)) == [4, 5, 5]
    assert len(listed(again(rehearsal.id))) == 5


def test_a_cancelled_one_stops_at_once(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = asked(some_tickets(5, monkeypatch))
    mine = claim(db.session())
    assert mine is not None
    steps = work(db.session(), mine)
    next(steps)
    cancel(db.session(), again(rehearsal.id))
    db.session.commit()
    assert list(steps) == []
    over = again(rehearsal.id)
    assert (over.state, over.done, over.token) == (RehearsalState.cancelled, 2, None)
    with pytest.raises(Refusal):
        cancel(db.session(), over)


def test_two_at_once_take_turns(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearse, "SLICE_SECONDS", -1.0)
    rule = some_tickets(5, monkeypatch)
    first, second = asked(rule), asked(rule, days=30)
    seen = []
    for _ in range(20):
        rehearse.run()
        seen.append((again(first.id).done, again(second.id).done))
        if not again(first.id).is_under_way and not again(second.id).is_under_way:
            break
    assert seen[:3] == [(2, 0), (2, 2), (4, 2)]
    assert [len(listed(again(one.id))) for one in (first, second)] == [5, 5]


def test_a_run_that_dies_every_time_is_given_up_in_words(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = asked(some_tickets(1, monkeypatch))
    for _ in range(5):
        assert claim(db.session()) is not None
        db.session.execute(update(Rehearsal).values(lease_until=clock.now()))
        db.session.commit()
    assert claim(db.session()) is None
    failed = again(rehearsal.id)
    assert failed.state is RehearsalState.failed
    assert failed.trouble is not None
    assert "fewer days" in failed.trouble["en"]


def test_what_fails_is_told(office: Flask) -> None:
    rehearsal = asked(a_rule("새 문의", [NEW], [("priority", "high")]))
    frozen = {**rehearsal.frozen, "rules": [{**rehearsal.frozen["rules"][0], "definition": {"actions": []}}]}
    rehearsal.frozen = frozen
    db.session.commit()
    rehearse.run()
    failed = again(rehearsal.id)
    assert failed.state is RehearsalState.failed
    assert failed.trouble is not None


def test_let_go_leaves_the_rest_to_the_next(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(some_tickets(3, monkeypatch))
    mine = claim(db.session())
    assert mine is not None
    next(work(db.session(), mine))
    let_go(db.session(), mine)
    following = claim(db.session())
    assert following is not None
    assert following.done == 2


# ------------------------------------------------------------------------------------------------------- asking


def test_asked_twice_it_is_one_rehearsal(office: Flask) -> None:
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    assert asked(rule).id == asked(rule).id
    assert asked(rule, days=7).id != asked(rule).id


def test_what_is_in_force_already_is_nothing_to_rehearse(office: Flask) -> None:
    rule = a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    with pytest.raises(Refusal, match="연습할 것이 없습니다"):
        ask(db.session(), [rule], days=90)


@pytest.mark.parametrize("days", [0, 366])
def test_too_few_or_too_many_days_are_refused_at_their_field(office: Flask, days: int) -> None:
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    with pytest.raises(Refusal) as refused:
        ask(db.session(), [rule], days=days)
    assert refused.value.field == "days"


def test_whoever_may_not_edit_rules_may_not_rehearse(office: Flask) -> None:
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    with acting_as(Actor(ActorKind.person, "상담사", None, frozenset({"rules.view"}))), pytest.raises(Forbidden):
        ask(db.session(), [rule], days=90)


def test_what_was_asked_for_is_what_is_rehearsed_though_it_is_saved_anew(office: Flask) -> None:
    a_past_ticket()
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    rehearsal = asked(rule)
    save(db.session(), rule, title=rule.title, kind=rule.kind, definition=a_definition([NEW], [("priority", "low")]))
    db.session.commit()
    rehearse.run()
    done = again(rehearsal.id)
    assert told(done).effects == {"priority": {"high": [0, 1]}}
    assert [one.number for one in done.rules] == [1]


def test_old_lists_are_pruned_and_the_newest_stay(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.rules.rehearsal.ask.LISTS_KEPT", 1)
    monkeypatch.setattr("app.rules.rehearsal.ask.KEPT", 2)
    a_past_ticket()
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    ids = [rehearsed(rule, days=days).id for days in (1 + 30, 2 + 30, 3 + 30, 4 + 30)]
    stands: list[Any] = [len(listed(one)) for one in db.session.scalars(select(Rehearsal).order_by(Rehearsal.id))]
    assert db.session.get(Rehearsal, ids[0]) is None
    assert stands == [0, 1, 1]
