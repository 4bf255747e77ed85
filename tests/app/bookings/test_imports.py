"""A file is looked at first, taken once, and gives back what has to be mended."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from app.audit.model import AuditEntry
from app.bookings import importing
from app.bookings.imports import Import, ImportRow, ImportState
from app.bookings.incoming import put_booking
from app.bookings.model import Booking, Customer
from app.db import db
from app.desk.sheets import lines_of
from app.partners.model import PartnerState
from app.people.model import Role
from tests.app.bookings.files import CUSTOMER_HEADS, HEADS, ROW, a_file, a_row
from tests.app.desk.shop import a_partner
from tests.app.desk.test_sheets import a_workbook
from tests.marketplace import CLEANING, a_booking, a_customer, a_policy, a_version
from tests.visit import Visit, visit_as


def upload(visit: Visit, raw: bytes, kind: str = "bookings", name: str = "예약.csv") -> str:
    """The page of the preview."""
    answer = visit.send("/admin/imports/new/", {"kind": kind, "file": (io.BytesIO(raw), name)})
    assert answer.status_code == 302, answer.text
    page = visit.open(answer.location)
    assert page.status_code == 200
    return page.text


def the_import() -> Import:
    db.session.rollback()
    return db.session.scalars(select(Import).order_by(Import.id.desc())).first() or pytest.fail("there is none")


def verdicts() -> dict[int, str]:
    rows = db.session.scalars(select(ImportRow).where(ImportRow.import_id == the_import().id))
    return {row.line: row.verdict.value for row in rows}


def take(visit: Visit) -> str:
    answer = visit.send("/admin/imports/confirm/", {"id": str(the_import().id)})
    return visit.open(answer.location).text


def test_rows_are_new_changed_the_same_or_bad_and_nothing_is_written_before_the_second_press(office: Flask) -> None:
    version = a_version(CLEANING, policy=a_policy(product="home_cleaning"))
    host = a_partner(name="반짝 클리너")
    customer = a_customer(name="김하나", email="hana@example.com")
    known = a_booking(ref="B-OLD", customer=customer, city="부산", total_minor=1000)
    visit = visit_as(office)
    stands = a_row(ref="B-SAME")
    upload(visit, a_file(HEADS, stands))
    take(visit)
    page = upload(
        visit,
        a_file(HEADS, a_row(), a_row(ref="B-OLD", partner="반짝 클리너"), stands, a_row(ref="B-BAD", total="?")),
    )
    assert verdicts() == {2: "new", 3: "changed", 4: "same", 5: "bad"}
    assert "금액으로 읽을 수 없습니다" in page
    changed = visit.open(f"/admin/imports/details/?id={the_import().id}&rows=changed").text
    assert re.search(r"도시</b> <span class=\"gone\">부산</span> → <span class=\"came\">서울", changed)
    assert re.search(r"전체 금액</b> <span class=\"gone\">₩1,000</span> → <span class=\"came\">₩48,000", changed)
    assert re.search(r"파트너</b> <span class=\"gone\">.{0,4}</span> → <span class=\"came\">반짝 클리너", changed)
    assert db.session.scalar(select(func.count(Booking.id))) == 2
    take(visit)
    assert verdicts() == {2: "taken", 3: "taken", 4: "same", 5: "bad"}
    db.session.refresh(known)
    assert (known.city, known.total_minor, known.partner_id) == ("서울", 48_000, host.id)
    made = db.session.scalars(select(Booking).where(Booking.ref == "B-F-1")).one()
    assert (made.customer_id, made.policy_version_id, made.first_period_minor) == (customer.id, version.id, 48_000)
    assert the_import().state is ImportState.done
    reasons = set(db.session.scalars(select(AuditEntry.reason).where(AuditEntry.subject == "bookings")))
    assert any(reason and "예약.csv" in reason for reason in reasons)


def test_customers_come_as_a_workbook_too(lone_office: Flask) -> None:
    known = a_customer(name="박둘", email="two@example.com", city="서울")
    visit = visit_as(lone_office)
    raw = a_workbook(list(CUSTOMER_HEADS), ["김하나", "Hana@Example.com", "010-1111-2222", "영어", "VIP", "부산"],
                     ["박두리", "two@example.com", "", "", "", ""])  # fmt: skip
    upload(visit, raw, "customers", "고객.xlsx")
    assert verdicts() == {2: "new", 3: "changed"}
    take(visit)
    made = db.session.scalars(select(Customer).where(Customer.email == "hana@example.com")).one()
    assert (made.language, made.tier.value, made.city) == ("en", "vip", "부산")
    db.session.refresh(known)
    assert (known.name, known.city) == ("박두리", "서울")


def test_a_row_whose_record_somebody_changed_since_is_refused_and_the_others_are_taken(office: Flask) -> None:
    one, other = a_booking(ref="B-1", total_minor=1000), a_booking(ref="B-2", total_minor=1000)
    visit = visit_as(office)
    upload(visit, a_file(HEADS, a_row(ref="B-1"), a_row(ref="B-2"), a_row(ref="B-3")))
    one.city = "대전"
    a_booking(ref="B-3")
    db.session.commit()
    page = take(visit)
    assert verdicts() == {2: "stale", 3: "taken", 4: "stale"}
    assert "다른 사람이 이 기록을 바꾸었습니다" in page
    db.session.refresh(one)
    db.session.refresh(other)
    assert (one.city, other.city) == ("대전", "서울")


def test_without_the_look_at_the_version_it_would_be_overwritten(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(importing, "_is_stale", lambda *_: False)
    one = a_booking(ref="B-1", total_minor=1000)
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(ref="B-1")))
    one.city = "대전"
    db.session.commit()
    take(visit)
    db.session.refresh(one)
    assert one.city == "서울"


def test_what_is_bad_comes_back_as_a_file_to_mend_that_comes_in_again(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(ref="=HYPERLINK(1)", total="?"), a_row(ref="B-2")))
    one = the_import()
    for kind in ("csv", "xlsx"):
        sent = visit.send("/admin/imports/bad/", {"id": str(one.id), "as": kind}).data
        rows = [list(cells) for _, cells in lines_of(sent)]
        assert rows[1][0] == "=HYPERLINK(1)"
        assert "전체 금액" in rows[1][-1]
        if kind == "csv":
            assert b"'=HYPERLINK" in sent
        place = rows[0].index("전체 금액")
        rows[1][0], rows[1][place] = "B-MENDED", "48,000"
        upload(visit, a_file(rows[0], *rows[1:]))
        assert list(verdicts().values()) == ["new"]
    assert "export" in set(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "imports")))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"ends_at": "2026-11-24 13:00"}, "끝"),
        ({"partner": "아무도 아닌"}, "파트너"),
        ({"name": "", "email": "new@example.com"}, "고객"),
        ({"email": ""}, "고객 이메일"),
    ],
)
def test_what_does_not_stand_together_is_bad_at_the_preview(
    lone_office: Flask, change: dict[str, str], column: str
) -> None:
    page = upload(visit_as(lone_office), a_file(HEADS, a_row(**change)))
    assert list(verdicts().values()) == ["bad"]
    assert f"<b>{column}</b>" in page


def test_a_file_gives_no_new_work_to_who_is_suspended_and_takes_none_from_who_has_it(lone_office: Flask) -> None:
    partner = a_partner(name="반짝 클리너")
    a_booking(ref="B-HAS", partner=partner, city="부산", total_minor=1000)
    partner.state = PartnerState.suspended
    db.session.commit()
    rows = [a_row(ref=ref, partner="반짝 클리너") for ref in ("B-HAS", "B-NEW")]
    page = upload(visit_as(lone_office), a_file(HEADS, *rows))
    assert verdicts() == {2: "changed", 3: "bad"}
    assert "배정할 수 없습니다" in page


def test_who_is_suspended_between_the_preview_and_the_taking_is_given_nothing(lone_office: Flask) -> None:
    partner, visit = a_partner(name="반짝 클리너"), visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(partner="반짝 클리너"), a_row(ref="B-2")))
    partner.state = PartnerState.suspended
    db.session.commit()
    take(visit)
    assert verdicts() == {2: "refused", 3: "taken"}


def test_a_record_that_is_saved_while_its_row_is_put_in_loses_that_row_alone(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by another process, between our look at the row and our writing."""
    a_booking(ref="B-1", total_minor=1000)
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(ref="B-1"), a_row(ref="B-2")))
    put = put_booking

    def meanwhile(session: Session, record: Booking | None, *rest: Any) -> Booking:
        if record is not None:
            newer = update(Booking).where(Booking.id == record.id).values(version=Booking.version + 1)
            session.execute(newer, execution_options={"synchronize_session": False})
        return put(session, record, *rest)

    monkeypatch.setattr(importing, "put_booking", meanwhile)
    assert "다른 사람이 이 기록을 바꾸었습니다" in take(visit)
    assert verdicts() == {2: "stale", 3: "taken"}
    assert the_import().state is ImportState.done


