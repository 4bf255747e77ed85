"""Partners and bookings that wait for somebody: who cannot come, and whose warnings are to be weighed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.actor import Actor
from app.bookings.dispatch import cannot_come
from app.bookings.model import Booking
from app.desk.scope import limits
from app.desk.shown import when
from app.desk.states import BAD, WARN
from app.insights.told import Todo
from app.partners.incidents import (
    LONGEST_DAYS,
    PartnerIncident,
    WarningLimit,
    limit_for,
    warnings_that_propose,
)
from app.partners.kinds import AT_WORK
from app.partners.model import Partner
from app.words import say

NAMED = 3


def partner_todos(session: Session, actor: Actor) -> Iterator[Todo]:
    """A fixed number of queries, within the scope of `actor`."""
    if actor.may("bookings.view"):
        yield from _without_partner(session, actor)
    if actor.may("partners.edit"):
        yield from _warned_often(session, actor)


def _without_partner(session: Session, actor: Actor) -> Iterator[Todo]:
    narrowed = limits(Booking, actor, city="city", vendor="partner.vendor_id")
    count, first = session.execute(
        select(func.count(), func.min(Booking.starts_at)).where(cannot_come(), *narrowed)
    ).one()
    if not count:
        return
    yield Todo(
        BAD,
        say("배정", "Dispatch"),
        say(
            f"파트너가 갈 수 없는 예약이 {count}건 있습니다. 다른 파트너로 바꿔 주세요.",
            f"{count} booking{'' if count == 1 else 's'} whose partner cannot come. Give them to somebody else.",
        ),
        say("가장 이른 시작 {at}", "The first starts {at}").fill(at=when(first)),
        "",
        say("예약 보기", "See bookings"),
        "bookings.index_view",
        {"tab": "gated"},
    )


def _warned_often(session: Session, actor: Actor) -> Iterator[Todo]:
    """Proposals of suspension; a person decides each on the partner's page."""
    on = clock.in_seoul(clock.now()).date()
    warned = select(PartnerIncident.partner_id).where(
        PartnerIncident.is_warning.is_(True), PartnerIncident.happened_on >= on - timedelta(days=LONGEST_DAYS)
    )
    narrowed = limits(Partner, actor, city="city", vendor="vendor_id")
    partners = session.scalars(
        select(Partner)
        .where(Partner.id.in_(warned), Partner.state.in_(AT_WORK), *narrowed)
        .options(selectinload(Partner.incidents))
        .order_by(Partner.id)
    ).all()
    limits_set = session.scalars(select(WarningLimit)).all() if partners else ()
    due = [one for one in partners if warnings_that_propose(one, limit_for(one.kind, limits_set), on)]
    for partner in due[:NAMED]:
        found = warnings_that_propose(partner, limit_for(partner.kind, limits_set), on)
        limit = limit_for(partner.kind, limits_set)
        yield Todo(
            WARN,
            say("경고", "Warnings"),
            say(
                f"{partner.name} 님의 경고가 {limit.days}일 사이에 {len(found)}번입니다. 정지할지 정해 주세요.",
                f"{partner.name}: {len(found)} warnings within {limit.days} days. Decide whether to suspend.",
            ),
            say(found[0].text[:80], found[0].text[:80]),
            "",
            say("정하기", "Decide"),
            "partners.details_view",
            {"id": partner.id},
        )
    if len(due) > NAMED:
        left = len(due) - NAMED
        yield Todo(
            WARN,
            say("경고", "Warnings"),
            say(f"경고가 쌓인 파트너가 {left}명 더 있습니다.", f"{left} more partners with many warnings."),
            None,
            "",
            say("파트너 보기", "See partners"),
            "partners.index_view",
            {"tab": "work"},
        )
