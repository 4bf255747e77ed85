"""Who has read which version of a policy, and who has not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.actor import Actor, ActorKind, acting
from app.errors import Refusal
from app.people.model import User
from app.people.rights import RIGHTS
from app.policies.model import Policy, PolicyRead, PolicyVersion, VersionState
from app.words import say

MAY_READ = tuple(role for role, rights in RIGHTS.items() if "policies.view" in rights)


@dataclass(frozen=True, slots=True)
class Readers:
    """`missing`: who may see it, signs in, and has not said to have read it; by name."""

    read: Sequence[PolicyRead]
    missing: Sequence[User]
    mine: bool

    @property
    def total(self) -> int:
        return len(self.read) + len(self.missing)


def confirm(session: Session, version: PolicyVersion) -> None:
    """Whoever acts has read it; a second time changes nothing. Refuses what is not published: it may still change."""
    actor = acting()
    actor.must("policies.view")
    if version.state is not VersionState.published:
        raise Refusal(
            say(
                f"v{version.number}은(는) 시행되지 않아 바뀔 수 있습니다. 시행한 뒤에 읽음을 확인해 주세요.",
                f"v{version.number} is not published and may change. Confirm it once it is.",
            )
        )
    if actor.kind is not ActorKind.person or actor.id is None:
        raise Refusal(say("읽음은 사람이 확인합니다.", "Reading is confirmed by people."))
    if all(read.user_id != actor.id for read in version.reads):
        version.reads.append(PolicyRead(user_id=actor.id, at=clock.now()))
        session.flush()


def readers_of(session: Session, policy: Policy) -> dict[int, Readers]:
    """By the number of each published version; two queries, however many there are."""
    published = [version for version in policy.versions if version.state is VersionState.published]
    if not published:
        return {}
    people = session.scalars(
        select(User).where(User.is_enabled.is_(True), User.role.in_(MAY_READ)).order_by(User.name, User.id)
    ).all()
    ids = [version.id for version in published]
    rows = session.scalars(
        select(PolicyRead)
        .where(PolicyRead.policy_version_id.in_(ids))
        .options(joinedload(PolicyRead.user))
        .order_by(PolicyRead.at, PolicyRead.id)
    ).all()
    told = {}
    for version in published:
        read = [row for row in rows if row.policy_version_id == version.id]
        done = {row.user_id for row in read}
        told[version.number] = Readers(read, [one for one in people if one.id not in done], acting().id in done)
    return told


def unread_by(actor: Actor) -> list[ColumnElement[bool]]:
    """Published versions in force now or to come that `actor` has not confirmed."""
    mine = exists().where(PolicyRead.policy_version_id == PolicyVersion.id, PolicyRead.user_id == (actor.id or 0))
    return [
        PolicyVersion.state == VersionState.published,
        or_(PolicyVersion.valid_until.is_(None), PolicyVersion.valid_until > clock.now()),
        ~mine,
    ]
