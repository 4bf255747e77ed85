"""How values read: won without decimals, times in Seoul, states in words, and everything strange as harmless text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from markupsafe import Markup

from app import clock
from app.desk.fields import SeoulTimeField
from app.desk.shown import ago, cell, chip, day, lines, money, plain, shown, when
from app.partners.model import PartnerState
from app.words import spoken

NOW = datetime(2026, 11, 22, 5, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "told"),
    [
        (480_000, "KRW", "₩480,000"),
        (-3_000, "KRW", "−₩3,000"),
        (0, "KRW", "₩0"),
        (1_250, "USD", "$12.50"),
        (7, "XXX", "XXX 7"),
        (None, "KRW", "–"),
    ],
)
def test_money_reads_as_people_write_it(minor: int | None, currency: str, told: str) -> None:
    assert money(minor, currency) == told


def test_times_are_told_in_seoul() -> None:
    with clock.stopped(NOW):
        assert when(NOW) == "11월 22일 14:05"
        assert when(NOW.replace(year=2025)) == "2025년 11월 22일 14:05"
        assert when(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)) == "2027년 1월 1일 00:00"
        with spoken("en"):
            assert when(NOW) == "22 Nov, 14:05"
            assert day(date(2026, 3, 1)) == "1 Mar 2026"
    assert when(None) == day(None) == "–"


@pytest.mark.parametrize(
    ("gap", "ko", "en"),
    [
        (timedelta(seconds=12), "12초 전", "12 s ago"),
        (timedelta(minutes=1), "1분 전", "1 minute ago"),
        (timedelta(hours=5, minutes=59), "5시간 전", "5 hours ago"),
        (timedelta(days=2), "2일 전", "2 days ago"),
        (-timedelta(hours=3), "3시간 뒤", "in 3 hours"),
    ],
)
def test_how_long_ago_is_told_in_its_largest_unit(gap: timedelta, ko: str, en: str) -> None:
    with clock.stopped(NOW):
        assert ago(NOW - gap) == ko
        with spoken("en"):
            assert ago(NOW - gap) == en


def test_a_state_is_a_chip_in_the_readers_language() -> None:
    assert chip(PartnerState.warned) == Markup('<span class="chip warn" data-state="warned">경고</span>')
    with spoken("en"):
        assert "Warned" in chip(PartnerState.warned)
        assert "Open" in chip("open", "TicketStatus")
    assert "&lt;b&gt;" in chip("<b>", "TicketStatus")
    assert chip(None) == "–"


def test_json_reads_as_lines_and_is_escaped() -> None:
    told = str(lines({"status": "open", "comment": {"body": "<b>안녕</b>", "public": True}, "tags": ["a", "b"]}))
    assert "<b>status</b> open" in told
    assert "&lt;b&gt;안녕&lt;/b&gt;" in told
    assert "예" in told
    assert lines({}) == "–"


@pytest.mark.parametrize("value", [object(), 1.5, b"\xff\xfe", ["<x>"], {"<k>": "<v>"}, "a\nb<c>", True, None, ""])
def test_anything_is_shown_without_markup_of_its_own(value: Any) -> None:
    told = shown(value)
    assert "<x>" not in str(told)
    assert "<k>" not in str(told)
    assert "<c>" not in str(told) or not isinstance(told, Markup)


def test_a_cell_of_a_file_keeps_numbers_and_tells_seconds() -> None:
    assert cell(480_000, name="amount_minor") == 480_000
    assert cell(1_250, name="amount_minor", currency="USD") == Decimal("12.50")
    assert cell(NOW) == "2026-11-22 14:05:30"
    assert cell(PartnerState.left) == "탈퇴"
    assert cell(Markup("<b>굵게</b>")) == "굵게"
    assert cell(None) == ""
    assert plain(["a", PartnerState.left]) == "a, 탈퇴"


def a_time(stands: datetime | None, typed: str) -> Any:
    field = SeoulTimeField().bind(form=None, name="at", _meta=_Meta())
    field.process(_Sent({"at": [typed]}), stands)
    return field


class _Meta:
    locales = False

    def get_translations(self, _form: object) -> None:
        return None

    def bind_field(self, form: object, field: Any, options: Any) -> Any:
        return field.bind(form, **options)


class _Sent(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_a_time_is_typed_in_seoul_and_kept_in_utc() -> None:
    assert a_time(None, "2026-11-22T14:05").data == datetime(2026, 11, 22, 5, 5, tzinfo=UTC)
    assert a_time(None, "2026-11-22 14:05").data == datetime(2026, 11, 22, 5, 5, tzinfo=UTC)
    assert a_time(None, "").data is None
    assert a_time(None, "어제").process_errors
    assert a_time(None, "0001-01-01T00:00").process_errors


def test_a_save_that_does_not_touch_a_time_keeps_its_seconds() -> None:
    assert a_time(NOW, "2026-11-22T14:05").data == NOW
    assert a_time(NOW, "2026-11-22T14:06").data == datetime(2026, 11, 22, 5, 6, tzinfo=UTC)
