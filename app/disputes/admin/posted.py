"""The forms on the page of one record: each posts to a route of its own, and comes back as typed when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.desk.fields import id_in
from app.errors import ChangedMeanwhile, Forbidden, Refusal
from app.words import Words, say

TWICE = say(
    "그사이 다른 사람이 바꾸었습니다. 지금 내용을 확인하고 다시 시도해 주세요.",
    "Somebody has changed it meanwhile. Look at it as it is now, and try again.",
)
NO_NUMBER = say("숫자로 적어 주세요.", "Write a number.")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent by the form of this name and refused, with the words of the refusal."""

    form: str = ""
    where: str = ""
    words: Words | None = None
    values: dict[str, list[str]] = field(default_factory=dict)

    def of(self, form: str, name: str, otherwise: object = "") -> str:
        """What to show in a field: what was typed into it, else `otherwise`."""
        if form != self.form:
            return str(otherwise)
        return (self.values.get(name) or [""])[0]

    def many(self, form: str, name: str, otherwise: tuple[str, ...] = ()) -> list[str]:
        return list(otherwise) if form != self.form else self.values.get(name, [])

    def wrong(self, form: str, name: str) -> Words | None:
        """The words that stand at this field."""
        return self.words if form == self.form and name == self.where else None


NOTHING_TYPED = Typed()


class Posted:
    """Mixed into a screen whose records have forms of their own."""

    def done(self: Any, form: str, act: Callable[[Any], object], told: Words, anchor: str = "") -> ResponseReturnValue:
        """Does it and leads back to the page; refused, the page comes back with what was typed, and the words at the
        field: 403, 409 or 422.
        """
        record, session = self.get_one(request.form.get("id", "")), self.session.session
        key = record.id
        try:
            act(record)
            session.commit()
        except Refusal as refused:
            session.rollback()
            refusal = refused
        except (IntegrityError, StaleDataError):
            session.rollback()
            refusal = ChangedMeanwhile(TWICE)
        else:
            flash(str(told), "success")
            address: str = self.get_url(".details_view", id=key)
            return redirect(f"{address}#{anchor}" if anchor else address)
        status = 403 if isinstance(refusal, Forbidden) else 409 if isinstance(refusal, ChangedMeanwhile) else 422
        values = {name: request.form.getlist(name) for name in request.form}
        typed = Typed(form, refusal.field or "", refusal.words, values)
        return self.details_of(self.get_one(str(key)), typed), status

    def details_of(self: Any, record: Any, typed: Typed = NOTHING_TYPED) -> str:
        html: str = self.render(
            self.details_template,
            model=record,
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=self.get_url(".index_view"),
            typed=typed,
        )
        return html


def number(name: str, otherwise: int | None = None) -> int:
    """A whole number of the form. Refuses anything else at its field."""
    text = request.form.get(name, "").strip()
    if not text and otherwise is not None:
        return otherwise
    read = id_in(text)
    if read is None or read > 1_000_000_000:
        raise Refusal(NO_NUMBER, field=name)
    return read


def text(name: str) -> str:
    return request.form.get(name, "").strip()


def both(name: str) -> Words:
    """A text in both languages: `name`_ko and `name`_en."""
    return say(text(f"{name}_ko"), text(f"{name}_en"))
