"""The screen of undoing: what it would do is shown first, then done; how far it is moves on its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from app import clock
from app.db import db
from app.desk.shown import NOTHING, when
from app.desk.view import DeskView, needs
from app.errors import Refusal
from app.rules.model import Rule, RuleRun
from app.rules.publishing import PUBLISH
from app.rules.undo.model import ItemState, Undo, UndoItem
from app.rules.undo.planned import Line, Planned, begin, planned, under_way
from app.rules.undo.take_back import Left
from app.tickets.changes import Names, names_in
from app.tickets.model import Ticket
from app.tickets.scope import seen
from app.words import Words, say

SHOWN = 500
SPANS: Mapping[str, tuple[Words, timedelta]] = {
    "hour": (say("지난 1시간", "The last hour"), timedelta(hours=1)),
    "day": (say("지난 24시간", "The last 24 hours"), timedelta(days=1)),
    "week": (say("지난 7일", "The last 7 days"), timedelta(days=7)),
}
WHY: Mapping[str, Words] = {
    Left.touched: say("그 뒤에 {who} 바꾸었습니다 ({at}).", "Changed since by {who} ({at})."),
    Left.closed: say("종료된 티켓이라 바꿀 수 없습니다.", "The ticket is closed and takes no change."),
    Left.said: say("이미 나간 답변은 되돌릴 수 없습니다.", "An answer that went out cannot be taken back."),
    Left.lasting: say("나간 알림이나 추가된 사람은 되돌리지 않습니다.", "Messages and added people stay."),
    Left.under_way: say(
        "지금 나가는 중이거나 다른 규칙의 변경과 함께 있습니다. 잠시 뒤 다시 해 주세요.",
        "It is on its way, or together with another rule's change. Try again in a moment.",
    ),
    Left.not_here: say(
        "보냈지만 아직 이 티켓의 기록에서 확인되지 않았습니다. 잠시 뒤 다시 해 주세요.",
        "It was sent and is not in the ticket's record here yet. Try again in a moment.",
    ),
}
CHANGED_SINCE = say(
    "보시는 동안 무언가 바뀌었습니다. 아래의 새 내용을 확인하고 다시 눌러 주세요.",
    "Something changed while you looked. Check what stands below now, then press again.",
)
NO_TIME = say("시작이 끝보다 늦습니다.", "The beginning is after the end.")
WRONG_TIME = say("「{typed}」은 날짜와 시각이 아닙니다.", "“{typed}” is no date and time.")
SOMEBODY = say("다른 곳에서", "somebody")
BY = say("{name} 님이", "{name}")


@dataclass(frozen=True, slots=True)
class StayLine:
    label: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class BackLine:
    label: str
    stands: str
    back_to: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One ticket as people read it; `state` of the item and of its push once it is under way."""

    ticket: Ticket
    backs: list[BackLine]
    stays: list[StayLine]
    drops: bool
    item: UndoItem | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The time that was asked for; `name` of SPANS, "run" for one firing, or "own"."""

    name: str
    since: datetime
    until: datetime

    def typed(self, at: datetime) -> str:
        return f"{clock.in_seoul(at):%Y-%m-%dT%H:%M}"


class UndoView(DeskView):
    model = Undo
    endpoint = "undos"
    subject = "undos"
    label = say("되돌린 일", "Taken back")
    icon = "undo-2"
    can_create = False
    can_edit = False
    details_template = "rules/undo.html"
    column_list = ("at", "rule.title", "since", "until", "by", "why", "state")
    column_labels = {
        "at": say("때", "When"),
        "rule.title": say("규칙", "Rule"),
        "since": say("언제부터", "From"),
        "until": say("언제까지", "To"),
        "by": say("누가", "Who"),
        "why": say("이유", "Why"),
        "state": say("상태", "State"),
    }
    column_filters = ("state",)
    column_searchable_list = ("rule.title", "why")
    column_default_sort = ("id", True)
    empty = say(
        "되돌린 일이 없습니다. 규칙 화면의 「한 일 되돌리기」에서 시작합니다.",
        "Nothing has been taken back. Begin on a rule's page, by “Take back what it did”.",
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more |= _page(more["model"])
        return super().render(template, **more)

    @expose("/ask/", methods=("GET", "POST"))
    @needs(PUBLISH)
    def ask_view(self) -> ResponseReturnValue:
        """Shows what would be taken back (GET), and does it when what is shown is still so (POST)."""
        session = db.session()
        rule = _rule(request.values.get("rule"))
        if request.method == "GET":
            try:
                span = _span(rule)
                return self._asked(rule, span, planned(session, rule, span.since, span.until))
            except Refusal as refusal:
                return self._asked(rule, _default(), None, refused=refusal.words), 422
        span = _exact()
        plan = planned(session, rule, span.since, span.until)
        if plan.digest != request.form.get("digest"):
            return self._asked(rule, span, plan, refused=CHANGED_SINCE), 409
        try:
            undo = begin(session, rule, plan, span.since, span.until, request.form.get("why", ""))
            session.commit()
        except IntegrityError:
            session.rollback()
            return self._asked(rule, span, plan, refused=under_way(rule).words), 409
        except Refusal as refusal:
            session.rollback()
            plan = planned(session, rule, span.since, span.until)
            return self._asked(rule, span, plan, refused=refusal.words), 422
        flash(str(say("되돌리기 시작했습니다.", "Taking it back has begun.")), "success")
        return redirect(self.get_url(".details_view", id=undo.id))

    @expose("/state.json")
    def state(self) -> ResponseReturnValue:
        """How far it is; asked by its page every few seconds."""
        return jsonify(_told(_progress(self.get_one(request.args.get("id", "")))))

    def _asked(self, rule: Rule, span: Span, plan: Planned | None, *, refused: Words | None = None) -> str:
        lines = plan.lines if plan else ()
        names = names_in(db.session(), [part for one in lines for part in (one.back.change, one.back.before)])
        people = _people(stay.by for one in lines for stay in one.back.stays)
        return self.render(
            "rules/undo_ask.html",
            rule=rule,
            span=span,
            spans=SPANS,
            plan=plan,
            restored=[_planned_line(one, names, people) for one in (plan.restored if plan else ())][:SHOWN],
            left=[_planned_line(one, names, people) for one in (plan.left if plan else ())][:SHOWN],
            typed_why=request.form.get("why", ""),
            refused=refused,
            most=SHOWN,
        )


def _rule(asked: str | None) -> Rule:
    rule = db.session.get(Rule, _number(asked)) if _number(asked) else None
    if rule is None:
        abort(404)
    return rule


def _number(asked: str | None) -> int:
    return int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 19 else 0


def _default() -> Span:
    now = clock.now()
    return Span("day", now - SPANS["day"][1], now)


def _span(rule: Rule) -> Span:
    """From the address: one run, a named span, or a time typed in Seoul's; the last 24 hours where nothing is asked."""
    run_id, typed = _number(request.args.get("run")), request.args.get("since", "")
    if run_id:
        run = db.session.get(RuleRun, run_id)
        if run is None or run.rule_id != rule.id:
            abort(404)
        return Span("run", run.at, run.at)
    if typed:
        since, until = _moment(typed), _moment(request.args.get("until", ""), 59)
        if since > until:
            raise Refusal(NO_TIME)
        return Span("own", since, until)
    name = request.args.get("span", "day")
    now = clock.now()
    return Span(name, now - SPANS[name][1], now) if name in SPANS else _default()


