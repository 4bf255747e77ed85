"""Decided again, each bears what the new decision says, also of refunds that an earlier one has asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.actor import acting, acting_as
from app.disputes.earlier import Earlier
from app.disputes.model import Dispute
from app.disputes.offers import Remedy
from app.ledger.bearers import WHOLE, Bearer, Bearing, Share
from app.ledger.moving import move_part
from app.money import shares, shown
from app.refunds.bearing import OPEN, lay_on
from app.refunds.both import as_kept
from app.refunds.model import Refund
from app.words import Words, say

_WHY = say("분쟁 {ref}을(를) 다시 결정함", "dispute {ref} was decided again")
_MOVED = say(
    "\n{refund}의 부담을 옮겼습니다: {source} → {to} {amount}.", "\nOf {refund}, {amount} moved from {source} to {to}."
)
_NAMES = {
    Bearer.partner: say("파트너", "the partner"),
    Bearer.insurer: say("보험", "the insurer"),
    Bearer.platform: say("회사", "us"),
    Bearer.customer: say("고객", "the customer"),
}
RIGHTS = frozenset({"refunds.request", "clawbacks.waive"})


@dataclass(frozen=True, slots=True)
class Move:
    refund: Refund
    source: Bearer
    to: Bearer
    minor: int


def bear_anew(session: Session, dispute: Dispute, remedy: Remedy, earlier: Earlier, more: Refund | None) -> Words:
    """Moves what its earlier refunds lay on somebody who bears less by `remedy`; what was moved, for the record. `more`
    is what was asked for on top now. Before it is being paid a refund is approved anew, from then on the ledger is
    corrected. Whoever may decide the dispute may do it, without the rights to either.
    """
    wanted = list(moves(remedy, earlier, more))
    why = as_kept(_WHY.fill(ref=dispute.ref))
    actor, told = acting(), say("", "")
    with acting_as(replace(actor, rights=actor.rights | RIGHTS)):
        for refund in earlier.refunds:
            mine = [one for one in wanted if one.refund is refund]
            if mine and refund.state in OPEN:
                lay_on(refund, _laid(refund, mine, dispute.ref))
            for one in mine:
                minor = one.minor
                if refund.state not in OPEN:
                    minor = move_part(session, refund.owing, one.source, one.to, minor, why)
                told += _told(one, minor)
    return told


def moves(remedy: Remedy, earlier: Earlier, more: Refund | None) -> Iterator[Move]:
    """Pure. What of the earlier refunds goes from whom to whom, so that with `more` each bears their part. Less than
    the rounding of shares to a hundredth of a percent is nothing.
    """
    everything = [*earlier.refunds, *([more] if more else [])]
    slack = sum(-(-one.amount_minor // WHOLE) for one in everything)
    over = {one: earlier.borne_by(one) - _target(one, remedy, more) for one in (Bearer.partner, Bearer.insurer)}
    over[Bearer.platform] = -sum(over.values())
    over = {one: minor for one, minor in over.items() if abs(minor) > slack}
    parts = {one.id: _parts(one) for one in earlier.refunds}
    for source, much in over.items():
        for to in over:
            for refund in earlier.refunds:
                minor = min(much, -over[to], _left(parts[refund.id], source))
                if minor > 0:
                    yield Move(refund, source, to, minor)
                    _take(parts[refund.id], source, to, minor)
                    much -= minor  # noqa: PLW2901 - what is left of it
                    over[to] += minor


def _target(bearer: Bearer, remedy: Remedy, more: Refund | None) -> int:
    """What it is to bear of the earlier refunds."""
    whole = {Bearer.partner: remedy.partner_minor, Bearer.insurer: remedy.insurer_minor}[bearer]
    return max(0, whole - (_parts(more).get(bearer, 0) if more else 0))


def _parts(refund: Refund) -> dict[Bearer, int]:
    return {share.bearer: minor for share, minor in refund.bearing.parts(refund.amount_minor)}


def _left(parts: dict[Bearer, int], source: Bearer) -> int:
    """What the customer bears is of no side: it is ours here, as what neither partner nor insurer bears."""
    customer = parts.get(Bearer.customer, 0) if source is Bearer.platform else 0
    return parts.get(source, 0) + customer


def _take(parts: dict[Bearer, int], source: Bearer, to: Bearer, minor: int) -> None:
    first = min(minor, parts.get(source, 0))
    parts[source] = parts.get(source, 0) - first
    if minor > first:
        parts[Bearer.customer] -= minor - first
    parts[to] = parts.get(to, 0) + minor


def _laid(refund: Refund, wanted: list[Move], claim: str) -> Bearing:
    parts = _parts(refund)
    for one in wanted:
        _take(parts, one.source, one.to, one.minor)
    old = refund.bearing.of(Bearer.insurer)
    claims = {Bearer.insurer: old.claim if old else claim}
    points = shares(WHOLE, list(parts.values()))
    return Bearing(
        tuple(Share(one, share, claims.get(one, "")) for one, share in zip(parts, points, strict=True) if share)
    )


def _told(move: Move, minor: int) -> Words:
    if not minor:
        return say("", "")
    amount = shown(minor, move.refund.currency)
    return _MOVED.fill(refund=move.refund.ref, source=_NAMES[move.source], to=_NAMES[move.to], amount=amount)
