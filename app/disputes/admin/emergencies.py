"""The screen of emergencies: what goes on now, and the page from which one is dealt with."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.actor import acting
from app.desk.fields import ChoiceField, id_in
from app.desk.shown import NOTHING, ago, chip_as
from app.desk.states import BAD, GOOD, Named
from app.desk.view import DeskView, Tab, needs
from app.disputes.admin.posted import NOTHING_TYPED, Posted, number, text
from app.disputes.admin.read import choice_of
from app.disputes.emergency.closing import close, tick
from app.disputes.emergency.duty import may_have
from app.disputes.emergency.emergency import false_alarm, hand_over, open_by_hand, take, write
from app.disputes.emergency.kinds import DutyRole, EmergencyKind
from app.disputes.emergency.model import (
    OVER,
    SITE_MOVES,
    Emergency,
    EmergencyLog,
    EmergencyPost,
    EmergencyState,
    SiteState,
    SiteTask,
)  # fmt: skip
from app.disputes.emergency.playbook import PlaybookVersion
from app.disputes.emergency.site import send_somebody, step
from app.disputes.emergency.words import CARDS
from app.errors import Refusal
from app.people.model import User
from app.words import say

LOGGED = say("기록했습니다.", "Logged.")
CLOSED = say(
    "끝냈습니다. 기록으로 대응 매뉴얼 초안을 만들었습니다.", "It is over. Its log was made the draft of a playbook."
)


def _lead(_view: Any, _context: Any, emergency: Emergency, _name: str) -> Any:
    post = emergency.post_of(DutyRole.lead)
    if post is None:
        return NOTHING
    words = say(post.user.name, post.user.name)
    return chip_as(Named(words, GOOD if post.taken_at else BAD), "taken" if post.taken_at else "waits")


def _summary(_view: Any, _context: Any, emergency: Emergency, _name: str) -> str:
    return emergency.summary if len(emergency.summary) <= 80 else f"{emergency.summary[:80]}…"


class EmergencyView(Posted, DeskView):
    """Nothing here decides: every form calls what app/disputes/emergency promises."""

    model = Emergency
    subject = "emergencies"
    label = say("긴급", "Emergencies")
    icon = "shield-alert"
    can_edit = False
    empty = say("긴급 상황이 없습니다.", "There is no emergency.")
    details_template, create_template = "disputes/emergency.html", "disputes/emergency_new.html"
    scope_city = "city"
    tabs = (
        Tab("open", say("진행 중", "Going on"), lambda: Emergency.state.not_in(OVER), hot=True),
        Tab("over", say("끝남", "Over"), lambda: Emergency.state.in_(OVER)),
        Tab("all", say("전체", "All")),
    )
    column_list = ("ref", "kind", "summary", "state", "lead", "city", "opened_at")
    column_labels = {
        "ref": say("번호", "Number"),
        "kind": say("무엇", "What"),
        "summary": say("무슨 일인지", "What happened"),
        "state": say("상태", "State"),
        "lead": say("지휘", "Lead"),
        "city": say("도시", "City"),
        "ticket": say("티켓", "Ticket"),
        "booking": say("예약", "Booking"),
        "opened_at": say("연 때", "Opened"),
        "ended_at": say("끝난 때", "Ended"),
    }
    column_formatters = {
        "lead": _lead, "summary": _summary, "opened_at": lambda _v, _c, emergency, _n: ago(emergency.opened_at),
    }  # fmt: skip
    column_formatters_export: dict[str, Any] = {}
    column_export_list = ("ref", "kind", "state", "city", "opened_at", "ended_at")
    column_sortable_list = ("ref", "kind", "state", "city", "opened_at")
    column_searchable_list = ("ref", "summary")
    column_filters = ("kind", "state", "city", "opened_at")
    column_default_sort = ("opened_at", True)
    wide_columns = ("summary",)
    form_columns = ("kind", "summary", "ticket", "booking", "city")
    form_ajax_refs = {
        "ticket": {"fields": ("zendesk_id", "subject"), "page_size": 20},
        "booking": {"fields": ("ref",), "page_size": 20},
    }
    form_overrides = {"summary": TextAreaField}
    form_args = {
        "summary": {"validators": [InputRequired(), Length(max=4000)]},
        "city": {"validators": [Optional(), Length(max=40)]},
    }
    form_extra_fields = {"kind": ChoiceField(column_labels["kind"], choices=EmergencyKind)}

    def get_query(self) -> Any:
        return super().get_query().options(selectinload(Emergency.posts).joinedload(EmergencyPost.user))

    def render(self, template: str, **more: Any) -> str:
        if template == self.details_template:
            more = {"typed": NOTHING_TYPED} | more | self._page(more["model"])
        return super().render(template, **more)

    def _page(self, emergency: Emergency) -> dict[str, Any]:
        """In a fixed number of queries."""
        session = self.session.session
        log = session.scalars(
            select(EmergencyLog).where(EmergencyLog.emergency_id == emergency.id).order_by(EmergencyLog.number.desc())
        ).all()
        version = emergency.playbook_version
        people = session.scalars(select(User).where(User.is_enabled).order_by(User.name))
        drafted = session.scalar(select(PlaybookVersion).where(PlaybookVersion.made_from_id == emergency.id))
        task = emergency.task_now()
        return {
            "emergency": emergency,
            "log": log,
            "ticked": {line.step: line for line in log if line.step is not None},
            "steps": version.all_steps if version is not None else [],
            "posts": {role: emergency.post_of(role) for role in DutyRole},
            "cards": CARDS,
            "people": [one for one in people if may_have(one, emergency.city)],
            "task": task,
            "next_steps": sorted(SITE_MOVES[task.state], key=list(SiteState).index) if task is not None else [],
            "drafted": drafted,
            "states": EmergencyState,
            "minutes": lambda at: max(int((at - emergency.opened_at).total_seconds() // 60), 0),
            "now_minutes": int(((emergency.ended_at or clock.now()) - emergency.opened_at).total_seconds() // 60),
        }

    # -------------------------------------------------------------------------------------------------- opening one
    def create_form(self, obj: Any = None) -> Any:
        """The form opens on ?ticket= with what is known from there."""
        form = super().create_form(obj)
        if request.method == "GET":
            form.kind.data = EmergencyKind.other
            ticket = self._form_ajax_refs["ticket"].get_one(request.args.get("ticket", ""))
            if ticket is not None:
                form.ticket.data, form.booking.data = ticket, ticket.booking
                form.summary.data = ticket.subject or ""
        return form

    def create_model(self, form: Any) -> Any:
        made: list[Emergency] = []

        def open_it() -> None:
            cities = acting().cities
            city = (form.city.data or "").strip()
            if cities and city and city not in cities:
                raise Refusal(say("맡은 도시가 아닙니다.", "That city is not yours."), field="city")
            ticket, booking = form.ticket.data, form.booking.data
            opened = open_by_hand(self.session.session, form.kind.data, form.summary.data or "", ticket, booking, city)
            made.append(opened)

        return made[0] if self._commit(form, open_it) else None

    # ------------------------------------------------------------------------------------------------- dealing with it
    @expose("/take/", methods=("POST",))
    @needs("emergencies.edit")
    def take_view(self) -> ResponseReturnValue:
        told = say("맡았습니다.", "It is yours.")
        return self.done("take", lambda one: take(one, choice_of(DutyRole, "role")), told)

    @expose("/hand/", methods=("POST",))
    @needs("emergencies.edit")
    def hand_view(self) -> ResponseReturnValue:
        def over_to(emergency: Emergency) -> None:
            key = id_in(text("to"))
            user = self.session.session.get(User, key) if key is not None else None
            if user is None:
                raise Refusal(say("넘겨받을 사람을 골라 주세요.", "Choose who takes it."), field="to")
            hand_over(emergency, choice_of(DutyRole, "role"), user, text("why"))

        return self.done("hand", over_to, say("넘겼습니다. 그 사람에게 알립니다.", "Handed over. They are told."))

    @expose("/note/", methods=("POST",))
    @needs("emergencies.edit")
    def note_view(self) -> ResponseReturnValue:
        return self.done("note", lambda one: write(one, text("text"), said="said" in request.form), LOGGED)

    @expose("/tick/", methods=("POST",))
    @needs("emergencies.edit")
    def tick_view(self) -> ResponseReturnValue:
        return self.done("tick", lambda one: tick(one, number("step")), LOGGED)

    @expose("/send/", methods=("POST",))
    @needs("emergencies.edit")
    def send_view(self) -> ResponseReturnValue:
        def go(emergency: Emergency) -> None:
            minutes = number("travel_minutes")
            send_somebody(emergency, text("who"), text("what"), text("place"), text("phone"), minutes)

        return self.done("send", go, say("출동을 지정했습니다.", "They are to go."))

    @expose("/step/", methods=("POST",))
    @needs("emergencies.edit")
    def step_view(self) -> ResponseReturnValue:
        def move(emergency: Emergency) -> None:
            task: SiteTask | None = next((one for one in emergency.tasks if str(one.id) == text("task")), None)
            if task is None:
                raise Refusal(say("그런 출동이 없습니다.", "There is no such task."))
            step(task, choice_of(SiteState, "now"))

        return self.done("step", move, LOGGED)

    @expose("/close/", methods=("POST",))
    @needs("emergencies.edit")
    def close_view(self) -> ResponseReturnValue:
        return self.done("close", lambda one: close(one, text("outcome")), CLOSED)

    @expose("/false-alarm/", methods=("POST",))
    @needs("emergencies.edit")
    def false_alarm_view(self) -> ResponseReturnValue:
        told = say("긴급이 아닌 것으로 끝냈습니다.", "Closed as no emergency.")
        return self.done("false_alarm", lambda one: false_alarm(one, text("why")), told)
