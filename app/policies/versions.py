"""The life of a policy's versions: one person writes a draft and asks, another publishes it, and from then on it never
changes. The caller commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import inspect

from app import clock
from app.actor import ActorKind, acting
from app.clock import SEOUL, in_seoul
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.policies.model import Policy, PolicyVersion, Product, VersionState
from app.policies.terms import Base, read_terms
from app.words import say

MOVES: Mapping[VersionState, frozenset[VersionState]] = {
    VersionState.draft: frozenset({VersionState.asked, VersionState.withdrawn}),
    VersionState.asked: frozenset({VersionState.published, VersionState.draft, VersionState.withdrawn}),
    VersionState.published: frozenset(),
    VersionState.withdrawn: frozenset(),
}
OPEN = frozenset({VersionState.draft, VersionState.asked})
AHEAD_DAYS = 7
LONGEST_WHY = 500


def add_draft(
    policy: Policy,
    *,
    valid_from: datetime,
    terms: Mapping[str, Any],
    text_ko: str = "",
    text_en: str = "",
    copy_of: int | None = None,
) -> PolicyVersion:
    """A new draft at the end of the policy's versions. Refuses terms that do not stand."""
    acting().must("policies.edit")
    draft = PolicyVersion(
        number=max((version.number for version in policy.versions), default=0) + 1,
        state=VersionState.draft,
        valid_from=valid_from,
        text_ko=text_ko,
        text_en=text_en,
        terms=_standing(policy, terms),
        created_by=acting().name,
        created_at=clock.now(),
        hand_ids=[],
        copy_of=copy_of,
    )
    _sign(draft)
    policy.versions.append(draft)
    return draft


def draft_like(policy: Policy, number: int | None = None) -> PolicyVersion:
    """A draft that begins as version `number` reads, or as the newest; to go back is to publish such a copy. Its start
    is a week ahead, at midnight in Seoul. Refuses while another draft is open, and a number that is none.
    """
    already = open_draft(policy)
    if already is not None:
        raise Refusal(
            say(
                f"초안 v{already.number}이(가) 이미 있습니다. 그 초안을 고치거나 철회해 주세요.",
                f"Draft v{already.number} is already open. Change that one, or withdraw it.",
            )
        )
    wanted = policy.versions[-1].number if number is None else number
    like = next((version for version in policy.versions if version.number == wanted), None)
    if like is None:
        raise Refusal(say(f"v{wanted}은(는) 없습니다.", f"There is no v{wanted}."))
    midnight = datetime.combine(in_seoul(clock.now()).date() + timedelta(days=AHEAD_DAYS), time(), SEOUL)
    return add_draft(
        policy,
        valid_from=midnight,
        terms=like.terms,
        text_ko=like.text_ko,
        text_en=like.text_en,
        copy_of=like.number,
    )


def change_draft(
    draft: PolicyVersion, *, valid_from: datetime, terms: Mapping[str, Any], text_ko: str, text_en: str
) -> None:
    """Refuses terms that do not stand; a version that is no draft any more refuses by itself. One that waits for
    approval is a draft again: what was asked for is not what it says now.
    """
    acting().must("policies.edit")
    was = (draft.valid_from, draft.terms, draft.text_ko, draft.text_en)
    now = (valid_from, _standing(draft.policy, terms), text_ko, text_en)
    if now == was:
        return
    draft.valid_from, draft.terms, draft.text_ko, draft.text_en = now
    _sign(draft)
    if draft.state is VersionState.asked:
        _move(draft, VersionState.draft)


def open_draft(policy: Policy) -> PolicyVersion | None:
    """The one that may still change: written at, or waiting for approval."""
    return next((version for version in policy.versions if version.state in OPEN), None)


def must_not_move(policy: Policy) -> None:
    """Refuses to change what a policy with published versions is for: bookings are bound by that."""
    if last_published(policy) is None:
        return
    for name in ("product", "city", "gateway", "channel", "bound_by"):
        if inspect(policy).attrs[name].history.has_changes():
            raise Refusal(
                say(
                    "시행된 버전이 있는 정책의 적용 범위는 바꿀 수 없습니다. 새 정책을 만들어 주세요.",
                    "What a policy with a published version is for cannot change. Make a new policy.",
                ),
                field=name,
            )


def ask(version: PolicyVersion) -> None:
    """Asks a second person to publish it. Refuses what could not be published as it stands."""
    acting().must("policies.edit")
    _must_be_able(version, VersionState.asked)
    _must_be_whole(version)
    version.sent_back_why = None
    _move(version, VersionState.asked)


