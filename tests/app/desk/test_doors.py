"""Every door of the house: shut unless it is listed as open, shut to who has not the right, and answered in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from app.actor import Actor, ActorKind, acting, acting_as
from app.audit.model import AuditEntry
from app.bell import SilentBell
from app.db import db
from app.desk.doors import WroteWhileReading
from app.desk.gate import Gate
from app.factory import create_app
from app.partners.model import Vendor
from app.people.model import Role
from app.people.rights import RIGHTS
from app.words import language, spoken
from tests.app.desk.money_doors import MONEY_DOORS
from tests.app.desk.partner_doors import PARTNER_DOORS
from tests.app.desk.program_doors import OUTSIDERS, PROGRAM_DOORS
from tests.app.desk.shop import a_shop
from tests.app.disputes.doors import DISPUTE_DOORS
from tests.conftest import settings_for
from tests.marketplace import PAID_AT, kept
from tests.visit import a_visit, visit_as

# What stands open without a sign-in. Nothing else does.
OPEN = {"static", "health.up", "health.ready", "people.sign_in", "people.language", *OUTSIDERS}
# What anybody who is signed in may use, whatever the role.
ANYBODY = {"people.password", "people.sign_out", "find.found"}
# What a screen's usual routes ask for beside the right to view it.
USUAL = {
    "index_view": None,
    "index": None,
    "details_view": None,
    "ajax_lookup": None,
    "action_view": None,
    "export": "exports.make",
    "create_view": "{}.edit",
    "edit_view": "{}.edit",
    "delete_view": "{}.edit",
    "ajax_update": "{}.edit",
}
# Every other route of a screen, by name. A route that is not here fails the suite.
OWN = {
    **MONEY_DOORS,
    **PARTNER_DOORS,
    "undos.ask_view": "rules.publish",
    "undos.state": "undos.view",
    "alarms.acknowledge_view": "alarms.acknowledge",
    "audit.verify_view": "audit.view",
    "bookings.bind_view": "bookings.edit",
    "bookings.move_view": "bookings.edit",
    "hooks.try_view": "hooks.edit",
    "inbox.look_again_view": "tickets.edit",
    "inbox.retry_view": "inbox.retry",
    "letters.hand_view": "letters.retry",
    "link.state": "link.view",
    "link.turn": "switches.turn",
    "link.history_state": "link.view",
    "link.bring_history": "switches.turn",
    "link.cancel_history": "switches.turn",
    "macros.pick_view": "macros.edit",
    "macros.state_view": "macros.edit",
    "outbox.hand_view": "outbox.retry",
    "rules.approve_view": "rules.publish",
    "rehearsals.ask_view": "rules.edit",
    "rehearsals.cancel_view": "rules.edit",
    "rehearsals.seen_view": "rules.edit",
    "rehearsals.state": None,
    "rehearsals.ticket_view": "tickets.view",
    "rehearsals.tickets_view": "tickets.view",
    "routing.now_view": "routing.view",
    "routing.presence_view": "routing.present",
    "shifts.set_view": "routing.edit",
    "shifts.csv_view": "exports.make",
    "shifts.import_view": "routing.edit",
    "holidays.set_view": "routing.edit",
    "rules.back_to_view": "rules.edit",
    "rules.call_back_view": "rules.publish",
    "rules.decline_view": "rules.publish",
    "rules.macro_view": "macros.view",
    "rules.publish_view": "rules.publish",
    "rules.check_view": "rules.edit",
    "rules.macro_check_view": "macros.edit",
    "rules.order_view": "rules.publish",
    "rules.pick_view": "rules.edit",
    "rules.shadow_end_view": "rules.edit",
    "rules.shadow_set_view": "rules.edit",
    "rules.shadow_start_view": "rules.edit",
    "rules.shadow_view": "rules.view",
    "rules.shift_view": "rules.publish",
    "rules.state_view": "rules.publish",
    "rules.tickets_view": "tickets.view",
    "rules.twin_view": "rules.publish",
    "rules.why_view": "rules.view",
    "stops.all_view": "rules.publish",
    "stops.budget_view": "rules.publish",
    "stops.start_view": "rules.publish",
    "stops.stop_view": "rules.publish",
    "stops.why_view": "rules.publish",
    "receivers.try_view": "receivers.edit",
    "users.reset_view": "users.edit",
    **PROGRAM_DOORS,
    **DISPUTE_DOORS,
}
# The prefix of a screen's rights where it is not the screen's own name.
SUBJECT = {
    "vendors": "partners",
    **dict.fromkeys(("criteria", "warning_limits"), "partners"),
    "goodwill_costs": "goodwill",
    "what_if": "policies",
    **dict.fromkeys(("signs", "duties"), "playbooks"),
    **dict.fromkeys(("rehearsals", "stops"), "rules"),
    **dict.fromkeys(("routing_agents", "routing_plans", "shifts", "holidays", "hours"), "routing"),
}
FILLED = {"export_type": "csv", "switch": "pushing", "way": "on", "filename": "desk/desk.css", "rest": "x", "ref": "B"}


def declared(endpoint: str) -> set[str] | None:
    """The rights that the tables above say `endpoint` asks for; None when they do not know it."""
    screen, _, route = endpoint.partition(".")
    subject = SUBJECT.get(screen, screen)
    own = OWN.get(endpoint, USUAL.get(route, "?"))
    if own == "?":
        return None
    return {f"{subject}.view", *([own.format(subject)] if own else [])}


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method


def address(rule: Rule) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: FILLED[part.group(1)], str(rule))


def test_every_route_is_listed(lone_office: Flask) -> None:
    unknown = [rule.endpoint for rule, _ in routes(lone_office) if rule.endpoint not in OPEN | ANYBODY]
    assert [endpoint for endpoint in unknown if declared(endpoint) is None] == []


def test_nobody_enters_by_a_door_that_is_not_listed_as_open(lone_office: Flask) -> None:
    visit = a_visit(lone_office)
    visit.open("/sign-in")
    for rule, method in routes(lone_office):
        answer = visit.open(address(rule)) if method == "GET" else visit.send(address(rule))
        is_led_away = answer.status_code == 302 and answer.location.startswith("/sign-in")
        assert is_led_away is (rule.endpoint not in OPEN), f"{method} {rule} answered {answer.status}"


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_do_is_what_is_declared(lone_office: Flask, role: Role) -> None:
    visit = visit_as(lone_office, role)
    wrong = []
    for rule, method in routes(lone_office):
        asked = set() if rule.endpoint in OPEN | ANYBODY else declared(rule.endpoint)
        if rule.endpoint in {"people.sign_out", *OUTSIDERS} or asked is None:
            continue
        answer = visit.open(address(rule)) if method == "GET" else visit.send(address(rule))
        if (answer.status_code == 403) is (asked <= RIGHTS[role]) or answer.status_code >= 500:
            wrong.append(f"{method} {rule} -> {answer.status}, though it asks for {sorted(asked)}")
    assert wrong == []


def test_without_the_gate_an_auditor_could_edit(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the matrix."""
    visit = visit_as(lone_office, Role.auditor)
    assert visit.open("/admin/vendors/new/").status_code == 403
    monkeypatch.setattr(Gate, "_handle_view", lambda *_args, **_more: None)
    assert visit.open("/admin/vendors/new/").status_code == 200


