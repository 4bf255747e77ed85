"""When the office is open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import Optional

from app import clock
from app.actor import acting
from app.desk.shown import chip_as
from app.desk.states import GOOD, Named
from app.desk.view import DeskView
from app.errors import Refusal
from app.language.account import Calendar
from app.routing.days import PLAIN_HOURS, WEEKDAYS, BusinessHours, spans_of
from app.words import say


class BusinessHoursView(DeskView):
    model = BusinessHours
    subject = "routing"
    endpoint = "hours"
    label = say("업무 시간", "Business hours")
    icon = "clock"
    empty = say("정하지 않으면 평일 9시부터 18시까지입니다.", "Until you set them: weekdays from 9:00 to 18:00.")
    can_delete = True
    column_list = ("name", "is_default", *WEEKDAYS, "keeps_holidays")
    column_details_list = (*WEEKDAYS, "keeps_holidays", "is_default", "zendesk_id", "updated_at")
    column_labels = {
        "name": say("이름", "Name"),
        "is_default": say("기본", "Default"),
        "keeps_holidays": say("공휴일에 쉼", "Closed on holidays"),
        "zendesk_id": say("Zendesk 일정 번호", "Zendesk's schedule ID"),
        "updated_at": say("바꾼 때", "Changed"),
        **WEEKDAYS,
    }
    column_descriptions = {
        **dict.fromkeys(WEEKDAYS, say("예: 09:00-12:00, 13:00-18:00. 비우면 쉽니다.",
                                     "Such as 09:00-12:00, 13:00-18:00. Empty: closed.")),
        "is_default": say("규칙의 업무 시간 조건과 SLA가 씁니다.", "What conditions and SLAs of business hours go by."),
    }  # fmt: skip
    column_formatters = {
        "is_default": lambda _view, _context, model, _name: (
            chip_as(Named(say("기본", "Default"), GOOD), "default") if model.is_default else ""
        )
    }
    column_sortable_list = ("name",)
    column_searchable_list = ("name",)
    can_export = False
    form_extra_fields = {key: StringField(words) for key, words in WEEKDAYS.items()}
    form_columns = ("name", *WEEKDAYS, "keeps_holidays", "is_default", "zendesk_id")
    form_args = {"zendesk_id": {"validators": [Optional()]}}

    def create_form(self, obj: Any = None) -> Any:
        return super().create_form(obj or BusinessHours(hours=PLAIN_HOURS, keeps_holidays=True, is_default=True))

    def on_model_change(self, form: Any, model: BusinessHours, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if acting().vendor_id is not None:
            raise Refusal(
                say("협력사 사용자는 업무 시간을 바꿀 수 없습니다.", "A vendor's people cannot change the hours.")
            )
        for place, key in enumerate(WEEKDAYS):
            try:
                Calendar(hours=tuple(spans_of(model.hours[each] if each == place else []) for each in range(7)))
            except ValueError:
                words = say("시간이 겹치거나 순서가 바뀌었습니다.", "The spans overlap or are out of order.")
                raise Refusal(words, field=key) from None
        model.updated_at = clock.now()
        if model.is_default:
            for other in self.session.session.scalars(select(BusinessHours).where(BusinessHours.is_default.is_(True))):
                other.is_default = other is model
