"""The audit reads in the reader's language: names of columns, states, money, times in Seoul."""

from __future__ import annotations

import pytest
from flask import Flask

from app.audit.model import AuditEntry
from app.audit.told import label_of, told_changes
from app.audit.trail import AUDITED, NOISE
from app.db import Base, db
from app.desk.states import STATES
from app.outbox.by_hand import Hand
from app.partners.model import PartnerState
from app.people.model import Role
from app.words import spoken
from tests.app.desk.shop import a_partner
from tests.marketplace import a_refund
from tests.visit import visit_as


def columns() -> list[tuple[str, str]]:
    return [
        (table, column.name)
        for table, left_out in AUDITED.items()
        for column in Base.metadata.tables[table].columns
        if column.name not in left_out | NOISE
    ]


def test_every_audited_column_has_a_name_in_both_languages() -> None:
    assert len(columns()) > 90
    unnamed = []
    for table, column in columns():
        with spoken("ko"):
            korean = label_of(table, column)
        with spoken("en"):
            english = label_of(table, column)
        unnamed += [f"{table}.{column}"] if column in {korean, english} or "_" in english else []
    assert unnamed == []
    assert label_of("partners", "no_such_column") == "no_such_column"


def test_what_is_recorded_by_hand_has_a_name() -> None:
    verbs = [*Hand, "look_again", "export", "sign_in", "sign_out", "sign_in_refused"]
    subjects = [*AUDITED, "pushes", "webhook_events", "tickets", "runs", "audit"]
    wanted = [f"Verb.{verb}" for verb in verbs] + [f"Subject.{subject}" for subject in subjects]
    assert [key for key in wanted if key not in STATES] == []


def an_entry(verb: str, subject: str, **changes: object) -> AuditEntry:
    return AuditEntry(verb=verb, subject=subject, changes=changes)


@pytest.mark.parametrize(
    ("entry", "ko", "en"),
    [
        (an_entry("update", "bookings", paid_minor=[48000, 52000]), "₩48,000 → ₩52,000", "₩48,000 → ₩52,000"),
        (an_entry("create", "bookings", paid_minor=[None, 1999], currency=[None, "USD"]), "$19.99", "$19.99"),
        (an_entry("update", "partners", state=["active", "suspended"]), "활동 중 → 정지", "Active → Suspended"),
        (
            an_entry("create", "refunds", decided_at=[None, "2020-03-01T15:30:00+00:00"]),
            "2020년 3월 2일 00:30",
            "2 Mar 2020, 00:30",
        ),
        (an_entry("update", "partners", joined_on=[None, "2026-05-16"]), "없음 → 2026. 5. 16.", "none → 16 May 2026"),
        (an_entry("update", "links", pushing=[False, True]), "아니요 → 예", "No → Yes"),
        (an_entry("retry", "webhook_events", state=["dead", "new"]), "처리 실패 → 대기", "Dead → New"),
        (an_entry("update", "users", password_hash=["•••", "•••"]), "••• (바뀜)", "••• (changed)"),
        (an_entry("update", "bookings", paid_at=["long ago", "today"]), "long ago → today", "long ago → today"),
        (an_entry("update", "vendors", name=["<b>", "&"]), "&lt;b&gt; → &amp;", "&lt;b&gt; → &amp;"),
    ],
)
def test_a_change_is_told(entry: AuditEntry, ko: str, en: str) -> None:
    for language, wanted in (("ko", ko), ("en", en)):
        with spoken(language):
            assert wanted in told_changes(entry)


def test_two_columns_of_one_name_are_both_told() -> None:
    with spoken("ko"):
        told = told_changes(an_entry("update", "qualifications", expires_on=["2026-01-01", None], ends_on=["a", "b"]))
    assert told.count("만료일") == 2


def test_the_screen_tells_names_and_whom_it_is_about(office: Flask) -> None:
    partner = a_partner(state=PartnerState.active)
    a_refund(amount_minor=48_000)
    page = visit_as(office, Role.auditor).open("/admin/audit/").text
    assert "₩48,000" in page
    assert "amount_minor" not in page
    assert f"파트너 #{partner.id}" in page
    assert "Opsroom (자동)" in page
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id).first()
    assert entry is not None
    detail = visit_as(office, Role.auditor).open(f"/admin/audit/details/?id={entry.id}").text
    assert "object at 0x" not in detail
    assert f"<h1>#{entry.id} " in detail


def test_the_record_is_narrowed_by_what_it_is_about(office: Flask) -> None:
    a_partner()
    a_refund()
    visit = visit_as(office, Role.auditor)
    page = visit.open("/admin/audit/?flt0_subject_is=refunds").text
    assert "환불 #" in page
    assert "파트너 #" not in page
    assert visit.open("/admin/audit/?flt0_subject_is=nonsense").status_code == 200
