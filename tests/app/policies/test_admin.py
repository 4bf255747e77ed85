"""Policies at the desk: written as a decision table, published once, compared, tried; what was typed is never lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.people.model import Role
from app.policies.model import Policy, PolicyVersion, VersionState
from app.policies.terms import read_terms
from app.policies.terms_field import typed_in
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT, a_booking, a_policy, a_user, a_version
from tests.seat import Seat

HEAD = {
    "key": "mid-term-v2",
    "name_ko": "중기 숙박 환불 2",
    "name_en": "Mid-term refunds 2",
    "product": "mid_term_housing",
    "city": "",
    "gateway": "toss",
    "channel": "",
    "bound_by": "paid",
    "valid_from": "2025-08-29T00:00",
    "text_ko": "제4조 환불",
    "text_en": "Article 4: refunds",
}


def table(terms: dict[str, Any], **change: Any) -> dict[str, Any]:
    """The inputs of the decision table, as a browser sends them."""
    sent: dict[str, Any] = {
        name: "" if terms.get(name) is None else str(terms[name])
        for name in (
            *("base", "clock", "unit", "percent_is", "after_start", "service_fee_at_least", "fixed_fee_minor"),
            "partial_service_percent",
        )
    }
    for kind in ("tiers", "late"):
        for at, row in enumerate(terms.get(kind, [])):
            sent |= {f"{kind}-{at}-{key}": "" if value is None else str(value) for key, value in row.items()}
    sent |= {f"faults-{key}": str(value) for key, value in terms["faults"].items()}
    sent |= {f"clauses-{key}": value for key, value in terms.get("clauses", {}).items()}
    return {f"terms-{key}": value for key, value in {**sent, **change}.items()}


def seen_to_publish(page: str) -> str:
    """What the button of publishing says to have been seen."""
    found = re.search(r'name="version_seen" value="(\d+)"><button[^>]*name="publish"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("terms", [WHOLE_RENT, FIRST_MONTH, CLEANING])
def test_the_table_says_what_the_terms_say(terms: dict[str, Any]) -> None:
    inputs = {key.removeprefix("terms-"): value for key, value in table(terms).items()}
    assert read_terms(typed_in(inputs)) == read_terms(terms)


def test_a_policy_and_its_first_draft_are_made_in_one_form(office: Flask) -> None:
    seat = Seat(office, a_user())
    assert 'name="terms-tiers-0-at_least"' in seat.read("/admin/policies/new/")
    page = seat.press("/admin/policies/new/", {**HEAD, **table(FIRST_MONTH)})
    policy = db.session.scalars(select(Policy)).one()
    version = policy.versions[0]
    assert (policy.city, policy.gateway, version.number, version.state) == (None, "toss", 1, VersionState.draft)
    assert read_terms(version.terms) == read_terms(FIRST_MONTH)
    assert f"{clock.in_seoul(version.valid_from):%Y-%m-%d %H:%M}" == "2025-08-29 00:00"
    assert "시작 31일 이상 45일 미만 전" in page
    assert "첫 기간 금액의 10% 공제" in page
    assert 'name="ask"' in page
    assert 'name="publish"' not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tiers-1-below": "44"}, "44~45일 전 구간이 비어 있습니다"),
        ({"tiers-1-percent": "110"}, "0에서 100까지"),
        ({"tiers-4-at_least": "1"}, "0~1일 전 구간이 비어 있습니다"),
        ({"clock": "3pm"}, "15:00처럼"),
    ],
)
def test_wrong_terms_are_told_and_everything_typed_stays(
    lone_office: Flask, change: dict[str, str], words: str
) -> None:
    seat = Seat(lone_office, a_user())
    answer = seat.send("/admin/policies/new/", {**HEAD, **table(FIRST_MONTH, **change)})
    assert answer.status_code == 422
    assert words in answer.text
    assert "제4조 환불" in answer.text
    key, value = next(iter(change.items()))
    assert f'name="terms-{key}" value="{value}"' in answer.text
    assert answer.text.count('value="§4.2"') == 3
    assert db.session.scalar(select(func.count(Policy.id))) == 0


def test_the_wrong_row_is_marked(lone_office: Flask) -> None:
    answer = Seat(lone_office, a_user()).send(
        "/admin/policies/new/", {**HEAD, **table(FIRST_MONTH, **{"tiers-2-percent": "x"})}
    )
    rows = re.findall(r"<tr( class=\"wrong\")? data-row>", answer.text)
    assert [bool(wrong) for wrong in rows[:5]] == [False, False, True, False, False]


def test_a_key_that_is_taken_is_refused(lone_office: Flask) -> None:
    a_policy(key="mid-term-v2")
    answer = Seat(lone_office, a_user()).send("/admin/policies/new/", {**HEAD, **table(FIRST_MONTH)})
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count(Policy.id))) == 1


def test_a_draft_is_changed_published_and_then_stays(lone_office: Flask) -> None:
    seat = Seat(lone_office, a_user())
    seat.send("/admin/policies/new/", {**HEAD, **table(FIRST_MONTH)})
    policy = db.session.scalars(select(Policy)).one()
    form = seat.read("/admin/policies/edit/", id=policy.id)
    assert 'name="terms-tiers-1-below" value="45"' in form
    seat.press(
        "/admin/policies/edit/",
        {**HEAD, **table(WHOLE_RENT), "text_ko": "고친 조항", "version_seen": policy.version},
        id=policy.id,
    )
    assert policy.versions[0].text_ko == "고친 조항"
    the_version = {"id": policy.id, "version": 1}
    page = seat.press("/admin/policies/ask/", the_version)
    assert 'name="publish"' not in page
    assert "쓴 사람은 승인할 수 없습니다" in page
    assert "다른 사람이 승인해야 합니다" in seat.press("/admin/policies/publish/", the_version)
    second = Seat(lone_office, a_user())
    shown = seen_to_publish(second.read("/admin/policies/details/", id=policy.id))
    change = {**HEAD, **table(WHOLE_RENT), "text_ko": "다시 고친 조항", "version_seen": policy.version}
    seat.press("/admin/policies/edit/", change, id=policy.id)
    seat.press("/admin/policies/ask/", the_version)
    stale = second.press("/admin/policies/publish/", {**the_version, "version_seen": shown})
    assert "그사이 v1이 바뀌었습니다" in stale
    page = second.press(
        "/admin/policies/publish/", {**the_version, "version_seen": seen_to_publish(stale), "why": "개정"}
    )
    assert 'data-state="published"' in page
    assert 'name="publish"' not in page
    form = seat.read("/admin/policies/edit/", id=policy.id)
    assert "terms-base" not in form
    assert "시행된 버전은 바뀌지 않습니다" in form
    answer = seat.send("/admin/policies/edit/", {**HEAD, "city": "부산", "version_seen": policy.version}, id=policy.id)
    assert answer.status_code == 422
    assert "적용 범위는 바꿀 수 없습니다" in answer.text
    assert policy.city is None


def test_a_new_draft_follows_is_compared_and_takes_over(office: Flask) -> None:
    seat, old = Seat(office, a_user()), a_version(FIRST_MONTH)
    form = seat.press("/admin/policies/draft/", {"id": old.policy_id})
    assert "초안 v2" in form.replace("\n", " ")
    start = clock.in_seoul(clock.now() + timedelta(days=2))
    change = {**table(FIRST_MONTH, **{"tiers-1-percent": "15"}), "valid_from": f"{start:%Y-%m-%dT%H:%M}"}
    names = {"key": old.policy.key, "name_ko": "새", "name_en": "New", "gateway": ""}
    answer = seat.send(
        "/admin/policies/edit/", {**HEAD, **names, **change, "version_seen": old.policy.version}, id=old.policy_id
    )
    assert answer.status_code == 302, answer.text
    page = seat.read("/admin/policies/details/", id=old.policy_id)
    assert re.search(r"<del>조항</del>.*?<ins>제4조 환불</ins>", page, re.DOTALL)
    assert re.search(r"<del>첫 기간 금액의 10% 공제.*?<ins>첫 기간 금액의 15% 공제", page, re.DOTALL)
    seat.press("/admin/policies/ask/", {"id": old.policy_id, "version": 2})
    second = Seat(office, a_user())
    shown = seen_to_publish(second.read("/admin/policies/details/", id=old.policy_id))
    second.press("/admin/policies/publish/", {"id": old.policy_id, "version": 2, "version_seen": shown})
    new = db.session.scalars(select(PolicyVersion).where(PolicyVersion.number == 2)).one()
    assert new.state is VersionState.published
    assert old.valid_until == new.valid_from


def test_a_draft_is_withdrawn(lone_office: Flask) -> None:
    version = a_version(state=VersionState.draft)
    seat = Seat(lone_office, a_user())
    assert "철회했습니다" in seat.press("/admin/policies/withdraw/", {"id": version.policy_id, "version": 1})
    assert version.state is VersionState.withdrawn
    assert "초안이 아니어서" in seat.press("/admin/policies/publish/", {"id": version.policy_id, "version": 1})


@pytest.mark.parametrize("number", ["", "x", "7", "9" * 30])
def test_a_version_that_is_none_is_not_found(lone_office: Flask, number: str) -> None:
    version = a_version()
    answer = Seat(lone_office, a_user()).send("/admin/policies/publish/", {"id": version.policy_id, "version": number})
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.agent, Role.finance, Role.auditor])
def test_who_may_only_look_changes_nothing(lone_office: Flask, role: Role) -> None:
    version = a_version(state=VersionState.draft)
    seat = Seat(lone_office, a_user(role))
    page = seat.read("/admin/policies/details/", id=version.policy_id)
    assert 'name="publish"' not in page
    for door in ("publish", "withdraw", "draft", "ask", "send-back"):
        assert seat.send(f"/admin/policies/{door}/", {"id": version.policy_id, "version": 1}).status_code == 403
    assert seat.see("/admin/policies/new/").status_code == 403
    assert version.state is VersionState.draft


def test_a_version_is_tried_on_a_booking_and_nothing_is_saved(lone_office: Flask) -> None:
    booking = a_booking()
    draft = a_version(WHOLE_RENT, policy=a_policy(), state=VersionState.draft)
    seat = Seat(lone_office, a_user())
    asked = {"booking": booking.ref, "reason": "customer_cancelled", "at": "2026-09-16T10:00"}
    assert "50% 공제" in seat.read("/admin/refunds/try/", version="", **asked)
    page = seat.read("/admin/refunds/try/", version=draft.id, **asked)
    assert "전체 이용 금액 ₩1,200,000의 20% 공제" in page
    assert "₩960,000" in page
    late = {**asked, "reason": "partial_service"}
    assert "의 25%를 돌려 드립니다" in seat.read("/admin/refunds/try/", version=draft.id, extent="25", **late)
    assert "숫자를 적어" in seat.read("/admin/refunds/try/", version=draft.id, extent="x", **late)
    assert "찾을 수 없습니다" in seat.read("/admin/refunds/try/", booking="B-없음")
    for nonsense in ({"at": "soon"}, {"reason": "none"}, {"version": "x"}, {"version": "9" * 30}):
        assert seat.see("/admin/refunds/try/", **{**asked, "version": "", **nonsense}).status_code == 200


def test_policies_read_in_english_too(lone_office: Flask) -> None:
    version = a_version(CLEANING)
    page = Seat(lone_office, a_user(), "en").read("/admin/policies/details/", id=version.policy_id)
    assert "3 to under 24 hours before" in page
    assert "70% of the whole price goes back" in page
    assert "20 min late or more" in page
    assert version.policy.name_ko in Seat(lone_office, a_user(), "en").read("/admin/policies/", tab="all")
