"""A thousand random rule sets with cycles, and another automation outside that answers every update of ours: each comes
to rest within five hops. A few of them on real rows, all of them on the same decisions and the same guard without."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.db import db
from app.language.facts_of_ticket import Change, Person, TicketFacts, Update
from app.language.kinds import Use
from app.language.ruleset import RuleSet
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.rules.brakes.brake import MOST_PER_HOUR, set_budget
from app.rules.brakes.model import ALL
from app.rules.decide import decide as decided
from app.rules.decide import merged
from app.rules.definition import RuleDefinition
from app.rules.model import Rule, RuleKind, RuleState
from app.tickets.model import Ticket, TicketEvent
from automations import decide
from automations.change import letters
from tests.marketplace import a_ticket, number
from tests.rules_in_force import rule_in_force

SETS, ON_ROWS, SEED = 1000, 5, 20_261_122
MOST_HOPS = 5
ENDLESS = 25
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
FIRST: dict[str, Any] = {"priority": "normal", "status": "open", "type": "question"}
ECHO = {"priority": "urgent"}
VALUES = {
    "priority": ("low", "normal", "high", "urgent"),
    "status": ("open", "pending", "hold"),
    "type": ("question", "incident", "problem", "task"),
}
Definition = dict[str, Any]


def a_random_set(dice: random.Random) -> list[Definition]:
    """Two to five rules, each started by what the one before it sets, the first by the last; and one that the other
    automation alone keeps going, so that no set comes to rest by chance."""
    steps: list[tuple[str, str]] = []
    wanted = dice.randint(2, 5)
    while len(steps) < wanted:
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
            tag = f"echo{dice.randint(0, 1)}"
            actions.append({"field": dice.choice(["current_tags", "remove_tags"]), "value": tag})
        found.append({"conditions": {"all": conditions, "any": []}, "actions": actions})
    back = {"all": [{"field": "priority", "operator": "is", "value": "urgent"}], "any": []}
    return [*found, {"conditions": back, "actions": [{"field": "priority", "value": "low"}]}]


@dataclass(slots=True)
class Sketch:
    """The world without rows: what is decided, how deep, and what the other automation answers."""

    rules: RuleSet[RuleDefinition]
    facts: TicketFacts
    newest: int | None = None
    hops: int = 0
    cut: bool = False

    def takes(self, changes: dict[str, Any]) -> None:
        """An update by the other automation."""
        told = {name: Change(getattr(self.facts, name), now) for name, now in changes.items()}
        machine = Person(id="9", role="system")
        self.facts = replace(self.facts, **changes, update=Update("Change", machine, changes=told))

    def turns(self) -> bool:
        """False when all is at rest: nothing is decided any more, or the chain was cut."""
        depth = decide.depth_after(self.newest)
        self.cut = not decide.goes_on(depth)
        decisions = [] if self.cut else decided(self.rules, self.facts, NOW)
        plan = merged(decisions, self.facts)
        if not letters(plan, self.facts, {}):
            return False
        self.facts, self.newest, self.hops = plan.applied_to(self.facts, NOW), depth, max(self.hops, depth)
        self.takes(ECHO)
        return True


def a_sketch(definitions: list[Definition]) -> Sketch:
    rules = [RuleDefinition.parse({**one, "title": "r"}, "trigger", str(n)) for n, one in enumerate(definitions, 1)]
    facts = TicketFacts(id="1", requester_id="1", created_at=NOW, updated_at=NOW, **FIRST)
    sketch = Sketch(RuleSet.compile(rules), facts)
    sketch.takes(ECHO)
    assert rules[0].kind is Use.trigger
    return sketch


@dataclass(slots=True)
class World:
    """The same on rows: one ticket of the mirror, and every update of it."""

    ticket: Ticket
    at: datetime
    hops: int = 0

    def happens(self, changes: dict[str, Any], marker: str | None = None) -> None:
        """An update reaches Zendesk and is mirrored; what it does not change is no part of it."""
        self.at += timedelta(seconds=1)
        told = {}
        for name, now in changes.items():
            was = getattr(self.ticket, name)
            if was != now:
                told[name] = [was, now]
                setattr(self.ticket, name, now)
        facts = {"author_id": 1, "channel": "api", "changes": told, "marker": marker, "created_at": self.at}
        db.session.add(TicketEvent(ticket=self.ticket, audit_id=number(), **facts))
        db.session.flush()

    def turns(self) -> bool:
        """The rules look; what they owe is done in Zendesk; the other automation answers. False when all is at rest."""
        decide.on_updates(db.session(), self.ticket)
        asked = select(Push).where(Push.ticket_id == self.ticket.id, Push.state == PushState.owed).order_by(Push.id)
        owed = db.session.scalars(asked).all()
        for push in owed:
            change = dict(push.change)
            added, removed = set(change.pop("additional_tags", [])), set(change.pop("remove_tags", []))
            if added or removed:
                change["tags"] = sorted((set(self.ticket.tags) | added) - removed)
            self.happens(change, push.marker)
            push.state = PushState.sent
            self.hops = max(self.hops, push.depth)
        if owed:
            self.happens(ECHO)
        db.session.flush()
        return bool(owed)


def a_world(definitions: list[Definition]) -> World:
    db.session.execute(update(Rule).values(state=RuleState.retired))
    now = clock.now().replace(microsecond=0)
    for position, definition in enumerate(definitions):
        made = {"title": f"r{position}", "kind": RuleKind.trigger, "created_at": now, "updated_at": now}
        rule_in_force(Rule(position=position, definition=definition, **made))
    world = World(a_ticket(tags=[], **FIRST), now + timedelta(seconds=1))
    world.happens(ECHO)
    return world


def comes_to_rest(world: Sketch | World) -> bool:
    return any(not world.turns() for _ in range(ENDLESS))


@pytest.fixture
def watched(lone_office: Flask) -> Flask:
    link = the_link(db.session())
    link.pushing, link.connected_at = True, clock.now() - timedelta(days=1)
    with acting_as(Actor(ActorKind.system, "test")):
        set_budget(db.session(), ALL, MOST_PER_HOUR)
    db.session.commit()
    return lone_office


def sketches() -> Iterator[Sketch]:
    dice = random.Random(SEED)
    for _ in range(SETS):
        yield a_sketch(a_random_set(dice))


def test_a_thousand_random_rule_sets_with_cycles_each_end_within_five_hops() -> None:
    hops, endless, cut = [], 0, 0
    for sketch in sketches():
        endless += not comes_to_rest(sketch)
        hops.append(sketch.hops)
        cut += sketch.cut
    assert (len(hops), endless, max(hops)) == (SETS, 0, MOST_HOPS)
    assert cut > SETS // 2, "they do try to go on"


def test_without_the_guard_of_depth_they_do_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(decide, "DEEPEST", 10**6)
    endless = [sketch for sketch, _ in zip(sketches(), range(50), strict=False) if not comes_to_rest(sketch)]
    assert len(endless) > 25
    assert all(sketch.hops > MOST_HOPS for sketch in endless)


def test_on_rows_they_end_where_the_sketch_says_and_one_alarm_counts_them(watched: Flask) -> None:
    dice, cut = random.Random(SEED), 0
    for _ in range(ON_ROWS):
        definitions = a_random_set(dice)
        world, sketch = a_world(definitions), a_sketch(definitions)
        assert comes_to_rest(world)
        assert comes_to_rest(sketch)
        assert world.hops == sketch.hops <= MOST_HOPS
        cut += sketch.cut
        db.session.commit()
    [alarm] = db.session.scalars(select(Alarm).where(Alarm.kind == AlarmKind.loop_stopped)).all()
    assert alarm.count == cut > ON_ROWS // 2
