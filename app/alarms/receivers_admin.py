"""Who hears alarms, and the webhooks that letters are posted to: rows that are edited."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import PasswordField, SelectField
from wtforms.validators import NumberRange, Optional, Regexp

from app import clock
from app.alarms.letters import Aim, Content, aims_of, owe_letter
from app.alarms.model import OutgoingWebhook, Receiver
from app.db import db
from app.desk.states import named_as
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.people.model import EMAIL
from app.vault import seal
from app.words import LANGUAGES, say

TRIED = say(
    "시험 편지를 보내는 중입니다. 「편지함」에서 결과를 볼 수 있습니다.",
    "A test letter is on its way. The page “Letters” tells how it went.",
)
TEST = say(
    "Opsroom 시험 알림입니다. 잘 받으셨다면 설정이 맞습니다.", "A test of Opsroom. If you read this, all is set."
)
HOURS = [("", say("없음", "None")), *((str(hour), say(f"{hour}시", f"{hour}:00")) for hour in range(24))]


def _hour(value: str | int | None) -> int | None:
    return None if value in ("", None, "None") else int(value)


def _quiet(_view: Any, _context: Any, receiver: Receiver, _name: str) -> str:
    start, end = receiver.quiet_from, receiver.quiet_until
    return "" if start is None or end is None else str(say(f"{start}시~{end}시", f"{start}:00–{end}:00"))


class ReceiverView(DeskView):
    model = Receiver
    subject = "receivers"
    label = say("알림 받는 곳", "Alarm receivers")
    icon = "bell"
    can_delete = True
    details_template = "alarms/receiver.html"
    empty = say(
        "아직 정하지 않았습니다. 그동안은 관리자 모두에게 이메일로 알립니다.",
        "None is set yet. Until then every admin is told by e-mail.",
    )
    column_list = ("aim", "after_minutes", "again_minutes", "quiet_from", "language", "is_enabled")
    column_details_list = (*column_list, "created_at")
    column_labels = {
        "aim": say("누구에게", "Who"),
        "role": say("역할 모두", "Everybody of a role"),
        "email": say("또는 이메일 주소", "Or an e-mail address"),
        "webhook": say("또는 웹훅", "Or a webhook"),
        "after_minutes": say("몇 분 뒤에 (아무도 확인하지 않으면)", "After minutes (if nobody has seen it)"),
        "again_minutes": say("확인할 때까지 몇 분마다 다시", "Again every so many minutes until seen"),
        "quiet_from": say("조용한 시간", "Quiet hours"),
        "quiet_until": say("조용한 시간 끝", "Quiet until"),
        "language": say("언어", "Language"),
        "is_enabled": say("사용", "In use"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "role": say("셋 가운데 하나만 정해 주세요.", "Choose one of the three."),
        "after_minutes": say("0이면 바로 알립니다.", "0 tells at once."),
        "again_minutes": say("비워 두면 한 번만 알립니다.", "Left empty, it is told once."),
        "quiet_from": say("급하지 않은 알람은 이 시간에 기다립니다.", "What is not urgent waits through these hours."),
    }
    column_formatters = {
        "aim": lambda _view, _context, receiver, _name: str(receiver.told_aim),
        "quiet_from": _quiet,
        "language": lambda _view, _context, receiver, _name: str(named_as("Language", receiver.language).words),
    }
    column_export_list = (
        "email",
        "after_minutes",
        "again_minutes",
        "quiet_from",
        "quiet_until",
        "language",
        "is_enabled",
        "created_at",
    )
    column_sortable_list = ("after_minutes", "is_enabled")
    column_default_sort = "after_minutes"
    tabs = (Tab("all", say("전체", "All")),)
    form_columns = (
        *(
            "role",
            "email",
            "webhook",
            "after_minutes",
            "again_minutes",
            "quiet_from",
            "quiet_until",
            "language",
            "is_enabled",
        ),
    )
    form_overrides = {"language": SelectField, "quiet_from": SelectField, "quiet_until": SelectField}
    form_args = {
        "email": {
            "validators": [
                Optional(),
                Regexp(EMAIL, message=say("이메일 주소를 적어 주세요.", "Write an e-mail address.")),
            ]
        },
        "after_minutes": {
            "default": 0,
            "validators": [
                NumberRange(0, 1440, say("0에서 1,440 사이의 수를 적어 주세요.", "A number from 0 to 1,440."))
            ],
        },
        "again_minutes": {
            "validators": [
                Optional(),
                NumberRange(5, 1440, say("5에서 1,440 사이의 수를 적어 주세요.", "A number from 5 to 1,440.")),
            ]
        },
        "quiet_from": {"choices": HOURS, "coerce": lambda value: "" if value is None else str(value)},
        "quiet_until": {"choices": HOURS, "coerce": lambda value: "" if value is None else str(value)},
        "language": {"choices": [(each, named_as("Language", each).words) for each in LANGUAGES]},
        "is_enabled": {"default": True},
    }

    def on_model_change(self, form: Any, model: Receiver, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        model.email = (model.email or "").strip().lower() or None
        model.quiet_from, model.quiet_until = _hour(model.quiet_from), _hour(model.quiet_until)
        if sum(1 for one in (model.role, model.email, model.webhook) if one) != 1:
            words = say(
                "역할, 이메일, 웹훅 가운데 하나만 정해 주세요.", "Choose exactly one: a role, an e-mail, a webhook."
            )
            raise Refusal(words, field="role")
        if (model.quiet_from is None) is not (model.quiet_until is None):
            words = say("조용한 시간의 시작과 끝을 함께 정해 주세요.", "Set both ends of the quiet hours.")
            raise Refusal(words, field="quiet_until")

    @expose("/try/", methods=("POST",))
    @needs("receivers.edit")
    def try_view(self) -> ResponseReturnValue:
        """A test letter to everybody this receiver stands for."""
        receiver = self.get_one(request.form.get("id"))
        found = aims_of(db.session(), receiver)
        for aim in found:
            try_letter(aim)
        db.session.commit()
        nobody = say("여기로는 아무에게도 가지 않습니다.", "This leads to nobody.")
        flash(str(TRIED if found else nobody), "success" if found else "error")
        return redirect(self.get_url(".details_view", id=receiver.id))


def _host(_view: Any, _context: Any, hook: OutgoingWebhook, _name: str) -> str:
    """Where it leads; the rest of an address such as Slack's is a secret, which the form alone shows."""
    parts = urlsplit(hook.url)
    return f"{parts.scheme}://{parts.hostname}/…"


