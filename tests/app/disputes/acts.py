"""A dispute as far as a test needs it, and the people in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.db import db
from app.disputes.deciding import propose
from app.disputes.dispute import hear, open_dispute
from app.disputes.model import Dispute
from app.disputes.offers import Proposal, Remedy
from app.disputes.sides import DisputeKind
from app.partners.model import Partner, PartnerKind, PartnerState
from app.people.model import Role, User
from app.people.rights import RIGHTS
from app.tickets.model import Ticket, ZendeskUser
from app.words import say
from tests.marketplace import PAID_AT, a_booking, a_ticket, acting_for, kept, number

# A Wednesday, 10:00 in Seoul.
NOW = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)
ASKED = say("무슨 일이 있었나요?", "What happened?")
TEXT = say("절반을 돌려드리는 것을 제안합니다.", "We propose that half goes back.")
REASONS = say("사진으로 보아 청소 중에 깨졌습니다.", "The photos show that it broke during the cleaning.")
HALF = Remedy(600_000, partner_minor=400_000)


def a_partner(**change: Any) -> Partner:
    facts: dict[str, Any] = {"name": f"파트너{number()}", "kind": PartnerKind.cleaner, "city": "서울"}
    return kept(Partner(state=PartnerState.active, created_at=PAID_AT, **{**facts, **change}))


def everything(user: User) -> Any:
    """Acts with all that the role of `user` may."""
    return acting_for(user, *RIGHTS[user.role])


def a_side(name: str, locale: str) -> ZendeskUser:
    return kept(ZendeskUser(zendesk_id=9000 + number(), name=name, role="end-user", locale=locale))


def a_dispute(by: User, *, tickets: bool = True, **change: Any) -> Dispute:
    """About a broken vase, with a Korean customer's and an English partner's ticket."""
    booking = change.pop("booking", None) or a_booking(partner=a_partner())
    mine: dict[str, Ticket] = {}
    if tickets:
        customer, partner = a_side("김지우", "ko"), a_side("Sam Lee", "en-US")
        mine = {
            "customer_ticket": a_ticket(requester_id=customer.zendesk_id, subject="화분이 깨졌어요"),
            "partner_ticket": a_ticket(
                requester_id=partner.zendesk_id,
                subject="About my visit today",
                description="I was told that a vase broke. It stood on the floor when I came in.",
            ),
        }
    with everything(by):
        dispute = open_dispute(db.session(), booking, DisputeKind.damage, "화분이 깨졌다고 함", **mine)
        db.session.commit()
    return dispute


def heard(by: User, dispute: Dispute) -> None:
    with everything(by):
        hear(dispute, ASKED, 18)
        db.session.commit()


def proposed(by: User, dispute: Dispute) -> Proposal:
    """As far as a proposal of HALF, whatever the sides have said."""
    with everything(by):
        if dispute.state.value == "opened":
            hear(dispute, ASKED, 18)
            dispute.move_to(type(dispute.state).weighing)
        proposal = propose(dispute, HALF, TEXT, 18)
        db.session.commit()
    return proposal


def two_managers() -> tuple[User, User]:
    return a_manager("말하는이"), a_manager("정하는이")


def a_manager(name: str, role: Role = Role.ops_manager, **change: Any) -> User:
    here = number()
    facts = {"email": f"manager{here}@example.com", "name": name, "password_hash": "!", "created_at": PAID_AT}
    return kept(User(role=role, **{**facts, **change}))
