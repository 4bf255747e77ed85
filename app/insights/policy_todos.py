"""Policies that wait for the one who looks: a version to approve, one that was sent back, and versions to read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.actor import Actor
from app.clock import in_seoul
from app.desk.shown import ago
from app.desk.states import ACCENT, WARN
from app.insights.told import Todo
from app.policies.model import PolicyVersion, VersionState
from app.policies.reads import unread_by
from app.words import Words, say

SHOWN = 3


def policy_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query; nothing for who may not see policies."""
    if not actor.may("policies.view"):
        return
    waiting = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.state.in_((VersionState.asked, VersionState.draft)))
        .options(joinedload(PolicyVersion.policy))
        .order_by(PolicyVersion.valid_from, PolicyVersion.id)
    ).all()
    for version in waiting:
        mine = actor.id in {*version.hand_ids, version.author_id}
        if version.state is VersionState.asked and actor.may("policies.publish") and not mine:
            yield _todo(version, say("승인", "Approve"), _WAITS, _from(version))
        elif version.state is VersionState.draft and version.sent_back_why and mine:
            yield _todo(version, say("돌려받음", "Sent back"), _BACK, say(version.sent_back_why, version.sent_back_why))


_WAITS = say("정책 「{policy}」 v{number}의 승인을 기다립니다.", "Policy “{policy}” v{number} waits for approval.")
_BACK = say(
    "정책 「{policy}」 v{number}을(를) 고쳐 달라고 합니다.", "Policy “{policy}” v{number} was sent back to you."
)


def _from(version: PolicyVersion) -> Words:
    at = f"{in_seoul(version.valid_from):%Y-%m-%d %H:%M}"
    by = version.created_by
    return say(f"{by} 작성 · {at}부터 시행하고자 함", f"Written by {by} · to be in force from {at}")


def _todo(version: PolicyVersion, label: Words, sentence: Words, detail: Words) -> Todo:
    policy = say(version.policy.name_ko, version.policy.name_en)
    return Todo(
        WARN,
        label,
        sentence.fill(policy=policy, number=version.number),
        detail,
        ago(version.created_at),
        say("열기", "Open"),
        "policies.details_view",
        {"id": version.policy_id},
    )


def policies_to_read(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query. Leads to the newest, and names the first of several."""
    if actor.id is None or not actor.may("policies.view"):
        return
    unread = session.scalars(
        select(PolicyVersion)
        .where(*unread_by(actor))
        .options(joinedload(PolicyVersion.policy))
        .order_by(PolicyVersion.published_at.desc(), PolicyVersion.id.desc())
    ).all()
    if not unread:
        return
    first, count = unread[0], len(unread)
    names = say(
        " · ".join(f"{one.policy.name_ko} v{one.number}" for one in unread[:SHOWN]),
        " · ".join(f"{one.policy.name_en} v{one.number}" for one in unread[:SHOWN]),
    )
    yield Todo(
        ACCENT,
        say("정책", "Policies"),
        say(
            f"읽음을 확인하지 않은 정책이 {count}개 있습니다.",
            f"{count} {'policy' if count == 1 else 'policies'} that you have not confirmed to have read.",
        ),
        names,
        ago(first.published_at),
        say("읽기", "Read"),
        "policies.details_view",
        {"id": first.policy_id},
    )
