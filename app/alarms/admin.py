"""The screens of alarms and of the letters that tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from app.actor import acting
from app.alarms.alarm import ACKNOWLEDGE, acknowledge
from app.alarms.by_hand import HAND_WORDS, MOVES, RIGHT, Hand, move
from app.alarms.escalation import ladder_of
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState, Letter, LetterState
from app.audit.trail import because
from app.db import db
from app.desk.shown import NOTHING
from app.desk.troubles import told
from app.desk.view import DeskView, Tab, desk_action, needs
from app.errors import Refusal
from app.words import Words, say

SEEN = say("확인했습니다. 다음 사람에게는 알리지 않습니다.", "Seen. Nobody else is told of it any more.")
DONE = say("{count}건을 처리했습니다.", "{count} done.")
STUCK = (LetterState.dead, LetterState.refused, LetterState.unknown)
FIRST_LINE = 120
# Where the trouble that an alarm tells of can be looked at: the screen and its tab.
PLACES: Mapping[AlarmKind, tuple[str, str | None]] = {
    AlarmKind.push_dead: ("outbox", "failed"),
    AlarmKind.letter_dead: ("letters", "stuck"),
    AlarmKind.inbox_dead: ("inbox", "dead"),
    AlarmKind.sync_trouble: ("link", None),
    AlarmKind.refund_unknown: ("refunds", "unknown"),
    AlarmKind.refund_came_back: ("refunds", "back"),
    AlarmKind.not_compared: ("differences", None),
    AlarmKind.partner_gated: ("partners", "gated"),
    AlarmKind.partner_ending: ("partners", "ending"),
    AlarmKind.dispute_late: ("disputes", "overdue"),
    **dict.fromkeys((AlarmKind.emergency, AlarmKind.emergency_late, AlarmKind.site_late), ("emergencies", "open")),
}


def _line(words: Words) -> str:
    text = str(words)
    return text if len(text) <= FIRST_LINE else f"{text[:FIRST_LINE]}…"


class AlarmView(DeskView):
    model = Alarm
    subject = "alarms"
    label = say("알람", "Alarms")
    icon = "siren"
    can_create = can_edit = False
    details_template = "alarms/details.html"
    empty = say("알람이 없습니다. 잘 돌아가고 있습니다.", "No alarms: all is well.")
    column_list = ("id", "kind", "words_ko", "state", "count", "raised_at", "last_at")
    column_labels = {
        "id": say("번호", "Number"),
        "kind": say("무엇", "What"),
        "words_ko": say("내용", "In words"),
        "state": say("상태", "State"),
        "count": say("횟수", "Times"),
        "raised_at": say("처음", "First"),
        "last_at": say("마지막", "Last"),
    }
    column_formatters = {"words_ko": lambda _view, _context, alarm, _name: _line(alarm.words)}
    column_filters = ("kind", "state", "raised_at")
    column_sortable_list = ("id", "kind", "state", "count", "raised_at", "last_at")
    column_default_sort = ("last_at", True)
    tabs = (
        Tab("open", say("확인 필요", "Open"), lambda: Alarm.state == AlarmState.open, hot=True),
        Tab("seen", say("확인함", "Seen"), lambda: Alarm.state == AlarmState.acknowledged),
        Tab("all", say("전체", "All")),
    )

    def place_of(self, alarm: Alarm) -> str | None:
        """The address where its trouble can be looked at, for who may; rules that it names stand on its own page."""
        screen, tab = PLACES.get(alarm.kind, (None, None))
        if screen is None or not acting().may(f"{screen}.view"):
            return None
        return str(self.get_url(f"{screen}.{'index' if tab is None else 'index_view'}", tab=tab))

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more["ladder"] = ladder_of(db.session(), more["model"])
        return super().render(template, **more)

    @desk_action("acknowledge", say("확인했습니다", "I have seen it"), None, ACKNOWLEDGE)
    def acknowledge_chosen(self, ids: list[str]) -> None:
        self.do_to_each(ids, lambda alarm: acknowledge(db.session(), alarm), DONE)

    @expose("/acknowledge/", methods=("POST",))
    @needs(ACKNOWLEDGE)
    def acknowledge_view(self) -> ResponseReturnValue:
        """Somebody has seen it; `note` says what they do about it, if they like."""
        alarm, note = self.get_one(request.form.get("id")), request.form.get("note", "").strip()
        session = db.session()
        try:
            if note:
                because(session, note)
            acknowledge(session, alarm, note)
            session.commit()
            flash(str(SEEN), "success")
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=alarm.id))


class LetterView(DeskView):
    model = Letter
    subject = "letters"
    label = say("편지함", "Letters")
    icon = "mail"
    can_create = can_edit = False
    details_template = "alarms/letter.html"
    empty = say("편지가 없습니다.", "There are no letters.")
    column_list = ("id", "kind", "to", "subject", "state", "tries", "why", "due_at", "sent_at")
    column_labels = {
        "id": say("번호", "Number"),
        "kind": say("종류", "Kind"),
        "to": say("받는 곳", "To"),
        "subject": say("제목", "Subject"),
        "state": say("상태", "State"),
        "tries": say("시도", "Tries"),
        "why": say("이유", "Why"),
        "due_at": say("보낼 때", "Due"),
        "sent_at": say("보낸 때", "Sent"),
        "created_at": say("만든 때", "Made"),
    }
    column_formatters = {"why": lambda _view, _context, letter, _name: told(letter.why) if letter.why else NOTHING}
    column_filters = ("state", "kind", "created_at")
    column_searchable_list = ("to", "subject")
    column_sortable_list = ("id", "state", "tries", "due_at", "sent_at")
    column_default_sort = ("id", True)
    scope_city = "ticket.booking.city"
    tabs = (
        Tab("stuck", say("확인 필요", "Stuck"), lambda: Letter.state.in_(STUCK), hot=True),
        Tab("held", say("보류", "Held"), lambda: Letter.state == LetterState.held, hot=True),
        Tab("owed", say("보낼 것", "Owed"), lambda: Letter.state.in_((LetterState.owed, LetterState.sending))),
        Tab("sent", say("보냄", "Sent"), lambda: Letter.state == LetterState.sent),
        Tab("all", say("전체", "All")),
    )

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            letter: Letter = more["model"]
            more |= {
                "letter": letter,
                "hands": [(one.value, HAND_WORDS[one]) for one in Hand if letter.state in MOVES[one]],
            }
        return super().render(template, **more)

    @desk_action("send", say("보내기", "Send"), say("고른 편지를 보낼까요?", "Send these letters?"), RIGHT)
    def send_chosen(self, ids: list[str]) -> None:
        self._each(ids, Hand.send)

    @desk_action("drop", say("버리기", "Drop"), say("고른 편지를 버릴까요?", "Drop these letters?"), RIGHT)
    def drop_chosen(self, ids: list[str]) -> None:
        self._each(ids, Hand.drop)

    @expose("/hand/", methods=("POST",))
    @needs(RIGHT)
    def hand_view(self) -> ResponseReturnValue:
        """One letter, by the buttons of its page."""
        letter: Letter = self.get_one(request.form.get("id"))
        hand = request.form.get("hand", "")
        if hand not in set(Hand):
            raise Refusal(say("그렇게 할 수 없습니다.", "That cannot be done."))
        self._each([str(letter.id)], Hand(hand))
        return redirect(self.get_url(".details_view", id=letter.id))

    def _each(self, ids: list[str], hand: Hand) -> None:
        self.do_to_each(ids, lambda letter: move(db.session(), letter, hand), DONE)


def newest_alarm() -> Alarm | None:
    """What the banner of every page tells of, while somebody has to look."""
    newest = select(Alarm).where(Alarm.state == AlarmState.open).order_by(Alarm.last_at.desc()).limit(1)
    return db.session.scalars(newest).first()
