"""The tokens of programs, for admins: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import or_
from wtforms import SelectMultipleField
from wtforms.validators import InputRequired

from app import clock
from app.api.model import ApiToken, Scope
from app.api.tokens import change, give, revoke
from app.desk.fields import WordsField
from app.desk.states import named
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.words import say


def _scopes(_view: Any, _context: Any, token: ApiToken, _name: str) -> str:
    return ", ".join(str(named(Scope(scope)).words) for scope in token.scopes)


def _prefix(_view: Any, _context: Any, token: ApiToken, _name: str) -> str:
    return f"{token.prefix}…"


class TokenView(DeskView):
    model = ApiToken
    subject = "tokens"
    label = say("API 토큰", "API tokens")
    icon = "key-round"
    rights = {"edit_view": "tokens.edit"}
    details_template = "api/token.html"
    create_template = "api/create.html"
    empty = say(
        "아직 토큰이 없습니다. 챗봇이나 고객 앱이 Opsroom에 물으려면 토큰이 있어야 합니다.",
        "There are no tokens yet. A chatbot or the customer's app needs one to ask Opsroom.",
    )
    tabs = (
        Tab("live", say("사용 중", "In use"), lambda: ApiToken.revoked_at.is_(None) & ~_over()),
        Tab("over", say("끝남", "Over"), lambda: or_(ApiToken.revoked_at.is_not(None), _over())),
    )
    column_list = ("name", "prefix", "scopes", "state", "last_used_at", "expires_at")
    column_details_list = (
        *("prefix", "scopes", "state", "cities", "per_minute", "last_used_at", "expires_at", "created_by"),
        *("created_at", "revoked_by", "revoked_at"),
    )
    column_labels = {
        "name": say("이름", "Name"),
        "prefix": say("토큰", "Token"),
        "scopes": say("할 수 있는 일", "What it opens"),
        "state": say("상태", "State"),
        "cities": say("도시", "Cities"),
        "per_minute": say("1분에 몇 번까지", "Calls a minute"),
        "last_used_at": say("마지막 사용", "Last used"),
        "expires_at": say("기한", "Expires"),
        "created_by": say("만든 사람", "Created by"),
        "created_at": say("만든 때", "Created"),
        "revoked_by": say("거둔 사람", "Revoked by"),
        "revoked_at": say("거둔 때", "Revoked"),
    }
    column_descriptions = {
        "name": say("어느 프로그램이 쓰는지 알 수 있게.", "Which program uses it."),
        "cities": say("비워 두면 모든 도시. 쉼표로 나눕니다.", "Empty means every city. Commas between."),
        "expires_at": say("비워 두면 거둘 때까지 씁니다.", "Empty: until it is revoked."),
    }
    column_formatters = {"scopes": _scopes, "prefix": _prefix}
    column_sortable_list = ("name", "last_used_at", "expires_at")
    column_searchable_list = ("name",)
    column_default_sort = "name"
    form_columns = ("name", "scopes", "cities", "per_minute", "expires_at")
    form_overrides = {"cities": WordsField, "scopes": SelectMultipleField}
    form_args = {
        "scopes": {
            "choices": [(scope.value, named(scope).words) for scope in Scope],
            "default": [Scope.quotes_read.value],
            "validators": [InputRequired()],
        },
        "per_minute": {"default": 120},
    }

    def edit_form(self, obj: Any = None) -> Any:
        """Name and expiry: what a token opens is what it was made for, and another token is made for more."""
        form = super().edit_form(obj)
        for name in ("scopes", "cities", "per_minute"):
            delattr(form, name)
        return form

    def on_model_change(self, form: Any, model: ApiToken, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        if is_created:
            g.new_token = give(model)
        else:
            change(model)

    def _saved(self, model: Any, *, is_created: bool) -> ResponseReturnValue:
        """A new token, told once on this page and kept nowhere."""
        if not is_created:
            return super()._saved(model, is_created=False)
        return self.render("api/once.html", model=model, secret=g.pop("new_token"))

    @expose("/revoke/", methods=("POST",))
    @needs("tokens.edit")
    def revoke_view(self) -> ResponseReturnValue:
        token = self.get_one(request.form.get("id", ""))
        try:
            revoke(token)
            self.session.session.commit()
            flash(
                str(say("거두었습니다. 이제 이 토큰은 열지 않습니다.", "Revoked. It opens nothing any more.")),
                "success",
            )
        except Refusal as refusal:
            self.session.session.rollback()
            flash(str(refusal), "error")
        return redirect(self.get_url(".details_view", id=token.id))


def _over() -> Any:
    return ApiToken.expires_at.is_not(None) & (ApiToken.expires_at <= clock.now())
