"""The pages of coming and going: sign-in, sign-out, one's own password, the language."""

from __future__ import annotations

import re

from blinker import Signal
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select, update

from app import clock
from app.actor import acting, acting_as
from app.db import db
from app.errors import Refusal
from app.people import backoff, sessions
from app.people.model import User
from app.people.passwords import hashed, matches, must_be_good
from app.words import LANGUAGES, Words, say

people = Blueprint("people", __name__)

came_and_went = Signal()
"""Sent with the user (or None), `verb`, `session`, `email` and `address` inside the transaction, to be recorded."""

_OWN_ADDRESS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
WRONG = say("이메일이나 비밀번호가 맞지 않습니다.", "The e-mail or the password is not right.")


def own_address(asked: str | None) -> str:
    """`asked` when it is a path of this house, else the home page: never another site, however it is spelt."""
    return asked if asked and len(asked) < 2000 and _OWN_ADDRESS.fullmatch(asked) else url_for("home.index")


@people.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """401 for a wrong pair, 429 while the next try must wait; the e-mail that was typed stays."""
    back = own_address(request.values.get("next"))
    if request.method == "GET":
        return redirect(back) if sessions.visitor() else _page(back, "", None)
    email, address = request.form.get("email", "").strip().lower()[:254], request.remote_addr or ""
    wait = backoff.wait_seconds(db.session(), email, address)
    if wait:
        return _page(back, email, too_many(wait)), 429, {"Retry-After": str(wait)}
    user = db.session.scalar(select(User).where(User.email == email))
    kept = user.password_hash if user else None
    # Hashing takes its time: no transaction is held open meanwhile.
    db.session.rollback()
    right = matches(kept, request.form.get("password", ""))
    if not right or user is None or not sessions.may_enter(user):
        backoff.failed(db.session(), email, address)
        _tell(user, "sign_in_refused", email)
        db.session.commit()
        return _page(back, email, WRONG), 401
    backoff.forget(db.session(), email, address)
    db.session.execute(update(User).where(User.id == user.id).values(last_sign_in_at=clock.now()))
    with acting_as(sessions.actor_of(user)):
        _tell(user, "sign_in", email)
        db.session.commit()
    sessions.begin(user)
    return redirect(back)


def too_many(wait: int) -> Words:
    minutes = -(-wait // 60)
    return say(
        f"시도가 너무 많았습니다. {minutes}분 뒤에 다시 시도해 주세요.",
        f"There were too many tries. Try again in {minutes} minute{'' if minutes == 1 else 's'}.",
    )


@people.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Ends every session of this person, so that a copied cookie is worth nothing either."""
    db.session.execute(update(User).where(User.id == acting().id).values(session_epoch=User.session_epoch + 1))
    _tell(None, "sign_out", "")
    db.session.commit()
    sessions.end()
    return redirect(url_for("people.sign_in"))


@people.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """One's own password; the other sessions of this person end, this one goes on."""
    if request.method == "GET":
        return render_template("people/password.html", words=None)
    user = db.session.get_one(User, acting().id)
    try:
        fresh = _asked_password(user)
    except Refusal as refusal:
        return render_template("people/password.html", words=refusal.words), 422
    user.password_hash = hashed(fresh)
    db.session.commit()
    sessions.begin(user)
    flash(str(say("비밀번호를 바꾸었습니다.", "The password is changed.")), "success")
    return redirect(url_for("home.index"))


def _asked_password(user: User) -> str:
    fresh = request.form.get("fresh", "")
    if not matches(user.password_hash, request.form.get("now", "")):
        raise Refusal(say("지금 비밀번호가 맞지 않습니다.", "The password of now is not right."))
    if fresh != request.form.get("again", ""):
        raise Refusal(say("새 비밀번호 두 개가 서로 다릅니다.", "The two new passwords differ."))
    must_be_good(fresh, email=user.email, name=user.name)
    return fresh


@people.post("/language")
def language() -> ResponseReturnValue:
    """For this session, and for the person when one is signed in."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        visitor = sessions.visitor()
        if visitor is not None:
            db.session.execute(update(User).where(User.id == visitor.actor.id).values(language=chosen))
            db.session.commit()
    return redirect(own_address(request.form.get("next")))


def _tell(user: User | None, verb: str, email: str) -> None:
    came_and_went.send(user, verb=verb, session=db.session(), email=email, address=request.remote_addr or "")


def _page(back: str, email: str, words: Words | None) -> str:
    g.setdefault("visitor", None)
    return render_template("people/sign_in.html", back=back, email=email, words=words)
