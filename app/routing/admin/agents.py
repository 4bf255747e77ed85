"""The agents who take part in routing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from wtforms.validators import InputRequired, NumberRange

from app import clock
from app.actor import acting
from app.db import db
from app.desk.fields import WordsField
from app.desk.shown import chip
from app.desk.view import DeskView, Tab
from app.errors import Refusal
from app.routing.admin.fields import LevelsField, PickManyField, PickNumberField
from app.routing.admin.offers import (
    agents_offered,
    groups_offered,
    languages_offered,
    levels,
)
from app.routing.model import Presence, RoutingAgent
from app.tickets.channels import NUMBERS
from app.tickets.model import ZendeskGroup
from app.words import LANGUAGES, say


def _groups(_view: Any, _context: Any, agent: RoutingAgent, _name: str) -> list[str]:
    names = {str(one.zendesk_id): one.name for one in db.session.scalars(select(ZendeskGroup))}
    return [names.get(one, one) for one in agent.in_groups]


class RoutingAgentView(DeskView):
    """A vendor's people see and change their vendor's agents, and take none in."""

    model = RoutingAgent
    subject = "routing"
    endpoint = "routing_agents"
    label = say("상담사", "Agents")
    icon = "user-check"
    empty = say("배정 받을 상담사를 먼저 더해 주세요. Zendesk의 상담사 가운데에서 고릅니다.",
                "Add the agents who take tickets first: choose among Zendesk's agents.")  # fmt: skip
    scope_vendor = "vendor_id"
    tabs = (
        Tab("active", say("배정 받음", "Taking tickets"), lambda: RoutingAgent.is_active.is_(True)),
        Tab("resting", say("쉼", "Not taking any"), lambda: RoutingAgent.is_active.is_(False)),
    )
    column_list = ("name", "presence", "groups", "capacity", "languages", "topics", "vendor")
    column_details_list = ("presence", "groups", "capacity", "channel_limits", "skills", "languages", "topics",
                           "cities", "vendor", "works_on_holidays", "is_active", "created_at")  # fmt: skip
    column_export_list = ("name", "capacity", "languages", "topics", "cities", "is_active")
    column_labels = {
        "name": say("이름", "Name"),
        "person.name": say("이름", "Name"),
        "zendesk_id": say("Zendesk 상담사", "Zendesk agent"),
        "presence": say("접속 상태", "Presence"),
        "groups": say("그룹", "Groups"),
        "capacity": say("동시에 맡는 티켓", "Open tickets at most"),
        "channel_limits": say("채널별 한도", "Limits by channel"),
        "skills": say("숙련도", "Skills"),
        "languages": say("언어", "Languages"),
        "topics": say("주제", "Topics"),
        "cities": say("도시", "Cities"),
        "vendor": say("협력사", "Vendor"),
        "works_on_holidays": say("공휴일에도 근무", "Works on holidays"),
        "is_active": say("배정 받음", "Takes tickets"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "groups": say("비워 두면 Zendesk에서 속한 그룹을 따릅니다.", "Empty means their groups in Zendesk."),
        "skills": say("이름:수준(1–5), 쉼표로 나눕니다. 예: 환불:3", "name:level (1–5), commas between: refund:3"),
        "channel_limits": say("채널:티켓 수. 예: chat:2, voice:1", "channel:tickets, such as chat:2, voice:1"),
        "topics": say("티켓의 태그 가운데 맡는 것. 쉼표로 나눕니다.", "The tags of tickets they take. Commas between."),
        "cities": say("비워 두면 모든 도시입니다.", "Empty means every city."),
    }
    column_formatters = {
        "groups": _groups,
        "skills": levels,
        "channel_limits": levels,
        "presence": lambda _view, _context, model, _name: chip(model.presence.state),
        "languages": lambda _view, _context, model, _name: [
            str(words) for key, words in languages_offered() if key in model.languages
        ],
    }
    column_searchable_list = ("person.name",)
    column_sortable_list = ("capacity",)
    column_default_sort = "zendesk_id"
    form_columns = ("zendesk_id", "capacity", "groups", "languages", "topics", "cities", "skills", "channel_limits",
                    "vendor", "works_on_holidays", "is_active")  # fmt: skip
    form_overrides = {
        "zendesk_id": PickNumberField,
        "groups": PickManyField,
        "languages": PickManyField,
        "topics": WordsField,
        "cities": WordsField,
        "skills": LevelsField,
        "channel_limits": LevelsField,
    }
    form_args = {
        "zendesk_id": {"offers": agents_offered, "validators": [InputRequired()]},
        "groups": {"offers": groups_offered},
        "languages": {"offers": languages_offered, "default": ["ko"]},
        "capacity": {"validators": [InputRequired(), NumberRange(0, 1000)]},
        "skills": {"low": 1, "high": 5},
        "channel_limits": {"low": 0, "high": 1000},
        "vendor": {"blank_text": say("없음", "None")},
    }

    def on_model_change(self, form: Any, model: RoutingAgent, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        vendor = acting().vendor_id
        if vendor is not None and (is_created or model.vendor_id != vendor):
            words = say("협력사 사용자는 자기 협력사의 상담사만 고칠 수 있습니다.",
                        "People of a vendor change their own vendor's agents only.")  # fmt: skip
            raise Refusal(words, field="vendor")
        unknown = [one for one in model.channel_limits if one not in NUMBERS]
        if unknown:
            words = say("모르는 채널입니다: {unknown}", "Unknown channels: {unknown}").fill(unknown=", ".join(unknown))
            raise Refusal(words, field="channel_limits")
        model.languages = [one for one in LANGUAGES if one in model.languages]
        if is_created:
            model.created_at = clock.now()
            model.presence = Presence.first()
