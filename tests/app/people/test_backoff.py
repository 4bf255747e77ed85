"""Guessing gets slower and slower: for an account, for an address, and never for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.people import backoff
from app.people.backoff import FREE, LONGEST_WAIT_SECONDS, failed, forget, wait_seconds
from app.people.model import SignInTry
from tests.visit import PASSWORD, a_person, a_visit


def fail(times: int, email: str = "a@example.com", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        failed(db.session(), email, address)
    db.session.commit()


def test_some_mistakes_are_free_and_then_each_waits_longer(office: Flask) -> None:
    with clock.stopped(clock.now()):
        fail(FREE["both"] - 1)
        assert wait_seconds(db.session(), "a@example.com", "10.0.0.1") == 0
        waits = []
        for _ in range(4):
            fail(1)
            waits.append(wait_seconds(db.session(), "a@example.com", "10.0.0.1"))
        assert waits == [30, 60, 120, 240]
        fail(20)
        assert wait_seconds(db.session(), "a@example.com", "10.0.0.1") == LONGEST_WAIT_SECONDS


def test_a_wait_ends(lone_office: Flask) -> None:
    began = clock.now()
    with clock.stopped(began):
        fail(FREE["both"])
    with clock.stopped(began + timedelta(seconds=31)):
        assert wait_seconds(db.session(), "a@example.com", "10.0.0.1") == 0


def test_one_who_guesses_from_one_address_does_not_shut_the_owner_out(lone_office: Flask) -> None:
    fail(FREE["both"] + 3)
    assert wait_seconds(db.session(), "a@example.com", "10.9.9.9") == 0


def test_an_address_that_guesses_at_many_waits_for_all(lone_office: Flask) -> None:
    for number in range(FREE["address"]):
        fail(1, email=f"p{number}@example.com")
    assert wait_seconds(db.session(), "another@example.com", "10.0.0.1") > 0
    assert wait_seconds(db.session(), "another@example.com", "10.0.0.2") == 0


def test_an_account_that_many_addresses_guess_at_waits(lone_office: Flask) -> None:
    for number in range(FREE["account"]):
        fail(1, address=f"10.1.{number // 200}.{number % 200}")
    assert wait_seconds(db.session(), "a@example.com", "10.7.7.7") > 0


def test_after_an_hour_of_peace_it_is_forgotten(lone_office: Flask) -> None:
    began = clock.now()
    with clock.stopped(began):
        fail(FREE["both"] + 2)
    with clock.stopped(began + timedelta(hours=2)):
        fail(1)
        assert wait_seconds(db.session(), "a@example.com", "10.0.0.1") == 0
        assert db.session.scalar(select(func.max(SignInTry.failures))) == 1


def test_no_stranger_is_kept_by_name(lone_office: Flask) -> None:
    fail(1, email="secret.person@example.com", address="203.0.113.9")
    kept = str(db.session.execute(select(SignInTry.key)).all())
    assert "secret" not in kept
    assert "203.0" not in kept


def test_a_good_sign_in_forgives_the_person_and_not_the_address(lone_office: Flask) -> None:
    fail(4)
    forget(db.session(), "a@example.com", "10.0.0.1")
    db.session.commit()
    assert db.session.scalars(select(SignInTry.failures)).all() == [4]


def test_the_page_waits_even_for_the_right_password(office: Flask) -> None:
    person = a_person()
    visit = a_visit(office)
    for _ in range(FREE["both"]):
        assert visit.sign_in(person.email, "wrong").status_code == 401
    answer = visit.sign_in(person.email, PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 30
    assert "1분 뒤에 다시" in answer.text


def test_without_the_back_off_guessing_would_go_on(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(backoff, "wait_seconds", lambda *_: 0)
    person = a_person()
    visit = a_visit(lone_office)
    for _ in range(FREE["both"] + 1):
        assert visit.sign_in(person.email, "wrong").status_code == 401
    assert visit.sign_in(person.email, PASSWORD).status_code == 302