def send_back(version: PolicyVersion, why: str) -> None:
    """A draft again, with the reason for whoever wrote it. Refuses without one."""
    acting().must("policies.publish")
    _must_be_able(version, VersionState.draft)
    if not why.strip():
        raise Refusal(say("돌려보내는 까닭을 적어 주세요.", "Say why it is sent back."), field="why")
    version.sent_back_why = why.strip()[:LONGEST_WHY]
    _move(version, VersionState.draft)


def publish(version: PolicyVersion, *, seen: str | None = None) -> None:
    """In force from its `valid_from`; the version before it ends at that moment. `seen`: the row's version that is
    approved; refuses when it is no longer that.

    By another person than any who wrote in it. Refuses what nobody asked for, what has no text in one of the languages,
    and a start that is not after the start of the version in force, or that would reach back over bookings made under
    it.
    """
    actor = acting()
    actor.must("policies.publish")
    _must_be_able(version, VersionState.published)
    person = actor.id if actor.kind is ActorKind.person else None
    if person is not None and person in {*version.hand_ids, version.author_id}:
        raise Forbidden(
            say(
                f"v{version.number}은(는) {actor.name} 님이 쓴 초안입니다. 다른 사람이 승인해야 합니다.",
                f"{actor.name} wrote v{version.number}. Another person must approve it.",
            )
        )
    if seen is not None and seen != str(version.version):
        raise ChangedMeanwhile(
            say(
                f"그사이 v{version.number}이(가) 바뀌었습니다. 지금 내용을 읽고 다시 승인해 주세요.",
                f"v{version.number} has changed meanwhile. Read it as it is now, and approve again.",
            )
        )
    before = _must_be_whole(version)
    if before is not None:
        before.valid_until = version.valid_from
    _move(version, VersionState.published)
    version.published_by, version.published_by_id = actor.name, person
    version.published_at = clock.now()


def withdraw(version: PolicyVersion) -> None:
    """A draft that will not come into force. Refuses a published one: what was promised stays."""
    acting().must("policies.edit")
    _must_be_able(version, VersionState.withdrawn)
    _move(version, VersionState.withdrawn)


def last_published(policy: Policy) -> PolicyVersion | None:
    published = [version for version in policy.versions if version.state is VersionState.published]
    return max(published, key=lambda version: version.valid_from, default=None)


def _move(version: PolicyVersion, now: VersionState) -> None:
    _must_be_able(version, now)
    version.state = now


def _must_be_able(version: PolicyVersion, now: VersionState) -> None:
    if now in MOVES[version.state]:
        return
    if version.state is VersionState.draft:
        raise Refusal(
            say(
                f"v{version.number}은(는) 아직 승인을 요청하지 않은 초안입니다. 쓴 사람이 먼저 승인을 요청해 주세요.",
                f"v{version.number} is a draft that nobody asked to publish. Ask for approval first.",
            )
        )
    if version.state is VersionState.asked:
        raise Refusal(
            say(f"v{version.number}은(는) 이미 승인을 기다립니다.", f"v{version.number} waits for approval already.")
        )
    raise Refusal(
        say(
            f"v{version.number}은(는) 초안이 아니어서 바꿀 수 없습니다. 새 초안을 만들어 주세요.",
            f"v{version.number} is no draft any more and cannot change. Make a new draft.",
        )
    )


def _sign(draft: PolicyVersion) -> None:
    """Whoever acts has written in it, and cannot be its second person."""
    actor = acting()
    if actor.kind is not ActorKind.person or actor.id is None:
        return
    draft.author_id = actor.id
    if actor.id not in draft.hand_ids:
        draft.hand_ids = [*draft.hand_ids, actor.id]


def _standing(policy: Policy, terms: Mapping[str, Any]) -> dict[str, Any]:
    read = read_terms(terms)
    if read.base is Base.this_visit and policy.product is not Product.home_cleaning:
        words = say(
            "‘이번 방문 금액’은 방문 청소에만 쓸 수 있습니다.", "“This visit's price” is for home cleaning alone."
        )
        raise Refusal(words, field="terms")
    return read.to_json()


def _must_be_whole(version: PolicyVersion) -> PolicyVersion | None:
    """Refuses what cannot be published; gives the version that it would end."""
    for name, told in (("text_ko", version.text_ko), ("text_en", version.text_en)):
        if not told.strip():
            raise Refusal(
                say("두 언어의 조항이 모두 있어야 공개할 수 있습니다.", "It needs its text in both languages first."),
                field=name,
            )
    _standing(version.policy, version.terms)
    before = last_published(version.policy)
    if before is not None:
        _must_follow(version, before)
    return before


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