def test_seconds_that_a_file_does_not_show_are_no_change(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, ROW))
    take(visit)
    made = db.session.scalars(select(Booking)).one()
    made.paid_at = made.paid_at + timedelta(seconds=21, microseconds=7)
    db.session.commit()
    upload(visit, a_file(HEADS, ROW))
    assert verdicts() == {2: "same"}
    upload(visit, a_file(HEADS, a_row(paid_at="2026-11-20 10:00:22")))
    assert verdicts() == {2: "changed"}


def test_two_bookings_of_one_new_customer_make_one_customer(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(ref="B-1"), a_row(ref="B-2")))
    take(visit)
    assert set(verdicts().values()) == {"taken"}
    assert db.session.scalar(select(func.count(Customer.id))) == 1


def test_a_manager_of_one_city_brings_in_nothing_of_another_and_sees_no_file_of_others(lone_office: Flask) -> None:
    upload(visit_as(lone_office), a_file(HEADS, ROW))
    hers = the_import()
    manager = visit_as(lone_office, Role.ops_manager, cities=["부산"])
    assert manager.open(f"/admin/imports/details/?id={hers.id}").status_code == 404
    assert "예약.csv" not in manager.open("/admin/imports/").text
    a_booking(ref="B-2", city="서울")
    upload(manager, a_file(HEADS, a_row(), a_row(ref="B-2", city="부산"), a_row(ref="B-3", city="부산")))
    assert verdicts() == {2: "bad", 3: "bad", 4: "new"}


