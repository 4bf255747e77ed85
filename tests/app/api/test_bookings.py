"""POST /api/v1/bookings: once under its key, whole or not at all, bound as the office binds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.api import doors
from app.api.model import ApiAnswer
from app.api.once import Answer
from app.api.shapes import encoded
from app.audit.model import AuditEntry
from app.bookings.model import Booking, BookingState, Customer, Tier
from app.db import db
from app.partners.model import PartnerKind, PartnerState
from tests.app.api.calls import Program, a_token, code
from tests.app.desk.shop import a_partner
from tests.marketplace import a_booking, a_customer, a_policy, a_version

PATH = "/api/v1/bookings"
SENT: dict[str, Any] = {
    "ref": "B-API-1",
    "customer": {"name": "김하나", "email": "Hana@Example.com", "phone": "010-1111-2222", "language": "ko"},
    "product": "mid_term_housing",
    "city": "서울",
    "total_minor": 1_200_000,
    "first_period_minor": 600_000,
    "service_fee_minor": 60_000,
    "paid_minor": 1_260_000,
    "paid_at": "2026-09-01T12:00:00+09:00",
    "starts_at": "2026-10-01T15:00:00+09:00",
    "ends_at": "2026-11-30T11:00:00+09:00",
    "payment_ref": "pay_api_1",
}


def a_program(app: Flask, *scopes: str, **change: Any) -> Program:
    return Program(app, a_token(*scopes, **change)[1])


def the(ref: str = "B-API-1") -> Booking:
    db.session.rollback()
    return db.session.scalars(select(Booking).where(Booking.ref == ref)).one()


def test_a_booking_and_its_customer_are_made_and_bound_to_the_policy_of_its_payment(office: Flask) -> None:
    version = a_version(policy=a_policy(gateway="toss"))
    answer = a_program(office).post(PATH, SENT)
    assert answer.status_code == 201
    booking = the()
    assert booking.policy_version_id == version.id
    assert (booking.customer.email, booking.customer.name) == ("hana@example.com", "김하나")
    assert (booking.paid_minor, booking.state) == (1_260_000, BookingState.booked)
    assert answer.json is not None
    assert (answer.json["outcome"], answer.json["policy"]["version_id"]) == ("created", version.id)
    assert "hana" not in answer.text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "bookings")).one()
    assert entry.actor_kind == "program"


def test_the_longest_number_of_a_payment_is_kept_whole(office: Flask) -> None:
    """Toss Payments gives up to two hundred letters."""
    longest = "t" * 200
    assert a_program(office).post(PATH, SENT | {"payment_ref": longest}).status_code == 201
    assert the().payment_ref == longest
    assert a_program(office).post(PATH, SENT | {"payment_ref": longest + "t"}).status_code == 422


@pytest.mark.parametrize("state", [PartnerState.suspended, PartnerState.left, PartnerState.applied])
def test_who_is_not_at_work_is_given_no_new_booking(lone_office: Flask, state: PartnerState) -> None:
    partner, program = a_partner(name="쉬는 파트너", state=state), a_program(lone_office)
    answer = program.post(PATH, SENT | {"partner": "쉬는 파트너"})
    assert (answer.status_code, code(answer)) == (422, "refused")
    assert answer.json is not None
    assert answer.json["error"]["field"] == "partner"
    assert "배정할 수 없습니다" in answer.json["error"]["ko"]
    assert db.session.scalars(select(Booking)).all() == []
    assert program.post(PATH, SENT | {"partner": "쉬는 파트너", "state": "done"}).status_code == 201
    assert the().partner_id == partner.id, "what is over tells who has done it"


def test_a_booking_keeps_a_partner_who_was_suspended_since(lone_office: Flask) -> None:
    partner, program = a_partner(name="일하던 파트너"), a_program(lone_office)
    assert program.post(PATH, SENT | {"partner": "일하던 파트너"}).status_code == 201
    partner.state = PartnerState.suspended
    db.session.commit()
    assert program.post(PATH, SENT | {"partner": "일하던 파트너", "city": "부산"}).status_code == 200
    assert (the().partner_id, the().city) == (partner.id, "부산")


def test_the_same_key_and_body_give_the_same_answer_and_change_nothing(office: Flask) -> None:
    program = a_program(office)
    first = program.post(PATH, SENT, key="once")
    again = program.post(PATH, dict(reversed(SENT.items())), key="once")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert db.session.scalar(select(func.count(ApiAnswer.id))) == 1


def test_the_same_key_with_another_body_is_told_so(lone_office: Flask) -> None:
    program = a_program(lone_office)
    program.post(PATH, SENT, key="once")
    answer = program.post(PATH, {**SENT, "city": "부산"}, key="once")
    assert (answer.status_code, code(answer)) == (409, "key_reused")
    assert the().city == "서울"
    other = a_program(lone_office)
    assert other.post(PATH, {**SENT, "ref": "B-API-2", "payment_ref": None}, key="once").status_code == 201


def test_without_a_key_nothing_is_done(lone_office: Flask) -> None:
    answer = a_program(lone_office).post(PATH, SENT, key="", **{"Idempotency-Key": ""})
    assert (answer.status_code, code(answer)) == (400, "key_missing")
    assert db.session.scalar(select(func.count(Booking.id))) == 0


def test_a_known_number_is_brought_up_to_what_is_sent_and_keeps_its_policy(lone_office: Flask) -> None:
    version = a_version()
    program = a_program(lone_office)
    program.post(PATH, SENT)
    host = a_partner(name="한강 호스트", kind=PartnerKind.host)
    a_version(policy=a_policy(city="부산"))
    change = {"city": "부산", "partner": "한강 호스트", "state": "under_way"}
    sent = {**SENT, **change, "customer": {**SENT["customer"], "tier": "vip"}}
    told = program.post(PATH, sent).json
    assert told is not None
    assert (told["outcome"], told["changed"]) == ("updated", ["city", "customer.tier", "partner", "state"])
    booking = the()
    assert (booking.city, booking.partner_id, booking.state) == ("부산", host.id, BookingState.under_way)
    assert (booking.customer.tier, booking.policy_version_id) == (Tier.vip, version.id)
    again = program.post(PATH, sent).json
    assert again is not None
    assert (again["outcome"], again["changed"]) == ("unchanged", [])


def test_what_is_left_out_stays_as_it_is(lone_office: Flask) -> None:
    program = a_program(lone_office)
    facts = {"gateway": "stripe", "channel": "agency", "currency": "USD"}
    program.post(PATH, {**SENT, **facts})
    left_out = {"first_period_minor", "service_fee_minor", "payment_ref"}
    bare = {name: value for name, value in SENT.items() if name not in left_out} | {"state": "under_way"}
    told = program.post(PATH, bare).json
    assert told is not None
    assert (told["outcome"], told["changed"]) == ("updated", ["state"])
    booking = the()
    assert (booking.gateway, booking.channel, booking.currency) == ("stripe", "agency", "USD")
    assert (booking.first_period_minor, booking.service_fee_minor) == (600_000, 60_000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"total_minor": 100}, "first_period_minor"),
        ({"ends_at": "2026-09-30T00:00:00+09:00"}, "ends_at"),
        ({"partner": "없는 파트너"}, "partner"),
        ({"state": "asleep"}, "state"),
        ({"ref": "B 1"}, "ref"),
        ({"ref": "B\x00"}, "ref"),
        ({"paid_minor": 2**53}, "paid_minor"),
        ({"paid_minor": 1.5}, "paid_minor"),
        ({"customer": {"name": "이름뿐"}}, "customer.email"),
        ({"customer": {"name": "나", "email": "no mail"}}, "customer.email"),
        ({"customer": {"name": "900101-1234567", "email": "a@example.com"}}, "customer.name"),
    ],
)
def test_what_does_not_stand_is_refused_with_its_field_and_leaves_nothing(
    lone_office: Flask, change: dict[str, Any], field: str
) -> None:
    answer = a_program(lone_office).post(PATH, {**SENT, **change})
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    assert answer.json["error"]["field"] == field
    assert db.session.scalar(select(func.count(Customer.id))) == 0
    assert db.session.scalar(select(func.count(ApiAnswer.id))) == 0


def test_a_customer_is_known_by_zendesk_id_then_by_e_mail_and_two_are_not_mixed(lone_office: Flask) -> None:
    one, other = a_customer(zendesk_id=77, email="one@example.com"), a_customer(email="other@example.com")
    program = a_program(lone_office)
    told = program.post(PATH, {**SENT, "customer": {"name": "하나", "zendesk_id": 77}}).json
    assert told is not None
    assert told["customer_id"] == one.id
    told = program.post(PATH, {**SENT, "customer": {"name": "둘", "email": "OTHER@example.com"}}).json
    assert told is not None
    assert told["customer_id"] == other.id
    both = program.post(PATH, {**SENT, "customer": {"name": "셋", "zendesk_id": 77, "email": "other@example.com"}})
    assert (both.status_code, code(both)) == (422, "refused")


def test_a_state_moves_only_as_its_table_allows(lone_office: Flask) -> None:
    done = a_booking(state=BookingState.done)
    sent = {**SENT, "ref": done.ref, "state": "booked"}
    answer = a_program(lone_office).post(PATH, sent)
    assert (answer.status_code, code(answer)) == (422, "refused")


def test_what_is_refunded_cannot_be_taken_from_under_it(lone_office: Flask) -> None:
    held = a_booking(held_minor=900_000)
    sent = {**SENT, "ref": held.ref, "paid_minor": 800_000}
    answer = a_program(lone_office).post(PATH, sent)
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["field"]) == (422, "paid_minor")


def test_a_token_of_one_city_changes_nothing_of_another(lone_office: Flask) -> None:
    program = a_program(lone_office, cities=["부산"])
    answer = program.post(PATH, SENT)
    assert (answer.status_code, code(answer)) == (403, "forbidden")
    there = a_booking(city="서울")
    answer = program.post(PATH, {**SENT, "ref": there.ref, "city": "부산"})
    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert the(there.ref).city == "서울"


def eight_at_once(office: Flask, secret: str) -> list[int]:
    barrier = threading.Barrier(8)

    def call(_: int) -> int:
        client = office.test_client()
        barrier.wait()
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "race"}
        return client.post(PATH, json=SENT, headers=headers).status_code

    db.session.remove()
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(call, range(8)))


def test_eight_that_send_the_same_at_once_make_one_booking(office: Flask) -> None:
    assert eight_at_once(office, a_token()[1]) == [201] * 8
    assert db.session.scalar(select(func.count(ApiAnswer.id))) == 1
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_without_the_kept_answers_the_eight_would_be_told_different_things(
    office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of idempotence."""

    def every_time(session: Any, token_id: Any, key: Any, place: Any, sent: Any, act: Any) -> Answer:
        status, told = act()
        return Answer(status, encoded(told))

    monkeypatch.setattr(doors, "once", every_time)
    assert eight_at_once(office, a_token()[1]) != [201] * 8
