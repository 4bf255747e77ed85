"""Whether somebody may work on a day is worked out from what was brought, to the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.partners.fitness import (
    DAY,
    Check,
    Finding,
    Fit,
    Need,
    Paper,
    Span,
    contract,
    fit_until,
    insurance,
    look,
    notice_due,
    plus_months,
    unfit_from,
)
from app.words import say

ON = date(2026, 12, 1)
NEED = Need("1", say("건강진단서", "Health"), say("발급본", "Issued"), months=12)


def span(start: int, end: int | None) -> Span:
    """Days from ON."""
    return Span(ON + DAY * start, None if end is None else ON + DAY * end)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 30), 24, date(2028, 5, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert plus_months(day, months) == then


@pytest.mark.parametrize(
    ("spans", "fit", "until"),
    [
        ([span(-365, 0)], Fit.met, ON),
        ([span(0, 10)], Fit.met, ON + DAY * 10),
        ([span(-365, -1)], Fit.expired, ON - DAY),
        ([span(1, 10)], Fit.missing, None),
        ([], Fit.missing, None),
        ([span(-10, 3), span(4, 20)], Fit.met, ON + DAY * 20),
        ([span(4, 20), span(-10, 3), span(15, 40)], Fit.met, ON + DAY * 40),
        ([span(-10, 3), span(5, 20)], Fit.met, ON + DAY * 3),
        ([span(-10, 3), span(2, None)], Fit.met, None),
    ],
)
def test_insurance_lasts_to_the_first_gap(spans: list[Span], fit: Fit, until: date | None) -> None:
    found = insurance(spans, ON)
    assert (found.fit, found.until) == (fit, until)


@pytest.mark.parametrize(
    ("checks", "fit", "until"),
    [
        ([], Fit.missing, None),
        ([Check("1", None)], Fit.missing, None),
        ([Check("1", passed=False, checked_on=ON)], Fit.missing, None),
        ([Check("2", passed=True, checked_on=ON)], Fit.missing, None),
        ([Check("1", passed=True)], Fit.missing, None),
        ([Check("1", passed=True, checked_on=ON + DAY)], Fit.missing, None),
        ([Check("1", passed=True, checked_on=date(2025, 12, 1))], Fit.met, ON),
        ([Check("1", passed=True, checked_on=date(2025, 11, 30))], Fit.expired, ON - DAY),
        ([Check("1", passed=True, checked_on=date(2025, 6, 1), expires_on=ON)], Fit.met, ON),
        ([Check("1", True, date(2024, 1, 1)), Check("1", True, date(2026, 1, 1))], Fit.met, date(2027, 1, 1)),
        ([Check("1", True, date(2026, 1, 1)), Check("1", False, date(2026, 2, 1))], Fit.missing, None),
        ([Check("1", False, date(2026, 1, 1)), Check("1", True, date(2026, 2, 1))], Fit.met, date(2027, 2, 1)),
    ],
)
def test_a_check_holds_for_its_months_and_a_later_failure_ends_it(
    checks: list[Check], fit: Fit, until: date | None
) -> None:
    found = look(NEED, checks, [], ON)
    assert (found.fit, found.until) == (fit, until)


@pytest.mark.parametrize(
    ("papers", "fit", "until"),
    [
        ([], Fit.missing, None),
        ([Paper("2")], Fit.missing, None),
        ([Paper("1")], Fit.met, date(2027, 6, 1)),
        ([Paper("1", ON)], Fit.met, ON),
        ([Paper("1", ON - DAY)], Fit.expired, ON - DAY),
        ([Paper("1", ON - DAY), Paper("1", ON + DAY)], Fit.met, ON + DAY),
    ],
)
def test_where_a_document_is_asked_for_both_must_hold(papers: list[Paper], fit: Fit, until: date | None) -> None:
    need = Need("1", NEED.name, NEED.proof, needs_document=True, months=12)
    found = look(need, [Check("1", passed=True, checked_on=date(2026, 6, 1))], papers, ON)
    assert (found.fit, found.until) == (fit, until)


def test_a_vendors_contract_holds_on_both_its_days_and_ends_with_the_business() -> None:
    held = Span(ON, ON)
    assert contract("가나", held, ON, is_active=True).fit is Fit.met
    assert contract("가나", held, ON + DAY, is_active=True).fit is Fit.expired
    assert contract("가나", held, ON - DAY, is_active=True).fit is Fit.missing
    assert contract("가나", held, ON, is_active=False).fit is Fit.missing


def test_the_first_end_counts_and_what_never_was_counts_from_today() -> None:
    def found(fit: Fit, until: date | None) -> Finding:
        return Finding("1", NEED.name, fit, until, NEED.proof)

    both = [found(Fit.met, ON + DAY * 9), found(Fit.met, ON + DAY * 3), found(Fit.met, None)]
    assert fit_until(both) == ON + DAY * 3
    assert fit_until([found(Fit.met, None)]) is None
    assert unfit_from([found(Fit.expired, ON - DAY * 3), found(Fit.missing, None)], ON) == ON - DAY * 2
    assert unfit_from([found(Fit.missing, None)], ON) == ON


@pytest.mark.parametrize(
    ("left", "told", "due"),
    [
        (31, set(), None),
        (30, set(), 30),
        (30, {30}, None),
        (8, {30}, None),
        (7, {30}, 7),
        (5, {30}, 7),  # nobody looked on the seventh day
        (5, {30, 7}, None),
        (3, set(), 7),  # entered late: one notice, not two
        (1, {7}, 1),
        (0, {30, 7}, 1),
        (0, {1}, None),
        (5, {1}, None),
        (-1, set(), None),
    ],
)
def test_each_end_is_told_of_thirty_seven_and_one_day_before_once(left: int, told: set[int], due: int | None) -> None:
    assert notice_due(ON + timedelta(days=left), ON, frozenset(told)) == due
