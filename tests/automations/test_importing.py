"""A large file is taken by a worker in slices: killed in the middle, it goes on where it was, and nothing doubles."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actor import Actor, ActorKind
from app.bell import SilentBell
from app.bookings import importing as taking
from app.bookings.file_columns import FileKind
from app.bookings.importing import confirm, counts, previewed
from app.bookings.imports import Import, ImportState, Verdict
from app.bookings.incoming import put_customer
from app.bookings.model import Booking, Customer
from app.db import db
from app.facts import Fact
from app.insights.waiting import waiting
from app.people.model import Role, User
from app.people.rights import ALL_RIGHTS
from automations import importing, sweep
from tests.app.bookings.files import CUSTOMER_HEADS, a_file
from tests.marketplace import a_user, acting_for
from tests.visit import visit_as

ROWS = 620


class Killed(BaseException):
    """As a worker is, in the middle of a transaction."""


@pytest.fixture
def large(office: Flask) -> int:
    """A confirmed file of customers; its id."""
    return confirmed(office)


@pytest.fixture
def large_here(lone_office: Flask) -> int:
    return confirmed(lone_office)


def confirmed(_app: Flask) -> int:
    rows = [(f"고객 {number}", f"c{number}@example.com", "", "", "", "서울") for number in range(ROWS)]
    with acting_for(a_user(Role.ops_manager), "imports.edit"):
        one = previewed(db.session(), FileKind.customers, "고객.csv", a_file(CUSTOMER_HEADS, *rows))
        db.session.commit()
        confirm(db.session(), one)
        db.session.commit()
        made: int = one.id
    return made


def the(import_id: int) -> Import:
    db.session.rollback()
    return db.session.get_one(Import, import_id, populate_existing=True)


def many(model: type[Customer | Booking]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(model.id))) or 0


def work_on() -> None:
    """Jobs until nothing is left: each ends by the clock, so on a slow machine it takes more of them."""
    for _ in range(ROWS // taking.SLICE + 1):
        importing.drain()


def test_a_large_file_waits_for_a_worker_that_takes_it_whole(large: int, office: Flask) -> None:
    bell = office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    assert Fact.import_asked in bell.rung
    assert many(Customer) == 0
    assert Fact.import_asked in sweep.waiting()
    work_on()
    assert many(Customer) == ROWS
    assert the(large).state is ImportState.done
    assert Fact.import_asked not in sweep.waiting()


def test_a_worker_that_is_killed_in_a_slice_leaves_no_half_and_the_next_doubles_nothing(
    large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, seen = put_customer, [0]

    def dies(*args: Any) -> Any:
        seen[0] += 1
        if seen[0] == taking.SLICE + 50:
            raise Killed
        return put(*args)

    monkeypatch.setattr(taking, "put_customer", dies)
    with pytest.raises(Killed):
        work_on()
    db.session.remove()
    assert many(Customer) == taking.SLICE
    assert counts(db.session(), large)[Verdict.taken] == taking.SLICE
    monkeypatch.undo()
    work_on()
    assert many(Customer) == ROWS
    assert counts(db.session(), large)[Verdict.taken] == ROWS


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"role": Role.agent}])
def test_a_file_of_who_may_not_any_more_is_stopped_and_somebody_else_takes_the_rest(
    large_here: int, lone_office: Flask, change: dict[str, Any]
) -> None:
    user = db.session.get_one(User, the(large_here).by_id)
    for name, value in change.items():
        setattr(user, name, value)
    db.session.commit()
    work_on()
    assert (many(Customer), the(large_here).state) == (0, ImportState.stopped)
    assert Fact.import_asked not in sweep.waiting()
    assert waiting(db.session(), Actor(ActorKind.person, "관리자", 1, ALL_RIGHTS))["imports"] == 1
    other = visit_as(lone_office)
    page = other.open(f"/admin/imports/details/?id={large_here}").text
    assert "멈췄습니다" in page
    other.send("/admin/imports/confirm/", {"id": str(large_here)})
    work_on()
    assert (many(Customer), the(large_here).state) == (ROWS, ImportState.done)
    assert the(large_here).by_id != user.id
