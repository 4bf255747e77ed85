"""What the pages of a rehearsal show, to whoever looks: of the tickets and the money that they may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from app.actor import Actor, acting
from app.desk.shown import money
from app.rules.rehearsal.effects import Effect, from_rows
from app.rules.rehearsal.model import Rehearsal, RehearsalState, RehearsalTicket
from app.rules.rehearsal.names import EffectNames, names_of
from app.rules.rehearsal.sets import titles_of
from app.rules.rehearsal.tally import Pair, Tallies, Tally
from app.tickets.model import Ticket
from app.tickets.scope import seen
from app.words import Words, say

SAMPLES = 12
OF_A_KIND = 2
ROWS_A_PAGE = 50
VALUES_SHOWN = 25
BAR = 100
SEE_TICKETS, SEE_MONEY = "tickets.view", "refunds.view"
LOAD = ("assignee_id", "group_id")
SLA = say("첫 답변 SLA (실제 답변으로 셈)", "First-answer SLA, by the real answers")
BY_RULE = say("규칙별 실행", "Firings by rule")
SLA_WORDS: Mapping[str, Words] = {
    "in_time": say("기한 안에 첫 답변", "First answer in time"),
    "late": say("기한을 넘긴 첫 답변", "First answer late"),
    "earlier": say("기한이 당겨짐", "Due earlier"),
    "later": say("기한이 늦춰짐", "Due later"),
    "none": say("기한 없음", "No target"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: how often before and after. `*_width` are of BAR, the widest of the chart."""

    label: Words
    before: int
    after: int
    before_width: int
    after_width: int
    mark: str = ""
    told_before: str = ""
    told_after: str = ""

    @property
    def more(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Chart:
    title: Words
    bars: list[Bar]
    left: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One differing look of a ticket, in words."""

    at: datetime
    on_time: bool
    gone: list[tuple[Words, Words]]
    come: list[tuple[Words, Words]]


@dataclass(frozen=True, slots=True)
class TicketRow:
    row: RehearsalTicket
    lines: list[Line]


def tally_of(rehearsal: Rehearsal, actor: Actor | None = None) -> Tally:
    """What may be told to the one who looks; nothing to somebody of a vendor, who sees no tickets."""
    actor = actor or acting()
    if actor.vendor_id is not None:
        return Tally()
    return Tallies.from_json(rehearsal.tally).seen_in(actor.cities)


def progress_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """What moves while one looks."""
    tally = tally_of(rehearsal)
    total = max(rehearsal.total, rehearsal.done)
    return {
        "done": rehearsal.done,
        "told_done": f"{rehearsal.done:,}",
        "told_total": f"{total:,}",
        "percent": rehearsal.done * 100 // total if total else 0,
        "differing": f"{tally.differing:,}",
        "moving": rehearsal.is_under_way,
    }


def result_page(session: Session, rehearsal: Rehearsal) -> dict[str, Any]:
    """Everything for templates/rules/rehearsal.html."""
    tally, actor = tally_of(rehearsal), acting()
    titles = titles_of(rehearsal.frozen)
    effects = [Effect(name, value) for name, values in tally.effects.items() for value in values]
    rows = samples(session, rehearsal) if actor.may(SEE_TICKETS) else []
    names = names_of(session, [*effects, *_effects_in(rows)], titles)
    return {
        "rehearsal": rehearsal,
        "tally": tally,
        "progress": progress_of(rehearsal),
        "is_done": rehearsal.state is RehearsalState.done,
        "is_whole": not actor.cities and actor.vendor_id is None,
        "rules": _chart(
            say("규칙별 실행", "Firings by rule"), tally.rules, lambda key: (names.rule(key), f"rule:{key}")
        ),
        "load": [_effect_chart(names, name, tally.effects[name]) for name in LOAD if name in tally.effects],
        "effects": [
            _effect_chart(names, name, values)
            for name, values in sorted(tally.effects.items(), key=_differing_first)
            if name not in LOAD
        ],
        "money": _money(tally) if actor.may(SEE_MONEY) else None,
        "wishes": tally.wishes.get("?", [0, 0]),
        "sla": _chart(SLA, tally.sla, lambda key: (SLA_WORDS[key], "")) if tally.sla else None,
        "samples": ticket_rows(rows, names),
        "may_see_tickets": actor.may(SEE_TICKETS),
        "rehearsed": {f"rule:{one.rule_id}" for one in rehearsal.rules},
        "seen_by_me": any(one.user_id == actor.id for one in rehearsal.seen),
    }


def list_page(session: Session, rehearsal: Rehearsal, asked: Mapping[str, str]) -> dict[str, Any]:
    """The differing tickets that the one who looks may see, a page of them; `asked` narrows by rule, field, agent and
    group."""
    marks = [f"{name}:{asked[name]}" for name in ("rule", "field", "agent", "group") if asked.get(name)]
    page = int(asked["page"]) if asked.get("page", "").isdecimal() and len(asked["page"]) < 7 else 0
    where = _marked(marks)
    count = session.scalar(select(func.count()).select_from(_of(rehearsal, *where).subquery())) or 0
    rows = list(
        session.scalars(
            _of(rehearsal, *where).order_by(RehearsalTicket.id).offset(page * ROWS_A_PAGE).limit(ROWS_A_PAGE)
        )
    )
    titles = titles_of(rehearsal.frozen)
    tally = tally_of(rehearsal)
    named = [Effect(name, value) for name in LOAD for value in tally.effects.get(name, ())]
    names = names_of(session, [*named, *_effects_in(rows)], titles)
    return {
        "rehearsal": rehearsal,
        "rows": ticket_rows(rows, names),
        "count": count,
        "page": page,
        "pages": (count + ROWS_A_PAGE - 1) // ROWS_A_PAGE,
        "asked": {name: asked.get(name, "") for name in ("rule", "field", "agent", "group")},
        "choices": {
            "rule": [(key, names.rule(key)) for key in tally.rules],
            "field": [(key, names.label(key)) for key in sorted(tally.effects)],
            "agent": _people(names, "assignee_id", tally),
            "group": _people(names, "group_id", tally),
        },
        "is_pruned": not count and bool(tally.differing) and not marks,
    }


def samples(session: Session, rehearsal: Rehearsal) -> list[RehearsalTicket]:
    """A few tickets of each kind of difference, the same ones every time; kinds that are frequent first."""
    place = func.row_number().over(
        partition_by=RehearsalTicket.kind, order_by=(RehearsalTicket.draw, RehearsalTicket.id)
    )
    size = func.count().over(partition_by=RehearsalTicket.kind)
    scoped = (
        select(RehearsalTicket.id, place.label("place"), size.label("size"))
        .join(RehearsalTicket.ticket)
        .where(RehearsalTicket.rehearsal_id == rehearsal.id, *seen())
        .subquery()
    )
    chosen = (
        _of(rehearsal)
        .join(scoped, scoped.c.id == RehearsalTicket.id)
        .where(scoped.c.place <= OF_A_KIND)
        .order_by(scoped.c.place, scoped.c.size.desc(), RehearsalTicket.kind)
        .limit(SAMPLES)
    )
    return list(session.scalars(chosen))


def ticket_rows(rows: Iterable[RehearsalTicket], names: EffectNames) -> list[TicketRow]:
    return [TicketRow(row, [_line(one, names) for one in row.effects]) for row in rows]


def _of(rehearsal: Rehearsal, *where: ColumnElement[bool]) -> Select[RehearsalTicket]:
    rows = select(RehearsalTicket).join(RehearsalTicket.ticket)
    return rows.where(RehearsalTicket.rehearsal_id == rehearsal.id, *seen(), *where).options(
        contains_eager(RehearsalTicket.ticket).load_only(Ticket.zendesk_id, Ticket.subject)
    )


def _marked(marks: Iterable[str]) -> list[ColumnElement[bool]]:
    return [RehearsalTicket.marks.contains(f" {mark} ", autoescape=True) for mark in marks]


def _effects_in(rows: Iterable[RehearsalTicket]) -> list[Effect]:
    return [effect for row in rows for one in row.effects for effect in from_rows([*one["gone"], *one["come"]])]


def _line(raw: Mapping[str, Any], names: EffectNames) -> Line:
    gone, come = (
        [(names.label(effect.field), names.value(effect)) for effect in from_rows(raw[side])]
        for side in ("gone", "come")
    )
    return Line(datetime.fromisoformat(raw["at"]), str(raw["cause"]).startswith("time"), gone, come)


def _people(names: EffectNames, field: str, tally: Tally) -> list[tuple[str, Words]]:
    return [(value, names.value(Effect(field, value))) for value in tally.effects.get(field, ()) if value]


def _effect_chart(names: EffectNames, name: str, values: Mapping[str, Pair]) -> Chart:
    marks = {"assignee_id": "agent", "group_id": "group"}

    def told(value: str) -> tuple[Words, str]:
        return names.value(Effect(name, value)), f"{marks[name]}:{value}" if name in marks and value else ""

    return _chart(names.label(name), values, told)


def _chart(title: Words, pairs: Mapping[str, Pair], told: Any) -> Chart:
    """The biggest first; what does not fit is counted."""
    ordered = sorted(pairs.items(), key=lambda one: (-max(one[1]), one[0]))
    most = _most(pairs)
    bars = []
    for key, (before, after) in ordered[:VALUES_SHOWN]:
        label, mark = told(key)
        bars.append(Bar(label, before, after, before * BAR // most, after * BAR // most, mark))
    return Chart(title, bars, max(len(ordered) - VALUES_SHOWN, 0))


def _differing_first(one: tuple[str, Mapping[str, Pair]]) -> tuple[bool, int]:
    """What differs, then what is frequent."""
    return all(before == after for before, after in one[1].values()), -_most(one[1])


def _most(pairs: Mapping[str, Pair]) -> int:
    return max((max(pair) for pair in pairs.values()), default=0) or 1


def _money(tally: Tally) -> Chart:
    bars = []
    for currency, (before, after) in sorted(tally.money.items()):
        most = max(before, after) or 1
        told = [
            f"{money(amount, currency)} · {say(f'{count:,}건', f'{count:,}')}"
            for amount, count in zip((before, after), tally.wishes.get(currency, [0, 0]), strict=True)
        ]
        label = say(currency, currency)
        bars.append(Bar(label, before, after, before * BAR // most, after * BAR // most, "", *told))
    return Chart(say("환불 요청 금액", "Refunds asked for"), bars)
