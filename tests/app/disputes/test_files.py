"""Evidence on disk: a few safe kinds, kept by their sum, given back to be saved and never to be run."""

from __future__ import annotations

import hashlib
import stat
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.desk.kept_files import FOLDER, LARGEST
from app.disputes.dispute import bring_file
from app.disputes.files import keep, read
from app.disputes.sides import Side
from app.errors import Refusal
from app.people.model import Role
from tests.app.desk.test_file_kinds import PNG
from tests.app.disputes.acts import a_dispute, a_manager, everything
from tests.visit import a_visit, visit_as


def place_of(app: Flask, sha256: str) -> Path:
    home: Path = app.extensions["opsroom.settings"].home
    return home / FOLDER / sha256[:2] / sha256


def test_a_file_is_kept_once_by_its_sum_where_only_its_owner_reads(lone_office: Flask) -> None:
    kept = keep("../../거실 사진.exe", PNG)
    assert (kept.name, kept.type, kept.bytes) == ("거실 사진.png", "image/png", len(PNG))
    assert kept.sha256 == hashlib.sha256(PNG).hexdigest()
    assert keep("again.png", PNG).sha256 == kept.sha256
    place = place_of(lone_office, kept.sha256)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [one.name for one in place.parent.iterdir()] == [kept.sha256]
    assert read(kept.sha256) == PNG


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "비어"),
        (b"x" * (LARGEST + 1), "5 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "JPEG, PNG"),
        ("\ufeff <!doctype html><script>alert(1)</script>".encode(), "JPEG, PNG"),
        (b"MZ\x90\x00\x03", "JPEG, PNG"),
        (b"PK\x03\x04zip", "JPEG, PNG"),
        (b"text\x00more", "JPEG, PNG"),
    ],
)
def test_what_is_no_safe_kind_is_refused_whatever_it_is_called(lone_office: Flask, content: bytes, said: str) -> None:
    if content.startswith(b"PK"):
        content += b"\xff\xfe"
    with pytest.raises(Refusal, match=said) as refused:
        keep("photo.png", content)
    assert refused.value.field == "file"


def test_a_file_that_is_not_what_it_was_is_not_given_back(lone_office: Flask) -> None:
    kept = keep("a.png", PNG)
    place_of(lone_office, kept.sha256).write_bytes(PNG + b"!")
    with pytest.raises(Refusal, match="올릴 때와 다릅니다"):
        read(kept.sha256)
    place_of(lone_office, kept.sha256).unlink()
    with pytest.raises(Refusal, match="찾을 수 없거나"):
        read(kept.sha256)


def test_a_file_is_served_to_be_saved_and_only_within_ones_cities(lone_office: Flask) -> None:
    manager = a_manager("말하는이")
    dispute = a_dispute(manager)
    with everything(manager):
        entry = bring_file(dispute, Side.customer, "화분.png", PNG, "깨진 화분")
        db.session.commit()
    key = entry.id
    answer = visit_as(lone_office, Role.agent).open(f"/admin/disputes/file/?entry={key}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (
        visit_as(lone_office, Role.agent, cities=["부산"]).open(f"/admin/disputes/file/?entry={key}").status_code == 404
    )
    assert a_visit(lone_office).open(f"/admin/disputes/file/?entry={key}").status_code == 302


def test_a_photo_is_brought_by_the_form_and_a_bad_one_is_told_at_its_field(lone_office: Flask) -> None:
    dispute = a_dispute(a_manager("연 사람"))
    key = str(dispute.id)
    visit = visit_as(lone_office, Role.ops_manager)
    form = {"id": key, "side": "customer", "kind": "statement", "text": "이 사진입니다"}
    bad = visit.send("/admin/disputes/bring/", form | {"file": (BytesIO(b"<html>"), "a.png")})
    assert bad.status_code == 422
    assert "이 사진입니다" in bad.text
    assert "JPEG, PNG" in bad.text
    good = visit.send("/admin/disputes/bring/", form | {"file": (BytesIO(PNG), "a.png")})
    assert good.status_code == 302
    page = visit.open(f"/admin/disputes/details/?id={key}").text
    assert hashlib.sha256(PNG).hexdigest() in page
