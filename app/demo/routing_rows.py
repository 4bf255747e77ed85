"""Routing in the demo: the team with its skills, shifts and presence, and a plan for each group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.clock import in_seoul
from app.demo import numbers
from app.demo.people_rows import VENDOR_OF_AGENTS
from app.partners.model import Vendor
from app.routing.days import PLAIN_HOURS, BusinessHours, HolidayChange, official
from app.routing.desk import PresenceState, Strategy
from app.routing.model import Presence, PresenceMove, RoutingAgent, Shift
from app.routing.plans import RoutingPlan
from app.routing.read import COUNTED
from app.tickets.model import Ticket

SEED = 71
PAST_DAYS = 90
ROOM = 8
DAY, LATE, NIGHT = (time(9), time(18)), (time(13), time(22)), (time(22), time(6))
PLAN_OF = {
    numbers.GENERAL: "general",
    numbers.GLOBAL: "global",
    numbers.REFUNDS: "refunds",
    numbers.URGENT: "urgent",
    numbers.PARTNERS: "partners",
}


@dataclass(frozen=True, slots=True)
class Worker:
    """`days`: on which weekdays, Monday 0."""

    span: tuple[time, time] = DAY
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    languages: tuple[str, ...] = ("ko",)
    skills: tuple[tuple[str, int], ...] = ()
    topics: tuple[str, ...] = ()
    is_outsourced: bool = False


WORKERS: Mapping[int, Worker] = {
    numbers.HANEUL: Worker(skills=(("긴급", 5), ("환불", 4)), topics=("refund_request",), languages=("ko", "en")),
    numbers.DOHYUN: Worker(skills=(("환불", 5), ("정산", 4)), topics=("refund_request",), languages=("ko", "en")),
    numbers.SEOJUN: Worker(skills=(("긴급", 3),), languages=("ko", "en")),
    numbers.YUNA: Worker(LATE, (1, 2, 3, 4, 5), ("ko", "en"), (("환불", 2),)),
    numbers.JIHO: Worker(skills=(("환불", 3),), topics=("refund_request",), languages=("ko", "en")),
    numbers.SORA: Worker(LATE, (0, 1, 2, 3, 4), is_outsourced=True),
    numbers.TAEYANG: Worker(NIGHT, (4, 5, 6), skills=(("정산", 3),), is_outsourced=True),
}


def routing(session: Session, moment: datetime) -> int:
    """Everybody is online now, so that a ticket written in the sandbox finds somebody. Gives the number of agents."""
    rng = Random(SEED)
    vendor = session.scalars(select(Vendor).where(Vendor.name == VENDOR_OF_AGENTS)).one()
    for zendesk_id, worker in WORKERS.items():
        presence = Presence(state=PresenceState.online, since_at=moment - timedelta(minutes=rng.randint(5, 120)))
        presence.moves = _moves(rng, numbers.AGENTS[zendesk_id][0], worker, presence.since_at)
        session.add(
            RoutingAgent(
                zendesk_id=zendesk_id,
                groups=[str(group) for group, members in numbers.MEMBERS.items() if zendesk_id in members],
                skills=dict(worker.skills),
                languages=list(worker.languages),
                topics=list(worker.topics),
                capacity=ROOM,
                channel_limits={"chat": ROOM // 2} if worker.is_outsourced else {},
                vendor=vendor if worker.is_outsourced else None,
                created_at=moment - timedelta(days=400),
                presence=presence,
                shifts=[Shift(weekday=day, starts=worker.span[0], ends=worker.span[1]) for day in worker.days],
            )
        )
    session.add_all(_plans(moment))
    session.add(BusinessHours(name="본사", hours=PLAIN_HOURS, is_default=True, updated_at=moment))
    anniversary = in_seoul(moment).date() + timedelta(days=18)
    if anniversary not in official(anniversary.year):
        session.add(HolidayChange(on_date=anniversary, name="창립기념일", created_at=moment))
    return len(WORKERS)


def make_room(session: Session) -> None:
    """Every agent has room for a few tickets beside those that the demo's past has left open."""
    asked = select(Ticket.assignee_id, func.count()).where(Ticket.status.in_(COUNTED)).group_by(Ticket.assignee_id)
    open_now: dict[int | None, int] = {row[0]: row[1] for row in session.execute(asked)}
    for agent in session.scalars(select(RoutingAgent)):
        agent.capacity = open_now.get(agent.zendesk_id, 0) + ROOM


def _plans(moment: datetime) -> list[RoutingPlan]:
    made = moment - timedelta(days=59)
    return [
        RoutingPlan(
            key="general", title="일반 문의 배정", strategy=Strategy.least_loaded, group_id=numbers.GENERAL,
            idle_minutes=120, created_at=made,
        ),
        RoutingPlan(
            key="global", title="영어 문의 배정", strategy=Strategy.round_robin, group_id=numbers.GLOBAL,
            by_language=True, overflow_when_nobody=True, overflow_to="general", created_at=made,
        ),
        RoutingPlan(
            key="refunds", title="환불 문의 배정", strategy=Strategy.sticky, group_id=numbers.REFUNDS,
            skills={"환불": 3}, by_topic=True, idle_minutes=90, created_at=made,
        ),
        RoutingPlan(
            key="urgent", title="긴급 배정", strategy=Strategy.least_loaded, group_id=numbers.URGENT,
            emergency_tags=["emergency"], idle_minutes=10, most_moves=5, created_at=made,
        ),
        RoutingPlan(
            key="partners", title="파트너 문의 배정", strategy=Strategy.round_robin, group_id=numbers.PARTNERS,
            created_at=made,
        ),
    ]  # fmt: skip


def _moves(rng: Random, name: str, worker: Worker, since: datetime) -> list[PresenceMove]:
    """Came and went at each shift of the past, a few minutes off; came back this time."""
    moves: list[PresenceMove] = []
    today = in_seoul(since).date()
    for day in (today - timedelta(days=each) for each in range(PAST_DAYS, 0, -1)):
        if day.weekday() not in worker.days or day in official(day.year):
            continue
        came, went = _times(day, worker.span)
        for at, now in ((came, PresenceState.online), (went, PresenceState.offline)):
            moves.append(_move(name, now, at + timedelta(minutes=rng.randint(-9, 6))))
    return [*(one for one in moves if one.at < since), _move(name, PresenceState.online, since)]


def _times(day: date, span: tuple[time, time]) -> tuple[datetime, datetime]:
    came, went = (datetime.combine(day, each, clock.SEOUL) for each in span)
    return came, went if went > came else went + timedelta(days=1)


def _move(name: str, now: PresenceState, at: datetime) -> PresenceMove:
    was = PresenceState.offline if now is PresenceState.online else PresenceState.online
    return PresenceMove(was=was, now=now, by=name, at=at)
