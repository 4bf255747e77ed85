"""Times as Koreans write them, all the same moment in Seoul."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.desk.typed_time import read_time

AFTERNOON = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22 15:00",
        "2026-11-22 15:00:00",
        "2026-11-22T15:00",
        "2026/11/22 15:00",
        "2026.11.22 15:00",
        "2026. 11. 22. 15:00",
        "2026. 11. 22. 오후 3:00",
        "2026. 11. 22 (일) 오후 3시",
        "2026년 11월 22일 15시",
        "2026년 11월 22일 일요일 오후 3시 0분",
        "26.11.22 15:00",
        "26-11-22 3:00 PM",
        "2026-11-22 03:00 p.m.",
        "２０２６-１１-２２ １５:００",
        "2026-11-22T15:00:00+09:00",
        "2026-11-22T06:00:00Z",
    ],
)
def test_a_time_is_read_however_it_is_written(typed: str) -> None:
    assert read_time(typed) == AFTERNOON


def test_midnight_and_noon_by_halves_of_the_day() -> None:
    assert read_time("2026-11-22 오전 12:30") == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert read_time("2026-11-22 오후 12:30:15") == datetime(2026, 11, 22, 3, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    ["", "2026-11-22", "내일", "2026-02-30 10:00", "2026-13-01 10:00", "2026-11-22 25:00", "2026-11-22 10:61",
     "11/22 10:00", "0001-01-01 00:00", "9999-12-31T23:59:59-23:59", "2026-11-22 오전 15:00", "1" * 5000],
)  # fmt: skip
def test_what_is_no_time_or_not_whole_is_none(typed: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_time(typed)
