"""What a marketplace has, for tests that need some of it: each maker says only what matters to the test.

The terms are of the form that real platforms publish: two of mid-term housing (one on the whole rent, one on the
first month's), and one of home cleaning by hours before the visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from app.actor import Actor, ActorKind, acting_as
from app.bookings.model import Booking, Customer
from app.db import Base, db
from app.people.model import Role, User
from app.policies.model import Policy, PolicyVersion, Product, VersionState
from app.refunds.model import Refund, RefundState
from app.refunds.reasons import Reason
from app.refunds.refund import approve, request_refund
from app.tickets.model import Ticket

Row = TypeVar("Row", bound=Base)


def _tiers(*rows: tuple[int, int | None, int, str]) -> list[dict[str, Any]]:
    return [{"at_least": low, "below": high, "percent": p, "clause": clause} for low, high, p, clause in rows]


WHOLE_RENT: dict[str, Any] = {
    "form": 1,
    "base": "total",
    "clock": "15:00",
    "unit": "days",
    "percent_is": "kept",
    "tiers": _tiers(
        (61, None, 0, "§3.1"), (31, 61, 10, "§3.2"), (8, 31, 20, "§3.2"), (4, 8, 30, "§3.2"), (0, 4, 100, "")
    ),
    "after_start": 100,
    "service_fee_at_least": 61,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
}
FIRST_MONTH: dict[str, Any] = {
    "form": 1,
    "base": "first_period",
    "clock": "15:00",
    "unit": "days",
    "percent_is": "kept",
    "tiers": _tiers(
        (45, None, 0, "§4.1"), (31, 45, 10, "§4.2"), (15, 31, 50, "§4.2"), (8, 15, 70, "§4.2"), (0, 8, 100, "§4.3")
    ),
    "after_start": 100,
    "service_fee_at_least": 45,
    "fixed_fee_minor": 0,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
    "partial_service_percent": 30,
    "late": [],
    "clauses": {"service_fee": "§5", "fault": "§6"},
}
CLEANING: dict[str, Any] = {
    "form": 1,
    "base": "total",
    "clock": "start",
    "unit": "hours",
    "percent_is": "refunded",
    "tiers": _tiers((24, None, 100, "§2.1"), (3, 24, 70, "§2.2"), (0, 3, 50, "§2.3")),
    "after_start": 0,
    "service_fee_at_least": None,
    "faults": {"partner": 100, "platform": 100, "force_majeure": 100},
    "partial_service_percent": 50,
    "late": [{"minutes": 20, "percent": 10}, {"minutes": 40, "percent": 30}],
    "clauses": {"late": "§3.1", "partial_service": "§3.2", "fault": "§4"},
}


PAID_AT = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
_numbers = count(1)


def number() -> int:
    """Another one each time, so that what must be unique is."""
    return next(_numbers)


def kept(row: Row) -> Row:
    """In the database, committed."""
    db.session.add(row)
    db.session.commit()
    return row


def a_user(role: Role = Role.ops_manager, **change: Any) -> User:
    here = number()
    facts = {"email": f"person{here}@example.com", "name": f"사람{here}", "password_hash": "!", "created_at": PAID_AT}
    return kept(User(role=role, **{**facts, **change}))


@contextmanager
def acting_for(user: User, *rights: str) -> Iterator[Actor]:
    """Within the block `user` acts, with these rights; without any named, all that money asks for."""
    given = rights or ("refunds.request", "refunds.approve", "policies.edit", "policies.publish", "partners.edit")
    with acting_as(Actor(ActorKind.person, user.name, user.id, frozenset(given))) as actor:
        yield actor


def a_version(
    terms: dict[str, Any] | None = None,
    *,
    policy: Policy | None = None,
    state: VersionState = VersionState.published,
    **change: Any,
) -> PolicyVersion:
    """In force since 2020, of a policy for mid-term housing everywhere."""
    owner = policy or a_policy()
    facts: dict[str, Any] = {
        "number": len(owner.versions) + 1,
        "valid_from": datetime(2020, 1, 1, tzinfo=UTC),
        "text_ko": "조항",
        "text_en": "Clauses",
        "created_by": "시험",
        "created_at": PAID_AT,
    }
    return kept(PolicyVersion(policy=owner, state=state, terms=terms or FIRST_MONTH, **{**facts, **change}))


def a_policy(**change: Any) -> Policy:
    facts = {"key": f"policy-{number()}", "name_ko": "중기 숙박 환불", "name_en": "Mid-term refunds"}
    product = change.pop("product", Product.mid_term_housing)
    return kept(Policy(product=product, created_at=PAID_AT, **{**facts, **change}))


def a_customer(**change: Any) -> Customer:
    here = number()
    facts = {"name": f"고객{here}", "email": f"customer{here}@example.com", "created_at": PAID_AT}
    return kept(Customer(**{**facts, **change}))


def a_booking(*, bound: PolicyVersion | None = None, unbound: bool = False, **change: Any) -> Booking:
    """A month in Seoul for ₩1,200,000, all paid."""
    here = number()
    total = change.get("total_minor", 1_200_000)
    facts: dict[str, Any] = {
        "ref": f"B-{here:05d}",
        "product": Product.mid_term_housing,
        "city": "서울",
        "payment_ref": f"pay_{here}",
        "total_minor": total,
        "first_period_minor": total,
        "paid_minor": total,
        "paid_at": PAID_AT,
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(days=30),
        "created_at": PAID_AT,
    }
    version = None if unbound else bound or a_version()
    customer = change.pop("customer", None) or a_customer()
    return kept(Booking(customer=customer, policy_version=version, **{**facts, **change}))


def a_ticket(**change: Any) -> Ticket:
    facts: dict[str, Any] = {
        "zendesk_id": 1000 + number(),
        "subject": "예약을 취소하고 싶어요",
        "description": "사정이 생겨 예약을 취소하고 환불을 받고 싶습니다.",
        "status": "open",
        "created_at": PAID_AT,
        "updated_at": PAID_AT,
        "mirrored_at": PAID_AT,
    }
    return kept(Ticket(**{**facts, **change}))


def a_refund(
    *,
    booking: Booking | None = None,
    by: User | None = None,
    approved_by: User | None = None,
    **change: Any,
) -> Refund:
    """Requested for the partner's fault, so the whole is quoted; approved where `approved_by` is told, with the
    second approval of somebody of finance where the table of authority asks for one.
    """
    asker = by or a_user(Role.agent)
    facts: dict[str, Any] = {"at": PAID_AT, **change}
    with acting_for(asker):
        refund = request_refund(db.session(), booking or a_booking(), Reason.partner_cancelled, by_user=asker, **facts)
        db.session.commit()
    if approved_by is not None:
        with acting_for(approved_by):
            approve(refund)
            db.session.commit()
        if refund.state is RefundState.requested:
            with acting_for(a_user(Role.finance)):
                approve(refund)
                db.session.commit()
    return refund
