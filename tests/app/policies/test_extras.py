"""What terms say beside tiers by time: read whole or refused with the place named, and told as sentences."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Refusal
from app.policies.sentences import differences, sentences
from app.policies.terms import Terms, read_terms
from app.policies.terms_field import BLANK, typed_in
from tests.app.policies.test_admin import table
from tests.marketplace import CLEANING, FIRST_MONTH, WHOLE_RENT

EXTRAS: dict[str, Any] = {
    "kept_fees": [{"ko": "입주 청소비", "en": "Move-in cleaning", "minor": 70_000, "below": 8, "clause": "§7"}],
    "caps": [
        {"of": "kept", "bound": "at_most", "minor": None, "percent": 80, "clause": "§8"},
        {"of": "back", "bound": "at_least", "minor": 10_000, "percent": None, "clause": "§8"},
    ],
    "early_exit": {
        "notice_days": 30,
        "unused_percent": 100,
        "penalty_of": "first_period",
        "penalty_percent": 100,
        "clause": "§9",
    },
    "no_show": {"customer": 0, "partner": 100, "clause": "§10"},
    "instead": [{"trouble": "poor_quality", "give": "credit", "percent": 120, "within_hours": 72, "clause": "§11"}],
}
WHOLE: dict[str, Any] = {**FIRST_MONTH, **EXTRAS, "form": 2}


def test_they_come_out_of_json_as_they_went_in() -> None:
    read = read_terms(WHOLE)
    assert read.form == 2
    assert read.to_json() == WHOLE
    assert read_terms(read.to_json()) == read


@pytest.mark.parametrize("terms", [WHOLE_RENT, FIRST_MONTH, CLEANING])
def test_terms_without_them_stay_in_form_1(terms: dict[str, Any]) -> None:
    told = read_terms(terms).to_json()
    assert told["form"] == 1
    assert not set(EXTRAS) & set(told)
    unformed = {key: value for key, value in terms.items() if key != "form"}
    assert read_terms(unformed).to_json() == told


@pytest.mark.parametrize("name", EXTRAS)
def test_form_1_does_not_know_them(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_terms({**FIRST_MONTH, name: EXTRAS[name]})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("change", "field", "ko", "en"),
    [
        ({"kept_fees": [{"ko": "청소비", "en": "", "minor": 1}]}, "kept_fees[0].en", "두 언어", "both languages"),
        ({"kept_fees": [{"ko": "청소비", "en": "Cleaning", "minor": "많이"}]}, "kept_fees[0].minor", "정수", "whole"),
        ({"kept_fees": ["청소비"]}, "kept_fees[0]", "1번째 행", "Row 1"),
        ({"caps": [{"of": "kept", "bound": "at_most"}]}, "caps[0].minor", "하나만", "or a percentage"),
        ({"caps": [{"of": "kept", "bound": "at_most", "minor": 1, "percent": 1}]}, "caps[0].minor", "하나만", "or a"),
        ({"caps": [{"of": "all", "bound": "at_most", "minor": 1}]}, "caps[0].of", "가운데 하나", "one of"),
        ({"caps": [{"of": "kept", "bound": "at_most", "minor": 1}] * 2}, "caps[1]", "둘", "two caps"),
        (
            {
                "caps": [
                    {"of": "kept", "bound": "at_most", "percent": 10},
                    {"of": "kept", "bound": "at_least", "percent": "10.01"},
                ]
            },
            "caps",
            "하한이 상한보다",
            "floor is above",
        ),
        ({"early_exit": "한 달"}, "early_exit", "중도 퇴실", "Early move-out"),
        ({"early_exit": {"unused_percent": 100}}, "early_exit.notice_days", "정수", "whole"),
        (
            {"early_exit": {**EXTRAS["early_exit"], "penalty_percent": 1201}},
            "early_exit.penalty_percent",
            "1200까지",
            "0 to 1200",
        ),
        ({"early_exit": {**EXTRAS["early_exit"], "penalty_of": "rent"}}, "early_exit.penalty_of", "하나", "one of"),
        ({"no_show": {"customer": 101}}, "no_show.customer", "0에서 100", "0 to 100"),
        ({"no_show": []}, "no_show", "노쇼", "No-show"),
        ({"instead": [{"trouble": "poor_quality", "give": "credit"}]}, "instead[0].percent", "비율을", "percentage"),
        (
            {"instead": [{"trouble": "poor_quality", "give": "reclean", "percent": 5}]},
            "instead[0].percent",
            "재청소에는",
            "re-clean",
        ),
        ({"instead": [{"trouble": "rain", "give": "reclean"}]}, "instead[0].trouble", "하나", "one of"),
        ({"instead": [{"trouble": "poor_quality", "give": "reclean"}] * 2}, "instead[1]", "둘", "twice"),
        ({"tiers": [{"at_least": 0, "percent": 5, "fixed_minor": -1}]}, "tiers[0].fixed_minor", "정수", "whole"),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(change: dict[str, Any], field: str, ko: str, en: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_terms({**WHOLE, **change})
    assert refused.value.field == field
    assert ko in refused.value.words.ko
    assert en in refused.value.words.en


_json = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_rows = st.lists(
    st.dictionaries(st.sampled_from(["of", "bound", "minor", "percent", "ko", "en", "give"]), _json), max_size=2
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(EXTRAS, _json | _rows)))
def test_whatever_json_it_is_terms_come_out_or_a_refusal(change: dict[str, Any]) -> None:
    with suppress(Refusal):
        assert isinstance(read_terms({**WHOLE, **change}), Terms)


def test_they_are_told_as_sentences_in_both_languages() -> None:
    told = {one.when.ko: one for one in sentences(read_terms(WHOLE))}
    assert told["입주 청소비 공제"].what.ko == "70,000 (8일 미만 전 취소부터)"
    assert told["공제 상한"].what.en == "80% of the first period's price"
    assert told["환불 하한"].what.ko == "10,000"
    exit_told = told["중도 퇴실"]
    assert (
        exit_told.what.ko == "통보 30일 뒤부터 쓰지 않은 날 금액의 100% 환불, 위약금 첫 기간 금액(한 달 임대료)의 100%"
    )
    assert "less a penalty of 100% of the first period's price (a month's rent)" in exit_told.what.en
    assert told["고객 노쇼"].what.en == "0% of the first period's price goes back"
    assert told["파트너 미도착"].what.ko == "결제 금액의 100% 환불"
    offer = told["품질 미흡: 환불 대신 크레딧"]
    assert (offer.what.ko, offer.when.en) == ("환불액의 120%, 72시간 안", "Poor quality: a credit instead of money")
    assert offer.clause == "§11"


def test_what_comes_and_goes_is_a_difference() -> None:
    found = differences(sentences(read_terms(FIRST_MONTH)), sentences(read_terms(WHOLE)))
    assert {one.about.ko for one in found if one.was is None} >= {"입주 청소비 공제", "중도 퇴실", "공제 상한"}
    fixed = [dict(row, fixed_minor=5_000) if row["at_least"] == 0 else row for row in FIRST_MONTH["tiers"]]
    changed = differences(
        sentences(read_terms(FIRST_MONTH)), sentences(read_terms({**FIRST_MONTH, "form": 2, "tiers": fixed}))
    )
    assert [one.now.ko for one in changed if one.now] == [
        "첫 기간 금액의 100% 공제 (환불 없음), 정액 5,000 공제 (§4.3)"
    ]


def test_of_an_empty_form_the_missing_tiers_are_told_first() -> None:
    for raw in (BLANK, typed_in({})):
        with pytest.raises(Refusal) as refused:
            read_terms({**raw, "base": "total", "unit": "days", "percent_is": "kept", "after_start": 100})
        assert refused.value.field == "tiers"


def test_the_form_says_what_the_terms_say() -> None:
    sent: dict[str, str] = {}
    for at, row in enumerate(WHOLE["kept_fees"]):
        sent |= {f"kept_fees-{at}-{key}": f"{value:,}" if key == "minor" else str(value) for key, value in row.items()}
    for at, row in enumerate(WHOLE["caps"]):
        sent[f"caps-{at}-kind"] = f"{row['of']}:{row['bound']}"
        sent |= {f"caps-{at}-{key}": str(row[key] or "") for key in ("minor", "percent", "clause")}
    sent["caps-7-kind"] = "kept:at_least"
    for at, row in enumerate(WHOLE["instead"]):
        sent[f"instead-{at}-kind"] = f"{row['trouble']}:{row['give']}"
        sent |= {f"instead-{at}-{key}": str(row[key]) for key in ("percent", "within_hours", "clause")}
    sent["instead-7-kind"] = "poor_quality:reclean"
    sent |= {f"early_exit-{key}": str(value) for key, value in WHOLE["early_exit"].items()}
    sent |= {f"no_show-{key}": str(value) for key, value in WHOLE["no_show"].items()}
    inputs = {key.removeprefix("terms-"): value for key, value in table(FIRST_MONTH, **sent).items()}
    assert read_terms(typed_in(inputs)) == read_terms(WHOLE)
