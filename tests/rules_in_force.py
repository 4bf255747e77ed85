"""Rules that act, for tests that are about something else: through the same door as everybody's, with a rehearsal that
somebody has looked at and, where it takes two, a second person."""

from __future__ import annotations

from datetime import datetime, timedelta

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.people.model import User
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.publication import Publication, PublicationState
from app.rules.publishing import approve, publish
from app.rules.rehearsal.model import Rehearsal, RehearsalRule, RehearsalSeen, RehearsalState, RuleChange
from tests.marketplace import a_user

RIGHTS = frozenset({"rules.view", "rules.edit", "rules.publish"})


def as_person(user: User, rights: frozenset[str] = RIGHTS) -> Actor:
    return Actor(ActorKind.person, user.name, user.id, rights)


def rehearsed_for_test(rule: Rule, number: int | None = None, by: User | None = None) -> Rehearsal:
    """A done rehearsal of that version (the newest, where none is told) whose result somebody has opened."""
    now, person = clock.now(), by or a_user()
    made = Rehearsal(
        title=rule.title,
        state=RehearsalState.done,
        days=90,
        since=now - timedelta(days=90),
        until=now,
        asked_by=person.name,
        asked_at=now,
        rules=[RehearsalRule(rule=rule, number=number or rule.number, change=RuleChange.changed)],
        seen=[RehearsalSeen(user_id=person.id, by=person.name, at=now)],
    )
    db.session.add(made)
    db.session.flush()
    return made


def publish_for_test(rule: Rule, *, number: int | None = None, starts_at: datetime | None = None) -> Publication:
    """Rehearsed, seen, asked for by one person and agreed to by another; committed."""
    first, second = a_user(), a_user()
    rehearsed_for_test(rule, number, first)
    with acting_as(as_person(first)):
        made = publish(db.session(), rule, number=number, why="시험", starts_at=starts_at)
        db.session.commit()
    if made.state is PublicationState.asked:
        with acting_as(as_person(second)):
            approve(db.session(), made)
            db.session.commit()
    return made


def rule_in_force(rule: Rule) -> Rule:
    """Turns a row that a test has built into a rule whose one version acts, without any door."""
    at = rule.created_at
    rule.state, rule.number = RuleState.live, 1
    rule.versions.append(RuleVersion(number=1, title=rule.title, definition=rule.definition, by="test", at=at))
    rule.publications.append(
        Publication(number=1, state=PublicationState.published, starts_at=at, asked_by="test", asked_at=at)
    )
    db.session.add(rule)
    db.session.commit()
    return rule
