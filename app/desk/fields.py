"""Form fields made from a table's columns: choices in words, times in Seoul, references within what one may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_admin.contrib.sqla.ajax import QueryAjaxModelLoader
from flask_admin.contrib.sqla.fields import QuerySelectField, QuerySelectMultipleField
from flask_admin.contrib.sqla.form import AdminModelConverter
from flask_admin.form import Select2Field
from flask_admin.model.fields import AjaxSelectField, AjaxSelectMultipleField
from flask_admin.model.form import converts
from sqlalchemy import BigInteger
from wtforms import DateField, DateTimeLocalField, IntegerField, StringField, ValidationError
from wtforms.validators import StopValidation
from wtforms.widgets import DateInput, Select

from app import clock
from app.desk.states import named
from app.words import say

TYPED_TIMES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
YEARS = range(1970, 2200)
BIGGEST_ID = 2**63 - 1
MANY = 20
_AN_ID = re.compile(r"[0-9]{1,19}")


class ChoiceField(Select2Field):
    """A StrEnum column: offered in words, kept as the member."""

    widget = Select()

    def __init__(self, label: Any = None, validators: Any = None, *, choices: type[StrEnum], **more: Any) -> None:
        offered = [(member, named(member).words) for member in choices]
        super().__init__(label, validators, coerce=choices, choices=offered, **more)


class SeoulTimeField(DateTimeLocalField):
    """Typed and shown in Asia/Seoul, kept in aware UTC. Seconds that the control cannot show survive a save."""

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return f"{clock.in_seoul(self.data):%Y-%m-%dT%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = " ".join(valuelist).strip()
        if not typed:
            self.data = None
            return
        stored: datetime | None = self.object_data if isinstance(self.object_data, datetime) else None
        self.data = _read_time(typed)
        if stored and self.data == stored.replace(second=0, microsecond=0):
            self.data = stored


def _read_time(typed: str) -> datetime:
    for form in TYPED_TIMES:
        try:
            read = datetime.strptime(typed, form).replace(tzinfo=clock.SEOUL)
        except ValueError:
            continue
        if read.year in YEARS:
            return read.astimezone(UTC)
    raise ValueError(
        str(say("날짜와 시각을 2026-11-22 14:05처럼 적어 주세요.", "Write a date and time as 2026-11-22 14:05."))
    )


class DayField(DateField):
    widget = DateInput()


class WordsField(StringField):
    """A list of short texts, typed with commas between."""

    def _value(self) -> str:
        return ", ".join(self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [word.strip() for word in ",".join(valuelist).split(",") if word.strip()]


NOT_OFFERED = say(
    "고를 수 없는 값입니다. 목록에서 다시 골라 주세요.", "This cannot be chosen. Choose again from the list."
)
BLANK = ("", "__None")
NONE = say("없음", "None")


def must_be_offered(field: Any) -> None:
    """A reference that was sent but is none that may be chosen is refused, and never taken for an empty one."""
    if field.raw_data and field.raw_data[0] not in BLANK and field.data is None:
        raise ValidationError(NOT_OFFERED)


class OneOf(QuerySelectField):
    """What stands in the record already may stay, even where the one who acts could not choose it anew."""

    widget = Select()

    def _get_object_list(self) -> list[tuple[str, Any]]:
        offered: list[tuple[str, Any]] = super()._get_object_list()
        stands = self.object_data
        if stands is not None and all(each is not stands for _, each in offered):
            offered.append((str(self.get_pk(stands)), stands))
        return offered

    def pre_validate(self, form: Any) -> None:
        must_be_offered(self)
        super().pre_validate(form)


class SomeOf(QuerySelectMultipleField):
    widget = Select(multiple=True)


class LookedUp(AjaxSelectField):
    def pre_validate(self, form: Any) -> None:
        must_be_offered(self)
        super().pre_validate(form)


class DeskConverter(AdminModelConverter):
    """Flask-Admin's, with our fields and with every reference narrowed to the scope of the one who acts."""

    @converts("sqlalchemy.sql.sqltypes.Enum")
    def convert_enum(self, column: Any, field_args: Any, **extra: Any) -> Any:
        if column.nullable:
            field_args["allow_blank"] = True
        return ChoiceField(choices=column.type.enum_class, **field_args)

    @converts("UtcDateTime")
    def convert_time(self, field_args: Any, **extra: Any) -> Any:
        return SeoulTimeField(**field_args)

    @converts("Integer")
    def handle_integer_types(self, column: Any, field_args: Any, **extra: Any) -> Any:
        # First of all: the next ones may ask the database about a number that it cannot hold.
        field_args["validators"].insert(0, Within(64 if isinstance(column.type, BigInteger) else 32))
        return IntegerField(**field_args)

    @converts("Date")
    def convert_date(self, field_args: Any, **extra: Any) -> Any:
        return DayField(**field_args)

    def _model_select_field(self, prop: Any, multiple: Any, remote_model: Any, **kwargs: Any) -> Any:
        if prop.key in getattr(self.view, "_form_ajax_refs", {}):
            loader = self.view._form_ajax_refs[prop.key]  # noqa: SLF001  Flask-Admin's only word for it
            return AjaxSelectMultipleField(loader, **kwargs) if multiple else LookedUp(loader, **kwargs)
        if hasattr(self.view, "seen_of"):
            kwargs.setdefault("query_factory", lambda: self.view.seen_of(remote_model))
        else:
            kwargs.setdefault("query_factory", lambda: self.session.session.query(remote_model))
        if multiple:
            return SomeOf(**kwargs)
        if not kwargs.get("blank_text"):
            kwargs["blank_text"] = NONE
        return OneOf(**kwargs)


class ScopedLoader(QueryAjaxModelLoader):
    """Looks up references for a field as one types, only among the rows that the one who acts may see."""

    def __init__(self, view: Any, name: str, model: Any, **options: Any) -> None:
        super().__init__(name, view.session, model, **options)
        self.view = view

    def get_query(self) -> Any:
        return self.view.seen_of(self.model)

    def get_one(self, pk: Any) -> Any:
        number = id_in(str(pk))
        if number is None:
            return None
        with self.view.session.session.no_autoflush:
            return self.get_query().filter(getattr(self.model, self.pk) == number).one_or_none()

    def get_list(self, term: str | None, offset: int | None = 0, limit: int | None = MANY) -> Any:
        return super().get_list((term or "")[:100], min(max(offset or 0, 0), 1000), min(max(limit or MANY, 1), MANY))


def id_in(text: str) -> int | None:
    """The id that `text` writes in plain digits; None where it writes none that a database holds. Python itself reads
    no number of thousands of digits, and says so with an error.
    """
    return int(text) if _AN_ID.fullmatch(text) and int(text) <= BIGGEST_ID else None


def whole_number(value: str) -> int:
    """An integer that every database holds; ValueError for anything else."""
    number = int(value)
    if abs(number) > BIGGEST_ID:
        raise ValueError(value)
    return number


class Within:
    """Refuses an integer that the column cannot hold, before the database does. No other validator looks at it then."""

    def __init__(self, bits: int) -> None:
        self.most = 2 ** (bits - 1) - 1

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is not None and abs(field.data) > self.most:
            words = say(
                f"너무 길거나 큽니다. {self.most:,} 이하로 적어 주세요.",
                f"It is too long or too big: {self.most:,} at most.",
            )
            raise StopValidation(str(words))
