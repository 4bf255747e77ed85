"""A macro tried on a ticket before it is saved: both languages, what is missing, what each placeholder gives."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.language.account import PLAIN_ACCOUNT
from app.language.facts_of_ticket import (
    BookingFacts,
    CustomerFacts,
    GoodwillFacts,
    PartnerFacts,
    Person,
    RefundFacts,
    TicketFacts,
)
from app.macros.model import Macro
from app.macros.placeholder_names import OFFERED
from app.macros.placeholders import placeholder_values
from app.people.model import Role
from app.tickets.model import ZendeskUser
from tests.marketplace import a_ticket, a_user, kept
from tests.seat import Seat

CHECK = "/admin/rules/macro-check/"


def form_of(**change: str) -> dict[str, str]:
    return {
        "title": "확인 중",
        "body_ko": "{{ticket.requester.name}}님, #{{ticket.id}}",
        "body_en": "Hello {{ticket.requester.name}}",
        "actions-0-field": "",
        "actions-0-value": "",
        "actions-1-field": "priority",
        "actions-1-value": "high",
        **change,
    }


def a_seat(office: Flask, role: Role = Role.ops_manager) -> Seat:
    return Seat(office, a_user(role))


def test_both_languages_are_shown_as_they_would_read(office: Flask) -> None:
    kept(ZendeskUser(zendesk_id=900, name="박하나"))
    ticket = a_ticket(requester_id=900)
    told = a_seat(office).send(CHECK, form_of(ticket=str(ticket.zendesk_id))).get_json()
    assert told["bodies"]["ko"]["reads"] == f"박하나님, #{ticket.zendesk_id}"
    assert told["bodies"]["en"]["reads"] == "Hello 박하나"
    assert told["placeholders"]["ticket.requester.name"] == {"ko": "박하나", "en": "박하나"}
    assert [(one["label"], one["value"]) for one in told["on"]["plan"]] == [("우선순위", "높음")]
    assert db.session.scalar(select(func.count(Macro.id))) == 0


def test_a_language_that_lacks_its_text_is_told_under_it(lone_office: Flask) -> None:
    told = a_seat(lone_office).send(CHECK, form_of(body_en=" ")).get_json()
    assert [one["code"] for one in told["bodies"]["en"]["problems"]] == ["missing-language"]
    assert told["bodies"]["ko"]["problems"] == []


def test_faults_stand_at_their_row_and_their_text(lone_office: Flask) -> None:
    told = (
        a_seat(lone_office)
        .send(CHECK, form_of(body_ko="{{ticket.id | shout}}", **{"actions-1-value": "highest"}))
        .get_json()
    )
    assert told["bodies"]["ko"]["problems"][0]["level"] == "error"
    assert [len(one["findings"]) for one in told["rows"]["actions"]] == [0, 1]


def test_a_text_that_cannot_be_made_is_told_and_the_other_language_still_reads(lone_office: Flask) -> None:
    ticket = a_ticket()
    told = a_seat(lone_office).send(CHECK, form_of(body_ko="{% if", ticket=str(ticket.zendesk_id))).get_json()
    assert "문법" in told["bodies"]["ko"]["reads"]
    assert told["bodies"]["en"]["reads"].startswith("Hello")


def test_a_ticket_that_is_not_here_is_told(lone_office: Flask) -> None:
    assert a_seat(lone_office).send(CHECK, form_of(ticket="99999")).get_json()["on"] == {"missing": True}


@pytest.mark.parametrize("role", [Role.agent, Role.finance, Role.auditor])
def test_who_may_not_edit_macros_may_not_try_them(lone_office: Flask, role: Role) -> None:
    assert a_seat(lone_office, role).send(CHECK, form_of()).status_code == 403


def test_every_placeholder_on_offer_is_one_that_can_be_filled_in() -> None:
    somebody = Person(id="1", name="박 하나")
    facts = TicketFacts(
        id="7",
        requester=somebody,
        assignee=somebody,
        booking=BookingFacts(),
        partner=PartnerFacts(),
        customer=CustomerFacts(),
        refund=RefundFacts(),
        goodwill=GoodwillFacts(),
    )
    values = placeholder_values(facts, clock.now(), "ko", PLAIN_ACCOUNT)
    for one in OFFERED:
        inside: object = values
        for part in one.name.split("."):
            assert isinstance(inside, dict), one.name
            if part not in inside and inside == {} and one.name.startswith("current_user"):
                break  # nobody updates this ticket
            assert part in inside, one.name
            inside = inside[part]


def test_the_form_offers_them_by_both_names(lone_office: Flask) -> None:
    page = a_seat(lone_office).read("/admin/macros/new/")
    offered = json.loads(page.split('id="placeholders">')[1].split("</script>")[0])
    names = next(one for one in offered if one["name"] == "ticket.requester.name")
    assert (names["label"], names["other"]) == ("고객 이름", "고객 이름 Customer's name")
