"""Whether a partner may work on a day, and until when: each need with what was brought for it. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.words import Words, say

INSURANCE, CONTRACT = "insurance", "contract"
NOTICES = (30, 7, 1)
DAY = timedelta(days=1)


class Fit(StrEnum):
    met = "met"
    missing = "missing"
    expired = "expired"


@dataclass(frozen=True, slots=True)
class Need:
    """One criterion that binds. `months`: for how long a check of it holds; None is for ever."""

    key: str
    name: Words
    proof: Words
    needs_document: bool = False
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One look at a need. `passed` None: not decided yet. `expires_on` goes before what the months would say."""

    key: str
    passed: bool | None
    checked_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that proves a need; `ends_on` None is for ever."""

    key: str
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Both days included; an end of None is for ever."""

    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`until`: the last day on which it is met, or was; None where nothing ends it, or nothing began."""

    key: str
    name: Words
    fit: Fit
    until: date | None
    why: Words
    proof: Words | None = None


def plus_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def covered_until(spans: Sequence[Span], on: date) -> Span | None:
    """From `on` to the last day without a gap; None when that day is not covered."""
    here = [span for span in spans if span.starts_on <= on and (span.ends_on is None or span.ends_on >= on)]
    if not here:
        return None
    last = _latest([span.ends_on for span in here])
    for span in sorted(spans, key=lambda one: one.starts_on):
        if last is not None and span.starts_on <= last + DAY and (span.ends_on is None or span.ends_on > last):
            last = span.ends_on
    return Span(on, last)


def insurance(spans: Sequence[Span], on: date) -> Finding:
    name = say("보험", "Insurance")
    held = covered_until(spans, on)
    if held is not None:
        return Finding(INSURANCE, name, Fit.met, held.ends_on, _until(held.ends_on))
    past = [span.ends_on for span in spans if span.ends_on is not None and span.ends_on < on]
    if past:
        return Finding(INSURANCE, name, Fit.expired, max(past), _ended(max(past)))
    begins = min((span.starts_on for span in spans), default=None)
    why = say("등록된 보험이 없습니다", "no insurance is entered")
    if begins is not None:
        why = say("{day}에야 시작합니다", "it begins only on {day}").fill(day=begins.isoformat())
    return Finding(INSURANCE, name, Fit.missing, None, why)


def contract(vendor: str, span: Span, on: date, *, is_active: bool) -> Finding:
    """Of the company that a partner comes from."""
    name = say("협력사 「{vendor}」 계약", "Contract of “{vendor}”").fill(vendor=vendor)
    if not is_active:
        why = say("거래가 끝난 협력사입니다", "we no longer work with this vendor")
        return Finding(CONTRACT, name, Fit.missing, None, why)
    if span.starts_on > on:
        why = say("{day}에야 시작합니다", "it begins only on {day}").fill(day=span.starts_on.isoformat())
        return Finding(CONTRACT, name, Fit.missing, None, why)
    if span.ends_on is not None and span.ends_on < on:
        return Finding(CONTRACT, name, Fit.expired, span.ends_on, _ended(span.ends_on))
    return Finding(CONTRACT, name, Fit.met, span.ends_on, _until(span.ends_on))


def look(need: Need, checks: Sequence[Check], papers: Sequence[Paper], on: date) -> Finding:
    """The best check that was passed counts, unless a later one failed; a document that is asked for must hold, too."""
    mine = [one for one in checks if one.key == need.key]
    passed = [one for one in mine if one.passed and (one.checked_on is None or one.checked_on <= on)]
    newest_fail = max((one.checked_on or date.min for one in mine if one.passed is False), default=None)
    if newest_fail is not None:
        passed = [one for one in passed if (one.checked_on or date.min) > newest_fail]
    if not passed:
        return _found(need, Fit.missing, None, _not_passed(mine))
    dated = [one for one in passed if need.months is None or one.checked_on or one.expires_on]
    if not dated:
        why = say(
            "확인일이 없어 언제까지인지 알 수 없습니다", "no day of the check is entered, so nobody knows until when"
        )
        return _found(need, Fit.missing, None, why)
    until = _latest([_check_until(need, one) for one in dated])
    if until is not None and until < on:
        return _found(need, Fit.expired, until, _ended(until))
    return _with_paper(need, papers, until, on)


def _with_paper(need: Need, papers: Sequence[Paper], until: date | None, on: date) -> Finding:
    if not need.needs_document:
        return _found(need, Fit.met, until, _until(until))
    mine = [one.ends_on for one in papers if one.key == need.key]
    if not mine:
        return _found(need, Fit.missing, None, say("서류가 없습니다", "its document is missing"))
    last = _latest(mine)
    if last is not None and last < on:
        why = say("서류가 {day}에 끝났습니다", "its document ended on {day}").fill(day=last.isoformat())
        return _found(need, Fit.expired, last, why)
    ends = min((one for one in (until, last) if one is not None), default=None)
    return _found(need, Fit.met, ends, _until(ends))


def unfit(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.fit is not Fit.met]


def fit_until(findings: Sequence[Finding]) -> date | None:
    """The last day on which everything is met, as far as is entered; the last one that was, when something is not.
    None when nothing ends.
    """
    return min((one.until for one in findings if one.until is not None), default=None)


def unfit_from(findings: Sequence[Finding], on: date) -> date:
    """The first day of what is not met: the day after it ended, or `on` for what never began."""
    return min((one.until + DAY if one.until else on for one in unfit(findings)), default=on)


def notice_due(ends_on: date, on: date, told: frozenset[int]) -> int | None:
    """Which of 30, 7 or 1 days before the end is to be told of now: the nearest one that has come, once. What was
    missed on its own day is told later; what a nearer one makes stale is not.
    """
    left = (ends_on - on).days
    nearest = min((days for days in NOTICES if left <= days), default=None)
    if left < 0 or nearest is None or any(days <= nearest for days in told):
        return None
    return nearest


def _check_until(need: Need, check: Check) -> date | None:
    if check.expires_on is not None or need.months is None or check.checked_on is None:
        return check.expires_on
    return plus_months(check.checked_on, need.months)


def _latest(days: Sequence[date | None]) -> date | None:
    """None is for ever, and later than every day."""
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _not_passed(checks: Sequence[Check]) -> Words:
    if any(one.passed is False for one in checks):
        return say("통과하지 못했습니다", "it was not passed")
    if any(one.passed is None for one in checks):
        return say("아직 확인 중입니다", "it is still being checked")
    return say("확인한 기록이 없습니다", "nobody has checked it")


def _found(need: Need, fit: Fit, until: date | None, why: Words) -> Finding:
    return Finding(need.key, need.name, fit, until, why, need.proof)


def _until(day: date | None) -> Words:
    if day is None:
        return say("기한 없음", "no end")
    return say("{day}까지", "until {day}").fill(day=day.isoformat())


def _ended(day: date) -> Words:
    return say("{day}에 끝났습니다", "it ended on {day}").fill(day=day.isoformat())
