"""Asking for a rehearsal: which versions, over how many days, frozen as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.actor import acting
from app.audit.trail import record
from app.errors import Refusal
from app.facts import Fact, announce
from app.rules.live import Live, as_definition, read_live
from app.rules.model import Rule, RuleState, RuleVersion
from app.rules.rehearsal.model import (
    UNDER_WAY,
    Rehearsal,
    RehearsalRule,
    RehearsalSeen,
    RehearsalState,
    RehearsalTicket,
    RuleChange,
)
from app.rules.rehearsal.sets import Version, freeze
from app.words import Words, say

EDIT = "rules.edit"
MOST_DAYS = 365
USUAL_DAYS = 90
LISTS_KEPT = 20
KEPT = 200
TITLE_LENGTH = 200
NOTHING_NEW = say(
    "연습할 것이 없습니다: 저장된 내용이 지금 켜진 것과 같습니다.",
    "There is nothing to rehearse: what is saved is what is in force.",
)
SEVERAL = say("{first} 외 {more}개", "{first} and {more} more")


def drafts(session: Session) -> list[Rule]:
    """The rules whose newest version is not in force though it is meant to be some day: drafts, and live rules with a
    newer version."""
    live = read_live(session)
    rows = session.scalars(
        select(Rule)
        .where(Rule.state.in_((RuleState.draft, RuleState.live)))
        .order_by(Rule.kind, Rule.position, Rule.id)
    )
    return [one for one in rows if live.numbers.get(str(one.id)) != one.number]


def number_in_force(session: Session, rule: Rule) -> int | None:
    return read_live(session).numbers.get(str(rule.id))


def newest(session: Session, rule: Rule) -> RuleVersion:
    """The version that was saved last."""
    rows = select(RuleVersion).where(RuleVersion.rule_id == rule.id).order_by(RuleVersion.number.desc())
    return session.scalars(rows.limit(1)).one()


def in_force(live: Live) -> list[Version]:
    rules = (*live.triggers.rules, *live.automations.rules)
    return [Version(one, live.numbers[one.id]) for one in rules]


def ask(session: Session, rules: Sequence[Rule], *, days: int, without: bool = False) -> Rehearsal:
    """A rehearsal of the newest versions of `rules` in the place of those in force, or of the set `without` them; the
    caller commits. Asked for again while the same one is under way, it is that one."""
    acting().must(EDIT)
    if not 1 <= days <= MOST_DAYS:
        words = say("날짜는 1일에서 {most}일까지입니다.", "Choose from 1 to {most} days.")
        raise Refusal(words.fill(most=MOST_DAYS), field="days")
    live = read_live(session)
    before = in_force(live)
    changes = _left_out(before, rules) if without else _candidates(session, live, rules)
    if not changes:
        raise Refusal(NOTHING_NEW)
    replaced = {one.definition.id for _, one in changes}
    kept = [one for one in before if one.definition.id not in replaced]
    after = kept if without else [*kept, *(one for _, one in changes)]
    rehearsed = [
        RehearsalRule(rule_id=int(one.definition.id), number=one.number, change=change) for change, one in changes
    ]
    now = clock.now().replace(microsecond=0)
    same = _under_way(session, rehearsed, days)
    if same is not None:
        return same
    rehearsal = Rehearsal(
        title=title_of([one.definition.title for _, one in changes]).in_language("ko")[:TITLE_LENGTH],
        state=RehearsalState.queued,
        days=days,
        since=now - timedelta(days=days),
        until=now,
        frozen=freeze(before, after, live.macros),
        rules=rehearsed,
        asked_by=acting().name,
        asked_at=now,
    )
    session.add(rehearsal)
    _prune(session)
    session.flush()
    announce(session, Fact.rehearsal_asked)
    return rehearsal


def cancel(session: Session, rehearsal: Rehearsal) -> None:
    """At once: whoever works on it finds it gone at the next chunk, and records nothing more. The caller commits."""
    acting().must(EDIT)
    session.refresh(rehearsal, with_for_update=True)
    if rehearsal.state not in UNDER_WAY:
        words = say("이미 끝난 연습이라 멈출 수 없습니다.", "It is over already and cannot be stopped.")
        raise Refusal(words)
    rehearsal.state = RehearsalState.cancelled
    rehearsal.ended_at = clock.now()
    rehearsal.token = rehearsal.lease_until = None


def title_of(titles: Sequence[str]) -> Words:
    if len(titles) == 1:
        return say(titles[0], titles[0])
    return SEVERAL.fill(first=titles[0], more=len(titles) - 1)


def _candidates(session: Session, live: Live, rules: Iterable[Rule]) -> list[tuple[RuleChange, Version]]:
    found = []
    for rule in rules:
        number = live.numbers.get(str(rule.id))
        version = newest(session, rule)
        if number == version.number:
            continue
        change = RuleChange.added if number is None else RuleChange.changed
        found.append((change, Version(as_definition(rule, version), version.number)))
    return found


def _left_out(before: Iterable[Version], rules: Iterable[Rule]) -> list[tuple[RuleChange, Version]]:
    wanted: Collection[str] = {str(rule.id) for rule in rules}
    return [(RuleChange.removed, one) for one in before if one.definition.id in wanted]


def _under_way(session: Session, rehearsed: Iterable[RehearsalRule], days: int) -> Rehearsal | None:
    wanted = {(one.rule_id, one.number, one.change) for one in rehearsed}
    rows = session.scalars(select(Rehearsal).where(Rehearsal.state.in_(UNDER_WAY), Rehearsal.days == days))
    return next((one for one in rows if {(r.rule_id, r.number, r.change) for r in one.rules} == wanted), None)


def _prune(session: Session) -> None:
    """Of old rehearsals the lists of tickets go first, then the rest."""
    over = select(Rehearsal.id).where(Rehearsal.state.not_in(UNDER_WAY)).order_by(Rehearsal.id.desc())
    listed = list(session.scalars(over.offset(LISTS_KEPT)))
    session.execute(delete(RehearsalTicket).where(RehearsalTicket.rehearsal_id.in_(listed)))
    gone = listed[KEPT - LISTS_KEPT :]
    if gone:
        for part in (RehearsalRule, RehearsalSeen):
            session.execute(delete(part).where(part.rehearsal_id.in_(gone)))
        session.execute(delete(Rehearsal).where(Rehearsal.id.in_(gone)))
        record(session, "delete", "rehearsals", None, {"ids": gone})
