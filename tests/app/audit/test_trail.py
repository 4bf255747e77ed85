"""Every change leaves one row in its own transaction, with who and why, and no secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Mapper, Session

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.audit import trail
from app.audit.model import AuditEntry
from app.audit.trail import AUDITED, because, record
from app.db import db
from app.link.link import the_link
from app.model_index import TABLES
from app.partners.model import Insurance, Vendor
from app.people.model import Role
from app.refunds.model import Refund
from tests.app.desk.shop import a_partner, a_vendor
from tests.marketplace import PAID_AT, a_refund, a_user

KIM = Actor(ActorKind.person, "김하늘", 7)


def entries(subject: str | None = None) -> list[AuditEntry]:
    asked = select(AuditEntry).order_by(AuditEntry.id)
    return list(db.session.scalars(asked.where(AuditEntry.subject == subject) if subject else asked))


def test_a_new_row_a_change_and_an_end_are_each_told(office: Flask) -> None:
    with acting_as(KIM):
        vendor = a_vendor(name="깔끔")
        vendor.name, vendor.is_active = "더깔끔", False
        because(db.session(), "이름이 바뀌어서")
        db.session.commit()
        db.session.delete(vendor)
        db.session.commit()
    made, changed, ended = entries("vendors")
    assert [row.verb for row in (made, changed, ended)] == ["create", "update", "delete"]
    assert made.changes["name"] == [None, "깔끔"]
    assert changed.changes == {"name": ["깔끔", "더깔끔"], "is_active": [True, False]}
    assert ended.changes["name"] == ["더깔끔", None]
    assert {row.subject_id for row in (made, changed, ended)} == {made.subject_id}
    assert (changed.actor_kind, changed.actor_id, changed.actor_name) == ("person", 7, "김하늘")
    assert (made.reason, changed.reason, ended.reason) == (None, "이름이 바뀌어서", None)


def test_a_change_that_is_rolled_back_leaves_nothing(office: Flask) -> None:
    db.session.add(Vendor(name="없던 일", created_at=PAID_AT))
    db.session.flush()
    db.session.rollback()
    db.session.commit()
    assert entries() == []


def test_a_savepoint_that_is_rolled_back_takes_its_rows_along_and_no_others(office: Flask) -> None:
    session = db.session()
    session.add(Vendor(name="남는 것", created_at=PAID_AT))
    session.flush()
    with session.begin_nested() as outer:
        session.add(Vendor(name="사라지는 것", created_at=PAID_AT))
        session.flush()
        with session.begin_nested():
            session.add(Vendor(name="안에서 사라지는 것", created_at=PAID_AT))
        outer.rollback()
    with session.begin_nested():
        session.add(Vendor(name="또 남는 것", created_at=PAID_AT))
    session.commit()
    assert [row.changes["name"][1] for row in entries("vendors")] == ["남는 것", "또 남는 것"]


def test_the_row_and_the_change_stand_or_fall_together(office: Flask) -> None:
    """When the audit cannot be written, what it would tell is not done either."""

    def refuse(session: Session) -> None:
        if session.info.get("refuse"):
            raise RuntimeError("no audit")

    event.listen(Session, "before_commit", refuse)
    try:
        db.session.info["refuse"] = True
        db.session.add(Vendor(name="둘 다 없다", created_at=PAID_AT))
        with pytest.raises(RuntimeError, match="no audit"):
            db.session.commit()
        db.session.rollback()
    finally:
        event.remove(Session, "before_commit", refuse)
        db.session.info.pop("refuse")
    assert db.session.scalar(select(func.count(Vendor.id))) == 0
    assert entries() == []


def test_many_flushes_make_one_story_in_order(office: Flask) -> None:
    session = db.session()
    vendor = Vendor(name="가", created_at=PAID_AT)
    session.add(vendor)
    session.flush()
    vendor.name = "나"
    session.flush()
    vendor.name = "다"
    session.commit()
    rows = entries("vendors")
    assert [row.changes["name"] for row in rows] == [[None, "가"], ["가", "나"], ["나", "다"]]
    assert [row.at for row in rows] == sorted({row.at for row in rows})


def test_nothing_changed_is_nothing_told(office: Flask) -> None:
    vendor = a_vendor(name="그대로")
    before = len(entries())
    vendor.name = "그대로"
    db.session.commit()
    assert len(entries()) == before


def test_rows_inside_a_record_are_told_too(office: Flask) -> None:
    partner = a_partner()
    today = clock.now().date()
    facts = {"insurer": "한빛", "policy_number": "P-1", "starts_on": today, "ends_on": today + timedelta(days=9)}
    partner.insurances.append(Insurance(**facts))
    db.session.commit()
    partner.insurances.clear()
    db.session.commit()
    assert [row.verb for row in entries("insurances")] == ["create", "delete"]
    assert entries("insurances")[0].changes["ends_on"] == [None, (today + timedelta(days=9)).isoformat()]


def test_a_refunds_moves_are_told_and_a_workers_notes_are_not(office: Flask) -> None:
    refund = a_refund(approved_by=a_user(Role.finance))
    assert ["requested", "approved"] in [row.changes.get("state") for row in entries("refunds")]
    before = len(entries())
    refund.token, refund.tries, refund.lease_until = "t", 3, clock.now()
    db.session.commit()
    assert len(entries()) == before
    assert "provider_key" not in str([row.changes for row in entries("refunds")])
    assert db.session.scalar(select(func.count(Refund.id))) == 1


def test_a_sync_leaves_no_rows_and_a_switch_does(office: Flask) -> None:
    link = the_link(db.session())
    db.session.commit()
    before = len(entries("links"))
    link.cursor, link.loaded, link.synced_at = "abc", 5000, clock.now()
    db.session.commit()
    assert len(entries("links")) == before
    link.pushing = True
    db.session.commit()
    assert entries("links")[-1].changes == {"pushing": [False, True]}


def test_a_secret_is_told_as_changed_and_never_as_what_it_is(office: Flask) -> None:
    person = a_user(Role.agent, password_hash="scrypt:one")
    person.password_hash = "scrypt:two"
    link = the_link(db.session())
    link.sealed_secret = "gAAAA-sealed"
    db.session.commit()
    told = str([row.changes for row in entries()])
    assert "scrypt" not in told
    assert "gAAAA" not in told
    assert entries("users")[-1].changes["password_hash"] == ["•••", "•••"]


def test_something_without_a_row_can_be_told(office: Flask) -> None:
    with acting_as(KIM):
        record(db.session(), "switch", "links", 1, {"pushing": True})
        db.session.commit()
    assert [(row.verb, row.subject_id, row.changes) for row in entries()] == [("switch", 1, {"pushing": True})]


def test_an_entry_is_never_changed_or_deleted(office: Flask) -> None:
    a_vendor()
    entry = entries()[0]
    entry.actor_name = "다른 사람"
    with pytest.raises(TypeError):
        db.session.commit()
    db.session.rollback()
    db.session.delete(entries()[0])
    with pytest.raises(TypeError):
        db.session.commit()
    db.session.rollback()


def test_every_audited_table_is_a_table_and_every_left_out_column_a_column() -> None:
    tables = {table.__tablename__: {column.key for column in table.__table__.columns} for table in TABLES}
    assert [name for name in AUDITED if name not in tables] == []
    assert {name: left - tables[name] for name, left in AUDITED.items() if left - tables[name]} == {}


def test_what_the_record_had_not_loaded_is_told_too(office: Flask) -> None:
    """After a commit a record knows nothing until it is asked; what stood is asked of the database then."""
    vendor = a_vendor(name="전", email="a@example.com")
    db.session.expire_all()
    vendor.name = "후"
    db.session.commit()
    assert entries("vendors")[-1].changes == {"name": ["전", "후"]}


def test_without_the_listener_nothing_would_be_told(office: Flask) -> None:
    """The negative control."""
    event.remove(Mapper, "after_insert", trail._made)
    try:
        a_vendor()
        assert entries() == []
    finally:
        event.listen(Mapper, "after_insert", trail._made)