def _moment(typed: str, second: int = 0) -> datetime:
    try:
        return clock.telling(datetime.fromisoformat(typed).replace(second=second, tzinfo=clock.SEOUL))
    except ValueError:
        raise Refusal(WRONG_TIME.fill(typed=typed[:40])) from None


def _exact() -> Span:
    """The very moments that were shown."""
    try:
        shown = (request.form.get(name, "") for name in ("shown_since", "shown_until"))
        since, until = (clock.telling(datetime.fromisoformat(one)) for one in shown)
    except ValueError:
        abort(400)
    if since.tzinfo is None or until.tzinfo is None:
        abort(400)
    return Span("own", since, until)


def _planned_line(line: Line, names: Names, people: Mapping[int, str]) -> ItemLine:
    stays = [_stay(one.to_json(), names, people) for one in line.back.stays]
    return ItemLine(line.ticket, _backs(line.back.change, line.back.before, names), stays, bool(line.drops))


def _backs(change: Mapping[str, Any], before: Mapping[str, Any], names: Names) -> list[BackLine]:
    found = []
    for field, value in change.items():
        if field == "custom_fields":
            stands = before.get("custom_fields", {})
            found += [
                BackLine(names.label(key), names.value(key, stands.get(key)), names.value(key, one["value"]))
                for one in value
                for key in (str(one["id"]),)
            ]
        elif field in before:
            found.append(BackLine(names.label(field), names.value(field, before[field]), names.value(field, value)))
        else:
            found.append(BackLine(names.label(field), "", ", ".join(value)))
    return found


