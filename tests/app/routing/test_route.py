"""Who gets a ticket: the strategies, the guards, and that every answer is explained."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.language.account import Calendar
from app.language.facts_of_ticket import BookingFacts, CustomerFacts, TicketFacts
from app.routing.desk import ContractSpan, Desk, DeskAgent, Lane, PresenceState, Queue, Shifts, Strategy
from app.routing.reasons import CHOSEN, Routed, Why
from app.routing.route import route, route_on

# A Monday, 10:00 in Seoul.
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY = ((time(9), time(18)),)
WEEK = Shifts((DAY, DAY, DAY, DAY, DAY, (), ()))


def an_agent(number: int, **more: object) -> DeskAgent:
    facts: dict[str, object] = {
        "id": str(number), "name": f"상담사{number}", "groups": frozenset({"7"}), "presence": PresenceState.online,
    }  # fmt: skip
    return DeskAgent(**{**facts, **more})  # type: ignore[arg-type]


def a_desk(*agents: DeskAgent, **more: object) -> Desk:
    return Desk(agents=agents, **more)  # type: ignore[arg-type]


def a_queue(**more: object) -> Queue:
    return Queue(**{"key": "general", "group_id": "7", **more})  # type: ignore[arg-type]


def why(routed: Routed, number: int) -> Why:
    return next(one.why for one in routed.agents if one.agent_id == str(number))


def test_round_robin_takes_turns_and_forgets_nobody_who_comes_back() -> None:
    desk, plan, got = a_desk(*(an_agent(each) for each in (1, 2, 3))), a_queue(), []
    for _ in range(7):
        told = route(TicketFacts(), plan, desk, NOW)
        assert told.assignee_id is not None
        assert told.why is Why.turn
        got.append(told.assignee_id)
        desk = desk.given("general", told.assignee_id)
    assert got == ["1", "2", "3", "1", "2", "3", "1"]


def test_the_least_loaded_is_the_one_with_the_smallest_share_of_their_capacity() -> None:
    desk = a_desk(an_agent(1, load=3, capacity=4), an_agent(2, load=4, capacity=10), an_agent(3, load=2, capacity=4))
    told = route(TicketFacts(), a_queue(strategy=Strategy.least_loaded), desk, NOW)
    assert (told.assignee_id, why(told, 1), why(told, 3)) == ("2", Why.later, Why.later)
    assert "4/10" in told.words.ko


def test_a_customer_comes_back_to_the_agent_they_know_and_else_to_another() -> None:
    plan, facts = a_queue(strategy=Strategy.sticky), TicketFacts(requester_id="900")
    desk = a_desk(an_agent(1), an_agent(2, load=5), last_agents={"900": "2"})
    assert (route(facts, plan, desk, NOW).assignee_id, route(facts, plan, desk, NOW).why) == ("2", Why.last)
    away = replace(desk, agents=(desk.agents[0], replace(desk.agents[1], presence=PresenceState.on_break)))
    told = route(facts, plan, away, NOW)
    assert (told.assignee_id, told.why, why(told, 2)) == ("1", Why.least, Why.on_break)


@pytest.mark.parametrize(
    ("change", "plan", "wanted"),
    [
        ({"is_active": False}, {}, Why.inactive),
        ({"contract": ContractSpan(is_active=False)}, {}, Why.contract),
        ({"contract": ContractSpan(ends_on=NOW.date() - timedelta(days=1))}, {}, Why.contract),
        ({"contract": ContractSpan(starts_on=NOW.date() + timedelta(days=1))}, {}, Why.contract),
        ({"skills": {"refund": 2}}, {"skills": (("refund", 3),)}, Why.skill),
        ({"languages": frozenset({"ko"})}, {"by_language": True}, Why.language),
        ({"topics": frozenset({"leak"})}, {"by_topic": True}, Why.topic),
        ({"cities": frozenset({"부산"})}, {"by_city": True}, Why.city),
        ({"presence": PresenceState.away}, {}, Why.away),
        ({"presence": PresenceState.on_break}, {}, Why.on_break),
        ({"presence": PresenceState.offline}, {}, Why.offline),
        ({}, {"only_on_shift": True}, Why.no_shift),
        ({"shifts": Shifts(((), DAY, DAY, DAY, DAY, (), ()))}, {"only_on_shift": True}, Why.off_shift),
        ({"channel_limits": {"29": 1}, "channel_load": {"29": 1}}, {}, Why.channel_full),
        ({"load": 8}, {}, Why.full),
    ],
)
def test_every_obstacle_is_named(change: dict[str, object], plan: dict[str, object], wanted: Why) -> None:
    """The same agent without the obstacle gets the ticket."""
    good: dict[str, object] = {
        "skills": {"refund": 3}, "languages": frozenset({"en"}), "topics": frozenset({"refund"}), "shifts": WEEK,
    }  # fmt: skip
    other = an_agent(2, topics=frozenset({"refund"}), presence=PresenceState.offline)
    facts = TicketFacts(
        subject="Refund please", description="I want my money back", tags=frozenset({"refund", "web"}), via_id="29",
        booking=BookingFacts(city="마포"),
    )  # fmt: skip
    told = route(facts, a_queue(**plan), a_desk(an_agent(1, **{**good, "shifts": Shifts(), **change}), other), NOW)
    assert (told.assignee_id, why(told, 1)) == (None, wanted)
    well = route(facts, a_queue(**plan), a_desk(an_agent(1, **good), other), NOW)
    assert well.assignee_id == "1"


def test_a_shift_may_pass_midnight_and_a_holiday_is_off_for_who_does_not_work_then() -> None:
    night = Shifts((((time(22), time(6)),),) * 7)
    calendar = Calendar(holidays={date(2026, 11, 23): "임시 공휴일"})
    late = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # Tuesday 05:30 in Seoul
    plan = a_queue(only_on_shift=True)
    assert route(TicketFacts(), plan, a_desk(an_agent(1, shifts=night)), late).assignee_id == "1"
    told = route(TicketFacts(), plan, a_desk(an_agent(1, shifts=WEEK), calendar=calendar), NOW)
    assert why(told, 1) is Why.holiday
    assert "임시 공휴일" in told.agents[0].words.ko
    works = replace(WEEK, works_on_holidays=True)
    assert route(TicketFacts(), plan, a_desk(an_agent(1, shifts=works), calendar=calendar), NOW).assignee_id == "1"


def test_an_emergency_alone_passes_capacity() -> None:
    desk, plan = a_desk(an_agent(1, load=9), an_agent(2, load=8)), a_queue(emergency_tags=frozenset({"fire"}))
    normal = route(TicketFacts(customer=CustomerFacts(tier="vip")), plan, desk, NOW)
    assert (normal.assignee_id, normal.lane, normal.why) == (None, Lane.vip, Why.waits)
    told = route(TicketFacts(tags=frozenset({"fire"})), plan, desk, NOW)
    assert (told.assignee_id, told.lane, told.why) == ("2", Lane.emergency, Why.over)


def test_who_has_the_ticket_keeps_it_unless_they_are_left_out() -> None:
    desk = a_desk(an_agent(1, load=20, presence=PresenceState.away), an_agent(2))
    facts = TicketFacts(assignee_id="1")
    assert (route(facts, a_queue(), desk, NOW).assignee_id, route(facts, a_queue(), desk, NOW).why) == ("1", Why.stays)
    moved = route(facts, a_queue(), desk, NOW, excluded=frozenset({"1"}))
    assert (moved.assignee_id, why(moved, 1)) == ("2", Why.excluded)


def test_it_overflows_at_once_where_nobody_is_there_and_later_where_all_are_full() -> None:
    second = an_agent(2, groups=frozenset({"8"}))
    queues = {
        "general": a_queue(overflow_to="global", overflow_when_nobody=True, overflow_minutes=10),
        "global": a_queue(key="global", group_id="8", overflow_to="general", overflow_when_nobody=True),
    }
    gone, full = an_agent(1, presence=PresenceState.offline), an_agent(1, load=8)
    told = route_on(TicketFacts(), "general", queues, a_desk(gone, second), NOW)
    assert (told.queue, told.assignee_id, [one.queue for one in told.before]) == ("global", "2", ["general"])
    waits = route_on(TicketFacts(), "general", queues, a_desk(full, second), NOW)
    assert (waits.queue, waits.assignee_id, waits.why) == ("general", None, Why.waits)
    later = route_on(TicketFacts(), "general", queues, a_desk(full, second), NOW, overflowing=True)
    assert (later.queue, later.assignee_id) == ("global", "2")
    nobody = route_on(TicketFacts(), "general", queues, a_desk(gone, replace(second, load=8)), NOW)
    assert (nobody.queue, nobody.assignee_id, nobody.group_id) == ("general", None, "7")


def test_a_reason_survives_being_kept() -> None:
    told = route_on(TicketFacts(), "general", {"general": a_queue()}, a_desk(an_agent(1, load=8), an_agent(2)), NOW)
    assert Routed.from_json(told.to_json()) == told
    assert [(one.words.ko, one.words.en) for one in told.agents] == [
        ("찼습니다 (8/8)", "Is full (8/8)"),
        ("차례입니다", "It is their turn"),
    ]


def a_case(chance: random.Random) -> tuple[TicketFacts, Queue, Desk]:
    agents = tuple(
        an_agent(
            number,
            groups=frozenset(chance.sample(("7", "8"), chance.randint(1, 2))),
            skills={"refund": chance.randint(0, 5)},
            languages=frozenset(chance.sample(("ko", "en"), chance.randint(1, 2))),
            topics=frozenset(chance.sample(("refund", "leak"), chance.randint(0, 2))),
            capacity=chance.randint(1, 5),
            load=chance.randint(0, 6),
            presence=chance.choice(list(PresenceState)),
            shifts=chance.choice((WEEK, Shifts())),
            is_active=chance.random() < 0.9,
        )
        for number in range(1, chance.randint(1, 8) + 1)
    )
    facts = TicketFacts(
        subject=chance.choice(("환불해 주세요, 취소합니다", "please refund my booking")),
        tags=frozenset(chance.sample(("refund", "leak", "fire", "web"), chance.randint(0, 3))),
        priority=chance.choice(("normal", "urgent")),
        requester_id="900",
        customer=CustomerFacts(tier=chance.choice(("vip", "standard"))),
    )
    plan = a_queue(
        strategy=chance.choice(list(Strategy)),
        group_id=chance.choice(("7", "")),
        skills=chance.choice(((), (("refund", 2),))),
        by_language=chance.random() < 0.5,
        by_topic=chance.random() < 0.5,
        only_online=chance.random() < 0.7,
        only_on_shift=chance.random() < 0.3,
        urgent_is_emergency=chance.random() < 0.5,
    )
    turns = {("general", one.id): chance.randint(0, 9) for one in agents}
    return facts, plan, Desk(agents, turns, {"900": str(chance.randint(1, 8))})


def test_two_thousand_desks_keep_the_promises() -> None:
    """Never above capacity but in an emergency, least loaded is a minimum, sticky sticks, all is explained, the same
    desk gives the same answer."""
    chance, chosen_ways = random.Random(20_261_122), set()
    for _ in range(2000):
        facts, plan, desk = a_case(chance)
        told = route(facts, plan, desk, NOW)
        assert route(facts, plan, desk, NOW) == told
        mine = {one.id: one for one in desk.agents if not plan.group_id or plan.group_id in one.groups}
        assert {one.agent_id for one in told.agents} == set(mine)
        assert told.others == len(desk.agents) - len(mine)
        assert all(one.words.ko and one.words.en for one in told.agents)
        assert [one.agent_id for one in told.agents if one.chosen] == [told.assignee_id] * (told.why in CHOSEN)
        if told.assignee_id is None:
            assert told.why in {Why.waits, Why.nobody}
            continue
        chosen_ways.add(told.why)
        taker = mine[told.assignee_id]
        if told.why is Why.over:
            assert told.lane is Lane.emergency
            assert all(one.why is not Why.later for one in told.agents)
            continue
        assert taker.load < taker.capacity
        could = [mine[one.agent_id] for one in told.agents if one.why is Why.later]
        if told.why is Why.least:
            assert all(taker.load * one.capacity <= one.load * taker.capacity for one in could)
        if plan.strategy is Strategy.sticky:
            assert (told.why is Why.last) is (desk.last_agents["900"] in {one.id for one in (taker, *could)})
    assert chosen_ways == {Why.turn, Why.least, Why.last, Why.over}


def test_round_robin_is_fair_among_those_who_are_always_there() -> None:
    """Whoever comes and goes beside them."""
    chance = random.Random(7)
    for _ in range(40):
        always, others = [str(one) for one in range(1, 4)], [str(one) for one in range(4, 8)]
        desk = a_desk(*(an_agent(int(one), capacity=10_000) for one in always + others))
        got = dict.fromkeys(always + others, 0)
        for _ in range(60):
            here = tuple(
                replace(one, presence=PresenceState.online if one.id in always or chance.random() < 0.5 else
                        PresenceState.away)
                for one in desk.agents
            )  # fmt: skip
            told = route(TicketFacts(), a_queue(), replace(desk, agents=here), NOW)
            assert told.assignee_id is not None
            got[told.assignee_id] += 1
            desk = replace(desk, agents=here).given("general", told.assignee_id)
            counts = [got[one] for one in always]
            assert max(counts) - min(counts) <= 1
