"""Storms of rules are stopped, a rule is stopped at once, and people hear of it once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.actor import Actor, ActorKind, acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, Letter
from app.audit.model import AuditEntry
from app.db import db
from app.errors import Forbidden, Refusal
from app.language.plan import Plan
from app.link.link import the_link, turn_rules
from app.outbox.by_hand import Hand, move
from app.outbox.model import Push, PushState
from app.outbox.stopping import stop_all, stop_rule
from app.people.model import Role
from app.rules.brakes.brake import hour_of, release, set_budget, take
from app.rules.brakes.model import ALL, RuleCount
from app.rules.decide import Decision
from app.rules.live import definition_of, read_live
from app.rules.model import Rule, RuleKind, RuleRun
from app.tickets.model import Ticket
from automations import budget, decide, mirror, push, timed
from tests.automations.acts import NEW, a_rule
from tests.automations.conftest import Stage, keep_reason
from tests.marketplace import a_ticket, a_user

MANAGER = Actor(ActorKind.person, "매니저", 1, frozenset({"rules.publish", "switches.turn", "outbox.retry"}))
LONG_AGO = {"field": "NEW", "operator": "greater_than", "value": "1"}
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def set_to(rule_id: int, per_hour: int) -> None:
    with acting_as(MANAGER):
        set_budget(db.session(), rule_id, per_hour)
        db.session.commit()


def runs() -> int:
    return len(db.session.scalars(select(RuleRun.id)).all())


def alarms() -> Sequence[Alarm]:
    db.session.expire_all()
    return db.session.scalars(select(Alarm).order_by(Alarm.id)).all()


def decided(stage: Stage, count: int) -> None:
    """So many tickets come in and are decided on; nothing is sent."""
    for _ in range(count):
        number = stage.write("문의", "본문")
        keep_reason(number, f"test:{number}")
    mirror.drain()


def test_a_rule_over_its_budget_is_stopped_with_one_alarm_and_the_crossing_firing_is_not_acted_on(stage: Stage) -> None:
    a_user(email="lead@example.com")
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    other = a_rule("우선순위", NEW, [{"field": "priority", "value": "high"}], position=2)
    set_to(rule.id, 3)
    decided(stage, 5)
    by_rule = db.session.scalars(select(RuleRun.rule_id)).all()
    assert (by_rule.count(rule.id), by_rule.count(other.id)) == (3, 5)
    assert "seen" not in str(db.session.scalars(select(Push.change).order_by(Push.id.desc())).first())
    [alarm] = alarms()
    assert (alarm.kind, alarm.count, alarm.rules) == (AlarmKind.rule_budget, 1, [rule.id])
    assert "「태그」 3번" in alarm.words_ko
    assert "“태그” 3 times" in alarm.words_en
    held = db.session.scalars(select(Push.state).join(RuleRun, RuleRun.push_id == Push.id).distinct()).all()
    assert set(held) == {PushState.held, PushState.owed}
    assert str(rule.id) not in read_live(db.session()).numbers


def test_a_storm_of_many_rules_is_one_alarm_and_one_letter(stage: Stage) -> None:
    a_user(email="lead@example.com", role=Role.admin)
    rules = [a_rule(f"r{n}", NEW, [{"field": "current_tags", "value": f"t{n}"}], position=n) for n in range(20)]
    for rule in rules:
        set_to(rule.id, 1)
    decided(stage, 3)
    [alarm] = alarms()
    assert alarm.rules == sorted(rule.id for rule in rules)
    assert alarm.count == 20
    assert len(db.session.scalars(select(Letter.id)).all()) == 1
    assert runs() == 20


def test_all_rules_together_have_a_budget_too(stage: Stage) -> None:
    for number in range(3):
        a_rule(f"r{number}", NEW, [{"field": "current_tags", "value": f"t{number}"}], position=number)
    set_to(ALL, 4)
    decided(stage, 4)
    assert runs() == 4
    [alarm] = alarms()
    assert (alarm.kind, alarm.about, len(alarm.rules)) == (AlarmKind.rules_storm, "rules", 3)
    assert the_link(db.session()).rules_on is False
    push.drain()
    assert {one.state for one in db.session.scalars(select(Push))} == {PushState.held}
    assert stage.journal("PUT") == []


def test_without_the_budget_all_would_have_fired(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr("automations.decide.within", lambda _session, decisions: decisions)
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    set_to(rule.id, 1)
    decided(stage, 4)
    assert (runs(), list(alarms())) == (4, [])


def test_a_new_hour_is_a_new_budget(office: Flask) -> None:
    session = db.session()
    assert [take(session, 7, 2, NOW) for _ in range(3)] == [True, True, False]
    assert take(session, 7, 2, NOW + timedelta(hours=1))
    assert not take(session, 7, 0, NOW + timedelta(hours=2))
    assert take(session, ALL, 9, NOW)
    assert take(session, ALL, 9, NOW + timedelta(days=3))
    assert hour_of(NOW) not in set(session.scalars(select(RuleCount.hour)))


def at_once(app: Flask, work: Callable[[threading.Barrier], bool], threads: int = 8) -> int:
    """How many of the threads were told yes."""
    barrier, told = threading.Barrier(threads), list[bool]()

    def run() -> None:
        with app.app_context():
            told.append(work(barrier))
            db.session.remove()

    crowd = [threading.Thread(target=run) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(30)
    assert len(told) == threads
    return sum(told)


def test_eight_workers_at_once_take_no_more_than_there_is(office: Flask) -> None:
    def guarded(barrier: threading.Barrier) -> bool:
        barrier.wait()
        taken = [take(db.session(), 7, 20, NOW) for _ in range(5)]
        db.session.commit()
        return sum(taken) == 5

    assert at_once(office, guarded) == 4
    assert db.session.scalar(select(RuleCount.count)) == 20


def test_looking_first_and_counting_then_would_take_too_many(office: Flask) -> None:
    """The negative control: the same race without the guarded statement."""

    def counted() -> int:
        found = db.session.scalar(select(RuleCount.count).where(RuleCount.rule_id == 7)) or 0
        db.session.rollback()
        return found

    take(db.session(), 7, 20, NOW)
    db.session.commit()

    def unguarded(barrier: threading.Barrier) -> bool:
        seen = counted()
        barrier.wait()
        if seen >= 2:
            return False
        row = db.session.get_one(RuleCount, (7, hour_of(NOW)))
        row.count = seen + 1
        db.session.commit()
        return True

    assert at_once(office, unguarded) == 8


def test_a_stopped_rule_decides_nothing_from_the_next_look_on_and_what_it_owes_is_held(stage: Stage) -> None:
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    decided(stage, 1)
    with acting_as(MANAGER):
        assert stop_rule(db.session(), rule, "")
        db.session.commit()
        assert not stop_rule(db.session(), rule)
        db.session.commit()
    decided(stage, 1)
    push.drain()
    assert runs() == 1
    [held] = db.session.scalars(select(Push)).all()
    assert (held.state, held.why) == (PushState.held, "its rule was stopped")
    assert stage.journal("PUT") == []
    assert "stop" in db.session.scalars(select(AuditEntry.verb)).all()
    with acting_as(MANAGER):
        with pytest.raises(Refusal, match="멈춰"):
            move(db.session(), held, Hand.send)
        assert release(db.session(), rule)
        move(db.session(), held, Hand.send)
        db.session.commit()
    stage.work()
    assert len(stage.journal("PUT")) == 1
    decided(stage, 1)
    assert runs() == 2


def test_what_was_claimed_before_the_stop_is_not_sent_after_it(stage: Stage) -> None:
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    decided(stage, 1)
    claim = push.claim_one(db.session())
    assert claim is not None
    with acting_as(MANAGER):
        stop_rule(db.session(), rule)
        db.session.commit()
    push.work(claim)
    assert stage.journal("PUT") == []
    assert db.session.scalars(select(Push.state)).all() == [PushState.held]


def test_all_are_stopped_by_one_switch(stage: Stage) -> None:
    for number in range(2):
        a_rule(f"r{number}", NEW, [{"field": "current_tags", "value": f"t{number}"}], position=number)
    decided(stage, 1)
    with acting_as(MANAGER):
        assert stop_all(db.session(), "폭주")
        db.session.commit()
    decided(stage, 1)
    push.drain()
    assert runs() == 2
    assert db.session.scalars(select(Push.state)).all() == [PushState.held]
    with acting_as(MANAGER):
        turn_rules(the_link(db.session()), on=True)
        db.session.commit()
    decided(stage, 1)
    assert runs() == 4


def test_whoever_counts_holds_the_desk_first(office: Flask) -> None:
    """Else one that counted and then routes, and one that routes and then counts, would wait for each other."""
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    if db.engine.dialect.name == "sqlite":
        return  # its writers stand in one line
    decision = Decision(definition_of(rule), (), Plan())
    with db.engine.connect() as other:
        free = text("SELECT pg_try_advisory_xact_lock(hashtext('routing'))")
        assert budget.within(db.session(), []) == []
        assert other.scalar(free)
        other.rollback()
        assert budget.within(db.session(), [decision]) == [decision]
        assert not other.scalar(free)


def test_a_run_on_time_ends_for_the_rest_once_all_are_stopped(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        a_ticket(status="open")
    a_rule("시간", [{"field": "status", "operator": "is", "value": "open"}, LONG_AGO],
           [{"field": "priority", "value": "high"}], kind=RuleKind.automation)  # fmt: skip
    the_link(db.session()).connected_at = NOW
    db.session.commit()
    seen: list[int] = []

    def then_stop(session: Session, ticket: Ticket) -> bool:
        seen.append(ticket.id)
        with acting_as(MANAGER):
            stop_all(session, "폭주")
        return True

    monkeypatch.setattr(decide, "on_time", then_stop)
    timed.run()
    assert len(seen) == 1


def test_the_switch_for_all_is_never_refused_for_who_saves_the_link_meanwhile(office: Flask) -> None:
    link = the_link(db.session())
    db.session.commit()

    def saved_elsewhere() -> None:
        with office.app_context():
            the_link(db.session()).trouble = "late"
            db.session.commit()

    if db.engine.dialect.name == "postgresql":  # on SQLite nobody else writes while one does
        assert link.rules_on
        elsewhere = threading.Thread(target=saved_elsewhere)
        elsewhere.start()
        elsewhere.join(10)
    with acting_as(MANAGER):
        assert stop_all(db.session(), "폭주")
        db.session.commit()
        assert not stop_all(db.session())
        db.session.commit()
    assert not the_link(db.session()).rules_on


def test_of_two_who_stop_a_rule_at_once_one_does_it_and_neither_is_refused(office: Flask) -> None:
    rule_id = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}]).id
    db.session.remove()
    ready, done = threading.Barrier(2), list[bool]()

    def stop() -> None:
        with office.app_context(), acting_as(MANAGER):
            rule = db.session.get_one(Rule, rule_id)
            if db.engine.dialect.name == "postgresql":
                ready.wait(10)
            done.append(stop_rule(db.session(), rule))
            db.session.commit()

    both = [threading.Thread(target=stop) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
    assert sorted(done) == [False, True]


def test_who_may_not_publish_may_not_stop_start_or_budget(office: Flask) -> None:
    rule = a_rule("태그", NEW, [{"field": "current_tags", "value": "seen"}])
    with acting_as(Actor(ActorKind.person, "상담사", 2)):
        for attempt in (
            lambda: stop_rule(db.session(), rule),
            lambda: stop_all(db.session()),
            lambda: release(db.session(), rule),
            lambda: set_budget(db.session(), rule.id, 1),
        ):
            with pytest.raises(Forbidden):
                attempt()
    with acting_as(MANAGER), pytest.raises(Refusal, match="한도"):
        set_budget(db.session(), rule.id, -1)
    assert db.session.get_one(Rule, rule.id).state == "live"
