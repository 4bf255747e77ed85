"""What if: choose a version, and see the cancellations that really were, re-priced under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app import clock
from app.audit.trail import because, record
from app.db import db
from app.desk.exports import csv_file
from app.desk.fields import id_in
from app.desk.view import DeskPage, needs
from app.errors import Refusal
from app.money import EXPONENTS
from app.policies.model import PolicyVersion, VersionState
from app.policies.terms import FAULT_WORDS, read_terms
from app.refunds.case import VersionFacts
from app.refunds.what_if import ALL, BY, Repriced, reprice, summed, sums
from app.refunds.what_if_chart import LINE, bars_of
from app.refunds.what_if_rows import MOST, TOO_MANY, cancellations
from app.words import say

USUAL_DAYS = 90
NO_VERSION = say("다시 계산할 버전을 골라 주세요.", "Choose the version to compute under.")
TWO_OF_ONE = say(
    "정책마다 버전을 하나씩만 고를 수 있습니다.", "Choose one version of each policy: a cancellation has one price."
)
NO_DAYS = say(
    "기간을 2026-09-01처럼 적고, 시작이 끝보다 앞서야 합니다.", "Write days as 2026-09-01, the first before the last."
)
HEADS = (
    *(
        say("환불", "Refund"),
        say("예약", "Booking"),
        say("도시", "City"),
        say("파트너", "Partner"),
        say("누구 쪽", "Side"),
    ),
    *(
        say("정책", "Policy"),
        say("구간", "Tier"),
        say("사유 시각", "At"),
        say("통화", "Currency"),
        say("그때 금액", "Was"),
    ),
    *(say("바뀔 금액", "Would be"), say("차이", "Difference")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One version of each policy that is looked at. Days of Seoul; `until` is included."""

    versions: tuple[PolicyVersion, ...]
    since: datetime
    until: datetime
    by: str
    currency: str


class WhatIfView(DeskPage):
    subject = "policies"
    endpoint = "what_if"
    label = say("바꾸면 어떻게 되나", "What if")
    icon = "flask-conical"

    @expose("/")
    @needs("refunds.view")
    def index(self) -> ResponseReturnValue:
        try:
            asked = _asked(request.args)
            rows = _rows(asked)
        except Refusal as refusal:
            return self._page(_asked(MultiDict()), [], str(refusal)), 422
        return self._page(asked, rows, "")

    @expose("/csv/", methods=("POST",))
    @needs("exports.make")
    def csv_view(self) -> Response:
        """Each cancellation with what it was and what it would be."""
        reason = request.form.get("reason", "").strip()
        if len(reason) < 2:
            raise Refusal(say("내보내는 이유를 적어 주세요.", "Say why you export."))
        asked = _asked(request.form)
        if not asked.versions:
            raise Refusal(NO_VERSION)
        rows = _rows(asked)
        because(db.session(), reason)
        told = {"rows": len(rows), "kind": "csv", "versions": [one.id for one in asked.versions]}
        record(db.session(), "export", "policy_versions", asked.versions[0].id, told)
        db.session.commit()
        name = f"opsroom-what-if-{clock.in_seoul(clock.now()):%Y%m%d}.csv"
        return Response(
            csv_file([str(head) for head in HEADS], [_line(one) for one in rows]),
            mimetype="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _page(self, asked: Asked, rows: Sequence[Repriced], refused: str) -> str:
        groups = sums(rows, asked.by)
        return self.render(
            "refunds/what_if.html",
            asked=asked,
            versions=_versions(),
            refused=refused,
            by=BY,
            total=summed(ALL, rows),
            groups=groups,
            bars=bars_of(groups),
            line=LINE,
            currencies=list(EXPONENTS),
            until_shown=asked.until - timedelta(days=1),
        )


def _asked(sent: MultiDict[str, str]) -> Asked:
    versions = tuple(_version(typed) for typed in dict.fromkeys(sent.getlist("version")) if typed)
    if len({one.policy_id for one in versions}) != len(versions):
        raise Refusal(TWO_OF_ONE)
    today = clock.in_seoul(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = _day(sent.get("since", "")) or today - timedelta(days=USUAL_DAYS)
    until = (_day(sent.get("until", "")) or today) + timedelta(days=1)
    if until <= since:
        raise Refusal(NO_DAYS)
    by, currency = sent.get("by", ""), sent.get("currency", "")
    usual = "policy" if len(versions) > 1 else "tier"
    return Asked(versions, since, until, by if by in BY else usual, currency if currency in EXPONENTS else "KRW")


def _version(typed: str) -> PolicyVersion:
    number = id_in(typed)
    found = db.session.get(PolicyVersion, number, options=[joinedload(PolicyVersion.policy)]) if number else None
    if found is None:
        raise Refusal(NO_VERSION)
    return found


def _day(typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        return clock.telling(datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=clock.SEOUL))
    except ValueError:
        raise Refusal(NO_DAYS) from None


def _rows(asked: Asked) -> list[Repriced]:
    """Of each policy its own cancellations, under the version that was chosen of it."""
    rows: list[Repriced] = []
    for version in asked.versions:
        policy = version.policy
        facts = VersionFacts(version.id, version.number, policy.name_ko, policy.name_en, read_terms(version.terms))
        past = cancellations(db.session(), policy.id, asked.since, asked.until, asked.currency)
        if len(rows) + len(past) > MOST:
            raise Refusal(TOO_MANY)
        rows += reprice(past, facts)
    return rows


def _versions() -> Sequence[PolicyVersion]:
    asked = (
        select(PolicyVersion)
        .options(joinedload(PolicyVersion.policy))
        .where(PolicyVersion.state != VersionState.withdrawn)
        .order_by(PolicyVersion.policy_id, PolicyVersion.number.desc())
    )
    return db.session.scalars(asked).all()


def _line(one: Repriced) -> list[Any]:
    of, was = one.of, one.of.was
    at = f"{clock.in_seoul(was.at):%Y-%m-%d %H:%M}"
    told = (of.ref, of.booking_ref, of.city, of.partner, str(FAULT_WORDS[of.side]), str(one.under), str(one.tier), at)
    return [*told, was.currency, one.was_minor, one.now_minor, one.gap_minor]
