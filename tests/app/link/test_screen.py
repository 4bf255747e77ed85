"""The page of the link: how it stands, and two switches that need a right, a reason and a second look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.audit.model import AuditEntry
from app.db import db
from app.link.link import the_link
from app.people.model import Role
from tests.visit import visit_as


def connected(**change: object) -> None:
    link = the_link(db.session())
    link.zendesk_url, link.connected_at, link.synced_at = "https://acme.zendesk.com", clock.now(), clock.now()
    link.load_started_at = link.load_done_at = clock.now()
    for name, value in change.items():
        setattr(link, name, value)
    db.session.commit()


def stands() -> tuple[bool, bool]:
    db.session.expire_all()
    link = the_link(db.session())
    return link.pushing, link.rules_on


def test_a_house_that_is_not_connected_says_what_to_do(lone_office: Flask) -> None:
    assert "flask zendesk connect" in visit_as(lone_office).open("/admin/link/").text


def test_the_page_tells_how_it_stands_and_the_state_moves(lone_office: Flask) -> None:
    connected(load_done_at=None, loaded=4_000)
    visit = visit_as(lone_office)
    assert "4,000건" in visit.open("/admin/link/").text
    connected(load_done_at=None, loaded=5_000)
    told = visit.open("/admin/link/state.json").json or {}
    assert (told["loaded"], told["loading"]) == (5_000, True)
    assert "5,000" in told["stands"]
    connected(trouble="Zendesk가 토큰을 거절했습니다")
    assert (visit.open("/admin/link/state.json").json or {})["trouble"] == "Zendesk가 토큰을 거절했습니다"
    connected(trouble=None, synced_at=clock.now() - timedelta(hours=1))
    assert "늦어지고" in (visit.open("/admin/link/state.json").json or {})["stands"]


def test_a_switch_is_turned_with_a_reason_that_is_kept(office: Flask) -> None:
    connected()
    visit = visit_as(office, Role.ops_manager, name="김하늘")
    assert visit.send("/admin/link/turn/pushing/on/", {"reason": "2주 지켜봤습니다"}).status_code == 302
    assert stands() == (True, True)
    assert visit.send("/admin/link/turn/rules/off/", {"reason": "점검"}).status_code == 302
    assert stands() == (True, False)
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "links").order_by(AuditEntry.id)).all()
    assert [(row.actor_name, row.reason, row.changes) for row in kept[-2:]] == [
        ("김하늘", "2주 지켜봤습니다", {"pushing": [False, True]}),
        ("김하늘", "점검", {"rules_on": [True, False]}),
    ]


@pytest.mark.parametrize(
    ("where", "form", "status"),
    [
        ("pushing/on", {}, 422),
        ("pushing/on", {"reason": " "}, 422),
        ("pushing/sideways", {"reason": "왜"}, 422),
        ("nothing/on", {"reason": "그냥"}, 422),
    ],
)
def test_a_switch_is_not_turned_otherwise(lone_office: Flask, where: str, form: dict[str, str], status: int) -> None:
    connected()
    assert visit_as(lone_office).send(f"/admin/link/turn/{where}/", form).status_code == status
    assert stands() == (False, True)


@pytest.mark.parametrize("role", [Role.agent, Role.finance, Role.auditor])
def test_who_may_not_turn_sees_no_button_and_is_refused(lone_office: Flask, role: Role) -> None:
    connected()
    visit = visit_as(lone_office, role)
    page = visit.open("/admin/link/")
    assert "/admin/link/turn/" not in page.text
    assert visit.send("/admin/link/turn/pushing/on/", {"reason": "그냥"}).status_code == 403
    assert stands() == (False, True)


def test_nothing_secret_is_on_the_page(lone_office: Flask) -> None:
    connected(sealed_secret="gAAAA-sealed", sealed_secret_before="gAAAA-before")
    visit = visit_as(lone_office)
    assert "gAAAA" not in visit.open("/admin/link/").text + visit.open("/admin/link/state.json").text
