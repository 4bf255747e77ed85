"""The screen of people: an admin adds, scopes, resets; nobody locks the house from inside."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.people.model import Role, User
from app.people.passwords import matches
from tests.visit import PASSWORD, Visit, a_person, a_visit, visit_as

NEW = {
    "email": "New.Person@Example.com",
    "name": "새 사람",
    "role": "agent",
    "language": "ko",
    "cities": " 서울, 부산 ,",
    "is_enabled": "y",
    "password": "seven-lamps-in-the-harbour",
}


def the(email: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.email == email)).one()


def edit(visit: Visit, person: User, **change: str) -> int:
    form = {
        "email": person.email,
        "name": person.name,
        "role": person.role.value,
        "language": person.language,
        "cities": ", ".join(person.cities),
        "is_enabled": "y",
        "version_seen": str(person.version),
    }
    sent = {name: value for name, value in {**form, **change}.items() if value}
    return visit.send(f"/admin/users/edit/?id={person.id}", sent).status_code


def test_a_person_is_added_and_can_sign_in(office: Flask) -> None:
    assert visit_as(office).send("/admin/users/new/", NEW).status_code == 302
    person = the("new.person@example.com")
    assert (person.role, person.cities, person.is_demo) == (Role.agent, ["서울", "부산"], False)
    assert "seven-lamps" not in person.password_hash
    assert a_visit(office).sign_in(person.email, NEW["password"]).status_code == 302


@pytest.mark.parametrize(
    "change", [{"password": "short"}, {"email": "nobody"}, {"role": "king"}, {"language": "fr"}, {"name": ""}]
)
def test_a_person_who_will_not_do_is_refused(lone_office: Flask, change: dict[str, str]) -> None:
    assert visit_as(lone_office).send("/admin/users/new/", {**NEW, **change}).status_code == 422


def test_an_email_that_is_taken_is_refused_in_words(office: Flask) -> None:
    taken = a_person().email
    answer = visit_as(office).send("/admin/users/new/", {**NEW, "email": taken.upper()})
    assert answer.status_code == 422
    assert "같은 값이 이미 있거나" in answer.text


def test_a_role_and_a_scope_are_changed_and_count_at_once(lone_office: Flask) -> None:
    person = a_person(Role.agent)
    theirs = a_visit(lone_office)
    theirs.sign_in(person.email)
    assert edit(visit_as(lone_office), person, role="finance", cities="부산") == 302
    assert theirs.open("/").status_code == 302
    assert (the(person.email).role, the(person.email).cities) == (Role.finance, ["부산"])


def test_a_password_cannot_be_set_or_read_by_the_edit_form(lone_office: Flask) -> None:
    person = a_person(Role.agent)
    visit = visit_as(lone_office)
    assert "password" not in visit.open(f"/admin/users/edit/?id={person.id}").text.lower().replace("/password", "")
    edit(visit, person, password="seven-lamps-in-the-harbour", password_hash="x")
    assert matches(the(person.email).password_hash, PASSWORD)
    assert "scrypt" not in visit.open(f"/admin/users/details/?id={person.id}").text


def test_a_reset_password_is_told_once_and_ends_the_sessions(office: Flask) -> None:
    person = a_person(Role.agent)
    theirs = a_visit(office)
    theirs.sign_in(person.email)
    page = visit_as(office).send(f"/admin/users/reset/?id={person.id}").text
    told = re.search(r'class="once">([^<]+)<', page)
    assert told is not None
    assert theirs.open("/").status_code == 302
    assert a_visit(office).sign_in(person.email, told.group(1)).status_code == 302
    assert a_visit(office).sign_in(person.email, PASSWORD).status_code == 401


@pytest.mark.parametrize("change", [{"role": "agent"}, {"is_enabled": ""}])
def test_an_admin_cannot_take_their_own_rights_away(lone_office: Flask, change: dict[str, str]) -> None:
    me = a_person(Role.admin)
    a_person(Role.admin)
    visit = a_visit(lone_office)
    visit.sign_in(me.email)
    assert edit(visit, me, **change) == 422
    assert (the(me.email).role, the(me.email).is_enabled) == (Role.admin, True)


def test_people_are_not_deleted(lone_office: Flask) -> None:
    person = a_person(Role.agent)
    visit = visit_as(lone_office)
    assert visit.send("/admin/users/delete/", {"id": str(person.id)}).status_code == 404
    visit.send("/admin/users/action/", {"action": "delete", "rowid": str(person.id)})
    assert the(person.email).id == person.id


@pytest.mark.parametrize("role", [Role.ops_manager, Role.auditor])
def test_others_may_look_and_not_touch(lone_office: Flask, role: Role) -> None:
    visit = visit_as(lone_office, role)
    assert visit.open("/admin/users/").status_code == 200
    assert visit.open("/admin/users/new/").status_code == 403
    assert "/admin/users/new/" not in visit.open("/admin/users/").text
