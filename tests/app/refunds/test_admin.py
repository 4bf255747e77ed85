"""The refund desk: asked for with its quote seen first, decided by another person, nothing typed lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.model import AuditEntry
from app.bookings.model import Booking
from app.db import db
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from app.refunds.refund import amend
from tests.marketplace import a_booking, a_refund, a_ticket, a_user, acting_for
from tests.seat import Seat, hidden

FORM = {"reason": "partner_cancelled", "at": "2026-09-28T10:00", "note": "호스트가 취소했습니다"}


def only_refund() -> Refund:
    return db.session.scalars(select(Refund)).one()


def form_for(booking: Booking, **change: Any) -> dict[str, Any]:
    return {**FORM, "booking": str(booking.id), "form_token": "t" * 32, **change}


def test_a_refund_is_asked_for_in_the_form(office: Flask) -> None:
    booking, ticket, agent = a_booking(), a_ticket(), a_user(Role.agent)
    seat = Seat(office, agent)
    assert hidden(seat.read("/admin/refunds/new/"), "form_token")
    page = seat.press("/admin/refunds/new/", form_for(booking, ticket=str(ticket.id)))
    refund = only_refund()
    assert (refund.amount_minor, refund.requested_by, refund.ticket, refund.note) == (
        1_200_000,
        agent,
        ticket,
        FORM["note"],
    )
    assert 'data-state="requested"' in page
    assert re.search(r'data-field="amount">₩1,200,000<', page)
    assert "요청한 사람은 승인할 수 없습니다" in page
    assert 'name="approve"' not in page


def test_the_form_opens_with_what_is_known_of_the_ticket(lone_office: Flask) -> None:
    booking = a_booking()
    ticket = a_ticket(booking=booking)
    page = Seat(lone_office, a_user(Role.agent)).read("/admin/refunds/new/", ticket=ticket.id)
    assert f'value="{booking.id}"' in page
    assert booking.ref in page


def test_the_quote_is_seen_before_anything_is_saved(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user(Role.agent))
    answer = seat.send("/admin/refunds/new/", form_for(booking, reason="customer_cancelled", _quote="1"))
    assert answer.status_code == 200
    assert answer.text.count('class="quote-line"') == 2
    assert FORM["note"] in answer.text
    piece = seat.read(
        "/admin/refunds/quote/", booking=booking.id, reason="customer_cancelled", at="2026-09-10T10:00", extent=""
    )
    assert "₩600,000" in piece
    assert "50% 공제" in piece
    assert db.session.scalar(select(func.count(Refund.id))) == 0


@pytest.mark.parametrize(
    "args",
    [{}, {"booking": "x"}, {"booking": "99999999999999999999"}, {"reason": "none", "at": "never", "extent": "many"}],
)
def test_a_quote_for_nonsense_is_no_error(lone_office: Flask, args: dict[str, str]) -> None:
    assert Seat(lone_office, a_user(Role.agent)).see("/admin/refunds/quote/", **args).status_code == 200


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user(Role.agent))
    answer = seat.send("/admin/refunds/new/", form_for(booking, amount="1,200,001"))
    assert answer.status_code == 422
    assert "₩1,200,000입니다" in answer.text
    assert 'value="1,200,001"' in answer.text
    assert FORM["note"] in answer.text
    assert hidden(answer.text, "form_token") == "t" * 32
    assert db.session.scalar(select(func.count(Refund.id))) == 0


def test_the_form_sent_twice_is_one_refund(lone_office: Flask) -> None:
    booking, seat = a_booking(), Seat(lone_office, a_user(Role.agent))
    first, second = (seat.send("/admin/refunds/new/", form_for(booking, amount="5000")) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert only_refund().amount_minor == 5000


def decision(refund: Refund, **change: Any) -> dict[str, Any]:
    return {"id": refund.id, "version_seen": refund.version, "why": "", **change}


def test_another_person_approves_and_sees_before_what_will_happen(office: Flask) -> None:
    refund = a_refund(ticket=a_ticket(), amount_minor=400_000)
    manager = a_user()
    seat = Seat(office, manager)
    page = seat.read("/admin/refunds/", id=refund.id)
    assert "승인하면 toss에서 ₩400,000 지급이 시작되고, 고객에게 티켓으로 한국어 안내가 나갑니다." in page
    assert 'name="approve"' in page
    page = seat.press("/admin/refunds/approve/", decision(refund, why="확인함"))
    assert 'data-state="approved"' in page
    assert refund.approved_by == manager
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "refunds")).all()[-1]
    assert (kept.actor_name, kept.reason) == (manager.name, "확인함")
    assert kept.changes["state"] == ["requested", "approved"]


def test_four_eyes_hold_at_the_desk_too(lone_office: Flask) -> None:
    asker = a_user()
    refund = a_refund(by=asker)
    seat = Seat(lone_office, asker)
    page = seat.press("/admin/refunds/approve/", decision(refund))
    assert "다른 사람이 승인해야 합니다" in page
    assert refund.state is RefundState.requested


@pytest.mark.parametrize(
    ("role", "button", "allowed"),
    [
        (Role.ops_manager, "approve", True),
        (Role.finance, "approve", True),
        (Role.agent, "approve", False),
        (Role.auditor, "approve", False),
        (Role.auditor, "cancel", False),
        (Role.agent, "cancel", True),
        (Role.finance, "cancel", False),
        (Role.agent, "reject", False),
        (Role.finance, "reject", True),
    ],
)
def test_each_button_asks_for_its_right(lone_office: Flask, role: Role, button: str, allowed: bool) -> None:
    refund = a_refund(amount_minor=1000)
    seat = Seat(lone_office, a_user(role))
    answer = seat.send(f"/admin/refunds/{button}/", decision(refund, why="까닭"))
    assert answer.status_code == (302 if allowed else 403)
    assert (refund.state is RefundState.requested) is not allowed


def test_who_decides_on_what_has_changed_meanwhile_is_shown_it_anew(lone_office: Flask) -> None:
    refund = a_refund()
    seen = decision(refund)
    Seat(lone_office, a_user(Role.agent)).send(
        "/admin/refunds/edit/", {"amount": "900,000", "note": "", "version_seen": refund.version}, id=refund.id
    )
    page = Seat(lone_office, a_user()).press("/admin/refunds/approve/", seen)
    assert "바뀌었습니다" in page
    assert (refund.state, refund.amount_minor) == (RefundState.requested, 900_000)


def test_an_edit_of_an_approved_refund_voids_the_approval(lone_office: Flask) -> None:
    refund = a_refund(approved_by=a_user())
    seat = Seat(lone_office, a_user(Role.agent))
    form = seat.read("/admin/refunds/edit/", id=refund.id)
    assert 'value="1,200,000"' in form
    page = seat.press(
        "/admin/refunds/edit/", {"amount": "₩800,000", "note": "", "version_seen": refund.version}, id=refund.id
    )
    assert 'data-state="requested"' in page
    assert refund.booking.held_minor == 800_000


def test_a_stale_edit_is_refused_with_both_values_and_keeps_what_was_typed(lone_office: Flask) -> None:
    refund = a_refund()
    seen = refund.version
    first, second = Seat(lone_office, a_user(Role.agent)), Seat(lone_office, a_user(Role.agent))
    first.send("/admin/refunds/edit/", {"amount": "700,000", "note": "", "version_seen": seen}, id=refund.id)
    answer = second.send(
        "/admin/refunds/edit/", {"amount": "600,000", "note": "제 것", "version_seen": seen}, id=refund.id
    )
    assert answer.status_code == 409
    assert "₩700,000" in answer.text
    assert 'value="600,000"' in answer.text
    assert "제 것" in answer.text
    assert refund.amount_minor == 700_000


@pytest.mark.parametrize("typed", ["", "abc", "1.5", "-3", "0", "9" * 30])
def test_an_amount_that_is_none_is_refused_at_the_field(lone_office: Flask, typed: str) -> None:
    refund = a_refund()
    answer = Seat(lone_office, a_user(Role.agent)).send(
        "/admin/refunds/edit/", {"amount": typed, "note": "", "version_seen": refund.version}, id=refund.id
    )
    assert answer.status_code == 422
    assert refund.amount_minor == 1_200_000


def test_several_are_approved_at_once_each_shown_with_its_lines(office: Flask) -> None:
    booking, manager = a_booking(), a_user()
    refunds = [a_refund(booking=booking, amount_minor=1000 + at) for at in range(3)]
    own = a_refund(booking=booking, amount_minor=9, by=manager)
    seat = Seat(office, manager)
    ids = [str(one.id) for one in (*refunds, own)]
    shown = seat.send("/admin/refunds/action/", {"action": "approve", "rowid": ids})
    assert shown.status_code == 200
    assert shown.text.count('name="seen"') == 3
    assert "₩1,002" in shown.text
    assert re.search(rf"{own.ref}</a>.*?{manager.name} 님이 요청했습니다", shown.text, re.DOTALL)
    told = seat.send("/admin/refunds/approve-many/", {"seen": seen_on(shown.text)})
    assert told.text.count('data-done="yes"') == 3
    assert [one.state for one in refunds] == [RefundState.approved] * 3
    assert own.state is RefundState.requested


def seen_on(page: str) -> list[str]:
    return re.findall(r'name="seen" value="([^"]+)"', page)


def test_one_that_cannot_be_keeps_no_other_from_being_approved_and_each_line_tells_how_it_went(
    lone_office: Flask,
) -> None:
    changed, fine = a_refund(amount_minor=1000), a_refund(amount_minor=2000)
    large = a_refund()
    seat = Seat(lone_office, a_user())
    ids = [str(one.id) for one in (changed, fine, large)]
    shown = seat.send("/admin/refunds/action/", {"action": "approve", "rowid": ids}).text
    with acting_for(a_user(Role.agent)):
        amend(changed, amount_minor=1001, note="")
        db.session.commit()
    told = seat.send("/admin/refunds/approve-many/", {"seen": seen_on(shown)}).text
    lines = re.findall(r'<li data-done="(yes|no)">.*?(R-[0-9]+)</a>.*?<div class="cap">(.*?)</div>', told, re.DOTALL)
    assert [(done, ref) for done, ref, _ in lines] == [("no", changed.ref), ("yes", fine.ref), ("yes", large.ref)]
    assert "바뀌었습니다" in lines[0][2]
    assert lines[1][2] == "승인했습니다. 지급이 시작됩니다."
    assert lines[2][2] == "승인을 적어 두었습니다. 관리자·재무 한 사람이 더 승인해야 합니다."
    assert [one.state.value for one in (changed, fine, large)] == ["requested", "approved", "requested"]


def test_the_tabs_count_what_waits_for_me_and_not_what_i_asked_for(office: Flask) -> None:
    manager = a_user()
    a_refund(by=manager)
    a_refund()
    waiting = Seat(office, manager).read("/admin/refunds/")
    assert re.search(r'data-tab="mine"[^>]*>내 승인 대기<i class="hot">1</i>', waiting)
    assert "R-000002" in waiting
    assert "R-000001" not in waiting
    assert "R-000001" in Seat(office, manager).read("/admin/refunds/", tab="asked")


@pytest.mark.parametrize(("search", "found"), [("R-000001", True), ("고객", True), ("없는 사람", False)])
def test_refunds_are_found_by_number_booking_and_customer(lone_office: Flask, search: str, found: bool) -> None:
    refund = a_refund()
    page = Seat(lone_office, a_user()).read("/admin/refunds/", tab="all", search=search)
    assert (refund.ref in page) is found
    assert refund.ref in Seat(lone_office, a_user()).read("/admin/refunds/", tab="all", search=refund.booking.ref)


def test_people_of_one_city_see_and_touch_only_its_refunds(lone_office: Flask) -> None:
    here, there = a_refund(), a_refund(booking=a_booking(city="부산"))
    seat = Seat(lone_office, a_user(cities=["서울"]))
    page = seat.read("/admin/refunds/")
    assert here.ref in page
    assert there.ref not in page
    assert seat.see("/admin/refunds/details/", id=there.id).status_code == 404
    assert seat.send("/admin/refunds/approve/", decision(there)).status_code == 404
    assert there.state is RefundState.requested


def test_the_desk_speaks_english_too(lone_office: Flask) -> None:
    refund = a_refund(ticket=a_ticket())
    page = Seat(lone_office, a_user(), "en").read("/admin/refunds/details/", id=refund.id)
    assert "Approved, ₩1,200,000 is paid out through toss, and the customer is told on the ticket in Korean." in page
    assert "100% of the ₩1,200,000 paid goes back" in page


def test_a_file_of_refunds_is_written(lone_office: Flask) -> None:
    refund = a_refund()
    answer = Seat(lone_office, a_user()).send("/admin/refunds/export/csv/", {"reason": "월말 정산"}, tab="all")
    assert answer.status_code == 200
    assert refund.ref in answer.text
    assert "1200000" in answer.text


def test_a_list_of_many_takes_a_fixed_number_of_queries(lone_office: Flask, count_queries: Any) -> None:
    booking = a_booking()
    seat = Seat(lone_office, a_user())
    for _ in range(2):
        a_refund(booking=booking, amount_minor=10)
    few = count_queries(lambda: seat.read("/admin/refunds/"))
    for _ in range(6):
        a_refund(booking=a_booking(), amount_minor=10)
    assert count_queries(lambda: seat.read("/admin/refunds/")) == few


@pytest.fixture
def count_queries() -> Any:
    def count(act: Any) -> int:
        seen: list[str] = []

        def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        engine = db.engine
        db.session.rollback()
        db.event.listen(engine, "before_cursor_execute", note)
        act()
        db.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    return count


def test_nobody_gets_in_unsigned(lone_office: Flask) -> None:
    refund = a_refund()
    client = lone_office.test_client()
    assert "/sign-in" in client.get("/admin/refunds/").location
    assert client.post("/admin/refunds/approve/", data=decision(refund)).status_code in {302, 400}
    assert refund.state is RefundState.requested
