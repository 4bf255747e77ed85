"""What a home filled with the demo holds, on both databases."""

from __future__ import annotations

import json
import re
import stat
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from app import clock
from app.bookings.model import Booking, Customer
from app.db import db
from app.demo.account_door import has_sandbox, tickets_there
from app.demo.books import STATES
from app.demo.cases import CASES
from app.demo.commands import make
from app.demo.people_rows import ENDINGS
from app.demo.sign_ins import PEOPLE, passwords
from app.gateways import DOUBLED
from app.language.facts_of_ticket import BookingFacts, GoodwillFacts, Person, TicketFacts
from app.link.link import the_link
from app.macros.macro import definition_of as macro_definition
from app.macros.macro import missing_languages
from app.macros.model import Macro
from app.partners.model import Insurance, Partner, PartnerState
from app.people.model import Role, User
from app.people.passwords import matches
from app.policies.model import PolicyVersion, VersionState
from app.policies.terms import read_terms
from app.refunds.goodwill.model import Goodwill, GoodwillState
from app.refunds.model import LETS_GO, Refund, RefundState
from app.refunds.quote import again
from app.refunds.settlement import Settlement, SettlementState
from app.rules.in_view import tickets_in
from app.rules.live import definition_of as rule_definition
from app.rules.model import Rule, RuleState
from app.settings import SANDBOX_EMAIL
from app.tickets.model import Comment, Ticket, TicketEvent
from app.views.model import View
from app.views.view import definition_of, unknown_in
from automations.rows import keep_audits
from integrations.payments.doubles.books import Booked, Books
from integrations.zendesk.types import Audit
from tests.app.demo.homes import rows, sandbox_rows


def test_everything_a_marketplace_has_is_there(filled: Path) -> None:
    counted = rows()
    assert counted["users"] == len(PEOPLE)
    assert {user.role for user in db.session.scalars(select(User))} == set(Role)
    assert (counted["vendors"], counted["partners"], counted["customers"], counted["bookings"]) == (
        2,
        30,
        60,
        220 + len(CASES),
    )
    # A dispute that was ruled on has led to one more.
    assert (counted["refunds"], counted["tickets"]) == (len(CASES) + 1, 200)
    assert (counted["disputes"], counted["emergencies"], counted["playbook_versions"]) == (4, 2, 1)
    link = the_link(db.session())
    assert link.pushing
    assert link.rules_on
    assert {booking.state for booking in db.session.scalars(select(Booking))} >= {"booked", "under_way", "done"}


def test_a_second_run_changes_nothing_and_says_so(house: Flask, filled: Path) -> None:
    before = rows(), passwords(filled), booked(filled)
    assert not make(db.session(), house.extensions["opsroom.settings"])
    assert (rows(), passwords(filled), booked(filled)) == before
    assert tickets_there(house.extensions["opsroom.settings"]) == 200


def test_everybody_can_sign_in_with_what_is_written_down_for_the_owner_alone(filled: Path) -> None:
    kept = filled / "demo_sign_ins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    written = {row["email"]: row for row in json.loads(kept.read_text(encoding="utf-8"))}
    users = db.session.scalars(select(User)).all()
    assert len(written) == len(users)
    for user in users:
        assert matches(user.password_hash, written[user.email]["password"])
        assert written[user.email]["role"] == user.role.value
        assert user.is_demo


def test_lost_passwords_are_made_anew_and_end_open_sessions(house: Flask, filled: Path) -> None:
    (filled / "demo_sign_ins.json").unlink()
    assert make(db.session(), house.extensions["opsroom.settings"])
    made = passwords(filled)
    assert made is not None
    for user in db.session.scalars(select(User)):
        assert matches(user.password_hash, made[user.email])
        assert user.session_epoch > 0


def test_every_policy_rule_and_macro_stands(filled: Path) -> None:
    versions = db.session.scalars(select(PolicyVersion)).all()
    for version in versions:
        read_terms(version.terms)
    assert Counter(version.state for version in versions) == {VersionState.published: 5, VersionState.asked: 1}
    states: Counter[RuleState] = Counter()
    for rule in db.session.scalars(select(Rule)):
        assert rule_definition(rule).active is (rule.state is RuleState.live)
        assert rule.versions[-1].definition == rule.definition
        states[rule.state] += 1
    assert states[RuleState.live] >= 8
    assert set(states) == {RuleState.live, RuleState.paused, RuleState.draft}
    for macro in db.session.scalars(select(Macro)):
        assert macro_definition(macro).active
        assert not missing_languages(macro)
    keys = set(db.session.scalars(select(Macro.key)))
    assert {"refund_paid", "refund_failed", "refund_rejected"} <= keys


