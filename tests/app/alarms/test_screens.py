"""Alarms, letters, receivers, webhooks and stops on their screens, by those who may."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.alarms.alarm import raise_alarm
from app.alarms.kinds import AlarmKind
from app.alarms.letters import Aim, Content, owe_letter
from app.alarms.model import Alarm, AlarmState, Letter, LetterState, OutgoingWebhook, Receiver
from app.audit.model import AuditEntry
from app.db import db
from app.link.link import the_link
from app.outbox.stops import brakes_of
from app.people.model import Role
from app.rules.brakes.model import ALL, RuleBrake
from app.vault import unseal
from app.words import say
from tests.automations.acts import NEW, a_rule
from tests.conftest import SECRET
from tests.marketplace import a_user
from tests.seat import Seat

WORDS = say("「인사」 301번", "“hello” 301 times")


def an_alarm(rule_id: int = 0) -> int:
    alarm = raise_alarm(db.session(), AlarmKind.rule_budget, WORDS, "rules", [rule_id] if rule_id else [])
    alarm_id = alarm.id
    db.session.commit()
    return alarm_id


def a_letter(state: LetterState, **about: object) -> int:
    now = clock.now()
    letter = owe_letter(
        db.session(), f"k{state}", Aim("x@example.com"), Content("제목", "<b>본문</b>"), now, state=state
    )
    letter_id = letter.id
    db.session.commit()
    return letter_id


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_open_alarm_stands_on_every_page_until_somebody_has_seen_it(office: Flask, language: str) -> None:
    rule = a_rule("인사", NEW, [{"field": "priority", "value": "high"}])
    alarm_id = an_alarm(rule.id)
    seat = Seat(office, a_user(Role.ops_manager), language)
    assert "alarm-banner" in seat.read("/")
    page = seat.read("/admin/alarms/details/", id=alarm_id)
    assert (WORDS.in_language(language) in page.replace("&#34;", '"'), "alarm-banner" in page) == (True, False)
    assert "data-stop" in page, "a rule that it names can be stopped here"
    seat.press("/admin/alarms/acknowledge/", {"id": str(alarm_id), "note": "보고 있어요"})
    alarm = db.session.get_one(Alarm, alarm_id)
    assert (alarm.state, alarm.moves[0].why) == (AlarmState.acknowledged, "보고 있어요")
    assert "alarm-banner" not in seat.read("/")
    assert "acknowledge" in db.session.scalars(select(AuditEntry.verb)).all()


def test_who_may_only_look_sees_no_button_and_changes_nothing(office: Flask) -> None:
    rule = a_rule("인사", NEW, [{"field": "priority", "value": "high"}])
    alarm_id = an_alarm(rule.id)
    seat = Seat(office, a_user(Role.auditor))
    page = seat.read("/admin/alarms/details/", id=alarm_id)
    assert "data-stop" not in page
    assert 'name="note"' not in page
    for path in ("alarms/acknowledge", "letters/hand", "stops/stop", "stops/start", "stops/all", "stops/budget"):
        assert seat.send(f"/admin/{path}/", {"id": str(alarm_id), "rule": str(rule.id)}).status_code == 403
    assert Seat(office, a_user(Role.agent)).see("/admin/letters/").status_code == 403


def test_a_rule_is_stopped_by_one_click_explained_after_and_started_again(office: Flask) -> None:
    rule = a_rule("인사", NEW, [{"field": "priority", "value": "high"}])
    rule_id = rule.id
    seat = Seat(office, a_user(Role.ops_manager))
    assert "data-stop" in seat.read("/admin/rules/details/", id=rule_id)
    seat.press("/admin/stops/stop/", {"rule": str(rule_id)})
    assert brakes_of([rule_id])[0].stopped_at is not None
    page = seat.read("/admin/rules/details/", id=rule_id)
    assert 'data-state="stopped"' in page
    seat.press("/admin/stops/why/", {"rule": str(rule_id), "why": "잘못 답함"})
    assert "잘못 답함" in seat.read("/admin/stops/")
    seat.press("/admin/stops/start/", {"rule": str(rule_id)})
    assert brakes_of([rule_id])[0].stopped_at is None
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "rules")).all()
    assert [one for one in verbs if one in {"stop", "start"}] == ["stop", "stop", "start"]


def test_chosen_rules_are_stopped_from_the_list(office: Flask) -> None:
    ids = [a_rule(f"r{one}", NEW, [{"field": "priority", "value": "high"}], position=one).id for one in range(3)]
    seat = Seat(office, a_user(Role.ops_manager))
    seat.press(
        "/admin/rules/action/", {"action": "stop", "rowid": [str(one) for one in ids[:2]], "url": "/admin/rules/"}
    )
    assert [one.stopped_at is not None for one in brakes_of(ids)] == [True, True, False]
    assert seat.read("/admin/rules/", tab="all").count('data-state="stopped"') == 2, "the list says which"
    assert seat.read("/admin/stops/").count("data-brake=") == 2, "none stands there twice"


def test_budgets_are_set_and_a_wrong_one_is_told(office: Flask) -> None:
    rule_id = a_rule("인사", NEW, [{"field": "priority", "value": "high"}]).id
    seat = Seat(office, a_user(Role.ops_manager))
    seat.press("/admin/stops/budget/", {"rule": str(rule_id), "per_hour": "25"})
    seat.press("/admin/stops/budget/", {"per_hour": "900"})
    for wrong in ("-1", "x", "9" * 30, ""):
        assert 'class="flash error"' in seat.press("/admin/stops/budget/", {"rule": str(rule_id), "per_hour": wrong})
    db.session.expire_all()
    rows = {one.rule_id: one.per_hour for one in db.session.scalars(select(RuleBrake))}
    assert rows == {rule_id: 25, ALL: 900}


def test_all_rules_are_stopped_by_one_click(office: Flask) -> None:
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press("/admin/stops/all/", {})
    assert "data-stop-all" not in page
    db.session.expire_all()
    assert the_link(db.session()).rules_on is False


@pytest.mark.parametrize("state", [LetterState.held, LetterState.unknown, LetterState.dead, LetterState.refused])
def test_a_stuck_letter_is_sent_again_under_the_same_id_or_dropped(office: Flask, state: LetterState) -> None:
    letter_id = a_letter(state)
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.read("/admin/letters/details/", id=letter_id)
    assert "&lt;b&gt;본문" in page
    before = db.session.get_one(Letter, letter_id).message_id
    seat.press("/admin/letters/hand/", {"id": str(letter_id), "hand": "send"})
    db.session.expire_all()
    letter = db.session.get_one(Letter, letter_id)
    assert (letter.state, letter.message_id) == (LetterState.owed, before)
    assert "letter_owed" in office.extensions["opsroom.bell"].rung
    seat.press("/admin/letters/hand/", {"id": str(letter_id), "hand": "drop"})
    db.session.expire_all()
    assert db.session.get_one(Letter, letter_id).state is LetterState.dropped


def test_a_receiver_is_exactly_one_of_three(office: Flask) -> None:
    seat = Seat(office, a_user(Role.ops_manager))
    typed = {"role": "__None", "after_minutes": "15", "language": "ko", "is_enabled": "y", "webhook": "__None"}
    none = seat.send("/admin/receivers/new/", typed | {"email": ""})
    assert (none.status_code, "하나만" in none.text) == (422, True)
    both = seat.send("/admin/receivers/new/", typed | {"email": "a@example.com", "role": "admin"})
    assert (both.status_code, 'value="a@example.com"' in both.text) == (422, True)
    half = seat.send("/admin/receivers/new/", typed | {"email": "a@example.com", "quiet_from": "22"})
    assert (half.status_code, "함께" in half.text) == (422, True)
    quiet = {"email": "A@example.com", "quiet_from": "22", "quiet_until": "7"}
    seat.press("/admin/receivers/new/", typed | quiet)
    [made] = db.session.scalars(select(Receiver)).all()
    assert (made.email, made.after_minutes, made.quiet_from, made.quiet_until) == ("a@example.com", 15, 22, 7)
    seat.press("/admin/receivers/try/", {"id": str(made.id)})
    assert db.session.scalars(select(Letter.to)).all() == ["a@example.com"]


def test_a_webhooks_address_is_shown_whole_in_its_form_alone(office: Flask) -> None:
    """Whoever knows a Slack address may post there."""
    manager = Seat(office, a_user(Role.ops_manager))
    typed = {"name": "알람방", "form": "slack", "is_enabled": "y", "zendesk_id": ""}
    manager.press("/admin/hooks/new/", typed | {"url": "https://hooks.slack.com/services/T0/B0/known-to-few"})
    hook = db.session.scalars(select(OutgoingWebhook)).one().id
    auditor = Seat(office, a_user(Role.auditor))
    seen = [
        auditor.read("/admin/hooks/"),
        auditor.read("/admin/hooks/details/", id=hook),
        auditor.read("/admin/audit/"),
    ]
    assert not [page for page in seen if "known-to-few" in page]
    assert "https://hooks.slack.com/…" in seen[0]
    assert "known-to-few" in manager.read("/admin/hooks/edit/", id=hook)


def test_a_webhooks_secret_is_sealed_and_never_shown(office: Flask) -> None:
    seat = Seat(office, a_user(Role.admin))
    typed = {"name": "알람방", "form": "signed", "is_enabled": "y", "zendesk_id": ""}
    wrong = seat.send("/admin/hooks/new/", typed | {"url": "ftp://x", "secret": "s3cret"})
    assert (wrong.status_code, "https://" in wrong.text) == (422, True)
    seat.press("/admin/hooks/new/", typed | {"url": "https://hooks.example.com/x", "secret": "s3cret"})
    [hook] = db.session.scalars(select(OutgoingWebhook)).all()
    assert unseal(hook.sealed_secret or "", SECRET) == "s3cret"
    hook_id, version = hook.id, hook.version
    edited = typed | {"url": "https://hooks.example.com/y", "secret": "", "version_seen": str(version)}
    seat.press(f"/admin/hooks/edit/?id={hook_id}", edited)
    db.session.expire_all()
    kept = db.session.get_one(OutgoingWebhook, hook_id)
    assert (kept.url, unseal(kept.sealed_secret or "", SECRET)) == ("https://hooks.example.com/y", "s3cret")
    pages = seat.read("/admin/hooks/details/", id=hook_id) + seat.read("/admin/hooks/edit/", id=hook_id)
    assert "s3cret" not in pages
    told = str(db.session.scalars(select(AuditEntry.changes)).all())
    assert ("s3cret" in told, "•••" in told) == (False, True)
    seat.press("/admin/hooks/try/", {"id": str(hook_id)})
    assert db.session.scalars(select(Letter.webhook_id)).all() == [hook_id]


def test_outside_the_demo_a_webhook_needs_https(office: Flask) -> None:
    seat = Seat(office, a_user(Role.admin))
    typed = {"name": "x", "form": "slack", "is_enabled": "y", "zendesk_id": "", "url": "http://127.0.0.1:9/x"}
    seat.press("/admin/hooks/new/", typed)
    office.extensions["opsroom.settings"] = replace(office.extensions["opsroom.settings"], demo=False)
    assert seat.send("/admin/hooks/new/", typed | {"name": "y"}).status_code == 422


def test_the_banner_says_what_the_alarm_is_about_and_its_page_leads_there(office: Flask) -> None:
    words = say("R-000016이 답을 못 받았습니다.", "R-000016 was not answered.")
    alarm_id = raise_alarm(db.session(), AlarmKind.refund_unknown, words, "refunds").id
    db.session.commit()
    seat = Seat(office, a_user(Role.ops_manager), "ko")
    assert "R-000016이 답을 못 받았습니다." in seat.read("/")
    assert 'href="/admin/refunds/?tab=unknown"' in seat.read("/admin/alarms/details/", id=alarm_id)
    budget = seat.read("/admin/alarms/details/", id=an_alarm())
    assert "data-place" not in budget, "rules stand on the page itself"


def test_an_optional_choice_is_empty_and_no_programs_word(office: Flask) -> None:
    page = Seat(office, a_user(Role.admin), "ko").read("/admin/receivers/new/")
    assert ">__None<" not in page
    assert 'value="__None">없음<' in page
