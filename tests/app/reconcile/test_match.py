"""Their refunds beside ours: each matches one, and what differs is told by its kind. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.reconcile.match import GRACE, Matched, Ours, Theirs, match, missing
from app.reconcile.model import DifferenceKind
from app.reconcile.statement import read_statement
from app.refunds.model import RefundState

AT = datetime(2026, 9, 1, tzinfo=UTC)
NOW = AT + GRACE


def theirs(**change: Any) -> Theirs:
    facts: dict[str, Any] = {"id": 1, "key": "k-1", "reference": "re_1", "payment": "pay_1", "minor": 100, "at": AT}
    return Theirs(**{**facts, "currency": "KRW", **change})


def ours(**change: Any) -> Ours:
    facts: dict[str, Any] = {"id": 7, "ref": "R-7", "key": "k-1", "reference": "re_1", "payment": "pay_1", "minor": 100}
    return Ours(**{**facts, "currency": "KRW", "state": RefundState.paid, **change})


def kinds(matched: Matched) -> list[DifferenceKind]:
    return [one.kind for one in matched.found]


def test_the_same_refund_is_a_pair_and_no_difference() -> None:
    assert match([theirs()], [ours()], {}, NOW) == Matched({1: 7}, [])


@pytest.mark.parametrize("of_theirs", [{"key": None}, {"key": "another"}])
def test_without_our_key_it_is_known_by_the_providers_number(of_theirs: dict[str, Any]) -> None:
    assert match([theirs(**of_theirs)], [ours()], {}, NOW).pairs == {1: 7}


@pytest.mark.parametrize(
    ("of_theirs", "of_ours", "kind"),
    [
        ({"key": None, "reference": "re_9"}, {}, DifferenceKind.unknown_here),
        ({"minor": 90}, {}, DifferenceKind.other_amount),
        ({"currency": "USD"}, {}, DifferenceKind.other_currency),
        ({"payment": "pay_2"}, {}, DifferenceKind.other_payment),
        ({}, {"state": RefundState.cancelled}, DifferenceKind.not_paid_here),
        ({}, {"state": RefundState.failed}, DifferenceKind.not_paid_here),
        ({}, {"state": RefundState.unknown}, DifferenceKind.not_paid_here),
    ],
)
def test_what_differs_is_told_by_its_kind(
    of_theirs: dict[str, Any], of_ours: dict[str, Any], kind: DifferenceKind
) -> None:
    assert kinds(match([theirs(**of_theirs)], [ours(**of_ours)], {}, NOW)) == [kind]


@pytest.mark.parametrize("state", [RefundState.paying, RefundState.unknown])
def test_what_a_worker_is_still_writing_down_is_no_difference_for_half_an_hour(state: RefundState) -> None:
    matched = match([theirs()], [ours(state=state)], {}, NOW - timedelta(seconds=1))
    assert (matched.pairs, matched.found) == ({1: 7}, [])


def test_a_second_one_for_the_same_refund_is_told_whichever_came_first_in_the_list() -> None:
    second = theirs(id=2, reference="re_2", at=AT + timedelta(minutes=1))
    matched = match([second, theirs()], [ours()], {}, NOW)
    assert (matched.pairs, kinds(matched)) == ({1: 7}, [DifferenceKind.twice])
    assert matched.found[0].theirs == 2


def test_what_was_matched_before_stays_matched() -> None:
    matched = match([theirs(id=2, reference="re_2")], [ours()], {7: 1}, NOW)
    assert (matched.pairs, kinds(matched)) == ({}, [DifferenceKind.twice])


def test_what_the_provider_never_told_of_is_missing_there() -> None:
    found = missing([ours()])
    assert [(one.kind, one.ours) for one in found] == [(DifferenceKind.unknown_there, 7)]
    assert found[0].open_key == "unknown_there:refund:7"


@given(some.lists(some.tuples(some.integers(0, 5), some.integers(0, 5)), max_size=20))
def test_each_of_either_side_is_matched_at_most_once(rows: list[tuple[int, int]]) -> None:
    told = [theirs(id=at, key=f"k-{key}", reference=f"re_{ref}:{at}") for at, (key, ref) in enumerate(rows)]
    mine = [ours(id=at, key=f"k-{at}", reference=None) for at in range(4)]
    matched = match(told, mine, {}, NOW)
    assert len(set(matched.pairs.values())) == len(matched.pairs)
    unpaired = {one.theirs for one in matched.found if one.kind in {DifferenceKind.twice, DifferenceKind.unknown_here}}
    assert unpaired | set(matched.pairs) == {one.id for one in told}


HEAD = "reference,key,payment,amount,currency,time\n"


def test_a_file_is_read_oldest_first_in_seouls_time_or_its_own() -> None:
    read = read_statement(
        "결제사 번호,키,결제 번호,금액,통화,시각\n"
        "re_2,,pay_2,12.50,USD,2026-09-01T09:00:00+00:00\n"
        're_1,k-1,pay_1,"120,000",,2026-09-01 09:00:00\n'
    )
    assert read.faults == ()
    assert [(one.reference, one.key, one.minor, one.currency) for one in read.rows] == [
        ("re_1", "k-1", 120_000, "KRW"),
        ("re_2", None, 1250, "USD"),
    ]
    assert (read.since.hour, read.until.hour) == (0, 9)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("amount,time\n1,2", 1, "reference"),
        (HEAD + "re_1,k,,100,KRW,2026-09-01 09:00", 2, "payment"),
        (HEAD + "re_1,k,pay,백원,KRW,2026-09-01 09:00", 2, "백원"),
        (HEAD + "re_1,k,pay,0,KRW,2026-09-01 09:00", 2, "0보다"),
        (HEAD + "re_1,k,pay,1.5,KRW,2026-09-01 09:00", 2, "KRW"),
        (HEAD + "re_1,k,pay,15,XXX,2026-09-01 09:00", 2, "XXX"),
        (HEAD + "re_1,k,pay,15,KRW,어제", 2, "어제"),
        (HEAD + "re_1,k,pay,15,KRW,0001-01-01 00:00", 2, "0001"),
        (HEAD + "re_1,k,pay,15,KRW,2026-09-01\nre_1,k,pay,15,KRW,2026-09-01", 3, "두 번"),
        (HEAD + f"{'r' * 300},k,pay,15,KRW,2026-09-01", 2, "reference"),
        ("\x00,\n", 1, "reference"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, line: int, words: str) -> None:
    faults = read_statement(text).faults
    assert [fault.line for fault in faults] == [line]
    assert words in faults[0].words.ko


@given(some.text(max_size=200))
def test_whatever_is_in_a_file_it_is_answered(text: str) -> None:
    read_statement(text)
    read_statement(HEAD + text)