class HookView(DeskView):
    model = OutgoingWebhook
    subject = "hooks"
    label = say("나가는 웹훅", "Outgoing webhooks")
    icon = "webhook"
    can_delete = True
    details_template = "alarms/receiver.html"
    empty = say("아직 웹훅이 없습니다.", "There are no webhooks yet.")
    column_list = ("name", "url", "form", "zendesk_id", "is_enabled")
    column_details_list = (*column_list, "created_at")
    column_labels = {
        "name": say("이름", "Name"),
        "url": say("주소", "Address"),
        "form": say("형식", "Form"),
        "secret": say("서명에 쓰는 비밀값", "Secret for the signature"),
        "zendesk_id": say("Zendesk 웹훅 번호", "Zendesk webhook id"),
        "is_enabled": say("사용", "In use"),
        "created_at": say("만든 때", "Created"),
    }
    column_descriptions = {
        "secret": say(
            "받는 쪽과 같은 값을 적습니다. 비워 두면 지금 것을 그대로 둡니다.",
            "The same as on the other side. Left empty, the present one stays.",
        ),
        "zendesk_id": say(
            "규칙의 「웹훅 호출」이 이 번호를 부르면 여기로 보냅니다.",
            "Rules that notify this webhook post to this address.",
        ),
    }
    column_formatters = {"url": _host}
    column_export_list = ("name", "form", "zendesk_id", "is_enabled", "created_at")
    column_sortable_list = ("name", "is_enabled")
    column_default_sort = "name"
    tabs = (Tab("all", say("전체", "All")),)
    form_columns = ("name", "url", "form", "zendesk_id", "is_enabled")
    form_args = {"zendesk_id": {"validators": [Optional()]}, "is_enabled": {"default": True}}

    def scaffold_form(self) -> Any:
        form = super().scaffold_form()
        return type("HookForm", (form,), {"secret": PasswordField(self.column_labels["secret"], [Optional()])})

    def on_model_change(self, form: Any, model: OutgoingWebhook, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            model.created_at = clock.now()
        settings = current_app.extensions["opsroom.settings"]
        model.url, model.zendesk_id = model.url.strip(), (model.zendesk_id or "").strip() or None
        _refuse_address(model.url, demo=settings.demo)
        if form.secret.data:
            model.sealed_secret = seal(form.secret.data, settings.secret_key)
        model.__dict__.pop("secret", None)  # put there by the form; it is no column

    @expose("/try/", methods=("POST",))
    @needs("hooks.edit")
    def try_view(self) -> ResponseReturnValue:
        """A test letter to this webhook."""
        hook: OutgoingWebhook = self.get_one(request.form.get("id"))
        try_letter(Aim(hook.name, webhook_id=hook.id))
        db.session.commit()
        flash(str(TRIED), "success")
        return redirect(self.get_url(".details_view", id=hook.id))


def try_letter(aim: Aim) -> None:
    words = TEST.in_language(aim.language)
    content = Content("[Opsroom] test", words, {"text": words})
    owe_letter(db.session(), f"test:{secrets.token_hex(8)}", aim, content, clock.now())


def _refuse_address(url: str, *, demo: bool) -> None:
    """What is no address to post to; whether it leads into our own network is asked again at every letter."""
    try:
        parts = urlsplit(url)
        whole = bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:
        parts, whole = None, False
    if not whole or parts is None or parts.scheme not in ({"https", "http"} if demo else {"https"}):
        words = say("https://로 시작하는 주소를 적어 주세요.", "Write an address that begins with https://.")
        raise Refusal(words, field="url")
