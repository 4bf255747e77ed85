"""Shifts as rows of a file: read with every fault named, compared with what stands, and written. Pure.

A row names an agent (e-mail or Zendesk id), a day (mon … sun, 월 … 일, or a date) and its times; without times the day
is off. The rows of one agent and day together are that day; days that the file does not name stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from app.desk.sheets import NO_CSV, Fault
from app.errors import Refusal
from app.routing.days import read_spans, spans_of
from app.routing.desk import Span
from app.routing.model import Shift
from app.words import say

Day = int | date
Key = tuple[int, Day]
Spans = tuple[Span, ...]

COLUMNS = ("agent", "name", "day", "starts", "ends")
MOST_ROWS = 5000
_HEADS = {
    **{one: one for one in COLUMNS},
    "상담사": "agent",
    "이름": "name",
    "요일": "day",
    "날짜": "day",
    "시작": "starts",
    "끝": "ends",
}
_SHORT = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = {
    **{name: place for place, name in enumerate(_SHORT)},
    **{name: place for place, name in enumerate("월화수목금토일")},
    **{f"{name}요일": place for place, name in enumerate("월화수목금토일")},
}
NO_HEAD = say(
    "첫 줄에 agent, day, starts, ends가 있어야 합니다.", "The first line must name agent, day, starts and ends."
)
TOO_MANY = say("한 번에 5,000줄까지 가져올 수 있습니다.", "At most 5,000 lines at once.")
NO_AGENT = say("「{value}」은(는) 배정에 참여하는 상담사가 아닙니다.", "“{value}” is no agent of routing.")
NO_DAY = say("「{value}」은(는) 요일(월, mon)이나 날짜(2026-11-22)가 아닙니다.",
             "“{value}” is no weekday (mon) and no date (2026-11-22).")  # fmt: skip
NO_TIMES = say("「{value}」: 시각을 09:00처럼 적어 주세요.", "“{value}”: write the times as 09:00.")
ONE_TIME = say("시작과 끝을 모두 적거나 모두 비워 주세요.", "Write both times, or neither.")
OVERLAP = say("같은 날의 다른 근무와 겹칩니다.", "It overlaps another shift of that day.")
OFF_AND_ON = say("같은 날에 휴무와 근무가 함께 있습니다.", "That day is both off and on.")


@dataclass(frozen=True, slots=True)
class ReadRows:
    """`days`: what the good rows say of each agent and day; a day with any bad row is left out whole."""

    days: Mapping[Key, Spans] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class DayChange:
    agent_id: int
    day: Day
    was: Spans | None
    now: Spans | None


def read_rows(text: str, agents: Mapping[str, int]) -> ReadRows:
    """`agents`: our ids by e-mail in small letters and by Zendesk's id."""
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        return _read(lines, agents)
    except csv.Error:
        return ReadRows(faults=(Fault(max(lines.line_num, 1), NO_CSV),))


def _read(lines: Iterator[list[str]], agents: Mapping[str, int]) -> ReadRows:
    heads = [_HEADS.get(one.strip().lower(), "") for one in next(lines, [])]
    if not {"agent", "day", "starts", "ends"} <= set(heads):
        return ReadRows(faults=(Fault(1, NO_HEAD),))
    days: dict[Key, list[Span]] = defaultdict(list)
    offs: set[Key] = set()
    spoilt: set[Key] = set()
    faults: list[Fault] = []
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS + 1:
            return ReadRows(faults=(Fault(number, TOO_MANY),))
        row = {head: cell.strip().lstrip("'") for head, cell in zip(heads, cells, strict=False)}
        if not any(row.values()):
            continue
        key: Key | None = None
        try:
            key = (_agent(row.get("agent", ""), agents), read_day(row.get("day", "")))
            _take(days, offs, key, _span(row.get("starts", ""), row.get("ends", "")))
        except Refusal as refused:
            faults.append(Fault(number, refused.words))
            spoilt |= {key} if key is not None else set()
    good: dict[Key, Spans] = {key: tuple(sorted(spans)) for key, spans in days.items()}
    good |= dict.fromkeys(offs, ())
    return ReadRows({key: spans for key, spans in good.items() if key not in spoilt}, tuple(faults))


def _take(days: dict[Key, list[Span]], offs: set[Key], key: Key, span: Span | None) -> None:
    if (span is None and key in days) or (span is not None and key in offs):
        raise Refusal(OFF_AND_ON)
    if span is None:
        offs.add(key)
        return
    if any(_overlap(span, other) for other in days.get(key, ())):
        raise Refusal(OVERLAP)
    days[key].append(span)


def _overlap(one: Span, other: Span) -> bool:
    (a, b), (c, d) = _minutes(one), _minutes(other)
    return a < d and c < b


def _minutes(span: Span) -> tuple[int, int]:
    starts, ends = (at.hour * 60 + at.minute for at in span)
    return starts, ends if ends > starts else ends + 24 * 60


def _agent(typed: str, agents: Mapping[str, int]) -> int:
    found = agents.get(typed.lower())
    if found is None:
        raise Refusal(NO_AGENT.fill(value=typed[:60]))
    return found


def read_day(typed: str) -> Day:
    """Refuses what is neither a weekday nor a date."""
    if typed.lower() in _WEEKDAYS:
        return _WEEKDAYS[typed.lower()]
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refusal(NO_DAY.fill(value=typed[:40])) from None


def _span(starts: str, ends: str) -> Span | None:
    if not starts and not ends:
        return None
    if not starts or not ends:
        raise Refusal(ONE_TIME)
    try:
        ((first, last),) = spans_of(read_spans(f"{starts}-{ends}"))
    except (Refusal, ValueError):
        raise Refusal(NO_TIMES.fill(value=f"{starts}-{ends}"[:40])) from None
    return first, last


def days_of(shifts: Iterable[Shift]) -> dict[Key, Spans]:
    """What stands, by agent and day; a dated day off is there and empty."""
    found: dict[Key, list[Span]] = defaultdict(list)
    for one in shifts:
        day: Day = one.weekday if one.weekday is not None else one.on_date or date.min
        spans = found[one.agent_id, day]
        if one.starts is not None and one.ends is not None:
            spans.append((one.starts, one.ends))
    return {key: tuple(sorted(spans)) for key, spans in found.items()}


def changes(stands: Mapping[Key, Spans], wanted: Mapping[Key, Spans]) -> list[DayChange]:
    """What the wanted days change, weekdays before dates. A weekday that is off is one without a shift."""
    found = []
    for (agent, day), spans in wanted.items():
        now = None if isinstance(day, int) and not spans else spans
        if stands.get((agent, day)) != now:
            found.append(DayChange(agent, day, stands.get((agent, day)), now))
    return sorted(found, key=lambda one: (one.agent_id, isinstance(one.day, date), str(one.day)))


def rows_of(agent: str, name: str, days: Mapping[Day, Spans]) -> list[Sequence[str]]:
    """One agent's rows for a file, as `read_rows` takes them."""
    rows: list[Sequence[str]] = []
    for day in sorted(days, key=lambda one: (isinstance(one, date), str(one))):
        told = _SHORT[day] if isinstance(day, int) else day.isoformat()
        rows += [(agent, name, told, _hour(starts), _hour(ends)) for starts, ends in days[day]]
        if not days[day]:
            rows.append((agent, name, told, "", ""))
    return rows


def _hour(at: time) -> str:
    return f"{at:%H:%M}"
