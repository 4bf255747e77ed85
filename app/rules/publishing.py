"""How a version of a rule becomes the one that acts: asked for by one person, agreed to by another where it sends or
pays, in force at once, at a time, or when its shadow has proved itself. The caller commits.

Each of these touches the rule's own version, so of two people at once one wins and the other is told.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.actor import ActorKind, acting
from app.errors import Forbidden, Refusal
from app.refunds.both import as_kept
from app.rules.checklist import blockers, reach_of, twin_words, unknown_words, version_of, was_live
from app.rules.live import version_in_force
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.publication import OPEN, Publication, PublicationState, ahead, in_force, open_one
from app.rules.rehearsal.seen import seen_rehearsal
from app.rules.shadow.model import ShadowState
from app.words import Words, say

PUBLISH = "rules.publish"
UNSEEN = say("연습 없이 시스템이 게시함", "Published unseen by the system")
REPLACED = say("다른 판을 게시해서 대신함", "Another version was published instead")
SAVED_ANEW = say("새로 저장되어 승인이 무효가 됨", "Saved anew, so the approval is void")
OTHER_PROOF = say(
    "그림자 운용이나 기준이 바뀌어 승인이 무효가 됨", "Its shadow or thresholds changed, so the approval is void"
)
SWITCHED_OFF = say("규칙을 끄면서 함께 거둠", "The rule was taken out of use")
AS_PROVED = say("그림자 운용이 기준에 이르러 게시함", "Its shadow reached the threshold")


def publish(
    session: Session,
    rule: Rule,
    *,
    number: int | None = None,
    why: str = "",
    starts_at: datetime | None = None,
    when_reached: bool = False,
) -> Publication:
    """Asks that a version (the newest, where none is told) be the one that acts, from `starts_at` (now, where left out
    or past), or once its shadow reaches the thresholds.

    One that neither sends nor pays is published at once; another waits for a second person. Refuses with everything
    that is missing. The only door to live.
    """
    acting().must(PUBLISH)
    version = version_of(rule, number)
    _refuse(blockers(session, rule, version))
    _refuse_again(rule, version, why)
    if when_reached:
        _refuse_without_thresholds(rule, version)
    now = clock.now()
    person = acting().id if acting().kind is ActorKind.person else None
    rehearsal = seen_rehearsal(session, rule.id, version.number)
    asked = Publication(
        number=version.number,
        state=PublicationState.asked,
        needs_two=bool(reach_of(session, rule, version)),
        when_reached=when_reached,
        wanted_at=starts_at if starts_at is not None and starts_at > now else None,
        rehearsal_id=rehearsal.id if rehearsal is not None else None,
        asked_by_id=person,
        asked_by=acting().name,
        asked_at=now,
        why=why.strip()[:500],
    )
    rule.publications.append(asked)
    asked.begins()
    if not asked.needs_two or acting().kind is not ActorKind.person:
        unseen = rehearsal is None and not was_live(rule, version.number)
        _agreed(rule, asked, as_kept(UNSEEN) if unseen else "")
    touch(rule)
    return asked


def approve(session: Session, asked: Publication, why: str = "") -> None:
    """Agreed to by another person than the one who asked, for exactly that version."""
    actor = acting()
    actor.must(PUBLISH)
    rule: Rule = asked.rule
    if actor.kind is not ActorKind.person or actor.id is None:
        raise Forbidden(say("규칙은 사람이 승인합니다.", "A rule is agreed to by a person."))
    if actor.id == asked.asked_by_id:
        words = say(
            "{number}판은 {name} 님이 게시를 요청했습니다. 다른 사람이 승인해야 합니다.",
            "{name} asked for version {number}. Another person must agree.",
        )
        raise Forbidden(words.fill(number=asked.number, name=actor.name))
    if asked.state is not PublicationState.asked:
        raise _over(asked)
    _refuse(blockers(session, rule, version_of(rule, asked.number)))
    asked.approved_by_id, asked.approved_by, asked.approved_at = actor.id, actor.name, clock.now()
    _agreed(rule, asked, why)
    touch(rule)


def decline(asked: Publication, why: str) -> None:
    """Refuses without a reason."""
    acting().must(PUBLISH)
    if not why.strip():
        raise Refusal(say("승인하지 않는 까닭을 적어 주세요.", "Say why it is not agreed to."), field="why")
    asked.move_to(PublicationState.declined, why.strip())
    touch(asked.rule)


def call_back(asked: Publication, why: str = "") -> None:
    """Taken back before it acts. What acts already is gone back from by publishing another version, or paused."""
    acting().must(PUBLISH)
    rule: Rule = asked.rule
    now = clock.now()
    if asked.state not in OPEN and not asked.is_ahead(now):
        words = say(
            "{number}판은 이미 시행 중이거나 끝났습니다. 전 판을 다시 게시하거나 규칙을 멈춰 주세요.",
            "Version {number} acts already, or is over. Publish an earlier version, or pause the rule.",
        )
        raise Refusal(words.fill(number=asked.number))
    asked.move_to(PublicationState.called_back, why.strip())
    left = in_force(rule.publications, now) or ahead(rule.publications, now)
    if rule.state is RuleState.live and left is None:
        rule.move_to(RuleState.draft, why.strip())
    touch(rule)


def proved(session: Session, agreed: Publication) -> None:
    """Its shadow has reached the thresholds that people agreed to beforehand. Refuses what has come to be missing."""
    rule: Rule = agreed.rule
    _refuse(blockers(session, rule, version_of(rule, agreed.number)))
    _begin(rule, agreed, as_kept(AS_PROVED))
    touch(rule)


def resume(session: Session, rule: Rule, why: str = "") -> None:
    """The paused rule acts again in the version that was published: nothing to rehearse or to agree to anew."""
    acting().must(PUBLISH)
    version = version_in_force(rule)
    if version is None and ahead(rule.publications, clock.now()) is None:
        words = say(
            "규칙 「{title}」에는 게시된 판이 없습니다. 먼저 게시해 주세요.",
            "The rule “{title}” has no published version. Publish one first.",
        )
        raise Refusal(words.fill(title=rule.title))
    twin = twin_words(rule)
    unknown = unknown_words(session, rule, version) if version is not None else None
    _refuse([words for words in (twin, unknown) if words is not None])
    rule.move_to(RuleState.live, why)


def switch_off(rule: Rule, now: RuleState, why: str = "") -> None:
    """Paused: acts again by `resume`. Retired or back to a draft: whatever was published or asked for is over."""
    acting().must(PUBLISH)
    if now is RuleState.live:
        raise ValueError("a rule goes live by publish or resume")
    rule.move_to(now, why)
    if now is RuleState.paused:
        return
    at = clock.now()
    for one in rule.publications:
        if one.state in OPEN or one.is_ahead(at):
            one.move_to(PublicationState.called_back, as_kept(SWITCHED_OFF))
        elif one.state is PublicationState.published and one.ended_at is None:
            one.ended_at = at
    if now is RuleState.retired:
        for shadow in rule.shadows:
            if shadow.is_running:
                shadow.move_to(ShadowState.ended, as_kept(SWITCHED_OFF))
    touch(rule)


def void_open(rule: Rule) -> None:
    """A newer version was saved: what was asked for or agreed to, and does not act yet, is void."""
    waiting = open_one(rule.publications)
    if waiting is not None:
        waiting.move_to(PublicationState.void, as_kept(SAVED_ANEW))


def void_agreed(rule: Rule) -> None:
    """Another shadow, or other thresholds: what was agreed to was to begin by the old ones."""
    waiting = open_one(rule.publications)
    if waiting is not None and waiting.when_reached:
        waiting.move_to(PublicationState.void, as_kept(OTHER_PROOF))


def touch(rule: Rule) -> None:
    """Counts up the rule's own version, even within the same instant."""
    rule.updated_at = clock.now()
    flag_modified(rule, "updated_at")


