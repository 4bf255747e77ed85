"""What the account calls its things is mirrored, so that rules may ask of it and texts may say it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from app import clock
from app.db import db
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.ids import named_ids
from app.language.verdict import evaluate
from app.macros.known import unknown_here
from app.macros.render import render
from app.rules.definition import RuleDefinition
from app.rules.facts_of import facts_at, read_record
from app.rules.live import read_live
from app.tickets.account_names import NameKind, ZendeskName
from app.tickets.model import Ticket, ZendeskUser
from automations import sync
from automations.account_names import _keep_memberships, keep
from automations.outside import zendesk
from tests.automations.conftest import AGENT, GLOBAL_GROUP, GROUP, KOREAN, Stage

ORGANIZATION = 7301


@pytest.fixture
def named(stage: Stage) -> Stage:
    """An account with an organization, fields of people, a text of its own and an agent of two groups."""
    call = stage.call
    plan = {"key": "plan", "title": "요금제", "type": "text"}
    call("POST", "/api/v2/organization_fields.json", {"organization_field": plan})
    made = call(
        "POST",
        "/api/v2/organizations.json",
        {
            "organization": {
                "name": "한강 상사",
                "tags": ["corporate"],
                "details": "큰 고객",
                "organization_fields": {"plan": "gold"},
            }
        },
    )
    number = made["organization"]["id"]
    call(
        "POST",
        "/api/v2/user_fields.json",
        {
            "user_field": {
                "key": "grade",
                "title": "등급",
                "type": "dropdown",
                "custom_field_options": [{"name": "골드", "value": "gold"}, {"name": "실버", "value": "silver"}],
            }
        },
    )
    call(
        "PUT",
        f"/api/v2/users/{KOREAN}.json",
        {
            "user": {
                "organization_id": number,
                "user_fields": {"grade": "gold"},
                "phone": "010-0000-0000",
                "notes": "단골",
            }
        },
    )
    for group in (GLOBAL_GROUP, GROUP):
        call("POST", "/api/v2/group_memberships.json", {"group_membership": {"user_id": AGENT, "group_id": group}})
    locales = {one["locale"].lower(): one["id"] for one in call("GET", "/api/v2/locales.json")["locales"]}
    korean = {"locale_id": locales["ko"], "content": "{{ticket.requester.name}}님, 안녕하세요", "default": True}
    english = {"locale_id": locales["en-us"], "content": "Hello {{ticket.requester.name}}", "default": False}
    variants = [{**one, "active": True} for one in (korean, english)]
    item = {"name": "hello", "placeholder": "{{dc.hello}}", "default_locale_id": locales["ko"], "variants": variants}
    call("POST", "/api/v2/dynamic_content/items.json", {"item": item})
    sync.sync_names(db.session(), zendesk(), force=True)
    return stage


def facts_of(stage: Stage, **ticket: Any) -> TicketFacts:
    number = stage.write("첨부 확인", "파일을 봐 주세요", KOREAN, **ticket)
    stage.look(number)
    row = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == number)).one()
    record = read_record(db.session(), row)
    return facts_at(record, record.events[-1])


def met(facts: TicketFacts, field: str, operator: str, value: object) -> bool:
    conditions = Conditions.parse({"all": [{"field": field, "operator": operator, "value": value}]})
    return evaluate(conditions, facts, clock.now(), read_live(db.session()).account).met


def test_rules_may_ask_of_people_their_organization_and_copies(named: Stage) -> None:
    copied = facts_of(named, email_ccs=[{"user_id": AGENT, "action": "put"}])
    plain = facts_of(named)
    (gold,) = (
        option["id"]
        for one in db.session.scalars(select(ZendeskName).where(ZendeskName.kind == NameKind.user_field))
        for option in one.detail["options"]
        if option["value"] == "gold"
    )
    korean = db.session.get(ZendeskUser, KOREAN)
    assert korean is not None
    for field, value in (
        ("requester.custom_fields.grade", "gold"),
        ("requester.custom_fields.grade", str(gold)),
        ("organization.custom_fields.plan", "gold"),
        ("locale_id", str(korean.locale_id)),
    ):
        assert met(plain, field, "is", value), field
        assert not met(plain, field, "is_not", value), field
    assert met(copied, "cc", "is", "true")
    assert met(plain, "cc", "is", "false")
    assert met(plain, "attachment", "is", "false")
    assert plain.organization is not None
    assert (plain.organization.name, plain.organization.tags) == ("한강 상사", frozenset({"corporate"}))


def test_texts_say_what_the_account_calls_them(named: Stage) -> None:
    facts = facts_of(named)
    account = read_live(db.session()).account
    text = "{{dc.hello}} · {{ticket.organization.name}} · {{ticket.requester.notes}} · {{ticket.requester.phone}}"
    korean = render(text, facts, clock.now(), account=account)
    assert korean == "박지우님, 안녕하세요 · 한강 상사 · 단골 · 010-0000-0000"
    assert render("{{dc.hello}}", facts, clock.now(), language="en", account=account) == "Hello 박지우"
    assert render("{{ticket.brand.name}}", facts, clock.now(), account=account) != ""


def test_an_agent_knows_their_groups(named: Stage) -> None:
    agent = db.session.get(ZendeskUser, AGENT)
    assert agent is not None
    assert set(agent.group_ids or ()) >= {GROUP, GLOBAL_GROUP}
    _keep_memberships(db.session(), [])
    db.session.commit()
    db.session.refresh(agent)
    assert agent.group_ids == []


def test_a_rule_that_names_what_the_account_has_not_is_told_so(named: Stage) -> None:
    keep(db.session(), NameKind.form, [(31, "예약", {}, True), (32, "옛 양식", {}, False)])
    db.session.execute(delete(ZendeskName).where(ZendeskName.kind == NameKind.brand))
    db.session.commit()

    def unknown(field: str, value: str) -> list[str]:
        rule = {"conditions": {"all": [{"field": field, "operator": "is", "value": value}]}, "title": "t"}
        read = RuleDefinition.parse({**rule, "actions": [{"field": "priority", "value": "high"}]}, "trigger")
        return [one.value for one in unknown_here(db.session(), named_ids(read.conditions, read.actions))]

    assert [unknown("ticket_form_id", one) for one in ("31", "32", "33")] == [[], ["32"], ["33"]]
    assert unknown("brand_id", "33") == []
    assert unknown("organization_id", "999999999") == ["999999999"]


def test_what_the_account_has_not_any_more_is_not_in_use(named: Stage) -> None:
    keep(db.session(), NameKind.form, [(1, "하나", {"default": True}, True), (2, "둘", {}, True)])
    db.session.commit()
    assert read_live(db.session()).account.default_form_id == "1"
    keep(db.session(), NameKind.form, [(2, "둘", {"default": True}, True)])
    db.session.commit()
    assert read_live(db.session()).account.default_form_id == "2"
    gone = db.session.get(ZendeskName, (NameKind.form, 1))
    assert gone is not None
    assert not gone.is_active


def test_a_kind_that_the_plan_does_not_have_leaves_what_is_here(named: Stage) -> None:
    def names() -> set[tuple[str, int]]:
        return {(one.kind, one.zendesk_id) for one in db.session.scalars(select(ZendeskName)) if one.is_active}

    before = names()
    assert {kind for kind, _ in before} >= {"organization", "user_field", "dynamic_content", "locale", "brand"}
    named.fault(kind="status", path="/api/v2/organizations", status=403)
    sync.sync_names(db.session(), zendesk(), force=True)
    assert names() == before


def test_what_was_never_told_is_not_known(named: Stage) -> None:
    """Fails closed: neither a condition nor its opposite is met."""
    facts = facts_of(named)
    stranger = db.session.get(ZendeskUser, KOREAN)
    assert stranger is not None
    stranger.user_fields = None
    db.session.execute(delete(ZendeskName).where(ZendeskName.kind == NameKind.organization))
    db.session.commit()
    row = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == int(facts.id))).one()
    unknown = facts_at(read_record(db.session(), row), None)
    for field in ("requester.custom_fields.grade", "organization.custom_fields.plan"):
        assert not met(unknown, field, "is", "gold")
        assert not met(unknown, field, "is_not", "gold")