def test_every_view_knows_what_it_names_and_has_tickets(filled: Path) -> None:
    views = db.session.scalars(select(View).order_by(View.position)).all()
    assert len(views) == 4
    for view in views:
        assert unknown_in(db.session(), view) == []
        found = tickets_in(db.session(), definition_of(view).conditions, "")
        assert found.tickets or "current_user" in str(view.definition), view.title


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_answer_reads_well_with_a_booking_and_without(filled: Path, language: str) -> None:
    booking = BookingFacts(number="B-10001", starts_at=clock.now())
    for about in (None, booking):
        facts = TicketFacts(id="1", requester=Person(id="7", name="Emma Wilson"), requester_id="7", booking=about)
        told_of_money = Macro.key.like("refund_%") | (Macro.key == "goodwill_given")
        for macro in db.session.scalars(select(Macro).where(~told_of_money)):
            plan, _ = macro_definition(macro).apply(facts, clock.now(), language)
            (said,) = plan.comments
            assert "Emma Wilson" in said.body
            assert not re.search(r"[{}%]|\( *,? *\)|  ", said.body), said.body


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ko", "보상: 다음 방문 적립금 ₩5,000\n번호: G-000007"),
        ("en", "Credit for the next visit, ₩5,000\nNumber: G-000007"),
    ],
)
def test_what_was_given_reads_well(filled: Path, language: str, line: str) -> None:
    name = {"ko": "다음 방문 적립금", "en": "Credit for the next visit"}
    given = GoodwillFacts(number="G-000007", name=name, amount=5_000, reason="partner_late")
    booking = BookingFacts(number="B-10001", starts_at=clock.now())
    who = Person(id="7", name="Emma Wilson")
    facts = TicketFacts(id="1", requester=who, requester_id="7", booking=booking, goodwill=given)
    macro = db.session.scalars(select(Macro).where(Macro.key == "goodwill_given")).one()
    (said,) = macro_definition(macro).apply(facts, clock.now(), language)[0].comments
    assert line in said.body
    assert not re.search(r"[{}%]|\( *,? *\)|  ", said.body), said.body


def test_approvals_and_goodwill_stand_as_a_desk_has_them(filled: Path) -> None:
    refunds = db.session.scalars(select(Refund)).all()
    assert sum(1 for one in refunds if one.state is RefundState.requested and one.approvals) == 1
    assert {one.approvers for one in refunds if one.state is RefundState.paid} == {1, 2}
    given = db.session.scalars(select(Goodwill)).all()
    states = Counter(one.state for one in given)
    assert (states[GoodwillState.waiting], states[GoodwillState.rejected]) == (1, 1)
    assert states[GoodwillState.given] > 20
    assert len({one.kind for one in given}) >= 4


def test_both_housing_policies_bind_by_gateway_channel_and_time(filled: Path) -> None:
    bound = db.session.execute(
        select(Booking.gateway, Booking.channel, Booking.paid_at, PolicyVersion).join(Booking.policy_version)
    ).all()
    assert len(bound) == 220 + len(CASES), "every booking is bound"
    keys = {(row.PolicyVersion.policy.key, row.PolicyVersion.number) for row in bound}
    assert {("housing-refund", 1), ("housing-refund", 2), ("housing-refund-stripe", 1), ("cleaning-refund", 1)} <= keys
    for row in bound:
        if row.PolicyVersion.policy.key == "housing-refund":
            assert row.PolicyVersion.valid_from <= row.paid_at
            assert row.PolicyVersion.valid_until is None or row.paid_at < row.PolicyVersion.valid_until


def test_money_is_held_to_the_won_and_never_above_what_was_paid(filled: Path) -> None:
    held: Counter[int] = Counter()
    for refund in db.session.scalars(select(Refund)):
        assert refund.amount_minor > 0
        assert refund.moves[-1].now is refund.state
        assert refund.approved_by_id != refund.requested_by_id
        quoted = again(refund.quote, refund.policy_version.terms)
        assert quoted.amount_minor == refund.quoted_minor == sum(line.amount_minor for line in quoted.lines)
        if refund.state not in LETS_GO:
            held[refund.booking_id] += refund.amount_minor
    for booking in db.session.scalars(select(Booking)):
        assert booking.held_minor == held[booking.id] <= booking.paid_minor
        assert booking.first_period_minor <= booking.total_minor <= booking.paid_minor
        assert booking.paid_at <= clock.now()


def test_refunds_are_in_every_state_a_desk_sees(filled: Path) -> None:
    states = Counter(refund.state for refund in db.session.scalars(select(Refund).where(Refund.form_token.is_(None))))
    assert states == Counter(case.state for case in CASES)
    assert states[RefundState.requested] >= 5
    assert states[RefundState.unknown] == states[RefundState.failed] == states[RefundState.cancelled] == 1


def test_the_provider_knows_every_payment_and_what_became_of_every_refund(filled: Path) -> None:
    known = {one.reference: one for one in booked(filled)}
    by_provider = Counter(refund.booking.gateway for refund in db.session.scalars(select(Refund)))
    assert set(by_provider) == {"stripe", "toss", "manual"}
    for refund in db.session.scalars(select(Refund)):
        there = known.pop(refund.provider_ref or "", None)
        if refund.state in STATES and refund.booking.gateway != "manual":
            assert there is not None
            assert refund.provider_key in there.note
            told = (refund.booking.payment_ref, refund.amount_minor, STATES[refund.state])
            assert (there.payment, there.minor, there.state) == told
        else:
            assert there is None
    assert [one.note for one in known.values()] == ["전화로 요청"], "refunded at the provider's own desk"


