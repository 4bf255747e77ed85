"""The screens of what emergencies are known by, and of who is on duty for them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import SelectField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.desk.fields import ChoiceField, WordsField
from app.desk.shown import NOTHING
from app.desk.view import DeskView, Tab, needs
from app.disputes.emergency.duty import EmergencyDuty
from app.disputes.emergency.first_signs import FIRST_SIGNS, bring_in, read_signs
from app.disputes.emergency.kinds import DutyRole, EmergencyKind
from app.disputes.emergency.signs import LONGEST_TEXT, EmergencySign, find
from app.errors import Refusal
from app.language.topics import TOPICS
from app.words import say

TOPIC_LABELS = {one.key: one.label for one in TOPICS}
SHORTEST_WORD, MOST_WORDS = 2, 200
WITH_COMMAS = say("쉼표로 나누어 적습니다.", "With commas between.")


def _topic(_view: Any, _context: Any, row: EmergencySign, _name: str) -> str:
    return str(TOPIC_LABELS.get(row.topic, row.topic)) or NOTHING


def _words(_view: Any, _context: Any, row: EmergencySign, name: str) -> str:
    return ", ".join(getattr(row, name)) or NOTHING


class SignView(DeskView):
    """Each text of a customer is asked by this table; the box at its head tries one out."""

    model = EmergencySign
    subject = "playbooks"
    endpoint = "signs"
    label = say("긴급을 알리는 말", "Signs")
    icon = "scan-search"
    can_delete = True
    empty = say(
        "적어 둔 말이 없어 기본 목록으로 찾고 있습니다. 가져오면 고칠 수 있습니다.",
        "There are none of your own, so the list that Opsroom begins with holds. Bring it in to edit it.",
    )
    list_template = "disputes/signs.html"
    scope_vendor = None
    tabs = (
        Tab("active", say("사용", "In use"), lambda: EmergencySign.is_active.is_(True)),
        Tab("off", say("사용 안 함", "Off"), lambda: EmergencySign.is_active.is_(False)),
    )
    column_list = ("name", "kind", "words_ko", "words_en", "is_active")
    column_details_list = ("name", "kind", "topic", "words_ko", "words_en", "unless", "position", "is_active")
    column_labels = {
        "name": say("이름", "Name"),
        "kind": say("무엇", "What"),
        "topic": say("주제", "Topic"),
        "words_ko": say("한국어 말", "Korean words"),
        "words_en": say("영어 말", "English words"),
        "unless": say("빼는 말", "Not when"),
        "position": say("순서", "Order"),
        "is_active": say("사용", "In use"),
    }
    column_descriptions = {
        "topic": say("정하면 이 주제의 글에서만 찾습니다.", "Where set, only texts of this topic are asked."),
        "words_ko": WITH_COMMAS,
        "words_en": WITH_COMMAS,
        "unless": say(
            "이 말은 먼저 지우고 찾습니다. 예: 가스레인지, fire drill",
            "Taken out of the text first, such as 가스레인지 or fire drill.",
        ),
        "position": say(
            "작은 것부터 찾고, 처음 맞는 것으로 정합니다.", "Asked from the smallest on; the first that fits holds."
        ),
    }
    column_formatters = {"topic": _topic, "words_ko": _words, "words_en": _words, "unless": _words}
    column_searchable_list = ("name",)
    column_filters = ("kind", "is_active")
    column_sortable_list = ("name", "kind", "position")
    column_default_sort = "position"
    column_editable_list = ("is_active",)
    can_export = False
    form_columns = ("name", "kind", "topic", "words_ko", "words_en", "unless", "position", "is_active")
    form_overrides = {"words_ko": WordsField, "words_en": WordsField, "unless": WordsField, "topic": SelectField}
    form_extra_fields = {"kind": ChoiceField(column_labels["kind"], choices=EmergencyKind)}
    form_args = {
        "name": {"validators": [InputRequired(), Length(max=120)]},
        "topic": {"choices": [("", say("정하지 않음", "None")), *TOPIC_LABELS.items()], "validators": [Optional()]},
    }

    def render(self, template: str, **more: Any) -> str:
        if template == self.list_template:
            tried = request.args.get("try", "")[:LONGEST_TEXT]
            more |= {
                "tried": tried,
                "found": find(tried, read_signs(self.session.session)) if tried.strip() else None,
                "first": len(FIRST_SIGNS),
            }
        return super().render(template, **more)

    def on_model_change(self, form: Any, model: EmergencySign, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's
        if is_created:
            model.created_at = clock.now()
        for name in ("words_ko", "words_en", "unless"):
            many = [one.strip() for one in getattr(model, name) or () if one.strip()]
            setattr(model, name, list(dict.fromkeys(many)))
            if len(many) > MOST_WORDS or any(len(one) < SHORTEST_WORD or len(one) > 80 for one in many):
                words = say(
                    f"한 말은 {SHORTEST_WORD}~80자로 적어 주세요.", f"Each has {SHORTEST_WORD} to 80 characters."
                )
                raise Refusal(words, field=name)
        if not model.words_ko or not model.words_en:
            words = say(
                "한국어와 영어로 하나씩은 적어 주세요.", "Write at least one word in Korean and one in English."
            )
            raise Refusal(words, field="words_en" if model.words_ko else "words_ko")

    @expose("/bring-in/", methods=("POST",))
    @needs("playbooks.edit")
    def bring_in_view(self) -> ResponseReturnValue:
        brought = bring_in(self.session.session)
        self.session.session.commit()
        flash(str(say("{count}개를 가져왔습니다.", "{count} brought in.").fill(count=brought)), "success")
        return redirect(self.get_url(".index_view"))


class DutyView(DeskView):
    """The first of a role is paged; the others stand in, and take it by their own press of a button."""

    model = EmergencyDuty
    subject = "playbooks"
    endpoint = "duties"
    label = say("긴급 당번", "Duty")
    icon = "user-check"
    can_delete = True
    can_export = False
    empty = say(
        "당번이 없습니다. 정하지 않으면 알람을 받는 사람만 긴급을 듣습니다.",
        "Nobody is on duty: only those who hear alarms are told.",
    )
    column_list = column_details_list = ("user", "role", "city", "position", "is_active")
    column_labels = {
        "user": say("사람", "Person"),
        "role": say("역할", "Role"),
        "city": say("도시", "City"),
        "position": say("순서", "Order"),
        "is_active": say("사용", "In use"),
    }
    column_descriptions = {"city": say("비우면 모든 도시.", "Left empty, every city.")}
    column_formatters = {"city": lambda _v, _c, row, _n: row.city or str(say("모든 도시", "Every city"))}
    column_sortable_list = ("role", "city", "position")
    column_default_sort = "role"
    column_editable_list = ("is_active", "position")
    form_columns = ("user", "role", "city", "position", "is_active")
    form_extra_fields = {"role": ChoiceField(column_labels["role"], choices=DutyRole)}
    form_args = {"city": {"validators": [Optional(), Length(max=40)]}}

    def on_model_change(self, form: Any, model: EmergencyDuty, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's
        if is_created:
            model.created_at = clock.now()
        model.city = (model.city or "").strip()
