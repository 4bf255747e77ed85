"""A file holds what the list shows, runs nothing, is asked for with a reason, and is told to the audit."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.desk.exports import BOM, csv_file, defused
from app.desk.xlsx import workbook
from app.people.model import Role
from tests.app.desk.shop import ShopView, a_partner, a_shop
from tests.visit import Visit, visit_as

ASKED = {"reason": "월간 점검"}


def rows_of(visit: Visit, address: str) -> list[list[str]]:
    answer = visit.send(address, ASKED)
    assert answer.status_code == 200, answer.text
    text = answer.get_data().decode()
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


def test_a_file_holds_what_the_list_shows_and_no_hidden_column(office: Flask) -> None:
    a_partner(name="김하늘", note="아무도 몰라야 할 말", city="서울", phone="010-7777-7777")
    visit = visit_as(a_shop(office))
    titles, row = rows_of(visit, "/admin/shop/export/csv/?tab=all")
    assert titles[:2] == ["이름", "Kind"]
    assert row[:4] == ["김하늘", "클리너", "활동 중", "서울"]
    assert "아무도 몰라야 할 말" not in str(row)
    assert "010-7777-7777" not in str(row)


def test_a_file_follows_the_saved_view_and_the_filters(office: Flask) -> None:
    a_partner(name="가나")
    a_partner(name="다라")
    visit = visit_as(a_shop(office))
    assert len(rows_of(visit, "/admin/shop/export/csv/?tab=left")) == 1
    assert [row[0] for row in rows_of(visit, "/admin/shop/export/csv/?flt0_name_has=가")[1:]] == ["가나"]


def test_a_formula_is_defused(lone_office: Flask) -> None:
    a_partner(name='=HYPERLINK("http://evil.example","x")')
    visit = visit_as(a_shop(lone_office))
    assert rows_of(visit, "/admin/shop/export/csv/")[1][0].startswith("'=")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_every_start_of_a_formula_is_known(start: str) -> None:
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert csv_file(["a"], [[f"{start}1"]]).decode().count("'") == 1


def test_numbers_stay_numbers() -> None:
    assert [defused(-5), defused(Decimal("-1.50")), defused("서울")] == [-5, Decimal("-1.50"), "서울"]


def test_a_spreadsheet_can_be_read_and_holds_no_formula(lone_office: Flask) -> None:
    a_partner(name='=cmd|"x"')
    visit = visit_as(a_shop(lone_office))
    answer = visit.send("/admin/shop/export/xlsx/", ASKED)
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as box:
        assert box.testzip() is None
        for name in box.namelist():
            ET.fromstring(box.read(name))
        sheet = box.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert '=cmd|"x"</t>' in sheet


def test_a_spreadsheet_takes_any_text_and_number() -> None:
    made = workbook(["제목"], [["\x00\x0b<&>\ud800 끝"], [-12], [Decimal("12.5")], [10**18], [""]])
    with zipfile.ZipFile(io.BytesIO(made)) as box:
        sheet = ET.fromstring(box.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    texts = ["".join(cell.itertext()) for cell in sheet.iter(f"{space}c")]
    assert texts == ["제목", "<&> 끝", "-12", "12.5", str(10**18), ""]


def test_a_file_without_a_reason_is_refused(lone_office: Flask) -> None:
    a_partner()
    answer = visit_as(a_shop(lone_office)).send("/admin/shop/export/csv/", {"reason": " "})
    assert answer.status_code == 422
    assert "이유를 적어 주세요" in answer.text


def test_more_rows_than_the_cap_are_refused_not_cut(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShopView, "export_max_rows", 2)
    visit = visit_as(a_shop(lone_office))
    a_partner()
    a_partner()
    assert len(rows_of(visit, "/admin/shop/export/csv/")) == 3
    a_partner()
    answer = visit.send("/admin/shop/export/csv/", ASKED)
    assert (answer.status_code, "2행까지" in answer.text) == (422, True)


@pytest.mark.parametrize("kind", ["json", "html", "yaml", "../csv"])
def test_a_kind_that_is_not_offered_is_refused(lone_office: Flask, kind: str) -> None:
    assert visit_as(a_shop(lone_office)).send(f"/admin/shop/export/{kind}/", ASKED).status_code in {404, 422}


def test_who_took_what_and_why_is_kept(office: Flask) -> None:
    a_partner()
    visit = visit_as(a_shop(office), name="박재무")
    visit.send("/admin/shop/export/xlsx/", ASKED)
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "export")).one()
    assert (kept.actor_name, kept.subject, kept.reason) == ("박재무", "shop", "월간 점검")
    assert kept.changes == {"rows": 1, "kind": "xlsx"}


@pytest.mark.parametrize(("role", "status"), [(Role.finance, 200), (Role.agent, 403), (Role.auditor, 403)])
def test_taking_a_file_is_a_right_of_its_own(lone_office: Flask, role: Role, status: int) -> None:
    assert visit_as(a_shop(lone_office), role).send("/admin/shop/export/csv/", ASKED).status_code == status
