"""The life of a policy's versions: a draft is changed, published once, and from then on never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import inspect

from app import clock
from app.actor import acting
from app.clock import in_seoul
from app.errors import Refusal
from app.policies.model import Policy, PolicyVersion, VersionState
from app.policies.terms import read_terms
from app.words import say

MOVES: Mapping[VersionState, frozenset[VersionState]] = {
    VersionState.draft: frozenset({VersionState.published, VersionState.withdrawn}),
    VersionState.published: frozenset(),
    VersionState.withdrawn: frozenset(),
}


def add_draft(
    policy: Policy, *, valid_from: datetime, terms: Mapping[str, Any], text_ko: str = "", text_en: str = ""
) -> PolicyVersion:
    """A new draft at the end of the policy's versions. Refuses terms that do not stand."""
    acting().must("policies.edit")
    draft = PolicyVersion(
        number=max((version.number for version in policy.versions), default=0) + 1,
        state=VersionState.draft,
        valid_from=valid_from,
        text_ko=text_ko,
        text_en=text_en,
        terms=read_terms(terms).to_json(),
        created_by=acting().name,
        created_at=clock.now(),
    )
    policy.versions.append(draft)
    return draft


def draft_from_latest(policy: Policy) -> PolicyVersion:
    """A draft that begins as the newest version reads, in force from now. Refuses while another draft is open."""
    already = open_draft(policy)
    if already is not None:
        raise Refusal(
            say(
                f"초안 v{already.number}이(가) 이미 있습니다. 그 초안을 고치거나 철회해 주세요.",
                f"Draft v{already.number} is already open. Change that one, or withdraw it.",
            )
        )
    latest = policy.versions[-1]
    return add_draft(policy, valid_from=clock.now(), terms=latest.terms, text_ko=latest.text_ko, text_en=latest.text_en)


def change_draft(
    draft: PolicyVersion, *, valid_from: datetime, terms: Mapping[str, Any], text_ko: str, text_en: str
) -> None:
    """Refuses terms that do not stand; a version that is no draft any more refuses by itself."""
    acting().must("policies.edit")
    draft.valid_from = valid_from
    draft.terms = read_terms(terms).to_json()
    draft.text_ko, draft.text_en = text_ko, text_en


def open_draft(policy: Policy) -> PolicyVersion | None:
    return next((version for version in policy.versions if version.state is VersionState.draft), None)


def must_not_move(policy: Policy) -> None:
    """Refuses to change what a policy with published versions is for: bookings are bound by that."""
    if last_published(policy) is None:
        return
    for name in ("product", "city", "gateway", "channel"):
        if inspect(policy).attrs[name].history.has_changes():
            raise Refusal(
                say(
                    "시행된 버전이 있는 정책의 적용 범위는 바꿀 수 없습니다. 새 정책을 만들어 주세요.",
                    "What a policy with a published version is for cannot change. Make a new policy.",
                ),
                field=name,
            )


def publish(version: PolicyVersion) -> None:
    """In force from its `valid_from`; the version before it ends at that moment.

    Refuses what is no draft, what has no text in one of the languages, and a start that is not after the start of the
    version in force, or that would reach back over bookings made under it.
    """
    acting().must("policies.publish")
    _must_be_able(version, VersionState.published)
    for name, told in (("text_ko", version.text_ko), ("text_en", version.text_en)):
        if not told.strip():
            raise Refusal(
                say("두 언어의 조항이 모두 있어야 공개할 수 있습니다.", "It needs its text in both languages first."),
                field=name,
            )
    read_terms(version.terms)
    before = last_published(version.policy)
    if before is not None:
        _must_follow(version, before)
        before.valid_until = version.valid_from
    version.state = VersionState.published
    version.published_by = acting().name
    version.published_at = clock.now()


def withdraw(version: PolicyVersion) -> None:
    """A draft that will not come into force. Refuses a published one: what was promised stays."""
    acting().must("policies.edit")
    _must_be_able(version, VersionState.withdrawn)
    version.state = VersionState.withdrawn


def last_published(policy: Policy) -> PolicyVersion | None:
    published = [version for version in policy.versions if version.state is VersionState.published]
    return max(published, key=lambda version: version.valid_from, default=None)


def _must_be_able(version: PolicyVersion, now: VersionState) -> None:
    if now not in MOVES[version.state]:
        raise Refusal(
            say(
                f"v{version.number}은(는) 초안이 아니어서 바꿀 수 없습니다. 새 초안을 만들어 주세요.",
                f"v{version.number} is no draft any more and cannot change. Make a new draft.",
            )
        )


def _must_follow(version: PolicyVersion, before: PolicyVersion) -> None:
    if version.valid_from <= before.valid_from:
        since = f"{in_seoul(before.valid_from):%Y-%m-%d %H:%M}"
        raise Refusal(
            say(
                f"시행 시각은 지금 시행 중인 v{before.number}의 시행 시각({since}) 뒤여야 합니다.",
                f"It must start after v{before.number} did ({since}, Seoul).",
            ),
            field="valid_from",
        )
    if version.valid_from < clock.now():
        raise Refusal(
            say(
                "시행 시각이 이미 지났습니다. 지난 기간의 약속은 바꿀 수 없으니 앞으로의 시각으로 고쳐 주세요.",
                "Its start has passed. Promises made since then cannot change: give it a start to come.",
            ),
            field="valid_from",
        )
