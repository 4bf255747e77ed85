"""A version in shadow decides on live tickets, acts on nothing, and is measured by what people did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.actor import acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.db import db
from app.errors import Refusal
from app.outbox.model import Push
from app.rules.live import number_of, read_live
from app.rules.model import Rule, RuleKind, RuleRun, RuleState
from app.rules.publication import PublicationState
from app.rules.publishing import approve, publish
from app.rules.rule import save
from app.rules.shadow.model import Outcome, Shadow, ShadowRun, ShadowState
from app.rules.shadow.shadow import Thresholds, end, set_thresholds, share_of, start
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskUser
from automations import mirror, shadow, timed
from tests.automations.acts import NEW, a_rule, arrived, until
from tests.automations.conftest import AGENT, GLOBAL_GROUP, GROUP, Stage
from tests.marketplace import a_refund, a_user, number
from tests.rules_in_force import as_person, publish_for_test, rehearsed_for_test

TO_GROUP = [{"field": "group_id", "value": str(GROUP)}]


def a_draft(actions: list[Any], conditions: list[Any] = NEW, kind: RuleKind = RuleKind.trigger) -> Rule:
    definition = {"conditions": {"all": conditions, "any": []}, "actions": actions}
    rule = save(db.session(), None, title="그림자", kind=kind, definition=definition)
    db.session.commit()
    return rule


def in_shadow(rule: Rule, **thresholds: Any) -> Shadow:
    made = start(db.session(), rule, thresholds=Thresholds(**thresholds))
    db.session.commit()
    return made


def a_written_ticket(stage: Stage, count: int = 1) -> Ticket:
    """Written by a customer, mirrored and decided upon."""
    zendesk_id = stage.write("환불 문의", "환불되나요?")
    until(lambda: arrived(count))
    mirror.drain()
    return db.session.scalars(select(Ticket).where(Ticket.zendesk_id == zendesk_id)).one()


def a_person_did(ticket: Ticket, hours: float = 1, *, reply: bool = False, **changes: tuple[Any, Any]) -> None:
    """As the mirror keeps what an agent did in Zendesk's own pages."""
    at, audit_id = clock.now() + timedelta(hours=hours), ticket.decided_audit_id + number()
    db.session.merge(ZendeskUser(zendesk_id=AGENT, name="이서준", role="agent"))
    db.session.add(
        TicketEvent(
            ticket_id=ticket.id, audit_id=audit_id, author_id=AGENT, channel="web", created_at=at,
            changes={field: list(pair) for field, pair in changes.items()},
        )
    )  # fmt: skip
    if reply:
        said = {"body": "답변드립니다", "is_public": True, "author_id": AGENT, "created_at": at}
        db.session.add(Comment(ticket_id=ticket.id, zendesk_id=audit_id, audit_id=audit_id, **said))
    for field, pair in changes.items():
        setattr(ticket, field, pair[1])
    ticket.updated_at = at
    db.session.commit()


def compared(at: datetime | None = None) -> list[Outcome]:
    with clock.stopped(at or clock.now() + timedelta(hours=25)):
        shadow.drain()
    return list(db.session.scalars(select(ShadowRun.outcome).order_by(ShadowRun.id)))


