"""The past is brought in once, goes on where it was killed, and says honestly whose history is complete."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app import clock
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.link.history import HistoryLoad, HistoryState, ask_history, cancel_history, newest_load
from app.outbox.model import Push
from app.tickets.history import how_complete
from app.tickets.model import Comment, Ticket, TicketEvent
from automations import decide, history, mirror, sweep, sync
from automations.lease import Fenced
from automations.outside import zendesk
from integrations.zendesk import export
from integrations.zendesk.export import EventPage
from integrations.zendesk.past import as_audit
from tests.automations.acts import a_rule
from tests.automations.conftest import AGENT, GROUP, KOREAN, Stage


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def seed(stage: Stage, *ages: int) -> list[int]:
    """Tickets made so many days ago and solved two days later, each with a question and an answer."""
    tickets, numbers = [], []
    for place, age in enumerate(ages):
        made = clock.now() - timedelta(days=age)
        done = made + timedelta(days=2)
        numbers.append(20_000 + place)
        tickets.append(
            {
                "id": numbers[-1],
                "subject": f"지난 문의 {place}",
                "status": "solved",
                "priority": "high",
                "group_id": GROUP,
                "assignee_id": AGENT,
                "tags": ["a", "b"],
                "requester_id": KOREAN,
                "created_at": stamp(made),
                "updated_at": stamp(done),
                "comments": [
                    {"author_id": KOREAN, "body": "질문", "public": True, "created_at": stamp(made)},
                    {"author_id": AGENT, "body": "답", "public": True, "created_at": stamp(done)},
                ],
            }
        )
    stage.call("POST", "/_sandbox/seed", {"tickets": tickets})
    list(sync.load(db.session(), zendesk()))
    return numbers


def bring(days: int = 90) -> list[history.Progress]:
    ask_history(db.session(), days)
    db.session.commit()
    return list(history.load(db.session(), zendesk()))


def row(number: int) -> Ticket:
    db.session.expire_all()
    return db.session.scalars(select(Ticket).where(Ticket.zendesk_id == number)).one()


def kept_updates() -> int:
    return db.session.scalar(select(func.count()).select_from(TicketEvent)) or 0


def told(number: int) -> tuple[list[Any], list[Any]]:
    """What we hold of a ticket's past, without our own ids."""
    ticket = row(number)
    events = [
        (
            one.audit_id,
            one.author_id,
            one.channel,
            one.is_creation,
            one.changes,
            one.comment_id,
            one.marker,
            one.created_at,
        )
        for one in ticket.events
    ]
    return events, [(one.zendesk_id, one.audit_id, one.is_public, one.body, one.author_id) for one in ticket.comments]


def test_tickets_made_within_the_window_become_complete(stage: Stage) -> None:
    within, older = seed(stage, 30, 200)
    assert how_complete(db.session()) == (0, 2)
    (progress,) = bring()
    assert (progress.done, progress.percent) == (True, 100)
    assert [row(number).history_complete for number in (within, older)] == [True, False]
    events = row(within).events
    assert [one.is_creation for one in events] == [True, False]
    assert events[-1].changes["status"] == ["new", "solved"]
    assert [one.body for one in row(within).comments] == ["질문", "답"]
    load = newest_load(db.session())
    assert load is not None
    assert (load.state, load.events, load.unreadable) == (HistoryState.done, 2, 0)
    assert bring()[-1].events == 0  # once more brings nothing twice
    assert len(row(within).events) == 2


def test_both_roads_tell_of_an_update_in_the_same_words(stage: Stage) -> None:
    """Fetched ticket by ticket, or from the export: the same rows, our own mark in them too."""
    a_rule("tag", [{"field": "status", "operator": "is", "value": "new"}], [{"field": "current_tags", "value": "seen"}])
    number = stage.write("환불 문의", "환불해 주세요")
    stage.look(number)
    stage.change(number, status="pending", priority="high", assignee_id=AGENT, group_id=GROUP, tags=["x"],
                 comment={"body": "확인하겠습니다", "public": False})  # fmt: skip
    stage.look(number)
    by_ticket = told(number)
    assert len(by_ticket[0]) >= 3
    assert db.session.scalar(select(Push.marker)) in {event[6] for event in by_ticket[0]}
    assert bring()[-1].events == 0
    assert told(number) == by_ticket
    db.session.execute(delete(Comment))
    db.session.execute(delete(TicketEvent))
    db.session.commit()
    assert bring()[-1].events == len(by_ticket[0])
    assert told(number) == by_ticket


def test_an_older_ticket_is_complete_where_its_past_was_fetched_within_the_window(stage: Stage) -> None:
    fetched, gap = seed(stage, 200, 201)
    for number, day in ((fetched, 30), (gap, 150)):
        at = clock.now() - timedelta(days=day)
        with clock.stopped(at):
            session = db.session()
            mirror.mirror(session, mirror.fetch(zendesk(), session, number))
            session.commit()
        kept = row(number)
        kept.history_through = at  # it was whole that many days ago
        kept.updated_at = clock.now() - timedelta(days=1)
        db.session.commit()
    stage.change(fetched, priority="low")
    stage.change(gap, priority="low")
    list(sync.load(db.session(), zendesk()))
    assert not row(fetched).history_complete
    bring()
    assert [row(number).history_complete for number in (fetched, gap)] == [True, False]


def test_a_version_without_its_updates_makes_it_incomplete_until_they_are_fetched(stage: Stage) -> None:
    (number,) = seed(stage, 30)
    bring()
    with clock.stopped(clock.now() + timedelta(seconds=5)):
        kept = row(number)
        kept.updated_at = clock.now()
        db.session.commit()
    assert not row(number).history_complete
    stage.look(number)
    session = db.session()
    mirror.mirror(session, mirror.fetch(zendesk(), session, number))
    session.commit()
    assert row(number).history_through is not None


