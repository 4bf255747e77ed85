"""The plans of routing, as managers write them."""

from __future__ import annotations

import re
from typing import Any

from wtforms.validators import InputRequired, NumberRange, Optional, Regexp

from app import clock
from app.actor import acting
from app.db import db
from app.desk.fields import WordsField
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.routing.admin.fields import LevelsField, PickField, PickNumberField
from app.routing.admin.offers import (
    group_offered,
    levels,
    no_or_group_offered,
    plans_offered,
)
from app.routing.plans import RoutingPlan
from app.tickets.model import ZendeskGroup
from app.words import say

A_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
MINUTES = {"validators": [Optional(), NumberRange(1, 10_080)]}


def _group(_view: Any, _context: Any, plan: RoutingPlan, name: str) -> str:
    group = getattr(plan, name)
    found = db.session.get(ZendeskGroup, group) if group else None
    return found.name if found else str(group or "")


class RoutingPlanView(DeskView):
    model = RoutingPlan
    subject = "routing"
    endpoint = "routing_plans"
    label = say("배정 방식", "Plans")
    icon = "split"
    empty = say("배정 방식을 만들고, 규칙의 동작 「배정 방식으로 배정」에서 고르세요.",
                "Make a plan, then choose it in a rule's action “Route by a routing plan”.")  # fmt: skip
    tabs = (
        Tab("active", say("사용 중", "In use"), lambda: RoutingPlan.is_active.is_(True)),
        Tab("off", say("꺼짐", "Off"), lambda: RoutingPlan.is_active.is_(False)),
    )
    column_list = ("title", "key", "strategy", "group_id", "idle_minutes", "overflow_minutes")
    column_details_list = ("key", "strategy", "group_id", "skills", "by_language", "by_topic", "by_city", "vip_lane",
                           "urgent_is_emergency", "emergency_tags", "only_online", "only_on_shift", "overflow_minutes",
                           "overflow_when_nobody", "overflow_to", "overflow_group_id", "idle_minutes", "most_moves",
                           "is_active", "created_at")  # fmt: skip
    column_export_list = ("title", "key", "strategy", "idle_minutes", "overflow_minutes", "is_active")
    column_labels = {
        "title": say("이름", "Name"),
        "key": say("고유 이름", "Key"),
        "strategy": say("배정 순서", "Order"),
        "group_id": say("그룹", "Group"),
        "skills": say("필요한 숙련도", "Skills needed"),
        "by_language": say("고객의 언어를 하는 사람만", "Only who answers in the customer's language"),
        "by_topic": say("티켓의 주제를 맡는 사람만", "Only who takes the ticket's topics"),
        "by_city": say("예약 도시를 맡는 사람만", "Only who takes the booking's city"),
        "vip_lane": say("VIP 고객 먼저", "VIPs first"),
        "urgent_is_emergency": say("긴급 우선순위는 긴급으로", "Urgent priority is an emergency"),
        "emergency_tags": say("긴급으로 보는 태그", "Tags of an emergency"),
        "only_online": say("접속한 사람만", "Only who is online"),
        "only_on_shift": say("근무 중인 사람만", "Only who is on shift"),
        "overflow_minutes": say("넘기기까지 (분)", "Overflow after (min)"),
        "overflow_when_nobody": say("받을 사람이 없으면 바로 넘김", "Overflow at once when nobody is there"),
        "overflow_to": say("넘길 배정 방식", "Overflow to this plan"),
        "overflow_group_id": say("넘길 그룹 (배정 방식이 없을 때)", "Overflow to this group (without a plan)"),
        "idle_minutes": say("답변 기한 (업무 시간 분)", "Reply within (business min)"),
        "most_moves": say("많아야 이만큼 옮김", "Move at most so often"),
        "is_active": say("사용", "In use"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "key": say("규칙이 이 이름으로 부릅니다. 나중에 바꿀 수 없습니다.",
                   "Rules call it so. It cannot be changed later."),
        "skills": say("이름:최소 수준(1–5). 예: 환불:2", "name:least level (1–5), such as refund:2"),
        "emergency_tags": say("긴급은 먼저 배정되고, 모두 찼을 때도 배정됩니다.",
                              "Emergencies come first, even when all are full."),
        "idle_minutes": say("이 안에 답변하지 않으면 다른 사람에게 옮깁니다. 비우면 옮기지 않습니다.",
                            "Without a reply by then it goes to somebody else. Empty: never."),
    }  # fmt: skip
    column_formatters = {"group_id": _group, "overflow_group_id": _group, "skills": levels}
    column_searchable_list = ("title", "key")
    column_default_sort = "title"
    form_columns = ("title", "key", "strategy", "group_id", "skills", "by_language", "by_topic", "by_city",
                    "emergency_tags", "urgent_is_emergency", "vip_lane", "only_online", "only_on_shift",
                    "overflow_to", "overflow_group_id", "overflow_minutes", "overflow_when_nobody", "idle_minutes",
                    "most_moves", "is_active")  # fmt: skip
    form_overrides = {
        "group_id": PickNumberField,
        "overflow_group_id": PickNumberField,
        "overflow_to": PickField,
        "skills": LevelsField,
        "emergency_tags": WordsField,
    }
    form_args = {
        "key": {
            "validators": [
                InputRequired(),
                Regexp(A_KEY, message=say("영어 소문자, 숫자, 밑줄로 적어 주세요.", "Small letters, digits and _.")),
            ]
        },
        "group_id": {"offers": group_offered},
        "overflow_group_id": {"offers": no_or_group_offered},
        "overflow_to": {"offers": plans_offered},
        "overflow_minutes": MINUTES,
        "idle_minutes": MINUTES,
        "most_moves": {"validators": [InputRequired(), NumberRange(0, 20)]},
    }

    def on_model_change(self, form: Any, model: RoutingPlan, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if acting().vendor_id is not None:
            words = say("협력사 사용자는 배정 방식을 바꿀 수 없습니다.", "People of a vendor cannot change plans.")
            raise Refusal(words)
        if is_created:
            model.created_at = clock.now()
        elif form["key"].object_data != model.key:
            raise Refusal(say("규칙이 쓰는 이름이라 바꿀 수 없습니다.", "Rules use it: it stays."), field="key")
        model.emergency_tags = [one.lower().replace(" ", "_") for one in model.emergency_tags]
        if model.overflow_to == model.key:
            words = say("자기 자신으로는 넘길 수 없습니다.", "A plan cannot overflow to itself.")
            raise Refusal(words, field="overflow_to")
        flows = model.overflow_minutes is not None or model.overflow_when_nobody
        if flows and not (model.overflow_to or model.overflow_group_id):
            words = say("넘길 배정 방식이나 그룹을 고르세요.", "Choose the plan or the group it overflows to.")
            raise Refusal(words, field="overflow_to")
