"""The doors of a form of rows, told once for rules and macros: drawn, pressed, refused, found stale, saved."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.db import db
from app.desk.saving import CHANGED, NOT_KEPT, SAVED, SEEN, Difference
from app.errors import Refusal
from app.language.problems import Problem
from app.macros.faults import Faults, placed
from app.macros.rows import Press
from app.words import Words

NO_FAULTS = Faults()


class FormOfRows(Protocol):
    def pressed(self, press: Press) -> Any: ...


class FormDoors:
    """Mixed into a screen whose records are edited in rows. What it asks of the screen stands in the methods below that
    raise; `refused_by` is the refusal that names its faults row by row in `problems`."""

    refused_by: ClassVar[type[Refusal]] = Refusal
    form_template: ClassVar[str] = ""

    def form_shown(self, record: Any) -> Any:
        """The form of a record, or of a new one when it is None."""
        raise NotImplementedError

    def form_sent(self, record: Any, *, blank: bool) -> Any:
        """The form as it was posted; `blank` keeps rows that nobody has filled in yet."""
        raise NotImplementedError

    def number_of(self, record: Any) -> int:
        """What a save must have seen, so that it does not go over somebody else's."""
        raise NotImplementedError

    def write(self, record: Any, form: Any) -> Any:
        """Saves without committing, and returns the record."""
        raise NotImplementedError

    def told_apart(self, record: Any, form: Any) -> list[Difference]:
        """What stands in the database otherwise than in the form."""
        raise NotImplementedError

    def form_page(self, record: Any, form: Any, faults: Faults) -> dict[str, Any]:
        """What the form's template shows beside what every form has."""
        raise NotImplementedError

    def after_saving(self: Any, record: Any) -> str:
        """Where one goes once it is saved."""
        url: str = self.get_url(".details_view", id=record.id)
        return url

    # ------------------------------------------------------------------------------------------------------ the doors
    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        return self._edited(None)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self: Any) -> ResponseReturnValue:
        edited: ResponseReturnValue = self._edited(self.get_one(request.args.get("id")))
        return edited

    def _edited(self, record: Any) -> ResponseReturnValue:
        if request.method == "GET":
            return self._drawn(record, self.form_shown(record))
        press = Press.read(request.form.get("press"))
        form = self.form_sent(record, blank=press is not None)
        if press is not None:
            return self._drawn(record, form.pressed(press))
        if record is not None and request.form.get(SEEN) != str(self.number_of(record)):
            return self._stale(record, form)
        return self._saved_or_told(record, form)

    def _saved_or_told(self: Any, record: Any, form: Any) -> ResponseReturnValue:
        try:
            saved = self.write(record, form)
            db.session.commit()
        except StaleDataError:
            db.session.rollback()
            stale: ResponseReturnValue = self._stale(record, form)
            return stale
        except Refusal as refusal:
            db.session.rollback()
            if not isinstance(refusal, self.refused_by):
                return self._drawn(record, form, refused=[refusal.words]), 422
            problems: list[Problem] = getattr(refusal, "problems", [])
            faults = placed(one for one in problems if not one.warning)
            return self._drawn(record, form, faults=faults, refused=faults.loose), 422
        except IntegrityError:
            db.session.rollback()
            return self._drawn(record, form, refused=[NOT_KEPT]), 422
        flash(str(SAVED), "success")
        return redirect(self.after_saving(saved))

    def _stale(self, record: Any, form: Any) -> ResponseReturnValue:
        differences = self.told_apart(record, form) if record is not None else []
        return self._drawn(record, form, refused=[CHANGED], differences=differences), 409

    def _drawn(
        self: Any,
        record: Any,
        form: Any,
        *,
        faults: Faults = NO_FAULTS,
        refused: list[Words] | None = None,
        differences: list[Difference] | None = None,
    ) -> str:
        html: str = self.render(
            self.form_template,
            form=form,
            seen=(SEEN, self.number_of(record) if record is not None else 0),
            refused=refused or [],
            differences=differences or [],
            **self.form_page(record, form, faults),
        )
        return html
