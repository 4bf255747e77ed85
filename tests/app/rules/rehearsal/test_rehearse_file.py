"""`flask rules rehearse`: rules from a file over past tickets, told as JSON; a file with faults is refused whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.rules.commands import rules
from app.rules.exchange import to_text
from app.rules.exporting import export
from app.rules.model import Rule
from app.rules.rehearsal.model import Rehearsal
from tests.marketplace import a_booking
from tests.past import a_definition, a_past_ticket, a_rule, people
from tests.rehearsing import NEW


def rehearsed(office: Flask, path: Path, written: Any, *options: str) -> Result:
    path.write_text(json.dumps(written, ensure_ascii=False))
    db.session.rollback()
    return office.test_cli_runner().invoke(rules, ["rehearse", str(path), *options])


def a_trigger(title: str, *actions: tuple[str, object], **more: Any) -> dict[str, Any]:
    return {"title": title, **a_definition([NEW], actions), **more}


def test_the_result_of_a_file_as_json(office: Flask, tmp_path: Path) -> None:
    people()
    ticket = a_past_ticket(booking=a_booking())
    a_past_ticket(whole=False)
    live = a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    live.zendesk_id = 901
    db.session.commit()
    written = {
        "triggers": [
            a_trigger("새 문의", ("priority", "urgent"), id=901),
            a_trigger("환불", ("request_refund", "partner_no_show"), id=902),
            a_trigger("배정", ("group_id", "5"), id=903),
        ]
    }
    result = rehearsed(office, tmp_path / "rules.json", written, "--since", "90d", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {key: told[key] for key in ("tickets", "left_out", "looks", "differing")} == {
        "tickets": 1,
        "left_out": 1,
        "looks": 1,
        "differing": 1,
    }
    assert [(one["title"], one["change"], one["before"], one["after"]) for one in told["rules"]] == [
        ("새 문의", "changed", 1, 1),
        ("환불", "added", 0, 1),
        ("배정", "added", 0, 1),
    ]
    assert told["load"] == [{"to": "group", "id": "5", "name": "5", "before": 0, "after": 1}]
    assert told["effects"] == [
        {"field": "group_id", "value": "5", "before": 0, "after": 1},
        {"field": "priority", "value": "high", "before": 1, "after": 0},
        {"field": "priority", "value": "urgent", "before": 0, "after": 1},
        {"field": "request_refund", "value": "partner_no_show", "before": 0, "after": 1},
    ]
    assert told["refunds"] == [
        {
            "currency": "KRW",
            "requests": {"before": 0, "after": 1},
            "amount_minor": {"before": 0, "after": 1_200_000},
        }
    ]
    (sample,) = told["samples"]
    assert sample["ticket"] == ticket.zendesk_id
    assert sample["looks"][0]["gone"] == [{"field": "priority", "value": "high"}]
    words = rehearsed(office, tmp_path / "rules.json", written).stdout
    assert "0 (₩0) → 1 (₩1,200,000)" in words
    for table in (Rehearsal.id, Rule.id):
        assert db.session.scalar(select(func.count(table))) == (1 if table is Rule.id else 0)


def test_what_was_exported_here_stands_in_its_own_place(office: Flask, tmp_path: Path) -> None:
    """Rules that were made here have no id of an account's: they are known by their titles."""
    people()
    a_past_ticket()
    a_rule("먼저", [NEW], [("priority", "high")], is_live=True)
    a_rule("나중", [NEW], [("current_tags", "seen")], is_live=True)
    db.session.commit()
    written = json.loads(to_text(export(db.session())))
    same = json.loads(rehearsed(office, tmp_path / "same.json", written, "--json").stdout)
    assert (same["differing"], {one["change"] for one in same["rules"]}) == (0, {None})
    written["triggers"][1]["actions"][0]["value"] = "noted"
    told = json.loads(rehearsed(office, tmp_path / "changed.json", written, "--json").stdout)
    assert [(one["title"], one["change"], one["before"], one["after"]) for one in told["rules"]] == [
        ("나중", "changed", 1, 1),
        ("먼저", None, 1, 1),
    ]


def test_a_rule_that_the_file_says_is_off_is_left_out(office: Flask, tmp_path: Path) -> None:
    people()
    a_past_ticket()
    live = a_rule("새 문의", [NEW], [("priority", "high")], is_live=True)
    live.zendesk_id = 901
    db.session.commit()
    off = a_trigger("새 문의", ("priority", "high"), id=901, active=False)
    told = json.loads(rehearsed(office, tmp_path / "rules.json", {"triggers": [off]}, "--json").stdout)
    assert [(one["change"], one["before"], one["after"]) for one in told["rules"]] == [("removed", 1, 0)]


def test_for_people_it_is_told_in_lines(office: Flask, tmp_path: Path) -> None:
    people()
    a_past_ticket()
    result = rehearsed(office, tmp_path / "rules.json", {"trigger": a_trigger("New", ("priority", "high"))})
    assert result.exit_code == 0
    assert "New [added]: 0 → 1" in result.stdout
    assert "priority = high: 0 → 1" in result.stdout


def test_every_fault_of_a_file_is_named_and_nothing_is_rehearsed(office: Flask, tmp_path: Path) -> None:
    wrong = a_trigger("틀림", ("priority", "purple"))
    wrong["conditions"]["all"].append({"field": "subject", "operator": "contains", "value": "x"})
    written = {"triggers": [a_trigger("맞음", ("priority", "high")), wrong], "macros": [{"title": "m", "actions": []}]}
    result = rehearsed(office, tmp_path / "rules.json", written, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    for path in ("triggers[1].conditions.all[1]", "triggers[1].actions[0]", "- macros[0]"):
        assert path in result.stderr


@pytest.mark.parametrize("since", ["0d", "400d", "soon", "2001-01-01", "d"])
def test_a_time_that_cannot_be_is_refused(lone_office: Flask, tmp_path: Path, since: str) -> None:
    result = rehearsed(lone_office, tmp_path / "rules.json", {"triggers": []}, "--since", since)
    assert result.exit_code == 2
    assert "--since" in result.stderr
