"""A fresh home is filled with the demo, on both databases, and a second run changes nothing."""

from __future__ import annotations

import base64
import json
import re
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from app import clock
from app.bell import SilentBell
from app.bookings.model import Booking, Customer
from app.db import db
from app.demo import office
from app.demo.account_door import has_sandbox, tickets_there
from app.demo.cases import CASES
from app.demo.commands import demo, make
from app.demo.people_rows import ENDINGS
from app.demo.sign_ins import PEOPLE, passwords
from app.factory import create_app
from app.language.facts_of_ticket import BookingFacts, Person, TicketFacts
from app.link.link import the_link
from app.macros.macro import definition_of as macro_definition
from app.macros.macro import missing_languages
from app.macros.model import Macro
from app.partners.model import Insurance, Partner, PartnerState
from app.people.model import Role, User
from app.people.passwords import matches
from app.policies.model import PolicyVersion, VersionState
from app.policies.terms import read_terms
from app.refunds.model import LETS_GO, Refund, RefundState
from app.refunds.quote import again
from app.rules.live import definition_of as rule_definition
from app.rules.model import Rule, RuleState
from app.settings import SANDBOX_EMAIL, Settings
from app.tickets.model import Ticket
from integrations.payments.port import OutcomeState
from integrations.payments.sandbox import SandboxProvider
from integrations.zendesk.sandbox.box import Sandbox
from integrations.zendesk.sandbox.shape import Json, decode
from integrations.zendesk.sandbox.state import State
from tests.conftest import settings_for
from tests.postgres import PostgresServer

