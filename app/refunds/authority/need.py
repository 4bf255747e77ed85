"""Who must approve what goes out: a table of rows, read by one pure function that tells why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.desk.states import named
from app.money import shown
from app.people.model import Role
from app.people.rights import RIGHTS
from app.words import Words, say

APPROVING = tuple(role for role in Role if "refunds.approve" in RIGHTS[role])
_ENDLESS = 2**63


class Spending(StrEnum):
    refund = "refund"
    compensation = "compensation"


@dataclass(frozen=True, slots=True)
class Row:
    """Covers what is at most `up_to_minor` (None: any amount) and at most `above_percent` above what the policy gives
    (None: however far). `roles` may approve; of two approvers one must be of `one_of`, where it names any.
    """

    spending: Spending
    currency: str
    up_to_minor: int | None
    above_percent: int | None
    approvers: int
    roles: frozenset[Role]
    one_of: frozenset[Role] = frozenset()

    def __post_init__(self) -> None:
        if self.approvers not in {1, 2} or not self.roles:
            raise ValueError("a row asks for one or two people, of some role")

    def covers(self, asked: Asked) -> bool:
        if (self.spending, self.currency) != (asked.spending, asked.currency):
            return False
        if self.up_to_minor is not None and asked.amount_minor > self.up_to_minor:
            return False
        return self.above_percent is None or asked.above_minor * 100 <= self.above_percent * asked.due_minor

    def width(self) -> tuple[int, int, int]:
        """Of several rows that cover, the narrowest decides; of two as wide, the one that asks for more people."""
        amount = _ENDLESS if self.up_to_minor is None else self.up_to_minor
        above = _ENDLESS if self.above_percent is None else self.above_percent
        return amount, above, -self.approvers


@dataclass(frozen=True, slots=True)
class Asked:
    """In minor units: all that goes out of one booking, this included, so that nobody gets by in small pieces; and what
    the policy gives of it.
    """

    spending: Spending
    currency: str
    amount_minor: int
    due_minor: int

    @property
    def above_minor(self) -> int:
        return max(self.amount_minor - self.due_minor, 0)


@dataclass(frozen=True, slots=True)
class Given:
    """An approval that stands."""

    user_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Need:
    """What must be approved by whom. `why` is what was asked and the row that decided, in words."""

    approvers: int
    roles: frozenset[Role]
    one_of: frozenset[Role]
    why: Words

    @property
    def words(self) -> Words:
        if self.approvers == 1:
            return say("{roles} 한 사람", "one person: {roles}").fill(roles=_either(self.roles))
        if not self.one_of:
            return say("{roles} 두 사람", "two people: {roles}").fill(roles=_either(self.roles))
        words = say("{roles} 두 사람, 그중 한 사람은 {one}", "two people: {roles}; one of them {one}")
        return words.fill(roles=_either(self.roles), one=_either(self.one_of))

    def open_for(self, given: Sequence[Given]) -> frozenset[Role]:
        """The roles of which the next approval must be; empty when nothing is missing."""
        counted = [one for one in given if one.role in self.roles]
        missing = max(self.approvers - len(counted), 0)
        one_missing = bool(self.one_of) and not any(one.role in self.one_of for one in counted)
        if one_missing and missing <= 1:
            return self.one_of
        return self.roles if missing else frozenset()

    def missing_words(self, given: Sequence[Given]) -> Words | None:
        """Who is still to approve; None when nobody is."""
        roles = self.open_for(given)
        if not roles:
            return None
        words = say("{roles} 한 사람이 더 승인해야 합니다.", "One more must approve: {roles}.")
        first = say("{who}이(가) 승인해야 합니다.", "To be approved by {who}.")
        return words.fill(roles=_either(roles)) if given else first.fill(who=self.words)


def need(asked: Asked, rows: Iterable[Row]) -> Need:
    """What no row covers needs two people, one of them of finance or an admin: the table can forget nothing."""
    covering = sorted((row for row in rows if row.covers(asked)), key=Row.width)
    if not covering:
        none = say(
            "권한표에 맞는 줄이 없어 가장 엄격한 기준입니다.", "no row of the table covers it, so the strictest holds"
        )
        return Need(2, frozenset(APPROVING), frozenset({Role.finance, Role.admin}), _told(asked, none))
    row = covering[0]
    return Need(row.approvers, row.roles, row.one_of, _told(asked, row_words(row)))


def row_words(row: Row) -> Words:
    """What a row covers."""
    amount = (
        say("금액 제한 없음", "any amount")
        if row.up_to_minor is None
        else say("{most}까지", "up to {most}").fill(most=shown(row.up_to_minor, row.currency))
    )
    if row.spending is Spending.compensation:
        return amount
    return say("{amount}, {above}", "{amount}, {above}").fill(amount=amount, above=above_words(row.above_percent))


def above_words(percent: int | None) -> Words:
    if percent is None:
        return say("정책보다 많아도", "however far above the policy")
    if percent == 0:
        return say("정책 금액 안에서", "within the policy")
    return say(f"정책보다 {percent}% 많을 때까지", f"at most {percent}% above the policy")


def _told(asked: Asked, decided: Words) -> Words:
    amount = shown(asked.amount_minor, asked.currency)
    if asked.spending is Spending.compensation:
        words = say("비용 {amount} · 기준: {row}", "Costs {amount} · by the row: {row}")
        return words.fill(amount=amount, row=decided)
    words = (
        say(
            "이 예약에서 나가는 환불은 모두 {amount}, 정책 금액 {due}보다 {gap} 많음 · 기준: {row}",
            "In all {amount} goes out of this booking, {gap} above the policy’s {due} · by the row: {row}",
        )
        if asked.above_minor
        else say(
            "이 예약에서 나가는 환불은 모두 {amount}, 정책 금액 {due} 안 · 기준: {row}",
            "In all {amount} goes out of this booking, within the policy’s {due} · by the row: {row}",
        )
    )
    return words.fill(
        amount=amount,
        due=shown(asked.due_minor, asked.currency),
        gap=shown(asked.above_minor, asked.currency),
        row=decided,
    )


def _either(roles: Iterable[Role]) -> Words:
    named_roles = [named(role).words for role in Role if role in set(roles)]
    return say("·".join(one.ko for one in named_roles), " or ".join(one.en.lower() for one in named_roles))
