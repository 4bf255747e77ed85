"""The buttons that decide, of refunds and of goodwill alike: upon what was seen, saying why, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.helpers import get_redirect_target

from app.audit.trail import because
from app.desk.saving import SEEN
from app.errors import Refusal
from app.words import Words


def decided(
    view: Any, lock: Callable[..., Any], decide: Callable[..., None], said: Callable[[Any], Words]
) -> ResponseReturnValue:
    """Decides on the record that was posted, as it was seen: one that has changed since is shown anew instead. `said`
    is asked once it is committed.
    """
    record, session = view.get_one(request.form.get("id", "")), view.session.session
    why, key = request.form.get("why", "").strip()[:500], record.id
    try:
        lock(record, seen=request.form.get(SEEN, ""))
        because(session, why)
        decide(record, why)
        session.commit()
        flash(str(said(record)), "success")
    except Refusal as refusal:
        session.rollback()
        flash(str(refusal), "error")
    return redirect(get_redirect_target() or view.get_url(".details_view", id=key))
