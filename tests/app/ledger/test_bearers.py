"""Shares sum to the whole, their parts to the amount; what is no share is refused in words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Refusal
from app.ledger.bearers import WHOLE, Bearer, Bearing, Share, by_fault, read_bearing, typed_bearing
from app.policies.terms import Fault

CUTS = some.lists(some.integers(1, WHOLE - 1), max_size=3, unique=True)


def bearing(*points: int) -> Bearing:
    return Bearing(
        tuple(
            Share(one, part, "C-1" if one is Bearer.insurer else "") for one, part in zip(Bearer, points, strict=False)
        )
    )


@given(cuts=CUTS, minor=some.integers(1, 10**15))
def test_the_parts_sum_to_the_amount_exactly(cuts: list[int], minor: int) -> None:
    edges = [0, *sorted(cuts), WHOLE]
    points = [after - before for before, after in pairwise(edges)]
    parts = bearing(*points).parts(minor)
    assert sum(part for _, part in parts) == minor
    assert all(abs(part - minor * share.points / WHOLE) < 1 + minor / 10**14 for share, part in parts)


def test_seventy_and_thirty_of_a_hundred_and_one_won() -> None:
    shares = typed_bearing({Bearer.partner: "70", Bearer.platform: "30"}, "")
    assert [(share.bearer, share.percent, part) for share, part in shares.parts(101)] == [
        (Bearer.partner, "70", 71),
        (Bearer.platform, "30", 30),
    ]
    assert read_bearing(shares.to_json()) == shares


@pytest.mark.parametrize(
    ("percents", "claim", "field", "words"),
    [
        ({Bearer.partner: "70", Bearer.platform: "20"}, "", "shares", "90.00%"),
        ({Bearer.partner: "70", Bearer.platform: "40"}, "", "shares", "110.00%"),
        ({}, "", "shares", "0.00%"),
        ({Bearer.partner: "일흔"}, "", "shares", "일흔"),
        ({Bearer.partner: "33.333"}, "", "shares", "33.333"),
        ({Bearer.partner: "-5", Bearer.platform: "105"}, "", "shares", "-5"),
        ({Bearer.partner: "NaN"}, "", "shares", "NaN"),
        ({Bearer.partner: "1e9"}, "", "shares", "1e9"),
        ({Bearer.insurer: "100"}, " ", "claim", "접수 번호"),
    ],
)
def test_what_is_no_whole_is_refused_at_its_field(
    percents: dict[Bearer, str], claim: str, field: str, words: str
) -> None:
    with pytest.raises(Refusal) as refused:
        typed_bearing(percents, claim)
    assert refused.value.field == field
    assert words in refused.value.words.ko


def test_nobody_bears_twice() -> None:
    with pytest.raises(Refusal):
        Bearing((Share(Bearer.partner, 5000), Share(Bearer.partner, 5000)))


@pytest.mark.parametrize(
    ("fault", "has_partner", "bearer"),
    [
        (Fault.customer, True, Bearer.customer),
        (Fault.partner, True, Bearer.partner),
        (Fault.partner, False, Bearer.platform),
        (Fault.platform, True, Bearer.platform),
        (Fault.force_majeure, True, Bearer.platform),
    ],
)
def test_by_default_it_is_borne_by_whose_fault_it_is(fault: Fault, has_partner: bool, bearer: Bearer) -> None:
    assert by_fault(fault, has_partner=has_partner) == Bearing((Share(bearer, WHOLE),))


def test_a_refund_of_before_shares_were_kept_is_the_platforms() -> None:
    assert read_bearing(None) == by_fault(Fault.platform, has_partner=True)