def _agreed(rule: Rule, asked: Publication, why: str) -> None:
    if asked.when_reached:
        asked.move_to(PublicationState.agreed, why)
    else:
        _begin(rule, asked, why)


def _begin(rule: Rule, asked: Publication, why: str) -> None:
    """In force from its moment on; what was to begin later is replaced by it."""
    now = clock.now()
    for one in rule.publications:
        if one.is_ahead(now):
            one.move_to(PublicationState.called_back, as_kept(REPLACED))
    asked.starts_at = max(now, asked.wanted_at or now)
    asked.move_to(PublicationState.published, why)
    for shadow in rule.shadows:
        if shadow.is_running and shadow.number == asked.number:
            shadow.move_to(ShadowState.promoted, why)
    if rule.state is not RuleState.live:
        rule.move_to(RuleState.live, why or asked.why)


def _refuse(missing: list[Words]) -> None:
    if not missing:
        return
    words = missing[0]
    for more in missing[1:]:
        words = words + " " + more
    raise Refusal(words)


def _refuse_again(rule: Rule, version: RuleVersion, why: str) -> None:
    now = clock.now()
    waiting = open_one(rule.publications)
    if waiting is not None:
        words = say(
            "{number}판의 게시 요청이 이미 기다리고 있습니다. 승인하거나 거둔 뒤에 다시 해 주세요.",
            "Version {number} is already asked for. Agree to it or call it back first.",
        )
        raise Refusal(words.fill(number=waiting.number))
    acts = in_force(rule.publications, now)
    if rule.state is RuleState.live and acts is not None and acts.number == version.number:
        raise Refusal(
            say("{number}판은 이미 시행 중입니다.", "Version {number} acts already.").fill(number=version.number)
        )
    if acts is not None and version.number < acts.number and acting().kind is ActorKind.person and not why.strip():
        raise Refusal(say("되돌리는 까닭을 적어 주세요.", "Say why you go back."), field="why")


def _refuse_without_thresholds(rule: Rule, version: RuleVersion) -> None:
    running = next((one for one in rule.shadows if one.is_running and one.number == version.number), None)
    if running is None or running.promote_percent is None:
        words = say(
            "{number}판의 그림자 운용에 올리는 기준이 정해져 있어야 합니다.",
            "The shadow of version {number} needs a threshold to be promoted at.",
        )
        raise Refusal(words.fill(number=version.number), field="when")


def _over(asked: Publication) -> Refusal:
    words = say(
        "{number}판의 게시 요청은 이미 처리되었거나 무효가 되었습니다. 새로 고쳐 확인해 주세요.",
        "The request for version {number} was dealt with or is void. Reload to see it as it is.",
    )
    return Refusal(words.fill(number=asked.number))
