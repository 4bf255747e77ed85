"""`flask rules stop` and `start`."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.cli import COMMANDS
from app.db import db
from app.link.link import the_link
from app.outbox.commands import rules
from app.outbox.stops import brakes_of
from tests.automations.acts import NEW, a_rule


def said(app: Flask, *words: str) -> tuple[int, str]:
    db.session.remove()
    result = app.test_cli_runner().invoke(rules, list(words))
    return result.exit_code, result.output


def test_one_rule_is_stopped_with_its_reason_and_started_again(office: Flask) -> None:
    rule_id = a_rule("인사", NEW, [{"field": "priority", "value": "high"}]).id
    assert said(office, "stop", str(rule_id), "--why", "잘못 답함")[0] == 0
    [brake] = brakes_of([rule_id])
    assert (brake.stopped_by, brake.stopped_why) == ("flask rules", "잘못 답함")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "stop")).one()
    assert entry.reason == "잘못 답함"
    assert said(office, "start", str(rule_id))[0] == 0
    assert brakes_of([rule_id])[0].stopped_at is None


def test_all_are_stopped_and_started(office: Flask) -> None:
    the_link(db.session())
    db.session.commit()
    assert said(office, "stop", "--all")[0] == 0
    assert the_link(db.session()).rules_on is False
    assert said(office, "start", "--all")[0] == 0
    assert the_link(db.session()).rules_on is True


@pytest.mark.parametrize("words", [("stop",), ("stop", "999"), ("stop", "1", "--all"), ("start", "999")])
def test_what_names_no_rule_is_refused(office: Flask, words: tuple[str, ...]) -> None:
    code, told = said(office, *words)
    assert (code, "Traceback" in told) == (1, False)


def test_the_group_is_the_one_that_flask_lists() -> None:
    assert COMMANDS["rules"][0] == "app.outbox.commands:rules"
    assert {"import", "explain", "stop", "start"} <= set(rules.commands)
