"""The lint over the rules of an office: on a rule's page, before publishing, and at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.actor import acting_as
from app.alarms.model import OutgoingWebhook
from app.db import db
from app.errors import Refusal
from app.people.model import Role
from app.routing.plans import RoutingPlan
from app.rules.commands import rules
from app.rules.lint.finding import Level
from app.rules.lint.of_office import look_over
from app.rules.live import draft_of
from app.rules.model import Rule, RuleKind, RuleVersion, TwinState
from app.rules.publishing import publish
from tests.marketplace import a_ticket, a_user, kept, number
from tests.rules_in_force import as_person, rehearsed_for_test, rule_in_force
from tests.seat import Seat

Row = tuple[str, str, Any]


def a_rule(title: str, *rows: Row, then: list[tuple[str, Any]], live: bool = True, **more: Any) -> Rule:
    now = clock.now()
    definition: dict[str, Any] = {
        "title": title,
        "conditions": {"all": [{"field": one, "operator": how, "value": value} for one, how, value in rows], "any": []},
        "actions": [{"field": field, "value": value} for field, value in then],
    }
    made = Rule(
        title=title,
        kind=RuleKind.trigger,
        position=number(),
        definition=definition,
        created_at=now,
        updated_at=now,
        **more,
    )
    if live:
        return rule_in_force(made)
    made.versions.append(RuleVersion(number=1, title=title, definition=definition, by="시험", at=now))
    return kept(made)


def up_and_down() -> tuple[Rule, Rule]:
    up = a_rule("up", ("priority", "is", "low"), then=[("priority", "high")])
    down = a_rule("down", ("priority", "is", "high"), then=[("priority", "low")], live=False)
    return up, down


def test_a_draft_is_looked_at_beside_what_is_live(office: Flask) -> None:
    _, down = up_and_down()
    dead = a_rule("dead", ("status", "is", "new"), ("status", "is", "open"), then=[("type", "task")])
    assert [one.code for one in look_over(db.session(), [draft_of(down)])] == ["loop"]
    # Without a candidate the draft acts on nothing, so there is no circle; the dead one is told of.
    assert [(one.code, one.rules) for one in look_over(db.session())] == [("dead", (str(dead.id),))]


def test_an_error_keeps_a_version_from_being_published(office: Flask) -> None:
    _, down = up_and_down()
    rehearsed_for_test(down)
    db.session.commit()
    with acting_as(as_person(a_user())), pytest.raises(Refusal, match="끝없이"):
        publish(db.session(), down)
    db.session.rollback()


def test_the_page_of_a_rule_tells_and_leads_to_the_other(office: Flask) -> None:
    up, down = up_and_down()
    page = Seat(office, a_user(Role.ops_manager)).read("/admin/rules/details/", id=down.id)
    assert 'data-lint="error"' in page
    assert 'data-code="loop"' in page
    assert 'data-need="lint"' in page
    other = Seat(office, a_user(Role.ops_manager), "en").read("/admin/rules/details/", id=down.id)
    assert "set each other off without end" in other
    assert f"/admin/rules/details/?id={up.id}" in other


def test_what_is_active_in_zendesk_counts_as_it_was_brought_in(office: Flask) -> None:
    a_rule(
        "native", ("status", "is", "new"), then=[("priority", "low")], live=False, twin=TwinState.active, zendesk_id=77
    )
    ours = a_rule("ours", ("status", "is", "new"), then=[("priority", "high")])
    assert [one.code for one in look_over(db.session(), [draft_of(ours)])] == ["native_sets"]


def test_tags_of_recent_tickets_are_known(office: Flask) -> None:
    asks = a_rule("asks", ("current_tags", "includes", "vip"), then=[("priority", "high")])
    assert [one.code for one in look_over(db.session(), [draft_of(asks)])] == ["unknown_tag"]
    a_ticket(tags=["VIP"])
    assert look_over(db.session(), [draft_of(asks)]) == []


def run(office: Flask, *arguments: str) -> tuple[int, str]:
    told = office.test_cli_runner().invoke(rules, ["lint", *arguments], env={"LANG": "en_US.UTF-8"})
    return told.exit_code, told.output


def test_the_command_is_1_with_errors_and_0_without(office: Flask, tmp_path: Path) -> None:
    assert run(office) == (0, "Nothing wrong was found.\n")
    up_and_down()
    assert run(office)[0] == 0, "a draft acts on nothing"
    a_rule("dead", ("status", "is", "new"), ("status", "is", "open"), then=[("type", "task")])
    code, output = run(office)
    assert code == 1
    assert "✗ [dead] dead conditions.all[1]: Rows 1 and 2 cannot both be met" in output
    assert "1 errors · 0 warnings · 0 notes" in output
    told = json.loads(run(office, "--json")[1])
    assert [(one["level"], one["code"], one["path"]) for one in told] == [(Level.error, "dead", "conditions.all[1]")]


def test_a_file_is_laid_over_what_is_live(office: Flask, tmp_path: Path) -> None:
    up, _ = up_and_down()
    up.zendesk_id = 4711
    db.session.commit()
    down = {
        "title": "down in a file",
        "position": 9,
        "conditions": {"all": [{"field": "priority", "operator": "is", "value": "high"}]},
        "actions": [{"field": "priority", "value": "low"}],
    }
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"triggers": [down]}))
    code, output = run(office, str(file))
    assert (code, "[loop]" in output) == (1, True)
    # The same file with another version of “up”, which no longer takes part.
    mended = {**down, "id": 4711, "title": "up", "actions": [{"field": "type", "value": "task"}]}
    file.write_text(json.dumps({"triggers": [down, mended]}))
    assert run(office, str(file)) == (0, "Nothing wrong was found.\n")
    file.write_text(
        json.dumps({"triggers": [{**down, "actions": [{"field": "prioritty", "value": "low"}]}, {"title": ""}]})
    )
    code, output = run(office, str(file))
    assert code == 1
    assert "triggers[0].actions[0].field" in output
    assert "triggers[1]" in output


def test_a_routing_plan_that_is_not_here_is_unknown_and_so_is_a_webhook(office: Flask) -> None:
    actions = [("route", "nowhere"), ("notification_webhook", ["01HOOK", ""])]
    routes = a_rule("routes", ("status", "is", "new"), then=actions)
    found = look_over(db.session(), [draft_of(routes)])
    assert [(one.code, one.path) for one in found] == [
        ("unknown_id", "actions[0].value"),
        ("unknown_id", "actions[1].value[0]"),
    ]
    assert "배정 방식 nowhere" in str(found[0].words)
    now = clock.now()
    kept(RoutingPlan(key="nowhere", title="어디로", created_at=now))
    kept(OutgoingWebhook(name="훅", url="https://example.com/hook", zendesk_id="01HOOK", created_at=now))
    assert look_over(db.session(), [draft_of(routes)]) == []
