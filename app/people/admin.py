"""The people who sign in, for admins."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import func, select
from wtforms import PasswordField, SelectField
from wtforms.validators import InputRequired, Optional, Regexp

from app import clock
from app.actor import acting
from app.desk.fields import WordsField
from app.desk.states import named_as
from app.desk.view import DeskView, Tab, needs
from app.errors import Refusal
from app.people.model import EMAIL, Role, User
from app.people.passwords import fresh, hashed, must_be_good
from app.words import LANGUAGES, say


def _language(_view: Any, _context: Any, user: User, _name: str) -> str:
    return str(named_as("Language", user.language).words)


class UserView(DeskView):
    """A change of role, scope, e-mail or being enabled ends that person's sessions (app/people/model.py)."""

    model = User
    subject = "users"
    label = say("사용자", "Users")
    icon = "users"
    can_delete = False
    details_template = "people/user.html"
    tabs = (
        Tab("enabled", say("사용 중", "Enabled"), lambda: User.is_enabled.is_(True)),
        Tab("disabled", say("중지됨", "Disabled"), lambda: User.is_enabled.is_(False)),
    )
    column_list = ("name", "email", "role", "language", "is_enabled", "last_sign_in_at")
    column_details_list = (*column_list, "cities", "zendesk_id", "is_demo", "created_at")
    column_labels = {
        "name": say("이름", "Name"),
        "email": say("이메일", "E-mail"),
        "role": say("역할", "Role"),
        "language": say("언어", "Language"),
        "is_enabled": say("사용", "Enabled"),
        "last_sign_in_at": say("마지막 로그인", "Last sign-in"),
        "cities": say("맡은 도시", "Cities"),
        "zendesk_id": say("Zendesk 번호", "Zendesk ID"),
        "is_demo": say("데모", "Demo"),
        "created_at": say("만든 때", "Created"),
        "password": say("처음 비밀번호", "First password"),
    }
    column_descriptions = {
        "cities": say("비워 두면 모든 도시를 봅니다. 쉼표로 나눕니다.", "Empty means every city. Commas between."),
        "is_enabled": say("끄면 바로 로그아웃됩니다.", "Turned off, this person is signed out at once."),
    }
    column_formatters = {"language": _language}
    column_searchable_list = ("name", "email")
    column_filters = ("role", "email")
    column_default_sort = "name"
    form_columns = ("email", "name", "role", "language", "cities", "zendesk_id", "is_enabled")
    form_overrides = {"cities": WordsField, "language": SelectField}
    form_args = {
        "email": {"validators": [Regexp(EMAIL, message=say("이메일 주소를 적어 주세요.", "Write an e-mail address."))]},
        "language": {"choices": [(each, named_as("Language", each).words) for each in LANGUAGES]},
        "role": {"default": Role.agent},
        "zendesk_id": {"validators": [Optional()]},
    }

    def get_create_form(self) -> Any:
        form = super().get_create_form()
        # Made after the others, it stands after them.
        return type(
            "NewUserForm", (form,), {"password": PasswordField(self.column_labels["password"], [InputRequired()])}
        )

    def on_model_change(self, form: Any, model: User, is_created: bool) -> None:  # noqa: FBT001  Flask-Admin's own
        """Refuses to lock the last admin out, and oneself."""
        model.email = model.email.strip().lower()
        if is_created:
            must_be_good(form.password.data or "", email=model.email, name=model.name)
            model.password_hash = hashed(form.password.data)
            model.created_at = clock.now()
            del model.password  # type: ignore[attr-defined]  # put there by the form; it is no column
        elif model.id == acting().id and not (model.is_enabled and model.role is Role.admin):
            raise Refusal(
                say(
                    "자신의 관리자 권한은 스스로 내려놓을 수 없습니다. 다른 관리자에게 부탁해 주세요.",
                    "You cannot take your own admin role away. Ask another admin.",
                ),
                field="role" if model.is_enabled else "is_enabled",
            )
        elif not self._has_other_admin(model):
            raise Refusal(say("관리자가 한 명은 있어야 합니다.", "There must be one admin."), field="role")

    def _has_other_admin(self, model: User) -> bool:
        if model.is_enabled and model.role is Role.admin:
            return True
        others = select(func.count()).where(User.role == Role.admin, User.is_enabled.is_(True), User.id != model.id)
        with self.session.session.no_autoflush:
            return bool(self.session.session.scalar(others))

    @expose("/reset/", methods=("POST",))
    @needs("users.edit")
    def reset_view(self) -> ResponseReturnValue:
        """A new password, told once on this page and kept nowhere. All sessions of that person end."""
        user = self.get_one(request.args.get("id", ""))
        password = fresh()
        user.password_hash = hashed(password)
        email = user.email
        self.session.session.commit()
        return render_template("people/once.html", email=email, password=password)
