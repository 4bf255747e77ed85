"""Which version of which policy binds a booking: the most specific one in force when it was paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.policies.model import Policy, PolicyVersion, Product, VersionState


def binding_version(
    session: Session, *, product: Product, city: str, gateway: str, channel: str, paid_at: datetime
) -> PolicyVersion | None:
    """None when no published policy covers it. In force is from `valid_from`, included, to `valid_until`, not."""
    query = (
        select(PolicyVersion)
        .join(PolicyVersion.policy)
        .options(joinedload(PolicyVersion.policy))
        .where(
            PolicyVersion.state == VersionState.published,
            PolicyVersion.valid_from <= paid_at,
            or_(PolicyVersion.valid_until.is_(None), PolicyVersion.valid_until > paid_at),
            Policy.product == product,
            or_(Policy.city.is_(None), Policy.city == city),
            or_(Policy.gateway.is_(None), Policy.gateway == gateway),
            or_(Policy.channel.is_(None), Policy.channel == channel),
        )
    )
    return most_specific(session.scalars(query))


def most_specific(candidates: Iterable[PolicyVersion]) -> PolicyVersion | None:
    """The one whose policy names most of channel, gateway and city, in this order of weight; then the newest."""
    return max(candidates, key=_weight, default=None)


def _weight(version: PolicyVersion) -> tuple[int, bool, bool, bool, datetime, int]:
    policy = version.policy
    named = (policy.channel is not None, policy.gateway is not None, policy.city is not None)
    return (sum(named), *named, version.valid_from, version.id)
