"""Saving a rule and asking for its rehearsal is one press."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from app.db import db
from app.people.model import Role
from app.rules.rehearsal.model import Rehearsal
from tests.marketplace import a_user
from tests.seat import Seat

FORM = {
    "title": "새 문의 → 높음",
    "kind": "trigger",
    "all-0-field": "status",
    "all-0-operator": "is",
    "all-0-value": "new",
    "actions-0-field": "priority",
    "actions-0-value": "high",
    "then": "rehearse",
}


def test_a_rule_is_saved_and_rehearsed_with_one_press(office: Flask) -> None:
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press("/admin/rules/new/", FORM)
    (rehearsal,) = db.session.scalars(select(Rehearsal)).all()
    assert f"state.json?id={rehearsal.id}" in page
    assert [(one.rule.title, one.number, one.change.value) for one in rehearsal.rules] == [
        ("새 문의 → 높음", 1, "added")
    ]
    assert seat.send("/admin/rules/new/", {**FORM, "title": ""}).status_code == 422
    assert len(db.session.scalars(select(Rehearsal)).all()) == 1
