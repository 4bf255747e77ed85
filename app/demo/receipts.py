"""Who of the demo's people has read which policy: the managers all of them, others some, so that a to-do is left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.demo.sign_ins import AGENT, FINANCE, GLOBAL_AGENT, MANAGER, SECOND_MANAGER, Person
from app.people.model import User
from app.policies.model import Policy, PolicyRead, PolicyVersion, VersionState

READERS: Mapping[str, tuple[Person, ...]] = {
    "housing-refund": (SECOND_MANAGER, MANAGER, GLOBAL_AGENT),
    "housing-refund-stripe": (SECOND_MANAGER, MANAGER, GLOBAL_AGENT, AGENT),
    "housing-refund-agency": (SECOND_MANAGER, MANAGER),
    "cleaning-refund": (SECOND_MANAGER, MANAGER, AGENT, FINANCE),
}


def receipts(session: Session, moment: datetime, users: Mapping[str, User]) -> None:
    """A day or more after it was published, before the demo's now."""
    query = select(PolicyVersion).join(PolicyVersion.policy).where(PolicyVersion.state == VersionState.published)
    for version in session.scalars(query.order_by(Policy.key, PolicyVersion.number)):
        told_at = version.published_at or clock.now()
        for days, person in enumerate(READERS[version.policy.key], start=1):
            at = min(told_at + timedelta(days=days, hours=3 * days), moment - timedelta(hours=days))
            version.reads.append(PolicyRead(user_id=users[person.key].id, at=at))