TOKEN = "a-token-of-the-sandbox-for-this-test"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An office filled once for all tests that only look at it; its Zendesk is the sandbox of its home, not running."""
    home = tmp_path_factory.mktemp("demo")
    with ExitStack() as stack:
        if request.param == "sqlite":
            shutil.copy(request.getfixturevalue("sqlite_template"), home / "opsroom.sqlite3")
            url = f"sqlite:///{home / 'opsroom.sqlite3'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            name = server.create("t_demo", template=request.getfixturevalue("postgres_template"))
            stack.callback(server.drop, name)
            url = server.url(name)
        app = create_app(with_sandbox(settings_for(home, url)), bell=SilentBell())
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        assert make(db.session(), app.extensions["opsroom.settings"])
        db.session.remove()
        yield app


@pytest.fixture
def filled(house: Flask) -> Iterator[Path]:
    with house.app_context():
        yield Path(house.extensions["opsroom.settings"].home)
        db.session.remove()


@pytest.fixture
def empty(lone_office: Flask) -> Flask:
    lone_office.cli.add_command(demo)
    lone_office.extensions["opsroom.settings"] = with_sandbox(lone_office.extensions["opsroom.settings"])
    return lone_office


def with_sandbox(settings: Settings) -> Settings:
    return replace(settings, zendesk_url="http://127.0.0.1:9", zendesk_email=SANDBOX_EMAIL, zendesk_token=TOKEN)


def rows() -> dict[str, int]:
    tables = inspect(db.engine).get_table_names()
    return {
        name: db.session.execute(select(func.count()).select_from(db.metadata.tables[name])).scalar_one()
        for name in tables
        if name in db.metadata.tables
    }


def sandbox_rows(home: Path, query: str) -> list[Json]:
    with closing(State(home / "sandbox")) as state, state.read() as books:
        return [decode(row["body"]) for row in books.execute(query)]


def test_everything_a_marketplace_has_is_there(filled: Path) -> None:
    counted = rows()
    assert counted["users"] == len(PEOPLE)
    assert {user.role for user in db.session.scalars(select(User))} == set(Role)
    assert (counted["vendors"], counted["partners"], counted["customers"], counted["bookings"]) == (2, 30, 60, 242)
    assert counted["refunds"] == len(CASES) == counted["tickets"]
    link = the_link(db.session())
    assert link.pushing
    assert link.rules_on
    assert {booking.state for booking in db.session.scalars(select(Booking))} >= {"booked", "under_way", "done"}


def test_a_second_run_changes_nothing_and_says_so(house: Flask, filled: Path) -> None:
    before = rows(), passwords(filled), SandboxProvider(filled / "payments.sqlite3").journal()
    assert not make(db.session(), house.extensions["opsroom.settings"])
    assert (rows(), passwords(filled), SandboxProvider(filled / "payments.sqlite3").journal()) == before
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
    assert Counter(version.state for version in versions) == {VersionState.published: 5, VersionState.draft: 1}
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


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_answer_reads_well_with_a_booking_and_without(filled: Path, language: str) -> None:
    booking = BookingFacts(number="B-10001", starts_at=clock.now())
    for about in (None, booking):
        facts = TicketFacts(id="1", requester=Person(id="7", name="Emma Wilson"), requester_id="7", booking=about)
        for macro in db.session.scalars(select(Macro).where(Macro.key.not_like("refund_%"))):
            plan, _ = macro_definition(macro).apply(facts, clock.now(), language)
            (said,) = plan.comments
            assert "Emma Wilson" in said.body
            assert not re.search(r"[{}%]|\( *,? *\)|  ", said.body), said.body


def test_both_housing_policies_bind_by_gateway_channel_and_time(filled: Path) -> None:
    bound = db.session.execute(
        select(Booking.gateway, Booking.channel, Booking.paid_at, PolicyVersion).join(Booking.policy_version)
    ).all()
    assert len(bound) == 242, "every booking is bound"
    keys = {(row.PolicyVersion.policy.key, row.PolicyVersion.number) for row in bound}
    assert {("housing_refund", 1), ("housing_refund", 2), ("housing_refund_stripe", 1), ("cleaning_refund", 1)} <= keys
    for row in bound:
        if row.PolicyVersion.policy.key == "housing_refund":
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
    states = Counter(refund.state for refund in db.session.scalars(select(Refund)))
    assert states == Counter(case.state for case in CASES)
    assert states[RefundState.requested] >= 5
    assert states[RefundState.unknown] == states[RefundState.failed] == states[RefundState.cancelled] == 1


def test_the_provider_knows_every_payment_and_what_became_of_every_refund(filled: Path) -> None:
    provider = SandboxProvider(filled / "payments.sqlite3")
    wanted = {
        RefundState.paid: OutcomeState.paid,
        RefundState.failed: OutcomeState.failed,
        RefundState.unknown: OutcomeState.pending,
    }
    for refund in db.session.scalars(select(Refund)):
        outcome = provider.lookup(refund.provider_key)
        if refund.state in wanted:
            assert outcome is not None
            assert (outcome.state, outcome.reference) == (wanted[refund.state], refund.provider_ref)
        else:
            assert outcome is None


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
    for refund in db.session.scalars(select(Refund)):
        assert refund.ticket is not None
        ticket = there[refund.ticket.zendesk_id]
        assert refund.booking.ref in ticket["subject"]
        assert ticket["requester_id"] == refund.booking.customer.zendesk_id
        assert db.session.get(Ticket, refund.ticket_id) is refund.ticket


def test_the_sandbox_lets_the_settings_own_token_in_as_admin(house: Flask, filled: Path) -> None:
    assert has_sandbox(house.extensions["opsroom.settings"])
    (admin,) = sandbox_rows(filled, "select body from users where role = 'admin'")
    assert (admin["email"], admin["name"]) == (SANDBOX_EMAIL, "고객 행복팀")


def test_a_run_that_was_cut_off_before_the_sandbox_is_completed_with_the_same_past(empty: Flask) -> None:
    settings: Settings = empty.extensions["opsroom.settings"]
    with clock.stopped(clock.now() - timedelta(days=2)):
        assert make(db.session(), replace(settings, zendesk_email="somebody@else.example"))
    assert not (settings.home / "sandbox").exists()
    assert make(db.session(), settings)
    tickets = {row["id"]: row for row in sandbox_rows(settings.home, "select body from tickets")}
    for ticket in db.session.scalars(select(Ticket)):
        assert tickets[ticket.zendesk_id]["subject"] == ticket.subject


def test_nothing_of_an_office_is_left_when_filling_it_fails(empty: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()

    def disk_full(*_: object) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(office, "refunds", disk_full)
    with pytest.raises(OSError, match="no space left"):
        make(db.session(), empty.extensions["opsroom.settings"])
    db.session.remove()
    assert rows() == before
    monkeypatch.undo()
    assert make(db.session(), empty.extensions["opsroom.settings"]), "the next run begins anew"
    first = [(one.ref, one.customer.name, one.paid_minor) for one in _bookings()]
    assert first[0][0] == "B-10001"


def test_a_running_sandbox_is_filled_over_http(empty: Flask, tmp_path: Path) -> None:
    with closing_box(tmp_path / "elsewhere") as url:
        settings = replace(empty.extensions["opsroom.settings"], zendesk_url=url)
        empty.extensions["opsroom.settings"] = settings
        done = empty.test_cli_runner().invoke(args=["demo"], env={"LANG": "ko_KR.UTF-8"})
        assert done.exit_code == 0, done.output
        assert "데모 준비를 마쳤습니다" in done.output
        assert tickets_there(settings) == 200
        (admin,) = sandbox_rows_over_http(url, "users.json?role=admin")
        assert admin["name"] == "고객 행복팀"
        again_done = empty.test_cli_runner().invoke(args=["demo"], env={"LANG": "C.UTF-8", "LC_ALL": ""})
        assert "here already" in again_done.output


def sandbox_rows_over_http(url: str, path: str) -> list[Json]:
    signed = base64.b64encode(f"{SANDBOX_EMAIL}/token:{TOKEN}".encode()).decode()
    with urlopen(Request(f"{url}/api/v2/{path}", headers={"Authorization": f"Basic {signed}"}), timeout=5) as reply:
        return list(json.load(reply)["users"])


@contextmanager
def closing_box(folder: Path) -> Iterator[str]:
    box = Sandbox(folder, email=SANDBOX_EMAIL, token=TOKEN)
    try:
        yield box.start()
    finally:
        box.stop()


def test_outside_the_demo_it_is_refused_in_words(empty: Flask) -> None:
    empty.extensions["opsroom.settings"] = replace(empty.extensions["opsroom.settings"], demo=False)
    refused = empty.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert "demo" in refused.output
    assert db.session.scalar(select(func.count(User.id))) == 0


def test_an_office_with_people_in_it_is_not_mixed_with_a_demo(empty: Flask) -> None:
    db.session.add(User(email="a@b.example", name="A", role=Role.admin, password_hash="x", created_at=clock.now()))
    db.session.commit()
    refused = empty.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert db.session.scalar(select(func.count(User.id))) == 1


@pytest.mark.parametrize("url", ["https://acme.zendesk.com", "http://acme.example:8010"])
def test_another_account_than_the_sandbox_is_never_seeded(empty: Flask, url: str) -> None:
    settings = empty.extensions["opsroom.settings"]
    assert has_sandbox(settings), "the negative control"
    assert not has_sandbox(replace(settings, zendesk_url=url))
    assert not has_sandbox(replace(settings, zendesk_email="a@acme.example"))


def _bookings() -> list[Booking]:
    return list(db.session.scalars(select(Booking).order_by(Booking.ref)))