def rows_of(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_shadow_decides_and_acts_on_nothing(stage: Stage) -> None:
    rule = a_draft([*TO_GROUP, {"field": "current_tags", "value": "watched"}])
    in_shadow(rule)
    ticket = a_written_ticket(stage)
    run = db.session.scalars(select(ShadowRun)).one()
    assert (run.outcome, run.ticket_id, run.reasons[0]["met"]) == (Outcome.pending, ticket.id, True)
    assert {(row["field"], row["value"]) for row in run.actions} == {
        ("group_id", str(GROUP)), ("current_tags", "watched"),
    }  # fmt: skip
    assert [rows_of(RuleRun), rows_of(Push), rule.state] == [0, 0, RuleState.draft]
    assert stage.journal() == []


def test_the_same_version_published_does_act(stage: Stage) -> None:
    """The negative control of the test before."""
    publish_for_test(a_draft(TO_GROUP))
    a_written_ticket(stage)
    assert [rows_of(RuleRun), rows_of(Push), rows_of(ShadowRun)] == [1, 1, 0]


def test_it_remembers_its_own_firings_and_sees_no_cause_that_the_rules_do_not(stage: Stage) -> None:
    in_shadow(a_draft(TO_GROUP))
    ticket = a_written_ticket(stage)
    ticket.decided_audit_id = 0
    db.session.commit()
    stage.look(ticket.zendesk_id)
    assert rows_of(ShadowRun) == 1


def test_a_new_version_watches_beside_the_old_one_that_acts(stage: Stage) -> None:
    rule = a_rule("배정", NEW, [{"field": "group_id", "value": str(GLOBAL_GROUP)}])
    save(db.session(), rule, title="배정", kind=rule.kind, definition={**rule.definition, "actions": TO_GROUP})
    in_shadow(rule)
    a_written_ticket(stage)
    assert db.session.scalars(select(RuleRun)).one().actions == [{"field": "group_id", "value": str(GLOBAL_GROUP)}]
    assert db.session.scalars(select(ShadowRun)).one().actions == [{"field": "group_id", "value": str(GROUP)}]


def test_a_shadow_that_fails_does_not_hold_up_what_acts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    in_shadow(a_draft([{"field": "priority", "value": "high"}]))
    a_rule("배정", NEW, TO_GROUP)

    def broken(*_args: Any, **_more: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(shadow, "decide", broken)
    a_written_ticket(stage)
    assert [rows_of(RuleRun), rows_of(ShadowRun)] == [1, 0]


def test_an_automation_watches_on_time(stage: Stage) -> None:
    aged = [{"field": "status", "operator": "less_than", "value": "solved"},
            {"field": "NEW", "operator": "greater_than", "value": "2"}]  # fmt: skip
    in_shadow(a_draft([{"field": "priority", "value": "high"}], aged, RuleKind.automation))
    a_written_ticket(stage)
    with clock.stopped(clock.now() + timedelta(hours=4)):
        timed.run()
        timed.run()
    assert [rows_of(ShadowRun), rows_of(RuleRun)] == [1, 0]


def test_it_is_compared_once_settled_field_by_field(stage: Stage) -> None:
    made = in_shadow(a_draft([*TO_GROUP, {"field": "priority", "value": "high"}]))
    ticket = a_written_ticket(stage)
    a_person_did(ticket, group_id=(None, GROUP), priority=(None, "low"), reply=True)
    assert compared(clock.now() + timedelta(hours=2)) == [Outcome.pending]
    assert compared() == [Outcome.differed]
    rows = {row["field"]: row["outcome"] for row in db.session.scalars(select(ShadowRun)).one().compared}
    assert rows == {"group_id": "agreed", "priority": "differed"}
    assert (share_of(db.session(), made).agreed, share_of(db.session(), made).n) == (0, 1)


def test_solving_it_settles_it_and_what_comes_later_does_not_count(stage: Stage) -> None:
    in_shadow(a_draft(TO_GROUP))
    ticket = a_written_ticket(stage)
    a_person_did(ticket, group_id=(None, GROUP), status=("new", "solved"))
    a_person_did(ticket, 3, group_id=(GROUP, GLOBAL_GROUP), status=("solved", "open"))
    ticket.status = "solved"
    db.session.commit()
    assert compared(clock.now() + timedelta(hours=4)) == [Outcome.agreed]


def test_one_that_cannot_be_compared_holds_up_no_other(stage: Stage) -> None:
    in_shadow(a_draft(TO_GROUP))
    ticket = a_written_ticket(stage)
    like = db.session.scalars(select(ShadowRun)).one()
    facts = {"shadow_id": like.shadow_id, "ticket_id": ticket.id, "audit_id": like.audit_id, "effect_hash": "x"}
    facts |= {"at": like.at, "due_at": like.due_at, "outcome": Outcome.pending, "reasons": []}
    db.session.add(ShadowRun(cause="audit:odd", actions=[7], **facts))
    db.session.commit()
    a_person_did(ticket, group_id=(None, GROUP))
    assert sorted(compared()) == [Outcome.agreed, Outcome.pending]


def test_a_ticket_that_nobody_touched_cannot_tell(stage: Stage) -> None:
    made = in_shadow(a_draft(TO_GROUP))
    a_written_ticket(stage)
    assert compared() == [Outcome.unclear]
    assert share_of(db.session(), made).n == 0


def proved_by(stage: Stage, rule: Rule, agreed: int, differed: int = 0) -> None:
    """Tickets on which people did what the shadow wanted, and others."""
    ticket = a_written_ticket(stage)
    made = db.session.scalars(select(Shadow).where(Shadow.rule_id == rule.id)).one()
    for place in range(agreed + differed):
        db.session.add(
            ShadowRun(
                shadow_id=made.id, ticket_id=ticket.id, cause=f"audit:{place}", audit_id=place, effect_hash="x",
                reasons=[], actions=[], at=clock.now(), due_at=clock.now(),
                outcome=Outcome.agreed if place < agreed else Outcome.differed,
            )
        )  # fmt: skip
    db.session.commit()
    shadow.drain()


def test_what_reached_its_threshold_is_published_where_that_was_agreed_to(stage: Stage) -> None:
    rule = a_draft([{"field": "notification_user", "value": ["requester_id", "안녕하세요", "받았습니다"]}])
    in_shadow(rule, promote_percent=80, least=20)
    rehearsed_for_test(rule)
    first, second = as_person(a_user()), as_person(a_user())
    with acting_as(first):
        asked = publish(db.session(), rule, when_reached=True)
        db.session.commit()
    with acting_as(second):
        approve(db.session(), asked)
        db.session.commit()
    assert (asked.state, rule.state) == (PublicationState.agreed, RuleState.draft)
    proved_by(stage, rule, 19)
    assert asked.state is PublicationState.agreed
    proved_by_more(rule, 20)
    assert (asked.state, rule.state, number_of(rule)) == (PublicationState.published, RuleState.live, 1)
    made = db.session.scalars(select(Shadow)).one()
    assert made.state is ShadowState.promoted
    assert read_live(db.session()).shadows == ()
    assert "미리 승인된 대로 게시했습니다" in told_to_people(rule)


def told_to_people(rule: Rule) -> str:
    """The one alarm that its shadow has raised, heard once."""
    (alarm,) = db.session.scalars(select(Alarm).where(Alarm.kind == AlarmKind.shadow_weighed))
    assert (alarm.count, alarm.rules) == (1, [rule.id])
    return alarm.words_ko


def proved_by_more(rule: Rule, agreed: int) -> None:
    made = db.session.scalars(select(Shadow).where(Shadow.rule_id == rule.id)).one()
    like = db.session.scalars(select(ShadowRun).limit(1)).one()
    facts = {"ticket_id": like.ticket_id, "effect_hash": "y", "reasons": [], "actions": []}
    facts |= {"at": clock.now(), "due_at": clock.now(), "outcome": Outcome.agreed}
    db.session.add_all(
        ShadowRun(shadow_id=made.id, cause=f"more:{place}", audit_id=place, **facts) for place in range(agreed)
    )
    db.session.commit()
    shadow.drain()


def test_without_that_agreement_it_only_says_that_it_is_ready(stage: Stage) -> None:
    rule = a_draft(TO_GROUP)
    in_shadow(rule, promote_percent=80, least=20)
    proved_by(stage, rule, 40)
    made = db.session.scalars(select(Shadow)).one()
    assert (made.state, rule.state) == (ShadowState.running, RuleState.draft)
    assert made.ready_at is not None
    assert "게시를 기다립니다" in told_to_people(rule)
    shadow.drain()
    assert "게시를 기다립니다" in told_to_people(rule)


def test_an_edit_takes_the_agreement_away(stage: Stage) -> None:
    rule = a_draft(TO_GROUP)
    in_shadow(rule, promote_percent=80, least=20)
    rehearsed_for_test(rule)
    with acting_as(as_person(a_user())):
        asked = publish(db.session(), rule, when_reached=True)
        db.session.commit()
    save(db.session(), rule, title="다르게", kind=rule.kind, definition=rule.definition)
    db.session.commit()
    proved_by(stage, rule, 40)
    assert (asked.state, rule.state) == (PublicationState.void, RuleState.draft)


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_agreed_to_goes_live_by_no_other_thresholds(stage: Stage, anew: bool) -> None:
    """Whoever may edit could else lower them to nothing, alone, once two had agreed to strict ones."""
    rule = a_draft([{"field": "notification_user", "value": ["requester_id", "안녕하세요", "받았습니다"]}])
    made = in_shadow(rule, promote_percent=99, least=500)
    rehearsed_for_test(rule)
    with acting_as(as_person(a_user())):
        asked = publish(db.session(), rule, when_reached=True)
        db.session.commit()
    with acting_as(as_person(a_user())):
        approve(db.session(), asked)
        db.session.commit()
    with acting_as(as_person(a_user(), frozenset({"rules.edit"}))):
        if anew:
            end(made)
            db.session.commit()
            made = in_shadow(rule, promote_percent=1, least=1)
        else:
            set_thresholds(made, Thresholds(promote_percent=1, least=1))
            db.session.commit()
    ticket = a_written_ticket(stage)
    db.session.add(
        ShadowRun(
            shadow_id=made.id, ticket_id=ticket.id, cause="more", audit_id=1, effect_hash="y", reasons=[], actions=[],
            at=clock.now(), due_at=clock.now(), outcome=Outcome.agreed,
        )
    )  # fmt: skip
    db.session.commit()
    shadow.drain()
    assert (asked.state, rule.state) == (PublicationState.void, RuleState.draft)
    assert made.ready_at is not None


def test_what_falls_below_goes_back_to_a_draft(stage: Stage) -> None:
    rule = a_draft(TO_GROUP)
    in_shadow(rule, demote_percent=50, least=20)
    proved_by(stage, rule, 4, differed=26)
    made = db.session.scalars(select(Shadow)).one()
    assert (made.state, rule.state) == (ShadowState.demoted, RuleState.draft)
    assert "초안으로 돌렸습니다" in told_to_people(rule)


def test_thresholds_that_say_nothing_are_refused(lone_office: Flask) -> None:
    for wrong in (
        {"promote_percent": 0},
        {"promote_percent": 50, "demote_percent": 60},
        {"least": 0},
        {"settle_hours": 0},
    ):
        with pytest.raises(Refusal):
            Thresholds(**wrong)
    rule = a_draft([{"field": "priority", "value": "high"}])
    rehearsed_for_test(rule)
    with acting_as(as_person(a_user())), pytest.raises(Refusal, match="기준"):
        publish(db.session(), rule, when_reached=True)


def test_a_refund_is_wished_for_and_only_a_persons_request_agrees(stage: Stage) -> None:
    in_shadow(a_draft([{"field": "request_refund", "value": "partner_cancelled"}]))
    ticket = a_written_ticket(stage)
    run = db.session.scalars(select(ShadowRun)).one()
    assert [row["field"] for row in run.actions] == ["request_refund"]
    with clock.stopped(clock.now() + timedelta(minutes=5)):
        a_refund(ticket=ticket)
    assert compared() == [Outcome.agreed]