@pytest.mark.parametrize("is_ours", [True, False])
def test_nobody_of_another_city_is_named_by_a_file_of_ones_own(lone_office: Flask, *, is_ours: bool) -> None:
    city = "서울" if is_ours else "부산"
    a_customer(name="김하나", email="hana@example.com", city=city)
    a_partner(name="반짝 클리너", city=city)
    a_customer(name="이두리", email="duri@example.com", city="서울")
    visit = visit_as(lone_office, cities=["서울"])
    rows = (a_row(), a_row(ref="B-2", email="duri@example.com", name="이두리", partner="반짝 클리너"))
    upload(visit, a_file(HEADS, *rows))
    assert set(verdicts().values()) == {"new" if is_ours else "bad"}


def test_a_resident_number_in_a_file_is_not_kept(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, a_row(name="김하나 900101-1234567", total="900101-1234567")), name="900101-1234567.csv")
    kept = the_import()
    (row,) = db.session.scalars(select(ImportRow).where(ImportRow.import_id == kept.id))
    assert "1234567" not in f"{kept.filename} {row.cells} {row.faults} {row.changes}"
    assert "1234567" not in visit.open(f"/admin/imports/details/?id={kept.id}").text


def test_a_file_is_taken_once_and_a_dropped_one_never(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    upload(visit, a_file(HEADS, ROW))
    take(visit)
    assert "끝남" in take(visit)
    upload(visit, a_file(HEADS, a_row(ref="B-2")))
    visit.send("/admin/imports/drop/", {"id": str(the_import().id)})
    take(visit)
    assert verdicts() == {2: "new"}
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_a_preview_reads_in_a_fixed_number_of_queries(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    for number in range(60):
        a_booking(ref=f"B-{number}")

    def asked(rows: int) -> int:
        seen: list[str] = []
        raw = a_file(HEADS, *(a_row(ref=f"B-{number}") for number in range(rows)))
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        upload(visit, raw)
        return len([one for one in seen if one.startswith("SELECT")])

    few = asked(2)
    assert asked(60) <= 2 * few


def test_the_template_is_given_in_both_forms(lone_office: Flask) -> None:
    visit = visit_as(lone_office, Role.ops_manager)
    for kind in ("customers", "bookings"):
        for form in ("csv", "xlsx"):
            answer = visit.open(f"/admin/imports/template/?kind={kind}&as={form}")
            page = upload(visit, answer.data, kind)
            assert "새로 생김" in page
    assert visit_as(lone_office, Role.agent).open("/admin/imports/").status_code == 403


def test_an_unreadable_file_is_refused_where_it_was_chosen(lone_office: Flask) -> None:
    visit = visit_as(lone_office)
    for raw in (b"", b"a,b\n1,2\n", b"PK\x03\x04x", a_file(HEADS)):
        answer = visit.send("/admin/imports/new/", {"kind": "bookings", "file": (io.BytesIO(raw), "x.csv")})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert visit.send("/admin/imports/new/", {"kind": "bookings"}).status_code == 422
    assert db.session.scalars(select(Import)).all() == []
