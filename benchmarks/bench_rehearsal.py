"""Rules over stored past tickets: our columns beside polars with one expression a rule, in one run, answers compared.

Both start from the same Python lists, as rows of a database come. Polars is given the hours worked out and the subjects
folded, neither of which is counted for it and both of which are for us; its expressions are built once, and it may
leave out what they have in common (its lazy optimiser does) and use all cores. "Encoded" counts how the lists become
columns; "asked" is the engine alone. A round asks both, one after the other.

ROWS=100000 for fewer tickets; ROUNDS=5.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from app.language.batch import Met, met_columns
from app.language.columns import Coded, Columns, Texts, Times
from app.language.values import WRITTEN_JOINED, folded
from benchmarks.worlds import CITY, NIGHTS, NOW, PLAN, PRIORITIES, STATUSES, Past, compiled, hours_of, past, rows

ROWS = int(os.environ.get("ROWS", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
RULES = 200
RANKS = {"status": STATUSES, "priority": PRIORITIES}
NUMBERS = (NIGHTS, "NEW")
ALPHABET = "0-9A-Za-z_"


def columns(stored: Past) -> Columns:
    return Columns(
        len(stored.status),
        {
            "status": Coded.of(stored.status),
            "priority": Coded.of(stored.priority),
            "via_id": Coded.of(stored.via_id),
            "group_id": Coded.of(stored.group_id),
            "current_tags": Coded.of(stored.tags),
            "subject_includes_word": Texts(stored.subject),
            CITY: Coded.of(stored.city),
            PLAN: Coded.of(stored.plan),
            NIGHTS: Coded.of(stored.nights),
            "NEW": Times.of(stored.created_at),
        },
        NOW,
    )


def frame(stored: Past, hours: list[int], subjects: list[str], tags: list[list[str]]) -> pl.DataFrame:
    """Text as text: categories were no faster to ask here (lists of them half as fast), and slower to make."""
    few = {
        "status": stored.status, "priority": stored.priority, "via_id": stored.via_id, "group_id": stored.group_id,
        CITY: stored.city, PLAN: stored.plan,
    }  # fmt: skip
    made = pl.DataFrame(
        {
            **{name: pl.Series(values, dtype=pl.String) for name, values in few.items()},
            "current_tags": pl.Series(tags, dtype=pl.List(pl.String)),
            "subject": subjects,
            NIGHTS: pl.Series(stored.nights, dtype=pl.Int32),
            "NEW": pl.Series(hours, dtype=pl.Int32),
        }
    )
    ranks = [
        pl.col(name).replace_strict(list(order), list(range(len(order))), return_dtype=pl.Int8)
        .alias(f"{name}_rank")
        for name, order in RANKS.items()
    ]  # fmt: skip
    return made.with_columns(ranks)


def expression(row: dict[str, Any]) -> pl.Expr:
    field, sign, value = row["field"], row["operator"], row["value"]
    if field == "current_tags":
        found = pl.any_horizontal(pl.col(field).list.contains(one) for one in value.split())
        return found if sign == "includes" else ~found
    if field == "subject_includes_word":
        found = words(folded(value).split())
        return found if sign == "includes" else ~found
    if sign in {"less_than", "greater_than"} and field in RANKS:
        return compared(sign, pl.col(f"{field}_rank"), RANKS[field].index(value))
    return compared(sign, pl.col(field), int(value) if field in NUMBERS else value)


def words(wanted: list[str]) -> pl.Expr:
    """Hangul anywhere, by many literals at once; words of the alphabet by one regular expression."""
    loose = [one for one in wanted if WRITTEN_JOINED.search(one)]
    whole = [one for one in wanted if one not in loose]
    found = []
    if loose:
        found.append(pl.col("subject").str.contains_any(loose))
    if whole:
        either = "|".join(whole)
        found.append(pl.col("subject").str.contains(f"(?:^|[^{ALPHABET}])(?:{either})(?:[^{ALPHABET}]|$)"))
    return pl.any_horizontal(found)


def compared(sign: str, one: pl.Expr, other: Any) -> pl.Expr:
    return {"is": one.__eq__, "is_not": one.__ne__, "less_than": one.__lt__, "greater_than": one.__gt__}[sign](other)


def expressions(found: list[dict[str, Any]]) -> list[pl.Expr]:
    made = []
    for place, row in enumerate(found):
        every = [expression(one) for one in row["all"]]
        if row["any"]:
            every.append(pl.any_horizontal([expression(one) for one in row["any"]]))
        made.append(pl.all_horizontal(every).alias(str(place)))
    return made


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def differences(ours: Met, theirs: pl.DataFrame) -> int:
    return sum(
        int((np.isin(np.arange(len(theirs)), ours.rows_of(rule)) != theirs[str(rule)].to_numpy()).sum())
        for rule in range(RULES)
    )


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def main() -> int:
    found, stored = rows(RULES), past(ROWS)
    conditions = sum(len(row["all"]) + len(row["any"]) for row in found)
    print(f"{RULES} rules, {conditions} conditions, {ROWS:,} tickets, {os.cpu_count()} cores, {ROUNDS} rounds")
    engine = compiled(found)
    before = peak()
    met_columns(engine, columns(stored))
    print(f"peak memory with the stored lists: {peak():.2f} GiB ({before:.2f} of it the lists) · goal: at most 1.5")
    hours, subjects = hours_of(stored), [folded(one) for one in stored.subject]
    tags = [sorted(one) for one in stored.tags]
    asked = expressions(found)
    ours_encoded, ours_asked, theirs_encoded, theirs_asked = [], [], [], []
    for number in range(ROUNDS):
        seconds, mine = timed(lambda: columns(stored))
        ours_encoded.append(seconds)
        seconds, met = timed(lambda mine=mine: met_columns(engine, mine))
        ours_asked.append(seconds)
        seconds, table = timed(lambda: frame(stored, hours, subjects, tags))
        theirs_encoded.append(seconds)
        seconds, answer = timed(lambda table=table: table.lazy().select(asked).collect())
        theirs_asked.append(seconds)
        if number == 0:
            off = differences(met, answer)
            if off:
                print(f"the answers differ on {off} pairs of a rule and a ticket")
                return 1
            print(f"the same answers on {RULES * ROWS:,} pairs, {sum(met.counts()):,} of them met")
    whole = [a + b for a, b in zip(ours_encoded, ours_asked, strict=True)]
    theirs = [a + b for a, b in zip(theirs_encoded, theirs_asked, strict=True)]
    print("seconds: median (least-most)")
    print(f"  ours     encoded {spread(ours_encoded)} · asked {spread(ours_asked)} · both {spread(whole)}")
    print(f"  polars   encoded {spread(theirs_encoded)} · asked {spread(theirs_asked)} · both {spread(theirs)}")
    print("  goal: both at most 6 for 1,000,000 tickets")
    print("times as fast as polars with one expression a rule: median (least-most)")
    print(f"  asked against asked       {spread([b / a for a, b in zip(ours_asked, theirs_asked, strict=True)])}")
    print(f"  both against both         {spread([b / a for a, b in zip(whole, theirs, strict=True)])}")
    strict = [b / a for a, b in zip(whole, theirs_asked, strict=True)]
    print(f"  ours both, theirs asked   {spread(strict)}")
    print("  goal: at least 4, each with its encoding or each without")
    return 0


if __name__ == "__main__":
    sys.exit(main())