def test_a_killed_one_goes_on_at_its_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(stage, *range(10, 22))
    real = zendesk().fetch

    def in_small_pages(path: str, params: Any = None) -> bytes:
        return real(path, {**(params or {}), "per_page": 5} if "incremental" in path else params)

    monkeypatch.setattr(zendesk(), "fetch", in_small_pages)
    ask_history(db.session(), 90)
    db.session.commit()
    first = history.load(db.session(), zendesk())
    next(first)
    assert 0 < kept_updates() < 24
    with pytest.raises(Fenced):  # its lease is not over
        next(history.load(db.session(), zendesk()))
    with clock.stopped(clock.now() + history.LEASE + timedelta(seconds=1)):
        rest = list(history.load(db.session(), zendesk()))
    assert rest[-1].done
    assert rest[-1].events == 24
    assert how_complete(db.session()) == (12, 12)
    with pytest.raises(Fenced):
        next(first)


def test_one_that_is_stopped_keeps_what_is_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(stage, *range(10, 22))
    real = zendesk().fetch
    monkeypatch.setattr(zendesk(), "fetch", lambda path, params=None: real(path, {**(params or {}), "per_page": 5}))
    ask_history(db.session(), 90)
    db.session.commit()
    running = history.load(db.session(), zendesk())
    next(running)
    with pytest.raises(Refusal):
        ask_history(db.session(), 30)
    db.session.rollback()
    cancel_history(db.session())
    db.session.commit()
    with pytest.raises(Fenced):
        next(running)
    complete, total = how_complete(db.session())
    assert (0 < complete < total, total) == (True, 12)
    assert 0 < kept_updates() < 24


def test_a_worker_never_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a 429 it puts the load off and goes; the sweep rings when its time has come."""
    seed(stage, 30)
    ask_history(db.session(), 90)
    db.session.commit()
    assert Fact.history_asked in sweep.waiting()
    stage.fault(method="GET", path="/api/v2/incremental/ticket_events*", kind="429", when="before", times=1)
    history.run()
    load = newest_load(db.session())
    assert load is not None
    assert load.is_under_way
    assert load.due_at > clock.now()
    assert load.trouble
    assert Fact.history_asked not in sweep.waiting()
    with clock.stopped(clock.now() + timedelta(minutes=11)):
        assert Fact.history_asked in sweep.waiting()
        history.run()
    db.session.expire_all()
    ended = newest_load(db.session())
    assert ended is not None
    assert (ended.state, ended.trouble) == (HistoryState.done, None)
    assert how_complete(db.session()) == (1, 1)


def test_what_nobody_expected_is_told_and_tried_again_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(stage, 30)
    ask_history(db.session(), 90)
    db.session.commit()
    with monkeypatch.context() as broken:
        broken.setattr(history, "as_audit", lambda _event: 1 / 0)
        history.run()
    load = newest_load(db.session())
    assert load is not None
    assert load.is_under_way
    assert load.token is None
    assert load.trouble == history.FAILED
    assert Fact.history_asked not in sweep.waiting(), "not every ten seconds"
    with clock.stopped(clock.now() + timedelta(minutes=2)):
        history.run()
    db.session.expire_all()
    ended = newest_load(db.session())
    assert ended is not None
    assert (ended.state, ended.trouble) == (HistoryState.done, None)


def test_it_leaves_the_sync_its_share(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(stage, *range(10, 22))
    real = zendesk().fetch
    monkeypatch.setattr(zendesk(), "fetch", lambda path, params=None: real(path, {**(params or {}), "per_page": 2}))
    ask_history(db.session(), 90)
    db.session.commit()
    history.run()
    db.session.expire_all()
    assert 0 < kept_updates() < 24
    load = newest_load(db.session())
    assert load is not None
    assert load.due_at > clock.now() + timedelta(seconds=30)
    list(sync.load(db.session(), zendesk()))  # which goes on meanwhile


@pytest.mark.parametrize("unread", [frozenset({20_000}), frozenset({None})])
def test_an_update_that_cannot_be_read_leaves_its_ticket_incomplete(
    stage: Stage, unread: frozenset[int | None]
) -> None:
    spoilt, other = seed(stage, 30, 31)
    ask_history(db.session(), 90)
    db.session.commit()
    (page,) = export.ticket_events(zendesk(), clock.now() - timedelta(days=90))
    load = newest_load(db.session())
    assert load is not None
    load.state, load.token = HistoryState.running, "mine"
    db.session.commit()
    odd = EventPage(page.events, page.next_start, True, 1, unread)
    history.take_page(db.session(), odd, [as_audit(one) for one in page.events], set(), "mine")
    assert [row(number).history_complete for number in (spoilt, other)] == [False, None not in unread]
    assert db.session.scalar(select(HistoryLoad.unreadable)) == 1


def test_a_day_count_that_makes_no_sense_is_refused(stage: Stage) -> None:
    for days in (0, 366):
        with pytest.raises(Refusal) as refused:
            ask_history(db.session(), days)
        assert refused.value.field == "days"


def test_rules_on_time_wait_for_the_whole_history(stage: Stage) -> None:
    """A back-fill of a few days knows some updates of an older ticket, and not since when it is in its status."""
    within, older = seed(stage, 30, 33)
    bring(32)
    assert [len(row(number).events) for number in (within, older)] == [2, 1]
    assert decide.on_time(db.session(), row(within))
    assert not decide.on_time(db.session(), row(older))
    session = db.session()
    mirror.mirror(session, mirror.fetch(zendesk(), session, older))
    session.commit()
    assert decide.on_time(db.session(), row(older))
