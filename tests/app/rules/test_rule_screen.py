"""Rules on their screen: edited in rows, wrong rows marked, nothing typed lost, switched on and taken back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.language.kinds import Use
from app.macros.model import Macro, MacroState
from app.macros.pickers import pickers_of
from app.people.model import Role
from app.rules.model import Rule, RuleKind, RuleRun, RuleState, TwinState
from app.rules.page import seen_words
from app.rules.rule import save
from app.tickets.model import ZendeskGroup
from tests.marketplace import PAID_AT, a_ticket, a_user, kept
from tests.rules_in_force import rehearsed_for_test
from tests.seat import Seat, hidden

DEFINITION: dict[str, Any] = {
    "title": "새 문의 → 높음",
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new", "colour": "red"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
    "category_id": "77",
}


def a_seat(office: Flask, role: Role = Role.ops_manager, language: str = "ko") -> Seat:
    return Seat(office, a_user(role), language)


def a_rule(seat: Seat, **change: Any) -> Rule:
    """Made in the form, then changed as told."""
    seat.press("/admin/rules/new/", form_of())
    rule = db.session.scalars(select(Rule).order_by(Rule.id.desc())).first()
    assert rule is not None
    for name, value in change.items():
        setattr(rule, name, value)
    db.session.commit()
    return rule


def form_of(**change: str) -> dict[str, str]:
    return {
        "title": "새 문의 → 높음",
        "kind": "trigger",
        "all-0-field": "status",
        "all-0-operator": "is",
        "all-0-value": "new",
        "actions-0-field": "priority",
        "actions-0-value": "high",
        **change,
    }


def shown_form(page: str) -> dict[str, str]:
    """What a browser would send back of the form on a page, without touching it."""
    form = {}
    inside = page[page.index("rule-form") :]
    inside = inside[: inside.index("</form>")]
    for tag, name in re.findall(r'<(input|select|textarea)[^>]*?name="([^"]+)"', inside):
        piece = re.search(rf'<{tag}[^>]*?name="{re.escape(name)}"[^>]*>', inside)
        assert piece is not None
        rest = inside[piece.end() :]
        if tag == "select":
            chosen = re.search(r'<option value="([^"]*)"[^>]*selected', rest[: rest.index("</select>")])
            form[name] = chosen[1] if chosen else ""
        elif tag == "textarea":
            form[name] = rest[: rest.index("</textarea>")].removeprefix("\n")
        else:
            value = re.search(r'value="([^"]*)"', piece[0])
            form[name] = value[1] if value else ""
    return {name: value.replace("&#34;", '"').replace("&amp;", "&") for name, value in form.items()}


def test_a_rule_is_made_in_the_form(office: Flask) -> None:
    seat = a_seat(office)
    page = seat.press("/admin/rules/new/", form_of())
    rule = db.session.scalars(select(Rule)).one()
    assert (rule.state, rule.kind, rule.number) == (RuleState.draft, RuleKind.trigger, 1)
    assert rule.definition["conditions"]["all"] == [{"field": "status", "operator": "is", "value": "new"}]
    assert 'data-state="draft"' in page
    for words in ("상태", "다음과 같음", "신규", "우선순위", "높음"):
        assert words in page


def test_the_form_of_a_rule_sends_back_what_it_was_given(office: Flask) -> None:
    seat = a_seat(office)
    rule = a_rule(seat, definition=DEFINITION)
    form = shown_form(seat.read("/admin/rules/edit/", id=rule.id))
    assert json.loads(form["all-0-kept"])["colour"] == "red"
    seat.press("/admin/rules/edit/", form, id=rule.id)
    assert (rule.number, rule.definition) == (1, DEFINITION)
    seat.press("/admin/rules/edit/", {**form, "actions-0-value": "urgent"}, id=rule.id)
    assert rule.number == 2
    assert rule.definition["conditions"]["all"][0]["colour"] == "red"
    assert (rule.definition["category_id"], rule.definition["actions"][0]["value"]) == ("77", "urgent")


def test_a_wrong_row_is_marked_and_everything_typed_is_kept(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    answer = seat.send(
        "/admin/rules/new/",
        form_of(**{"all-0-value": "brand_new", "all-1-field": "subject", "all-1-operator": "contains",
                   "all-1-value": "환불 <b>", "title": "환불 & 취소"}),
    )  # fmt: skip
    assert answer.status_code == 422
    assert db.session.scalars(select(Rule)).all() == []
    rows = re.findall(r'<div class="rule-row( wrong)?" data-group="(\w+)"', answer.text)
    assert rows == [(" wrong", "all"), (" wrong", "all"), ("", "actions")]
    assert answer.text.count('class="problem"') == 2
    form = shown_form(answer.text)
    assert (form["title"], form["all-0-value"], form["all-1-operator"]) == ("환불 & 취소", "brand_new", "contains")
    assert "환불 &lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    "change",
    [{"title": ""}, {"title": "가" * 201}, {"actions-0-field": ""}, {"kind": "automation"}, {"all-0-field": ""}],
    ids=str,
)
def test_what_is_no_rule_is_refused_in_words(lone_office: Flask, change: dict[str, str]) -> None:
    emptied = {"actions-0-value": ""} if "actions-0-field" in change else {}
    emptied |= {"all-0-value": ""} if "all-0-field" in change else {}
    answer = a_seat(lone_office).send("/admin/rules/new/", form_of(**change, **emptied))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert db.session.scalars(select(Rule)).all() == []


def test_an_id_that_is_not_known_here_stays_in_the_form_and_keeps_the_rule_a_draft(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    seat.press("/admin/rules/new/", form_of(**{"actions-0-field": "group_id", "actions-0-value": "777"}))
    rule = db.session.scalars(select(Rule)).one()
    form = seat.read("/admin/rules/edit/", id=rule.id)
    assert re.search(r'<option value="777" selected>777 \(여기에 없는 값\)', form)
    rehearsed_for_test(rule)
    db.session.commit()
    page = seat.send("/admin/rules/publish/", {"id": str(rule.id)})
    assert page.status_code == 422
    assert "그룹 777" in page.text
    assert rule.state is RuleState.draft
    kept(ZendeskGroup(zendesk_id=777, name="글로벌팀"))
    seat.press("/admin/rules/publish/", {"id": str(rule.id), "why": "확인함"})
    assert (rule.state, rule.moves[-1].why) == (RuleState.live, "확인함")


def test_a_second_save_over_another_is_refused_with_both_values(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    rule = a_rule(seat)
    form = shown_form(seat.read("/admin/rules/edit/", id=rule.id))
    seat.press("/admin/rules/edit/", {**form, "actions-0-value": "low", "title": "먼저 고침"}, id=rule.id)
    answer = seat.send("/admin/rules/edit/", {**form, "actions-0-value": "urgent"}, id=rule.id)
    assert answer.status_code == 409
    told = answer.text[answer.text.index("differences") :]
    for words in ("먼저 고침", "낮음", "긴급"):
        assert words in told
    assert shown_form(answer.text)["actions-0-value"] == "urgent"
    assert rule.title == "먼저 고침"
    again = shown_form(answer.text)
    seat.press("/admin/rules/edit/", again, id=rule.id)
    assert rule.definition["actions"][0]["value"] == "urgent"


def test_rows_are_added_and_taken_away_without_a_script(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    more = seat.send("/admin/rules/new/", form_of(press="add:any"))
    assert more.status_code == 200
    assert more.text.count('data-group="any" data-index') == 1
    blank = {"any-0-field": "", "any-0-operator": "is", "any-0-value": ""}
    assert seat.send("/admin/rules/new/", form_of(press="add:any", **blank)).text.count('data-group="any" data-i') == 2
    less = seat.send("/admin/rules/new/", form_of(press="remove:actions:0"))
    assert 'data-group="actions" data-index' not in less.text
    assert db.session.scalars(select(Rule)).all() == []


def test_only_what_fits_an_automation_is_offered_there(lone_office: Flask) -> None:
    page = a_seat(lone_office).read("/admin/rules/new/", kind="automation")
    words = json.loads(re.findall(r'id="rule-vocabulary">(.*?)</script>', page, re.DOTALL)[0])
    assert "PENDING" in words["fields"]
    assert "update_type" not in words["fields"]
    assert "changed" not in words["fields"]["status"]["operators"]


def test_a_twin_that_is_active_in_zendesk_must_be_dealt_with_first(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    rule = a_rule(seat, zendesk_id=4711, twin=TwinState.active)
    rehearsed_for_test(rule)
    db.session.commit()
    answer = seat.send("/admin/rules/publish/", {"id": str(rule.id)})
    assert rule.state is RuleState.draft
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "4711" in answer.text
    seat.press("/admin/rules/twin/", {"id": str(rule.id), "wish": "off"})
    assert rule.twin is TwinState.asked
    rule.twin = TwinState.active
    db.session.commit()
    seat.press("/admin/rules/twin/", {"id": str(rule.id), "wish": "accept"})
    seat.press("/admin/rules/publish/", {"id": str(rule.id)})
    assert (rule.twin, rule.state) == (TwinState.accepted, RuleState.live)


def test_an_earlier_version_is_brought_back_as_a_new_one(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    rule = a_rule(seat)
    form = shown_form(seat.read("/admin/rules/edit/", id=rule.id))
    page = seat.press("/admin/rules/edit/", {**form, "actions-0-value": "low"}, id=rule.id)
    assert re.search(r'<li class="gone">.*?높음', page, re.DOTALL)
    assert re.search(r'<li class="come">.*?낮음', page, re.DOTALL)
    seat.press("/admin/rules/back-to/", {"id": str(rule.id), "number": "1"})
    assert (rule.number, rule.definition["actions"][0]["value"]) == (3, "high")


def test_what_was_done_to_a_rule_is_in_the_audit(office: Flask) -> None:
    seat = a_seat(office)
    rule = a_rule(seat)
    rehearsed_for_test(rule)
    db.session.commit()
    seat.press("/admin/rules/publish/", {"id": str(rule.id)})
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "rules").order_by(AuditEntry.id)).all()
    assert [one.verb for one in entries] == ["create", "update"]
    assert entries[-1].changes["state"] == ["draft", "live"]


def test_rules_are_put_in_order(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    first, second = a_rule(seat), a_rule(seat)
    seat.press("/admin/rules/shift/", {"up": str(second.id)})
    assert (second.position, first.position) == (0, 1)


@pytest.mark.parametrize("role", [Role.agent, Role.auditor, Role.finance])
def test_whoever_may_only_look_changes_nothing(lone_office: Flask, role: Role) -> None:
    rule = save(db.session(), None, title="규칙", kind=RuleKind.trigger, definition=DEFINITION)
    db.session.commit()
    seat = a_seat(lone_office, role)
    page = seat.read("/admin/rules/details/", id=rule.id)
    assert 'name="now"' not in page
    assert seat.see("/admin/rules/edit/", id=rule.id).status_code == 403
    assert seat.send("/admin/rules/new/", form_of()).status_code == 403
    for path in ("state", "publish", "twin", "back-to", "shift"):
        assert (
            seat.send(f"/admin/rules/{path}/", {"id": str(rule.id), "up": str(rule.id), "now": "live"}).status_code
            == 403
        )
    assert rule.state is RuleState.draft


def test_a_form_without_its_token_is_refused(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    assert seat.client.post("/admin/rules/new/", data=form_of()).status_code == 400
    assert db.session.scalars(select(Rule)).all() == []


def test_this_ticket_tells_wanted_and_seen(office: Flask) -> None:
    seat = a_seat(office)
    rule, ticket = a_rule(seat), a_ticket()
    page = seat.read("/admin/rules/details/", id=rule.id, ticket=f"#{ticket.zendesk_id}")
    assert 'data-state="fired"' in page or 'data-state="blocked"' in page
    assert 'class="why" data-met=' in page
    missing = seat.read("/admin/rules/details/", id=rule.id, ticket="99999999")
    assert "그 번호의 티켓이 여기에 없습니다" in missing
    for odd in ("x", "-1", "9" * 40, "１２"):
        seat.read("/admin/rules/details/", id=rule.id, ticket=odd)
    whole = seat.read("/admin/rules/why/", ticket=ticket.zendesk_id)
    assert rule.title in whole


def test_a_run_tells_its_rule_conditions_and_actions(office: Flask) -> None:
    seat = a_seat(office)
    rule, ticket = a_rule(seat), a_ticket()
    reason = {
        "group": "all", "row": 0, "field": "status", "operator": "is", "wanted": "new", "seen": "open", "met": True,
        "note": None,
    }  # fmt: skip
    run = kept(
        RuleRun(
            ticket_id=ticket.id, rule_id=rule.id, rule_number=1, cause="audit:7", audit_id=7, effect_hash="x",
            reasons=[reason],
            actions=[{"field": "priority", "value": "high"}, {"field": "comment", "value": "안녕하세요 <b>"},
                     {"field": "notification_user", "value": ["9"], "held": True}],
            dropped=[{"field": "status", "value": "open", "why": {"ko": "이미 그 값입니다.", "en": "It is."}}],
            at=PAID_AT,
        )
    )  # fmt: skip
    page = seat.read("/admin/runs/details/", id=run.id)
    for words in ("신규", "열림", "높음", "안녕하세요 &lt;b&gt;", "나가지 않음", "이미 그 값입니다."):
        assert words in page
    assert rule.title in seat.read("/admin/runs/")
    assert f"/admin/runs/details/?id={run.id}" in seat.read("/admin/rules/details/", id=rule.id)
    assert "1" in seat.read("/admin/rules/", tab="all")


def test_a_macro_is_seen_on_a_ticket_in_both_languages_before_it_answers(lone_office: Flask) -> None:
    seat, ticket = a_seat(lone_office), a_ticket()
    macro = kept(
        Macro(
            title="인사", body_ko="안녕하세요 {{ticket.id}}", body_en="Hello {{ticket.id}}", state=MacroState.draft,
            created_at=PAID_AT, updated_at=PAID_AT,
        )
    )  # fmt: skip
    page = seat.read("/admin/rules/macro/", id=macro.id, ticket=ticket.zendesk_id)
    assert f"안녕하세요 {ticket.zendesk_id}" in page
    assert f"Hello {ticket.zendesk_id}" in page
    assert seat.see("/admin/rules/macro/", id="x").status_code == 404


def test_the_screens_of_rules_read_in_english(lone_office: Flask) -> None:
    seat = a_seat(lone_office, language="en")
    rule = a_rule(seat)
    page = seat.read("/admin/rules/edit/", id=rule.id)
    for words in ("Meet all of", "Meet any of", "Status", "changed to"):
        assert words in page
    assert not re.search("[가-힣]", re.sub(r"<form[^>]*tongues.*?</form>", "", page, flags=re.DOTALL).replace(
        rule.title, "").split("<main")[1].split("rule-vocabulary")[0])  # fmt: skip
    assert hidden(page, "version_seen") == "1"


def test_a_rule_that_is_no_longer_understood_is_still_shown(lone_office: Flask) -> None:
    seat = a_seat(lone_office)
    strange = {"title": "x", "conditions": {"all": [{"field": "gone", "operator": "is", "value": "1"}]}, "actions": []}
    rule = a_rule(seat, definition=strange)
    assert "gone" in seat.read("/admin/rules/details/", id=rule.id)
    assert "gone" in seat.read("/admin/rules/edit/", id=rule.id)
    answer = seat.send("/admin/rules/publish/", {"id": str(rule.id)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert rule.state is RuleState.draft


def test_topics_that_were_seen_are_told_by_their_names(lone_office: Flask) -> None:
    seen = seen_words(
        {"field": "text.topic", "seen": ["cancellation", "refund"]}, Use.trigger, pickers_of(db.session())
    )
    assert (seen.ko, seen.en) == ("취소, 환불", "Cancellation, Refund")