def test_what_was_paid_by_bank_transfer_was_settled_by_two_people(filled: Path) -> None:
    settled = db.session.scalars(select(Settlement)).all()
    assert {one.state for one in settled} == {SettlementState.confirmed, SettlementState.written}
    assert all(one.decided_by_id != one.written_by_id for one in settled)


def booked(filled: Path) -> list[Booked]:
    return [one for name in DOUBLED for one in Books(filled / "payments" / f"{name}.sqlite3").refunds()]


def test_insurances_that_end_soon_are_there_to_be_warned_of(filled: Path) -> None:
    today = clock.in_seoul(clock.now()).date()
    last = select(func.max(Insurance.ends_on)).group_by(Insurance.partner_id)
    days = [(ends - today).days for ends in db.session.scalars(last)]
    assert sum(day < 0 for day in days) == sum(ending < 0 for ending in ENDINGS)
    assert sum(0 <= day <= 7 for day in days) >= 3
    assert sum(7 < day <= 30 for day in days) >= 3
    states = Counter(db.session.scalars(select(Partner.state)))
    assert states[PartnerState.active] > 20
    assert set(states) >= {PartnerState.applied, PartnerState.warned, PartnerState.suspended}


def test_the_sandbox_holds_the_same_people_and_a_past_in_both_languages(filled: Path) -> None:
    users = {row["id"]: row for row in sandbox_rows(filled, "select body from users")}
    for customer in db.session.scalars(select(Customer)):
        there = users[customer.zendesk_id]
        assert (there["name"], there["email"], there["locale"][:2]) == (
            customer.name,
            customer.email,
            customer.language,
        )
    tickets = sandbox_rows(filled, "select body from tickets order by id")
    assert [ticket["id"] for ticket in tickets] == list(range(1, 201))
    assert [ticket["created_at"] for ticket in tickets] == sorted(ticket["created_at"] for ticket in tickets)
    english = sum("english" in ticket["tags"] for ticket in tickets)
    assert 40 <= english <= 160
    assert {ticket["status"] for ticket in tickets} >= {"open", "pending", "solved", "closed"}
    assert any(ticket["satisfaction_rating"]["score"] == "bad" for ticket in tickets)
    now = clock.now()
    assert all(ticket["updated_at"] <= now.isoformat() for ticket in tickets)
    assert sum(ticket["created_at"] > (now - timedelta(days=7)).isoformat() for ticket in tickets) >= 10
    comments = sandbox_rows(filled, "select body from comments")
    assert len(comments) > 400
    assert not [one["body"] for one in comments if "{" in one["body"]]


def test_a_refund_stands_on_the_ticket_that_asked_for_it(filled: Path) -> None:
    there = {row["id"]: row for row in sandbox_rows(filled, "select body from tickets")}
    for refund in db.session.scalars(select(Refund).where(Refund.form_token.is_(None))):
        assert refund.ticket is not None
        ticket = there[refund.ticket.zendesk_id]
        assert refund.booking.ref in ticket["subject"]
        assert ticket["requester_id"] == refund.booking.customer.zendesk_id
        assert db.session.get(Ticket, refund.ticket_id) is refund.ticket


def test_the_mirror_holds_what_fetching_the_sandbox_anew_would_bring(filled: Path) -> None:
    told: dict[int, list[Audit]] = defaultdict(list)
    for row in sandbox_rows(filled, "select body from audits order by id"):
        told[row["ticket_id"]].append(msgspec.convert(row, Audit))
    here = everything_said()
    assert len(here) > 800
    session = db.session()
    session.execute(delete(Comment))
    session.execute(delete(TicketEvent))
    for ticket in session.scalars(select(Ticket)):
        keep_audits(session, ticket, told[ticket.zendesk_id])
    assert everything_said() == here
    session.rollback()


def everything_said() -> set[str]:
    events = select(
        TicketEvent.audit_id, TicketEvent.author_id, TicketEvent.channel, TicketEvent.is_creation,
        TicketEvent.changes, TicketEvent.comment_id, TicketEvent.created_at,
    )  # fmt: skip
    comments = select(
        Comment.zendesk_id, Comment.audit_id, Comment.author_id, Comment.is_public, Comment.body, Comment.created_at
    )
    rows = [*db.session.execute(events), *db.session.execute(comments)]
    return {json.dumps(list(row), sort_keys=True, default=str) for row in rows}


def test_the_sandbox_lets_the_settings_own_token_in_as_admin(house: Flask, filled: Path) -> None:
    assert has_sandbox(house.extensions["opsroom.settings"])
    (admin,) = sandbox_rows(filled, "select body from users where role = 'admin'")
    assert (admin["email"], admin["name"]) == (SANDBOX_EMAIL, "고객 행복팀")
