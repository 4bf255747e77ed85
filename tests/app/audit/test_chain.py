"""The seal: whatever is changed in the record, the first bad row is named."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.audit.chain import BEGINNING, as_json, last_hash, verify
from app.audit.model import AuditEntry
from app.db import db
from app.partners.model import Vendor
from app.people.model import Role
from tests.app.desk.shop import a_vendor
from tests.marketplace import PAID_AT
from tests.visit import visit_as

ROWS = 5


def a_record() -> list[int]:
    for _ in range(ROWS):
        a_vendor()
    return list(db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def test_an_untouched_record_is_whole(office: Flask) -> None:
    assert verify(db.session()) is None
    assert last_hash(db.session()) == BEGINNING
    a_record()
    assert verify(db.session()) is None
    assert last_hash(db.session()) != BEGINNING


@pytest.mark.parametrize(
    "change",
    [
        {"actor_name": "다른 사람"},
        {"verb": "update"},
        {"subject_id": 999},
        {"changes": {"name": [None, "다른 이름"]}},
        {"reason": "지어낸 이유"},
        {"hash": "f" * 64},
        {"previous_hash": "f" * 64},
        {"actor_id": 1},
    ],
)
def test_a_row_that_was_changed_is_named(lone_office: Flask, change: dict[str, Any]) -> None:
    numbers = a_record()
    db.session.execute(update(AuditEntry).where(AuditEntry.id == numbers[2]).values(**change))
    db.session.commit()
    assert verify(db.session()) == numbers[2]


def test_a_row_that_is_gone_is_shown_by_the_next(office: Flask) -> None:
    numbers = a_record()
    db.session.execute(delete(AuditEntry).where(AuditEntry.id == numbers[2]))
    db.session.commit()
    assert verify(db.session()) == numbers[3]


def test_a_forger_would_have_to_seal_everything_after_anew(office: Flask) -> None:
    """And then the last seal, noted elsewhere, is another."""
    numbers = a_record()
    noted = last_hash(db.session())
    db.session.execute(delete(AuditEntry).where(AuditEntry.id == numbers[-1]))
    db.session.commit()
    assert verify(db.session()) is None
    assert last_hash(db.session()) != noted


def test_writers_at_the_same_time_make_one_chain(office: Flask) -> None:
    failures: list[BaseException] = []

    def write(name: int) -> None:
        try:
            with office.app_context():
                for turn in range(5):
                    db.session.add(Vendor(name=f"동시{name}-{turn}", created_at=PAID_AT))
                    db.session.commit()
        except BaseException as failure:  # noqa: BLE001  told by the test, not swallowed
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(db.session.scalars(select(AuditEntry.id)).all()) == 20
    assert verify(db.session()) is None


def test_values_come_back_from_every_database_as_they_were_sealed(office: Flask) -> None:
    db.session.add(Vendor(name='따옴표 " 백슬래시 \\ 그림 🧹 긴 글 ' + "가" * 60, email="a@b.kr", created_at=PAID_AT))
    db.session.commit()
    assert verify(db.session()) is None


def test_odd_values_are_made_plain() -> None:
    odd = {"float": 1.0, "bytes": b"12345", "set": {"a"}, "nul": "a\x00b", 5: Role.admin, "at": PAID_AT}
    told = as_json(odd)
    assert told == {
        "float": "1.0",
        "bytes": "5 bytes",
        "set": ["a"],
        "nul": "a\ufffdb",
        "5": "admin",
        "at": "2026-09-01T03:00:00+00:00",
    }
    json.dumps(told)


def test_the_screen_says_whether_the_record_is_whole(office: Flask) -> None:
    numbers = a_record()
    visit = visit_as(office, Role.auditor)
    visit.send("/admin/audit/verify/")
    page = visit.open("/admin/audit/").text
    assert "모든 기록이 온전합니다" in page
    db.session.execute(update(AuditEntry).where(AuditEntry.id == numbers[1]).values(actor_name="x"))
    db.session.commit()
    visit.send("/admin/audit/verify/")
    assert f"#{numbers[1]} 기록이 쓰인 그대로가 아니거나" in visit.open("/admin/audit/").text
