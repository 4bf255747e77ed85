"""The door by which the list of rules is put in order."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm.exc import StaleDataError

from app.db import db
from app.desk.view import needs
from app.rules.model import Rule
from app.rules.order import STALE, OrderStale, place
from app.rules.publishing import PUBLISH

SHOWN = 500


class ListDoors:
    @expose("/order/", methods=("POST",))
    @needs(PUBLISH)
    def order_view(self: Any) -> ResponseReturnValue:
        """`moved` goes before the rule `before` ("" is the end); `seen` are the ids as the list showed them. 200 with
        {"places": {id: position}}, 409 with words when the order was another by then."""
        rule: Rule = self.get_one(request.form.get("moved"))
        before, seen = _ids(request.form.get("before")), _ids(request.form.get("seen"))
        try:
            places = place(db.session(), rule, before[0] if before else None, seen)
            db.session.commit()
        except (OrderStale, StaleDataError):
            db.session.rollback()
            return jsonify(error=str(STALE)), 409
        return jsonify(places={str(number): position for number, position in places.items()})


def _ids(text: str | None) -> list[int]:
    parts = (text or "").split(",")[:SHOWN]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10]
