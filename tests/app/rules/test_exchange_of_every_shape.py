"""Made-up rules, macros and views of every shape come in and go out byte for byte; every fault of a file is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actor import Actor, ActorKind, acting_as
from app.db import db
from app.language.kinds import Use, ValueKind
from app.language.vocabulary import ACTIONS, FIELDS, Action, Field
from app.macros.model import Macro
from app.rules.commands import rules
from app.rules.exchange import normalised, read, to_text
from app.rules.exporting import export
from app.rules.importing import Report, What, take
from app.rules.model import Rule
from app.views.model import View
from app.words import spoken
from tests.app.language.semantics.test_semantics import CASES
from tests.app.language.test_problems import GOOD

OF_ACCOUNT = {
    "url": "https://acme.example/x.json",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}
MADE_UP_KEYS = {
    "raw_title": "{{zd.mine}}",
    "default": False,
    "category_id": "77",
    "마음대로": {"b": [1, 2.5, None], "a": True},
}
NEW_FOR_A_DAY = {"field": "NEW", "operator": "greater_than", "value": "24"}
PLAIN = {"field": "status", "operator": "is", "value": "open", "is_user_value": False}


@pytest.fixture(autouse=True)
def command() -> Iterator[None]:
    with acting_as(Actor(ActorKind.system, "test")):
        yield


def taken(given: Any) -> Report:
    report = take(db.session(), read(given))
    db.session.commit()
    return report


def _rows(use: Use) -> list[dict[str, Any]]:
    """One condition of every field and operator that may stand there."""
    found = {}
    for case in CASES:
        field = FIELDS.get(case.field)
        if field is not None and use in field.valid_for and case.operator in field.operators_for(use):
            found[case.field, case.operator] = {"field": case.field, "operator": case.operator, "value": case.value}
    return list(found.values())


def _timed(row: dict[str, Any]) -> bool:
    field: Field | None = FIELDS.get(row["field"])
    return field is not None and field.only_in_all


def every_shape() -> dict[str, list[dict[str, Any]]]:
    """Conditions of every field and operator, actions of every kind, ids, keys we do not know, active and not."""
    triggers = [
        {
            "id": 1000 + index,
            **OF_ACCOUNT,
            "title": f"t{index}",
            "active": index % 2 == 0,
            "position": index,
            **MADE_UP_KEYS,
            "conditions": {"all": [PLAIN, row], "any": [row]},
            "actions": [{"field": "current_tags", "value": "a b", "x": 1}],
        }
        for index, row in enumerate(_rows(Use.trigger))
    ]
    triggers += [
        {
            "id": 3000 + index,
            "title": f"a{index}",
            "active": True,
            "conditions": {"all": [PLAIN]},
            "actions": [{"field": key, "value": value}],
        }
        for index, (key, use, value) in enumerate(GOOD)
        if use is Use.trigger
    ]
    automations = [
        {
            "id": 5000 + index,
            "title": f"h{index}",
            "active": False,
            "position": 10_000 + index,
            "conditions": {
                "all": [{"field": "NEW", "operator": "greater_than", "value": "24"}, PLAIN, row],
                "any": [] if _timed(row) else [row],
            },
            "actions": [{"field": "status", "value": "solved"}],
        }
        for index, row in enumerate(_rows(Use.automation))
    ]
    automations += [
        {
            "id": 6000 + index,
            "title": f"g{index}",
            "conditions": {"all": [NEW_FOR_A_DAY, PLAIN]},
            "actions": [{"field": key, "value": value}],
        }
        for index, (key, use, value) in enumerate(GOOD)
        if use is Use.automation
    ]
    macros = [
        {
            "id": 7000 + index,
            "title": f"m{index}",
            "active": index % 3 == 0,
            "position": 9999,
            "restriction": None,
            "actions": [{"field": key, "value": value}],
        }
        for index, (key, use, value) in enumerate(GOOD)
        if use is Use.macro
    ]
    views = [
        {"id": 9000 + index, **OF_ACCOUNT, "title": f"v{index}", "active": index % 2 == 1, "position": index,
         "execution": {"group_by": "status", "columns": [{"id": "subject"}]},
         "restriction": {"type": "Group", "ids": [1]},
         "conditions": {"all": [PLAIN, row], "any": [] if _timed(row) else [row]}, **MADE_UP_KEYS}
        for index, row in enumerate(_rows(Use.view))
    ]  # fmt: skip
    return {"triggers": triggers, "automations": automations, "macros": macros, "views": views}


def test_every_shape_comes_in_goes_out_and_comes_in_again_byte_for_byte(office: Flask) -> None:
    file = every_shape()
    assert len(file["triggers"]) > 200
    report = taken(file)
    assert [(one.path, str(one.words)) for one in report.refused] == []
    written = export(db.session())
    for name, rows in file.items():
        assert sorted(map(to_text, written[name])) == sorted(to_text(normalised(row)) for row in rows), name
    assert {one.what for one in taken(file).taken} == {What.same}
    assert to_text(export(db.session())) == to_text(written)


def test_every_action_and_every_field_of_the_vocabulary_is_among_the_shapes() -> None:
    file = every_shape()
    actions = {row["field"] for rows in file.values() for one in rows for row in one.get("actions", ())}
    fields = {
        row["field"] for rows in file.values() for one in rows for row in one.get("conditions", {}).get("all", ())
    }
    known: list[Action] = [one for one in ACTIONS.values() if one.value_kind is not ValueKind.custom]
    assert {one.key for one in known} <= actions
    assert {key for key, one in FIELDS.items() if one.valid_for - {Use.sla_policy, Use.terms}} <= fields


def test_only_what_the_account_gave_is_left_out() -> None:
    row = {"id": 1, **OF_ACCOUNT, **MADE_UP_KEYS, "active": False}
    assert set(row) - set(normalised(row)) == {"id", "url", "created_at", "updated_at"}


FAULTY: dict[str, Any] = {
    "triggers": [
        {"title": "좋은 규칙", "conditions": {"all": [PLAIN]}, "actions": [{"field": "priority", "value": "high"}]},
        {"title": "", "position": "3", "active": "yes", "conditions": {
            "all": [{"field": "subject", "operator": "contains", "value": "refund"},
                    {"field": "status", "operator": "contains", "value": "open"},
                    {"field": "priority", "operator": "is", "value": "burning"}],
            "any": [{"field": "SOLVED", "operator": "greater_than", "value": "3"}, "nonsense",
                    {"field": "text.topic", "operator": "includes", "value": "weather"}]},
         "actions": [{"field": "tags", "value": "x"}, {"field": "status", "value": "opened"},
                     {"field": "notification_user", "value": ["all_agents", "{{ticket.id"]},
                     {"field": "request_refund", "value": "because"}, {"value": "x"}]},
    ],
    "automations": [{"title": "no time", "conditions": {"all": [PLAIN]},
                     "actions": [{"field": "status", "value": "closed"}]}],
    "macros": [{"title": "m", "actions": [{"field": "status", "value": "new"}]}],
    "views": [{"title": "v", "execution": [], "conditions": {"all": [
        {"field": "status", "operator": "changed", "value": None}, {"field": "update_type", "value": "Create"},
        {"field": "customer.contacts_900d", "operator": "is", "value": "1"}]}}],
}  # fmt: skip
PATHS = {
    "triggers[1].title", "triggers[1].position", "triggers[1].active",
    "triggers[1].conditions.all[0].field", "triggers[1].conditions.all[1].operator",
    "triggers[1].conditions.all[2].value", "triggers[1].conditions.any[0].field", "triggers[1].conditions.any[1]",
    "triggers[1].conditions.any[2].value", "triggers[1].actions[0].field", "triggers[1].actions[1].value",
    "triggers[1].actions[2].value", "triggers[1].actions[3].value", "triggers[1].actions[4]",
    "automations[0].conditions.all", "macros[0].actions[0].value", "views[0].execution",
    "views[0].conditions.all[0].operator", "views[0].conditions.all[1].field", "views[0].conditions.all[2].field",
}  # fmt: skip


def test_every_fault_of_a_file_is_named_with_its_path(lone_office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "faulty.json"
    file.write_text(json.dumps(FAULTY))
    with spoken("en"):
        told = lone_office.test_cli_runner().invoke(rules, ["import", str(file)])
    assert told.exit_code == 1
    named = {line.split(" ")[1].rstrip(":") for line in told.output.splitlines() if line.startswith("✗")}
    assert named == PATHS
    assert "subject_includes_word" in told.output, "what was probably meant is told"
    assert not db.session.scalar(select(func.count()).select_from(Rule))


def test_keeping_going_reports_all_and_imports_the_rest(office: Flask) -> None:
    report = taken(FAULTY)
    assert {one.path for one in report.refused} == PATHS
    assert [one.title for one in report.taken] == ["좋은 규칙"]
    assert report.rows_refused == 4
    assert db.session.scalar(select(func.count()).select_from(Rule)) == 1
    assert not db.session.scalar(select(func.count()).select_from(Macro))
    assert not db.session.scalar(select(func.count()).select_from(View))