def _stay(raw: Mapping[str, Any], names: Names, people: Mapping[int, str]) -> StayLine:
    by, at = raw.get("by"), raw.get("at")
    name = people.get(int(by)) if by else None
    who = BY.fill(name=name) if name else SOMEBODY
    told = WHY[raw["why"]].fill(who=who, at=when(datetime.fromisoformat(at)) if at else NOTHING)
    field, value = str(raw["field"]), raw.get("value")
    labels = {
        "comment": say("답변", "Answer"),
        "push": say("보낼 변경", "A change to send"),
        "current_tags": say("붙인 태그", "Added tag"),
        "remove_tags": say("뗀 태그", "Removed tag"),
    }
    label = str(labels[field]) if field in labels else names.label(field.removeprefix("custom_fields_"))
    plain = "" if value is None or field == "push" else names.value(field.removeprefix("custom_fields_"), value)
    return StayLine(label, plain, str(told))


def _people(ids: Iterable[int | None]) -> Mapping[int, str]:
    wanted = sorted({one for one in ids if one})
    names = names_in(db.session(), [{"assignee_id": one} for one in wanted])
    return {one: names.people[str(one)] for one in wanted if str(one) in names.people}


def _page(undo: Undo) -> dict[str, Any]:
    rows = (
        select(UndoItem)
        .join(UndoItem.ticket)
        .where(UndoItem.undo_id == undo.id, *seen())
        .options(joinedload(UndoItem.ticket), joinedload(UndoItem.push))
        .order_by(UndoItem.id)
        .limit(SHOWN)
    )
    items = db.session.scalars(rows).all()
    names = names_in(db.session(), [part for one in items for part in (one.change, one.before)])
    people = _people(stay.get("by") for one in items for stay in one.stays)
    lines = [
        ItemLine(
            one.ticket,
            _backs(one.change, one.before, names),
            [_stay(stay, names, people) for stay in one.stays],
            bool(one.drops),
            one,
        )
        for one in items
    ]
    progress = _progress(undo)
    return {
        "undo": undo,
        "restored": [one for one in lines if one.item and one.item.state is not ItemState.left],
        "left": [one for one in lines if one.stays],
        "progress": progress,
        "told": _told(progress),
        "most": SHOWN,
    }


def _progress(undo: Undo) -> Counter[str]:
    """How many items of the tickets that may be seen stand where; of those owed, how many have arrived."""
    counted = Counter[str]()
    rows = (
        select(UndoItem)
        .join(UndoItem.ticket)
        .where(UndoItem.undo_id == undo.id, *seen())
        .options(joinedload(UndoItem.push))
    )
    for item in db.session.scalars(rows):
        push = item.push.state.value if item.push is not None else ""
        counted[item.state.value] += 1
        counted["partly"] += bool(item.stays)
        counted["sent"] += push == "sent"
        counted["overtaken"] += push == "overtaken"
        counted["failed"] += push in {"refused", "dead", "dropped"}
    return counted


def _told(counted: Counter[str]) -> dict[str, Any]:
    todo = counted[ItemState.waiting] + counted[ItemState.owed] + counted[ItemState.held_back]
    over = counted["sent"] + counted["overtaken"] + counted["failed"] + counted[ItemState.held_back]
    return {
        "todo": todo,
        "over": over,
        "sent": counted["sent"] + counted[ItemState.held_back],
        "overtaken": counted["overtaken"],
        "failed": counted["failed"],
        "left": counted["partly"],
        "moving": over < todo,
    }