def test_what_is_posted_without_the_token_of_the_page_is_refused_everywhere(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    for rule, method in routes(lone_office):
        if method == "GET" or rule.endpoint in OUTSIDERS:
            continue
        answer = visit.send(address(rule), {"csrf_token": "", "name": "x"})
        assert answer.status_code == 400, f"{method} {rule} answered {answer.status}"


def test_without_csrf_protection_the_same_post_would_be_taken(lone_office: Flask) -> None:
    """The negative control."""
    visit = visit_as(a_shop(lone_office))
    assert visit.send("/admin/yard/new/", {"csrf_token": "", "name": "깔끔"}).status_code == 400
    lone_office.config["WTF_CSRF_ENABLED"] = False
    assert visit.send("/admin/yard/new/", {"csrf_token": "", "name": "깔끔"}).status_code == 302


def test_a_get_that_would_write_is_stopped(lone_office: Flask) -> None:
    def slip() -> str:
        db.session.add(Vendor(name="몰래", created_at=PAID_AT))
        db.session.commit()
        return "written"

    lone_office.add_url_rule("/slip", "people.slip", slip, methods=["GET", "POST"])
    visit = visit_as(lone_office)
    with pytest.raises(WroteWhileReading):
        visit.open("/slip")
    assert db.session.scalar(select(func.count(Vendor.id))) == 0
    assert visit.send("/slip").text == "written"


def test_no_get_leaves_a_row_behind(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    db.session.rollback()
    for rule, method in routes(lone_office):
        if method == "GET":
            visit.open(address(rule))
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_every_answer_carries_the_headers(lone_office: Flask) -> None:
    for answer in (
        a_visit(lone_office).open("/sign-in"),
        visit_as(lone_office).open("/"),
        a_visit(lone_office).open("/x"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers


def test_over_https_the_cookie_is_bound_and_https_is_kept(tmp_path: Path, sqlite_url: str) -> None:
    settings = replace(settings_for(tmp_path, sqlite_url), secure_cookies=True)
    app = create_app(settings, bell=SilentBell())
    with app.app_context():
        answer = app.test_client().get("/sign-in", base_url="https://localhost")
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-opsroom=")
        assert all(mark in cookie for mark in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        db.engine.dispose()


def test_pages_hold_no_script_or_style_of_their_own(lone_office: Flask) -> None:
    """Which the policy of the headers would not run."""
    visit = visit_as(lone_office)
    for rule, method in routes(lone_office):
        if method != "GET" or rule.arguments:
            continue
        page = visit.open(str(rule)).text
        assert not re.search(r"<script(?![^>]*\s(src=|type=\"application/json\"))", page), rule
        assert not re.search(r"<[^>]+\son\w+\s*=", page), rule
        assert not re.search(r"<[^>]+\sstyle\s*=", page), rule
        assert "<style" not in page, rule
        assert "javascript:" not in page, rule


ODD = (
    *("/admin/vendors/?page=99999999999999999999", "/admin/vendors/?page=-5&page_size=100000"),
    *("/admin/vendors/?sort=999999999999999999999&desc=9", "/admin/vendors/?flt=1&flt_=2&fltx_y=3"),
    *("/admin/vendors/?flt0_name_has=%25_%27%22&search=%5E%3D%25", "/admin/refunds/?flt0_state_is=nonsense"),
    *("/admin/bookings/?flt0_starts_at_from=0001-01-01", "/admin/bookings/?tab=nonsense"),
    *("/admin/users/?flt0_role_is=admin&tab=enabled&id=99999999999999999999", "/find.json?q=%25%27%22%5C"),
    "/admin/audit/?flt0_subject_id_min=999999999999999999999999",
)


def test_an_odd_list_address_is_just_a_list(office: Flask) -> None:
    visit = visit_as(office)
    assert {asked: visit.open(asked).status_code for asked in ODD} == dict.fromkeys(ODD, 200)


def test_a_record_that_cannot_be_is_not_found(office: Flask) -> None:
    visit = visit_as(office)
    for number in ("0", "-1", "x", "1,2", "1.5", "99999999999999999999999", "٣", "1e3"):
        for route in ("details", "edit"):
            assert visit.open(f"/admin/vendors/{route}/?id={number}").status_code == 404, number
    assert visit.open("/admin/vendors/edit/?id=").status_code == 404


def test_a_nul_is_refused_before_a_database_sees_it(office: Flask) -> None:
    visit = visit_as(office)
    assert visit.open("/admin/vendors/?search=%00").status_code == 400
    assert visit.send("/admin/vendors/new/", {"name": "a\x00b"}).status_code == 400


@pytest.mark.parametrize(("spoken", "words"), [("ko", "찾을 수 없습니다"), ("en", "Nothing is here")])
def test_what_went_wrong_is_told_in_the_readers_language(lone_office: Flask, spoken: str, words: str) -> None:
    visit = a_visit(lone_office)
    answer = visit.open("/no/such/page", headers={"Accept-Language": spoken})
    assert answer.status_code == 404
    assert words in answer.text
    assert f'lang="{spoken}"' in answer.text


def test_a_fault_of_ours_shows_no_trace(lone_office: Flask) -> None:
    def fail() -> str:
        raise ZeroDivisionError("a customer's words")

    lone_office.add_url_rule("/fail", "people.fail", fail)
    lone_office.config["TESTING"] = False
    visit = visit_as(lone_office)
    answer = visit.open("/fail")
    assert answer.status_code == 500
    assert "문제가 생겼습니다" in answer.text
    assert "ZeroDivision" not in answer.text
    assert "customer" not in answer.text


def test_a_script_is_answered_in_its_own_form(lone_office: Flask) -> None:
    visit = a_visit(lone_office)
    answer = visit.open("/admin/vendors/", headers={"Accept": "application/json"})
    assert (answer.status_code, list(answer.json or {})) == (401, ["error"])


def test_a_body_that_is_too_big_is_told_so(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    answer = visit.send("/admin/vendors/new/", {"name": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "너무 큽니다" in answer.text


def test_whoever_acted_before_a_request_acts_after_it(lone_office: Flask) -> None:
    before = Actor(ActorKind.system, "timetable")
    with acting_as(before), spoken("en"):
        lone_office.test_client().get("/sign-in", headers={"Accept-Language": "ko"})
        assert (acting(), language()) == (before, "en")
        kept(Vendor(name="쓸 수 있음", created_at=PAID_AT))
