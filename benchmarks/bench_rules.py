"""One ticket after another against 200 rules: ours beside JSONLogic in Rust and a plain interpreter of the same JSON.

All in one run, round by round one after the other, on the same tickets; answers are compared on every pair of a rule
and a ticket before anything is timed. What the peers are given is told in rule_peers.py; ours is timed from the facts
of the ticket on, with a new look (Sight) a ticket. Each yields the numbers of the rules that are met. Then 2,000 rules
of the same conditions beside 200, and how long it takes to compile them.

TICKETS=500, ROUNDS=15. A first round, on other tickets, is not counted: engines in a worker are warm. Every round asks
the same tickets, so what the index keeps of tags and words that come together is there: an account's are mostly known.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import compress
from typing import Any

from datalogic_py import Engine

from app.language.account import PLAIN_ACCOUNT
from app.language.facts_of_ticket import TicketFacts
from app.language.ruleset import RuleSet
from app.language.sight import Sight
from benchmarks.rule_peers import jsonlogic, plain, ready
from benchmarks.worlds import NOW, BenchRule, compiled, facts_of, hours_of, past, rows

TICKETS = int(os.environ.get("TICKETS", "500"))
ROUNDS = int(os.environ.get("ROUNDS", "15"))
Met = list[tuple[int, ...]]


def ours(rules: RuleSet[BenchRule], facts: list[TicketFacts]) -> Met:
    return [tuple(rules.met(Sight(one, NOW, PLAIN_ACCOUNT))) for one in facts]


def microseconds(work: Callable[[], Any]) -> float:
    """Of the processor, a ticket: each engine works in the one thread that calls it, so neighbours matter less."""
    started = time.thread_time()
    work()
    return (time.thread_time() - started) / TICKETS * 1_000_000


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}-{max(values):.1f})"


def times(slow: list[float], fast: list[float]) -> str:
    return spread([a / b for a, b in zip(slow, fast, strict=True)])


def main() -> int:
    found, more = rows(200), rows(2000)
    started = time.perf_counter()
    engine = compiled(found)
    built = time.perf_counter()
    large = compiled(more)
    print(f"compiled: 200 rules in {built - started:.3f} s, 2,000 in {time.perf_counter() - built:.3f} s")
    conditions = sum(len(row["all"]) + len(row["any"]) for row in found)
    print(f"200 rules, {conditions} conditions, {TICKETS:,} tickets, {ROUNDS} rounds")

    stored, others = past(TICKETS), past(TICKETS * 2, seed=12)
    facts, warming = facts_of(stored), facts_of(others)
    tickets = [ready(one, hours) for one, hours in zip(facts, hours_of(stored), strict=True)]
    logic = Engine()
    program = logic.compile(jsonlogic(found))
    session, numbers = logic.session(), range(len(found))

    def theirs() -> Met:
        return [tuple(compress(numbers, session.evaluate(program, one))) for one in tickets]

    def interpreted() -> Met:
        return [tuple(plain(found, one)) for one in tickets]

    answers = ours(engine, facts)
    for name, other in (("datalogic-py", theirs()), ("plain interpreter", interpreted())):
        off = sum(len(set(a) ^ set(b)) for a, b in zip(answers, other, strict=True))
        if off:
            print(f"the answers differ from those of {name} on {off} pairs of a rule and a ticket")
            return 1
    met = sum(map(len, answers))
    print(f"the same answers on {200 * TICKETS:,} pairs, {met:,} of them met")

    ours(engine, warming)
    ours(large, warming)
    measured: dict[str, list[float]] = {"ours": [], "datalogic-py": [], "plain": [], "ours, 2,000 rules": []}
    for _ in range(ROUNDS):
        measured["ours"].append(microseconds(lambda: ours(engine, facts)))
        measured["datalogic-py"].append(microseconds(theirs))
        measured["plain"].append(microseconds(interpreted))
        measured["ours, 2,000 rules"].append(microseconds(lambda: ours(large, facts)))
    print("microseconds a ticket: median (least-most)")
    for name, values in measured.items():
        print(f"  {name:20} {spread(values)}")
    print("times as fast: median (least-most)")
    print(f"  as datalogic-py        {times(measured['datalogic-py'], measured['ours'])} · goal: at least 5")
    print(f"  as a plain interpreter {times(measured['plain'], measured['ours'])} · goal: at least 30")
    print(
        f"time of 2,000 rules against 200: {times(measured['ours, 2,000 rules'], measured['ours'])} · goal: at most 3"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
