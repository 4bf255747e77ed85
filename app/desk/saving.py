"""Saving a record from a form: one commit, nothing typed lost, no save over what somebody else changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_wtf.csrf import generate_csrf
from sqlalchemy import inspect
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, FieldList, FormField, HiddenField

from app.desk.shown import NOTHING, plain, shown
from app.errors import Refusal
from app.words import Words, say

SEEN = "version_seen"
CHANGED = say(
    "그사이 다른 사람이 이 기록을 바꾸었습니다. 아래에서 지금 값과 입력하신 값을 비교해 주세요. "
    "그래도 저장하려면 저장을 한 번 더 눌러 주세요.",
    "Somebody else changed this record meanwhile. Compare what stands now with what you typed. "
    "To save yours all the same, press save once more.",
)
NOT_KEPT = say(
    "저장할 수 없습니다. 같은 값이 이미 있거나, 다른 기록이 이 값을 쓰고 있습니다.",
    "This cannot be saved: the value exists already, or another record depends on it.",
)
TOO_BIG = say("저장할 수 없는 값이 있습니다. 너무 길거나 큽니다.", "A value cannot be kept: it is too long or too big.")
SAVED = say("저장했습니다.", "Saved.")
DELETED = say("지웠습니다.", "Deleted.")
IN_USE = say("다른 기록이 쓰고 있어 지울 수 없습니다.", "It cannot be deleted: other records depend on it.")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that stands otherwise in the database than in the form that was sent."""

    label: str
    stands: str
    typed: str


class Saving:
    """Mixed into every list screen; `on_model_change(form, model, is_created)` runs before the one commit."""

    def scaffold_form(self: Any) -> Any:
        """Only what is declared in `form_columns` can be typed in: a table's other columns are nobody's form field."""
        if self.form_columns is None:
            self.form_excluded_columns = [attribute.key for attribute in inspect(self.model).attrs]
        return super().scaffold_form()  # type: ignore[misc]

    def get_edit_form(self: Any) -> Any:
        form = super().get_edit_form()  # type: ignore[misc]
        return type("EditForm", (form,), {SEEN: HiddenField()}) if self.has_version else form

    @property
    def has_version(self: Any) -> bool:
        return inspect(self.model).version_id_col is not None

    def edit_form(self: Any, obj: Any = None) -> Any:
        form = super().edit_form(obj)  # type: ignore[misc]
        if SEEN in form and request.method == "GET":
            form[SEEN].data = obj.version
        return form

    def create_model(self: Any, form: Any) -> Any:
        """The new record, committed; None when refused, with the words at their field."""
        model = self.build_new_instance()

        def fill() -> None:
            with self.session.session.no_autoflush:
                form.populate_obj(model)
            self.session.session.add(model)
            self.on_model_change(form, model, True)

        if not self._commit(form, fill):
            return None
        self.after_model_change(form, model, True)
        return model

    def update_model(self: Any, form: Any, model: Any) -> bool:
        """False when refused: by the model (the words stand at their field), or because the record was saved by
        somebody else since the form was opened (`form.differences` tells both values)."""
        if self._is_stale(form, model):
            self._refuse_stale(form, model)
            return False

        def fill() -> None:
            with self.session.session.no_autoflush:
                seen = form._fields.pop(SEEN, None)
                form.populate_obj(model)
                if seen is not None:
                    form._fields[SEEN] = seen
            self.on_model_change(form, model, False)

        try:
            if not self._commit(form, fill):
                return False
        except StaleDataError:
            self.session.session.rollback()
            self._refuse_stale(form, model)
            return False
        self.after_model_change(form, model, False)
        return True

    def delete_model(self: Any, model: Any) -> bool:
        session = self.session.session
        try:
            self.on_model_delete(model)
            session.delete(model)
            session.commit()
        except IntegrityError:
            session.rollback()
            flash(str(IN_USE), "error")
            return False
        except Refusal as refusal:
            session.rollback()
            flash(str(refusal), "error")
            return False
        self.after_model_delete(model)
        return True

    def _commit(self: Any, form: Any, fill: Any) -> bool:
        session = self.session.session
        try:
            fill()
            session.commit()
        except Refusal as refusal:
            session.rollback()
            tell(form, refusal.words, refusal.field)
        except IntegrityError:
            session.rollback()
            tell(form, NOT_KEPT, None)
        except (DataError, OverflowError):
            session.rollback()
            tell(form, TOO_BIG, None)
        except BaseException:
            session.rollback()
            raise
        else:
            return True
        return False

    def _is_stale(self: Any, form: Any, model: Any) -> bool:
        return self.has_version and SEEN in form and str(form[SEEN].data) != str(model.version)

    def _refuse_stale(self: Any, form: Any, model: Any) -> None:
        """Keeps what was typed, tells what stands, and lets a second save go through knowingly."""
        stands = type(form)(None, obj=model)
        form.differences = [
            Difference(str(mine.label.text), told(theirs), told(mine))
            for mine, theirs in ((field, stands[field.name]) for field in form if field.name in stands)
            if field_differs(mine, theirs)
        ]
        form[SEEN].data = model.version
        form[SEEN].raw_data = None
        g.refused_status = 409
        tell(form, CHANGED, None)

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self: Any) -> ResponseReturnValue:
        """One cell of a list. 200 with what is shown now and the new version; 409 when somebody else was first; 422
        with the words of a refusal."""
        name = request.form.get("name", "")
        if name not in (self.column_editable_list or ()):
            abort(404)
        record = self.get_one(request.form.get("list_form_pk", ""))
        if record is None:
            abort(404)
        form = self.list_form()
        for field in list(form):
            if field.name != name:
                del form[field.name]
        if self.has_version and request.form.get(SEEN) != str(record.version):
            return jsonify(error=str(CHANGED), shown=str(shown(getattr(record, name), name=name))), 409
        if not form.validate() or not self.update_model(form, record):
            session_words = [*getattr(form, "refused", []), *(word for many in form.errors.values() for word in many)]
            return jsonify(error=" ".join(str(word) for word in session_words)), 422
        version = record.version if self.has_version else 0
        text = shown(self._get_field_value(record, name), name=name, currency=getattr(record, "currency", "KRW"))
        return jsonify(shown=str(text), version=version, csrf=generate_csrf())


def tell(form: Any, words: Words, field: str | None) -> None:
    """Puts the words of a refusal at their field, or above the form when they belong to none of its fields."""
    if field and field in form:
        form[field].errors = [*form[field].errors, str(words)]
        return
    form.refused = [*getattr(form, "refused", []), str(words)]


def field_differs(mine: Field, theirs: Field) -> bool:
    if isinstance(mine, HiddenField):
        return False
    if isinstance(mine, FieldList | FormField):
        return bool(told(mine) != told(theirs))
    return bool((mine.data or None) != (theirs.data or None))


def told(field: Field) -> str:
    """What a field holds, for a person to compare."""
    if isinstance(field, FieldList):
        return " · ".join(told(entry) for entry in field) or NOTHING
    if isinstance(field, FormField):
        return ", ".join(told(inner) for inner in field if not isinstance(inner, HiddenField))
    return plain(field.data, name=field.short_name)
