"""How long one answer of routing takes with 200 agents: `.venv/bin/python -m benchmarks.bench_route`."""

from __future__ import annotations

import random
import statistics
import time as clocks
from datetime import UTC, datetime, time

from app.language.facts_of_ticket import TicketFacts
from app.routing.desk import Desk, DeskAgent, PresenceState, Queue, Shifts, Strategy
from app.routing.route import route

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AGENTS, RUNS, EACH = 200, 9, 100
FACTS = TicketFacts(subject="환불해 주세요 빨리요", tags=frozenset({"refund", "web"}), requester_id="9", via_id="4")
QUEUES = {
    "round robin": Queue("q", group_id="7"),
    "least loaded": Queue("q", group_id="7", strategy=Strategy.least_loaded),
    "sticky, every check": Queue(
        "q", group_id="7", strategy=Strategy.sticky, skills=(("refund", 2),), by_language=True, by_topic=True,
        by_city=True, only_on_shift=True,
    ),
}  # fmt: skip


def a_desk() -> Desk:
    chance = random.Random(1)
    agents = tuple(
        DeskAgent(
            str(number),
            f"agent {number}",
            frozenset({"7"}),
            {"refund": chance.randint(1, 5)},
            frozenset(chance.sample(("ko", "en"), chance.randint(1, 2))),
            frozenset(chance.sample(("refund", "leak"), chance.randint(1, 2))),
            load=chance.randint(0, 8),
            presence=chance.choice(list(PresenceState)),
            shifts=Shifts((((time(9), time(18)),),) * 7),
        )
        for number in range(1, AGENTS + 1)
    )
    return Desk(agents, {("q", one.id): chance.randint(0, 999) for one in agents}, {"9": "5"})


def main() -> None:
    desk = a_desk()
    for name, queue in QUEUES.items():
        took = []
        for _ in range(RUNS):
            started = clocks.process_time()
            for _ in range(EACH):
                route(FACTS, queue, desk, NOW)
            took.append((clocks.process_time() - started) / EACH * 1e6)
        told = f"{statistics.median(took):.0f} µs ({min(took):.0f}–{max(took):.0f})"
        print(f"{name}: {told} of processor time for {AGENTS} agents")


if __name__ == "__main__":
    main()
