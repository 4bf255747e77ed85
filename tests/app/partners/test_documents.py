"""Documents: looked at before they are kept, downloaded as they were by whom it concerns, and never shown in a page."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm
from app.audit.model import AuditEntry
from app.db import db
from app.desk.kept_files import content_of, keep, keep_apart, path_of, take_away
from app.errors import Refusal
from app.partners.documents import PartnerDocument
from app.partners.files import BIGGEST, Upload
from app.people.model import Role
from automations import partners as job
from tests.app.desk.shop import a_vendor
from tests.app.partners.papers import a_criterion, a_partner, today
from tests.marketplace import a_user
from tests.seat import Seat

PDF = b"%PDF-1.7 a certificate"
PNG = b"\x89PNG\r\n\x1a\n..."
FILE = "/admin/partners/file/"


def sent(partner_id: int, name: str = "증빙.pdf", body: bytes = PDF, **more: str) -> dict[str, Any]:
    return {"id": partner_id, "kind": "qualification", "file": (BytesIO(body), name), **more}


def stored(office: Flask) -> list[Path]:
    return [one for one in (office.extensions["opsroom.settings"].home / "documents").rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("쪽.html", b"<html><script>alert(1)</script>", "PDF, JPEG, PNG"),
        ("그림.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "PDF, JPEG, PNG"),
        ("속임.pdf", b"<html>", "PDF, JPEG, PNG"),
        ("속임.html", PDF, "PDF, JPEG, PNG"),
        ("다른.png", PDF, "PDF, JPEG, PNG"),
        ("이름없음", PDF, "PDF, JPEG, PNG"),
        ("빈.pdf", b"", "파일을 골라"),
        ("큰.pdf", PDF + b"0" * BIGGEST, "5MB"),
        ("900101-1234567.pdf", PDF, "주민등록번호"),
    ],
)
def test_what_is_no_safe_file_is_refused_in_words(name: str, body: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        Upload(name, body)
    assert refused.value.field == "file"
    assert "1234567" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/증빙.pdf", "증빙.pdf"),
        ("C:\\서류\\증빙.pdf", "증빙.pdf"),
        ("a\r\nb.pdf", "ab.pdf"),
        (f"{'가' * 300}.pdf", f"{'가' * 156}.pdf"),
    ],
)
def test_a_name_leads_nowhere_else(name: str, kept: str) -> None:
    assert Upload(name, PDF).short_name == kept


def test_a_key_is_ours_or_nothing(tmp_path: Path) -> None:
    for key in ("../x", "", "A" * 32, "0" * 31, f"{'0' * 30}/a"):
        with pytest.raises(ValueError, match="no key"):
            path_of(tmp_path, key)


def test_a_document_is_kept_downloaded_and_taken_away(lone_office: Flask) -> None:
    partner, criterion = a_partner(), a_criterion()
    seat = Seat(lone_office, a_user())
    page = seat.press(FILE, sent(partner.id, criterion=str(criterion.id), ends_on="2027-03-01", note="원본 확인"))
    assert "증빙.pdf" in page
    document = db.session.scalars(select(PartnerDocument)).one()
    assert (document.criterion_id, document.media_type, document.size) == (criterion.id, "application/pdf", len(PDF))
    (path,) = stored(lone_office)
    assert (path.read_bytes(), path.stat().st_mode & 0o077) == (PDF, 0)
    answer = seat.send("/admin/partners/download/", {"document": document.id})
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "download")).one()
    assert kept.subject_id == document.id
    assert seat.see("/admin/partners/download/").status_code == 405
    seat.press("/admin/partners/take-away/", {"document": document.id})
    assert stored(lone_office) == []
    db.session.refresh(document)
    assert document.removed_by
    assert seat.send("/admin/partners/download/", {"document": document.id}).status_code == 422


def test_what_is_refused_leaves_no_file_and_brings_back_what_was_typed(lone_office: Flask) -> None:
    partner, seat = a_partner(), Seat(lone_office, a_user())
    answer = seat.send(FILE, sent(partner.id, note="번호 900101-1234567"))
    assert answer.status_code == 422
    assert "주민등록번호는 적을 수 없습니다" in answer.text
    answer = seat.send(FILE, sent(partner.id, ends_on="언젠가", note="건강검진"))
    assert 'value="건강검진"' in answer.text
    assert db.session.scalar(select(func.count(PartnerDocument.id))) == 0
    assert stored(lone_office) == []


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(lone_office: Flask) -> None:
    partner, seat = a_partner(), Seat(lone_office, a_user())
    seat.press(FILE, sent(partner.id))
    (path,) = stored(lone_office)
    path.write_bytes(PDF + b"!")
    document = db.session.scalars(select(PartnerDocument)).one()
    answer = seat.send("/admin/partners/download/", {"document": document.id})
    assert (answer.status_code, "올릴 때와 다릅니다" in answer.text) == (422, True)
    path.unlink()
    assert "보관함에서 찾을 수 없거나" in seat.send("/admin/partners/download/", {"document": document.id}).text


@pytest.mark.parametrize("role", [Role.agent, Role.finance, Role.auditor])
def test_who_has_not_the_right_neither_sees_nor_has_them(lone_office: Flask, role: Role) -> None:
    partner = a_partner()
    Seat(lone_office, a_user()).press(FILE, sent(partner.id))
    document = db.session.scalars(select(PartnerDocument)).one()
    seat = Seat(lone_office, a_user(role))
    page = seat.read("/admin/partners/details/", id=partner.id)
    assert "data-documents" not in page
    assert document.name not in page
    assert document.name in Seat(lone_office, a_user()).read("/admin/partners/details/", id=partner.id)
    assert seat.send("/admin/partners/download/", {"document": document.id}).status_code == 403
    assert seat.send(FILE, sent(partner.id)).status_code == 403


def test_documents_and_records_keep_within_ones_cities(lone_office: Flask) -> None:
    partner = a_partner(city="부산")
    everywhere, seoul = Seat(lone_office, a_user()), Seat(lone_office, a_user(cities=["서울"]))
    everywhere.press(FILE, sent(partner.id))
    document = db.session.scalars(select(PartnerDocument)).one()
    for path, form in (
        ("download", {"document": document.id}),
        ("take-away", {"document": document.id}),
        ("file", sent(partner.id)),
        ("incident", {"id": partner.id, "text": "x", "kind": "late", "severity": "minor"}),
        ("move", {"id": partner.id, "now": "left", "why": "x"}),
        ("weigh", {"id": partner.id, "why": "x"}),
        ("stay", {"id": partner.id, "why": "x"}),
    ):
        assert seoul.send(f"/admin/partners/{path}/", form).status_code == 404, path
    assert len(stored(lone_office)) == 1


def test_a_criterion_that_does_not_bind_proves_nothing(lone_office: Flask) -> None:
    partner, other = a_partner(), a_criterion(kind="host")
    answer = Seat(lone_office, a_user()).send(FILE, sent(partner.id, body=PNG, name="a.png", criterion=str(other.id)))
    assert (answer.status_code, "해당하는 기준이 아닙니다" in answer.text) == (422, True)


# ----------------------------------------------------------------------------------------------------------- of vendors


def test_a_vendors_document_is_kept_in_the_same_store_and_told_of_before_it_ends(office: Flask) -> None:
    vendor, other = a_vendor(), a_partner()
    seat = Seat(office, a_user())
    ends = today() + timedelta(days=7)
    papers = {"kind": "contract", "ends_on": ends.isoformat(), "note": "갱신본"}
    page = seat.press("/admin/vendors/file/", sent(vendor.id, "위탁 계약서.pdf", PDF, **papers))
    assert ("위탁 계약서.pdf" in page, "무엇을 증명하나" in page) == (True, False)
    document = db.session.scalars(select(PartnerDocument)).one()
    assert (document.vendor_id, document.partner_id, document.criterion_id) == (vendor.id, None, None)
    assert seat.send("/admin/vendors/download/", {"document": document.id}).data == PDF
    assert seat.send("/admin/partners/download/", {"document": document.id, "id": other.id}).status_code == 404
    job.run()
    (alarm,) = db.session.scalars(select(Alarm).where(Alarm.kind == AlarmKind.partner_ending))
    assert "7일" in alarm.words_ko
    typed = seat.send("/admin/vendors/file/", sent(vendor.id, ends_on="언젠가", note="보험증권"))
    assert (typed.status_code, 'value="보험증권"' in typed.text) == (422, True)
    seat.press("/admin/vendors/take-away/", {"document": document.id})
    assert stored(office) == []
    db.session.refresh(document)
    assert document.removed_by
    with pytest.raises(IntegrityError):
        db.session.execute(update(PartnerDocument).values(partner_id=other.id))
    db.session.rollback()


def test_who_has_not_the_right_sees_no_papers_of_vendors(lone_office: Flask) -> None:
    vendor = a_vendor()
    Seat(lone_office, a_user()).press("/admin/vendors/file/", sent(vendor.id, kind="other"))
    document = db.session.scalars(select(PartnerDocument)).one()
    for role in (Role.agent, Role.finance, Role.auditor):
        seat = Seat(lone_office, a_user(role))
        assert document.name not in seat.read("/admin/vendors/details/", id=vendor.id)
        assert seat.send("/admin/vendors/download/", {"document": document.id}).status_code == 403


def test_what_is_kept_apart_is_taken_away_alone_and_what_is_kept_by_its_content_never(tmp_path: Path) -> None:
    same, one, two = keep(tmp_path, PDF), keep_apart(tmp_path, PDF), keep_apart(tmp_path, PDF)
    assert (keep(tmp_path, PDF), one != two) == (same, True)
    take_away(tmp_path, one)
    assert content_of(tmp_path, same, two) == content_of(tmp_path, same) == PDF
    with pytest.raises(ValueError, match="kept apart"):
        take_away(tmp_path, same)
    with pytest.raises(Refusal):
        content_of(tmp_path, same, one)
