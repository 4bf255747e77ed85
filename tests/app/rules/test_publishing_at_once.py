"""Two people publish one rule at the same moment: one wins, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.actor import Actor, acting_as
from app.db import db
from app.errors import Refusal
from app.rules import publishing
from app.rules.model import Rule
from app.rules.publication import Publication, PublicationState
from app.rules.publishing import publish
from tests.app.rules.test_publishing import a_rule, person, saved
from tests.rules_in_force import publish_for_test, rehearsed_for_test


def at_once(office: Flask, acts: list[Callable[[Rule], object]], rule_id: int) -> list[str]:
    """Each in a transaction of its own, all having read before any writes; what became of each."""
    ready, told = threading.Barrier(len(acts)), []
    db.session.remove()  # a test that holds SQLite's one write lock keeps the others out

    def one(act: Callable[[Rule], object]) -> None:
        with office.app_context():
            try:
                rule = db.session.get_one(Rule, rule_id)
                _ = (rule.publications, rule.versions)
                if db.engine.dialect.name == "postgresql":
                    ready.wait(10)
                act(rule)
                db.session.commit()
                told.append("done")
            except (StaleDataError, IntegrityError):
                db.session.rollback()
                told.append("stale")
            except Refusal:
                db.session.rollback()
                told.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(told)


def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told(office: Flask) -> None:
    rule = a_rule()
    rehearsed_for_test(rule)
    people = [person(), person()]
    db.session.commit()

    def by(who: Actor) -> Callable[[Rule], object]:
        def act(row: Rule) -> None:
            with acting_as(who):
                publish(db.session(), row)

        return act

    told = at_once(office, [by(one) for one in people], rule.id)
    assert told in (["done", "stale"], ["done", "refused"])
    made = db.session.scalars(select(Publication)).one()
    assert made.state is PublicationState.published


def test_without_the_touch_both_would_win(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control, where two can read before either writes."""
    if db.engine.dialect.name != "postgresql":
        monkeypatch.setattr(publishing, "_refuse_again", lambda *_: None)
    rule = a_rule()
    publish_for_test(rule)
    saved(rule, "urgent")
    rehearsed_for_test(rule)
    people = [person(), person()]
    db.session.commit()
    monkeypatch.setattr(publishing, "touch", lambda _: None)

    def by(who: Actor) -> Callable[[Rule], object]:
        def act(row: Rule) -> None:
            with acting_as(who):
                publish(db.session(), row)

        return act

    assert at_once(office, [by(one) for one in people], rule.id) == ["done", "done"]
