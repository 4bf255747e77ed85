"""The table of authority on its screen: who may change it, what it refuses, and what a change means."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.people.model import Role
from app.refunds.authority.model import AuthorityRow, rows_of
from app.refunds.authority.need import Spending
from tests.marketplace import a_refund, a_user
from tests.seat import Seat

PATH = "/admin/authority"
FORM = {
    "spending": "refund",
    "currency": "KRW",
    "up_to": "₩100,000",
    "above_percent": "20",
    "approvers": "1",
    "roles": ["ops_manager"],
}


def row(minor: int | None, spending: Spending = Spending.refund) -> AuthorityRow:
    wanted = select(AuthorityRow).where(AuthorityRow.currency == "KRW", AuthorityRow.spending == spending)
    return next(one for one in db.session.scalars(wanted) if one.up_to_minor == minor)


def test_a_fresh_house_has_a_table(office: Flask) -> None:
    one, two = row(500_000).row, row(None).row
    assert (one.above_percent, one.approvers, one.one_of) == (0, 1, frozenset())
    assert (two.above_percent, two.approvers, two.one_of) == (None, 2, frozenset({Role.finance, Role.admin}))
    assert len(rows_of(db.session())) == 6


def test_an_admin_adds_a_row_and_it_holds_at_once(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user(Role.admin))
    page = seat.press(f"{PATH}/new/", FORM)
    assert "₩100,000" in page
    assert "정책보다 20% 많을 때까지" in page
    assert row(100_000).roles == ["ops_manager"]
    (kept,) = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "authority_rows")).all()
    assert kept.changes["above_percent"] == [None, 20]
    refund = a_refund(amount_minor=100_000)
    assert "운영 매니저 한 사람" in Seat(lone_office, a_user()).read("/admin/refunds/details/", id=refund.id)


def test_a_row_is_changed_and_its_amount_emptied(lone_office: Flask) -> None:
    seat, kept = Seat(lone_office, a_user(Role.admin)), row(500_000)
    form = seat.read(f"{PATH}/edit/", id=kept.id)
    assert 'value="500,000"' in form
    seat.press(f"{PATH}/edit/", {**FORM, "up_to": "", "version_seen": kept.version}, id=kept.id)
    db.session.expire_all()
    assert (kept.up_to_minor, kept.above_percent) == (None, 20)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"roles": []}, ""),
        ({"one_of": ["finance"]}, "비워 주세요"),
        ({"approvers": "2", "one_of": ["finance"]}, "위에서 고른 역할"),
        ({"up_to": "0"}, "0보다 큰"),
        ({"up_to": "백만 원"}, "금액으로 읽을 수 없습니다"),
        ({"up_to": "9" * 41}, "40자까지"),
        ({"above_percent": "1001"}, "0에서 1000"),
        ({"roles": ["agent"]}, ""),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_and_what_was_typed_stays(
    lone_office: Flask, change: dict[str, object], told: str
) -> None:
    answer = Seat(lone_office, a_user(Role.admin)).send(f"{PATH}/new/", {**FORM, **change})
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{change.get("up_to", "₩100,000")}"' in answer.text
    assert len(rows_of(db.session())) == 6


@pytest.mark.parametrize("role", [Role.ops_manager, Role.finance, Role.agent, Role.auditor])
def test_nobody_widens_their_own_authority(lone_office: Flask, role: Role) -> None:
    seat = Seat(lone_office, a_user(role))
    assert "₩500,000" in seat.read(f"{PATH}/")
    assert seat.send(f"{PATH}/new/", FORM).status_code == 403
    assert seat.send(f"{PATH}/delete/", {"id": row(None).id}).status_code == 403


def test_a_case_is_tried_before_it_happens(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user(Role.auditor))
    page = seat.read(f"{PATH}/", amount="620,000", due="520,000", currency="KRW")
    assert "두 사람, 그중 한 사람은" in page
    assert "₩100,000 많음" in page
    assert "금액으로 읽을 수 없습니다" in seat.read(f"{PATH}/", amount="x")
    english = Seat(lone_office, a_user(Role.auditor), "en").read(f"{PATH}/", amount="1", due="1")
    assert "one person: admin or operations manager or finance" in english


def test_two_who_change_a_row_at_once_see_what_the_other_wrote(lone_office: Flask) -> None:
    first, second, kept = Seat(lone_office, a_user(Role.admin)), Seat(lone_office, a_user(Role.admin)), row(500_000)
    seen = {"version_seen": kept.version}
    first.press(f"{PATH}/edit/", {**FORM, **seen, "up_to": "300,000"}, id=kept.id)
    answer = second.send(f"{PATH}/edit/", {**FORM, **seen, "up_to": "400,000"}, id=kept.id)
    assert answer.status_code == 409
    assert "₩300,000" in answer.text
    assert 'value="400,000"' in answer.text
