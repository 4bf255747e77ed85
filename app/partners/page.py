"""All that a partner's page tells, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.actor import acting
from app.desk.lists import SCREENS
from app.desk.states import BAD, GOOD, PLAIN, WARN, named
from app.partners.criteria import Criterion
from app.partners.documents import PartnerDocument
from app.partners.fitness import Finding, look
from app.partners.incidents import (
    Limit,
    PartnerIncident,
    WarningLimit,
    limit_for,
    warnings_that_propose,
)
from app.partners.model import Partner, PartnerMove
from app.partners.score_history import AsOf, PartnerScoreThen, as_of, newest_then
from app.partners.scores import PartnerScore, Score, Scores, scores
from app.words import Words, say

BOOKINGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the time line."""

    at: datetime
    icon: str
    tone: str
    words: Words
    by: str
    more: Words | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`proposal`: the warnings because of which somebody must decide; `documents`: None for who may not see them;
    `then`: the scores as they became, newest first; `as_of`: as they stood on a day that was asked for;
    `coming`: what will be asked for, from which day on, as it stands for that day;
    `ahead`: bookings to come, as far as the one who looks may see bookings.
    """

    today: date
    findings: Sequence[Finding]
    coming: Sequence[tuple[date, Finding]]
    criteria: Sequence[Criterion]
    incidents: Sequence[PartnerIncident]
    limit: Limit
    proposal: Sequence[PartnerIncident]
    documents: Sequence[PartnerDocument] | None
    ahead: Sequence[Any]
    score: PartnerScore | None
    parts: Sequence[tuple[Words, Score]]
    then: Sequence[PartnerScoreThen]
    as_of: AsOf | None
    line: Sequence[Entry]


def binding(session: Session, partner: Partner) -> list[Criterion]:
    """The criteria that bind a partner today."""
    on = clock.in_seoul(clock.now()).date()
    rows = session.scalars(select(Criterion).order_by(Criterion.id))
    return [one for one in rows if one.binds(partner.kind, partner.service, partner.city, on)]


def _coming(session: Session, partner: Partner, on: date) -> list[tuple[date, Finding]]:
    checks, papers = partner.proofs()
    rows = session.scalars(select(Criterion).where(Criterion.binds_from > on).order_by(Criterion.binds_from))
    return [
        (one.binds_from, look(one.need(), checks, papers, one.binds_from))
        for one in rows
        if one.binds(partner.kind, partner.service, partner.city, one.binds_from)
    ]


def page_of(session: Session, partner: Partner, scores_on: date | None = None) -> Page:
    on = clock.in_seoul(clock.now()).date()
    criteria = binding(session, partner)
    limit = limit_for(partner.kind, session.scalars(select(WarningLimit)).all())
    incidents = session.scalars(
        select(PartnerIncident)
        .where(PartnerIncident.partner_id == partner.id)
        .options(selectinload(PartnerIncident.booking), selectinload(PartnerIncident.ticket))
        .order_by(PartnerIncident.happened_on.desc(), PartnerIncident.id.desc())
    ).all()
    documents = [one for one in reversed(partner.documents) if one.removed_at is None]
    score = partner.score
    found = scores(score.read()) if score is not None else None
    return Page(
        today=on,
        findings=partner.findings(criteria, on),
        coming=_coming(session, partner, on),
        criteria=criteria,
        incidents=incidents,
        limit=limit,
        proposal=warnings_that_propose(partner, limit, on),
        documents=documents if acting().may("partners.documents") else None,
        ahead=_ahead(partner),
        score=score,
        parts=named_parts(found) if found is not None else (),
        then=newest_then(session, partner.id),
        as_of=as_of(session, partner.id, scores_on) if scores_on is not None else None,
        line=_line(partner, incidents, documents=acting().may("partners.documents")),
    )


def named_parts(found: Scores) -> list[tuple[Words, Score]]:
    return [
        (say("응대", "Reply"), found.reply),
        (say("태도", "Manner"), found.manner),
        (say("작업", "Work"), found.work),
    ]


def _ahead(partner: Partner) -> Sequence[Any]:
    """By the screen of bookings, which stands above this room: what it shows, and to whom."""
    screen: Any = next((one for one in current_app.extensions[SCREENS] if one.endpoint == "bookings"), None)
    if screen is None or not acting().may(screen.view_right):
        return ()
    booking = screen.model
    asked = screen.seen().filter(booking.partner_id == partner.id, booking.state.in_(("booked", "under_way")))
    rows: Sequence[Any] = asked.order_by(booking.starts_at).limit(BOOKINGS_SHOWN).all()
    return rows


def _line(partner: Partner, incidents: Sequence[PartnerIncident], *, documents: bool) -> list[Entry]:
    """Everything that happened, newest first; what papers are called only where they may be seen."""
    entries = [_of_move(one) for one in partner.moves] + [_of_incident(one) for one in incidents]
    for one in partner.documents if documents else ():
        words = say("서류 {name}", "Document {name}").fill(name=one.name)
        entries.append(Entry(one.at, "file-text", PLAIN, words, one.by))
        if one.removed_at is not None:
            words = say("서류 {name} 파일을 지움", "File of {name} deleted").fill(name=one.name)
            entries.append(Entry(one.removed_at, "trash-2", PLAIN, words, one.removed_by or ""))
    entries.reverse()
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of_move(move: PartnerMove) -> Entry:
    was, now = named(move.was), named(move.now)
    if move.was is move.now:
        words = say("{now} 상태를 이어 감", "Stays “{now}”").fill(now=now.words)
    else:
        words = say("{was} → {now}", "{was} → {now}").fill(was=was.words, now=now.words)
    if move.effective_on is not None:
        since = say(" ({day} 0시부터)", " (from midnight of {day})").fill(day=move.effective_on.isoformat())
        words += since
    by = move.by if not move.by_gate else str(say("자동 (날짜에 따라)", "By itself, by the dates"))
    sign = "lock" if move.by_gate else "arrow-right"
    return Entry(move.at, sign, now.tone, words, by, move.told if move.why else None)


def _of_incident(incident: PartnerIncident) -> Entry:
    label = say("경고", "Warning") if incident.is_warning else say("사건", "Incident")
    words = label + say(" · {kind} · {severity}", " · {kind} · {severity}").fill(
        kind=named(incident.kind).words, severity=named(incident.severity).words
    )
    if incident.withdrawn_at is not None:
        words += say(" (거둠)", " (withdrawn)")
    tone = GOOD if incident.withdrawn_at else BAD if incident.is_warning else WARN
    return Entry(incident.at, "triangle-alert", tone, words, incident.by, say(incident.text, incident.text))
