"""The screen of tokens: an admin makes one, sees it once, and takes it back."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.api.model import ApiToken
from app.api.tokens import hash_of
from app.audit.model import AuditEntry
from app.db import db
from app.people.model import Role
from tests.app.api.calls import Program, a_token, code
from tests.visit import visit_as

NEW = {"name": "챗봇", "scopes": "quotes:read", "cities": "서울, 부산", "per_minute": "60", "expires_at": ""}
ASKED = {"booking": "B-1", "reason": "customer_cancelled", "at": "2026-09-05T12:00:00+09:00"}


def the_token() -> ApiToken:
    db.session.rollback()
    return db.session.scalars(select(ApiToken)).one()


def test_a_token_is_made_shown_once_and_opens(office: Flask) -> None:
    visit = visit_as(office)
    page = visit.send("/admin/tokens/new/", NEW)
    assert page.status_code == 200
    found = re.search(r"data-token>(opsroom_[\w-]+)<", page.text)
    assert found is not None
    secret, row = found.group(1), the_token()
    assert (row.token_hash, row.scopes, row.cities) == (hash_of(secret), ["quotes:read"], ["서울", "부산"])
    assert Program(office, secret).post("/api/v1/quotes", ASKED).status_code == 404
    for address in ("/admin/tokens/", f"/admin/tokens/details/?id={row.id}", "/admin/audit/"):
        text = visit.open(address).text
        assert secret not in text
        assert row.token_hash not in text
    exported = visit.send("/admin/tokens/export/csv/", {"reason": "확인"}).text
    assert row.token_hash not in exported
    assert row.prefix in exported


def test_a_revoked_token_opens_nothing_and_stays_revoked(office: Flask) -> None:
    row, secret = a_token()
    visit = visit_as(office)
    assert visit.send("/admin/tokens/revoke/", {"id": str(row.id)}).status_code == 302
    answer = Program(office, secret).post("/api/v1/quotes", ASKED)
    assert (answer.status_code, code(answer)) == (401, "token_revoked")
    visit.send("/admin/tokens/revoke/", {"id": str(row.id)})
    assert "이미 거두었습니다" in visit.open(f"/admin/tokens/details/?id={row.id}").text
    verbs = list(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "api_tokens")))
    assert verbs == ["create", "update"]


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"scopes": ""}, {"scopes": "all"}, {"per_minute": "0"}, {"per_minute": "999999999"},
     {"expires_at": "2001-01-01T00:00"}],
)  # fmt: skip
def test_a_token_that_makes_no_sense_is_refused(lone_office: Flask, change: dict[str, str]) -> None:
    answer = visit_as(lone_office).send("/admin/tokens/new/", {**NEW, **change})
    assert answer.status_code == 422
    assert db.session.scalars(select(ApiToken)).all() == []


def test_its_name_and_expiry_change_and_nothing_of_what_it_opens(office: Flask) -> None:
    row, secret = a_token("quotes:read", per_minute=60)
    visit, address = visit_as(office), f"/admin/tokens/edit/?id={row.id}"
    assert 'name="scopes"' not in visit.open(address).text
    sent = {"name": "고객 앱", "expires_at": "2090-01-01T00:00", "version_seen": str(row.version)}
    assert visit.send(address, {**sent, "scopes": "bookings:write", "per_minute": "6000"}).status_code == 302
    row = the_token()
    assert (row.name, row.scopes, row.per_minute) == ("고객 앱", ["quotes:read"], 60)
    assert row.expires_at is not None
    assert Program(office, secret).post("/api/v1/quotes", ASKED).status_code == 404, "the secret is the same"
    past = {**sent, "expires_at": "2001-01-01T00:00", "version_seen": str(row.version)}
    assert visit.send(address, past).status_code == 422
    visit.send("/admin/tokens/revoke/", {"id": str(row.id)})
    again = visit.send(address, {**sent, "name": "다른", "version_seen": str(the_token().version)})
    assert (again.status_code, the_token().name) == (422, "고객 앱")


def test_only_an_admin_makes_or_revokes(lone_office: Flask) -> None:
    row, _ = a_token()
    for role in (Role.ops_manager, Role.auditor):
        visit = visit_as(lone_office, role)
        assert visit.open("/admin/tokens/").status_code == 200
        assert visit.open("/admin/tokens/new/").status_code == 403
        assert visit.open(f"/admin/tokens/edit/?id={row.id}").status_code == 403
        assert visit.send("/admin/tokens/revoke/", {"id": str(row.id)}).status_code == 403
    assert visit_as(lone_office, Role.agent).open("/admin/tokens/").status_code == 403
