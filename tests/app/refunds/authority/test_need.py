"""Who must approve: the narrowest row that covers a case decides, and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.model import Role
from app.refunds.authority.need import APPROVING, Asked, Given, Row, Spending, need

ALL, MONEY = frozenset(APPROVING), frozenset({Role.finance, Role.admin})
SMALL = Row(Spending.refund, "KRW", 500_000, 0, 1, ALL)
TABLE = (
    Row(Spending.refund, "KRW", None, None, 2, ALL, MONEY),
    SMALL,
    Row(Spending.compensation, "KRW", 50_000, None, 1, ALL),
)
MANAGER, OTHER = Given(1, "하늘", Role.ops_manager), Given(2, "도현", Role.ops_manager)
FINANCE = Given(3, "민지", Role.finance)


def asked(amount: int, due: int | None = None, **change: object) -> Asked:
    return replace(Asked(Spending.refund, "KRW", amount, amount if due is None else due), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "due", "people"),
    [(1, 1, 1), (500_000, 500_000, 1), (500_001, 900_000, 2), (30_000, 29_999, 2), (10, 0, 2)],
)
def test_amount_and_distance_from_the_policy_decide(amount: int, due: int, people: int) -> None:
    found = need(asked(amount, due), TABLE)
    assert found.approvers == people
    assert found.one_of == (MONEY if people == 2 else frozenset())


def test_so_many_percent_above_are_counted_exactly() -> None:
    table = (replace(SMALL, above_percent=20), TABLE[0])
    assert need(asked(12_000, 10_000), table).approvers == 1
    assert need(asked(12_001, 10_000), table).approvers == 2


def test_what_no_row_covers_is_held_by_the_strictest() -> None:
    for case in (asked(1, currency="USD"), asked(60_000, spending=Spending.compensation)):
        found = need(case, TABLE)
        assert (found.approvers, found.roles, found.one_of) == (2, ALL, MONEY)
        assert "가장 엄격" in found.why.ko
    assert need(asked(1), ()).approvers == 2


def test_of_two_as_wide_the_one_that_asks_for_more_decides() -> None:
    assert need(asked(1), (SMALL, replace(SMALL, approvers=2))).approvers == 2


@given(st.permutations(TABLE), st.integers(1, 10**7), st.integers(0, 10**7))
def test_the_order_of_the_rows_says_nothing(table: list[Row], amount: int, due: int) -> None:
    assert need(asked(amount, due), table) == need(asked(amount, due), TABLE)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_money_or_more_above_never_needs_fewer(amount: int, due: int, more: int) -> None:
    assert need(asked(amount + more, due), TABLE).approvers >= need(asked(amount, due), TABLE).approvers


def test_the_last_of_two_is_of_finance_where_the_first_was_not() -> None:
    two = need(asked(600_000), TABLE)
    assert two.open_for([]) == ALL
    assert two.open_for([MANAGER]) == MONEY
    assert two.open_for([MANAGER, OTHER]) == MONEY, "two of operations are not enough, however many they are"
    assert two.open_for([FINANCE]) == ALL
    assert two.open_for([FINANCE, OTHER]) == frozenset()
    assert two.missing_words([FINANCE, OTHER]) is None


def test_it_says_who_and_why_in_both_languages() -> None:
    two = need(asked(620_000, 520_000), TABLE)
    assert (two.words.ko, two.words.en) == (
        "관리자·운영 매니저·재무 두 사람, 그중 한 사람은 관리자·재무",
        "two people: admin or operations manager or finance; one of them admin or finance",
    )
    assert "모두 ₩620,000, 정책 금액 ₩520,000보다 ₩100,000 많음" in two.why.ko
    assert "In all ₩620,000 goes out of this booking, ₩100,000 above the policy’s ₩520,000" in two.why.en
    assert str(two.missing_words([MANAGER])) == "관리자·재무 한 사람이 더 승인해야 합니다."


def test_a_row_that_lets_nobody_approve_is_none() -> None:
    for people, roles in ((0, ALL), (3, ALL), (1, frozenset[Role]())):
        with pytest.raises(ValueError, match="one or two"):
            replace(SMALL, approvers=people, roles=roles)
