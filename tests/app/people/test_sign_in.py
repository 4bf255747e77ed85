"""Coming and going: a new session each time, an end that is an end, and a house that gives nothing away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.audit.model import AuditEntry
from app.bell import SilentBell
from app.db import db
from app.factory import create_app
from app.people.model import Role, User
from app.people.passwords import hashed
from app.people.sign_in import own_address
from tests.conftest import settings_for
from tests.visit import PASSWORD, a_person, a_visit, visit_as


def test_the_right_pair_enters_and_is_written_down(office: Flask) -> None:
    person = a_person(Role.agent, name="이서준")
    visit = a_visit(office)
    answer = visit.sign_in(f"  {person.email.upper()} ", back="/admin/tickets/?tab=all")
    assert (answer.status_code, answer.location) == (302, "/admin/tickets/?tab=all")
    assert "이서준" in visit.open("/").text
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "sign_in")).one()
    assert (kept.actor_name, kept.subject_id) == ("이서준", person.id)
    assert db.session.get_one(User, person.id).last_sign_in_at is not None


@pytest.mark.parametrize("email", ["somebody", "nobody@example.com"])
def test_a_wrong_pair_is_told_alike_whether_the_person_exists(lone_office: Flask, email: str) -> None:
    person = a_person()
    visit = a_visit(lone_office)
    answer = visit.sign_in(person.email if email == "somebody" else email, "wrong")
    assert answer.status_code == 401
    assert "이메일이나 비밀번호가 맞지 않습니다." in answer.text
    assert visit.open("/").status_code == 302
    assert "sign_in_refused" in db.session.scalars(select(AuditEntry.verb)).all()


def test_what_was_typed_stays_and_the_password_does_not(lone_office: Flask) -> None:
    answer = a_visit(lone_office).sign_in("me@example.com", "my-typed-password")
    assert 'value="me@example.com"' in answer.text
    assert "my-typed-password" not in answer.text


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"password_hash": "!"}])
def test_some_stay_out_with_the_right_password(lone_office: Flask, change: dict[str, Any]) -> None:
    assert a_visit(lone_office).sign_in(a_person(**change).email).status_code == 401


def test_demo_people_stay_out_of_everything_but_the_demo(tmp_path: Path, sqlite_url: str) -> None:
    for demo, status in ((True, 302), (False, 401)):
        app = create_app(replace(settings_for(tmp_path, sqlite_url), demo=demo), bell=SilentBell())
        with app.app_context():
            assert a_visit(app).sign_in(a_person(is_demo=True).email).status_code == status
            assert a_visit(app).sign_in(a_person(is_demo=False).email).status_code == 302
            db.session.remove()
            db.engine.dispose()


def test_a_session_from_before_the_sign_in_is_thrown_away(lone_office: Flask) -> None:
    """Nobody can plant one, and a token of before is worth nothing after."""
    visit = a_visit(lone_office)
    visit.open("/sign-in")
    before = visit.token
    visit.sign_in(a_person().email)
    with visit.client.session_transaction() as session:
        assert set(session) == {"user", "epoch", "began", "seen", "csrf_token", "_permanent"}
    assert visit.send("/admin/vendors/new/", {"csrf_token": before, "name": "x"}).status_code == 400


def test_a_copied_cookie_is_worth_nothing_after_the_sign_out(lone_office: Flask) -> None:
    person = a_person()
    visit, thief = a_visit(lone_office), a_visit(lone_office)
    visit.sign_in(person.email)
    cookie = visit.client.get_cookie("opsroom")
    assert cookie is not None
    thief.client.set_cookie("opsroom", cookie.value)
    assert thief.open("/").status_code == 200
    assert visit.send("/sign-out").location == "/sign-in"
    assert thief.open("/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.auditor},
        {"is_enabled": False},
        {"password_hash": hashed("another-good-password")},
        {"email": "moved@example.com"},
        {"cities": ["부산"]},
    ],
)
def test_a_change_of_person_ends_their_sessions_at_once(lone_office: Flask, change: dict[str, object]) -> None:
    person = a_person()
    visit = a_visit(lone_office)
    visit.sign_in(person.email)
    assert visit.open("/").status_code == 200
    for name, value in change.items():
        setattr(person, name, value)
    db.session.commit()
    assert visit.open("/").status_code == 302


def test_a_change_of_name_ends_no_session(lone_office: Flask) -> None:
    person = a_person()
    visit = a_visit(lone_office)
    visit.sign_in(person.email)
    person.name = "새 이름"
    db.session.commit()
    assert "새 이름" in visit.open("/").text


@pytest.mark.parametrize(("demo", "idle", "is_in"), [(False, 29, True), (False, 31, False), (True, 660, True)])
def test_an_idle_session_ends(tmp_path: Path, sqlite_url: str, demo: bool, idle: int, is_in: bool) -> None:
    app = create_app(replace(settings_for(tmp_path, sqlite_url), demo=demo), bell=SilentBell())
    with app.app_context():
        visit = visit_as(app)
        with clock.stopped(clock.now() + timedelta(minutes=idle)):
            assert (visit.open("/").status_code == 200) is is_in
        db.session.remove()
        db.engine.dispose()


def test_no_session_lasts_longer_than_twelve_hours_however_busy(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    began = clock.now()
    for hours in (3, 6, 9, 11.9):
        with clock.stopped(began + timedelta(hours=hours)):
            assert visit.open("/").status_code == 200
    with clock.stopped(began + timedelta(hours=12, minutes=1)):
        assert visit.open("/").status_code == 302


@pytest.mark.parametrize(
    "asked",
    [
        *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
        *(
            "/\tevil",
            "/%0d%0aSet-Cookie:x\r\n",
            "evil.example",
            "",
            " /x",
            "///evil.example",
            "/a\nb",
            "/" + "x" * 3000,
        ),
    ],
)
def test_after_the_sign_in_nobody_is_led_out_of_the_house(lone_office: Flask, asked: str) -> None:
    with lone_office.test_request_context():
        assert own_address(asked) == "/"
    assert a_visit(lone_office).sign_in(a_person().email, back=asked).location == "/"


def test_a_page_asked_for_without_a_session_comes_after_the_sign_in(lone_office: Flask) -> None:
    visit = a_visit(lone_office)
    led = visit.open("/admin/tickets/?tab=all&search=환불")
    assert led.location.startswith("/sign-in?next=")
    form = visit.open(led.location).text
    assert re.search(r'name="next" value="/admin/tickets/\?tab=all&amp;search=환불"', form)


def test_the_language_is_the_persons_and_can_be_changed(office: Flask) -> None:
    person = a_person(language="en")
    visit = a_visit(office)
    visit.sign_in(person.email)
    assert "What needs you now" in visit.open("/").text
    assert visit.send("/language", {"language": "ko", "next": "/admin/audit/"}).location == "/admin/audit/"
    assert "지금 내가 할 일" in visit.open("/").text
    db.session.expire_all()
    assert db.session.get_one(User, person.id).language == "ko"
    visit.send("/language", {"language": "xx"})
    assert "지금 내가 할 일" in visit.open("/").text


def test_ones_own_password_is_changed_and_the_other_sessions_end(office: Flask) -> None:
    person = a_person()
    here, there = a_visit(office), a_visit(office)
    here.sign_in(person.email)
    there.sign_in(person.email)
    fresh = "seven-lamps-in-the-harbour"
    sent = {"now": PASSWORD, "fresh": fresh, "again": fresh}
    assert here.send("/password", sent).status_code == 302
    assert here.open("/").status_code == 200
    assert there.open("/").status_code == 302
    assert a_visit(office).sign_in(person.email).status_code == 401
    assert a_visit(office).sign_in(person.email, fresh).status_code == 302


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"now": "wrong", "fresh": "seven-lamps-here", "again": "seven-lamps-here"}, "지금 비밀번호가 맞지 않습니다"),
        ({"now": PASSWORD, "fresh": "seven-lamps-here", "again": "seven-lamps-there"}, "서로 다릅니다"),
        ({"now": PASSWORD, "fresh": "short", "again": "short"}, "12자 이상"),
        ({}, "지금 비밀번호가 맞지 않습니다"),
    ],
)
def test_a_password_that_will_not_do_is_refused(lone_office: Flask, sent: dict[str, str], words: str) -> None:
    answer = visit_as(lone_office).send("/password", sent)
    assert answer.status_code == 422
    assert words in answer.text


def test_no_password_or_hash_is_ever_in_the_audit(office: Flask) -> None:
    person = a_person()
    person.password_hash = hashed("another-good-password")
    db.session.commit()
    kept = str([row.changes for row in db.session.scalars(select(AuditEntry))])
    assert "password_hash" in kept
    assert "scrypt" not in kept
