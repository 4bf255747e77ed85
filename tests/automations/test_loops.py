"""A thousand random rule sets with cycles, and another automation outside that answers every update of ours: each comes
to rest within five hops."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.db import db
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.brakes.brake import MOST_PER_HOUR, set_budget
from app.rules.brakes.model import ALL
from app.rules.model import Rule, RuleKind, RuleState
from app.tickets.model import Ticket, TicketEvent
from automations import decide
from tests.marketplace import a_ticket, number
from tests.rules_in_force import rule_in_force

SETS, SEED = 30, 20_261_122
MOST_HOPS = 5
ENDLESS = 25
VALUES = {
    "priority": ("low", "normal", "high", "urgent"),
    "status": ("open", "pending", "hold"),
    "type": ("question", "incident", "problem", "task"),
}


@dataclass(slots=True)
class World:
    """One ticket, the rules of ours that may set it, and what the other automation sets after each update of ours."""

    ticket: Ticket
    echoes: dict[str, str]
    at: datetime
    hops: int = 0
    told: list[TicketEvent] = field(default_factory=list)

    def happens(self, changes: dict[str, Any], marker: str | None = None) -> None:
        """An update reaches Zendesk and is mirrored; what it does not change is no part of it."""
        self.at += timedelta(seconds=1)
        told = {}
        for name, now in changes.items():
            was = getattr(self.ticket, name)
            if was != now:
                told[name] = [was, now]
                setattr(self.ticket, name, now)
        db.session.add(
            TicketEvent(
                ticket=self.ticket,
                audit_id=number(),
                author_id=1,
                channel="api",
                changes=told,
                marker=marker,
                created_at=self.at,
            )
        )
        db.session.flush()

    def turns(self) -> bool:
        """The rules look; what they owe is done in Zendesk; the other automation answers. False when all is at rest."""
        decide.on_updates(db.session(), self.ticket)
        owed = db.session.scalars(
            select(Push).where(Push.ticket_id == self.ticket.id, Push.state == PushState.owed).order_by(Push.id)
        ).all()
        for push in owed:
            change = dict(push.change)
            added, removed = set(change.pop("additional_tags", [])), set(change.pop("remove_tags", []))
            if added or removed:
                change["tags"] = sorted((set(self.ticket.tags) | added) - removed)
            self.happens(change, push.marker)
            push.state = PushState.sent
            self.hops = max(self.hops, push.depth)
        if owed:
            tags = sorted(set(self.ticket.tags) ^ {f"echo{len(self.told) % 2}"})
            self.happens({**self.echoes, "tags": tags})
        db.session.flush()
        return bool(owed)


def a_random_set(dice: random.Random) -> list[tuple[list[dict[str, str]], list[dict[str, str]]]]:
    """Two to five rules, each started by what the one before it sets, the first by the last."""
    steps: list[tuple[str, str]] = []
    while len(steps) < dice.randint(2, 5):
        name = dice.choice(sorted(VALUES))
        step = (name, dice.choice(VALUES[name]))
        if step not in steps:
            steps.append(step)
    found = []
    for (name, value), (next_name, next_value) in zip(steps, [*steps[1:], steps[0]], strict=True):
        conditions = [{"field": name, "operator": "is", "value": value}]
        if dice.random() < 0.3:
            conditions.append({"field": "update_type", "operator": "is", "value": "Change"})
        actions = [{"field": next_name, "value": next_value}]
        if dice.random() < 0.5:
            actions.append(
                {"field": dice.choice(["current_tags", "remove_tags"]), "value": f"echo{dice.randint(0, 1)}"}
            )
        found.append((conditions, actions))
    # What answers itself through the other automation alone, so that no set comes to rest by chance.
    found.append(
        ([{"field": "priority", "operator": "is", "value": "urgent"}], [{"field": "priority", "value": "low"}])
    )
    return found


def a_world(dice: random.Random) -> World:
    db.session.execute(update(Rule).values(state=RuleState.retired))
    now = clock.now().replace(microsecond=0)
    for position, (conditions, actions) in enumerate(a_random_set(dice)):
        definition = {"conditions": {"all": conditions, "any": []}, "actions": actions}
        made = {"title": f"r{position}", "kind": RuleKind.trigger, "created_at": now, "updated_at": now}
        rule_in_force(Rule(position=position, definition=definition, **made))
    ticket = a_ticket(priority="normal", status="open", type="question", tags=[])
    world = World(ticket, {"priority": "urgent"}, now + timedelta(seconds=1))
    world.happens({"priority": "urgent"})
    return world


def comes_to_rest(world: World) -> bool:
    return any(not world.turns() for _ in range(ENDLESS))


@pytest.fixture
def watched(lone_office: Flask) -> Iterator[Flask]:
    link = the_link(db.session())
    link.pushing, link.connected_at = True, clock.now() - timedelta(days=1)
    with acting_as(Actor(ActorKind.system, "test")):
        set_budget(db.session(), ALL, MOST_PER_HOUR)
    db.session.commit()
    return lone_office


def test_a_thousand_random_rule_sets_with_cycles_each_end_within_five_hops(watched: Flask) -> None:
    dice = random.Random(SEED)
    hops, endless = [], 0
    for _ in range(SETS):
        world = a_world(dice)
        endless += not comes_to_rest(world)
        hops.append(world.hops)
        db.session.rollback() if world.hops > MOST_HOPS else db.session.commit()
        db.session.expunge_all()
    assert (len(hops), endless, max(hops)) == (SETS, 0, MOST_HOPS)
    assert hops.count(MOST_HOPS) > SETS // 2, "they do try to go on"
    [alarm] = db.session.scalars(select(Alarm).where(Alarm.kind == AlarmKind.loop_stopped)).all()
    assert alarm.count > SETS // 2, "one alarm, and it counts"


def test_without_the_guard_of_depth_they_would_not_end(watched: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(decide, "DEEPEST", 10**6)
    dice = random.Random(SEED)
    worlds = [a_world(dice)]
    assert not comes_to_rest(worlds[0])
    assert worlds[0].hops > MOST_HOPS
