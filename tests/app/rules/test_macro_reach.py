"""A rule that one person published, since it sends nothing, does not begin to by an edit of the macro it uses."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.actor import acting_as
from app.db import db
from app.desk.saving import SEEN
from app.macros.model import Macro, MacroState
from app.people.model import Role
from app.rules.model import RuleState
from app.rules.publication import PublicationState
from app.rules.publishing import switch_off
from app.site import MacroViewOfHouse
from tests.app.rules.test_publishing import a_rule, asked_for, person
from tests.marketplace import PAID_AT, a_user, kept
from tests.rules_in_force import publish_for_test
from tests.seat import Seat, hidden

ANSWER = {"title": "메모", "public": "true", "body_ko": "안녕하세요", "body_en": "Hello"}


def a_note(**change: Any) -> Macro:
    made = {"title": "메모", "body_ko": "확인 중", "is_public": False, "state": MacroState.live, "actions": []}
    return kept(Macro(**{**made, "created_at": PAID_AT, "updated_at": PAID_AT, **change}))


def of_macro(macro: Macro) -> dict[str, Any]:
    where = {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []}
    return {"conditions": where, "actions": [{"field": "macro", "value": str(macro.id)}]}


def edited(office: Flask, macro: Macro) -> int:
    """Made to answer the customer, by somebody who may edit macros; what the form said to it."""
    seat = Seat(office, a_user(Role.ops_manager))
    seen = hidden(seat.read("/admin/macros/edit/", id=macro.id), SEEN)
    status = seat.send("/admin/macros/edit/", {**ANSWER, SEEN: seen}, id=macro.id).status_code
    db.session.expire_all()
    return status


@pytest.mark.parametrize("paused", [False, True])
def test_a_macro_of_a_rule_that_one_person_published_does_not_become_an_answer(office: Flask, paused: bool) -> None:
    macro = a_note()
    rule = a_rule(of_macro(macro))
    with acting_as(person()):
        assert asked_for(rule, person()).state is PublicationState.published
        if paused:
            switch_off(rule, RuleState.paused)
        db.session.commit()
    assert edited(office, macro) == 422
    assert not macro.is_public


def test_nor_by_being_put_into_use_anew(office: Flask) -> None:
    macro = a_note()
    asked_for(a_rule(of_macro(macro)), person())
    macro.move_to(MacroState.draft)
    db.session.commit()
    assert edited(office, macro) == 302
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press("/admin/macros/state/", {"id": str(macro.id), "now": "live"})
    db.session.expire_all()
    assert "다시 게시해 주세요" in page
    assert macro.state is MacroState.draft


def test_where_two_agreed_or_nobody_uses_it_an_answer_is_edited_freely(office: Flask) -> None:
    macro, other = a_note(is_public=True), a_note(title="다른 것")
    publish_for_test(a_rule(of_macro(macro)))
    asked_for(a_rule(), person())
    assert edited(office, macro) == 302
    assert edited(office, other) == 302


def test_without_the_guard_it_would(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(MacroViewOfHouse, "agreed", lambda _self, _macro: None)
    macro = a_note()
    asked_for(a_rule(of_macro(macro)), person())
    assert edited(office, macro) == 302
    assert macro.is_public
