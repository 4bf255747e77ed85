"""Notes and evidence on a refund: in order, never changed, given back as they were."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.db import db
from app.people.model import Role
from app.refunds.evidence import keeping
from app.refunds.evidence.keeping import MOST_FILES
from app.refunds.evidence.model import RefundFile, RefundNote
from app.refunds.model import Refund
from tests.app.desk.test_file_kinds import PDF, PNG
from tests.marketplace import a_booking, a_refund, a_user
from tests.seat import Seat

PATH = "/admin/refunds"


def note(seat: Seat, refund: Refund, text: str, *files: tuple[str, bytes]) -> TestResponse:
    form: dict[str, Any] = {"id": refund.id, "text": text, "files": [(BytesIO(body), name) for name, body in files]}
    return seat.send(f"{PATH}/note/", form)


def kept() -> list[RefundFile]:
    db.session.expire_all()
    return list(db.session.scalars(select(RefundFile).order_by(RefundFile.id)))


def path_of(app: Flask, file: RefundFile) -> Path:
    home: Path = app.extensions["opsroom.settings"].home
    return home / "evidence" / file.sha256[:2] / file.sha256


def test_a_note_with_files_is_kept_in_order_and_given_back_as_it_was(lone_office: Flask) -> None:
    refund, agent = a_refund(), a_user(Role.agent)
    seat = Seat(lone_office, agent)
    assert note(seat, refund, "고객이 보낸 사진", ("욕실.PNG", PNG), ("영수증.pdf", PDF)).status_code == 302
    assert note(Seat(lone_office, a_user(Role.finance)), refund, "영수증과 금액이 맞음").status_code == 302
    picture, receipt = kept()
    assert (picture.name, picture.size, picture.sha256) == ("욕실.png", len(PNG), hashlib.sha256(PNG).hexdigest())
    page = seat.read(f"{PATH}/details/", id=refund.id)
    assert page.index("고객이 보낸 사진") < page.index("영수증과 금액이 맞음")
    assert path_of(lone_office, picture).stat().st_mode & 0o077 == 0
    answer = seat.see(f"{PATH}/evidence/", id=receipt.id)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("큰 사진.png", PNG + b"\x00" * 1000, "5 MB까지"),
        ("페이지.png", b"<html><script>alert(1)</script>", "내용이 그런 파일이 아닙니다"),
        ("빈 파일.pdf", b"", "내용이 그런 파일이 아닙니다"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_words_and_what_was_typed_stays(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch, name: str, body: bytes, told: str
) -> None:
    monkeypatch.setattr(keeping, "LARGEST", 1000)
    refund = a_refund()
    answer = note(
        Seat(lone_office, a_user(Role.agent)), refund, "긴 메모를 적었습니다", ("좋은.png", PNG), (name, body)
    )
    assert answer.status_code == 422
    assert told in answer.text
    assert "긴 메모를 적었습니다</textarea>" in answer.text
    assert "파일은 다시 골라 주세요" in answer.text
    assert (kept(), db.session.scalar(select(func.count(RefundNote.id)))) == ([], 0)


@pytest.mark.parametrize(
    ("text", "told"), [("  ", "메모를 적거나"), ("가" * 4001, "4,000자까지"), ("900101-1234567", "주민등록번호")]
)
def test_a_note_that_says_nothing_or_too_much_is_refused(lone_office: Flask, text: str, told: str) -> None:
    answer = note(Seat(lone_office, a_user(Role.agent)), a_refund(), text)
    assert answer.status_code == 422
    assert told in answer.text


def test_pictures_of_a_phone_come_several_at_once_from_who_is_signed_in(lone_office: Flask) -> None:
    refund, seat = a_refund(), Seat(lone_office, a_user(Role.agent))
    seat.send(f"{PATH}/note/", {"id": refund.id, "text": "먼저 적음"})
    large = [FileStorage(BytesIO(PNG + bytes([at]) * 4_000_000), f"{at}.png", "files") for at in range(3)]
    boundary, body = encode_multipart({"csrf_token": seat.token, "id": str(refund.id), "text": "", "files": large})
    kind = f'multipart/form-data; boundary="{boundary}"'
    assert seat._ask("POST", f"{PATH}/note/", data=body, content_type=kind).status_code == 302
    assert [file.size for file in kept()] == [4_000_000 + len(PNG)] * 3
    stranger = lone_office.test_client().post(f"{PATH}/note/", data=body, content_type=kind)
    assert stranger.status_code in {302, 400, 413}
    assert len(kept()) == 3


def test_so_many_files_and_no_more(lone_office: Flask) -> None:
    refund, seat = a_refund(), Seat(lone_office, a_user(Role.agent))
    many = [(f"{at}.png", PNG + bytes([at])) for at in range(MOST_FILES)]
    assert note(seat, refund, "", *many).status_code == 302
    answer = note(seat, refund, "하나 더", ("x.png", PNG))
    assert answer.status_code == 422
    assert "지금 20개" in answer.text


def reworded() -> None:
    db.session.scalars(select(RefundNote)).one().text = "다른 말"


def exchanged() -> None:
    kept()[0].sha256 = "0" * 64


def thrown_away() -> None:
    db.session.delete(kept()[0])


@pytest.mark.parametrize("change", [reworded, exchanged, thrown_away])
def test_what_was_written_is_never_changed(lone_office: Flask, change: Callable[[], None]) -> None:
    note(Seat(lone_office, a_user(Role.agent)), a_refund(), "사진", ("a.png", PNG))
    change()
    with pytest.raises(TypeError, match="never changed"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_file_that_is_not_what_was_kept_is_not_given_out(lone_office: Flask, harm: str) -> None:
    refund, seat = a_refund(), Seat(lone_office, a_user(Role.agent))
    note(seat, refund, "", ("a.png", PNG))
    (file,) = kept()
    path = path_of(lone_office, file)
    path.write_bytes(PNG + b"x") if harm == "changed" else path.unlink()
    answer = seat.see(f"{PATH}/evidence/", id=file.id)
    assert answer.status_code in {403, 409, 422, 404}
    assert "백업" in answer.text


def test_only_who_may_reads_and_writes(lone_office: Flask) -> None:
    refund = a_refund(booking=a_booking(city="부산"))
    note(Seat(lone_office, a_user(Role.agent)), refund, "", ("a.png", PNG))
    (file,) = kept()
    auditor = Seat(lone_office, a_user(Role.auditor))
    assert auditor.see(f"{PATH}/evidence/", id=file.id).data == PNG
    assert note(auditor, refund, "감사 메모").status_code == 403
    assert 'name="files"' not in auditor.read(f"{PATH}/details/", id=refund.id)
    seoul = Seat(lone_office, a_user(cities=["서울"]))
    assert seoul.see(f"{PATH}/evidence/", id=file.id).status_code == 404
    assert note(seoul, refund, "남의 도시").status_code == 404
    for wrong in ("x", "0", "9" * 30, str(file.id + 1)):
        assert auditor.see(f"{PATH}/evidence/", id=wrong).status_code == 404
    assert lone_office.test_client().get(f"{PATH}/evidence/?id={file.id}").status_code == 302


def test_no_name_breaks_out_of_the_header_or_the_page(lone_office: Flask) -> None:
    refund, seat = a_refund(), Seat(lone_office, a_user(Role.agent))
    note(seat, refund, "<b>굵게</b>", ("'><img src=x onerror=alert(1)>.png", PNG))
    page = seat.read(f"{PATH}/details/", id=refund.id)
    assert "<img src=x" not in page
    assert "&lt;b&gt;굵게" in page
    header = seat.see(f"{PATH}/evidence/", id=kept()[0].id).headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%-]+", header)
