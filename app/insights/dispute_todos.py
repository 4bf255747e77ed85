"""Emergencies that go on, and disputes in which it is our turn: what the home page tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.actor import Actor
from app.desk.scope import limits
from app.desk.shown import ago
from app.desk.states import BAD, WARN, named
from app.disputes import clocks
from app.disputes.emergency.model import OVER, Emergency
from app.disputes.model import OURS, Dispute
from app.disputes.sides import Side
from app.insights.told import Todo
from app.words import say

SHOWN = 3


def going_on(actor: Actor) -> list[ColumnElement[bool]]:
    return [Emergency.state.not_in(OVER), *limits(Emergency, actor, city="city", vendor=None)]


def our_turn(actor: Actor) -> list[ColumnElement[bool]]:
    """Ours to do, or past its time, whoever was to answer."""
    ours = or_(Dispute.state.in_(OURS), clocks.waits_for(Side.us), clocks.is_overdue())
    return [ours, *limits(Dispute, actor, city="booking.city", vendor=None)]


def emergency_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """One query, the newest first; nothing for who cannot do anything about it."""
    if not actor.may("emergencies.edit"):
        return
    rows = session.scalars(select(Emergency).where(*going_on(actor)).order_by(Emergency.id.desc()).limit(SHOWN))
    for one in rows:
        words = say("긴급 {ref} · {kind} · {state}", "Emergency {ref} · {kind} · {state}")
        told = words.fill(ref=one.ref, kind=named(one.kind).words, state=named(one.state).words)
        yield Todo(
            BAD,
            say("긴급", "Emergency"),
            told,
            say(one.summary[:160], one.summary[:160]),
            ago(one.opened_at),
            say("열기", "Open"),
            "emergencies.details_view",
            {"id": one.id},
        )


def dispute_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """Two queries: how many wait for us, and how many of them are late."""
    if not actor.may("disputes.edit"):
        return
    mine = our_turn(actor)
    count, since = session.execute(select(func.count(), func.min(Dispute.opened_at)).where(*mine)).one()
    if not count:
        return
    late = session.scalar(select(func.count()).select_from(Dispute).where(*mine, clocks.is_overdue())) or 0
    more = say(f"그중 {late}건은 기한이 지났습니다.", f"Past their time: {late}.") if late else None
    yield Todo(
        BAD if late else WARN,
        say("분쟁", "Dispute"),
        say(
            f"우리 차례인 분쟁이 {count}건 있습니다. 묻거나, 제안하거나, 결정해 주세요.",
            f"Disputes that wait for us: {count}. Ask, propose, or rule.",
        ),
        more,
        ago(since),
        say("보기", "Look"),
        "disputes.index_view",
        {"tab": "overdue" if late else "us"},
    )
