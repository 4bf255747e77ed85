"""The door that an editor's pickers ask as one types; the same for rules and macros."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from app.db import db
from app.macros.lookup import find, is_looked_up
from app.macros.pickers import pickers_of


class PickDoors:
    """Mixed into a screen that has an editor; whoever may edit there may ask."""

    @expose("/pick/")
    def pick_view(self) -> ResponseReturnValue:
        """?kind=group&q=words: {"found": [{value, label, hint}]}, at most twenty, best first."""
        kind, query = request.args.get("kind", "")[:80], request.args.get("q", "")
        fields = None if is_looked_up(kind) else pickers_of(db.session())
        found = find(db.session(), kind, query, fields)
        return jsonify(
            found=[
                {"value": one.value, "label": str(one.label), "hint": "" if hint is None else str(hint)}
                for one, hint in found
            ]
        )
