"""POST /api/v1/quotes: what the policy gives back, as the desk would compute it. Writes nothing, promises nothing."""

from __future__ import annotations

import hashlib
import json

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.actor import acting
from app.api.shapes import Both, QuoteAsked, QuoteFacts, QuoteLine, QuotePolicy, QuoteTold
from app.api.troubles import Trouble
from app.bookings.model import Booking
from app.desk.scope import limits
from app.errors import Refusal
from app.money import shown
from app.policies.binding import Facts, binding_version
from app.policies.model import PolicyVersion
from app.policies.terms import read_terms
from app.refunds.case import BookingFacts, VersionFacts
from app.refunds.quote import Quote, quote
from app.refunds.refund import quote_for
from app.words import say

NO_PROMISE = Both(
    ko="이 금액은 지금 아는 것으로 계산한 안내이며 약속이 아닙니다. 환불을 요청하면 그때의 사실로 다시 계산합니다.",
    en="This is computed from what is known now and promises nothing. A request is computed anew from the facts then.",
)
ONE_OF = say("booking과 facts 가운데 하나만 보내 주세요.", "Send either booking or facts, and not both.")
NO_BOOKING = say("예약 {ref}을(를) 찾을 수 없습니다.", "There is no booking {ref}.")
NO_POLICY = say(
    "그때 시행 중이던 정책이 없어 계산할 수 없습니다.", "No policy was in force then, so nothing can be computed."
)
FIRST_IS_MORE = say("첫 기간 금액이 전체 금액보다 큽니다.", "The first period costs more than the whole.")


def quoted(session: Session, asked: QuoteAsked) -> QuoteTold:
    """The same booking or facts, reason and time give the same bytes. Nothing personal goes in or comes out."""
    extent = None if asked.extent is UNSET else asked.extent
    if isinstance(asked.booking, str) and asked.facts is UNSET:
        booking = _booking(session, asked.booking)
        return _told(quote_for(booking, asked.reason, asked.at, extent), booking.ref)
    if isinstance(asked.facts, QuoteFacts) and asked.booking is UNSET:
        facts = _facts(asked.facts)
        return _told(quote(facts, _version(session, asked.facts), asked.reason, asked.at, extent), None)
    raise Trouble(422, "invalid", ONE_OF, field="booking")


def _booking(session: Session, ref: str) -> Booking:
    version = joinedload(Booking.policy_version).joinedload(PolicyVersion.policy)
    scope = limits(Booking, acting(), city="city", vendor=None)
    found = session.scalar(select(Booking).options(version).where(Booking.ref == ref, *scope))
    if found is None:
        raise Trouble(404, "not_found", NO_BOOKING.fill(ref=ref), field="booking")
    return found


def _facts(sent: QuoteFacts) -> BookingFacts:
    first = sent.total_minor if sent.first_period_minor is UNSET else sent.first_period_minor
    if first > sent.total_minor:
        raise Refusal(FIRST_IS_MORE, field="facts.first_period_minor")
    return BookingFacts(
        ref="",
        currency=sent.currency,
        total_minor=sent.total_minor,
        first_period_minor=first,
        service_fee_minor=sent.service_fee_minor,
        paid_minor=sent.paid_minor,
        starts_at=sent.starts_at,
        ends_at=None if sent.ends_at is UNSET else sent.ends_at,
    )


def _version(session: Session, sent: QuoteFacts) -> VersionFacts:
    contracted_at = None if sent.contracted_at is UNSET else sent.contracted_at
    facts = Facts(sent.product, sent.city, sent.gateway, sent.channel, sent.paid_at, contracted_at)
    version = binding_version(session, facts)
    if version is None:
        raise Refusal(NO_POLICY, field="facts.paid_at")
    policy = version.policy
    return VersionFacts(version.id, version.number, policy.name_ko, policy.name_en, read_terms(version.terms))


def _told(made: Quote, ref: str | None) -> QuoteTold:
    whole = hash_of(made)
    return QuoteTold(
        id=f"q_{whole[:24]}",
        hash=f"sha256:{whole}",
        booking=ref,
        amount_minor=made.amount_minor,
        currency=made.currency,
        amount=shown(made.amount_minor, made.currency),
        reason=made.reason,
        at=made.at.isoformat(),
        extent=made.extent,
        policy=QuotePolicy(made.version_id, made.version_number, Both(made.policy_ko, made.policy_en)),
        lines=[
            QuoteLine(line.step, line.clause, line.base_minor, line.percent, line.amount_minor, Both(line.ko, line.en))
            for line in made.lines
        ],
        promises=NO_PROMISE,
    )


def hash_of(made: Quote) -> str:
    """Of the quote as refunds keep it, so that a refund's own quote can be told to be the one that was asked for."""
    return hashlib.sha256(json.dumps(made.to_json(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()
