"""The unsaved form, tried as one types: rows told apart, a ticket in sight, both languages, and nothing written."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.model import AuditEntry
from app.db import db
from app.macros.model import Macro, MacroState
from app.people.model import Role
from app.rules.model import Rule, RuleRun
from app.tickets.model import TicketEvent
from tests.marketplace import PAID_AT, a_booking, a_ticket, a_user, kept
from tests.seat import Seat

CHECK = "/admin/rules/check/"


def form_of(**change: str) -> dict[str, str]:
    return {
        "title": "새 문의",
        "kind": "trigger",
        "all-7-field": "",
        "all-7-operator": "",
        "all-7-value": "",
        "all-9-field": "status",
        "all-9-operator": "is",
        "all-9-value": "new",
        "all-3-field": "priority",
        "all-3-operator": "is",
        "all-3-value": "highest",
        "actions-0-field": "current_tags",
        "actions-0-value": "seen",
        **change,
    }


def a_seat(office: Flask, role: Role = Role.ops_manager, language: str = "ko", **change: Any) -> Seat:
    return Seat(office, a_user(role, **change), language)


def test_a_wrong_row_is_told_at_its_place_and_an_empty_one_is_not(office: Flask) -> None:
    told = a_seat(office).send(CHECK, form_of()).get_json()
    rows = told["rows"]["all"]
    assert [[one["level"] for one in row["findings"]] for row in rows] == [[], [], ["error"]]
    assert told["loose"] == []
    assert told["on"] is None


def test_a_ticket_tells_each_row_what_it_saw_and_nothing_is_written(office: Flask) -> None:
    ticket = a_ticket(status="new", tags=["old"])
    kept(TicketEvent(ticket_id=ticket.id, audit_id=1, is_creation=True, changes={}, created_at=PAID_AT))
    kept(
        Macro(
            title="인사", body_ko="안녕하세요 #{{ticket.id}}", body_en="Hello #{{ticket.id}}", state=MacroState.live,
            created_at=PAID_AT, updated_at=PAID_AT,
        )
    )  # fmt: skip
    seat = a_seat(office)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    macro = str(db.session.scalar(select(Macro.id)))
    more = {"actions-1-field": "macro", "actions-1-value": macro, "ticket": f"#{ticket.zendesk_id}"}
    told = seat.send(CHECK, form_of(**more)).get_json()
    assert told["rows"]["all"][1] | {"findings": []} == {"findings": [], "met": True, "seen": "신규", "note": ""}
    assert "met" not in told["rows"]["all"][2]
    assert (told["on"]["met"], told["on"]["skipped"]) == (True, 1)
    tags, answer = told["on"]["plan"]
    assert (tags["value"], tags["done"]) == ("seen", True)
    number = ticket.zendesk_id
    assert answer["texts"] == {"ko": f"안녕하세요 #{number}", "en": f"Hello #{number}"}
    for model in (Rule, RuleRun):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_a_condition_that_is_not_met_blocks_and_still_shows_what_it_would_do(lone_office: Flask) -> None:
    ticket = a_ticket(status="open")
    kept(TicketEvent(ticket_id=ticket.id, audit_id=1, is_creation=True, changes={}, created_at=PAID_AT))
    told = a_seat(lone_office, language="en").send(CHECK, form_of(ticket=str(ticket.zendesk_id))).get_json()
    assert told["on"]["met"] is False
    assert told["rows"]["all"][1]["seen"] == "Open"
    assert told["on"]["plan"][0]["value"] == "seen"


def test_a_ticket_can_be_looked_at_as_it_first_came_in(office: Flask) -> None:
    ticket = a_ticket(status="open")
    changes = {"status": ["new", "open"]}
    kept(TicketEvent(ticket_id=ticket.id, audit_id=1, is_creation=True, changes={}, created_at=PAID_AT))
    kept(TicketEvent(ticket_id=ticket.id, audit_id=2, changes=changes, created_at=PAID_AT + timedelta(hours=1)))
    seat, number = a_seat(office), str(ticket.zendesk_id)
    assert seat.send(CHECK, form_of(ticket=number)).get_json()["rows"]["all"][1]["met"] is False
    assert seat.send(CHECK, form_of(ticket=number, at="first")).get_json()["rows"]["all"][1]["met"] is True


def test_faults_of_a_json_have_their_lines(lone_office: Flask) -> None:
    raw = {"title": "x", "conditions": {"all": [{"field": "gone", "operator": "is", "value": "1"}]}, "actions": []}
    told = a_seat(lone_office).send(CHECK, {"kind": "trigger", "raw": json.dumps(raw, indent=1)}).get_json()
    assert next((one["line"], one["path"]) for one in told["faults"]) == (6, "conditions.all[0].field")
    broken = a_seat(lone_office).send(CHECK, {"kind": "trigger", "raw": '{"a":'}).get_json()
    assert [one["line"] for one in broken["faults"]] == [1]


def test_what_can_never_be_met_is_found_while_typing(lone_office: Flask) -> None:
    more = {"all-3-field": "status", "all-3-value": "open"}
    told = a_seat(lone_office).send(CHECK, form_of(**more)).get_json()
    found = [one["code"] for row in told["rows"]["all"] for one in row["findings"]] + [
        one["code"] for one in told["loose"]
    ]
    assert "dead" in found


@pytest.mark.parametrize("odd", ["x", "99999999", "9" * 40, "１２"])
def test_a_ticket_that_is_not_here_is_told(lone_office: Flask, odd: str) -> None:
    assert a_seat(lone_office).send(CHECK, form_of(ticket=odd)).get_json()["on"] == {"missing": True}


def test_a_ticket_of_another_city_is_neither_found_nor_tried_on(office: Flask) -> None:
    there = a_ticket(subject="부산 환불", booking_id=a_booking(city="부산").id)
    here = a_ticket(
        subject="서울 환불", booking_id=a_booking(city="서울").id, updated_at=there.updated_at + timedelta(1)
    )
    in_seoul, everywhere = a_seat(office, cities=["서울"]), a_seat(office)
    assert in_seoul.send(CHECK, form_of(ticket=str(there.zendesk_id))).get_json()["on"] == {"missing": True}
    assert everywhere.send(CHECK, form_of(ticket=str(there.zendesk_id))).get_json()["on"]["number"] == there.zendesk_id

    def found(seat: Seat, query: str) -> list[str]:
        return [one["value"] for one in seat.see("/admin/rules/tickets/", q=query).get_json()["found"]]

    both = [str(here.zendesk_id), str(there.zendesk_id)]
    assert found(everywhere, "환불") == found(everywhere, "") == both
    assert found(in_seoul, "환불") == both[:1]
    assert found(everywhere, f"#{there.zendesk_id}") == [str(there.zendesk_id)]
    assert found(everywhere, "부산 환불") == both[1:]
    assert found(everywhere, "%_") == []


@pytest.mark.parametrize("role", [Role.agent, Role.finance, Role.auditor])
def test_who_may_not_edit_may_not_try(lone_office: Flask, role: Role) -> None:
    assert a_seat(lone_office, role).send(CHECK, form_of()).status_code == 403
