"""Terms are whole, or refused with the place named."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.policies.terms import Terms, read_terms
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT


def with_tiers(*tiers: tuple[object, object, object]) -> dict[str, Any]:
    rows = [{"at_least": low, "below": high, "percent": percent} for low, high, percent in tiers]
    return {**FIRST_MONTH, "tiers": rows}


@pytest.mark.parametrize("terms", [WHOLE_RENT, FIRST_MONTH, CLEANING])
def test_terms_come_out_of_json_as_they_went_in(terms: dict[str, Any]) -> None:
    read = read_terms(terms)
    assert read_terms(read.to_json()) == read


def test_tiers_are_sorted_from_far_to_near() -> None:
    terms = read_terms(with_tiers((0, 7, 90), (31, None, 0), (7, 31, 50)))
    assert [tier.at_least for tier in terms.tiers] == [31, 7, 0]


@pytest.mark.parametrize(
    ("tiers", "field", "ko", "en"),
    [
        (
            [(30, None, 0), (0, 8, 50)],
            "tiers",
            "8~30일 전 구간이 비어 있습니다.",
            "Nothing covers 8 to 30 days before.",
        ),
        (
            [(30, None, 0), (0, 35, 50)],
            "tiers",
            "30~35일 전 구간이 겹칩니다.",
            "Two tiers overlap from 30 to 35 days before.",
        ),
        ([(30, None, 0), (4, 30, 50)], "tiers", "0~4일 전 구간이 비어 있습니다.", "Nothing covers 0 to 4 days before."),
        ([(0, 60, 50)], "tiers", "60일 이상 전 구간이 비어 있습니다.", "Nothing covers 60 days or more before."),
        ([(7, None, 0), (3, 5, 9), (1, 7, 50), (0, 1, 99)], "tiers", "3~7일 전 구간이 겹칩니다.", "from 3 to 7 days"),
        ([(30, None, 0), (0, None, 50)], "tiers", "30~∞일 전 구간이 겹칩니다.", "overlap from 30 to ∞"),
        ([], "tiers", "구간이 하나도 없습니다.", "There is no tier."),
        ([(30, None, 0), (8, 8, 50), (0, 8, 1)], "tiers[1].below", "2번째 구간", "Tier 2"),
        ([(30, None, 101), (0, 30, 50)], "tiers[0].percent", "0에서 100", "0 to 100"),
        ([(30, None, "half"), (0, 30, 50)], "tiers[0].percent", "0에서 100", "0 to 100"),
        ([(30, None, 10.125), (0, 30, 50)], "tiers[0].percent", "0에서 100", "0 to 100"),
        ([(30, None, True), (0, 30, 50)], "tiers[0].percent", "0에서 100", "0 to 100"),
        ([(-1, None, 0), (0, 30, 50)], "tiers[0].at_least", "정수", "whole number"),
        ([("x", None, 0), (0, 30, 50)], "tiers[0].at_least", "정수", "whole number"),
    ],
)
def test_wrong_tiers_are_refused_with_their_place_named(
    tiers: list[tuple[object, object, object]], field: str, ko: str, en: str
) -> None:
    with pytest.raises(Refusal) as refused:
        read_terms(with_tiers(*tiers))
    assert refused.value.field == field
    assert ko in refused.value.words.ko
    assert en in refused.value.words.en


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base": "rent"}, "base"),
        ({"unit": "weeks"}, "unit"),
        ({"percent_is": "lost"}, "percent_is"),
        ({"clock": "25:00"}, "clock"),
        ({"clock": {}}, "clock"),
        ({"after_start": None}, "after_start"),
        ({"service_fee_at_least": "soon"}, "service_fee_at_least"),
        ({"fixed_fee_minor": -1}, "fixed_fee_minor"),
        ({"faults": {"customer": 100}}, "faults"),
        ({"faults": {"partner": 120}}, "faults.partner"),
        ({"late": [{"minutes": 10, "percent": 5}, {"minutes": 10, "percent": 9}]}, "late"),
        ({"clauses": {"nowhere": "1"}}, "clauses"),
        ({"tiers": "all"}, "tiers"),
        ({"tiers": ["all"]}, "tiers[0]"),
        ({"surprise": 1}, "surprise"),
        ({"form": 3}, "form"),
    ],
)
def test_a_wrong_item_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_terms({**FIRST_MONTH, **change})
    assert refused.value.field == field


@pytest.mark.parametrize("raw", [None, [], "terms", 7])
def test_what_is_no_object_is_refused(raw: object) -> None:
    with pytest.raises(Refusal):
        read_terms(raw)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIRST_MONTH, _json)))
def test_whatever_json_it_is_terms_come_out_or_a_refusal(change: dict[str, Any]) -> None:
    with suppress(Refusal):
        assert isinstance(read_terms({**FIRST_MONTH, **change}), Terms)
