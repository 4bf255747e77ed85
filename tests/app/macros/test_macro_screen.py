"""Macros on their screen: two languages, errors at their text, warned where one is missing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.macros.model import Macro, MacroState
from app.people.model import Role
from tests.marketplace import PAID_AT, a_user, kept
from tests.seat import Seat, hidden


def a_seat(office: Flask, role: Role = Role.ops_manager) -> Seat:
    return Seat(office, a_user(role))


def a_macro(**change: object) -> Macro:
    facts = {
        "title": "확인 중",
        "body_ko": "안녕하세요",
        "body_en": "Hello",
        "created_at": PAID_AT,
        "updated_at": PAID_AT,
    }
    return kept(Macro(**{**facts, **change}))


def form_of(**change: str) -> dict[str, str]:
    return {
        "title": "확인 중",
        "key": "",
        "public": "true",
        "body_ko": "안녕하세요 {{ticket.requester.first_name}}님\r\n확인하고 있습니다.",
        "body_en": "Hello {{ticket.requester.first_name}}",
        "actions-0-field": "status",
        "actions-0-value": "pending",
        **change,
    }


def test_a_macro_is_made_with_both_texts_and_put_into_use(office: Flask) -> None:
    seat = a_seat(office)
    page = seat.press("/admin/macros/new/", form_of(key="first_reply"))
    macro = db.session.scalars(select(Macro)).one()
    assert (macro.state, macro.key, macro.is_public) == (MacroState.draft, "first_reply", True)
    assert macro.body_ko == "안녕하세요 {{ticket.requester.first_name}}님\n확인하고 있습니다."
    assert macro.actions == [{"field": "status", "value": "pending"}]
    assert "고객 답변 대기" in page
    seat.press("/admin/macros/state/", {"id": str(macro.id), "now": "live"})
    assert macro.state is MacroState.live
    assert [(one.was, one.now) for one in macro.moves] == [(MacroState.draft, MacroState.live)]


def test_a_macro_may_only_answer(lone_office: Flask) -> None:
    form = {name: value for name, value in form_of().items() if not name.startswith("actions")}
    a_seat(lone_office).press("/admin/macros/new/", form)
    assert db.session.scalars(select(Macro)).one().actions == []


def test_a_missing_language_is_warned_of(lone_office: Flask) -> None:
    page = a_seat(lone_office).press("/admin/macros/new/", form_of(body_en=" "))
    assert "영어 문구가 없습니다" in page


def test_a_broken_placeholder_is_told_at_its_text_and_the_text_is_kept(lone_office: Flask) -> None:
    answer = a_seat(lone_office).send("/admin/macros/new/", form_of(body_en="Hello {{ticket.id | shout}} & {% if"))
    assert answer.status_code == 422
    english = answer.text[answer.text.index('name="body_en"') :]
    assert 'aria-invalid="true"' in english[:80]
    assert 'class="problem"' in english[:600]
    assert "Hello {{ticket.id | shout}} &amp; {% if" in answer.text
    assert db.session.scalars(select(Macro)).all() == []


@pytest.mark.parametrize(
    "change",
    [{"title": ""}, {"title": "가" * 201}, {"actions-0-value": "new"}, {"actions-0-field": "nonsense"}],
    ids=str,
)
def test_what_is_no_macro_is_refused_in_words(lone_office: Flask, change: dict[str, str]) -> None:
    answer = a_seat(lone_office).send("/admin/macros/new/", form_of(**change))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_nothing_at_all_is_no_macro(lone_office: Flask) -> None:
    answer = a_seat(lone_office).send("/admin/macros/new/", {"title": "빈 매크로"})
    assert answer.status_code == 422


def test_a_key_belongs_to_one_macro(lone_office: Flask) -> None:
    a_macro(key="first_reply")
    answer = a_seat(lone_office).send("/admin/macros/new/", form_of(key="first_reply"))
    assert answer.status_code == 422
    assert "이 이름표는 매크로 「확인 중」이 쓰고 있습니다" in answer.text


def test_a_second_save_over_another_is_refused_with_both_texts(office: Flask) -> None:
    macro, seat = a_macro(), a_seat(office)
    seen = hidden(seat.read("/admin/macros/edit/", id=macro.id), "version_seen")
    seat.press("/admin/macros/edit/", form_of(body_en="First", version_seen=seen), id=macro.id)
    answer = seat.send("/admin/macros/edit/", form_of(body_en="Second", version_seen=seen), id=macro.id)
    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Second" in answer.text
    assert macro.body_en == "First"


def test_a_macro_that_names_what_is_not_here_is_not_put_into_use(lone_office: Flask) -> None:
    macro, seat = a_macro(actions=[{"field": "group_id", "value": "999"}]), a_seat(lone_office)
    page = seat.press("/admin/macros/state/", {"id": str(macro.id), "now": "live"})
    assert "그룹 999" in page
    assert macro.state is MacroState.draft


def test_an_agent_looks_and_does_not_write(lone_office: Flask) -> None:
    macro = a_macro()
    seat = a_seat(lone_office, Role.agent)
    assert "안녕하세요" in seat.read("/admin/macros/details/", id=macro.id)
    assert seat.send("/admin/macros/new/", form_of()).status_code == 403
    assert seat.send("/admin/macros/state/", {"id": str(macro.id), "now": "live"}).status_code == 403
